"""What follows from orders: the four figures of a channel's customer, and those of all channels on the account; of who has none, on the
contact (a private customer)."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, Sum

from enishi.records import formulas, registry
from enishi.records.merge import figures
from enishi.sales.channels.models import ChannelCustomer

BATCH = 500
OF_CUSTOMER = ("first_order_on", "last_order_on", "order_count", "lifetime_value")
OF_BUYER = ("channel_orders", "channel_value", "channel_last_on")
Figures = dict[int, tuple[Any, ...]]


def refresh_customers(keys: Iterable[int]) -> None:
    """Reckons the figures of these channel customers anew, and those of the accounts and contacts that they belong to. Cancelled orders and those in the
    bin don't count. What was paid back (an order below zero) lessens the value and is no purchase."""
    changed = _refresh("channel_customer", OF_CUSTOMER, keys, _of_customers)
    refresh_buyers((one.account_id, one.contact_id) for one in changed)


def refresh_buyers(pairs: Iterable[tuple[int | None, int | None]]) -> None:
    """Adds the figures of all channels up on these accounts and contacts."""
    held = list(pairs)
    for name, keys in zip(("account", "contact"), zip(*held, strict=True), strict=True) if held else ():
        _refresh(name, OF_BUYER, (key for key in keys if key), SUMS[name])


def _of_customers(keys: Sequence[int]) -> Figures:
    from enishi.sales.orders.models import Order

    bought = Q(total__gte=0)
    rows = Order.objects.filter(channel_customer__in=keys, deleted_at=None).exclude(status="cancelled")
    found = rows.values_list("channel_customer").annotate(
        first=Min("date", filter=bought), last=Max("date", filter=bought), number=Count("pk", filter=bought), value=Sum("total"),
    )  # fmt: skip
    return {key: tuple(held) for key, *held in found.order_by()}


def _sums(name: str, keys: Sequence[int], **whose: Any) -> Figures:
    rows = ChannelCustomer.objects.filter(
        **{f"{name}__in": keys}, **whose, deleted_at=None, order_count__isnull=False
    )
    found = rows.values_list(name).annotate(
        number=Sum("order_count"), value=Sum("lifetime_value"), last=Max("last_order_on")
    )
    return {key: tuple(held) for key, *held in found.order_by()}


# What a channel's customer buys counts for his account, else for his contact; never for both.
SUMS: dict[str, Callable[[Sequence[int]], Figures]] = {
    "account": partial(_sums, "account"),
    "contact": partial(_sums, "contact", account=None),
}


def _refresh(
    name: str, names: tuple[str, ...], keys: Iterable[int], reckon: Callable[[Sequence[int]], Figures]
) -> list[Any]:
    """Stores what has become different, three queries for a batch; returns the rows that changed."""
    entity = registry.get(name)
    model: Any = entity.model
    ordered, changed = sorted(set(keys)), []
    for start in range(0, len(ordered), BATCH):
        part = ordered[start : start + BATCH]
        with transaction.atomic():
            # Locked before the sums are read: of two who write at once the second sees what the first stored.
            rows = list(model.objects.filter(pk__in=part).order_by("pk").select_for_update(no_key=True))
            sums = reckon(part)
            stale = []
            for row in rows:
                now = sums.get(row.pk, (None,) * len(names))
                if now != tuple(getattr(row, name) for name in names):
                    for name, value in zip(names, now, strict=True):
                        setattr(row, name, value)
                    stale.append(row)
            if stale:
                formulas.follow(entity, stale, names)
            changed += stale
    return changed


@figures.connect
def refresh_merged(entity: Any, keys: Sequence[int]) -> None:
    """After a merge, or one taken back."""
    if entity.name in SUMS:
        _refresh(entity.name, OF_BUYER, keys, SUMS[entity.name])
    elif entity.name == "channel_customer":
        refresh_customers(keys)
        refresh_buyers(ChannelCustomer.objects.filter(pk__in=keys).values_list("account", "contact"))
    elif entity.name == "order":
        from enishi.sales.orders.models import Order

        orders = Order.objects.filter(pk__in=keys, channel_customer__isnull=False)
        refresh_customers(orders.values_list("channel_customer", flat=True))
