from django.db import migrations

# unicode61 keeps letters and digits of all scripts together, which is all our tokens hold; detail=none because grams are
# only ever asked for together, never in order; contentless because `records_searchdoc` holds the text.
CREATE = (
    "CREATE VIRTUAL TABLE records_search USING fts5(tokens, content='', contentless_delete=1, detail=none, "
    'tokenize="unicode61 remove_diacritics 0")'
)


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(CREATE)
    else:
        schema_editor.execute(
            "CREATE INDEX searchdoc_tokens ON records_searchdoc USING gin (tokens) WITH (fastupdate = off)"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE IF EXISTS records_search")


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
