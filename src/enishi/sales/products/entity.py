"""How products, price lists and terms look and behave."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records.entity import Connection, Entity, ImportHint, Preset, Section
from enishi.records.fields import (
    Choice,
    Exact,
    FreeChoice,
    Lines,
    LongText,
    Number,
    Option,
    Reference,
    Words,
    YesNo,
)
from enishi.records.registry import register
from enishi.sales.documents.issuer import issuer
from enishi.sales.lines.entity import TAX_CODES, WITHHOLDING
from enishi.sales.models import PriceList, Product, Terms


@register
class ProductEntity(Entity):
    """商品."""

    name, slug, code, model, icon = "product", "products", 42, Product, "package"
    label = pgettext_lazy("entities", "商品")
    hint = _("売るもの・サービスを登録します。見積や受注の明細で選ぶと、単価と税区分が入ります。")
    default_sort = "name"
    built_in = (
        Words("name", required=True, sortable=True, aliases=("商品", "商品名", "品名", "品目", "製品名", "サービス名", "product", "product name", "item")),
        Words("code", longest=40, unique=True, half_width=True, aliases=("商品コード", "商品番号", "品番", "型番", "jan", "sku", "product code", "item code")),
        FreeChoice("kind", options=lambda: [Option(word, word) for word in ("商品", "サービス", "保守", "送料")], aliases=("商品分類", "カテゴリー", "category")),
        FreeChoice("unit", options=lambda: [Option(word, word) for word in ("個", "本", "台", "式", "箱", "枚", "時間", "月", "kg")], aliases=("単位", "unit")),
        Exact("price", summable=False, places=4, sortable=True, most=10**10, least=-(10**10), aliases=("標準単価", "単価", "定価", "価格", "売価", "price")),
        Exact("cost", summable=False, places=4, most=10**10, least=-(10**10), aliases=("原価", "仕入単価", "仕入価格", "cost")),
        Choice("tax_code", options=TAX_CODES, default="standard", aliases=("税区分", "税率", "tax")),
        Choice(
            "withholding", options=WITHHOLDING, default="auto", listed=False,
            help=_("源泉徴収する請求の明細で選んだときの扱い。自動なら、不課税・非課税のほかは対象です。"), aliases=("源泉対象", "源泉徴収"),
        ),
        YesNo("active", default=True, aliases=("販売中", "有効", "active")),
        LongText("description", aliases=("説明", "備考", "仕様", "description")),
    )  # fmt: skip
    columns = ("code", "kind", "price", "unit", "tax_code", "active")
    sections = (
        Section(_("基本情報"), ("name", "code", "kind", "unit", "price", "tax_code", "cost", "active", "description", "owner", "tags")),
        Section(_("くわしい情報"), ("withholding",), folded=True),
    )  # fmt: skip
    quick_fields = ("name", "code", "unit", "price", "tax_code")
    search_fields = ("code", "kind")
    connections = (
        Connection("order_line", "product", _("受注の明細"), ("order", "quantity", "amount")),
        Connection("price", "product", _("価格表での単価"), ("price_list", "price")),
    )

    def prepare(self, record: Product, changed: set[str]) -> None:
        if record.importing and not record.name:
            record.name = record.code

    def begin_beside(self, row: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What a sheet of sales says a product was sold at, so that quotes begin with it; prices with tax in them are no standard prices."""
        line, order = row.get("order_line", {}), row.get("order", {})
        price = line.get("unit_price")
        if not price or price <= 0 or (order.get("tax_mode") or "") not in {"", issuer().tax_mode}:
            return {}
        return {name: line[name] for name in ("unit", "tax_code") if line.get(name)} | {"price": price}

    presets = (Preset("active", _("販売中"), {"field": "active", "op": "is", "value": "1"}),)
    imports = ImportHint(keys=("code", "name"))


@register
class PriceListEntity(Entity):
    """価格表."""

    name, slug, code, model, icon = "price_list", "price-lists", 43, PriceList, "tag"
    label = pgettext_lazy("entities", "価格表")
    hint = _("得意先ごとの単価を登録します。取引条件で得意先に結び付けます。")
    default_sort = "name"
    built_in = (
        Words("name", required=True, sortable=True, longest=100),
        Lines("prices", _("価格"), child="price", listed=False),
        LongText("note"),
    )
    columns = ("owner", "updated_at")
    sections = (Section(_("基本情報"), ("name", "prices", "note", "owner", "tags")),)
    quick_fields = ("name", "prices")
    connections = (Connection("terms", "price_list", _("この価格表を使う取引先"), ()),)
    imports = ImportHint(keys=("name",))


@register
class TermsEntity(Entity):
    """取引条件: how an account is billed."""

    name, slug, code, model, icon = "terms", "terms", 45, Terms, "calendar"
    rights_through, rights_of = "account", "account"
    label = pgettext_lazy("entities", "取引条件")
    hint = _("締日・支払日・価格表が会社の決まりと違う得意先だけ登録します。")
    title_field = "account"
    in_navigation = False
    in_search = False
    has_timeline = False
    built_in = (
        Reference("account", to="account", required=True),
        Reference("price_list", to="price_list"),
        Number("closing_day", least=1, most=31, help=_("31は末日です。空なら会社の決まりを使います。")),
        Number("pay_months", least=0, most=6, help=_("締めた月の何か月後に支払うか。翌月なら1。")),
        Number("pay_day", least=1, most=31, help=_("31は末日です。")),
        Words("addressee", help=_("取引先の名前と違うときだけ。")),
    )
    columns = ("price_list", "closing_day", "pay_months", "pay_day")
    sections = (
        Section(
            _("取引条件"), ("account", "price_list", "closing_day", "pay_months", "pay_day", "addressee")
        ),
    )
    quick_fields = ("account", "price_list", "closing_day", "pay_months", "pay_day")

    def title(self, record: Terms) -> str:
        return _t("%(account)sの取引条件") % {"account": record.account}

    def check(self, record: Terms, changed: set[str]) -> dict[str, list[str]]:
        others = Terms.objects.filter(account=record.account_id, deleted_at=None).exclude(pk=record.pk)
        if "account" in changed and others.exists():
            return {"account": [_t("この取引先の取引条件はもう登録されています。")]}
        return {}

    def list_queryset(self, queryset: Any, columns: Any) -> Any:
        return super().list_queryset(queryset, columns).select_related("account")


def terms_of(account_id: int | None) -> Terms | None:
    """The account's own terms, where it has any."""
    if account_id is None:
        return None
    return Terms.objects.filter(account=account_id, deleted_at=None).order_by("pk").first()


def prices_for(account_id: int | None, products: Sequence[int]) -> dict[int, Any]:
    """Prices of these products in the account's price list, by product."""
    terms = terms_of(account_id)
    if terms is None or terms.price_list_id is None:
        return {}
    from enishi.sales.models import Price

    rows = Price.objects.filter(price_list=terms.price_list_id, product__in=products, deleted_at=None)
    return dict(rows.values_list("product_id", "price"))
