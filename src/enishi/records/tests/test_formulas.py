"""A4: fields that follow from others: arithmetic of a record, and sums over what is connected."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from enishi.records import formulas, history, registry, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.design import operations, sets
from enishi.records.errors import Refused
from enishi.records.fields.formulas import evaluate
from enishi.records.models import Event
from enishi.records.tasks import compute_entity
from enishi.records.visible import visible

db = pytest.mark.django_db
pytestmark = pytest.mark.row("A4")


# --- expressions ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 / 4", Decimal("2.5")), ("{a} × {b}", 12), ("{a} － {b} ÷ 2", 2), ("-{a} + 5", 1), ("−", None),
        ("{c} + 1", None), ("{a} / 0", None), ("2 - 3 - 4", -5), ("8 / 4 / 2", 1),
    ],
)  # fmt: skip
def test_an_expression_says_what_arithmetic_says(text: str, value: Any) -> None:
    known = {"a": Decimal(4), "b": Decimal(4) if "÷" in text else Decimal(3)}
    if text == "−":  # another dash than those people calculate with
        with pytest.raises(ValidationError):
            evaluate(text, known.get)
        return
    assert evaluate(text, known.get) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "1 2",
        "(1",
        "1)",
        "__import__('os')",
        "{a",
        "a",
        "1;2",
        "{a}.b",
        "1" * 400,
        "(" * 50 + "1" + ")" * 50,
        "1e5",
    ],
)
def test_what_is_no_expression_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        evaluate(text, lambda _name: Decimal(1))
    assert refused.value.messages[0]


@given(
    st.recursive(
        st.integers(0, 999).map(str),
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        max_leaves=12,
    )
)
def test_it_agrees_with_python(text: str) -> None:
    try:
        found = evaluate(text, lambda _name: None)
    except ValidationError:
        assert len(text) > 300
        return
    assert found == eval(text)  # noqa: S307 (digits and signs of our own)


# --- fields -----------------------------------------------------------------------------------------
@pytest.fixture
def shop(alice: Any) -> dict[str, str]:
    """Orders with lines: a line's amount, an order's number of lines, their sum and the sum with tax; an account's orders."""
    order = operations.add_entity("注文", slug="orders-own", by=alice).name
    line = operations.add_entity("明細", slug="lines", by=alice).name
    made = {"order": order, "line": line}
    made["price"] = operations.add_field(line, "money", "単価", {}, by=alice).key
    made["count"] = operations.add_field(line, "number", "数量", {"places": "1"}, by=alice).key
    made["amount"] = operations.add_field(
        line, "formula", "金額", {"formula": {"expression": "{単価} × {数量}"}, "result": "money"}, by=alice
    ).key
    made["tie"] = operations.add_connection(
        line, order, label="注文", back_label="明細", many=False, by=alice
    ).key
    made["of"] = operations.add_connection(
        order, "account", label="取引先", back_label="注文", many=False, by=alice
    ).key
    made["lines"] = operations.add_field(
        order, "formula", "明細の数", {"formula": {"rollup": ["count", "明細", ""]}}, by=alice
    ).key
    made["sum"] = operations.add_field(
        order,
        "formula",
        "小計",
        {"formula": {"rollup": ["sum", "明細", "金額"]}, "result": "money"},
        by=alice,
    ).key
    made["total"] = operations.add_field(
        order, "formula", "税込", {"formula": {"expression": "{小計} * 1.1"}, "result": "money"}, by=alice
    ).key
    made["turnover"] = operations.add_field(
        "account",
        "formula",
        "注文の合計",
        {"formula": {"rollup": ["sum", "注文", "税込"]}, "result": "money"},
        by=alice,
    ).key
    made["deals"] = operations.add_field(
        "account", "formula", "案件の数", {"formula": {"rollup": ["count", "deal.account", ""]}}, by=alice
    ).key
    return made


