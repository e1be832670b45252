"""Codes are kept in half width, so that Ａ００１ out of one sheet is A001 out of the next."""

from django.db import migrations

from enishi.japanese.text import as_code
from enishi.records.migrating import rewritten


class Migration(migrations.Migration):
    dependencies = [("sales", "0009_lead_rules")]

    operations = [rewritten("sales", {"deal": "code", "product": "code"}, as_code)]
