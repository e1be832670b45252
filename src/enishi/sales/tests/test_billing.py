"""Orders that are billed in parts: discounts, what comes later, who is billed."""

from typing import Any

import pytest

from enishi.records import registry, write
from enishi.records.errors import Refused
from enishi.sales.documents import flow
from enishi.sales.invoices import billing
from enishi.sales.models import Invoice, OrderLine

pytestmark = [pytest.mark.django_db, pytest.mark.row("C6")]


@pytest.fixture
def account(bob: Any) -> Any:
    return write.create(registry.get("account"), {"name": "株式会社みどり商事"}, by=bob).record


def order_of(account: Any, bob: Any, lines: list[dict[str, Any]], **more: Any) -> Any:
    values = {"account": account.pk, "date": "2026-10-01", "lines": lines} | more
    return write.create(registry.get("order"), values, by=bob).record


def keys_of(order: Any) -> list[int]:
    return list(
        OrderLine.objects.filter(order=order, deleted_at=None)
        .order_by("position")
        .values_list("pk", flat=True)
    )


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def as_typed(order: Any) -> list[dict[str, Any]]:
    lines = registry.get("order").whole.lines[0]
    rows = lines.to_json(lines.get(fresh(order)))
    return [{name: value for name, value in one.items() if name != "amount"} for one in rows]


def test_two_parts_of_an_order_have_its_discount(account: Any, bob: Any) -> None:
    """20,900 in two parts of 10,450: not 22,000."""
    order = order_of(
        account,
        bob,
        [{"text": "一式A", "unit_price": "10000"}, {"text": "一式B", "unit_price": "10000"}],
        discount="1000",
    )
    first, second = keys_of(order)
    one = flow.invoice_orders([order.pk], by=bob, lines=[first])
    other = flow.invoice_orders([order.pk], by=bob, lines=[second])
    assert (order.total, one.total, other.total) == (20_900, 10_450, 10_450)


@pytest.mark.parametrize("mode", ["excluded", "included"])
def test_all_parts_make_the_order_whatever_its_rates(account: Any, bob: Any, mode: str) -> None:
    lines = [
        {"text": "トナー", "quantity": "7", "unit_price": "1430"},
        {"text": "水", "quantity": "3", "unit_price": "333.3", "tax_code": "reduced"},
        {"text": "返品", "quantity": "-1", "unit_price": "500"},
        {"text": "茶", "quantity": "11", "unit_price": "97", "tax_code": "reduced"},
    ]
    order = order_of(account, bob, lines, discount="1001", tax_mode=mode)
    parts = [flow.invoice_orders([order.pk], by=bob, lines=[key]) for key in keys_of(order)]
    assert sum(one.discount or 0 for one in parts) == 1001
    summed = "total" if mode == "included" else "net"
    assert sum(getattr(one, summed) for one in parts) == getattr(order, summed)
    # A part that is taken back is billed anew with the same discount, though the others were shared out before.
    write.delete(registry.get("invoice"), [parts[1].pk], by=bob)
    again = flow.invoice_orders([order.pk], by=bob)
    assert again.discount == parts[1].discount


def test_parts_of_several_orders_have_their_discounts(account: Any, bob: Any) -> None:
    lines = [{"text": "A", "unit_price": "3000"}, {"text": "B", "unit_price": "1000"}]
    orders = [order_of(account, bob, lines, discount=off) for off in ("101", "55", "")]
    chosen = [keys_of(order)[0] for order in orders]
    both = flow.invoice_orders([one.pk for one in orders], by=bob, lines=chosen)
    rest = [flow.invoice_orders([one.pk], by=bob) for one in orders]
    assert sum(one.net for one in [both, *rest]) == sum(one.net for one in orders)
    assert rest[2].discount is None


def test_what_comes_to_a_billed_order_later_is_billed(account: Any, bob: Any) -> None:
    order = order_of(
        account,
        bob,
        [{"text": "ファイル", "quantity": "1", "unit_price": "100"}, {"text": "封筒", "unit_price": "50"}],
    )
    flow.invoice_orders([order.pk], by=bob)
    assert fresh(order).status == "invoiced"
    lines = as_typed(order)
    lines[0]["quantity"] = "9"
    write.write(registry.get("order"), order.pk, {"lines": lines}, by=bob)
    assert fresh(order).status == "open"
    (left,) = billing.left_of([order])
    assert (left.text, left.quantity, left.amount) == ("ファイル", 8, 800)
    rest = flow.invoice_orders([order.pk], by=bob)
    assert (rest.total, fresh(order).status) == (880, "invoiced")
    assert sum(Invoice.objects.values_list("net", flat=True)) == fresh(order).net == 950
    with pytest.raises(Refused, match="まだ請求していない"):
        flow.invoice_orders([order.pk], by=bob)


