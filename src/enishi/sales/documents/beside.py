"""The papers that one stands between: the deal and the quote it came of, what is billed of it, whom a payment paid."""

from collections.abc import Iterable
from typing import Any

from enishi.access.models import User
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.visible import visible
from enishi.sales.invoices.models import InvoiceLine

MOST = 6  # of one kind that are named


def of(entity: Entity, record: Any, user: User) -> list[tuple[str, str, str]]:
    """Kind, title and address of each that the person may see, in the order of the work."""
    keys: dict[str, Iterable[Any]] = {
        "deal": [getattr(record, "deal_id", None)],
        "quote": [getattr(record, "quote_id", None)],
        "order": [],
        "invoice": [getattr(record, "invoice_id", None)],
    }
    if entity.name == "quote":
        keys["order"] = record.orders.filter(deleted_at=None).values_list("pk", flat=True)
    elif entity.name == "order":
        keys["invoice"] = _billed(order_line__order=record).values_list("invoice", flat=True)
    elif entity.name == "invoice":
        keys["order"] = _billed(invoice=record).values_list("order_line__order", flat=True)
    made = []
    for name, wanted in keys.items():
        target = registry.find(name)
        some = sorted({key for key in wanted if key})
        if (
            target is None
            or not some
            or name == entity.name
            or (name in entity.whole.fields and name not in entity.fields)
        ):
            continue
        for one in visible(target, user).filter(pk__in=some).order_by("-pk")[:MOST]:
            made.append((str(target), target.title(one), target.url(one.pk)))
    return made


def _billed(**wanted: Any) -> Any:
    return InvoiceLine.objects.filter(
        deleted_at=None, order_line__isnull=False, invoice__deleted_at=None, **wanted
    ).distinct()
