"""What became of each row: changed in the sheet, here, in both, or in neither.

A cell that is as it went out (its print says so) changed nothing, whatever became of the record. Where it differs, what it was is
told by the record's history since its version; whoever changed the same field here meanwhile is asked about, never overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange import readers
from enishi.exchange.importer import Keys
from enishi.exchange.models import ImportJob, ReturnedRow
from enishi.exchange.roundtrip import marks, reading
from enishi.exchange.roundtrip.fresh import Fresh
from enishi.exchange.roundtrip.marks import Mark
from enishi.exchange.roundtrip.reading import Column, Layout
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind, Linked, Pointer
from enishi.records.fields.links import load as load_links
from enishi.records.models import Event, Forward
from enishi.records.visible import in_bin, permits, visible

Kind = ReturnedRow.Kind
Row = tuple[int, readers.Row]
KNOWN = 10_000  # names behind keys, and keys behind names, that are remembered
SHOWN = 300  # characters of a value that the page shows


@dataclass
class Since:
    """What happened to one field since the sheet went out."""

    first: Any  # JSON of its value then
    words: str  # and its name then, where it is a key
    event: Event  # the last that changed it


class Values:
    """Cells as values and values as words; what comes again is looked up once."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], Any] = {}
        self._words: dict[tuple[str, Any], str] = {}

    def clean(self, found: FieldKind, cell: Any) -> Any:
        """The value of a cell.

        Raises:
            ValidationError
        """
        if not isinstance(found, Pointer | Linked) or not isinstance(cell, str):
            return found.clean(cell)
        key = found.name, cell
        if key not in self._read:
            if len(self._read) > KNOWN:
                self._read.clear()
            try:
                self._read[key] = (
                    found.clean(found.named(cell))
                    if isinstance(found, Linked)
                    else found.by_name(cell.strip())
                )
            except ValidationError as error:
                self._read[key] = error
        held = self._read[key]
        if isinstance(held, ValidationError):
            raise held
        return held

    def words(self, found: FieldKind, value: Any) -> str:
        """A value for people."""
        if not isinstance(found, Pointer):
            return found.text(value)[:SHOWN]
        key = found.name, value
        if key not in self._words:
            if len(self._words) > KNOWN:
                self._words.clear()
            self._words[key] = found.text(value)[:SHOWN]
        return self._words[key]


