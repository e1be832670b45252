"""Queries that are compiled once answer as the ones they stand for, for whoever asks and with whatever values."""

import threading
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.db.models import Sum

from enishi.people.models import Account
from enishi.records import registry, write
from enishi.records.lists import ListState
from enishi.records.prepared import Statement, fetch, fetch_keys, first
from enishi.sales.models import Deal

pytestmark = pytest.mark.django_db


@pytest.fixture
def customers(alice: Any) -> list[Any]:
    entity = registry.get("account")
    return [
        write.create(entity, {"name": name, "phone": f"03-1234-{n:04}"}, by=alice).record
        for n, name in enumerate(("株式会社青空", "有限会社海風", "100%商店", "mark-0", "%s商事"))
    ]


def named(name: Any) -> Any:
    return Account.objects.filter(name=name).select_related("owner")


def test_each_value_gets_its_own_rows(customers: list[Any]) -> None:
    for one in customers:
        (found,) = fetch("test named", named, one.name)
        assert found == one and found.owner == one.owner and found.phone == one.phone
        assert (
            found.created_at == one.created_at and found.custom == one.custom and found._state.db == "default"
        )
    assert (
        fetch("test named", named, "どこにもない") == []
        and first("test named", named, "どこにもない") is None
    )


def test_a_column_that_was_left_out_is_asked_for_when_it_is_read(customers: list[Any]) -> None:
    (found,) = fetch_keys(
        "test light", lambda keys: Account.objects.filter(pk__in=keys).only("name"), [customers[0].pk]
    )
    assert "phone" not in found.__dict__ and found.phone == customers[0].phone


def test_moments_and_sums_go_in_and_come_out_as_they_are(customers: list[Any], alice: Any) -> None:
    def since(moment: Any) -> Any:
        return Account.objects.filter(created_at__gte=moment).order_by("pk").values_list("pk", "created_at")

    for one in customers:
        expected = list(since(one.created_at))
        assert fetch("test since", since, one.created_at) == expected and expected

    def total(owner: Any) -> Any:
        return Deal.objects.filter(owner=owner).values_list("owner").annotate(total=Sum("amount"))

    assert fetch("test total", total, alice.pk) == []


def test_a_value_that_does_not_reach_the_query_is_a_mistake(customers: list[Any]) -> None:
    with pytest.raises(AssertionError):
        Statement.of(Account.objects.filter(name="x"), ["mark"])


def test_what_can_match_nothing_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert fetch("test none", lambda: Account.objects.filter(pk__in=[])) == []


def test_pages_behind_a_cursor_are_those_of_the_plain_query(
    customers: list[Any], alice: Any, monkeypatch: Any
) -> None:
    """Every order, both ways, page by page: compiled once or each time, the same rows come."""
    from django.http import QueryDict

    from enishi.records import prepared

    entity = registry.get("account")
    orders = [name for name, one in entity.fields.items() if one.sortable] + ["sort_key"]

    def walk() -> list[list[int]]:
        made = []
        for order in orders:
            for sign in ("", "-"):
                after = ""
                while True:
                    query = QueryDict(urlencode({"sort": f"{sign}{order}", "after": after}))
                    rows, after = ListState.of(entity, alice, query).page(2)
                    made.append([row.pk for row in rows])
                    if not after:
                        break
        return made

    walk()
    kept = walk()
    monkeypatch.setattr(
        "enishi.records.lists.fetch", lambda key, make, *values: prepared.fetch(None, make, *values)
    )
    assert walk() == kept


@pytest.mark.django_db(transaction=True)
def test_threads_share_what_was_compiled(shared: None, customers: list[Any]) -> None:
    """Four threads ask at once, each for each."""
    wrong: list[Any] = []

    def work() -> None:
        for _turn in range(30):
            for one in customers:
                found = [row.pk for row in fetch("test threads", named, one.name)]
                if found != [one.pk]:
                    wrong.append(found)
        connections.close_all()
        asked.append(True)

    asked: list[bool] = []
    threads = [threading.Thread(target=work) for _number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == [] and len(asked) == 4
