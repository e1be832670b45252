"""How invoices and payments look and behave."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records import write
from enishi.records.entity import Connection, Entity, ImportHint, Preset, Section
from enishi.records.fields import (
    Choice,
    Date,
    FreeChoice,
    LongText,
    Money,
    Option,
    Reference,
    Words,
    YesNo,
)
from enishi.records.registry import get, register
from enishi.sales import tax, terms
from enishi.sales.documents.entity import SUMMED, DocumentEntity, document_fields
from enishi.sales.documents.issuer import issuer
from enishi.sales.invoices.billing import refresh_billing
from enishi.sales.lines.entity import UNWITHHELD
from enishi.sales.models import Invoice, InvoiceLine, OrderLine, Payment
from enishi.sales.products.entity import terms_of
from enishi.sales.taxed import INCLUDED

STATUSES = (
    Option("draft", _("下書き")),
    Option("issued", _("発行済み"), "accent"),
    Option("sent", _("送付済み"), "accent"),
    Option("partly", _("一部入金"), "amber"),
    Option("paid", _("入金済み"), "green"),
    Option("void", _("取り消し"), "red"),
)
UNPAID = ["issued", "sent", "partly"]


@register
class InvoiceEntity(DocumentEntity):
    """請求."""

    name, slug, code, model, icon = "invoice", "invoices", 55, Invoice, "receipt-text"
    label = pgettext_lazy("entities", "請求")
    hint = _("請求書を作ります。受注から1回で作れ、入金と残高、期限切れが分かります。")
    built_in = (
        *document_fields(
            "invoice",
            ("請求日", "日付", "invoice date", "date"),
            ("請求番号", "請求書番号", "請求no", "請求no.", "invoice number"),
        ),
        Choice("status", options=STATUSES, default="draft", editable=False),
        Date("due_on", sortable=True, aliases=("支払期限", "支払期日", "入金予定日", "due date")),
        YesNo(
            "withholds",
            default=False,
            listed=False,
            help=_(
                "不課税・非課税の明細を除いた額から計算します。保存すると明細に「源泉対象」の列が出るので、物品などは「源泉しない」にできます。"
            ),
        ),
        Money("withheld", editable=False, listed=False),
        Money("paid", editable=False, taxed=INCLUDED),
        Money("balance", editable=False, sortable=True, taxed=INCLUDED),
        Words("void_reason", editable=False, listed=False, visible_if=("status", ("void",))),
    )
    columns = ("account", "date", "total", "status", "due_on", "balance", "owner")
    sections = (
        Section(
            _("基本情報"),
            (
                "name", "number", "account", "contact", "deal", "date", "due_on", "lines", "discount", "net", "tax", "total", "withheld", "paid", "balance",
                "owner", "tags",
            ),
        ),
        Section(
            _("くわしい情報"),
            ("withholds", "tax_mode", "rounding", "remarks", "note", "sent_on", "void_reason"),
            folded=True,
        ),
    )  # fmt: skip
    printed = ("due_on", "withheld")
    steps = frozenset({"issued", "sent"})
    quick_fields = ("account", "contact", "name", "date", "due_on", "lines")
    connections = (Connection("payment", "invoice", _("入金"), ("date", "amount", "method")),)
    running: ClassVar = {"field": "status", "op": "in", "value": ["draft", *UNPAID]}
    uncounted = ("void",)
    presets = (
        Preset("mine", _("担当分"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("draft", _("下書き"), {"field": "status", "op": "is", "value": "draft"}),
        Preset("unpaid", _("入金待ち"), {"field": "status", "op": "in", "value": UNPAID}, "due_on"),
        Preset(
            "overdue",
            _("期限切れ"),
            {"all": [
                {"field": "status", "op": "in", "value": UNPAID},
                {"field": "due_on", "op": "before_days", "value": 1},
            ]},
            "due_on",
        ),
    )  # fmt: skip
    uncloned = ("date", "due_on")
    imports = ImportHint(keys=("number",), beside=("account", "invoice_line", "product", "contact"))

    def unfinished(self) -> Q:
        return Q(status__in=UNPAID)

    def adds(self, record: Invoice, connection: Connection) -> bool:
        return connection.entity != "payment" or record.status not in {"draft", "void"}

    def prepare(self, record: Invoice, changed: set[str]) -> None:
        super().prepare(record, changed)
        if SUMMED & changed or not record.pk:
            record.withheld = tax.withholding(self.withheld_of(record)) if record.withholds else 0
        # What was taken back is owed by nobody.
        record.balance = 0 if record.status == "void" else record.total - record.withheld - record.paid
        if record.due_on is None and record.date and not record.importing:
            record.due_on = due_day(record)

    def withheld_of(self, record: Invoice) -> int:
        """What tax is withheld of, in yen without consumption tax: fees, not goods and not what lies outside that tax, such as costs that
        were laid out (所得税法204条; 国税庁 タックスアンサー No.2792)."""
        lines = [dict(line) for line in self.lines[0].get(record)]
        return tax.marked_net(
            ((self.tax_code(record, line), line["amount"] or 0, is_withheld(line)) for line in lines),
            record.date,
            **self.reckoning(record),
        )

    def line_sums(self, record: Invoice) -> list[tuple[str, str]]:
        made = super().line_sums(record)
        if record.withheld and "withheld" in self.fields:
            money = self.field("total").text
            label = _t("源泉徴収税額（対象額 %(amount)s）") % {"amount": money(self.withheld_of(record))}
            made.append((label, f"-{money(record.withheld)}"))
            made.append((_t("差引ご請求額"), money(record.total - record.withheld)))
        return made

    def settle(self, records: Sequence[Invoice], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """What is billed, and what no more, shows on the orders."""
        told = {"lines", "status", "deleted_at"}
        keys = [
            record.pk
            for record, change in zip(records, changes, strict=True)
            if not change or told & set(change)
        ]
        lines = InvoiceLine.objects.filter(invoice__in=keys, order_line__isnull=False)
        gone = {
            key
            for change in changes
            for line in change.get("lines", ((),))[0]
            if (key := dict(line).get("order_line"))
        }
        orders = {*lines.values_list("order_line__order", flat=True)}
        orders |= {*OrderLine.objects.filter(pk__in=gone).values_list("order", flat=True)} if gone else set()
        refresh_billing(orders, by)

    def check(self, record: Invoice, changed: set[str]) -> dict[str, list[str]]:
        errors = super().check(record, changed)
        if record.due_on and record.date and record.due_on < record.date:
            errors["due_on"] = [_t("支払期限が請求日より前です。")]
        return errors


def is_withheld(line: dict[str, Any]) -> bool:
    """Whether tax is withheld of a line of an invoice that withholds."""
    said = line.get("withholding")
    return said == "yes" or (said != "no" and (line["tax_code"] or "standard") not in UNWITHHELD)


def due_day(record: Any) -> Any:
    """When an invoice of this date is to be paid, by the account's terms or the company's."""
    own, usual = terms_of(record.account_id), issuer()

    def said(name: str) -> int:
        held = getattr(own, name, None)
        return int(getattr(usual, name) if held is None else held)

    return terms.due_date(record.date, said("closing_day"), said("pay_months"), said("pay_day"))


def days_over(record: Any) -> int:
    """Days since an unpaid invoice was due; 0 where it isn't late."""
    if record.status not in UNPAID or record.due_on is None:
        return 0
    return int(max(0, (timezone.localdate() - record.due_on).days))


