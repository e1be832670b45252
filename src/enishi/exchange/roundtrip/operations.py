"""A sheet that came back, from its arrival to its undoing: compared in the worker, decided on the page, applied in the worker.

It is an `ImportJob` whose plan says `{"round_trip": {"sheet", "entity", "step", "notes"}}`; `step` is compare, decide or apply.
So it stands among the imports, goes on where it was killed, and is taken back like any of them.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange import readers
from enishi.exchange.importer import Keys
from enishi.exchange.importing import Turns
from enishi.exchange.models import ImportJob, ReturnedRow, SentRow, SentSheet
from enishi.exchange.roundtrip import applying, reading
from enishi.exchange.roundtrip.comparing import Comparer
from enishi.exchange.roundtrip.reading import Layout
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.limits import seen_by, serving
from enishi.records.models import Operation
from enishi.records.rows import insert_rows, update_rows
from enishi.records.visible import require, visible, within

Kind, State = ReturnedRow.Kind, ReturnedRow.State
BATCH = 500
CHOOSABLE = (Kind.ASK, Kind.CHANGED, Kind.BOTH, Kind.NEW, Kind.GONE)


def is_one(job: ImportJob) -> bool:
    """Whether an import is a sheet that came back."""
    return "round_trip" in job.plan


def entity_of(job: ImportJob) -> Entity:
    """The entity of its rows, as the person who is served sees it.

    Raises:
        NotFound: he doesn't, or it is no longer there.
    """
    from enishi.records.errors import NotFound

    found = registry.find(job.plan["round_trip"]["entity"])
    if found is None:
        raise NotFound
    return found


def begin(path: Path, name: str, sheet: SentSheet, *, by: User) -> ImportJob:
    """Takes a file in and has it compared.

    Raises:
        NotAllowed
    """
    from enishi.exchange import tasks

    job = take_in(path, name, sheet, by=by)
    tasks.run_import.enqueue(job.pk)
    return job


def take_in(path: Path, name: str, sheet: SentSheet, *, by: User) -> ImportJob:
    """A file that is to be compared.

    Raises:
        NotAllowed
    """
    require(by, "import")
    plan = {"round_trip": {"sheet": sheet.pk, "entity": sheet.entity, "step": "compare", "notes": {}}}
    return ImportJob.objects.create(
        user=by, file_name=name[:255], path=str(path), entity=sheet.entity, plan=plan,
        status=ImportJob.Status.QUEUED, beat_at=timezone.now(),
    )  # fmt: skip


def run(job: ImportJob) -> ImportJob:
    """The next step of a sheet that came back; goes on where it was killed.

    Raises:
        nothing that the person can mend: it ends the job with its reason.
    """
    assert job.user is not None
    job.status, job.beat_at = ImportJob.Status.RUNNING, timezone.now()
    job.save(update_fields=["status", "beat_at"])
    try:
        with serving(job.user):
            require(job.user, "import")
            entity = seen_by(registry.whole_entities()[job.entity], job.user)
            (_apply if job.plan["round_trip"]["step"] == "apply" else _compare)(job, entity, job.user)
    except (readers.Unreadable, Refused) as error:
        _fail(job, str(error))
    except Exception:
        _fail(job, _("途中で問題が起きました。くわしくは管理者が記録（enishi.log）を見てください。"))
        raise
    return job


def _fail(job: ImportJob, text: str) -> None:
    job.status, job.error = ImportJob.Status.FAILED, text
    job.save(update_fields=["status", "error"])


# --- comparing --------------------------------------------------------------------------------------
def _compare(job: ImportJob, entity: Entity, by: User) -> None:
    ReturnedRow.objects.filter(job=job)._raw_delete("default")  # what a killed comparison left
    layout = reading.layout(Path(job.path), job.file_name, entity)
    comparer = Comparer(job, layout, entity, by)
    turns = Turns()
    job.done, job.total = 0, layout.sheet.count
    for batch in _batches(reading.rows(layout)):
        made = comparer.compare(batch)
        with turns.turn(), transaction.atomic():
            insert_rows(ReturnedRow, made)
            job.done += len(batch)
            job.total, job.beat_at = max(job.total, job.done), timezone.now()
            job.save(update_fields=["done", "total", "beat_at"])
    _untick_repeated(job, comparer.repeated)
    _find_gone(job, layout, entity, by, comparer.seen)
    job.total = job.done
    job.plan["round_trip"] |= {"step": "decide", "notes": layout.notes(), "header": layout.header}
    job.figures = {"round_trip": {"rows": job.done, "unchanged": comparer.unchanged, **counts(job)}}
    job.status = ImportJob.Status.DRAFT
    job.save()


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def _untick_repeated(job: ImportJob, keys: set[int]) -> None:
    """Where several rows carry one mark, nobody knows which is the record's: none is ticked."""
    note = _("同じEnishi番号の行がほかにもあります。どちらが元の行か確かめてから選んでください。")
    for page in _pages(sorted(keys)):
        ReturnedRow.objects.filter(job=job, record_id__in=page).update(chosen=False, note=note)