def held(shop: dict[str, str], entity: str, record: Any, *names: str) -> list[Any]:
    found = registry.get(entity)
    row = found.model._default_manager.get(pk=record.pk)
    return [found.field(shop[name]).get(row) for name in names]


@db
def test_amounts_follow_from_lines_up_to_the_account(shop: dict[str, str], bob: Any) -> None:
    line, order, account = registry.get(shop["line"]), registry.get(shop["order"]), registry.get("account")
    firm = write.create(account, {"name": "東和商事"}, by=bob).record
    one = write.create(order, {"name": "注文1", shop["of"]: firm.pk}, by=bob).record
    assert held(shop, shop["order"], one, "lines", "sum", "total") == [0, 0, 0]
    first = write.create(
        line, {"name": "干し芋", shop["price"]: 1200, shop["count"]: "2.5", shop["tie"]: one.pk}, by=bob
    ).record
    write.create(line, {"name": "緑茶", shop["price"]: 500, shop["count"]: 3, shop["tie"]: one.pk}, by=bob)
    assert held(shop, shop["line"], first, "amount") == [3000]
    assert held(shop, shop["order"], one, "lines", "sum", "total") == [2, 4500, 4950]
    assert held(shop, "account", firm, "turnover", "deals") == [4950, 0]
    # A change, a deletion, a restoration, an undo, a line that moves to another order.
    done = write.write(line, first.pk, {shop["count"]: 5}, by=bob)
    assert held(shop, "account", firm, "turnover") == [8250]
    assert done.event is not None and set(done.event.data["changes"]) == {
        shop["count"]
    }  # what follows is no change of anybody's
    history.undo_event(done.event.pk, by=bob)
    assert held(shop, "account", firm, "turnover") == [4950]
    write.delete(line, [first.pk], by=bob)
    assert held(shop, shop["order"], one, "lines", "total") == [1, 1650]
    write.restore(line, [first.pk], by=bob)
    two = write.create(order, {"name": "注文2", shop["of"]: firm.pk}, by=bob).record
    write.write(line, first.pk, {shop["tie"]: two.pk}, by=bob)
    assert held(shop, shop["order"], one, "lines", "sum") == [1, 1500]
    assert held(shop, shop["order"], two, "lines", "sum") == [1, 3000]
    assert held(shop, "account", firm, "turnover") == [4950]
    write.create(registry.get("deal"), {"name": "設備更新", "account": firm.pk}, by=bob)
    assert held(shop, "account", firm, "deals") == [1]
    assert Event.objects.filter(entity="account").count() == 1  # making it


@db
@pytest.mark.parametrize("function", ["count", "sum", "max", "min", "avg"])
def test_the_database_adds_up_whatever_hangs_on_a_record(
    function: str, shop: dict[str, str], bob: Any, alice: Any
) -> None:
    line, order = registry.get(shop["line"]), registry.get(shop["order"])
    made = operations.add_field(
        shop["order"],
        "formula",
        "集計",
        {"formula": {"rollup": [function, "明細", "数量"]}, "places": "2"},
        by=alice,
    ).key
    one = write.create(order, {"name": "注文"}, by=bob).record
    numbers = [Decimal(n) / 10 for n in range(1, 61)]
    rows = [{"name": f"品{n}", shop["count"]: str(n), shop["tie"]: one.pk} for n in numbers]
    lines = write.create_many(line, [*rows, {"name": "数なし", shop["tie"]: one.pk}], by=bob, operation=None)
    gone = write.create(line, {"name": "消す", shop["count"]: 99, shop["tie"]: one.pk}, by=bob).record
    write.delete(line, [gone.pk], by=bob)
    expected = {
        "count": 61,
        "sum": sum(numbers),
        "max": max(numbers),
        "min": min(numbers),
        "avg": sum(numbers) / 60,
    }
    found = registry.get(shop["order"]).field(made).get(order.model._default_manager.get(pk=one.pk))
    assert found == pytest.approx(float(expected[function]))
    with CaptureQueriesContext(connection) as queries:
        formulas.refresh(registry.get(shop["order"]), [one.pk])
    assert max(len(query["sql"]) for query in queries) < 2_500  # no list of what hangs on it
    # What no sum holds moves none.
    with CaptureQueriesContext(connection) as queries:
        write.write(line, lines[0].pk, {"name": "別の名"}, by=bob)
    assert not [query for query in queries if "SUM(" in query["sql"] or "COUNT(" in query["sql"]]


