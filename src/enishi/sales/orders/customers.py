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
    """Brings the state of these accounts in line with their orders. `gone`: orders of theirs may have gone, too; what a person has said of an
    account himself stays."""
    states = (BEFORE, AFTER) if gone else (BEFORE,)
    rows = Account.objects.filter(pk__in=keys, status__in=states, deleted_at=None)
    held = (
        {record.pk: record for record in rows.select_for_update(of=("self",)).order_by("pk")} if keys else {}
    )
    if not held:
        return
    orders = Order.objects.filter(account__in=held, deleted_at=None).exclude(status="cancelled")
    ordered = set(orders.values_list("account", flat=True))
    pairs = []
    for record in held.values():
        if record.status == BEFORE and record.pk in ordered:
            pairs.append((record, {"status": AFTER}))
        elif record.status == AFTER and record.pk not in ordered and _by_itself(record):
            pairs.append((record, {"status": BEFORE}))
    done = write.write_many(
        get("account").whole, pairs, by=by, operation=None, cleaned=True, internal=True, check=False
    )
    for one in done:
        if one.event is not None and one.record.status == AFTER:
            one.event.data[MARK] = True
            one.event.save(update_fields=["data"])


def _by_itself(record: Account) -> bool:
    """Whether the state that the account has came of its first order, and of nobody who said so."""
    events = Event.objects.filter(entity="account", record_id=record.pk, version__gt=1).order_by("-version")
    last = next((one for one in events[:200] if "status" in one.data.get("changes", {})), None)
    return last is not None and bool(last.data.get(MARK))
