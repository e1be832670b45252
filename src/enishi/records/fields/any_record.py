"""A connection to a record of any entity, kept as "deal:12"."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from enishi.records.fields.base import FieldKind

_REFERENCE = re.compile(r"([a-z][a-z0-9_]{0,39}):([0-9]{1,18})\Z")
_FRESH = re.compile(r"([a-z][a-z0-9_]{0,39}):\+(.+)\Z", re.DOTALL)


def parse(text: str) -> tuple[str, int] | None:
    """Entity name and key of "deal:12", or None."""
    match = _REFERENCE.match(text or "")
    return (match[1], int(match[2])) if match else None


def fresh(text: str) -> tuple[str, str] | None:
    """Entity name and name of "lead:+青木商店": somebody whom a form makes a record of (`Entity.fresh_words`)."""
    match = _FRESH.match(text or "")
    return (match[1], match[2]) if match else None


class AnyRecord(FieldKind):
    """What a task or activity is about."""

    kind = "any_record"
    design_icon = "waypoints"
    template = "components/input_any_record.html"
    operators = ("is", "empty", "not_empty")

    def clean(self, raw: Any) -> str:
        if raw is None or raw == "":
            return ""
        self.check_type(raw, str)
        found = parse(raw)
        from enishi.records import registry

        entity = registry.find(found[0]) if found else None
        from enishi.records.limits import readable

        if not found or entity is None or not readable(entity).filter(pk=found[1], deleted_at=None).exists():
            raise ValidationError(
                _("選んだ%(label)sが見つかりません。選び直してください。") % {"label": self.label}
            )
        return str(raw)

    def naming(self, name: str, keys: Sequence[int]) -> Q | None:
        return Q(**{f"{self.column}__in": [f"{name}:{key}" for key in keys]}) if not self.custom else None

    def led(self, value: Any, name: str, keys: Iterable[int], to: int) -> Any:
        found = parse(value)
        return f"{name}:{to}" if found and found[0] == name and found[1] in keys else value

    def labels_for(self, values: set[Any]) -> dict[Any, str]:
        return titles(values)

    def text(self, value: Any) -> str:
        return titles({value}).get(value, "") if value else ""

    def value_text(self, record: Any) -> str:
        held = getattr(record, "_about_titles", None)
        value = self.get(record)
        return (held.get(value, "") if held is not None else self.text(value)) if value else ""

    def input_text(self, value: Any) -> str:
        return value or ""

    def cell(self, record: Any) -> str:
        return self.named(self.get(record), self.value_text(record))

    def cells(self, records: Sequence[Any]) -> list[str]:
        values = self.values(records)
        names = titles({value for value in values if value})
        return [self.named(value, names.get(value, "")) for value in values]

    def named(self, value: str, name: str) -> str:
        """A cell of a value whose name is known."""
        found = parse(value)
        if not found:
            return ""
        from enishi.records import registry

        entity = registry.find(found[0])
        if entity is None:
            return escape(name)
        return f'<a class="link" href="{escape(entity.url(found[1]))}">{escape(name)}</a>'


def titles(values: set[Any]) -> dict[str, str]:
    """Names behind "deal:12" texts: one query per entity, whatever their number."""
    from enishi.records import registry
    from enishi.records.limits import unseen

    wanted: dict[str, set[int]] = {}
    for value in values:
        found = parse(value) if isinstance(value, str) else None
        if found:
            wanted.setdefault(found[0], set()).add(found[1])
    made: dict[str, str] = {}
    for name, keys in wanted.items():
        entity = registry.find(name)
        hidden = unseen(entity, keys)
        made |= {f"{name}:{key}": _("（権限なし）") for key in hidden}
        if entity is not None and keys - hidden:
            for record in entity.model._default_manager.filter(pk__in=keys - hidden):
                made[f"{name}:{record.pk}"] = entity.title(record)
    return made


def load_titles(records: list[Any], column: str = "about") -> None:
    """Gives each record the titles of what the whole page is about, in one query per entity."""
    known = titles({getattr(record, column) for record in records})
    for record in records:
        record._about_titles = known
