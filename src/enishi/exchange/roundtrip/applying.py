"""Agreed rows into records: through the one way in, in batches, each with how far the job is, all of one operation.

A record that went on since it was compared is looked at anew: fields that nobody touched are written, of others is asked again.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange.models import ImportJob, ReturnedRow
from enishi.exchange.roundtrip.comparing import Values
from enishi.records import write
from enishi.records.entity import Entity
from enishi.records.errors import RecordError, Refused
from enishi.records.fields.links import load as load_links
from enishi.records.models import Event, Operation
from enishi.records.rows import update_rows
from enishi.records.visible import require, visible

Kind, State = ReturnedRow.Kind, ReturnedRow.State
AT_ONCE = 300
TOLD = (
    "kind",
    "chosen",
    "answered",
    "state",
    "changes",
    "errors",
    "bad",
    "note",
    "record_id",
    "seen_version",
)


class Applier:
    """Applies the rows of one job."""

    def __init__(self, job: ImportJob, entity: Entity, by: User, operation: Operation) -> None:
        self.job, self.entity, self.by, self.operation = job, entity, by, operation
        self.values = Values()
        self._counted: dict[str, int] = {}  # of the batch in hand

    def apply(self, rows: Sequence[ReturnedRow]) -> None:
        """A batch in one transaction; where one of its rows is refused, each in its own, and the refused say why."""
        try:
            with transaction.atomic():
                self._store(rows)
                self._tell(rows)
                return
        except RecordError:
            pass
        for row in rows:
            fresh = ReturnedRow.objects.get(pk=row.pk)  # what the batch did to it in memory is undone
            try:
                with transaction.atomic():
                    self._store([fresh])
                    self._tell([fresh])
            except RecordError as error:
                fresh = ReturnedRow.objects.get(pk=row.pk)
                fresh.errors.append({"label": "", "raw": "", "text": str(error)})
                fresh.bad, fresh.chosen, fresh.state = True, False, State.REFUSED
                self._counted = {}
                with transaction.atomic():
                    self._tell([fresh])

    def _store(self, rows: Sequence[ReturnedRow]) -> None:
        self._counted = {}
        self._change([row for row in rows if row.kind in {Kind.CHANGED, Kind.BOTH, Kind.ASK}])
        self._create([row for row in rows if row.kind == Kind.NEW])
        self._delete([row for row in rows if row.kind == Kind.GONE])

    # --- changes ------------------------------------------------------------------------------------
    def _change(self, rows: Sequence[ReturnedRow]) -> None:
        if not rows:
            return
        keys = [row.record_id for row in rows if row.record_id is not None]
        records = {
            one.pk: one
            for one in visible(self.entity, self.by).select_for_update(of=("self",)).filter(pk__in=keys)
        }
        load_links(self.entity, list(records.values()), {one["field"] for row in rows for one in row.changes})
        pairs: dict[int, tuple[Any, dict[str, Any]]] = {}
        for row in rows:
            record = records.get(row.record_id)
            if record is None:
                raise Refused({"": [_("「%(title)s」はもうありません。") % {"title": row.title}]})
            values = pairs.setdefault(record.pk, (record, {}))[1]
            left = False
            for one in row.changes:
                found = self.entity.fields.get(one["field"])
                if one["here"] or found is None:
                    continue
                if record.version != row.seen_version and found.to_json(found.get(record)) != one["was"]:
                    left = self._ask_again(record, found, one) or left
                elif not one["ask"] or one["choice"] == "sheet":
                    values[found.name] = found.from_json(one["value"])
                    one["done"] = True
                elif not one["choice"]:
                    left = True
            self._settle(row, record, left)
        done = [pair for pair in pairs.values() if pair[1]]
        if done:
            written = write.write_many(self.entity, done, by=self.by, operation=self.operation)
            versions = {one.record.pk: one.record.version for one in written}
            for row in rows:
                row.seen_version = versions.get(row.record_id or 0, row.seen_version)
        self._counted["updated"] = len(done)

    def _ask_again(self, record: Any, found: Any, one: dict[str, Any]) -> bool:
        """A field that somebody changed while the person was deciding; false where to the same value."""
        now = found.to_json(found.get(record))
        if now == one["value"]:
            return False
        events = Event.objects.filter(entity=self.entity.name, record_id=record.pk).select_related("actor")
        last = next(
            (
                event
                for event in events.order_by("-version")[:50]
                if found.name in event.data.get("changes", {})
            ),
            None,
        )
        one.update(
            ask=True, choice="", was=now, sent=one["old"], old=self.values.words(found, found.get(record))
        )
        if last is not None:
            one.update(by=str(last.actor or _("自動")), at=last.at.isoformat())
        return True

    @staticmethod
    def _settle(row: ReturnedRow, record: Any, left: bool) -> None:
        """What remains of a row: questions without an answer stay on the page."""
        row.seen_version = record.version
        if left:
            row.kind, row.chosen, row.answered = Kind.ASK, False, False
            row.changes = [one for one in row.changes if one["ask"] and not one["choice"]]
        else:
            row.state = State.APPLIED

    # --- new and gone -------------------------------------------------------------------------------
    def _create(self, rows: Sequence[ReturnedRow]) -> None:
        if not rows:
            return
        owner = self.entity.fields.get("owner")
        made = []
        for row in rows:
            values = {
                one["field"]: self.entity.field(one["field"]).from_json(one["value"]) for one in row.changes
            }
            if owner is not None and owner.editable and not self.entity.finds_owner(self.by):
                values.setdefault("owner", self.by.pk)
            made.append(values)
        records = write.create_many(self.entity, made, by=self.by, operation=self.operation)
        for row, record in zip(rows, records, strict=True):
            row.state, row.record_id = State.APPLIED, record.pk
        self._counted["created"] = len(rows)

    def _delete(self, rows: Sequence[ReturnedRow]) -> None:
        if not rows:
            return
        require(self.by, "delete", self.entity)
        keys = [row.record_id for row in rows if row.record_id is not None]
        held = visible(self.entity, self.by, "delete").filter(pk__in=keys)
        versions = dict(held.select_for_update(of=("self",)).values_list("pk", "version"))
        gone = []
        for row in rows:
            if versions.get(row.record_id or 0) == row.seen_version:
                gone.append(row.record_id or 0)
                row.state = State.APPLIED
            elif row.record_id in versions:
                row.note, row.chosen = _("確かめたあとに変更されたので、残しました。"), False
                row.seen_version = versions[row.record_id]
            else:
                row.state = State.APPLIED  # somebody else was faster
        if gone:
            write.delete(self.entity, gone, by=self.by, operation=self.operation)
        self._counted["deleted"] = len(gone)

    def _tell(self, rows: Sequence[ReturnedRow]) -> None:
        """Stores what became of the rows and how far the job is, in the transaction that did it."""
        update_rows(ReturnedRow, rows, TOLD)
        for what, count in self._counted.items():
            held = self.job.figures.setdefault(what, {})
            held[self.entity.name] = held.get(self.entity.name, 0) + count
        self.job.done += len(rows)
        self.job.beat_at = timezone.now()
        self.job.save(update_fields=["done", "beat_at", "figures"])