def _pages(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _find_gone(job: ImportJob, layout: Layout, entity: Entity, by: User, seen: Keys) -> None:
    """Records that went out and whose rows are no longer in the sheet: proposed for the bin, never ticked."""
    rows = SentRow.objects.filter(sheet=layout.sheet).order_by("record_id")
    last = 0
    while page := list(rows.filter(record_id__gt=last).values_list("record_id", flat=True)[: BATCH * 4]):
        last = page[-1]
        lost = [key for key in page if key not in seen]
        if not lost:
            continue
        alive = within(entity, by, visible(entity, by).filter(pk__in=lost), "delete")
        made = [
            ReturnedRow(
                job=job,
                kind=Kind.GONE,
                record_id=record.pk,
                seen_version=record.version,
                title=entity.title(record)[:300],
            )
            for record in alive.order_by("pk")
        ]
        with transaction.atomic():
            insert_rows(ReturnedRow, made)


def counts(job: ImportJob) -> dict[str, int]:
    """Rows by kind, what is applied left out; `bad` counts rows with cells that can't be read."""
    rows = ReturnedRow.objects.filter(job=job, state=State.OPEN)
    found: dict[str, int] = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    made = {kind.value: found.get(kind.value, 0) for kind in Kind}
    return {**made, "bad": rows.filter(bad=True).count()}


# --- deciding ---------------------------------------------------------------------------------------
def waiting(job: ImportJob) -> int:
    """Rows that would be applied now."""
    return ReturnedRow.objects.filter(job=job, state=State.OPEN, chosen=True, kind__in=CHOOSABLE).count()


def questions(job: ImportJob) -> int:
    """Rows with questions that nobody has answered."""
    return ReturnedRow.objects.filter(job=job, state=State.OPEN, kind=Kind.ASK, answered=False).count()


def choose(job: ImportJob, row_id: int, *, chosen: bool) -> None:
    """Ticks a row, or takes its tick away."""
    rows = ReturnedRow.objects.filter(job=job, pk=row_id, state=State.OPEN, kind__in=CHOOSABLE)
    rows.update(chosen=chosen)


def decide(job: ImportJob, row_id: int, name: str, choice: str) -> None:
    """Takes the sheet's value ("sheet") or leaves what stands here ("here") of a field that both changed."""
    with transaction.atomic():
        rows = ReturnedRow.objects.select_for_update()
        row = rows.filter(job=job, pk=row_id, state=State.OPEN, kind=Kind.ASK).first()
        if row is None or choice not in {"sheet", "here"}:
            return
        for one in row.changes:
            if one["ask"] and one["field"] == name:
                one["choice"] = choice
        row.chosen = True
        row.answered = all(one["choice"] for one in row.changes if one["ask"])
        row.save(update_fields=["changes", "chosen", "answered"])


def choose_all(job: ImportJob, kind: str, what: str) -> None:
    """Ticks all rows of a kind ("all"), or none; answers all questions with "sheet" or "here"."""
    rows = ReturnedRow.objects.filter(job=job, kind=kind, state=State.OPEN)
    if kind in CHOOSABLE and kind != Kind.ASK and what in {"all", "none"}:
        rows.update(chosen=what == "all")
    elif kind == Kind.ASK and what in {"sheet", "here"}:
        last = 0
        while page := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
            last = page[-1].pk
            for row in page:
                row.chosen = row.answered = True
                for one in row.changes:
                    if one["ask"]:
                        one["choice"] = what
            update_rows(ReturnedRow, page, ("changes", "chosen", "answered"))


# --- applying ---------------------------------------------------------------------------------------
def agree(job: ImportJob) -> None:
    """The person agrees: what is ticked is applied in the worker. A second press finds it under way.

    Raises:
        Refused: nothing is ticked.
    """
    from enishi.exchange import tasks

    if not waiting(job):
        raise Refused({"": [_("反映する行がありません。")]})
    if ready_to_apply(job):
        tasks.run_import.enqueue(job.pk)


def ready_to_apply(job: ImportJob) -> bool:
    """Moves a decided job on to being applied; false where somebody else just did."""
    job.plan["round_trip"]["step"] = "apply"
    held = ImportJob.objects.filter(pk=job.pk, status__in=[ImportJob.Status.DRAFT, ImportJob.Status.DONE])
    moved = held.update(
        status=ImportJob.Status.QUEUED, plan=job.plan, beat_at=timezone.now(), done=0, total=waiting(job)
    )
    job.refresh_from_db()
    return bool(moved)


def _apply(job: ImportJob, entity: Entity, by: User) -> None:
    if job.operation is None:
        job.operation = Operation.objects.create(kind="import", user=by, summary=job.file_name)
        job.save(update_fields=["operation"])
    applier = applying.Applier(job, entity, by, job.operation)
    turns = Turns()
    last = 0
    while page := list(_open(job).filter(pk__gt=last).order_by("pk")[: applying.AT_ONCE]):
        last = page[-1].pk
        with turns.turn():
            applier.apply(page)
    job.plan["round_trip"]["step"] = "decide"
    figures = job.figures["round_trip"]
    job.figures = {**job.figures, "round_trip": {**figures, **counts(job)}}
    job.status, job.done = ImportJob.Status.DONE, job.total
    job.operation.figures = job.figures
    job.operation.save(update_fields=["figures"])
    job.save()


def _open(job: ImportJob) -> Any:
    return ReturnedRow.objects.filter(job=job, state=State.OPEN, chosen=True, kind__in=CHOOSABLE)
