"""Rows into records: read, checked, matched, stored in batches; refused rows kept with their reasons.

Each batch is one transaction together with the job's progress, so that an import that was killed goes on where it
stopped and doubles nothing. Everything belongs to one operation, which is undone as one.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange import readers
from enishi.exchange.headings import is_blank
from enishi.exchange.mapping import Plan, propose
from enishi.exchange.models import ImportJob, RefusedRow
from enishi.exchange.rows import Parsed, RowReader, data_rows
from enishi.japanese import names
from enishi.japanese.text import fold
from enishi.records import write
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.models import Operation
from enishi.records.visible import require, visible

BATCH = 500
PREVIEW = 50
HEAD = 1000  # rows that a proposal looks at


# --- beginning --------------------------------------------------------------------------------------
def begin(path: Path, name: str, *, by: User, entity: str = "") -> ImportJob:
    """A draft import with its proposed plan; the sheet with the best heading is taken.

    Raises:
        NotAllowed, readers.Unreadable
    """
    require(by, "import")
    tables = readers.open_tables(path, name)
    plans = []
    for table in tables[:40]:
        head = table.head(HEAD)
        if head and not all(is_blank(row) for row in head):
            plan = propose(table.name, head, entity)
            named = any(one.target.endswith((".name", ".family_name")) for one in plan.columns)
            score = (named, _told(plan), len(head) > plan.header_rows, len(head))
            plans.append((score, plan))
    if not plans:
        raise readers.Unreadable(_("ファイルに行がありません。中身のあるシートを選んでください。"))
    best = max(plans, key=lambda pair: pair[0])[1]
    # A ledger in several sheets (ア行, カ行…; a sheet per branch) has the same heading in each.
    best.more = [plan.table for _score, plan in plans if plan is not best and _same_heading(plan, best)]
    return ImportJob.objects.create(
        user=by, file_name=name[:255], path=str(path), entity=entity, plan=best.to_json()
    )


def _told(plan: Plan) -> int:
    """Columns that go somewhere of their own."""
    return sum(bool(one.target) and not one.target.endswith(".note") for one in plan.columns)


def _same_heading(plan: Plan, best: Plan) -> bool:
    heads = [[(one.index, one.heading) for one in each.columns if one.heading] for each in (plan, best)]
    return bool(heads[0]) and heads[0] == heads[1] and plan.header_rows == best.header_rows


# --- a batch ----------------------------------------------------------------------------------------
class Importer:
    """Stores parsed rows in the order of their entities, each with references to what the row made before."""

    def __init__(self, plan: Plan, by: User, operation: Operation | None) -> None:
        self.plan, self.by, self.operation = plan, by, operation
        self.reader = RowReader(plan)
        self.counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("created", "updated", "unchanged")
        }
        self.made: dict[str, set[int]] = {}
        self.touched: dict[str, set[int]] = {}

    def check(self, rows: list[Parsed]) -> None:
        """Rules over a whole record, and matches, without storing anything: fills outcome and errors."""
        for entity in self.reader.entities:
            pairs = [
                (row, row.values[entity.name]) for row in rows if entity.name in row.values and not row.errors
            ]
            self._refer(entity, pairs)
            known = self._known(entity, pairs)
            fresh: set[Any] = set()
            for row, values in pairs:
                record = entity.model()
                record.importing = True
                write._apply(entity, record, values)  # noqa: SLF001 (the same package's twin)
                entity.prepare(record, set(values))
                errors = entity.check(record, set(values))
                row.errors += [text for texts in errors.values() for text in texts]
                key = self._key(entity, values)
                if key is not None and key in known:
                    row.keys[entity.name] = known[key].pk
                    row.outcome[entity.name] = "update"
                elif key is not None and key in fresh:
                    row.outcome[entity.name] = "same"
                else:
                    row.outcome[entity.name] = "new"
                    if key is not None:
                        fresh.add(key)

    def store(self, rows: list[Parsed]) -> None:
        """Stores the good rows of a batch; rows that turn out bad get errors and leave nothing behind.

        Rules are tried while storing; only where one refuses is each row checked by itself, and the good ones stored.
        """
        held = [(row, {name: dict(values) for name, values in row.values.items()}) for row in rows]
        before = {name: Counter(counter) for name, counter in self.counts.items()}
        made = {name: set(keys) for name, keys in self.made.items()} if rows else {}
        touched = {name: set(keys) for name, keys in self.touched.items()} if rows else {}
        try:
            with transaction.atomic():
                self._store(rows)
        except Refused:
            self.counts, self.made, self.touched = before, made, touched
            for row, values in held:
                row.values = values
                row.keys.clear()
            self.check(rows)
            good = [row for row in rows if not row.errors]
            for row in good:
                row.keys.clear()
            self._store(good)

    def _store(self, rows: list[Parsed]) -> None:
        for entity in self.reader.entities:
            pairs = [(row, row.values[entity.name]) for row in rows if entity.name in row.values]
            if pairs:
                self._store_entity(entity, pairs)

    def _refer(self, entity: Entity, pairs: list[tuple[Parsed, dict[str, Any]]]) -> None:
        """Points each record to what its row made before."""
        for row, values in pairs:
            for one in entity.references:
                if one.to in row.keys and one.name not in values:
                    values[one.name] = row.keys[one.to]
            if entity.name == "task" and self.plan.main != "task" and self.plan.main in row.keys:
                values["about"] = f"{self.plan.main}:{row.keys[self.plan.main]}"
            elif entity.name == "task":
                place = next((name for name in ("deal", "contact", "account") if name in row.keys), "")
                if place:
                    values["about"] = f"{place}:{row.keys[place]}"

    def _key(self, entity: Entity, values: dict[str, Any]) -> Any:
        """What tells the record from others: (the key's name, value); None is always a new one."""
        chosen = self.plan.keys.get(entity.name, "")
        if not chosen:
            return None
        if chosen != "name" and values.get(chosen):
            return chosen, values[chosen]
        if entity.name == "contact":
            return self._person_key(values)
        if chosen == "name" or entity.name == "account":
            return ("name", values["name"]) if values.get("name") else None
        return None

    @staticmethod
    def _person_key(values: dict[str, Any]) -> Any:
        """A person is known by name within his company; a private customer by name and number or birthday together."""
        full = f"{values.get('family_name', '')}{values.get('given_name', '')}" or values.get("name", "")
        name = fold(names.strip_honorific(full)[0]).replace(" ", "")[:200]
        account = values.get("account")
        told = values.get("mobile") or values.get("phone") or values.get("birthday")
        if not name or (account is None and not told):
            return None
        return "name", account, name, told if account is None else None

    def _known(self, entity: Entity, pairs: list[tuple[Parsed, dict[str, Any]]]) -> dict[Any, Any]:
        """Existing records by key: one query for the batch and kind of key, the oldest record first."""
        wanted: dict[str, set[Any]] = {}
        for _row, values in pairs:
            key = self._key(entity, values)
            if key is not None:
                wanted.setdefault(key[0], set()).add(key)
        known: dict[Any, Any] = {}
        chosen = self.plan.keys.get(entity.name, "")
        for name, keys in wanted.items():
            rows = visible(entity, self.by).order_by("-pk")
            if entity.name == "contact" and name == "name":
                for record in rows.filter(match_key__in={key[2] for key in keys}):
                    for told in (record.mobile, record.phone, record.birthday, None):
                        key = ("name", record.account_id, record.match_key, told)
                        if key in keys:
                            known[key] = record
                continue
            column = entity.field(name).column
            if name != chosen:  # known by name only where it has no number of its own
                rows = rows.filter(**{entity.field(chosen).column: entity.field(chosen).empty_value()})
            for record in rows.filter(**{f"{column}__in": {key[1] for key in keys}}):
                known[(name, getattr(record, column))] = record
        return known

    def _store_entity(self, entity: Entity, pairs: list[tuple[Parsed, dict[str, Any]]]) -> None:
        self._refer(entity, pairs)
        known = self._known(entity, pairs)
        made = self.made.setdefault(entity.name, set())
        touched = self.touched.setdefault(entity.name, set())
        fresh: dict[Any, dict[str, Any]] = {}
        fresh_rows: list[tuple[dict[str, Any], list[Parsed]]] = []
        owners: dict[Any, list[Parsed]] = {}
        updates: dict[int, tuple[Any, dict[str, Any]]] = {}
        for row, values in pairs:
            key = self._key(entity, values)
            record = known.get(key) if key is not None else None
            if record is not None:
                row.keys[entity.name] = record.pk
                changes = updates.setdefault(record.pk, (record, {}))[1]
                for name, value in values.items():
                    held = entity.field(name).get(record)
                    first = entity.field(name).is_empty(held) and name not in changes
                    if record.pk in made:
                        if first:
                            changes[name] = value
                    elif self.plan.on_match == "update":
                        changes[name] = value
            elif key is not None and key in fresh:
                for name, value in values.items():
                    fresh[key].setdefault(name, value)
                owners[key].append(row)
            else:
                fresh_rows.append((values, [row]))
                if key is not None:
                    fresh[key], owners[key] = values, fresh_rows[-1][1]
        for values, _owners in fresh_rows:
            for name, one in entity.fields.items():
                if name not in values and one.default is not None:
                    values[name] = one.default() if callable(one.default) else one.default
            values.setdefault("owner", self.by.pk)
        records = write.create_many(
            entity,
            [values for values, _owners in fresh_rows],
            by=self.by,
            operation=self.operation,
            cleaned=True,
            importing=True,
        )
        for record, (_values, owning) in zip(records, fresh_rows, strict=True):
            made.add(record.pk)
            for row in owning:
                row.keys[entity.name] = record.pk
        self.counts["created"][entity.name] += len(records)
        changed = write.write_many(
            entity,
            [pair for pair in updates.values() if pair[1]],
            by=self.by,
            operation=self.operation,
            cleaned=True,
            check=False,
        )
        changed_keys = {one.record.pk for one in changed} - made
        self.counts["updated"][entity.name] += len(changed_keys - touched)
        same = set(updates) - made - changed_keys - touched
        self.counts["unchanged"][entity.name] += len(same)
        touched |= set(updates)


# --- running ----------------------------------------------------------------------------------------
def preview(job: ImportJob) -> list[Parsed]:
    """What would become of the first 50 rows; stores nothing.

    Raises:
        readers.Unreadable
    """
    plan = Plan.from_json(job.plan)
    assert job.user is not None
    importer = Importer(plan, job.user, None)
    rows = []
    for number, cells in data_rows(job, plan):
        rows.append(importer.reader.read(number, cells))
        if len(rows) >= PREVIEW:
            break
    importer.check(rows)
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
    if not any(column.target for column in plan.columns):
        raise Refused({"": [_("取り込む列がありません。列の行き先を1つ以上選んでください。")]})
    if not job.total:
        job.total = sum(1 for _row in data_rows(job, plan))
    if not dry and job.operation is None:
        job.operation = Operation.objects.create(kind="import", user=job.user, summary=job.file_name)
    job.status, job.beat_at = ImportJob.Status.RUNNING, timezone.now()
    job.save()
    importer = Importer(plan, job.user, job.operation)
    _recall(importer, job)
    kept: Counter[str] = Counter(job.figures.get("kept", {}))
    batch: list[Parsed] = []
    place = 0
    with _taken_back(dry):
        for number, cells in data_rows(job, plan):
            place += 1
            if place <= job.done:
                continue
            batch.append(importer.reader.read(number, cells))
            if len(batch) == BATCH:
                _store_batch(job, importer, batch, kept, place)
                batch = []
        if batch:
            _store_batch(job, importer, batch, kept, place)
        figures = _figures(importer, job, kept)
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
        _tell_planner()


def _taken_back(dry: bool) -> Any:
    """A dry run is a real one in a transaction that is rolled back."""
    import contextlib

    @contextlib.contextmanager
    def rolled_back() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return rolled_back() if dry else contextlib.nullcontext()


def _store_batch(
    job: ImportJob, importer: Importer, batch: list[Parsed], kept: Counter[str], place: int
) -> None:
    good = [row for row in batch if not row.errors]
    with transaction.atomic():
        importer.store(good)
        bad = [row for row in batch if row.errors]
        RefusedRow.objects.bulk_create(
            [
                RefusedRow(
                    job=job,
                    number=row.number,
                    cells=[readers.plain(cell) for cell in row.cells],
                    reason="、".join(dict.fromkeys(row.errors)),
                )
                for row in bad
            ]
        )
        for row in batch:
            if not row.errors:
                kept.update(row.kept)
        job.done, job.beat_at = place, timezone.now()
        job.figures = _figures(importer, job, kept)
        job.save(update_fields=["done", "beat_at", "figures"])


def _figures(importer: Importer, job: ImportJob, kept: Counter[str]) -> dict[str, Any]:
    return {
        **{name: {k: n for k, n in counter.items() if n} for name, counter in importer.counts.items()},
        "kept": dict(kept.most_common(50)),
    }


def _recall(importer: Importer, job: ImportJob) -> None:
    """After a kill: the counts so far, and what this import itself made."""
    for name, counter in importer.counts.items():
        counter.update(job.figures.get(name, {}))
    if job.done and job.operation is not None:
        from enishi.records.models import Event

        for name, key in (
            Event.objects.filter(operation=job.operation, version=1)
            .values_list("entity", "record_id")
            .iterator()
        ):
            importer.made.setdefault(name, set()).add(key)
        changed = Event.objects.filter(operation=job.operation, version__gt=1)
        for name, key in changed.values_list("entity", "record_id").distinct().iterator():
            importer.touched.setdefault(name, set()).add(key)


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


def _tell_planner() -> None:
    """After many new rows the databases' planners should know how many there are."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize" if connection.vendor == "sqlite" else "ANALYZE")