class Comparer:
    """Compares the rows of one sheet in batches; nothing is stored."""

    def __init__(self, job: ImportJob, layout: Layout, entity: Entity, by: User) -> None:
        self.job, self.layout, self.entity, self.by = job, layout, entity, by
        self.values = Values()
        self.fresh = Fresh(job, layout, entity, by, self.values)
        self.seen = Keys()
        self.repeated: set[int] = set()  # records of which several rows speak
        self.unchanged = 0
        self.from_text = layout.table.kind == "text"
        told = [
            one["name"] for one in layout.sheet.columns if one["carried"] and one["name"] in entity.fields
        ]
        self.told = [entity.fields[name] for name in told]

    def compare(self, batch: Sequence[Row]) -> list[ReturnedRow]:
        """What there is to say of these rows; unchanged ones are counted."""
        marked = [(number, cells, reading.mark_of(self.layout, cells)) for number, cells in batch]
        held = self._load([mark for _number, _cells, mark in marked if mark])
        made: list[ReturnedRow] = []
        new: list[Row] = []
        for number, cells, mark in marked:
            if mark is None:
                if self._defaced(cells):
                    made.append(
                        self._bad(
                            number,
                            _(
                                "Enishi番号が書き換えられているか、別のEnishiのものです。番号を消すと新しい行として読みます。"
                            ),
                        )
                    )
                else:
                    new.append((number, cells))
            elif (row := self._row(number, cells, mark, held)) is None:
                self.unchanged += 1
            else:
                made.append(row)
        self._check_unique(made)
        return made + self.fresh.rows(new)

    def _defaced(self, cells: readers.Row) -> bool:
        place = self.layout.mark
        return place < len(cells) and cells[place] not in (None, "")

    def _bad(self, number: int, text: str, **more: Any) -> ReturnedRow:
        return ReturnedRow(
            job=self.job,
            kind=Kind.BAD,
            number=number,
            bad=True,
            errors=[{"label": "", "raw": "", "text": text}],
            **more,
        )

    # --- what is there ------------------------------------------------------------------------------
    def _load(self, found: list[Mark]) -> "Held":
        held = Held(self.entity, self.by)
        by_sheet: dict[int, list[int]] = {}
        for mark in found:
            by_sheet.setdefault(mark.sheet, []).append(mark.record)
        for sheet, keys in by_sheet.items():
            if sheet == self.layout.sheet.pk:
                held.prints = reading.prints_of(sheet, keys)
        versions: dict[int, int] = {}
        for mark in found:
            versions[mark.record] = min(mark.version, versions.get(mark.record, mark.version))
        held.load(versions, {one.field.name for one in self.layout.columns} | {one.name for one in self.told})
        return held

    # --- a row --------------------------------------------------------------------------------------
    def _row(self, number: int, cells: readers.Row, mark: Mark, held: "Held") -> ReturnedRow | None:
        if mark.sheet != self.layout.sheet.pk:
            return self._bad(
                number, _("ほかの書き出しの行です。その書き出しのファイルを取り込んでください。")
            )
        again = mark.record in self.seen
        self.seen.add(mark.record)
        record = held.records.get(mark.record)
        moved = record is None and held.forwards.get(mark.record)
        if moved:
            record = held.records.get(moved)
        prints = held.prints.get(mark.record)
        if record is None:
            return self._lost(number, cells, mark, held, prints)
        since = {} if moved else held.since(mark)
        apart: set[str] = set()
        changes, errors = self._changes(
            cells, record, prints[1] if prints else b"", since, apart, moved=bool(moved)
        )
        if again:
            if changes or errors:
                self.repeated.add(mark.record)
                return self.fresh.copied(number, cells)
            return None
        row = ReturnedRow(
            job=self.job, number=number, record_id=record.pk, seen_version=record.version,
            title=self.entity.title(record)[:300], errors=errors, bad=bool(errors),
        )  # fmt: skip
        if changes and not permits(self.by, "change", self.entity, record):
            row.errors.append({"label": "", "raw": "", "text": _("この記録を変更する権利がありません。")})
            row.bad, changes = True, []
        here = self._here(record, since, apart)
        if moved:
            row.note = _("「%(title)s」に統合されています。") % {"title": row.title}
        return self._sorted(row, changes, here, moved=bool(moved))

    def _sorted(
        self, row: ReturnedRow, changes: list[Any], here: list[Any], *, moved: bool
    ) -> ReturnedRow | None:
        """Says of which kind a row is; None where it is as it was."""
        row.changes = changes + here
        if any(one["ask"] for one in changes):
            row.kind, row.chosen = Kind.ASK, any(not one["ask"] for one in changes)
        elif changes:
            row.kind, row.chosen = (Kind.BOTH if here else Kind.CHANGED), True
        elif moved:
            row.kind = Kind.LOST
        elif here:
            row.kind = Kind.HERE
        elif row.errors:
            row.kind = Kind.BAD
        else:
            return None
        return row

    def _changes(
        self,
        cells: readers.Row,
        record: Any,
        prints: bytes,
        since: dict[str, Since],
        apart: set[str],
        *,
        moved: bool,
    ) -> tuple[list[Any], list[Any]]:
        """Fields that the sheet changes, and cells that can't be read; into `apart` the fields that the sheet has a say in:
        what it changed, and what it holds as it stands here by now."""
        changes, errors = [], []
        for column in self.layout.columns:
            cell = cells[column.index] if column.index < len(cells) else None
            if column.place < 0 and (cell is None or cell == ""):
                continue  # a column that the export didn't have: what isn't filled in says nothing
            if (
                prints
                and column.place >= 0
                and reading.same(self.layout, prints, column.place, column.field, cell)
            ):
                continue
            try:
                change = self._change(column, cell, record, since.get(column.field.name), moved=moved)
                if change is not None or self._agrees(column, cell, record, since):
                    apart.add(column.field.name)
            except ValidationError as error:
                errors.append(
                    {
                        "label": column.heading,
                        "raw": readers.plain(cell)[:100],
                        "text": " ".join(error.messages),
                    }
                )
                continue
            if change is not None:
                changes.append(change)
        return changes, errors

    def _change(
        self, column: Column, cell: Any, record: Any, since: Since | None, *, moved: bool
    ) -> dict[str, Any] | None:
        """The change that a cell is, or None.

        Raises:
            ValidationError: it can't be read.
        """
        found = column.field
        now = found.get(record)
        was = found.from_json(since.first) if since else now
        if not moved and marks.mangled(self._exported(found, was, since), cell, from_text=self.from_text):
            return None
        if isinstance(cell, str) and "\ufffd" in cell:
            raise ValidationError(_("読めない文字があります。"))
        value = found.against(now, self.values.clean(found, cell))
        if value == now or (not moved and value == was):
            return None
        if (found.required or found.filled) and found.is_empty(value):
            raise ValidationError(_("%(label)sは空にできません。") % {"label": found.label})
        ask = moved or (since is not None and was != now)
        made = change(found, self.values.words(found, now), self.values.words(found, value))
        made |= {"value": found.to_json(value), "was": found.to_json(now), "ask": ask}
        if ask and since is not None:
            made |= {"sent": since.words or self.values.words(found, was), **_who(since.event)}
        return made

    def _agrees(self, column: Column, cell: Any, record: Any, since: dict[str, Since]) -> bool:
        """Whether a cell holds what stands here by now, because somebody changed it here too."""
        if column.field.name not in since:
            return False
        now = column.field.get(record)
        try:
            return bool(column.field.against(now, self.values.clean(column.field, cell)) == now)
        except ValidationError:  # what Excel made of it can't be read, and says nothing
            return False

    def _exported(self, found: FieldKind, value: Any, since: Since | None) -> Any:
        """What stood in the cell."""
        if found.linked or isinstance(found, Pointer):
            return (since.words if since else "") or self.values.words(found, value)
        record = SimpleNamespace(custom={})
        found.put(record, value)
        return found.export(record)

    def _here(self, record: Any, since: dict[str, Since], apart: set[str]) -> list[Any]:
        """Fields of the export that were changed here only."""
        made = []
        for found in self.told:
            held = since.get(found.name)
            if held is None or found.name in apart or found.to_json(found.get(record)) == held.first:
                continue
            was = held.words or self.values.words(found, found.from_json(held.first))
            one = change(found, was, self.values.words(found, found.get(record)))
            made.append({**one, "here": True, **_who(held.event)})
        return made

    def _lost(
        self, number: int, cells: readers.Row, mark: Mark, held: "Held", prints: tuple[int, bytes] | None
    ) -> ReturnedRow:
        """A row of a record that isn't there for this person any more."""
        deleted = held.deleted.get(mark.record)
        title = self.layout.columns and readers.plain(cells[self.layout.columns[0].index])[:300]
        note = _("もうありません（完全に削除されたか、見る権利がありません）。")
        if deleted is not None:
            title, note = (
                self.entity.title(deleted)[:300],
                _("ごみ箱にあります。戻してから、もう一度取り込んでください。"),
            )
        edited = prints is not None and any(
            one.place >= 0
            and not reading.same(
                self.layout,
                prints[1],
                one.place,
                one.field,
                cells[one.index] if one.index < len(cells) else None,
            )
            for one in self.layout.columns
        )
        if edited:
            note += _("シートでの変更は反映しません。")
        return ReturnedRow(
            job=self.job, kind=Kind.LOST, number=number, record_id=mark.record, title=title or "", note=note
        )

    def _check_unique(self, rows: list[ReturnedRow]) -> None:
        """Values that another record has and no two may have are taken out, and said."""
        for found in self.entity.fields.values():
            if not found.unique or found.linked:
                continue
            wanted: dict[Any, list[tuple[ReturnedRow, Any]]] = {}
            for row in rows:
                for one in row.changes:
                    if one["field"] == found.name and not one["here"] and not found.is_empty(one["value"]):
                        wanted.setdefault(found.from_json(one["value"]), []).append((row, one))
            if not wanted:
                continue
            others = self.entity.model._default_manager.filter(
                found.lookup("in")(list(wanted)), deleted_at=None
            )
            keys = [row.record_id for each in wanted.values() for row, _one in each]
            scopes = self._scopes(found, [*keys, *(other.pk for other in others)])
            for other in others:
                for row, one in wanted.get(found.get(other), ()):
                    if found.within and scopes.get(row.record_id) != scopes[other.pk]:
                        continue
                    if row.record_id != other.pk and row.kind != Kind.NEW:
                        row.changes.remove(one)
                        text = _("ほかの記録が使っています。")
                        row.errors.append({"label": one["label"], "raw": one["new"], "text": text})
                        row.bad = True
                        if not any(not each["here"] for each in row.changes):
                            row.kind, row.chosen = (Kind.HERE if row.changes else Kind.BAD), False

    def _scopes(self, found: FieldKind, keys: list[Any]) -> dict[Any, Any]:
        """By record what it has in the field within which its value must be the only one."""
        if not found.within:
            return {}
        rows = self.entity.model._default_manager.filter(pk__in=[key for key in keys if key])
        return dict(rows.values_list("pk", self.entity.field(found.within).column))


