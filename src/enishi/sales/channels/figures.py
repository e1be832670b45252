"""What follows from orders: the four figures of a channel's customer, and of all channels on the account."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, Sum

from enishi.records import formulas, registry
from enishi.records.merge import figures
from enishi.sales.channels.models import ChannelCustomer

BATCH = 500
OF_CUSTOMER = ("first_order_on", "last_order_on", "order_count", "lifetime_value")
OF_ACCOUNT = ("channel_orders", "channel_value", "channel_last_on")
Figures = dict[int, tuple[Any, ...]]


def refresh_customers(keys: Iterable[int]) -> None:
    """Reckons the figures of these channel customers anew, and those of the accounts that they belong to. Cancelled orders and those in the
    bin don't count. What was paid back (an order below zero) lessens the value and is no purchase."""
    changed = _refresh("channel_customer", OF_CUSTOMER, keys, _of_customers)
    refresh_accounts(one.account_id for one in changed if one.account_id)


def refresh_accounts(keys: Iterable[int]) -> None:
    """Adds the figures of all channels up on these accounts."""
    _refresh("account", OF_ACCOUNT, keys, _of_accounts)


def _of_customers(keys: Sequence[int]) -> Figures:
    from enishi.sales.orders.models import Order

    bought = Q(total__gte=0)
    rows = Order.objects.filter(channel_customer__in=keys, deleted_at=None).exclude(status="cancelled")
    found = rows.values_list("channel_customer").annotate(
        first=Min("date", filter=bought), last=Max("date", filter=bought), number=Count("pk", filter=bought), value=Sum("total"),
    )  # fmt: skip
    return {key: tuple(held) for key, *held in found.order_by()}


def _of_accounts(keys: Sequence[int]) -> Figures:
    rows = ChannelCustomer.objects.filter(account__in=keys, deleted_at=None, order_count__isnull=False)
    found = rows.values_list("account").annotate(
        number=Sum("order_count"), value=Sum("lifetime_value"), last=Max("last_order_on")
    )
    return {key: tuple(held) for key, *held in found.order_by()}


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
    if entity.name == "account":
        refresh_accounts(keys)
    elif entity.name == "channel_customer":
        refresh_customers(keys)
        rows = ChannelCustomer.objects.filter(pk__in=keys, account__isnull=False)
        refresh_accounts(rows.values_list("account", flat=True))
    elif entity.name == "order":
        from enishi.sales.orders.models import Order

        orders = Order.objects.filter(pk__in=keys, channel_customer__isnull=False)
        refresh_customers(orders.values_list("channel_customer", flat=True))
