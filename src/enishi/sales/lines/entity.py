"""How lines of deals, quotes, orders and invoices look and behave."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records import formulas
from enishi.records.entity import Entity, Section
from enishi.records.fields import Choice, Date, Exact, FieldKind, Money, Number, Option, Reference, Words
from enishi.records.fields.lines import Typed
from enishi.records.limits import unseen
from enishi.records.line_entity import LineEntity
from enishi.records.registry import register, whole_entities
from enishi.sales import tax
from enishi.sales.documents.issuer import issuer
from enishi.sales.models import DealLine, InvoiceLine, OrderLine, Price, Product, QuoteLine
from enishi.sales.taxed import AS_WRITTEN, as_usual

TAX_CODES = (
    Option("standard", _("標準（10%）"), "grey", ("10%", "10", "0.1", "課税", "標準", "標準税率", "課税10%", "standard")),
    Option("reduced", _("軽減（8%）"), "amber", ("8%", "8", "0.08", "軽減", "軽減税率", "課税8%軽減", "軽", "※", "reduced")),
    Option("old8", _("旧税率 8%"), "grey", ("旧8%",)),
    Option("old5", _("旧税率 5%"), "grey", ("5%", "旧5%")),
    Option("export", _("免税（輸出）"), "grey", ("免税", "輸出免税", "0%")),
    Option("exempt", _("非課税"), "grey", ("非課税", "exempt")),
    Option("outside", _("不課税"), "grey", ("不課税", "対象外", "out of scope")),
)  # fmt: skip


WITHHOLDING = (
    Option("auto", _("自動"), "grey", ("自動",)),
    Option("yes", _("源泉する"), "grey", ("対象", "する", "はい", "○")),
    Option("no", _("源泉しない"), "grey", ("対象外", "しない", "いいえ", "×")),
)
UNWITHHELD = {"outside", "exempt"}  # of which nothing is withheld where nobody says otherwise


class OfDocument(Reference):
    """The document that a line stands in. In lists it says when and whose it is: its own name is mostly that of its first product."""

    def cells(self, records: Sequence[Any]) -> list[str]:
        keys = {self.get(record) for record in records} - {None}
        labels = self.labels_for(keys)
        fields = self.target.fields
        if "date" in fields and "account" in fields and fields["account"].kind == "reference":
            rows = self.target.model._base_manager.filter(pk__in=keys - unseen(self.target, list(keys)))
            held = list(rows.values_list("pk", "date", "account"))
            whose = fields["account"].labels_for({account for _key, _date, account in held})
            for key, date, account in held:
                if date and account in whose:
                    labels[key] = f"{date:%Y/%m/%d} {whose[account]}"
        return [self.named(self.get(record), labels.get(self.get(record), "")) for record in records]


def line_fields(parent: str, to: str) -> tuple[FieldKind, ...]:
    """What every line holds."""
    return (
        (Reference if to == "deal" else OfDocument)(parent, to=to, required=True),
        Reference("product", to="product"),
        Words("text", longest=300, aliases=("品名", "商品", "商品名", "品目", "摘要", "内容", "item", "description", "product")),
        Exact("quantity", aliases=("数量", "数", "個数", "qty", "quantity")),
        Words("unit", longest=20, aliases=("単位", "unit")),
        Exact("unit_price", summable=False, places=4, least=-(10**10), most=10**10, aliases=("単価", "価格", "unit price", "price")),
        Exact("discount_percent", summable=False, places=2, least=0, most=100, unit="%", listed=False, aliases=("値引率", "割引率")),
        Money("discount", listed=False, taxed=as_usual if to == "deal" else AS_WRITTEN, aliases=("値引額", "値引", "値引き", "割引額")),
        Choice("tax_code", options=TAX_CODES, default="standard", aliases=("税区分", "税率", "消費税率", "tax", "tax rate")),
        Money("amount", editable=False, taxed=as_usual if to == "deal" else AS_WRITTEN, importable=True, aliases=("金額", "売上", "売上金額", "小計", "amount", "total")),
        Number("position", listed=False, importable=False, default=0),
    )  # fmt: skip


class SaleLine(LineEntity):
    """Base of the lines of all that is sold."""

    icon = "layout-list"
    title_field = "text"
    line_columns: ClassVar[tuple[str, ...]] = (
        "text",
        "quantity",
        "unit",
        "unit_price",
        "discount_percent",
        "discount",
        "tax_code",
        "amount",
    )
    line_defaults: ClassVar[tuple[str, ...]] = ("tax_code", "unit")
    columns: tuple[str, ...] = ("product", "quantity", "unit", "unit_price", "amount")
    sums_parent: ClassVar[bool] = True

    def __init__(self) -> None:
        up = self.rights_through
        self.sections = (
            Section(_("明細"), (
                up, "product", "text", "quantity", "unit", "unit_price", "discount_percent", "discount", "tax_code", "amount", "position",
            )),
        )  # fmt: skip
        self.columns = (up, *type(self).columns)
        super().__init__()

    def line_words(self, values: dict[str, Any]) -> str:
        field = self.field
        words = str(values.get("text") or _t("（品名なし）"))
        if values.get("quantity") is not None:
            words += f" {field('quantity').text(values['quantity'])}{values.get('unit') or ''}"
        if values.get("unit_price") is not None:
            words += f" × ¥{field('unit_price').text(values['unit_price'])}"
        return words

    def line_extras(self, record: Any) -> dict[str, Any]:
        """Where products are found, and what the sums are reckoned by while one types."""
        day = getattr(record, "date", None) or timezone.localdate()
        made: dict[str, Any] = {
            "pick": "/products/lines/",
            "rates": {code: tax.percent(code, day) for code in tax.CODES},
        }
        if self.rights_of != "deal":
            made |= {
                "mode": getattr(record, "tax_mode", issuer().tax_mode), "rounding": getattr(record, "rounding", issuer().rounding),
                "discount": getattr(record, "discount", 0) or 0,
            }  # fmt: skip
        return made

    def prepare(self, record: Any, changed: set[str]) -> None:
        if not record.importing and "product" in changed and record.product_id:
            above = (
                getattr(record, self.rights_through) if getattr(record, f"{self.rights_through}_id") else None
            )
            _fill_from(record, changed, above)
        if record.tax_code == "":
            record.tax_code = "standard"
        if "amount" in changed and record.amount is not None:  # an older ledger's word counts
            if record.unit_price is None and record.quantity:
                record.unit_price = round(record.amount / record.quantity, 4)
        else:
            record.amount = tax.line_amount(
                record.quantity, record.unit_price, record.discount_percent, record.discount
            )

    def check(self, record: Any, changed: set[str]) -> dict[str, list[str]]:
        if record.importing:
            return {}
        errors: dict[str, list[str]] = {}
        if not (record.text or record.product_id):
            errors["text"] = [_t("品名を入力してください。")]
        if abs(record.amount or 0) > 10**13:
            errors["unit_price"] = [_t("金額が大きすぎます。数量と単価を確かめてください。")]
        if getattr(record, f"{self.rights_through}_id", None) and (text := self.locked(record, changed)):
            errors.setdefault("", []).append(text)
        return errors

    def settle(self, records: Sequence[Any], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """Lines that were stored by themselves (from a sheet, by a call): names of their products, sums of what they belong to."""
        nameless = [one.pk for one in records if one.product_id and not one.text]
        if nameless:
            names = Product.objects.filter(pk=OuterRef("product_id")).values("name")[:1]
            rows: Any = self.model._default_manager
            rows.filter(pk__in=nameless).update(text=Subquery(names))
        up = f"{self.rights_through}_id"
        keys = {getattr(record, up) for record in records} | {
            pair[0] for change in changes if (pair := change.get(self.rights_through)) and pair[0]
        }
        parent = whole_entities()[self.rights_of]
        # Locked before they are read: who issues the document, notes something on it or adds a line at the same time loses nothing.
        rows_above = parent.model._default_manager.filter(pk__in=keys).order_by("pk")
        above = list(rows_above.select_for_update(of=("self",), no_key=True))
        parent.lines[0].load(above)
        columns: set[str] = set()
        for row in above:
            before = {name: value for name, value in row.__dict__.items() if name != "_state"}
            parent.prepare(row, {self.lines_field})
            columns |= {name for name, value in before.items() if row.__dict__.get(name) != value}
        columns &= {one.attname for one in parent.model._meta.concrete_fields}
        if columns:
            formulas.follow(parent, above, sorted(columns))
            parent.summed(above)


def _fill_from(record: Any, changed: set[str], above: Any) -> None:
    """What a product says of itself, where the line says nothing. What it is sold at depends on the customer, whom the document knows
    (`fill_prices` where the line is typed on it)."""
    product = Product.objects.filter(pk=record.product_id).first()
    if product is None:
        return
    record.text = record.text or product.name
    record.unit = record.unit or product.unit
    if "tax_code" not in changed:
        record.tax_code = product.tax_code
    if record.unit_price is None and above is not None:
        record.unit_price = _prices(above.account_id, [product.pk]).get(product.pk)
    if getattr(record, "withholding", None) in {"", "auto"}:
        record.withholding = product.withholding


def _prices(account_id: int | None, products: Sequence[int]) -> dict[int, Any]:
    """At what these products are sold to an account: by its price list, else at their own price."""
    from enishi.sales.products.entity import prices_for

    usual = dict(Product.objects.filter(pk__in=products).values_list("pk", "price"))
    return usual | prices_for(account_id, products)


def fill_prices(entity: Entity, record: Any) -> None:
    """Gives lines that were typed with a product and without a price what the document's customer pays for it."""
    found = entity.lines[0]
    lines = found.get(record)
    if not isinstance(lines, Typed):
        return

    def open_(line: dict[str, Any]) -> bool:
        if line["product"] is None or line["unit_price"] is not None:
            return False
        return bool(line["amount"] == tax.line_amount(None, None, None, line["discount"]))

    wanted = {held["product"] for line in lines if open_(held := dict(line))}
    if not wanted:
        return
    prices, made = _prices(record.account_id, sorted(wanted)), []
    for line in lines:
        held = dict(line)
        if open_(held):
            held["unit_price"] = prices.get(held["product"])
            held["amount"] = tax.line_amount(
                held["quantity"], held["unit_price"], held["discount_percent"], held["discount"]
            )
        made.append(tuple(held.items()))
    found.put(record, Typed(made))


