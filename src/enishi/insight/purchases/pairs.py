"""Cross-selling: what the customers of one product also bought, for those who may see all of what it is counted from."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.access.models import User
from enishi.insight.addresses import list_address
from enishi.insight.purchases.models import ProductPair
from enishi.records import registry
from enishi.records.conditions.tree import Tree
from enishi.records.visible import sees_all
from enishi.sales.models import OrderLine

SHOWN, BOUGHT = 3, 50  # suggestions on a card; of the products bought the newest
MOST_LINES = 2000  # of an account that are looked at
# A pair counts customers by their orders: who doesn't see all of these has no pairs at all.
COUNTED = {
    "account": (),
    "order": ("account", "status", "date", "total"),
    "order_line": ("product",),
    "product": ("name",),
}


@dataclass(frozen=True)
class Suggestion:
    """A product for somebody, and why."""

    key: int
    name: str
    url: str
    reason: str
    list_url: str = ""  # who might buy it, where that is a list
    number: str = ""


def allowed(user: User) -> bool:
    """Whether the person sees everything that pairs are counted from."""
    for name, needed in COUNTED.items():
        entity = registry.find(name)
        if entity is None or not sees_all(entity, user) or any(one not in entity.fields for one in needed):
            return False
    return True


def for_account(account: int) -> list[Suggestion]:
    """What the account never bought and those who bought the same things did; two queries."""
    lines = OrderLine.objects.filter(
        order__account=account, order__deleted_at=None, deleted_at=None, product__isnull=False
    )
    newest = lines.exclude(order__status="cancelled").order_by("-order__date", "-pk")
    bought = list(dict.fromkeys(newest.values_list("product_id", flat=True)[:MOST_LINES]))
    if not bought:
        return []
    rows = ProductPair.objects.filter(product__in=bought[:BOUGHT], other__active=True, other__deleted_at=None)
    rows = rows.select_related("product", "other").only(
        "both", "buyers", "other_buyers", "customers", "place", "product__name", "other__name"
    )
    held, best = set(bought), dict[int, ProductPair]()
    for one in sorted(
        (one for one in rows if one.other_id not in held),
        key=lambda one: (-one.confidence, one.place, one.pk),
    ):
        best.setdefault(one.other_id, one)
    product = registry.get("product")
    return [
        Suggestion(one.other_id, one.other.name, product.url(one.other_id), reason(one, named=True))
        for one in list(best.values())[:SHOWN]
    ]


def for_product(key: int) -> list[Suggestion]:
    """What the buyers of a product also bought, each with the list of those who haven't yet; one query."""
    rows = ProductPair.objects.filter(product=key, other__deleted_at=None).select_related("other")
    product, account = registry.get("product"), registry.get("account")
    made = []
    for one in rows.only("both", "buyers", "other_buyers", "customers", "other__name").order_by("place"):
        left = one.buyers - one.both
        number = ngettext("未購入 約%(n)d件", "未購入 約%(n)d件", left) % {"n": left}
        made.append(
            Suggestion(
                one.other_id, one.other.name, product.url(one.other_id), reason(one, named=False),
                list_address(account, has_bought(key), {"not": has_bought(one.other_id)}) if left else "", number,
            )
        )  # fmt: skip
    return made


def reason(one: ProductPair, *, named: bool) -> str:
    """「「コピー用紙」を買った42件のうち18件（43%）が購入、全体の2.1倍・お客様全体の4.5%」: confidence, lift, support."""
    held = {
        "product": one.product.name if named else "", "buyers": f"{one.buyers:,}", "both": f"{one.both:,}",
        "percent": f"{one.confidence * 100:.0f}", "lift": f"{one.lift:.1f}", "support": f"{one.support * 100:.1f}",
    }  # fmt: skip
    if named:
        return (
            _(
                "「%(product)s」を買った%(buyers)s件のうち%(both)s件（%(percent)s%%）が購入、全体の%(lift)s倍・お客様全体の%(support)s%%"
            )
            % held
        )
    return (
        _(
            "買った%(buyers)s件のうち%(both)s件（%(percent)s%%）が購入、全体の%(lift)s倍・お客様全体の%(support)s%%"
        )
        % held
    )


def has_bought(product: int) -> Tree:
    """The accounts with an order of this product."""
    line: dict[str, Any] = {
        "has": {
            "entity": "order_line",
            "field": "order",
            "where": {"field": "product", "op": "is", "value": product},
        }
    }
    where = {"all": [{"field": "status", "op": "is_not", "value": "cancelled"}, line]}
    return {"has": {"entity": "order", "field": "account", "where": where}}
