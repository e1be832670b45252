"""One daily report of each person and day: the database holds it too."""

from django.db import migrations, models
from django.utils import timezone

TEXTS = ("done", "result", "plan")


def leave_one_a_day(apps, editor):
    """Of two reports of one day that two requests made at once the first keeps what stands in both, and their comments; one query where
    there is nothing to do."""
    comments = apps.get_model("work", "DailyComment").objects
    rows = (
        apps.get_model("work", "DailyReport").objects.filter(deleted_at=None, owner__isnull=False).order_by()
    )
    several = rows.values("owner", "day").annotate(n=models.Count("pk")).filter(n__gt=1)
    for one in list(several):
        kept, *others = rows.filter(owner=one["owner"], day=one["day"]).order_by("pk")
        for other in others:
            for name in TEXTS:
                mine, theirs = getattr(kept, name), getattr(other, name)
                if theirs.strip() and theirs.strip() not in mine:
                    setattr(kept, name, f"{mine}\n\n{theirs}".strip())
            kept.submitted_at = kept.submitted_at or other.submitted_at
            comments.filter(report=other).update(report=kept)
            rows.filter(pk=other.pk).update(deleted_at=timezone.now())
        kept.version += 1
        kept.save(update_fields=[*TEXTS, "submitted_at", "version"])


class Migration(migrations.Migration):
    dependencies = [("work", "0004_calendar")]

    operations = [
        migrations.RunPython(leave_one_a_day, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex(model_name="dailyreport", name="daily_report_owner_day"),
        migrations.AddConstraint(
            model_name="dailyreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("owner", "day"),
                name="daily_report_once",
            ),
        ),
    ]
