"""Rows into records: read, checked, matched, stored in batches; refused rows kept with their reasons.

Each batch is one transaction together with the job's progress, so that an import that was killed goes on where it
stopped and doubles nothing. Everything belongs to one operation, which is undone as one.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange import ahead, connected, layouts, readers
from enishi.exchange.datarows import all_rows, passed_over
from enishi.exchange.further import survey
from enishi.exchange.headings import is_blank
from enishi.exchange.importer import Importer
from enishi.exchange.mapping import Plan, propose
from enishi.exchange.models import ImportJob, RefusedRow, WaitingRow
from enishi.exchange.noting import note_late
from enishi.exchange.parsed import Parsed
from enishi.exchange.sheet import SAMPLE
from enishi.records import limits, registry
from enishi.records.errors import Refused
from enishi.records.models import Event, Operation
from enishi.records.visible import require

BATCH = 500
PREVIEW = 50
MOST_SHEETS = 100  # of a file that are looked at; the others are named
HEAD = 1000  # rows that a proposal looks at
NAMED_ROWS = 20  # of those passed over, by reason
# Values that stayed text; reasons for which rows were passed over, and the first of these by number.
Told = tuple[Counter[str], Counter[str], dict[str, list[int]]]


# --- beginning --------------------------------------------------------------------------------------
def begin(path: Path, name: str, *, by: User, entity: str = "") -> ImportJob:
    """A draft import with its proposed plan; the sheet with the best heading is taken.

    Raises:
        NotAllowed, readers.Unreadable
    """
    require(by, "import")
    tables = readers.open_tables(path, name)
    plans, table_of = [], {table.name: table for table in tables}
    for table in tables[:MOST_SHEETS]:
        head = table.head(HEAD)
        if head and not all(is_blank(row) for row in head):
            plan = propose(table.name, head, entity)
            named = any(one.target.endswith((".name", ".family_name")) for one in plan.columns)
            score = (not table.hidden, named, _told(plan), len(head) > plan.header_rows, len(head))
            plans.append((score, plan))
    if not plans:
        raise readers.Unreadable(_("ファイルに行がありません。中身のあるシートを選んでください。"))
    best = max(plans, key=lambda pair: pair[0])[1]
    # A ledger in several sheets (ア行, カ行…; a sheet per branch) has the same heading in each.
    near = [plan for (seen, *_score), plan in plans if seen and plan is not best and _are_one(plan, best)]
    head = table_of[best.table].head(HEAD)
    if not all(layouts.are_same(plan, best) for plan in near):
        heads = {plan.table: table_of[plan.table].head(HEAD) for plan in (best, *near)}
        best.layouts, best.extra = layouts.make(best, near, max(map(len, head)))
        head, best = _as_one(best, heads, entity)
    best.more = [plan.table for plan in near]
    best.alike = [best.table, *best.more] if best.more else []
    best.others = [
        plan.table
        for (_seen, named, _told_of, filled, _size), plan in plans
        if named and filled and plan.table not in {best.table, *best.more}
    ] + [table.name for table in tables[MOST_SHEETS:]]
    job = ImportJob(user=by, file_name=name[:255], path=str(path), entity=entity)
    job.plan = _with_all_rows(job, best, head).to_json()
    job.save()
    return job


def _are_one(plan: Plan, best: Plan) -> bool:
    return layouts.are_same(plan, best) or layouts.are_alike(plan, best)


def _as_one(
    old: Plan, heads: dict[str, list[list[Any]]], entity: str, *, recognise: bool = True, told: bool = False
) -> tuple[list[list[Any]], Plan]:
    """The first rows of sheets that have their columns in different places, as those of one, and the plan for them."""
    head, numbers = layouts.joint(heads, old.layouts, old.extra)
    plan = propose(old.table, head, entity, recognise=recognise, told=told)
    for _column, _code, lines in plan.repeated:
        for line in lines:
            line[0] = numbers[line[0] - 1]
    plan.layouts, plan.extra = old.layouts, old.extra
    plan.header_rows = old.layouts[plan.table][0]
    return head, plan


def _with_all_rows(job: ImportJob, plan: Plan, head: list[list[Any]], **more: bool) -> Plan:
    """The plan, or another where a code of a longer sheet turns out to stand beside different names further down."""
    if len(head) <= SAMPLE:
        return plan
    try:
        several, late = survey(job, plan)
    except (readers.Unreadable, UnicodeDecodeError):  # which the page says when it shows the first rows
        return plan
    made = plan
    if several:
        made = propose(plan.table, head, job.entity, several=several, **more)
        made.missing, made.for_all = plan.missing, plan.for_all
        made.match, made.more, made.others, made.alike = plan.match, plan.more, plan.others, plan.alike
        made.layouts, made.extra, made.header_rows = plan.layouts, plan.extra, plan.header_rows
    for column in made.columns:
        column.sample = column.sample or late.get(column.index, [])
    note_late(made, late)
    return made


def replan(job: ImportJob, *, recognise: bool, told: bool = False, sheet: str = "") -> None:
    """Proposes anew: as another program's form, or as any sheet; `told`, as a list of `job.entity` and nothing else; `sheet`, another
    sheet of the file, which says itself what it is.

    Raises:
        readers.Unreadable
    """
    old = Plan.from_json(job.plan)
    if sheet and sheet != old.table:
        job.entity = ""
    tables = readers.open_tables(Path(job.path), job.file_name)
    for table in tables:
        if table.name == (sheet or old.table):
            if old.layouts and table.name == old.table:
                heads = {one.name: one.head(HEAD) for one in tables if one.name in old.layouts}
                head, plan = _as_one(old, heads, job.entity, recognise=recognise, told=told)
            else:
                head = table.head(HEAD)
                plan = propose(table.name, head, job.entity, recognise=recognise, told=told)
            plan.match, plan.for_all = old.match, old.for_all
            plan.more, plan.alike = (old.more, old.alike) if table.name == old.table else ([], [])
            left = dict.fromkeys([old.table, *old.others, *old.more])
            plan.others = [one for one in left if one != table.name and one not in plan.more]
            plan = _with_all_rows(job, plan, head, recognise=recognise, told=told)
            job.plan = plan.to_json()
            if job.pk:
                job.save(update_fields=["plan", "entity"])


def choose_sheets(plan: Plan, chosen: Collection[str]) -> None:
    """Of the sheets with the same heading these come in, in the file's order; the others can be opened afterwards. None is no choice."""
    taken = [one for one in plan.alike if one in chosen]
    if taken:
        plan.others = [one for one in plan.others if one not in plan.alike]
        plan.others += [one for one in plan.alike if one not in taken]
        plan.table, plan.more = taken[0], taken[1:]
        plan.header_rows = plan.layouts.get(plan.table, (plan.header_rows,))[0]


