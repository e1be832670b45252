"""With the first order an account is a customer: it stands at 取引中 by itself, and at 見込み again once that order is taken back."""

from collections.abc import Collection
from typing import Any

from enishi.people.models import Account
from enishi.records import write
from enishi.records.models import Event
from enishi.records.registry import get
from enishi.sales.models import Order

BEFORE, AFTER = "prospect", "active"
MARK = "first_order"  # on the event that tells of it


def follow_customers(keys: Collection[int], by: Any, *, gone: bool) -> None:
    """Brings the state of these accounts in line with their orders. `gone`: orders of theirs have gone, else orders have come; what a
    person has said of an account himself stays."""
    rows = Account.objects.filter(pk__in=keys, status__in=(BEFORE, AFTER), deleted_at=None)
    # Whatever their state: another's order that comes or goes at this moment waits for this one.
    locked = rows.select_for_update(of=("self",)).order_by("pk") if keys else ()
    held = {record.pk: record for record in locked if record.status == (AFTER if gone else BEFORE)}
    if not held:
        return
    orders = Order.objects.filter(account__in=held, deleted_at=None).exclude(status="cancelled")
    ordered = set(orders.values_list("account", flat=True))
    meant = _by_themselves(set(held) - ordered) if gone else ordered
    pairs = [(record, {"status": BEFORE if gone else AFTER}) for key, record in held.items() if key in meant]
    done = write.write_many(
        get("account").whole, pairs, by=by, operation=None, cleaned=True, internal=True, check=False
    )
    events = [one.event for one in done if one.event is not None and not gone]
    for event in events:
        event.data[MARK] = True
    Event.objects.bulk_update(events, ["data"], batch_size=500)


def _by_themselves(keys: Collection[int]) -> set[int]:
    """The accounts whose state came of their first order, and of nobody who said so."""
    last: dict[int, bool] = {}
    asked = sorted(keys)
    for start in range(0, len(asked), 500):
        some = asked[start : start + 500]
        events = Event.objects.filter(
            entity="account", record_id__in=some, version__gt=1, data__changes__has_key="status"
        )
        for event in events.order_by("record_id", "-version"):
            last.setdefault(event.record_id, bool(event.data.get(MARK)))
    return {key for key, marked in last.items() if marked}
