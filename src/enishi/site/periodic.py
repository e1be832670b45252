"""Runs the recurring jobs that the apps registered (`enishi.kit.periodic`), each once per due time over all workers."""

import datetime
import logging

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.models import DBTaskResult

from enishi.kit.periodic import Periodic, every, registered
from enishi.site.health import alive_workers
from enishi.site.models import PeriodicRun

__all__ = ["every", "load", "run_due", "run_one"]

logger = logging.getLogger(__name__)

KEEP_TASKS = datetime.timedelta(days=30)


def load() -> None:
    """Imports the module `periodic` of every app, which registers its jobs."""
    autodiscover_modules("periodic")


def is_due(began_at: datetime.datetime | None, minutes: float, now: datetime.datetime) -> bool:
    """Whether it is time again. A beginning that lies in the future was written before the clock was set back: due now, or
    the job would rest as long as the clock was wrong."""
    if began_at is None:
        return True
    return now < began_at or now - began_at >= datetime.timedelta(minutes=minutes)


def run_due(worker: str) -> list[str]:
    """Runs what is due and nobody else runs; the names of what ran."""
    rows = {row.name: row for row in PeriodicRun.objects.all()}
    ran = []
    for periodic in registered():
        row = rows.get(periodic.name)
        if row is None:
            row, _made = PeriodicRun.objects.get_or_create(name=periodic.name)
        if is_due(row.began_at, periodic.minutes, timezone.now()) and _take(row, worker):
            run_one(periodic)
            ran.append(periodic.name)
    return ran


def _take(row: PeriodicRun, worker: str) -> bool:
    """Claims the turn. The row is changed only where it is still as it was read, so of several workers one succeeds;
    a turn whose worker died is taken over."""
    if row.worker and row.worker != worker and row.worker in alive_workers():
        return False
    unchanged = PeriodicRun.objects.filter(name=row.name, began_at=row.began_at, worker=row.worker)
    return unchanged.update(began_at=timezone.now(), worker=worker, error="") == 1


def run_one(periodic: Periodic) -> bool:
    """Calls the job; a failure is logged and kept on its row, and never stops the others."""
    error = ""
    try:
        periodic.job()
    except Exception as problem:
        logger.exception("periodic job %s failed", periodic.name)
        error = f"{type(problem).__name__}: {problem}"[:2000]
    PeriodicRun.objects.filter(name=periodic.name).update(ended_at=timezone.now(), worker="", error=error)
    return not error


@every(minutes=60 * 24)
def forget_old_tasks() -> None:
    """What was done a month ago is history elsewhere; as rows of the queue it only slows the queue down."""
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEEP_TASKS).delete()


@every(minutes=60)
def forget_old_cache() -> None:
    """Django's database cache removes a row only when somebody asks for it."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    now = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608 (a name of the settings)
