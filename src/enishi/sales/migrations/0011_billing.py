"""What tax is withheld of, and whether the company was exempt when a document was issued."""

from django.db import migrations, models

from enishi.records.migrating import AddText


class Migration(migrations.Migration):
    dependencies = [("sales", "0010_codes")]

    operations = [
        AddText(
            model_name=name,
            name="withholding",
            field=models.CharField(blank=True, default="auto", max_length=4, verbose_name="源泉対象"),
        )
        for name in ("invoiceline", "product")
    ] + [
        migrations.AddField(
            model_name=name, name="exempt", field=models.BooleanField(editable=False, null=True)
        )
        for name in ("quote", "order", "invoice")
    ]
