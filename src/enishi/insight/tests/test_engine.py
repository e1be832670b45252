"""Reports count what plain Python counts, and the list behind each figure holds just its records."""

import datetime
import itertools
import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enishi.insight import fiscal
from enishi.insight.models import FiscalYear
from enishi.insight.reports import engine, pieces
from enishi.insight.reports.behind import drill
from enishi.insight.reports.engine import compute
from enishi.insight.reports.results import REST
from enishi.insight.reports.shown import show
from enishi.insight.reports.spec import Spec
from enishi.records import registry, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.registry import rebuild
from enishi.records.tests import company
from enishi.records.visible import visible

pytestmark = [pytest.mark.django_db, pytest.mark.row("F4")]


@pytest.fixture(autouse=True)
def _own() -> Any:
    engine.forget()
    company.own_fields()
    yield
    rebuild()
    fiscal.forget()


def value_of(one: Any, record: Any, today: datetime.date) -> Any:
    """A record's group, said in plain Python."""
    if one.via is not None:
        record = getattr(record, one.via.name)
        if record is None:
            return None
        if one.path.endswith(".team"):
            return record.team_id
        if record.deleted_at is not None:
            return None
    held = one.found.get(record)
    if one.found.kind == "yes_no":
        return int(bool(held))
    if held is None or held == "":
        return None
    if one.dated:
        return one.key_of(one.found.day_of(held))
    if one.edges:
        return sum(held >= edge for edge in one.edges)
    return held


def figure(measure: Any, records: list[Any]) -> Any:
    """A measure of some records, said in plain Python."""
    if measure.found is None:
        return len(records)
    held = [value for one in records if (value := measure.found.get(one)) is not None]
    if measure.op == "distinct":
        return len(set(held))
    if not held:
        return None
    return {"sum": sum, "min": min, "max": max, "avg": lambda some: sum(some) / len(some)}[measure.op](held)


def same(one: Any, other: Any) -> bool:
    return one == other if one is None or other is None else abs(one - other) < 1e-6


def dims(entity: Any) -> list[dict[str, Any]]:
    """Everything that the entity's records can be grouped by."""
    from enishi.insight.reports.builder import dimension_choices

    made: list[dict[str, Any]] = []
    for path, _label, kind in dimension_choices(entity):
        buckets = {"date": engine_buckets, "number": ("", "bands")}.get(kind, ("",))
        made += [
            {"field": path, "bucket": bucket, **({"edges": [1, 50, 100]} if bucket == "bands" else {})}
            for bucket in buckets
        ]
    return made


engine_buckets = ("day", "week", "month", "quarter", "fiscal_quarter", "year", "fiscal_year")


def in_small_pieces(small: pytest.MonkeyPatch, step: int) -> None:
    """Counts what a test can make as if it were a large table."""
    small.setattr(pieces, "LEAST", 3)
    small.setattr(pieces, "STEP", step)


@pytest.mark.once
def test_a_large_table_in_pieces_gives_what_it_gives_at_once(alice: Any, bob: Any, monkeypatch: Any) -> None:
    company.build(5, [alice, bob], size=14)
    measures = [{"op": "count"}, *({"op": op, "field": "amount"} for op in ("sum", "avg", "min", "max"))]
    specs = [
        Spec.of("deal", {"rows": [{"field": "created_at", "bucket": "day"}], "column": {"field": "owner"}, "measures": measures}),
        Spec.of("deal", {"rows": [{"field": "stage"}, {"field": "owner"}], "sort": "-1", "measures": measures}),
        Spec.of("deal", {"rows": [{"field": "owner"}], "filter": {"field": "amount", "op": "not_empty"}, "measures": measures}),
    ]  # fmt: skip
    for spec in specs:
        engine.forget()
        at_once = compute(spec, alice)
        with monkeypatch.context() as small:
            in_small_pieces(small, 4)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            engine.forget()
            with CaptureQueriesContext(connection) as asked:
                in_pieces = compute(spec, alice)
        assert in_pieces == at_once and any("ON CONFLICT" in one["sql"] for one in asked.captured_queries)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_several_threads_count_what_one_does(alice: Any, bob: Any, monkeypatch: Any) -> None:
    """Stored for good, so that connections of their own see it: the largest of many groups with the rest, and different customers."""
    company.build(5, [alice, bob], size=40)
    measures = [{"op": "count"}, *({"op": op, "field": "amount"} for op in ("sum", "avg", "min", "max"))]
    many = {"op": "distinct", "field": "account"}
    specs = [
        Spec.of("deal", {"rows": [{"field": "account"}], "column": {"field": "owner"}, "measures": measures, "top": 3, "sort": "-1"}),
        Spec.of("deal", {"rows": [{"field": "name"}, {"field": "account"}], "measures": measures, "top": 4}),
        Spec.of("deal", {"rows": [{"field": "stage"}], "column": {"field": "account"}, "measures": measures}),
        Spec.of("deal", {"rows": [{"field": "created_at", "bucket": "day"}], "measures": [many, *measures]}),
        Spec.of("deal", {"rows": [{"field": "stage"}, {"field": "owner"}], "column": {"field": "created_at", "bucket": "day"}, "measures": [many]}),
    ]  # fmt: skip
    without = registry.get("deal").model._default_manager
    without.filter(pk__in=[one.pk for one in without.order_by("pk")[:4]]).update(account=None)
    seen: list[int] = []
    together = pieces.together

    def counted(calls: Any) -> Any:
        seen.append(len(calls))
        return together(calls)

    monkeypatch.setattr("os.cpu_count", lambda: 3)
    for spec in specs:
        engine.forget()
        at_once = compute(spec, alice)
        with monkeypatch.context() as small:
            in_small_pieces(small, 7)
            small.setattr(pieces, "together", counted)
            small.setattr(engine, "together", counted)
            small.setattr(
                pieces, "_is_counted", lambda table: True
            )  # ANALYZE would stay for the tests behind it
            engine.forget()
            in_threads = compute(spec, alice)
        assert in_threads == at_once and max(seen) == 3
        seen.clear()


