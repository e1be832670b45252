"""Answering for the rows that wait: one by one, or the rest alike. What an answer stores belongs to the import's operation."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange.asking.candidates import Candidates
from enishi.exchange.asking.evidence import STRICTNESS
from enishi.exchange.asking.models import WaitingRow
from enishi.exchange.importer import Importer
from enishi.exchange.importing import check_targets, tell_refused
from enishi.exchange.mapping import Plan
from enishi.exchange.models import ImportJob, RefusedRow
from enishi.exchange.parsed import Parsed, from_portable, portable
from enishi.exchange.rows import RowReader
from enishi.people.models import Affiliation
from enishi.records import history, registry
from enishi.records.errors import NotFound, RecordError, Refused
from enishi.records.models import Event, NotSame
from enishi.records.visible import permits, require, visible

State = WaitingRow.State
AT_ONCE = 200
CLOSED = {ImportJob.Status.DRAFT, ImportJob.Status.UNDOING, ImportJob.Status.UNDONE}


def counts(job: ImportJob) -> dict[str, int]:
    """How many rows wait and how the others were answered, by state."""
    rows = WaitingRow.objects.filter(job=job).order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(State.values, 0) | dict(rows)


def first(job: ImportJob) -> WaitingRow | None:
    """The row to ask about now."""
    return WaitingRow.objects.filter(job=job, state=State.OPEN).order_by("number", "pk").first()


def parsed(job: ImportJob, row: WaitingRow, reader: RowReader | None = None) -> Parsed:
    """The row as it was read, with what it has already."""
    made = (reader or RowReader(Plan.from_json(job.plan))).read(row.number, from_portable(row.cells))
    made.given = dict(row.keys)
    made.keys = dict(row.keys)
    values = made.values.get(row.entity, {})
    for one in registry.get(row.entity).references:
        if one.to in made.keys and one.name not in values:
            values[one.name] = made.keys[one.to]
    return made


def candidates(job: ImportJob, row: WaitingRow, values: dict[str, Any], by: User) -> list[dict[str, Any]]:
    """Whom the row may mean as things stand now, the likeliest first: other answers may have made or changed them since."""
    entity = registry.get(row.entity)
    looks = Candidates(entity, by)
    looks.load([values], [values["account"]] if values.get("account") else [])
    least = STRICTNESS.get(Plan.from_json(job.plan).match, STRICTNESS["careful"]).likely
    named = {one["id"] for one in row.candidates}
    found = [
        {"record": record, "score": likeness.score, "reasons": likeness.reasons}
        for likeness, record in looks.records(values)
        if likeness.score >= least or record.pk in named
    ]
    missing = named - {one["record"].pk for one in found}
    known = {one["id"]: one for one in row.candidates}
    for record in visible(entity, by).filter(pk__in=missing) if missing else ():
        told = known[record.pk]
        found.append({"record": record, "score": told["score"], "reasons": told["reasons"]})
    return found


# --- one answer -------------------------------------------------------------------------------------
def answer(job_id: int, row_id: int, what: str, *, by: User, record_id: int | None = None) -> WaitingRow:
    """Answers for a row, and for all that ask the same.

    Args:
        what: same (as `record_id`), new, skip.

    Raises:
        NotAllowed, NotFound
        Refused: also where somebody else has answered meanwhile.
    """
    with transaction.atomic():
        job = _locked(job_id)
        row = WaitingRow.objects.filter(job=job, pk=row_id).first()
        if row is None or what not in {State.SAME, State.NEW, State.SKIP}:
            raise NotFound
        if row.state != State.OPEN:
            raise Refused({"": [_("この行はもう答えが出ています。")]})
        rows = list(
            WaitingRow.objects.select_for_update(of=("self",))
            .filter(job=job, alike=row.alike, state=State.OPEN)
            .order_by("number", "pk")
        )
        target = 0
        if what == State.SAME:
            entity = registry.get(row.entity)
            record = visible(entity, by).filter(pk=record_id or 0).first()
            if record is None:
                raise NotFound
            if Plan.from_json(job.plan).on_match == "update" and not permits(by, "change", entity, record):
                raise Refused({"": [_("この登録を変更する権利がありません。")]})
            target = record.pk
        _store(job, rows, what, target, by)
    row.refresh_from_db()
    return row


def _locked(job_id: int) -> ImportJob:
    """The job, which nobody takes back meanwhile.

    Raises:
        Refused: it has been taken back.
    """
    job = ImportJob.objects.select_for_update(of=("self",)).select_related("operation").get(pk=job_id)
    if job.status in CLOSED or (job.operation is not None and job.operation.undone_at):
        raise Refused({"": [_("この取り込みは取り消されています。")]})
    return job


def _store(job: ImportJob, rows: Sequence[WaitingRow], what: str, target: int, by: User) -> None:
    """Rows that ask the same, answered alike: of new ones the first makes the record that the others are of.

    Raises:
        NotAllowed, Refused
    """
    if what == State.SKIP:
        _close(rows, what, None, by)
        return
    importer = _importer(job, by)
    at = timezone.now()  # one moment for all: they are taken back together
    head = rows if target else rows[:1]
    _bring(job, importer, head, dict.fromkeys((row.pk for row in head), target), what, by, at)
    if len(head) < len(rows) and (made := head[0].record_id):
        rest = rows[1:]
        _bring(job, importer, rest, dict.fromkeys((row.pk for row in rest), made), what, by, at)


def _importer(job: ImportJob, by: User) -> Importer:
    plan = Plan.from_json(job.plan)
    require(by, "import")
    check_targets(plan, by)
    return Importer(plan, by, job.operation)


def _bring(
    job: ImportJob,
    importer: Importer,
    rows: Sequence[WaitingRow],
    targets: dict[int, int],
    what: str,
    by: User,
    at: datetime.datetime | None = None,
) -> None:
    """Stores rows with the answers given for them (0: a new record), and notes what became of each."""
    made = []
    for row in rows:
        one = parsed(job, row, importer.reader)
        if one.errors:
            raise Refused({"": one.errors})
        one.answers = {row.entity: targets[row.pk]}
        if targets[row.pk] and _is_own(job, row.entity, targets[row.pk]):
            importer.made[row.entity].add(targets[row.pk])
        made.append(one)
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    importer.store(made)
    now = at or timezone.now()
    for row, one in zip(rows, made, strict=True):
        record = one.keys.get(row.entity)
        if what == State.NEW and record:
            _remember_not_same(row, record, by)
        if one.asks is not None:  # of its next entity
            asked = one.asks.row(job, one)
            row.entity, row.candidates, row.keys, row.alike = (
                asked.entity, asked.candidates, asked.keys, asked.alike,
            )  # fmt: skip
            continue
        row.state = what if targets[row.pk] else State.NEW
        row.record_id, row.answered_by, row.answered_at = record, by, now
        row.events = _events(job, newest, one, by)
    WaitingRow.objects.bulk_update(
        rows, ["entity", "candidates", "keys", "alike", "state", "record_id", "answered_by", "answered_at", "events"]
    )  # fmt: skip


def _is_own(job: ImportJob, entity: str, key: int) -> bool:
    """Whether this import made the record: later rows only complete it."""
    made = Event.objects.filter(entity=entity, record_id=key, version=1, operation=job.operation_id)
    return job.operation_id is not None and made.exists()


def _events(job: ImportJob, newest: int, one: Parsed, by: User) -> list[int]:
    """What the answer did, newest first, so that it can be taken back alone."""
    rows = Event.objects.filter(pk__gt=newest, operation=job.operation_id, actor=by).order_by("-pk")
    contact = one.keys.get("contact")
    ties = set(Affiliation.objects.filter(contact=contact).values_list("pk", flat=True)) if contact else set()
    return [
        pk
        for pk, entity, key in rows.values_list("pk", "entity", "record_id")
        if one.keys.get(entity) == key or (entity == "affiliation" and key in ties)
    ]


def _remember_not_same(row: WaitingRow, record: int, by: User) -> None:
    pairs = [sorted((record, one["id"])) for one in row.candidates if one["id"] != record]
    NotSame.objects.bulk_create(
        [NotSame(entity=row.entity, low_id=low, high_id=high, by=by) for low, high in pairs],
        ignore_conflicts=True,
    )


def _close(rows: Iterable[WaitingRow], what: str, record: int | None, by: User) -> None:
    now = timezone.now()
    keys = [row.pk for row in rows]
    WaitingRow.objects.filter(pk__in=keys).update(
        state=what, record_id=record, answered_by=by, answered_at=now, events=[]
    )


# --- back --------------------------------------------------------------------------------------------
def last(job: ImportJob, by: User) -> WaitingRow | None:
    """What this person answered last."""
    rows = WaitingRow.objects.filter(job=job, answered_by=by).exclude(state=State.OPEN)
    return rows.order_by("-answered_at", "number", "pk").first()


def take_back(job_id: int, *, by: User) -> WaitingRow:
    """Takes the person's last answer back; the row waits again.

    Raises:
        NotFound: there is none.
        Refused: somebody has changed since what the answer stored.
    """
    with transaction.atomic():
        job = _locked(job_id)
        row = last(job, by)
        if row is None:
            raise NotFound
        rows = list(
            WaitingRow.objects.select_for_update(of=("self",)).filter(
                job=job, answered_by=by, answered_at=row.answered_at, alike=row.alike
            )
        )
        for event in sorted({pk for one in rows for pk in one.events}, reverse=True):
            history.undo_event(event, by=by)
        forget_not_same(rows)
        for one in rows:
            one.state, one.record_id, one.answered_by, one.answered_at, one.events = (
                State.OPEN, None, None, None, [],
            )  # fmt: skip
        WaitingRow.objects.bulk_update(rows, ["state", "record_id", "answered_by", "answered_at", "events"])
    return row


def forget_not_same(rows: Iterable[WaitingRow]) -> None:
    """What was said by answers that are taken back."""
    for row in rows:
        if row.state == State.NEW and row.record_id:
            for one in row.candidates:
                low, high = sorted((row.record_id, one["id"]))
                NotSame.objects.filter(entity=row.entity, low_id=low, high_id=high).delete()


# --- the rest -----------------------------------------------------------------------------------------
def answer_rest(job_id: int, what: str, *, by: User) -> int:
    """Gives all rows that still wait the same answer (同じ: each as its likeliest candidate). A row that can't be stored is kept
    with its reason among the refused ones. Goes on where it was killed.

    Returns:
        how many rows were answered.
    """
    answered = 0
    while True:
        with transaction.atomic():
            job = _locked(job_id)
            rows = list(
                WaitingRow.objects.filter(job=job, state=State.OPEN).order_by("number", "pk")[:AT_ONCE]
            )
            if not rows:
                job.rest = ""
                tell_refused(job)
                return answered
            if what == State.SKIP:
                _close(rows, what, None, by)
        if what != State.SKIP:
            _answer_some(job_id, rows, what, by)
        answered += len(rows)


def _answer_some(job_id: int, rows: list[WaitingRow], what: str, by: User) -> None:
    """A page of rows in one transaction; where one of them is refused, each in its own."""
    try:
        with transaction.atomic():
            job = _locked(job_id)
            firsts = list({row.alike: row for row in reversed(rows)}.values())[::-1]
            targets = {row.pk: _likeliest(row, by) if what == State.SAME else 0 for row in firsts}
            _bring(job, _importer(job, by), firsts, targets, what, by)
            records = {row.alike: row.record_id for row in firsts}
            others = [row for row in rows if row not in firsts and records.get(row.alike)]
            if others:
                _bring(
                    job,
                    _importer(job, by),
                    others,
                    {row.pk: records[row.alike] or 0 for row in others},
                    what,
                    by,
                )
    except RecordError:
        for row in rows:
            _answer_or_refuse(job_id, row, what, by)


def _answer_or_refuse(job_id: int, row: WaitingRow, what: str, by: User) -> None:
    row.refresh_from_db()
    if row.state != State.OPEN:
        return
    try:
        with transaction.atomic():
            job = _locked(job_id)
            target = _likeliest(row, by) if what == State.SAME else 0
            _bring(job, _importer(job, by), [row], {row.pk: target}, what, by)
    except RecordError as error:
        RefusedRow.objects.create(
            job_id=job_id, number=row.number, cells=portable(row.cells), reason=str(error)
        )
        _close([row], State.SKIP, None, by)


def _likeliest(row: WaitingRow, by: User) -> int:
    """The best candidate that is still there; 0 where none is."""
    alive = set(
        visible(registry.get(row.entity), by)
        .filter(pk__in=[one["id"] for one in row.candidates])
        .values_list("pk", flat=True)
    )
    return next((one["id"] for one in row.candidates if one["id"] in alive), 0)