@register
class DealLineEntity(SaleLine):
    """The products of a deal."""

    name, slug, code, model = "deal_line", "deal-lines", 40, DealLine
    rights_through, rights_of = "deal", "deal"
    label = pgettext_lazy("entities", "案件の明細")
    built_in = line_fields("deal", "deal")


@register
class QuoteLineEntity(SaleLine):
    """The lines of a quote."""

    name, slug, code, model = "quote_line", "quote-lines", 52, QuoteLine
    rights_through, rights_of = "quote", "quote"
    label = pgettext_lazy("entities", "見積の明細")
    built_in = line_fields("quote", "quote")


@register
class OrderLineEntity(SaleLine):
    """The lines of an order: what was bought."""

    name, slug, code, model = "order_line", "order-lines", 54, OrderLine
    rights_through, rights_of = "order", "order"
    label = pgettext_lazy("entities", "受注の明細")
    built_in = line_fields("order", "order")
    line_same = ("product", "text", "unit", "unit_price", "discount_percent", "discount", "tax_code")

    def locked(self, record: Any, names: set[str]) -> str:
        return super().locked(record, names) or self._billed(record, names)

    def _billed(self, record: Any, names: set[str]) -> str:
        """What stands on an invoice is neither taken away nor sold at another price."""
        from enishi.sales.invoices import billing

        if not record.pk or not {*billing.PRICED, "quantity", "amount", "order", "deleted_at"} & names:
            return ""
        row = OrderLine.objects.filter(pk=record.pk).first()
        done = billing.billed_lines([row.order_id]).get(row.pk) if row is not None else None
        if row is None or done is None:
            return ""
        if {"order", "deleted_at"} & names:
            return billing.refusal(row)
        return billing.line_refused(row, {name: one.get(record) for name, one in self.fields.items()}, done)

    def settle(self, records: Sequence[Any], changes: Sequence[dict[str, Any]], by: Any) -> None:
        from enishi.sales.invoices import billing

        super().settle(records, changes, by)
        billing.refresh_billed({record.order_id for record in records}, by)