@pytest.mark.parametrize("entity_name", ["deal", "account"])
def test_figures_are_those_of_plain_python(entity_name: str, alice: Any, bob: Any) -> None:
    company.build(5, [alice, bob], size=14)
    entity = registry.get(entity_name)
    FiscalYear.objects.create(pk=1, first_month=3)
    some = random.Random(7)
    today = timezone.localdate()
    every = [
        one for one in dims(entity) if one["field"] != "tags"
    ]  # of which a record has several (test_tags)
    some.shuffle(every)
    numbers = {"deal": "amount", "account": "employees"}[entity_name]
    own = next(one for one in entity.own if one.kind in {"money", "percent"})
    measures = [
        {"op": "count"}, {"op": "avg", "field": numbers}, {"op": "max", "field": own.name}, {"op": "distinct", "field": "owner"},
        {"op": "sum" if own.kind == "money" else "min", "field": own.name},
    ]  # fmt: skip
    records = list(visible(entity, alice))
    assert len(every) > 60
    for place, first in enumerate(every):
        column = every[(place * 7 + 3) % len(every)] if place % 3 == 0 else None
        several = "competitor" in {
            first["field"],
            (column or first)["field"],
        }  # of which different ones can't be counted
        told = [one for one in measures if not (several and one["op"] == "distinct")]
        spec = Spec.of(entity_name, {"rows": [first], "column": column, "measures": told})
        made = compute(spec, alice)
        groups: dict[Any, list[Any]] = {}
        for record in records:
            groups.setdefault(value_of(spec.rows[0], record, today), []).append(record)
        filled = [line for line in made.lines if line.total[0]]
        assert {line.keys[0] for line in filled} == set(groups), first
        for line in filled:
            held = groups[line.keys[0]]
            for at, measure in enumerate(spec.measures):
                assert same(line.total[at], figure(measure, held)), (first, column, line, measure.label)
            if spec.column:
                for key, cell in line.cells.items():
                    inner = [one for one in held if value_of(spec.column, one, today) == key]
                    for at, measure in enumerate(spec.measures):
                        assert same(cell[at], figure(measure, inner)), (first, column, key)
        for at, measure in enumerate(spec.measures):
            assert same(made.total[at], figure(measure, records))


@pytest.mark.parametrize("entity_name", ["deal", "account"])
def test_the_list_behind_a_figure_holds_just_its_records(entity_name: str, alice: Any, bob: Any) -> None:
    company.build(9, [alice, bob], size=12)
    entity = registry.get(entity_name)
    for first in dims(entity):
        spec = Spec.of(entity_name, {"rows": [first], "top": 3})
        made = compute(spec, alice)
        for line in made.lines:
            tree = drill(spec, made, line.keys)
            found = visible(entity, alice).filter(compile_condition(entity, tree, Scope.of(alice)))
            assert found.count() == line.total[0], (first, line, tree)


def test_two_rows_and_a_column_are_narrowed_and_nothing_is_lost(alice: Any, bob: Any) -> None:
    company.build(3, [alice, bob], size=30)
    entity = registry.get("account")
    held = {"rows": [{"field": "kana"}, {"field": "industry"}], "column": {"field": "note"}, "top": 4}
    held["column"] = {"field": "status"}
    spec = Spec.of("account", held)
    made = compute(spec, alice)
    assert any(line.keys[0] is REST for line in made.lines)
    assert made.total[0] == visible(entity, alice).count() == sum(line.total[0] for line in made.lines)
    for line, key in itertools.product(made.lines, made.columns):
        tree = drill(spec, made, line.keys, key, columned=True)
        found = visible(entity, alice).filter(compile_condition(entity, tree, Scope.of(alice))).count()
        assert found == line.cells.get(key, [0])[0]