class Held:
    """What is there of a batch: records, their prints and histories, what they were merged into, what lies in the bin."""

    def __init__(self, entity: Entity, by: User) -> None:
        self.entity, self.by = entity, by
        self.prints: dict[int, tuple[int, bytes]] = {}
        self.records: dict[int, Any] = {}
        self.forwards: dict[int, int] = {}
        self.deleted: dict[int, Any] = {}
        self._events: dict[int, list[Event]] = {}

    def load(self, versions: dict[int, int], names: set[str]) -> None:
        """Looks all of them up in a handful of queries."""
        rows = visible(self.entity, self.by)
        self.records = rows.in_bulk(versions)
        lost = [key for key in versions if key not in self.records]
        if lost:
            self.forwards = forwarded(self.entity, lost)
            self.records |= rows.in_bulk(set(self.forwards.values()))
            self.deleted = in_bin(self.entity, self.by).in_bulk(lost)
        load_links(self.entity, list(self.records.values()), names)
        later = [
            key
            for key, version in versions.items()
            if key in self.records and self.records[key].version > version
        ]
        least = min((versions[key] for key in later), default=0)
        events = Event.objects.filter(entity=self.entity.name, record_id__in=later, version__gt=least)
        for event in events.order_by("version").select_related("actor"):
            self._events.setdefault(event.record_id, []).append(event)

    def since(self, mark: Mark) -> dict[str, Since]:
        """What changed of a record since the mark's version, by field."""
        made: dict[str, Since] = {}
        for event in self._events.get(mark.record, ()):
            if event.version is None or event.version <= mark.version:
                continue
            for name, (old, _new) in event.data.get("changes", {}).items():
                if name in made:
                    made[name].event = event
                else:
                    words = event.data.get("labels", {}).get(name)
                    made[name] = Since(old, words[0] if words else "", event)
        return made


def forwarded(entity: Entity, keys: Sequence[int]) -> dict[int, int]:
    """Where merged records live on, by their old keys; followed to the end."""
    found: dict[int, int] = dict.fromkeys(keys, 0)
    step = {key: key for key in keys}
    for _turn in range(20):
        rows = Forward.objects.filter(entity=entity.name, old_id__in=set(step.values()))
        onward = dict(rows.values_list("old_id", "new_id"))
        step = {key: onward[at] for key, at in step.items() if at in onward}
        if not step:
            break
        found |= step
    return {key: new for key, new in found.items() if new}


def change(found: FieldKind, old: str, new: str) -> dict[str, Any]:
    """A field of a row: `old` and `new` in words, for a sheet's change `value` and `was` (what stands here) as JSON; `ask` where
    both changed it, with `sent` (as it went out), who changed it here and when; `here` where only here something changed."""
    return {
        "field": found.name,
        "label": found.label,
        "old": old,
        "new": new,
        "ask": False,
        "here": False,
        "choice": "",
    }


def _who(event: Event) -> dict[str, Any]:
    return {"by": str(event.actor or _("自動")), "at": event.at.isoformat()}
