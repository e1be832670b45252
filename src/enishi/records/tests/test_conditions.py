"""The condition language: what the database selects is what the plain evaluator says, for any tree and any records."""

import datetime
import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enishi.access.models import Team
from enishi.records import registry, write
from enishi.records.conditions import BadCondition, Scope, compile_condition, describe
from enishi.records.conditions.evaluate import matches
from enishi.records.entity import Entity
from enishi.records.models import Operation
from enishi.records.registry import rebuild
from enishi.records.tests import company
from enishi.records.visible import visible

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]
ENTITIES = ("account", "contact", "deal", "task", "activity")
SAFE = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
TEXT = st.one_of(
    st.sampled_from(company.WORDS),
    st.text(st.sampled_from("東京田中高崎マルカナひらAbcx1の "), min_size=1, max_size=3),
).filter(str.strip)
KINDS = (
    "visit",
    "call",
    "note",
    "meeting",
    "mail",
    "created",
    "changed",
    "task",
    "task_done",
    "stage",
    "deleted",
)


@pytest.fixture(autouse=True)
def _own() -> Any:
    company.own_fields()
    yield
    rebuild()


def operand(found: Any, op: str) -> st.SearchStrategy[Any]:
    """Values as an address gives them."""
    days = st.integers(-40, 40).map(lambda n: (timezone.localdate() + datetime.timedelta(days=n)).isoformat())
    match found.kind:
        case "user":
            one = st.sampled_from(["me", "alice@example.jp", "bob@example.jp", "青木"])
        case "reference" | "connection":
            one = st.sampled_from(
                [*found.target.model._default_manager.order_by("pk").values_list("pk", flat=True)[:8], 1]
            )
        case "tags":
            one = st.sampled_from([*company.TAGS, "だれも使わない"])
        case "choice" | "free_choice" if op not in {"contains"}:
            one = st.sampled_from([option.value for option in found.options] or ["無"])
        case "yes_no":
            one = st.sampled_from(["1", "0", True, False])
        case "date" | "date_time" | "moment":
            one = days
        case "number" | "money" | "percent":
            one = st.sampled_from([0, 1, 50, "99", 100])
        case "kana":
            one = st.sampled_from(["マル", "カナ", "x"])
        case _:
            one = TEXT
    return one


ODD = {"any_record", "email", "telephone", "url", "postal_code", "corporate_number"}


@st.composite
def leaf(draw: Any, entity: Entity) -> dict[str, Any]:
    """One comparison on any field with any of its operators."""
    found = draw(st.sampled_from(list(entity.fields.values())))
    op = draw(
        st.sampled_from(
            [one for one in found.operators if found.kind not in ODD or one in {"empty", "not_empty"}]
        )
    )
    tree: dict[str, Any] = {"field": found.name, "op": op}
    if op in {"in", "not_in"}:
        tree["value"] = draw(st.lists(operand(found, op), max_size=3))
    elif op == "between":
        tree["value"] = [draw(operand(found, op)), draw(operand(found, op))]
    elif op in {"past_days", "next_days", "before_days"}:
        tree["value"] = draw(st.sampled_from([0, 1, 7, 30, "31", 36_600]))
    elif op in {"contains", "not_contains", "starts"}:
        tree["value"] = draw(TEXT)
    elif op not in {
        "empty",
        "not_empty",
        "today",
        "this_week",
        "this_month",
        "last_month",
        "next_month",
        "this_year",
    }:
        tree["value"] = draw(operand(found, op))
    return tree


