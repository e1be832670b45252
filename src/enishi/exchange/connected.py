"""Records that a sheet's connections name and that aren't there yet: made beforehand, with nothing but their names, where the person wants
it so; the rows find them then like all others."""

import re
from collections.abc import Iterator
from contextlib import suppress

from django.core.exceptions import ValidationError

from enishi.access.models import User
from enishi.access.rights import may
from enishi.exchange import readers
from enishi.exchange.datarows import data_rows
from enishi.exchange.mapping import Plan, kind_of
from enishi.exchange.models import ImportJob
from enishi.japanese import companies, names
from enishi.records import registry, write
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.fields import Linked, Words
from enishi.records.fields.links import NONE_FOUND
from enishi.records.models import Operation

STEP = 500
# A comma in front of these goes on with a name: Sagawa Co., Ltd.
_BETWEEN = re.compile(r"[、，;；\n]|,(?!\s*(?:Ltd|Inc|LLC|Co|Corp|K\.?K)\b)", re.IGNORECASE)
_ROLE = re.compile(r"（[^（）]{1,100}）\Z")


def _columns(plan: Plan) -> Iterator[tuple[int, Linked]]:
    for column in plan.columns:
        found = kind_of(column.target) if column.target else None
        if isinstance(found, Linked) and isinstance(found.target.fields.get(found.target.title_field), Words):
            yield column.index, found


def targets(plan: Plan) -> list[str]:
    """The headings of columns that name connected records which could be made."""
    indexes = {index for index, _found in _columns(plan)}
    return [column.heading for column in plan.columns if column.index in indexes]


def create(job: ImportJob, plan: Plan, *, by: User, operation: Operation | None) -> dict[str, int]:
    """Makes what is named and isn't there; returns how many of each entity. What can't be made by its name alone (something else of it is
    required) or by this person is left: its rows are refused, and say so.

    Raises:
        readers.Unreadable
    """
    columns = [(index, found) for index, found in _columns(plan) if may(by, "create", found.to)]
    wanted: dict[str, dict[str, None]] = {}
    known: set[tuple[str, str]] = set()
    for _number, cells in data_rows(job, plan) if columns else ():
        for index, found in columns:
            text = readers.plain(cells[index]).strip() if index < len(cells) else ""
            if not text or (found.name, text) in known:
                continue
            known.add((found.name, text))
            for name in _missing(found, text):
                wanted.setdefault(found.to, {})[name] = None
    made: dict[str, int] = {}
    for entity_name, called in wanted.items():
        made[entity_name] = _make(registry.get(entity_name), list(called), by, operation)
    return {name: count for name, count in made.items() if count}


def _missing(found: Linked, text: str) -> list[str]:
    """The names in a cell that nothing is called by (of several of one name none is made)."""
    with suppress(ValidationError):
        found.named(text)
        return []
    parts = _BETWEEN.split(text) if found.many else [text]
    missing = []
    for part in parts:
        name = _without_role(found, part.strip())
        try:
            if name:
                found.by_name(name)
        except ValidationError as error:
            if error.code == NONE_FOUND:
                missing.append(name)
    return missing


def _without_role(found: Linked, text: str) -> str:
    """The name in front of a role in brackets; （株） is no role. A company's 御中 and 様 are none of its name."""
    match = _ROLE.search(text)
    if match and companies.parse_company(match[0]).base:
        text = text[: match.start()].strip()
    return names.strip_honorific(text)[0] if found.to == "account" else text


def _make(entity: Entity, called: list[str], by: User, operation: Operation | None) -> int:
    count = 0
    for start in range(0, len(called), STEP):
        rows = [{entity.title_field: name} for name in called[start : start + STEP]]
        try:
            count += len(write.create_many(entity, rows, by=by, operation=operation))
        except Refused:  # one of them can't be: the others can
            for row in rows:
                with suppress(Refused):
                    count += len(write.create_many(entity, [row], by=by, operation=operation))
    return count
