"""The records of an entity as rows to be searched, in the order of their keys."""

import datetime
from collections.abc import Iterator
from typing import Any

from enishi.exchange.duplicates import columns
from enishi.exchange.duplicates.features import Raw
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind
from enishi.records.models import Event

BATCH = 5000
_BY_KIND = {
    "email": "mail",
    "postal_code": "postal_code",
    "url": "website",
    "corporate_number": "corporate_number",
}
_FIXED = {
    "account": {"name": "any_name", "kana": "any_kana", "address": "_address", "building": "building"},
    "contact": {
        "name": "name", "family_name": "family", "given_name": "given", "family_kana": "family_kana", "given_kana": "given_kana",
        "kana": "kana", "address": "_address", "building": "building", "account": "company",
    },
}  # fmt: skip


def roles(entity: Entity) -> dict[str, str]:
    """Field → what it says (`columns`); fields that say nothing about who it is are left out."""
    fixed = _FIXED.get(entity.name, {})
    made: dict[str, str] = {}
    for name, one in entity.whole.fields.items():
        role = fixed.get(name) or _role(entity, one)
        if (
            role
            and not one.linked
            and not one.computed
            and (role in columns.SEVERAL or role not in made.values())
        ):
            made[name] = role
    return made


def _role(entity: Entity, one: FieldKind) -> str:
    if one.kind == "telephone":
        return "fax" if one.name == "fax" or columns.by_heading(one.label) == "fax" else "phone"
    if one.kind in _BY_KIND:
        return _BY_KIND[one.kind]
    if one.name == entity.title_field and entity.drawn:
        return "any_name"
    if one.kind == "kana":
        return "any_kana"
    if one.kind not in {"text", "address", "date", "choice"}:
        return ""
    role = columns.by_heading(one.label)
    allowed = {
        "date": {"birthday"}, "choice": {"gender"},
        "text": {"prefecture", "_address", "_city", "_town", "_block", "building", "branch", "family", "given", "name", "company", "corporate_number"},
        "address": {"_address"},
    }[one.kind]  # fmt: skip
    return role if role in allowed else ("_address" if one.kind == "address" else "")


def searchable(entity: Entity) -> bool:
    """Whether an entity has what a search needs: a name, and something beside it."""
    found = set(roles(entity).values())
    named = found & {"any_name", "name", "family", "company"}
    return bool(named) and bool(
        found & {"phone", "mail", "_address", "birthday", "corporate_number", "postal_code"}
    )


class Base:
    """Living records of an entity; `ids` fills while they are read.

    Args:
        since: when the base was searched last; what changed after it is fresh. None: everything is.
    """

    def __init__(self, entity: Entity, since: datetime.datetime | None = None) -> None:
        self.entity, self.since = entity, since
        self.roles = roles(entity)
        self.ids: list[int] = []
        order = [self.roles[name] for name in self.roles]
        self.reader = columns.Reader(["id", *order], "contact" if entity.name == "contact" else "")
        self.fields = [entity.whole.fields[name] for name in self.roles]
        self.changed: set[int] = set()
        if since is not None:
            events = Event.objects.filter(at__gt=since, entity=entity.name)
            self.changed = set(events.order_by().values_list("record_id", flat=True))

    def count(self) -> int:
        """How many there are."""
        return int(self.entity.model._default_manager.filter(deleted_at=None).count())

    def rows(self) -> Iterator[tuple[Raw, bool]]:
        """All living records; each says whether it is fresh."""
        paths = [_path(one) for one in self.fields]
        extra = (
            ["kind"]
            if self.entity.name == "account"
            else ["name_unsure"]
            if self.entity.name == "contact"
            else []
        )
        rows = self.entity.model._default_manager.filter(deleted_at=None).order_by("pk")
        last = 0
        while True:
            batch = list(rows.filter(pk__gt=last).values_list("pk", "updated_at", *extra, *paths)[:BATCH])
            for key, updated, *values in batch:
                special = values[0] if extra else None
                made = self._raw(key, values[len(extra) :], special)
                self.ids.append(key)
                yield made, self.since is None or updated > self.since or key in self.changed
            if len(batch) < BATCH:
                return
            last = batch[-1][0]

    def _raw(self, key: int, values: list[Any], special: Any) -> Raw:
        cells: list[Any] = [key]
        for one, value in zip(self.fields, values, strict=True):
            cells.append((value or {}).get(one.name) if one.custom else value)
        raw = self.reader.raw(cells)
        if self.entity.name == "account":
            if special == "household":
                raw.about = "person"
                raw.name, raw.kana = raw.name or raw.company, raw.kana or raw.company_kana
                raw.company = raw.company_kana = ""
            elif raw.about == "person":
                raw.about, raw.company, raw.company_kana = "company", raw.name, raw.kana
                raw.name = raw.kana = ""
        elif self.entity.name == "contact" and special:  # the parts of the name were only guessed
            raw.family = raw.given = ""
        elif self.entity.name == "contact" and (raw.family or raw.given):
            raw.name = ""
        return raw


def _path(one: FieldKind) -> str:
    if one.custom:
        return "custom"
    return f"{one.name}__name" if one.kind == "reference" else one.column