def tree(name: str, depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    """Any tree on an entity."""
    entity = registry.get(name)
    searched = st.sampled_from(company.WORDS).map(lambda text: {"search": text})
    least = st.sampled_from([0, 1, 2, 3])
    events = st.fixed_dictionaries(
        {},
        optional={
            "kinds": st.lists(st.sampled_from(KINDS), max_size=2),
            "days": st.sampled_from([0, 1, 7, 40]),
            "at_least": least,
        },
    ).map(lambda body: {"event": body})
    operations = st.fixed_dictionaries(
        {"id": st.sampled_from([*Operation.objects.values_list("pk", flat=True), 1])},
        optional={"made": st.sampled_from([None, True, False])},
    ).map(lambda body: {"operation": body})
    plain = [leaf(entity)] * 4 + [searched, events, operations, st.just({})]
    if depth == 0:
        return st.one_of(plain)
    inner = st.deferred(lambda: tree(name, depth - 1))
    more: list[Any] = [
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ]
    for one in entity.references:
        if one.to in ENTITIES:
            more.append(
                st.builds(
                    lambda where, one=one: {"of": {"field": one.name, "where": where}},
                    tree(one.to, depth - 1),
                )
            )
    for other in ENTITIES:
        for one in registry.get(other).references:
            if one.to == name:
                more.append(
                    st.builds(
                        lambda where, n, one=one, other=other: {
                            "has": {"entity": other, "field": one.name, "where": where, "at_least": n}
                        },
                        tree(other, depth - 1),
                        least,
                    )
                )
    if name in {"account", "contact", "deal"}:
        for other in ("task", "activity"):
            more.append(
                st.builds(
                    lambda where, n, other=other: {
                        "has": {"entity": other, "link": "about", "where": where, "at_least": n}
                    },
                    tree(other, depth - 1),
                    least,
                )
            )
    return st.one_of(*plain, *more)


def compared(name: str, wanted: dict[str, Any], scope: Scope) -> tuple[set[int], set[int]]:
    """What the database selects, and what the evaluator says."""
    entity = registry.get(name)
    rows = entity.model._default_manager.filter(deleted_at=None)
    selected = list(rows.filter(compile_condition(entity, wanted, scope)).values_list("pk", flat=True))
    assert len(selected) == len(set(selected)), "a record came twice"
    return set(selected), {row.pk for row in rows if matches(entity, wanted, row, scope)}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ENTITIES)
def test_the_database_selects_what_the_evaluator_says(
    name: str, seed: int, alice: Any, bob: Any, carol: Any
) -> None:
    company.build(seed, [alice, bob, carol])
    scope = Scope.of(bob)

    @settings(SAFE, max_examples=60)
    @given(wanted=tree(name))
    def check(wanted: dict[str, Any]) -> None:
        selected, said = compared(name, wanted, scope)
        assert selected == said
        assert isinstance(describe(registry.get(name), wanted, scope), str)

    check()


