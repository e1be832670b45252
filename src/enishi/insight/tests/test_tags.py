"""Reports by tag: a record counts for each of its tags, once in the sum, and the list behind a figure holds just its records."""

from typing import Any

import pytest
from django.test import Client

from enishi.insight.models import Report
from enishi.insight.reports import builder, engine
from enishi.insight.reports.behind import drill
from enishi.insight.reports.engine import compute
from enishi.insight.reports.shown import show
from enishi.insight.reports.spec import Spec
from enishi.records import registry, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.errors import Refused
from enishi.records.visible import visible

pytestmark = [pytest.mark.django_db, pytest.mark.row("F4")]


@pytest.fixture
def accounts(alice: Any) -> Any:
    engine.forget()
    rows = [
        {"name": "甲", "tags": ["VIP", "展示会"], "industry": "製造", "employees": 10},
        {"name": "乙", "tags": ["VIP"], "industry": "小売", "employees": 5},
        {"name": "丙", "tags": [], "industry": "製造", "employees": 1},
        {"name": "丁", "tags": ["展示会"], "industry": "製造", "employees": 2},
    ]
    write.create_many(registry.get("account"), rows, by=alice, operation=None)
    gone = write.create(registry.get("account"), {"name": "戊", "tags": ["VIP"]}, by=alice).record
    write.delete(registry.get("account"), [gone.pk], by=alice)
    write.create(registry.get("contact"), {"family_name": "他", "tags": ["VIP"]}, by=alice)
    return registry.get("account")


def test_records_count_for_each_of_their_tags_and_once_in_the_sum(
    accounts: Any, alice: Any, bob: Any
) -> None:
    held = {"rows": [{"field": "tags"}], "measures": [{"op": "count"}, {"op": "sum", "field": "employees"}]}
    result = compute(Spec.of("account", held), alice)
    assert {line.keys: line.total for line in result.lines} == {("VIP",): [2, 15], ("展示会",): [2, 12], (None,): [1, 1]}  # fmt: skip
    assert result.total == [4, 18]
    for line in result.lines:
        tree = drill(Spec.of("account", held), result, line.keys)
        rows = visible(accounts, alice).filter(compile_condition(accounts, tree, Scope.of(alice)))
        assert rows.count() == line.total[0], line.keys
    assert len(compute(Spec.of("account", held | {"top": 1}), alice).lines) == 1
    assert "それぞれの値で数えます" in show(Spec.of("account", held), alice).notes[0]


def test_tags_cross_other_fields_and_only_once_themselves(accounts: Any, alice: Any) -> None:
    assert "tags" in [path for path, _label, _kind in builder.dimension_choices(accounts)]
    held = {"rows": [{"field": "industry"}], "column": {"field": "tags"}, "measures": [{"op": "count"}]}
    result = compute(Spec.of("account", held), alice)
    found = {line.keys[0]: (line.cells, line.total) for line in result.lines}
    assert found == {"製造": ({"VIP": [1], "展示会": [2], None: [1]}, [3]), "小売": ({"VIP": [1]}, [1])}
    assert result.column_totals == {"VIP": [2], "展示会": [2], None: [1]} and result.total == [4]
    for wrong in (
        {"rows": [{"field": "tags"}], "column": {"field": "tags"}},
        {"rows": [{"field": "account.tags"}]},
    ):
        with pytest.raises(Refused):
            Spec.of("account" if "column" in wrong else "deal", wrong)


def test_a_deal_counts_for_each_of_its_competitors_as_a_record_for_its_tags(
    alice: Any, as_alice: Client
) -> None:
    engine.forget()
    account = write.create(registry.get("account"), {"name": "甲"}, by=alice).record
    deals = [("A社", 10), ("B社、A社", 20), ("B社", 500), ("C社、B社、A社", 5), ("", 7)]
    rows = [
        {"name": f"案件{n}", "account": account.pk, "competitor": names, "amount": amount}
        for n, (names, amount) in enumerate(deals)
    ]
    write.create_many(registry.get("deal"), rows, by=alice, operation=None)
    held: dict[str, Any] = {
        "rows": [{"field": "competitor"}], "measures": [{"op": "count"}, {"op": "sum", "field": "amount"}], "top": 2, "sort": "-1",
    }  # fmt: skip

    def lines(**more: Any) -> Any:
        result = compute(Spec.of("deal", held | more), alice)
        return [(line.keys[0], line.total) for line in result.lines], result.total

    # The largest by the figure that is asked for, each with all of its deals; the sum has each deal once.
    assert lines() == ([("B社", [3, 525]), ("A社", [3, 35])], [5, 542])
    assert lines(sort="1")[0][0] == ("C社", [1, 5]) and len(lines(top=0)[0]) == 4
    assert lines(measures=[{"op": "avg", "field": "amount"}], sort="-0", top=1)[0] == [("B社", [175])]
    assert lines(rows=[{"field": "competitor"}, {"field": "account"}], top=1)[0] == [("B社", [3, 525])]
    asked = {"entity": "deal", "name": "競合", "row0": "competitor", "measure": ["count"], "top": "2", "share": "all", "chart": "bar"}  # fmt: skip
    assert "それぞれの値で数えます" in as_alice.get("/reports/preview/", asked).text
    for more in ({"row0": "competitor"}, {"row0": "account", "column": "competitor"}):
        wrong = as_alice.post("/reports/new/", {**asked, **more, "measure": ["distinct:account"]})
        assert wrong.status_code == 422 and "種類の数は数えられません" in wrong.text
    assert not Report.objects.exists()
    # Each tag has a row of its own, so that of these different ones can be counted.
    tags = held | {
        "rows": [{"field": "tags"}],
        "measures": [{"op": "distinct", "field": "account"}],
        "sort": "",
    }
    assert compute(Spec.of("deal", tags), alice).total == [1]