@db
def test_sums_that_the_program_reckons_are_followed_too(bob: Any, alice: Any, shop: dict[str, str]) -> None:
    """The owner's formulas over amounts that come from lines, and over figures of customers."""
    rollup = {"rollup": ["sum", "deal.account", "amount"]}
    total = operations.add_field(
        "account", "formula", "案件の合計", {"formula": rollup, "result": "money"}, by=alice
    ).key
    double = operations.add_field(
        "account", "formula", "倍", {"formula": {"expression": "{進行中の金額} * 2"}}, by=alice
    ).key
    silent = operations.add_field(
        "account", "formula", "最後", {"formula": {"expression": "{最終接触} * 1"}}, by=alice
    ).key
    account = registry.get("account")
    firm = write.create(account, {"name": "東和商事"}, by=bob).record
    deal = write.create(registry.get("deal"), {"name": "設備", "account": firm.pk}, by=bob).record
    line = registry.get("deal_line")
    made = write.create(
        line, {"deal": deal.pk, "text": "機械", "quantity": 2, "unit_price": 500}, by=bob
    ).record

    def held() -> tuple[Any, ...]:
        row = account.model._default_manager.get(pk=firm.pk)
        return tuple(registry.get("account").field(name).get(row) for name in (total, double))

    assert held() == (1000, 2000)
    write.write(line, made.pk, {"quantity": 3}, by=bob)
    assert held() == (1500, 3000)
    write.write(registry.get("deal"), deal.pk, {"lines": []}, by=bob)
    write.write(registry.get("deal"), deal.pk, {"amount": 70}, by=bob)
    assert held() == (70, 140)
    write.create(
        registry.get("activity"),
        {"kind": "call", "about": f"account:{firm.pk}", "at": "2026-03-04T10:00:00+09:00"},
        by=bob,
    )
    row = account.model._default_manager.get(pk=firm.pk)
    assert registry.get("account").field(silent).get(row)


@db
def test_what_hangs_on_what_hangs_on_a_value_is_right_at_once_and_no_circle_is_drawn(
    alice: Any, bob: Any
) -> None:
    car = operations.add_entity("車両", slug="cars", by=alice).name
    operations.add_field(car, "number", "数", {}, by=alice)
    keys: list[str] = []
    for label in "あいうえおか":
        keys.append(
            operations.add_field(car, "formula", label, {"formula": {"expression": "{数}"}}, by=alice).key
        )
    for key, behind in zip(keys, "いうえおか", strict=False):  # each is made of the one drawn after it
        operations.change_field(car, key, {"formula": {"expression": f"{{{behind}}} + 1"}}, by=alice)
    entity = registry.get(car)
    number = next(one.name for one in entity.own if one.kind == "number")
    made = write.create(entity, {"name": "一号", number: 1}, by=bob).record
    write.write(entity, made.pk, {number: 100}, by=bob)
    row = entity.model._default_manager.get(pk=made.pk)
    assert [entity.field(key).get(row) for key in keys] == [105, 104, 103, 102, 101, 100]
    with pytest.raises(Refused, match="一周"):
        operations.change_field(car, keys[-1], {"formula": {"expression": "{あ} + 1"}}, by=alice)
    # … nor one through other entities.
    trip = operations.add_entity("運行", slug="trips", by=alice).name
    operations.add_connection(trip, car, label="車", back_label="運行", many=False, by=alice)
    cost = operations.add_field(
        trip, "formula", "費用", {"formula": {"rollup": ["sum", "車", "あ"]}}, by=alice
    ).key
    with pytest.raises(Refused, match="一周"):
        operations.change_field(car, keys[-1], {"formula": {"rollup": ["sum", "運行", "費用"]}}, by=alice)
    assert cost


