"""How orders look and behave."""

from collections.abc import Sequence
from typing import Any, ClassVar

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records.entity import ImportHint, Preset, Section
from enishi.records.fields import Choice, Date, Option, Reference, Words
from enishi.records.registry import register
from enishi.sales.channels.figures import refresh_customers
from enishi.sales.channels.models import ChannelCustomer
from enishi.sales.documents.entity import DocumentEntity, document_fields
from enishi.sales.invoices import billing
from enishi.sales.models import Order
from enishi.sales.orders.customers import follow_customers
from enishi.sales.quotes.entity import follow_orders

STATUSES = (
    Option("open", _("受注"), "accent", ("受注", "受注済", "open")),
    Option("delivered", _("納品済み"), "amber", ("納品済", "出荷済", "完了", "delivered")),
    Option("invoiced", _("請求済み"), "green", ("請求済", "売上済", "invoiced")),
    Option("cancelled", _("取り消し"), "red", ("取消", "キャンセル", "返品", "cancelled")),
)


@register
class OrderEntity(DocumentEntity):
    """受注, and the history of purchases."""

    name, slug, code, model, icon = "order", "orders", 53, Order, "package-check"
    label = pgettext_lazy("entities", "受注")
    hint = _("受けた注文を登録します。今までの売上の表も、1行1明細のまま取り込めます（購買履歴になります）。")
    built_in = (
        *document_fields(
            "order",
            ("受注日", "注文日", "売上日", "購入日", "取引日", "日付", "納品日", "伝票日付", "order date", "date"),
            ("受注番号", "注文番号", "注文no", "注文no.", "伝票番号", "売上番号", "伝票no", "伝票no.", "order number", "order id", "order no"),
        ),
        Choice("status", options=STATUSES, default="open", importable=True, aliases=("受注状況", "状態")),
        Reference("quote", to="quote", carries_up=True),
        Reference("channel", to="channel"),
        Reference("channel_customer", to="channel_customer", carries_up=True),
        Words("customer_number", longest=60, aliases=("先方注文番号", "客先注文番号", "po number")),
        Date("delivery_on", sortable=True, aliases=("納期", "納品予定日", "希望納期")),
        Date("delivered_on", aliases=("納品日", "出荷日")),
        Words("void_reason", editable=False, listed=False, visible_if=("status", ("cancelled",))),
    )  # fmt: skip
    columns = ("account", "date", "total", "status", "delivery_on", "owner")
    sections = (
        Section(
            _("基本情報"),
            ("name", "number", "account", "contact", "deal", "quote", "channel", "channel_customer", "date", "status", "lines", "discount", "net", "tax", "total", "owner", "tags"),
        ),
        Section(
            _("くわしい情報"),
            ("customer_number", "delivery_on", "delivered_on", "tax_mode", "rounding", "remarks", "note", "sent_on", "void_reason"),
            folded=True,
        ),
    )  # fmt: skip
    printed = ("customer_number", "delivery_on", "delivered_on")
    quick_fields = ("account", "contact", "name", "date", "delivery_on", "lines")
    running: ClassVar = {"field": "status", "op": "is", "value": "open"}
    uncounted = ("cancelled",)
    presets = (
        Preset("mine", _("担当分"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("open", _("納品前"), {"field": "status", "op": "is", "value": "open"}),
        Preset("to_bill", _("未請求"), {"field": "status", "op": "in", "value": ["open", "delivered"]}),
    )
    bulk_actions = (("/orders/bill/", _("まとめて請求")),)
    uncloned = ("status", "date", "delivery_on", "delivered_on", "customer_number", "quote")
    imports = ImportHint(
        keys=("number",),
        beside=("account", "order_line", "product", "contact", "channel", "channel_customer"),
        beside_values={"account": {"status": "active"}},
    )

    def unfinished(self) -> Q:
        return Q(status__in=("open", "delivered"))

    def prepare(self, record: Any, changed: set[str]) -> None:
        if "channel_customer" in changed and record.channel_customer_id and not record.importing:
            follow_customer(record, record.channel_customer)
        super().prepare(record, changed)

    def begin_of_file(self, values: dict[str, Any]) -> None:
        """A sheet of past sales that says nothing of their state holds what was delivered and billed: nobody bills the last two years once
        more. Of this month and the one before, which many bill in these days, and of what is still to be delivered, it says nothing."""
        date, ahead = values.get("date"), values.get("delivery_on")
        today = timezone.localdate()
        if (
            "status" not in values
            and date
            and date < today.replace(day=1) - relativedelta(months=1)
            and not (ahead and ahead >= today)
        ):
            values["status"] = "invoiced"

    def complete(self, rows: Sequence[dict[str, Any]]) -> None:
        keys = {values["channel_customer"] for values in rows if values.get("channel_customer")}
        found = ChannelCustomer.objects.in_bulk(keys) if keys else {}
        for values in rows:
            customer = found.get(values.get("channel_customer", 0))
            if customer is not None and not values.get("account") and not values.get("contact"):
                values |= {"account": customer.account_id, "contact": customer.contact_id}

    def settle(self, records: Sequence[Any], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """Keeps the figures of those who bought, as their channels know them, the state of their accounts, and that of quotes whose orders come
        and go."""
        keys = {record.channel_customer_id for record in records}
        keys |= {change["channel_customer"][0] for change in changes if "channel_customer" in change}
        refresh_customers(keys - {None})
        billing.refresh_billed(
            {
                record.pk
                for record, change in zip(records, changes, strict=False)
                if {"lines", "deleted_at"} & set(change)
            },
            by,
        )
        pairs = list(zip(records, changes, strict=False))
        come = {record.account_id for record, change in pairs if not change or _comes_back(record, change)}
        follow_customers(come - {None}, by, gone=False)
        if moved := [pair for pair in pairs if {"deleted_at", "status", "account"} & set(pair[1])]:
            keys = {record.account_id for record, _change in moved}
            keys |= {change["account"][0] for _record, change in moved if "account" in change}
            follow_customers(keys - {None}, by, gone=True)
        gone = zip(records, changes, strict=False)
        if quotes := {
            record.quote_id for record, change in gone if {"deleted_at", "status"} & set(change)
        } - {None}:
            follow_orders(quotes, by)

    def summed(self, records: Sequence[Any]) -> None:
        self.settle(records, (), None)

    def check(self, record: Any, changed: set[str]) -> dict[str, list[str]]:
        errors = super().check(record, changed)
        if record.pk and (text := billing.refused(record, changed)):
            errors.setdefault("lines", []).append(text)
        cancelled = "status" in changed and record.status == "cancelled"
        if record.pk and cancelled and billing.billed_lines([record.pk]):
            errors["status"] = [billing.billed()]
        if record.delivered_on and record.date and record.delivered_on < record.date:
            errors["delivered_on"] = [_t("納品日が受注日より前です。")]
        told = {"channel", "channel_customer"} & changed and not record.importing
        customer = record.channel_customer if told else None
        if customer is not None and customer.channel_id != record.channel_id:
            said = _t(
                "このお客様は「%(channel)s」のお客様です。チャネルを合わせるか、お客様を選び直してください。"
            )
            errors["channel_customer"] = [said % {"channel": customer.channel}]
        return errors if not record.importing else {}

    def locked_back(self, record: Any, name: str, old: Any) -> str:
        return "" if name == "void_reason" else super().locked_back(record, name, old)

    def locked(self, record: Any, names: set[str]) -> str:
        if "deleted_at" in names and record.pk and billing.billed_lines([record.pk]):
            return billing.billed()
        return super().locked(
            record,
            names
            - {
                "status",
                "delivered_on",
                "delivery_on",
                "deal",
                "customer_number",
                "channel",
                "channel_customer",
            },
        )


def follow_customer(order: Any, customer: ChannelCustomer) -> None:
    """What an order has of its channel customer where it says nothing itself: the channel, and who that is."""
    order.channel_id = order.channel_id or customer.channel_id
    if order.account_id is None and order.contact_id is None:
        order.account_id, order.contact_id = customer.account_id, customer.contact_id


def _comes_back(record: Any, change: dict[str, Any]) -> bool:
    """Whether an order counts for its account by this change and didn't before: out of the bin, no longer cancelled, another account's."""
    status = change.get("status")
    return (
        ("deleted_at" in change and record.deleted_at is None)
        or (status is not None and status[0] == "cancelled")
        or "account" in change
    )
