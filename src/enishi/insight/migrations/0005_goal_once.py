"""One goal of each person, team and the company per period and measure: the database holds it too. Of two that two requests made at once
the older goes to the bin; the newer is what pages have counted with."""

from django.db import migrations, models
from django.utils import timezone

WHOSE = {"person": ["owner"], "team": ["team"], "company": []}
ALIVE = models.Q(("deleted_at__isnull", True))


def leave_one(apps, editor):
    """A query for each scope where there is nothing to do."""
    rows = apps.get_model("insight", "Goal").objects.filter(deleted_at=None).order_by()
    for scope, whose in WHOSE.items():
        names = [*whose, "period", "start", "measure"]
        some = rows.filter(scope=scope, **{f"{name}__isnull": False for name in whose})
        several = some.values(*names).annotate(n=models.Count("pk"), newest=models.Max("pk")).filter(n__gt=1)
        for one in list(several):
            others = some.filter(**{name: one[name] for name in names}).exclude(pk=one["newest"])
            others.update(deleted_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("insight", "0004_report_mails")]

    operations = [
        migrations.RunPython(leave_one, migrations.RunPython.noop, elidable=True),
        *(
            migrations.AddConstraint(
                model_name="goal",
                constraint=models.UniqueConstraint(
                    fields=[*whose, "period", "start", "measure"],
                    name=f"goal_{scope}_once",
                    condition=ALIVE & models.Q(("scope", scope)),
                ),
            )
            for scope, whose in WHOSE.items()
        ),
    ]