@db
def test_many_documents_at_once_move_each_sum_once(bob: Any, alice: Any) -> None:
    rollup = {"rollup": ["sum", "order_line.product", "quantity"]}
    operations.add_field("product", "formula", "売れた数", {"formula": rollup}, by=alice)
    tea = write.create(registry.get("product"), {"name": "茶"}, by=bob).record

    def asked(count: int) -> int:
        rows = [{"date": "2026-04-01", "lines": [{"product": tea.pk, "quantity": "1"}]} for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            write.create_many(registry.get("order"), rows, by=bob, operation=None)
        return sum("SUM(" in query["sql"] and "orderline" in query["sql"] for query in queries)

    assert asked(2) == asked(12) > 0


@db
def test_sums_over_lines_follow_the_document_that_holds_them(bob: Any, alice: Any) -> None:
    rollup = {"rollup": ["sum", "order_line.product", "quantity"]}
    sold = operations.add_field("product", "formula", "売れた数", {"formula": rollup}, by=alice).key
    product, order = registry.get("product"), registry.get("order")
    tea, nut = (write.create(product, {"name": name, "price": 100}, by=bob).record for name in ("茶", "栗"))

    def held() -> list[Any]:
        rows = product.model._default_manager.order_by("pk")
        return [registry.get("product").field(sold).get(row) for row in rows]

    lines = [{"product": tea.pk, "quantity": "3"}, {"product": nut.pk, "quantity": "4"}]
    made = write.create(order, {"date": "2026-04-01", "lines": lines}, by=bob).record
    assert held() == [3, 4]
    write.write(order, made.pk, {"lines": [{"product": tea.pk, "quantity": "5"}]}, by=bob)
    assert held() == [5, 0]
    write.write(order, made.pk, {"lines": [{"product": nut.pk, "quantity": "5"}]}, by=bob)
    assert held() == [0, 5]
    write.delete(order, [made.pk], by=bob)
    assert held() == [0, 0]
    write.restore(order, [made.pk], by=bob)
    assert held() == [0, 5]


@db
def test_a_sum_over_what_a_card_no_longer_shows_follows(bob: Any, alice: Any) -> None:
    rollup = {"rollup": ["sum", "deal.account", "amount"]}
    total = operations.add_field(
        "account", "formula", "合計", {"formula": rollup, "result": "money"}, by=alice
    ).key
    firm = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    lines = [{"text": "機械", "quantity": "1", "unit_price": "500"}]
    deal = write.create(
        registry.get("deal"), {"name": "件", "account": firm.pk, "lines": lines}, by=bob
    ).record
    operations.retire_field("deal", "amount", by=alice)
    write.write(registry.get("deal"), deal.pk, {"lines": [{**lines[0], "quantity": "3"}]}, by=bob)
    row = registry.get("account").model._default_manager.get(pk=firm.pk)
    assert registry.get("account").field(total).get(row) == 1500 and row.open_amount == 1500


@db
def test_results_are_listed_sorted_filtered_and_exported(
    shop: dict[str, str], bob: Any, as_bob: Client
) -> None:
    line = registry.get(shop["line"])
    rows = [{"name": f"品{n}", shop["price"]: 100, shop["count"]: n} for n in range(1, 6)]
    made = write.create_many(line, rows, by=bob, operation=None)
    found = visible(line, bob).filter(
        compile_condition(line, {"field": shop["amount"], "op": "gte", "value": "300"}, Scope.of(bob))
    )
    assert {one.pk for one in found} == {one.pk for one in made[2:]}
    page = as_bob.get(f"/lines/?columns={shop['amount']}").content.decode()
    assert "¥500" in page and "¥1,500" in page  # and their sum in the foot
    assert "¥300" in as_bob.get(f"/lines/{made[2].pk}/").content.decode()
    assert (
        as_bob.post(
            f"/lines/{made[2].pk}/field/{shop['amount']}/",
            {shop["amount"]: "1"},
            headers={"HX-Request": "true"},
        ).status_code
        == 422
    )
    sheet = b"".join(
        as_bob.get(f"/lines/export/?format=csv&columns={shop['amount']}").streaming_content
    ).decode("utf-8-sig")
    assert "品5,500" in sheet


@db
def test_a_formula_over_what_is_there_already_is_computed_by_the_worker(bob: Any, alice: Any) -> None:
    account = registry.get("account")
    firms = write.create_many(
        account, [{"name": f"社{n}", "employees": n} for n in range(700)], by=bob, operation=None
    )
    key = operations.add_field(
        "account", "formula", "倍", {"formula": {"expression": "{従業員数} * 2"}}, by=alice
    ).key
    compute_entity.func("account")
    rows = account.model._default_manager.in_bulk([one.pk for one in firms])
    assert [rows[one.pk].custom[key] for one in firms] == [2 * n for n in range(700)]


@db
def test_what_is_out_of_use_goes_on_counting_and_comes_back_right(
    shop: dict[str, str], alice: Any, bob: Any
) -> None:
    def line(name: str, count: int) -> Any:
        entity, price = registry.get(shop["line"]), registry.get(shop["line"]).fields.get(shop["price"])
        values = {"name": name, shop["count"]: count, shop["tie"]: order.pk}
        return write.create(entity, values | ({price.name: 100} if price else {}), by=bob).record

    order = write.create(registry.get(shop["order"]), {"name": "注文"}, by=bob).record
    first, second = line("甲", 2), line("乙", 3)
    assert held(shop, shop["order"], order, "lines", "sum", "total") == [2, 500, 550]
    # The price of lines: what is there keeps its amount whatever else changes.
    operations.retire_field(shop["line"], shop["price"], by=alice)
    write.write(registry.get(shop["line"]), first.pk, {shop["count"]: 4}, by=bob)
    assert held(shop, shop["line"], first, "amount") == [400]
    # The amount, which is computed: the sum goes on with what there is, and follows when it is back.
    operations.retire_field(shop["line"], shop["amount"], by=alice)
    write.delete(registry.get(shop["line"]), [second.pk], by=bob)
    write.write(registry.get(shop["line"]), first.pk, {shop["count"]: 6}, by=bob)
    assert held(shop, shop["order"], order, "lines", "sum", "total") == [1, 400, 440]
    for name in ("price", "amount"):
        operations.bring_back_field(shop["line"], shop[name], by=alice)
    compute_entity.func(shop["line"])
    assert held(shop, shop["order"], order, "lines", "sum", "total") == [1, 600, 660]
    # The connection.
    operations.retire_connection(shop["tie"], by=alice)
    write.write(registry.get(shop["line"]), first.pk, {shop["count"]: 7}, by=bob)
    operations.bring_back_connection(shop["tie"], by=alice)
    compute_entity.func(shop["order"])
    assert held(shop, shop["order"], order, "lines", "sum", "total") == [1, 700, 770]


@db
def test_sums_follow_a_formula_that_is_changed(shop: dict[str, str], alice: Any, bob: Any) -> None:
    order = write.create(registry.get(shop["order"]), {"name": "注文"}, by=bob).record
    line = {"name": "甲", shop["count"]: 2, shop["price"]: 100, shop["tie"]: order.pk}
    write.create(registry.get(shop["line"]), line, by=bob)
    operations.change_field(
        shop["line"],
        shop["amount"],
        {"formula": {"expression": "{単価} * {数量} * 3"}, "result": "money"},
        by=alice,
    )
    compute_entity.func(shop["line"])
    assert held(shop, shop["order"], order, "sum", "total") == [600, 660]


@db
@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ({"expression": "{ない項目} + 1"}, "ない項目"), ({"expression": "{名前} + 1"}, "数や日付"), ({"expression": "1 +"}, "途中で終わって"), ({"expression": ""}, "途中で終わって"),
        ({"rollup": ["sum", "deal.account", "name"]}, "数の項目"), ({"rollup": ["sum", "nothing", "amount"]}, "つながりが見つかりません"), ({"rollup": ["drop", "deal.account", ""]}, "集計するもの"),
        ({"rollup": "x"}, "集計するもの"),
    ],
)  # fmt: skip
def test_a_formula_that_can_t_be_is_refused_in_words(alice: Any, formula: Any, said: str) -> None:
    with pytest.raises(Refused, match=said):
        operations.add_field("account", "formula", "x", {"formula": formula}, by=alice)


