"""How orders look and behave."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records.entity import ImportHint, Preset, Section
from enishi.records.fields import Choice, Date, Option, Reference, Words
from enishi.records.registry import register
from enishi.sales.documents.entity import DocumentEntity, document_fields
from enishi.sales.models import Order

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
        Words("customer_number", longest=60, aliases=("先方注文番号", "客先注文番号", "po number")),
        Date("delivery_on", sortable=True, aliases=("納期", "納品予定日", "希望納期")),
        Date("delivered_on", aliases=("納品日", "出荷日")),
    )  # fmt: skip
    columns = ("account", "date", "total", "status", "delivery_on", "owner")
    sections = (
        Section(
            _("基本情報"),
            ("name", "number", "account", "contact", "deal", "quote", "date", "status", "lines", "discount", "net", "tax", "total", "owner", "tags"),
        ),
        Section(
            _("くわしい情報"),
            ("customer_number", "delivery_on", "delivered_on", "tax_mode", "rounding", "remarks", "note", "sent_on"),
            folded=True,
        ),
    )  # fmt: skip
    quick_fields = ("account", "contact", "name", "date", "delivery_on", "lines")
    presets = (
        Preset("mine", _("担当分"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("open", _("納品前"), {"field": "status", "op": "is", "value": "open"}),
        Preset("to_bill", _("未請求"), {"field": "status", "op": "in", "value": ["open", "delivered"]}),
    )
    bulk_actions = (("/orders/bill/", _("まとめて請求")),)
    imports = ImportHint(keys=("number",), beside=("account", "order_line", "product", "contact"))

    def check(self, record: Any, changed: set[str]) -> dict[str, list[str]]:
        errors = super().check(record, changed)
        if record.delivered_on and record.date and record.delivered_on < record.date:
            errors["delivered_on"] = [_t("納品日が受注日より前です。")]
        return errors if not record.importing else {}

    def locked(self, record: Any, names: set[str]) -> str:
        return super().locked(
            record, names - {"status", "delivered_on", "delivery_on", "deal", "customer_number"}
        )