def open_sheet(job: ImportJob, sheet: str, *, by: User) -> ImportJob:
    """Another sheet of a file of which one came in: a draft of its own, that offers only what hasn't come in yet.

    Raises:
        NotAllowed, readers.Unreadable
    """
    require(by, "import")
    made = ImportJob(user=by, file_name=job.file_name, path=job.path, plan=job.plan)
    replan(
        made, recognise=True, sheet=sheet
    )  # reads the file: nobody may have to wait for that with his writing
    made.plan = {**made.plan, "others": [one for one in left_sheets(job) if one != sheet]}
    made.save()
    return made


def left_sheets(job: ImportJob) -> list[str]:
    """The sheets of a job's file with rows that no job has brought in yet; none once the file is gone (`files.forget_old`)."""
    if not Path(job.path).is_file():
        return []
    jobs = ImportJob.objects.filter(path=job.path).exclude(
        status__in=[ImportJob.Status.DRAFT, ImportJob.Status.FAILED, ImportJob.Status.UNDONE]
    )
    plans = jobs.values_list("plan", flat=True)
    used = {sheet for held in plans for sheet in (held.get("table"), *held.get("more", ()))}
    return [one for one in Plan.from_json(job.plan).others if one not in used]


def _told(plan: Plan) -> int:
    """Columns that go somewhere of their own."""
    return sum(bool(one.target) and not one.target.endswith((".note", ".text")) for one in plan.columns)


# --- running ----------------------------------------------------------------------------------------
def preview(job: ImportJob) -> list[Parsed]:
    """What would become of the first 50 rows; stores nothing.

    Raises:
        readers.Unreadable
    """
    plan = Plan.from_json(job.plan)
    assert job.user is not None
    importer = Importer(plan, job.user, None)
    importer.reader.lenient = plan.missing == "create"
    rows = []
    for number, cells, is_record in all_rows(job, plan):
        rows.append(importer.reader.read(number, cells) if is_record else passed_over(number, cells))
        if len(rows) >= PREVIEW:
            break
    importer.check([row for row in rows if not row.skipped])
    return rows