@db
def test_formulas_travel_in_a_set(shop: dict[str, str], alice: Any) -> None:
    content = json.loads(json.dumps(sets.export(alice)))
    labels = {
        one["label"]: one["options"]["formula"]
        for each in content["entities"]
        for one in each["fields"]
        if one["kind"] == "formula"
    }
    assert (
        labels["税込"] == {"expression": "{小計} * 1.1"}
        and labels["小計"] == {"rollup": ["sum", "明細", "金額"]}
        or labels["小計"]["rollup"][2] == "金額"
    )


@db
def test_the_designer_s_form_makes_one(as_alice: Client, alice: Any) -> None:
    page = as_alice.get("/settings/design/account/fields/new/?kind=formula").content.decode()
    assert "sum|deal.account|amount" in page and "従業員数" in page
    sent = {"kind": "formula", "label": "案件の金額", "rollup": "sum|deal.account|amount", "result": "money"}
    assert as_alice.post("/settings/design/account/fields/new/", sent).status_code == 302
    found = next(one for one in registry.get("account").own if one.label == "案件の金額")
    assert found in registry.get("account").formulas and found.rollup == ("sum", "deal.account", "amount")  # type: ignore[attr-defined]
    assert (
        "selected>案件 金額: 合計"
        in as_alice.get(f"/settings/design/account/fields/{found.name}/").content.decode()
    )
    wrong = as_alice.post(
        "/settings/design/account/fields/new/", {"kind": "formula", "label": "y", "expression": "{金額"}
    )
    assert wrong.status_code == 422 and "{金額" in wrong.content.decode()


@db
def test_without_formulas_nothing_is_asked_of_the_database(bob: Any, django_assert_num_queries: Any) -> None:
    made = write.create(registry.get("account"), {"name": "x"}, by=bob).record
    with django_assert_num_queries(0):
        formulas.touched(registry.get("account"), [made], [{}])


def test_a_percentage_of_an_amount_is_a_part_of_it(alice: Any, bob: Any) -> None:
    contract = operations.add_entity("契約書", slug="contracts", by=alice).name
    add = lambda kind, label, **options: operations.add_field(contract, kind, label, options, by=alice).key  # noqa: E731
    amount, share, other = add("money", "契約金額"), add("percent", "利益率"), add("percent", "手数料率")
    profit = add("formula", "利益", formula={"expression": "{契約金額} × {利益率}"}, result="money")
    both = add("formula", "あわせて", formula={"expression": "{利益率} + {手数料率}"}, unit="%")
    values = {"name": "保守", amount: "290000", share: "42", other: "8"}
    made = write.create(registry.get(contract), values, by=bob).record
    entity = registry.get(contract)
    assert (entity.field(profit).get(made), entity.field(both).get(made)) == (121_800, 50)
