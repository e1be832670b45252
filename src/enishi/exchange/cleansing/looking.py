"""What the rules propose for records in hand. Nothing here writes."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from enishi.access.models import User
from enishi.japanese.tidy.proposals import RULES, Wishes
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind
from enishi.records.visible import reached

LineKey = tuple[str, str, bool]  # field, rule, sure
_ORDER = {rule: place for place, rule in enumerate(RULES)}


@dataclass(frozen=True)
class Found:
    """A proposal for one record: under which line it is counted, and its fields' values before and after."""

    field: str
    rule: str
    sure: bool
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def key(self) -> LineKey:
        """The line it belongs to."""
        return self.field, self.rule, self.sure

    @property
    def digest(self) -> int:
        """The values before and after as one number that nobody can guess them from; 64 bits, signed."""
        held = json.dumps([self.before, self.after], ensure_ascii=False, sort_keys=True, default=str)
        key = settings.SECRET_KEY.encode()[:64]
        made = hashlib.blake2b(f"{self.field}\n{self.rule}\n{held}".encode(), digest_size=8, key=key).digest()
        return int.from_bytes(made, "big", signed=True)


def tidied_entities(user: User) -> list[Entity]:
    """Those of which the person may change records and some field."""
    return [
        one
        for one in registry.all_entities()
        if not one.admin_only and one.in_navigation and may_tidy(one, user) and fields_of(one)
    ]


def may_tidy(entity: Entity, user: User) -> bool:
    """Whether the person may change records of an entity at all."""
    owners = reached(entity, user, "change")
    return owners is None or bool(owners)


def fields_of(entity: Entity) -> list[FieldKind]:
    """The fields whose kinds have something to say."""
    return [one for one in entity.fields.values() if one.tidied and one.name not in entity.untidied]


class Looker:
    """Looks at records of one entity, as one person sees it."""

    def __init__(self, entity: Entity, wishes: Wishes) -> None:
        self.entity, self.wishes = entity, wishes
        self.fields = fields_of(entity)
        own = [one for one in self.fields if one.custom]
        self.held: list[tuple[FieldKind, str, Callable[[Any], Any]]] = [
            (one, one.name, attrgetter(one.column)) for one in self.fields if not one.custom
        ]
        self.held += [(one, one.name, one.get) for one in own]
        self.spans = type(entity).tidy is not Entity.tidy

    def look(self, record: Any) -> list[Found]:
        """Every proposal for a record, each on what is stored now. What the field wouldn't take as it is proposed drops out."""
        made: dict[LineKey, Found] = {}
        for one, name, get in self.held:
            value = get(record)
            if value:
                for said in one.tidy(value, self.wishes):
                    self._add(made, record, name, said.rule, said.sure, {name: said.value})
        if self.spans:
            for span in self.entity.tidy(record, self.wishes):
                self._add(made, record, span.field, span.rule, span.sure, dict(span.values))
        return list(made.values())

    def find(self, record: Any, key: LineKey) -> Found | None:
        """What a line proposes for a record now."""
        return next((one for one in self.look(record) if one.key == key), None)

    def _add(
        self,
        made: dict[LineKey, Found],
        record: Any,
        name: str,
        rule: str,
        sure: bool,
        values: dict[str, str],
    ) -> None:
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for field, raw in values.items():
            found = self.entity.fields.get(field)
            if found is None or not found.editable:
                return
            try:
                value = found.clean(raw)
            except ValidationError:
                return
            old = found.get(record)
            if found.is_empty(value) and found.required:
                return
            if value != old:
                before[field], after[field] = old, value
        if after:
            made.setdefault((name, rule, sure), Found(name, rule, sure, before, after))


def in_order(keys: Iterable[Any], fields: list[str]) -> list[Any]:
    """Lines as they stand on the page: by field as on the card, sure ones first, then by rule."""
    places = {name: place for place, name in enumerate(fields)}
    return sorted(keys, key=lambda one: (not one.sure, places.get(one.field, 999), _ORDER.get(one.rule, 999)))