def test_records_drawn_at_random_are_selected_as_the_evaluator_says(alice: Any, bob: Any) -> None:
    entity = registry.get("account")
    scope = Scope.of(alice)
    rows = st.lists(
        st.fixed_dictionaries({
            "name": TEXT.map(lambda text: f"{text}。"), "kana": st.sampled_from(["", "マル", "ひら"]), "note": st.one_of(st.just(""), TEXT),
            "employees": st.sampled_from([None, 0, 1, 50]), "started_on": st.sampled_from([None, "2026-02-28", "2024-02-29"]),
            "tags": st.lists(st.sampled_from(company.TAGS), max_size=2), "owner": st.sampled_from([None, alice.pk, bob.pk]),
        }),
        min_size=1, max_size=4,
    )  # fmt: skip

    @settings(SAFE, max_examples=60)
    @given(drawn=rows, wanted=tree("account", 1))
    def check(drawn: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
        with transaction.atomic():
            write.create_many(entity, drawn, by=alice, operation=None)
            selected, said = compared("account", wanted, scope)
            transaction.set_rollback(True)
        assert selected == said

    check()


def test_every_operator_of_every_kind_is_compiled(alice: Any, bob: Any, carol: Any) -> None:
    """Each pair once at least, so that no operator can be forgotten by chance."""
    company.build(7, [alice, bob, carol])
    scope, seen = Scope.of(alice), set()
    for name in registry.all_entities():
        for found in name.fields.values():
            for op in found.operators:
                tried = {"field": found.name, "op": op}
                if op in {"in", "not_in", "between"}:
                    tried["value"] = [example(found), example(found)]
                elif op in {"past_days", "next_days", "before_days"}:
                    tried["value"] = 3
                else:
                    tried["value"] = (
                        example(found) if op not in {"contains", "not_contains", "starts"} else "東"
                    )
                selected, said = compared(name.name, tried, scope)
                assert selected == said, tried
                seen.add((found.kind, op))
    assert len(seen) > 120


def example(found: Any) -> Any:
    match found.kind:
        case "user":
            return "me"
        case "team":
            return Team.objects.get_or_create(name="東")[0].pk
        case "reference":
            return found.target.model._default_manager.values_list("pk", flat=True).first() or 1
        case "date" | "date_time" | "moment":
            return "2026-11-23"
        case "number" | "money" | "percent":
            return min(50, int(found.most))
        case "yes_no":
            return "1"
        case "choice" | "free_choice":
            return found.options[0].value if found.options else "無"
        case "connection":
            return found.target.model._default_manager.values_list("pk", flat=True).first() or 1
        case "any_record":
            return f"account:{registry.get('account').model.objects.filter(deleted_at=None).first().pk}"
        case "email":
            return "a@example.jp"
        case "telephone":
            return "03-1234-5678"
        case "postal_code":
            return "100-0005"
        case "corporate_number":
            return "7000012050002"
        case "url":
            return "example.jp"
        case _:
            return "東"


HUGE = 10**30
DEEP: Any = {}
for _level in range(400):
    DEEP = {"all": [DEEP]}
BAD: list[Any] = [
    [], "x", 5, {"x": 1}, {"all": {}}, {"all": [1]}, {"all": [None]}, {"any": "x"}, {"not": []}, {"not": "x"},
    {"field": "name"}, {"field": "name", "op": "is"}, {"field": None, "op": "is", "value": 1}, {"field": ["name"], "op": "is", "value": 1},
    {"field": "owner__password", "op": "is", "value": "x"}, {"field": "owner__email", "op": "contains", "value": "@"},
    {"field": "password", "op": "empty"}, {"field": "deleted_at", "op": "not_empty"}, {"field": "custom", "op": "not_empty"},
    {"field": "custom__f1", "op": "not_empty"}, {"field": "id", "op": "is", "value": 1}, {"field": "pk", "op": "is", "value": 1},
    {"field": "_connector", "op": "is", "value": "OR 1=1"}, {"_connector": "OR"}, {"_negated": True}, {"field": "name", "op": "_connector", "value": "x"},
    {"field": "name", "op": "regex", "value": "(a+)+$"}, {"field": "name", "op": "iregex", "value": "x"}, {"field": "name", "op": {"is": 1}, "value": "x"},
    {"field": "name", "op": "is", "value": {"_connector": "OR"}}, {"field": "name", "op": "is", "value": ["x"]}, {"field": "name", "op": "in", "value": "x"},
    {"field": "name", "op": "in", "value": [["x"]]}, {"field": "name", "op": "in", "value": [None]}, {"field": "name", "op": "in", "value": {"a": 1}},
    {"field": "name", "op": "contains", "value": ""}, {"field": "name", "op": "contains", "value": 5}, {"field": "name", "op": "contains", "value": None},
    {"field": "name", "op": "contains", "value": "\ud800"}, {"field": "name", "op": "contains", "value": "a\x00b"}, {"field": "na\ud800me", "op": "empty"},
    {"field": "name", "op": "contains", "value": "あ" * 100_000}, {"field": "name", "op": "starts", "value": "%" * 60_000},
    {"field": "name", "op": "in", "value": ["x"] * 1001}, {"field": "name", "op": "in", "value": ["x"] * 100_000},
    {"all": [{"field": "name", "op": "in", "value": ["x"] * 900}] * 100}, {"all": [{"field": "name", "op": "empty"}] * 201},
    {"field": "employees", "op": "is", "value": "たくさん"}, {"field": "employees", "op": "is", "value": HUGE}, {"field": "employees", "op": "gte", "value": float("inf")},
    {"field": "employees", "op": "gte", "value": float("nan")}, {"field": "employees", "op": "between", "value": [1]}, {"field": "employees", "op": "between", "value": [1, 2, 3]},
    {"field": "employees", "op": "is", "value": True}, {"field": "employees", "op": "is", "value": "9" * 5000}, {"field": "employees", "op": "contains", "value": "1"},
    {"field": "started_on", "op": "is", "value": "いつか"}, {"field": "started_on", "op": "is", "value": "9999-99-99"}, {"field": "started_on", "op": "is", "value": HUGE},
    {"field": "started_on", "op": "past_days", "value": -1}, {"field": "started_on", "op": "past_days", "value": HUGE}, {"field": "started_on", "op": "past_days", "value": 1.5},
    {"field": "started_on", "op": "past_days", "value": "9" * 5000}, {"field": "started_on", "op": "past_days", "value": [1]}, {"field": "started_on", "op": "between", "value": ["2026-01-01", None]},
    {"field": "updated_at", "op": "gte", "value": "99999-01-01"}, {"field": "owner", "op": "is", "value": HUGE}, {"field": "owner", "op": "is", "value": "9" * 5000},
    {"field": "owner", "op": "is", "value": "だれか"}, {"field": "owner", "op": "is", "value": -1}, {"field": "owner", "op": "is", "value": ""},
    {"field": "status", "op": "is", "value": "x' OR 1=1 --"}, {"field": "status", "op": "in", "value": ["active", {"x": 1}]},
    {"field": "tags", "op": "has", "value": 5}, {"field": "tags", "op": "has", "value": ["VIP"]}, {"field": "tags", "op": "has", "value": ""},
    {"field": "tags", "op": "contains", "value": "V"}, {"field": "corporate_number", "op": "is", "value": "1234567890123"},
    {"search": 5}, {"search": ["x"]}, {"search": None}, {"search": "\ud800"}, {"of": 5}, {"of": {}}, {"of": {"field": "owner"}}, {"of": {"field": ["account"]}},
    {"of": {"field": "account", "where": {"field": "name", "op": "empty"}}}, {"has": 5}, {"has": {}}, {"has": {"entity": "user"}}, {"has": {"entity": "deal"}},
    {"has": {"entity": "deal", "field": "stage"}}, {"has": {"entity": "deal", "field": "account", "at_least": -1}}, {"has": {"entity": "deal", "field": "account", "at_least": "1"}},
    {"has": {"entity": "deal", "field": "account", "at_least": True}}, {"has": {"entity": "deal", "field": "account", "at_least": 1.5}}, {"has": {"entity": "deal", "field": "account", "at_least": HUGE}},
    {"has": {"entity": "deal", "field": "account", "where": [1]}}, {"has": {"entity": "deal", "field": "account", "where": {"field": "password", "op": "empty"}}},
    {"has": {"entity": "task", "link": "tag"}}, {"has": {"entity": ["task"], "link": "about"}},
    {"event": 5}, {"event": []}, {"event": {"kinds": "visit"}}, {"event": {"kinds": [1]}}, {"event": {"days": -1}}, {"event": {"days": "7"}}, {"event": {"days": HUGE}},
    {"event": {"at_least": None}}, {"event": {"kinds": ["\ud800"]}}, {"event": {"kinds": ["x"] * 50_000}}, DEEP,
    {"operation": 5}, {"operation": {}}, {"operation": {"id": "1"}}, {"operation": {"id": True}}, {"operation": {"id": 0}}, {"operation": {"id": 1, "made": "yes"}}, {"operation": {"id": HUGE}},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: json.dumps(bad)[:60] if bad is not DEEP else "deep")
def test_a_bad_tree_is_refused_in_words_and_nothing_else_happens(bad: Any, alice: Any) -> None:
    entity = registry.get("account")
    record = write.create(entity, {"name": "丸山"}, by=alice).record
    write.create(registry.get("deal"), {"name": "更新", "account": record.pk}, by=alice)
    if not bad:
        with pytest.raises(BadCondition):
            compile_condition(entity, {"all": [bad]}, Scope.of(alice))
        return
    for ask in (
        lambda: list(entity.model._default_manager.filter(compile_condition(entity, bad, Scope.of(alice)))),
        lambda: matches(entity, bad, record, Scope.of(alice)),
    ):
        with pytest.raises(BadCondition) as refused:
            ask()
        str(refused.value).encode()
        assert 5 < len(str(refused.value)) < 300


PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.sampled_from(["name", "is", "in", "active", "account", "deal", "owner", "me", "about"]),
)  # fmt: skip
NAMES = (
    "all",
    "any",
    "not",
    "field",
    "op",
    "value",
    "of",
    "has",
    "event",
    "operation",
    "search",
    "where",
    "entity",
    "link",
    "kinds",
    "days",
    "at_least",
    "_connector",
)
JSON: st.SearchStrategy[Any] = st.deferred(
    lambda: st.one_of(
        PLAIN, PLAIN, st.lists(JSON, max_size=3), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4)
    )
)