def test_a_part_that_the_draft_leaves_out_is_left_to_bill(account: Any, bob: Any) -> None:
    order = order_of(
        account, bob, [{"text": "ファイル", "quantity": "3", "unit_price": "33.35", "discount": "10"}]
    )
    made = flow.invoice_orders([order.pk], by=bob)
    lines = registry.get("invoice").whole.lines[0]
    (row,) = lines.to_json(lines.get(fresh(made)))
    row |= {"quantity": "1", "discount": None}
    row.pop("amount")
    write.write(registry.get("invoice"), made.pk, {"lines": [row]}, by=bob)
    assert fresh(order).status == "open"
    rest = flow.invoice_orders([order.pk], by=bob)
    assert (fresh(made).net + rest.net, fresh(order).status) == (order.net, "invoiced")


def test_what_is_billed_keeps_its_price(account: Any, bob: Any, as_bob: Any) -> None:
    orders = registry.get("order")
    order = order_of(
        account,
        bob,
        [
            {"text": "A", "quantity": "2", "unit_price": "100"},
            {"text": "B", "quantity": "1", "unit_price": "200"},
        ],
    )
    flow.invoice_orders([order.pk], by=bob, lines=keys_of(order)[:1])
    first, second = as_typed(order)
    for lines in (
        [first | {"unit_price": "90"}, second],
        [first | {"quantity": "1"}, second],
        [second],
        [second | {"text": "C"}],
    ):
        with pytest.raises(Refused, match="明細「A」は請求に載っている"):
            write.write(orders, order.pk, {"lines": lines}, by=bob)
    for values in ({"discount": "10"}, {"tax_mode": "included"}):
        with pytest.raises(Refused, match="請求した明細がある"):
            write.write(orders, order.pk, values, by=bob)
    line = registry.get("order_line")
    for values in ({"unit_price": "90"}, {"quantity": "1"}):
        with pytest.raises(Refused, match="明細「A」は請求に載っている"):
            write.write(line, keys_of(order)[0], values, by=bob)
    with pytest.raises(Refused, match="明細「A」は請求に載っている"):
        write.delete(line, [keys_of(order)[0]], by=bob)
    # What isn't billed changes and goes; more may be ordered, and the line stays the one that is billed.
    write.write(
        orders,
        order.pk,
        {"lines": [second | {"text": "C", "unit_price": "70"}, first | {"quantity": "5"}]},
        by=bob,
    )
    assert [(one.text, one.amount) for one in billing.left_of([order])] == [("C", 70), ("A", 300)]
    write.write(line, OrderLine.objects.get(text="A").pk, {"quantity": "2"}, by=bob)
    write.write(orders, order.pk, {"lines": [first]}, by=bob)
    assert fresh(order).status == "invoiced"
    write.write(line, OrderLine.objects.get(text="A").pk, {"quantity": "3"}, by=bob)
    assert fresh(order).status == "open"


def test_orders_called_invoiced_by_an_older_ledger_stay_so(account: Any, bob: Any) -> None:
    order = order_of(account, bob, [{"text": "A", "quantity": "2", "unit_price": "100"}], status="invoiced")
    write.write(registry.get("order"), order.pk, {"lines": [{"text": "A", "unit_price": "90"}]}, by=bob)
    assert fresh(order).status == "invoiced"


def test_two_private_customers_are_never_billed_together(account: Any, bob: Any) -> None:
    people = [
        write.create(registry.get("contact"), {"name": name, "account": key}, by=bob).record
        for name, key in (
            ("山田 花子", ""),
            ("佐藤 一郎", ""),
            ("木村 誠", account.pk),
            ("林 洋", account.pk),
        )
    ]
    orders = [
        write.create(registry.get("order"), {"contact": one.pk, "date": "2026-10-01", "lines": [{"text": "A", "unit_price": "100"}]}, by=bob).record
        for one in people
    ]  # fmt: skip
    with pytest.raises(Refused, match="個人のお客様"):
        flow.invoice_orders([orders[0].pk, orders[1].pk], by=bob)
    assert not Invoice.objects.exists()
    assert flow.invoice_orders([orders[2].pk, orders[3].pk], by=bob).net == 200  # two people of one company
