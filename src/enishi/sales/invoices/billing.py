"""What of orders is billed and what is left: quantities, amounts, the discounts on whole orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from enishi.records import write
from enishi.records.registry import get
from enishi.sales import tax
from enishi.sales.models import Invoice, InvoiceLine, Order, OrderLine

# What a line that is billed keeps; more of it may be ordered.
PRICED = ("product", "unit_price", "discount_percent", "discount", "tax_code")


@dataclass
class Billed:
    """What of a line of an order stands on invoices. Without a quantity it is billed as a whole."""

    quantity: Decimal | None
    amount: int
    discount: int
    parts: int


def _counted(order_ids: Iterable[int]) -> Any:
    """Lines of invoices that count and bill these orders."""
    rows = InvoiceLine.objects.filter(
        order_line__order__in=list(order_ids), deleted_at__isnull=True, invoice__deleted_at__isnull=True
    )
    return rows.exclude(invoice__status="void")


def billed_lines(order_ids: Iterable[int]) -> dict[int, Billed]:
    """Lines of these orders that stand on an invoice that counts, by their keys: how much of each."""
    made: dict[int, Billed] = {}
    rows = _counted(order_ids).values_list("order_line", "quantity", "amount", "discount")
    for key, quantity, amount, discount in rows:
        held = made.setdefault(key, Billed(Decimal(0), 0, 0, 0))
        held.quantity = None if quantity is None or held.quantity is None else held.quantity + quantity
        held.amount += amount or 0
        held.discount += discount or 0
        held.parts += 1
    return made


def _left(line: Any, done: Billed | None) -> bool:
    """Leaves on a line in hand what isn't billed of it; whether there is anything."""
    if done is None:
        return True
    if line.quantity is None or done.quantity is None:
        return False
    left = line.quantity - done.quantity
    if left * line.quantity <= 0:
        return False
    rest = (line.amount or 0) - done.amount
    line.quantity, line.discount = left, max(0, (line.discount or 0) - done.discount) or None
    line.amount = tax.line_amount(left, line.unit_price, line.discount_percent, line.discount)
    if abs(rest - line.amount) <= done.parts:  # the parts were rounded each, the last takes what that left
        line.amount = rest
    return True


def left_of(orders: Sequence[Any]) -> list[Any]:
    """Lines of orders with what isn't billed of them: quantity, discount and amount in hand are of the rest."""
    found = OrderLine.objects.filter(order__in=orders, deleted_at=None)
    done = billed_lines([order.pk for order in orders])
    lines = list(found.order_by("order__date", "order", "position", "pk"))
    return [line for line in lines if _left(line, done.get(line.pk))]


# --- the discount on the whole order -------------------------------------------------------------------
def discount_of(orders: Sequence[Any], left: Sequence[Any], chosen: Sequence[Any]) -> int:
    """What of the discounts on whole orders goes with these lines, in yen: by amount, the last part takes what is left.

    Args:
        left: all that isn't billed yet of these orders; `chosen` are of these.
    """
    with_discount = [order for order in orders if order.discount]
    taken = _taken([order.pk for order in with_discount]) if with_discount else {}
    keys, made = {line.pk for line in chosen}, 0
    for order in with_discount:
        rest = order.discount - taken.get(order.pk, 0)
        if rest * order.discount <= 0:
            continue
        sums = {"now": 0, "later": 0}
        for line in left:
            if line.order_id == order.pk:
                sums["now" if line.pk in keys else "later"] += max(0, line.amount or 0)
        if any(line.order_id == order.pk for line in chosen):
            made += tax.shared_out(rest, sums)["now"] if sums["later"] else rest
    return made


def _taken(order_ids: Sequence[int]) -> dict[int, int]:
    """What invoices that count have taken off already, by order. What one of several orders has is shared out by what each gave to it."""
    invoices = dict(
        Invoice.objects.filter(pk__in=_counted(order_ids).values("invoice"), discount__isnull=False)
        .exclude(discount=0)
        .values_list("pk", "discount")
    )
    if not invoices:
        return {}
    rows = InvoiceLine.objects.filter(invoice__in=invoices, deleted_at=None, order_line__isnull=False)
    parts: dict[int, dict[int, int]] = {}
    for invoice, order, amount in rows.values_list("invoice", "order_line__order", "amount"):
        held = parts.setdefault(invoice, {})
        held[order] = held.get(order, 0) + max(0, amount or 0)
    keys = {order for held in parts.values() for order in held}
    discounts = dict(Order.objects.filter(pk__in=keys).values_list("pk", "discount"))
    wholes = dict(
        OrderLine.objects.filter(order__in=keys, deleted_at=None, amount__gt=0)
        .order_by()
        .values_list("order")
        .annotate(sum=Sum("amount"))
    )
    made: dict[int, int] = {}
    for invoice, held in parts.items():
        gave = {
            f"{key}": 10**6 * (discounts.get(key) or 0) * amount // wholes[key]
            for key, amount in held.items()
            if wholes.get(key)
        }
        gave = {key: weight for key, weight in gave.items() if weight > 0}
        for word, off in tax.shared_out(invoices[invoice] or 0, gave).items():
            made[int(word)] = made.get(int(word), 0) + off
    return made


