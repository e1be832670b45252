"""Which competitor won a deal."""

from django.db import migrations, models

from enishi.records.migrating import AddText


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0007_goals"),
    ]

    operations = [
        AddText(
            model_name="deal",
            name="lost_to",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="選ばれた競合"),
        ),
        migrations.AlterField(
            model_name="deal",
            name="closed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="決着日"),
        ),
    ]
