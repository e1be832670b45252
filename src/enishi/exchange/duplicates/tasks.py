"""The worker's part: a search, and taking up again one whose worker died."""

import datetime

from django.utils import timezone
from django_tasks import task

from enishi.exchange.duplicates import operations, review
from enishi.exchange.duplicates.models import DuplicateRun
from enishi.records import registry

STALE = datetime.timedelta(minutes=8)  # the longest single step over a million records takes about two


@task()
def search_duplicates(run_id: int) -> None:
    """Searches an entity."""
    run = DuplicateRun.objects.filter(pk=run_id).first()
    if run is not None:
        done = operations.run(run)
        entity = registry.find(done.entity)
        if entity is not None and done.status == DuplicateRun.Status.DONE:
            review.after_run(entity)


def revive() -> int:
    """Searches whose worker died begin anew, once their last sign of life is too old."""
    count = 0
    for run in DuplicateRun.objects.filter(
        status=DuplicateRun.Status.RUNNING, beat_at__lt=timezone.now() - STALE
    ):
        DuplicateRun.objects.filter(pk=run.pk).update(beat_at=timezone.now())
        search_duplicates.enqueue(run.pk)
        count += 1
    return count
