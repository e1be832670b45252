"""The files that came in: kept for a while so that other sheets of them can follow, and so that a question about a row can be answered."""

import datetime
import time
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from enishi.exchange.models import ImportJob, RefusedRow

KEPT_DAYS = 180


def forget_old() -> int:
    """Removes files of customers' data that nobody needs any more, half a year old and no import of them newer or under way, and the rows
    that were refused then; returns how many files. What came of them stays in the history. Files that lie elsewhere
    (`enishi import FILE`) are their owner's."""
    since = timezone.now() - datetime.timedelta(days=KEPT_DAYS)
    busy = (ImportJob.Status.QUEUED, ImportJob.Status.RUNNING, ImportJob.Status.UNDOING)
    needed = ImportJob.objects.filter(created_at__gte=since) | ImportJob.objects.filter(status__in=busy)
    done = ImportJob.objects.filter(created_at__lt=since).exclude(status__in=busy)
    RefusedRow.objects.filter(job__in=done).delete()
    done.exclude(refused_path="").update(refused_path="")
    names = {Path(path).name for pair in needed.values_list("path", "refused_path") for path in pair}
    count = 0
    for file in (Path(settings.HOME) / "imports").glob("*"):
        if (
            file.is_file()
            and file.name not in names
            and file.stat().st_mtime < time.time() - KEPT_DAYS * 86_400
        ):
            file.unlink(missing_ok=True)
            count += 1
    return count
