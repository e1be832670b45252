"""Jobs of the worker: imports and their undoing."""

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from enishi.exchange import importing
from enishi.exchange.asking import waiting
from enishi.exchange.models import ImportJob, WaitingRow
from enishi.exchange.roundtrip import operations as round_trip
from enishi.records import history

STALE = datetime.timedelta(minutes=2)


@task()
def run_import(job_id: int) -> None:
    """Brings a file in."""
    job = ImportJob.objects.select_related("user", "operation").get(pk=job_id)
    if job.status in {ImportJob.Status.QUEUED, ImportJob.Status.RUNNING}:
        (round_trip.run if round_trip.is_one(job) else importing.run)(job)


@task()
def answer_rest(job_id: int, user_id: int) -> None:
    """Gives all waiting rows the answer that the job keeps for them."""
    from enishi.access.models import User

    job = ImportJob.objects.get(pk=job_id)
    if job.rest:
        waiting.answer_rest(job_id, job.rest, by=User.objects.get(pk=user_id))


@task()
def undo_import(job_id: int, user_id: int) -> None:
    """Takes an import back."""
    from enishi.access.models import User

    job = ImportJob.objects.select_related("operation").get(pk=job_id)
    undo(job, User.objects.get(pk=user_id))


def undo(job: ImportJob, user: object) -> history.Undone:
    """Takes an import back: created records go to the bin, changed values become what they were.

    Raises:
        NotAllowed, Refused
    """
    from enishi.access.models import User
    from enishi.records.errors import Refused

    assert isinstance(user, User)
    if job.operation is None:
        raise Refused({"": [_("この取り込みには取り消すものがありません。")]})
    try:
        undone = history.undo_operation(job.operation.pk, by=user)
    except Exception:
        job.operation.refresh_from_db()
        back = ImportJob.Status.UNDONE if job.operation.undone_at else ImportJob.Status.DONE
        ImportJob.objects.filter(pk=job.pk).update(status=back)
        raise
    waiting.forget_not_same(WaitingRow.objects.filter(job=job, state=WaitingRow.State.NEW))
    job.status = ImportJob.Status.UNDONE
    job.figures = {
        **job.figures,
        "undone": undone.records,
        "undone_by": undone.by_entity,
        "undone_kept": undone.kept[:100],
    }
    job.save(update_fields=["status", "figures"])
    return undone


def revive() -> int:
    """Imports whose worker died go on: they are queued again once their last sign of life is two minutes old."""
    dead = ImportJob.objects.filter(status=ImportJob.Status.RUNNING, beat_at__lt=timezone.now() - STALE)
    count = 0
    for job in dead:
        job.beat_at = timezone.now()
        job.save(update_fields=["beat_at"])
        run_import.enqueue(job.pk)
        count += 1
    return count
