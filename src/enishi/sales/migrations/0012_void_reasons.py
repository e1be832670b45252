"""Why a quote or an order was taken back."""

from django.db import migrations, models

from enishi.records.migrating import AddText


class Migration(migrations.Migration):
    dependencies = [("sales", "0011_billing")]

    operations = [
        AddText(
            model_name=name,
            name="void_reason",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="取り消した理由"),
        )
        for name in ("quote", "order")
    ]
