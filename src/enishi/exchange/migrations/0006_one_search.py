"""One search for duplicates of each entity at a time: the database holds it too."""

from django.db import migrations, models
from django.utils import timezone

UNDER_WAY = ["queued", "running"]


def leave_one(apps, editor):
    """Of several that are under way the newest stays."""
    runs = apps.get_model("exchange", "DuplicateRun").objects.filter(status__in=UNDER_WAY)
    for entity in set(runs.values_list("entity", flat=True)):
        newest = runs.filter(entity=entity).latest("pk")
        runs.filter(entity=entity).exclude(pk=newest.pk).update(status="failed", ended_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_round_trip")]

    operations = [
        migrations.RunPython(leave_one, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="duplicaterun",
            constraint=models.UniqueConstraint(
                fields=["entity"], condition=models.Q(("status__in", UNDER_WAY)), name="duplicate_run_one"
            ),
        ),
    ]
