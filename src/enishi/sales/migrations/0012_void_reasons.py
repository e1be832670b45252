"""Why a quote or an order was taken back. SQLite would write the whole table anew for a column that isn't null; it takes one with a
constant default at once."""

from typing import Any

from django.db import migrations, models


class AddWords(migrations.AddField):
    """A column of text that begins empty, in the same time for ten rows and for a million."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        found = model._meta.get_field(self.name)
        table, column = (schema_editor.quote_name(one) for one in (model._meta.db_table, found.column))
        kind = found.db_type(schema_editor.connection)
        schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} NOT NULL DEFAULT ''")


class Migration(migrations.Migration):
    dependencies = [("sales", "0011_billing")]

    operations = [
        AddWords(
            model_name=name,
            name="void_reason",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="取り消した理由"),
        )
        for name in ("quote", "order")
    ]
