"""Invoices that were taken back are owed by nobody."""

from django.db import migrations


def forgive(apps, schema_editor):
    """Sets what is left to pay of them to nothing."""
    apps.get_model("sales", "Invoice").objects.filter(status="void").exclude(balance=0).update(balance=0)


class Migration(migrations.Migration):
    dependencies = [("sales", "0013_order_sums")]

    operations = [migrations.RunPython(forgive, migrations.RunPython.noop, elidable=True)]