# --- orders follow what is billed, and keep it ---------------------------------------------------------
def refresh_billing(order_ids: Iterable[int], by: Any) -> None:
    """Orders all of whose lines are billed are invoiced, the others aren't."""
    keys = sorted(set(order_ids))
    if not keys:
        return
    orders = list(Order.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    left = {line.order_id for line in left_of(orders)}
    pairs = []
    for order in orders:
        open_ = "delivered" if order.delivered_on else "open"
        wanted = open_ if order.pk in left else "invoiced"
        if order.status != "cancelled" and (order.status == "invoiced") != (wanted == "invoiced"):
            pairs.append((order, {"status": wanted}))
    write.write_many(
        get("order").whole, pairs, by=by, operation=None, cleaned=True, internal=True, check=False
    )


def refresh_billed(order_ids: Iterable[int], by: Any) -> None:
    """The same for orders whose lines were changed: of these only what is on an invoice is looked at, for an older ledger's orders are
    called invoiced without one."""
    keys = set(order_ids)
    if keys:
        refresh_billing(_counted(keys).values_list("order_line__order", flat=True), by)


def refused(order: Any, changed: set[str]) -> str:
    """Why an order may not become what it now is in hand, where lines of it are billed; empty where it may."""
    whom = {"account"} if order.account_id else {"account", "contact"}
    if not {"lines", "discount", "tax_mode", *whom} & changed:
        return ""
    done = billed_lines([order.pk])
    if not done:
        return ""
    if whom & changed:
        return _(
            "この受注には請求した明細があるので、取引先は変えられません。請求の下書きならごみ箱に入れ、発行済みなら取り消してから変えてください。"
        )
    if {"discount", "tax_mode"} & changed:
        return _(
            "この受注には請求した明細があるので、値引きと税の計算は変えられません。請求の下書きならごみ箱に入れ、発行済みなら取り消してから変えてください。"
        )
    lines = get("order").whole.lines[0]
    kept, gone = lines.paired(order.pk, lines.get(order))
    for row in gone:
        if row.pk in done:
            return refusal(row)
    for row, line in kept:
        if row.pk in done and (text := line_refused(row, dict(line), done[row.pk])):
            return text
    return ""


def line_refused(row: Any, line: dict[str, Any], done: Billed) -> str:
    """Why a billed line may not become this one; empty where it may: there may be more of it."""
    fields = get("order_line").whole.fields
    if any(fields[name].get(row) != line[name] for name in PRICED):
        return refusal(row)
    quantity = line["quantity"]
    if quantity == row.quantity:
        return ""
    billed = done.quantity
    if quantity is None or billed is None or quantity * billed < 0 or abs(quantity) < abs(billed):
        return refusal(row)
    return ""


def refusal(row: Any) -> str:
    """Says that a line is billed, and what to do."""
    return _(
        "明細「%(line)s」は請求に載っているため、削除したり、商品・単価・値引き・税区分を変えたりできません。数量も、請求した数より減らせません。請求の下書きならごみ箱に入れ、発行済みなら取り消してから変えてください。"
    ) % {"line": row}


def billed() -> str:
    """Says that an order is billed, and what to do."""
    return _(
        "この受注は請求に載っています。請求の下書きならごみ箱に入れ、発行済みなら取り消してからにしてください。"
    )


def too_much(invoice_id: int) -> str:
    """Which line of an order an invoice bills once more than it is there for (two drafts of one order); empty where none."""
    keys = InvoiceLine.objects.filter(invoice=invoice_id, deleted_at=None, order_line__isnull=False)
    rows = OrderLine.objects.filter(pk__in=keys.values("order_line")).select_related("order")
    done = billed_lines({row.order_id for row in rows})
    for row in rows:
        held = done.get(row.pk)
        if (
            held
            and held.quantity is not None
            and row.quantity is not None
            and abs(held.quantity) > abs(row.quantity)
        ):
            return _(
                "「%(order)s」の明細「%(line)s」は、ほかの請求と合わせて%(done)sになり、受注の%(ordered)sを超えます。どちらかの請求から減らすか、受注の数量を直してください。"
            ) % {"order": row.order, "line": row, "done": f"{held.quantity:f}".rstrip("0").rstrip("."), "ordered": f"{row.quantity:f}".rstrip("0").rstrip(".")}  # fmt: skip
    return ""