@pytest.mark.parametrize("name", ["account", "deal", "activity"])
def test_any_json_is_answered_or_refused(name: str, alice: Any) -> None:
    entity = registry.get(name)

    @settings(SAFE, max_examples=200)
    @given(tried=JSON)
    def check(tried: Any) -> None:
        try:
            list(entity.model._default_manager.filter(compile_condition(entity, tried, Scope.of(alice)))[:1])
            describe(entity, tried or {}, Scope.of(alice))
        except BadCondition:
            pass

    check()
    assert connection.is_usable()


def test_me_is_the_person_who_asks_and_nobody_elses_customer(alice: Any, bob: Any) -> None:
    entity = registry.get("account")
    for owner in (alice, bob, None):
        write.create(entity, {"name": f"客{owner}", "owner": owner}, by=alice)
    for user in (alice, bob):
        rows = entity.model.objects.filter(
            compile_condition(entity, {"field": "owner", "op": "is", "value": "me"}, Scope.of(user))
        )
        assert [one.owner for one in rows] == [user]
    with pytest.raises(BadCondition):  # "me" is no account, even where the keys agree
        compile_condition(
            registry.get("deal"), {"field": "account", "op": "is", "value": "me"}, Scope.of(alice)
        )


def test_months_and_weeks_end_where_the_calendar_says(alice: Any) -> None:
    entity = registry.get("account")
    days = [
        "2024-02-01",
        "2024-02-29",
        "2024-03-01",
        "2024-01-31",
        "2024-12-31",
        "2023-12-31",
        "2024-02-26",
        "2024-03-03",
        "2024-03-04",
        "2024-02-25",
    ]
    for text in days:
        write.create(entity, {"name": text, "started_on": text}, by=alice)
    scope = Scope(alice, datetime.date(2024, 2, 29))

    def found(op: str) -> list[str]:
        rows = entity.model.objects.filter(
            compile_condition(entity, {"field": "started_on", "op": op}, scope)
        )
        return sorted(one.name for one in rows)

    assert found("this_month") == ["2024-02-01", "2024-02-25", "2024-02-26", "2024-02-29"]
    assert found("last_month") == ["2024-01-31"]
    assert found("next_month") == ["2024-03-01", "2024-03-03", "2024-03-04"]
    assert found("this_week") == ["2024-02-26", "2024-02-29", "2024-03-01", "2024-03-03"]
    assert "2024-12-31" in found("this_year") and "2023-12-31" not in found("this_year")
    assert found("today") == ["2024-02-29"]