@register
class PaymentEntity(Entity):
    """入金."""

    name, slug, code, model, icon = "payment", "payments", 57, Payment, "japanese-yen"
    rights_through, rights_of = "invoice", "invoice"
    label = pgettext_lazy("entities", "入金")
    hint = _("請求のカードの「入金を記録」から登録します。")
    in_navigation = False
    in_search = False
    default_sort = "-date"
    built_in = (
        Reference("invoice", to="invoice", required=True, carries_up=True),
        Words("name", editable=False, listed=False),
        Date("date", sortable=True, default=timezone.localdate, aliases=("入金日", "支払日")),
        Money("amount", required=True, taxed=INCLUDED, least=-(10**13), aliases=("入金額", "金額")),
        Money("fee", least=0, help=_("振込手数料を引いて入金されたとき、その額。請求額に足して消し込みます。")),
        FreeChoice("method", options=lambda: [Option(word, word) for word in ("振込", "現金", "カード", "口座振替", "手形", "相殺")]),
        LongText("note"),
    )  # fmt: skip
    columns = ("invoice", "date", "amount", "fee", "method")
    sections = (Section(_("入金"), ("invoice", "date", "amount", "fee", "method", "note", "owner", "tags")),)
    quick_fields = ("invoice", "date", "amount", "fee", "method")

    def prepare(self, record: Payment, changed: set[str]) -> None:
        if "amount" in changed or not record.name:
            record.name = f"¥{record.amount or 0:,}"

    def check(self, record: Payment, changed: set[str]) -> dict[str, list[str]]:
        if record.date is None:
            return {"date": [_t("入金日を入力してください。")]}
        if not record.amount and not record.fee:
            return {"amount": [_t("入金額を入力してください。")]}
        invoice = record.invoice
        if {"invoice", "amount"} & changed and invoice is not None and invoice.status in {"draft", "void"}:
            return {"": [_t("発行していない請求、取り消した請求には入金を記録できません。")]}
        return {}

    def parents(self, record: Payment) -> list[tuple[str, int]]:
        return self.parents_of([record])[record.pk]

    def parents_of(self, records: Sequence[Payment]) -> dict[int, list[tuple[str, int]]]:
        invoices = Invoice.objects.filter(pk__in={record.invoice_id for record in records})
        above = get("invoice").whole.parents_of(list(invoices))
        return {
            record.pk: [*super(PaymentEntity, self).parents(record), *above.get(record.invoice_id, [])]
            for record in records
        }

    def created_kind(self, record: Payment) -> str:
        return "payment"

    def settle(self, records: Sequence[Payment], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """Keeps what was paid, and what is still to come, on the invoices."""
        keys = {record.invoice_id for record in records} | {
            pair[0] for change in changes if (pair := change.get("invoice")) and pair[0]
        }
        refresh_balances(keys, by)


def refresh_balances(keys: set[int], by: Any) -> None:
    """Sums the payments of these invoices anew."""
    entity = get("invoice").whole
    sums = dict(
        Payment.objects.filter(invoice__in=keys, deleted_at=None)
        .order_by()
        .values("invoice")
        .annotate(sum=Sum(Coalesce("amount", 0)) + Sum(Coalesce("fee", 0)))
        .values_list("invoice", "sum")
    )
    pairs = []
    for invoice in Invoice.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
        paid = sums.get(invoice.pk, 0)
        due = invoice.total - invoice.withheld
        status = invoice.status
        if status in {*UNPAID, "paid"}:
            done = paid >= due and (paid or not due)
            status = "paid" if done else "partly" if paid else ("sent" if invoice.sent_on else "issued")
        if paid != invoice.paid or status != invoice.status:
            pairs.append((invoice, {"paid": paid, "status": status, "balance": due - paid}))
    write.write_many(entity, pairs, by=by, operation=None, cleaned=True, internal=True, check=False)
