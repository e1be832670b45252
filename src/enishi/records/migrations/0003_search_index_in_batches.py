"""PostgreSQL's search index takes new words in small batches.

A document has some thirty words, each of which has a place of its own in the index: put there one by one they cost an
import more than all else. Up to 256 KB wait in a list that searches read through as well.
"""

from django.db import migrations


def in_batches(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER INDEX searchdoc_tokens SET (fastupdate = on, gin_pending_list_limit = 256)"
        )


def one_by_one(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER INDEX searchdoc_tokens SET (fastupdate = off)")


class Migration(migrations.Migration):
    dependencies = [("records", "0002_search_table")]
    operations = [migrations.RunPython(in_batches, one_by_one)]