@pytest.mark.parametrize(
    "held", [{}, {"top": 3}, {"column": {"field": "status"}}, {"column": {"field": "status"}, "top": 3}]
)
@pytest.mark.parametrize("op", ["sum", "distinct", "avg"])
def test_the_sums_of_a_first_level_are_its_own_figures(held: Any, op: str, alice: Any, bob: Any) -> None:
    company.build(3, [alice, bob], size=30)
    rows = [{"field": "kana"} if "top" in held else {"field": "industry"}, {"field": "rank"}]
    spec = Spec.of(
        "account", {**held, "rows": rows, "measures": [{"op": op, "field": "employees"}, {"op": "count"}]}
    )
    made, alone = compute(spec, alice), compute(Spec.of("account", {**spec.kept, "rows": rows[:1]}), alice)
    assert {line.keys for line in alone.lines if line.total[1]} == {(key,) for key in made.subtotals}
    for line in alone.lines:
        sums = made.subtotals[line.keys[0]]
        assert sums.total == line.total
        assert {key: one for key, one in sums.cells.items() if one[1]} == {
            key: one for key, one in line.cells.items() if one[1]
        }
    shown = show(spec, alice)
    several = [key for key in made.subtotals if sum(line.keys[0] == key for line in made.lines) > 1]
    assert len([row for row in shown.lines if row.sums]) == len(several) > 0
    assert [row for row in shown.lines if not row.sums] == shown.rows
    assert sum(row.span for row in shown.rows) == len(shown.rows)


def test_records_without_a_value_have_a_column_of_their_own(alice: Any, bob: Any) -> None:
    company.build(6, [alice, bob], size=20)
    column = {"field": "closed_at", "bucket": "month"}
    made = compute(Spec.of("deal", {"rows": [{"field": "owner"}], "column": column}), alice)
    assert made.columns[-1] is None
    for line in made.lines:
        assert line.total[0] == sum(line.cells.get(key, [0])[0] for key in made.columns)


def test_comparison_with_the_time_before(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    today = datetime.date(2026, 5, 20)
    monkeypatch.setattr(timezone, "localdate", lambda *_more: today)
    days = [
        "2026-05-01",
        "2026-05-31",
        "2026-04-30",
        "2026-04-02",
        "2026-04-01",
        "2025-05-15",
        "2026-06-01",
        None,
    ]
    write.create_many(
        registry.get("account"), [{"name": f"社{n}", "started_on": day} for n, day in enumerate(days)], by=alice, operation=None
    )  # fmt: skip
    held = {
        "rows": [{"field": "started_on", "bucket": "month"}],
        "period": "started_on",
        "span": "this_month",
        "compare": "before",
    }
    made = compute(Spec.of("account", held), alice)
    assert (made.total, made.before) == ([2], [3])
    assert [(line.total, line.before) for line in made.lines] == [([2], [3])]
    made = compute(Spec.of("account", {**held, "compare": "year"}), alice)
    assert made.before == [1]


def test_fiscal_years() -> None:
    assert fiscal.span("this_fiscal", datetime.date(2026, 3, 31), 4) == (
        datetime.date(2025, 4, 1),
        datetime.date(2026, 3, 31),
    )
    assert fiscal.span("this_fiscal", datetime.date(2026, 4, 1), 4) == (
        datetime.date(2026, 4, 1),
        datetime.date(2027, 3, 31),
    )
    assert fiscal.span("last_quarter", datetime.date(2026, 2, 1), 3) == (
        datetime.date(2025, 9, 1),
        datetime.date(2025, 11, 30),
    )
    assert fiscal.span("this_quarter", datetime.date(2026, 2, 1), 3) == (
        datetime.date(2025, 12, 1),
        datetime.date(2026, 2, 28),
    )
    first, last = fiscal.span("last_month", datetime.date(2024, 3, 31), 4)
    assert (first, last) == (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    assert fiscal.before("last_month", first, last, "year") == (
        datetime.date(2023, 2, 1),
        datetime.date(2023, 2, 28),
    )


def test_a_reach_stops_figures_and_what_is_kept(alice: Any, bob: Any, role_of: Any) -> None:
    write.create_many(
        registry.get("account"),
        [{"name": f"社{n}", "owner": (alice if n % 2 else bob).pk} for n in range(5)], by=alice, operation=None,
    )  # fmt: skip
    spec = Spec.of("account", {"rows": [{"field": "owner"}]})
    assert compute(spec, alice).total == [5]
    own = role_of(bob, "own")
    assert compute(spec, own).total == [3]
    assert compute(spec, alice).kept
    write.create(registry.get("account"), {"name": "新"}, by=alice)
    assert compute(spec, alice).total == [6]


@pytest.fixture
def role_of() -> Any:
    """Gives a person a role that sees only its own."""
    from enishi.access.models import Role
    from enishi.access.rights import RECORD_ACTIONS

    def give(user: Any, reach: str) -> Any:
        role = Role.objects.create(name=reach, rights={"default": dict.fromkeys(RECORD_ACTIONS, reach)})
        user.role = role.key
        user.save()
        return user

    return give


def test_queries_do_not_grow(alice: Any, django_assert_max_num_queries: Any) -> None:
    company.build(1, [alice], size=20)
    spec = Spec.of(
        "deal", {"rows": [{"field": "account.industry"}], "measures": [{"op": "sum", "field": "amount"}]}
    )
    with django_assert_max_num_queries(5):
        compute(spec, alice)
