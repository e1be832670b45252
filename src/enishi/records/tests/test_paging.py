"""Paging by key: all pages together hold every record once and in order, for every sortable field, both ways."""

import random
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from tests.support import people

from enishi.records import registry
from enishi.records.lists import ListState
from enishi.records.models import FieldDesign
from enishi.records.registry import rebuild
from enishi.records.tests import company

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]

OWN = (("number", "台数"), ("text", "型番"), ("date", "更新日"), ("date_time", "来社"))


@pytest.fixture(scope="module")
def ledger(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Sixty records of each kind with ties and gaps in every column; made once for the module and taken away after it."""
    with django_db_blocker.unblock():
        held = transaction.atomic()
        held.__enter__()
        users = [people.make(name) for name in ("alice", "bob", "carol")]
        for entity in ("account", "deal", "task", "activity", "contact"):
            for kind, label in OWN:
                FieldDesign.objects.create(entity=entity, kind=kind, label=label, indexed=True)
        rebuild()
        try:
            yield fill(users)
        finally:
            transaction.set_rollback(True)
            held.__exit__(None, None, None)
            rebuild()


@pytest.fixture(autouse=True)
def _drawn(ledger: Any, db: None) -> None:
    """Each test begins with the entities as built; these have fields of their own."""
    rebuild()


def fill(users: list[Any]) -> Any:
    some = random.Random(5)
    made = company.build(5, users, size=60)
    for name, records in made.items():
        entity = registry.get(name)
        own = {one.name: one for one in entity.own}
        for record in records:
            record.refresh_from_db()
            record.custom = {}
            for found in own.values():
                found.put(record, found.clean(company.value(found, some, users)))
            if hasattr(record, "open_amount"):
                record.open_amount = some.choice([None, 0, 10, 10**12])
            if hasattr(record, "last_contact_at"):
                record.last_contact_at, record.next_step_at = company.moment(some), company.moment(some)
            if hasattr(record, "birthday"):
                record.birthday = company.day(some)
            if hasattr(record, "channel_value"):
                record.channel_orders = some.choice([None, 0, 1, 7])
                record.channel_value, record.channel_last_on = (
                    some.choice([None, 0, 10**9]),
                    company.day(some),
                )
            if hasattr(record, "buy_next_on"):
                record.buy_next_on, record.buy_value = company.day(some), some.choice([None, 0, 10**9])
            record.updated_at = company.moment(some) or record.updated_at
            record.save()
    return users


def orders(entity: Any) -> list[str]:
    """Every order that the entity's list offers."""
    found = [one.name for one in entity.fields.values() if one.sortable]
    return [*found, *(["sort_key"] if hasattr(entity.model, "sort_key") else [])]


def walk(entity: Any, user: Any, sort: str) -> list[Any]:
    """All pages, one after the other."""
    seen: list[Any] = []
    after = ""
    for _page in range(50):
        query = QueryDict(mutable=True)
        query.update({"sort": sort, "after": after})
        state = ListState.of(entity, user, query)
        assert state.sort == sort
        page, after = state.page(7)
        seen += page
        assert len(page) == 7 or not after
        if not after:
            return seen
    raise AssertionError("no end")


@pytest.mark.parametrize("name", ["account", "contact", "deal", "task", "activity", "stage"])
def test_all_pages_together_hold_every_record_once_and_in_order(
    ledger: list[Any], db: None, name: str
) -> None:
    entity = registry.get(name)
    everything = sorted(entity.model.objects.filter(deleted_at=None).values_list("pk", flat=True))
    tried = orders(entity)
    assert len(tried) >= (7 if name != "stage" else 3)
    for sort in tried:
        for descending in (False, True):
            seen = walk(entity, ledger[0], f"-{sort}" if descending else sort)
            assert sorted(one.pk for one in seen) == everything, sort
            assert [one.pk for one in walk(entity, ledger[0], f"-{sort}" if descending else sort)] == [
                one.pk for one in seen
            ]
            found = (
                None
                if sort == "sort_key" or (sort == entity.title_field and hasattr(entity.model, "sort_key"))
                else entity.field(sort)
            )
            values = [one.sort_key if found is None else found.to_json(found.get(one)) for one in seen]
            if found is not None and (found.nullable or found.custom):
                empty = [value is None or value == "" for value in values]
                assert empty == sorted(empty), f"{sort}: what is empty comes last, both ways"
                full = [
                    (value, one.pk) for value, one, gone in zip(values, seen, empty, strict=True) if not gone
                ]
                rest = [one.pk for one, gone in zip(seen, empty, strict=True) if gone]
                assert rest == sorted(rest, reverse=descending)
            else:
                full = [(value, one.pk) for value, one in zip(values, seen, strict=True)]
            assert (
                name == "stage"
                or len({value for value, _key in full}) < len(full)
                or sort in {"created_at", "updated_at", "sort_key", "name"}
            ), f"{sort}: no ties tried"
            assert full == sorted(full, reverse=descending), sort
