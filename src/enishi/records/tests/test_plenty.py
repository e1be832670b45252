"""That many records meet a condition is asked once in a minute; what is found is always new."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enishi.records import plenty, registry, search, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.visible import visible

pytestmark = [pytest.mark.django_db, pytest.mark.row("A2")]


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plenty, "_many", {})


def names(by: Any, condition: Any) -> tuple[set[str], int]:
    """What is found, and by how many questions to the database."""
    account = registry.get("account")
    with CaptureQueriesContext(connection) as asked:
        found = set(visible(account, by).filter(condition()).values_list("name", flat=True))
    return found, len(asked)


@pytest.mark.parametrize("by_words", [True, False])
def test_many_are_counted_once_and_few_each_time(
    by_words: bool, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, deal, scope = registry.get("account"), registry.get("deal"), Scope.of(alice)

    def add(name: str) -> None:
        made = write.create(account, {"name": name}, by=alice).record
        write.create(deal, {"name": "修理", "account": made.pk}, by=alice)

    def condition() -> Any:
        if by_words:
            return search.matching(account, "丸山")
        return compile_condition(account, {"has": {"entity": "deal", "field": "account"}}, scope)

    add("丸山商店")
    for _again in range(2):
        assert names(alice, condition) == ({"丸山商店"}, 2)
    monkeypatch.setattr(plenty, "PLENTY", 0)
    assert names(alice, condition) == ({"丸山商店"}, 2)
    add("丸山建設")
    assert names(alice, condition) == ({"丸山商店", "丸山建設"}, 1)
    monkeypatch.setattr(plenty, "KEEP_SECONDS", 0.0)
    assert names(alice, condition) == ({"丸山商店", "丸山建設"}, 2)