@register
class InvoiceLineEntity(SaleLine):
    """The lines of an invoice."""

    name, slug, code, model = "invoice_line", "invoice-lines", 56, InvoiceLine
    rights_through, rights_of = "invoice", "invoice"
    label = pgettext_lazy("entities", "請求の明細")
    built_in = (
        *line_fields("invoice", "invoice"),
        Date("day", listed=False, aliases=("取引日",)),
        Reference("order_line", to="order_line", listed=False),
        Choice("withholding", options=WITHHOLDING, default="auto", listed=False, importable=False),
    )
    uncloned = ("day", "order_line")  # a copy bills something else
    line_columns = ("day", *SaleLine.line_columns[:-1], "withholding", "amount")
    line_defaults: ClassVar[tuple[str, ...]] = (*SaleLine.line_defaults, "withholding")

    def columns_of(self, record: Any) -> tuple[str, ...]:
        """What is withheld of is asked only where something is."""
        shown = record is not None and record.withholds
        return tuple(name for name in self.line_columns if shown or name != "withholding")


@register
class PriceEntity(LineEntity):
    """The prices of a price list."""

    name, slug, code, model = "price", "prices", 44, Price
    rights_through, rights_of = "price_list", "price_list"
    lines_field = "prices"
    label = pgettext_lazy("entities", "価格")
    icon = "tag"
    title_field = "product"
    built_in = (
        Reference("price_list", to="price_list", required=True),
        Reference("product", to="product", required=True),
        Exact("price", summable=False, places=4, least=-(10**10), most=10**10, required=True),
        Number("position", listed=False, importable=False, default=0),
    )
    columns = ("price_list", "product", "price")
    sections = (Section(_("価格"), ("price_list", "product", "price")),)
    line_columns = ("product", "price")

    def title(self, record: Any) -> str:
        return str(record)
