"""Cross-selling: what the customers of one product also bought, for those who may see all of what it is counted from."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.access.models import User
from enishi.insight.addresses import list_address
from enishi.insight.purchases import runs
from enishi.insight.purchases.models import ProductPair
from enishi.records import registry
from enishi.records.conditions.tree import Tree
from enishi.records.entity import Entity
from enishi.records.visible import sees_all
from enishi.sales.models import OrderLine

SHOWN, BOUGHT = 3, 50  # suggestions on a card; of the products bought the newest
MOST_LINES = 2000  # of an account that are looked at
# A pair counts customers by their orders: who doesn't see all of these has no pairs at all.
COUNTED = {
    "account": (),
    "contact": (),
    "order": ("account", "contact", "status", "date", "total"),
    "order_line": ("product",),
    "product": ("name",),
}
# What an order's customer follows from: the account that it names, else the contact.
NAMED = {"account": ("account",), "contact": ("contact", "account")}


@dataclass(frozen=True)
class Suggestion:
    """A product for somebody, and why."""

    key: int
    name: str
    url: str
    reason: str
    number: str = ""  # of customers who haven't bought it yet
    lists: tuple[
        tuple[str, str], ...
    ] = ()  # of these: words, address; one for each kind of customers that there are


def allowed(user: User) -> bool:
    """Whether the person sees everything that pairs are counted from."""
    for name, needed in COUNTED.items():
        entity = registry.find(name)
        if entity is None or not sees_all(entity, user) or any(one not in entity.fields for one in needed):
            return False
    return True


def for_customer(name: str, key: int) -> list[Suggestion]:
    """What an account or a private customer never bought and those who bought the same things did; two queries."""
    lines = OrderLine.objects.filter(
        **{f"order__{field}": key if field == name else None for field in NAMED[name]},
        order__deleted_at=None,
        deleted_at=None,
        product__isnull=False,
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
    """What the buyers of a product also bought, each with the lists of those who haven't yet; three queries."""
    rows = ProductPair.objects.filter(product=key, other__deleted_at=None).select_related("other")
    rows = rows.only("both", "buyers", "other_buyers", "customers", "other__name").order_by("place")
    product, kinds = registry.get("product"), buying() if rows else []
    made = []
    for one in rows:
        left = one.buyers - one.both
        number = ngettext("未購入 約%(n)d件", "未購入 約%(n)d件", left) % {"n": left}
        lists = [
            (
                str(entity),
                list_address(
                    entity, has_bought(key, entity.name), {"not": has_bought(one.other_id, entity.name)}
                ),
            )
            for entity in (kinds if left else ())
        ]
        if len(lists) == 1:
            lists = [(number, lists[0][1])]
        made.append(
            Suggestion(
                one.other_id,
                one.other.name,
                product.url(one.other_id),
                reason(one, named=False),
                number,
                tuple(lists),
            )
        )
    return made


def buying() -> list[Entity]:
    """The kinds of customers of whom somebody bought, as the last run found them; accounts, where that isn't known."""
    last = runs.last_done()
    found = last.figures.get("kinds", {}) if last else {}
    return [registry.get(name) for name in NAMED if found.get(name)] or [registry.get("account")]


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


def has_bought(product: int, name: str) -> Tree:
    """The accounts, or the private customers, with an order of this product."""
    line: dict[str, Any] = {
        "has": {
            "entity": "order_line",
            "field": "order",
            "where": {"field": "product", "op": "is", "value": product},
        }
    }
    nobody = [{"field": field, "op": "empty"} for field in NAMED[name] if field != name]
    where = {"all": [{"field": "status", "op": "is_not", "value": "cancelled"}, *nobody, line]}
    return {"has": {"entity": "order", "field": name, "where": where}}