def run(job: ImportJob, *, dry: bool = False) -> ImportJob:
    """Brings the whole file in (or, dry, counts what would happen and takes it back). Goes on where it was killed.

    Raises:
        nothing: a file that can't be read ends the job with its reason.
    """
    try:
        _run(job, dry)
    except readers.Unreadable as error:
        _fail(job, str(error))
    except Refused as error:
        _fail(job, str(error))
    except Exception:
        _fail(
            job,
            _(
                "取り込みの途中で問題が起きました。ここまでに取り込んだ分は「取り消す」で戻せます。くわしくは管理者が記録（enishi.log）を見てください。"
            ),
        )
        raise
    return job


def _fail(job: ImportJob, text: str) -> None:
    job.status, job.error = ImportJob.Status.FAILED, text
    job.save(update_fields=["status", "error"])


def _run(job: ImportJob, dry: bool) -> None:
    plan = Plan.from_json(job.plan)
    assert job.user is not None
    require(job.user, "import")
    check_targets(plan, job.user)
    if not any(column.target for column in plan.columns):
        raise Refused({"": [_("取り込む列がありません。列の行き先を1つ以上選んでください。")]})
    if not dry and job.operation is None:
        job.operation = Operation.objects.create(kind="import", user=job.user, summary=job.file_name)
    job.status, job.beat_at = ImportJob.Status.RUNNING, timezone.now()
    job.save()
    importer = Importer(plan, job.user, job.operation)
    _recall(importer, job)
    kept: Counter[str] = Counter(job.figures.get("kept", {}))
    skipped: Counter[str] = Counter(job.figures.get("skipped", {}))
    skipped_at: dict[str, list[int]] = job.figures.get("skipped_at", {})
    told = kept, skipped, skipped_at
    place = job.done
    making = plan.missing == "create"
    with contextlib.ExitStack() as around:
        around.enter_context(ahead.few_collections())
        around.enter_context(_taken_back(dry))
        if making and not job.done:
            made = connected.create(job, plan, by=job.user, operation=job.operation)
            importer.counts["created"].update(made)
        batches = around.enter_context(ahead.batches(job, plan, BATCH, here=dry and making))
        if not job.total:
            job.total = ahead.rough_count(job, plan)
        turns = Turns()
        for place, batch in batches:
            importer.draft_ahead([row for row in batch if not row.errors and not row.skipped])
            with turns.turn():
                _store_batch(job, importer, batch, told, place)
        job.total = place
        figures = _figures(importer, told)
        lost = list(RefusedRow.objects.filter(job=job)) if dry else []
        refused = len(lost) if dry else job.refused_rows.count()
    job.figures = {**figures, "refused": refused}
    if dry:
        job.done, job.operation = 0, None
        _write_refused(job, plan, lost)
        job.status = ImportJob.Status.DRAFT
    else:
        _write_refused(job, plan, list(job.refused_rows.all()))
        job.status = ImportJob.Status.DONE
        job.done = job.total
        if job.operation is not None:
            job.operation.figures = job.figures
            job.operation.save(update_fields=["figures"])
    job.save()
    if not dry:
        _tell_planner(sum(job.figures["created"].values()))


def check_targets(plan: Plan, user: User) -> None:
    """Refuses columns that lead where the person may not write.

    Raises:
        Refused
    """
    lost = []
    headed = [(column.target, column.heading) for column in plan.columns]
    headed += [("account.name", "")] if plan.firms else []
    for target, heading in [*headed, *((one, "") for one, raw in plan.for_all.items() if raw)]:
        name, _dot, field = target.partition(".")
        entity = registry.whole_entities().get(name) if target else None
        if entity is None:
            continue
        seen = limits.seen_by(entity, user)
        require(user, "create", seen)
        if field in entity.fields and (
            field not in seen.fields or (entity.fields[field].editable and not seen.fields[field].editable)
        ):
            lost.append(heading or str(entity.fields[field].label))
    if lost:
        raise Refused(
            {
                "": [
                    _("次の列は、書き込む権利がない項目に向いています: %(names)s")
                    % {"names": "、".join(lost)}
                ]
            }
        )


