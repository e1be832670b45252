"""What migrations do with records."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.migrations import RunPython


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
