"""Jobs of the worker: searches, what was agreed to, and taking it back."""

import datetime

from django.utils import timezone
from django_tasks import task

from enishi.access.models import User
from enishi.exchange.cleansing import operations
from enishi.exchange.cleansing import scan as scanning
from enishi.exchange.cleansing.models import Cleansing, CleansingFix, Work

STALE = datetime.timedelta(minutes=2)
KEPT = datetime.timedelta(days=30)
OPEN = (Work.QUEUED, Work.RUNNING)


@task()
def scan(cleansing_id: int) -> None:
    """Looks at all records of a search."""
    row = Cleansing.objects.select_related("user").filter(pk=cleansing_id, status__in=OPEN).first()
    if row is not None:
        scanning.run(row)


def _fix(fix_id: int) -> CleansingFix | None:
    held = CleansingFix.objects.select_related("user", "operation", "line__cleansing")
    return held.filter(pk=fix_id).first()


@task()
def fix(fix_id: int) -> None:
    """Writes what was agreed to."""
    row = _fix(fix_id)
    if row is not None and row.status in OPEN:
        operations.run(row)


@task()
def undo_fix(fix_id: int, user_id: int) -> None:
    """Takes it back."""
    row = _fix(fix_id)
    if row is not None and row.status == Work.UNDOING:
        operations.undo(row, by=User.objects.get(pk=user_id))


def revive() -> None:
    """What a worker left half done is queued again once its last sign of life is two minutes old."""
    long_ago = timezone.now() - STALE
    for job in Cleansing.objects.filter(status=Work.RUNNING, beat_at__lt=long_ago):
        Cleansing.objects.filter(pk=job.pk).update(beat_at=timezone.now())
        scan.enqueue(job.pk)
    for row in CleansingFix.objects.filter(status=Work.RUNNING, beat_at__lt=long_ago):
        CleansingFix.objects.filter(pk=row.pk).update(beat_at=timezone.now())
        fix.enqueue(row.pk)


def forget_old() -> None:
    """Searches are forgotten after 30 days; what was written stays in the history and can be taken back from there."""
    Cleansing.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()