class Turns:
    """Lets others write between the batches.

    On SQLite one writes at a time, and who waits asks again ever more seldom, at last ten times a second: unless the way
    is free for as long as that between two batches, a save could wait until the import is done.
    """

    LONGEST = 0.1  # seconds

    def __init__(self) -> None:
        self.free_at = self.held = 0.0

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Around a transaction; begins once the way was free for long enough, which it mostly was while rows were drafted."""
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            rest = self.free_at + min(self.LONGEST, self.held * 0.4) - time.monotonic()
            if rest > 0:
                time.sleep(rest)
        began = time.monotonic()
        try:
            yield
        finally:
            self.free_at = time.monotonic()
            self.held = self.free_at - began


def _taken_back(dry: bool) -> Any:
    """A dry run is a real one in a transaction that is rolled back."""

    @contextlib.contextmanager
    def rolled_back() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return rolled_back() if dry else contextlib.nullcontext()


def _store_batch(job: ImportJob, importer: Importer, batch: list[Parsed], told: Told, place: int) -> None:
    """One transaction, or where a rule refuses one of the rows a second one that asks of each."""
    good = [row for row in batch if not row.errors and not row.skipped]
    for store in (importer.store, importer.store_checked):
        try:
            with transaction.atomic():
                store(good)
                _tell_progress(job, importer, batch, told, place)
                return
        except Refused:
            if store == importer.store_checked:
                raise


def _tell_progress(job: ImportJob, importer: Importer, batch: list[Parsed], told: Told, place: int) -> None:
    """Keeps the refused rows and how far the job is."""
    RefusedRow.objects.bulk_create(
        [
            RefusedRow(
                job=job,
                number=row.number,
                cells=[readers.plain(cell) for cell in row.cells],
                reason="、".join(dict.fromkeys(row.errors)),
            )
            for row in batch
            if row.errors
        ]
    )
    WaitingRow.objects.bulk_create([row.asks.row(job, row) for row in batch if row.asks is not None])
    kept, skipped, skipped_at = told
    for row in batch:
        if row.skipped:
            skipped[row.skipped] += 1
            if skipped[row.skipped] <= NAMED_ROWS:
                skipped_at.setdefault(row.skipped, []).append(row.number)
        elif not row.errors and row.asks is None:
            kept.update(row.kept)
    job.done, job.total, job.beat_at = place, max(place, job.total), timezone.now()
    job.figures = _figures(importer, told)
    job.save(update_fields=["done", "total", "beat_at", "figures"])


def _figures(importer: Importer, told: Told) -> dict[str, Any]:
    kept, skipped, skipped_at = told
    return {
        **{name: {k: n for k, n in counter.items() if n} for name, counter in importer.counts.items()},
        "kept": dict(kept.most_common(50)),
        "skipped": dict(skipped),  # reason → rows that were not meant to come in
        "skipped_at": skipped_at,
        "asked": importer.asked,
    }


def _recall(importer: Importer, job: ImportJob) -> None:
    """After a kill: the counts so far, and what this import itself made."""
    for name, counter in importer.counts.items():
        counter.update(job.figures.get(name, {}))
    importer.asked = job.figures.get("asked", 0)
    if job.done and job.operation is not None:
        from enishi.records.models import Event

        for name, key in (
            Event.objects.filter(operation=job.operation, version=1)
            .values_list("entity", "record_id")
            .iterator()
        ):
            if name in importer.made:
                importer.made[name].add(key)
        changed = Event.objects.filter(operation=job.operation, version__gt=1)
        for name, key in changed.values_list("entity", "record_id").distinct().iterator():
            if name in importer.touched:
                importer.touched[name].add(key)


def tell_refused(job: ImportJob) -> None:
    """Counts the refused rows and writes their file anew: answers may have added some."""
    rows = list(job.refused_rows.all())
    job.figures = {**job.figures, "refused": len(rows)}
    _write_refused(job, Plan.from_json(job.plan), rows)
    job.save(update_fields=["figures", "refused_path", "rest"])


def _write_refused(job: ImportJob, plan: Plan, rows: list[RefusedRow]) -> None:
    """The refused rows as a file of the same kind, each with its reason in a last column: to be mended and brought in again."""
    if not rows:
        job.refused_path = ""
        return
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ending = ".csv" if Path(job.file_name).suffix.lower() in readers.TEXTS else ".xlsx"
    path = folder / f"{job.pk}-refused{ending}"
    headings = {column.index: column.heading for column in plan.columns}
    width = max([index + 1 for index in headings] + [len(row.cells) for row in rows])

    def lines() -> Iterator[list[Any]]:
        yield [headings.get(index, "") for index in range(width)] + [_("理由")]
        for row in rows:
            yield (
                list(row.cells)
                + [""] * (width - len(row.cells))
                + [_("%(number)d行目 %(reason)s") % {"number": row.number, "reason": row.reason}]
            )

    readers.write_table(path, lines())
    job.refused_path = str(path)


def _tell_planner(made: int) -> None:
    """After many new rows the databases' planners should know how many there are. PostgreSQL counts anew by itself within a
    minute; it is told at once only where the rows are a large part of all, for then its plans until that minute are bad."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA optimize")
            return
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Event._meta.db_table])
        if made > cursor.fetchone()[0] * 0.2:
            cursor.execute("ANALYZE")
