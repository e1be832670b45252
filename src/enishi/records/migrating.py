"""What migrations do with records."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.migrations import AddField, RunPython


def rewritten(app: str, fields: Mapping[str, str], change: Callable[[str], str]) -> RunPython:
    """Texts that tell records apart (model → field) in another spelling, where no other living record has that one already. Only what has
    letters beyond ASCII in it is looked at; nothing is taken back."""

    def forwards(apps: Any, _schema_editor: Any) -> None:
        for name, field in fields.items():
            rows = apps.get_model(app, name)._base_manager
            odd = rows.filter(**{f"{field}__regex": "[^ -~]"}).order_by("pk").values_list("pk", field)
            for key, text in list(odd):
                other = change(text)
                if other != text and not rows.filter(**{field: other}, deleted_at=None).exists():
                    rows.filter(pk=key).update(**{field: other})

    return RunPython(forwards, RunPython.noop)


class AddText(AddField):
    """A column of text with a constant default, in the same time for ten rows and for a million: SQLite would write the whole table anew
    for a column that isn't null, and takes one with a constant default at once."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        found = model._meta.get_field(self.name)
        table, column = (schema_editor.quote_name(one) for one in (model._meta.db_table, found.column))
        kind, default = found.db_type(schema_editor.connection), schema_editor.quote_value(found.default)
        schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} NOT NULL DEFAULT {default}")