def test_conditions_in_words(alice: Any) -> None:
    entity, scope = registry.get("account"), Scope.of(alice)
    wanted = {"all": [
        {"field": "status", "op": "in", "value": ["active", "dormant"]}, {"field": "last_contact_at", "op": "before_days", "value": 30},
        {"not": {"has": {"entity": "deal", "field": "account", "where": {"field": "amount", "op": "gte", "value": 1_000_000}}}},
        {"event": {"kinds": ["visit"], "days": 90, "at_least": 2}},
    ]}  # fmt: skip
    text = describe(entity, wanted, scope)
    for part in (
        "状態: 取引中・休眠",
        "最終接触: 30日以上前",
        "を除く",
        "¥1,000,000",
        "過去90日に訪問が2回以上",
    ):
        assert part in text, text
    either = {"any": [{"field": "rank", "op": "is", "value": word} for word in ("A", "B")]}
    joined = describe(entity, {"all": [{"field": "status", "op": "is", "value": "active"}, either]}, scope)
    assert joined == "状態: 取引中、かつ （ランク: A または ランク: B）"
    assert describe(entity, {"all": [either]}, scope) == "（ランク: A または ランク: B）"


@pytest.mark.parametrize(("plenty", "heaps"), [(5000, 100_000), (0, 100_000), (0, 0)])
def test_what_hangs_on_what_hangs_here_is_found_however_many_there_are(
    plenty: int, heaps: int, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enishi.records.plenty.PLENTY", plenty)
    monkeypatch.setattr("enishi.records.conditions.compile.HEAPS", heaps)
    product, order = registry.get("product"), registry.get("order")
    one, two = (write.create(product, {"name": name}, by=alice).record for name in ("甲", "乙"))
    held: dict[str, Any] = {}
    for name, bought in (("両方", (one, two)), ("甲だけ", (one,)), ("乙だけ", (two,)), ("なし", ())):
        held[name] = write.create(registry.get("account"), {"name": name}, by=alice).record
        for each in bought:
            lines = [{"product": each.pk, "quantity": "1", "unit_price": "100"}]
            write.create(order, {"account": held[name].pk, "lines": lines}, by=alice)

    def bought(key: int, least: int = 1) -> dict[str, Any]:
        line = {
            "has": {
                "entity": "order_line",
                "field": "order",
                "where": {"field": "product", "op": "is", "value": key},
            }
        }
        return {"has": {"entity": "order", "field": "account", "where": line, "at_least": least}}

    account, scope = registry.get("account"), Scope.of(alice)

    def found(tree: dict[str, Any]) -> set[str]:
        rows = visible(account, alice).filter(compile_condition(account, tree, scope))
        return set(rows.values_list("name", flat=True))

    assert found(bought(one.pk)) == {"両方", "甲だけ"}
    assert found({"all": [bought(one.pk), {"not": bought(two.pk)}]}) == {"甲だけ"}
    assert found(bought(two.pk, 0)) == {"甲だけ", "なし"}
