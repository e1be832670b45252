"""A run of the worker: fit, store, pair. One at a time; when, and what is shown of the last."""

import datetime
import time
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django_tasks import task

from enishi.insight.purchases.models import PurchaseFit
from enishi.records.visible import machine
from enishi.sales.models import Order

REST = datetime.timedelta(minutes=30)  # between two runs of a day, or
SHARE = 20  # so many times as long as the last took
STALE = datetime.timedelta(minutes=15)
AGAIN = datetime.timedelta(hours=1)  # after a run that failed
KEPT = 10
UNDER_WAY = (PurchaseFit.Status.QUEUED, PurchaseFit.Status.RUNNING)


def last_done() -> PurchaseFit | None:
    """The newest run that came to its end."""
    return PurchaseFit.objects.filter(status=PurchaseFit.Status.DONE).first()


def seen() -> str:
    """What tells whether orders have changed since: the day (chances fall with time), their number, the newest change."""
    alive = Order.objects.filter(deleted_at=None)
    newest = alive.aggregate(newest=Max("updated_at"))["newest"]
    return f"{timezone.localdate()} {alive.count()} {newest.isoformat() if newest else '-'}"


def due(now: datetime.datetime) -> bool:
    """Whether a run would find something new and enough time has passed. A base that never had an order never runs."""
    newest, last = PurchaseFit.objects.first(), last_done()
    if newest is not None and newest.status == PurchaseFit.Status.FAILED:
        return now - newest.beat_at > AGAIN
    if last is None:
        return Order.objects.filter(deleted_at=None).exists()
    if last.ended_at is None or last.seen == seen():
        return False
    rest = max(REST, SHARE * datetime.timedelta(seconds=last.figures.get("seconds", 0)))
    return now < last.ended_at or now - last.ended_at >= min(rest, datetime.timedelta(days=1))


def start() -> PurchaseFit:
    """Queues a run; one that is under way already is returned instead."""
    with transaction.atomic():
        held = PurchaseFit.objects.filter(status__in=UNDER_WAY).first()
        if held is not None and timezone.now() - held.beat_at < STALE:
            return held
        PurchaseFit.objects.filter(status__in=UNDER_WAY).update(
            status=PurchaseFit.Status.FAILED
        )  # its worker died
        made = PurchaseFit.objects.create()
        fit_purchases.enqueue(made.pk)
    return made


def start_if_due() -> bool:
    """The worker's regular look: also takes up again what a dead worker left."""
    now = timezone.now()
    held = PurchaseFit.objects.filter(status__in=UNDER_WAY).first()
    if held is not None:
        if now - held.beat_at < STALE:
            return False
    elif not due(now):
        return False
    start()
    return True


@task()
def fit_purchases(run_id: int) -> None:
    """Does a run."""
    found = PurchaseFit.objects.filter(pk=run_id, status__in=UNDER_WAY).first()
    if found is not None:
        run(found)


def run_now() -> PurchaseFit:
    """Does a run in this process."""
    return run(PurchaseFit.objects.create())


def run(held: PurchaseFit) -> PurchaseFit:
    """Fits all customers, stores what changed, and finds the pairs of products.

    Raises:
        whatever went wrong, after the run has been marked as failed.
    """
    began, beaten = time.monotonic(), [time.monotonic()]
    held.status, held.seen, held.beat_at = PurchaseFit.Status.RUNNING, seen(), timezone.now()
    held.save(update_fields=["status", "seen", "beat_at"])

    def beat() -> None:
        if time.monotonic() - beaten[0] > 5:
            beaten[0] = time.monotonic()
            PurchaseFit.objects.filter(pk=held.pk).update(beat_at=timezone.now())

    try:
        with machine():
            held.figures = _figures(beat)
    except Exception:
        PurchaseFit.objects.filter(pk=held.pk).update(
            status=PurchaseFit.Status.FAILED, ended_at=timezone.now()
        )
        raise
    held.status, held.ended_at = PurchaseFit.Status.DONE, timezone.now()
    held.figures["seconds"] = round(time.monotonic() - began, 1)
    held.save(update_fields=["status", "ended_at", "figures"])
    _forget()
    return held


def _figures(beat: Any) -> dict[str, Any]:
    # Here, because SciPy, NumPy and DuckDB take a second to begin and 80 MB, and only a worker that fits needs them.
    from enishi.insight.purchases import fitting, pairing, storing

    today = timezone.localdate()
    fitted = fitting.fit(today)
    beat()
    told: dict[str, Any] = {"model": "none"} if fitted is None else fitted.told
    told["changed"] = storing.store(fitted, beat)
    told["pairs"], told["pairs_changed"] = pairing.pair(today, beat)
    return told


def _forget() -> None:
    kept = list(PurchaseFit.objects.values_list("pk", flat=True)[:KEPT])
    PurchaseFit.objects.exclude(pk__in=kept).delete()
