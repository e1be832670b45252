"""Rows without a mark: records that somebody added in the sheet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange import readers
from enishi.exchange.models import ImportJob, ReturnedRow
from enishi.exchange.roundtrip.reading import Layout
from enishi.records import bulk
from enishi.records.entity import Entity
from enishi.records.visible import allowed, visible

if TYPE_CHECKING:
    from enishi.exchange.roundtrip.comparing import Values

Kind = ReturnedRow.Kind


class Fresh:
    """Reads new rows of one sheet; nothing is stored."""

    def __init__(self, job: ImportJob, layout: Layout, entity: Entity, by: User, values: "Values") -> None:
        self.job, self.layout, self.entity, self.by, self.values = job, layout, entity, by, values
        self.may_create = allowed(by, entity).create
        self._held: dict[int, dict[str, Any]] = {}  # cleaned values of the rows of this batch, by number

    def rows(self, batch: Sequence[tuple[int, readers.Row]]) -> list[ReturnedRow]:
        """What the rows would become; where a record with the same key is there, it is said and nothing is ticked."""
        self._held.clear()
        made = [self._row(number, cells) for number, cells in batch]
        good = [row for row in made if row.kind == Kind.NEW]
        if good:
            self._warn(good)
        return made

    def copied(self, number: int, cells: readers.Row) -> ReturnedRow:
        """A row that somebody copied together with its mark, and then changed."""
        row = self._row(number, cells)
        row.chosen = False
        row.note = _("ほかの行と同じEnishi番号です（行の写し）。新しい記録にするときだけ選んでください。")
        return row

    def _row(self, number: int, cells: readers.Row) -> ReturnedRow:
        row = ReturnedRow(job=self.job, kind=Kind.NEW, number=number, chosen=True)
        values: dict[str, Any] = {}
        for column in self.layout.columns:
            cell = cells[column.index] if column.index < len(cells) else None
            if cell is None or cell == "":
                continue
            found = column.field
            try:
                value = (
                    found.against((), self.values.clean(found, cell))
                    if found.linked
                    else self.values.clean(found, cell)
                )
            except ValidationError as error:
                self._blame(row, column.heading, readers.plain(cell), " ".join(error.messages))
                continue
            values[found.name] = value
            told = {
                "field": found.name,
                "label": found.label,
                "old": "",
                "new": self.values.words(found, value),
            }
            row.changes.append(
                {**told, "value": found.to_json(value), "ask": False, "here": False, "choice": ""}
            )
        self._judge(row, values)
        self._held[number] = values
        return row

    def _judge(self, row: ReturnedRow, values: dict[str, Any]) -> None:
        """Says what is missing; a row that can't become a record is bad, one with a cell that can't be read comes in without it."""
        title = self.entity.field(self.entity.title_field)
        row.title = str(values.get(self.entity.title_field) or "")[:300]
        missing = [
            one.label
            for one in self.entity.fields.values()
            if (one.required or one is title) and one.editable and one.name not in values and one.beginning() is None
            and not (one is title and any(values.get(part) for part in ("family_name", "given_name")))
        ]  # fmt: skip
        for label in missing:
            self._blame(row, str(label), "", _("新しい行には%(label)sが要ります。") % {"label": label})
        if not self.may_create:
            self._blame(row, "", "", _("新しく登録する権利がありません。"))
        if missing or not self.may_create or not values:
            row.kind, row.chosen = Kind.BAD, False

    @staticmethod
    def _blame(row: ReturnedRow, label: str, raw: str, text: str) -> None:
        row.errors.append({"label": label, "raw": raw[:100], "text": text})
        row.bad = True

    def _warn(self, rows: list[ReturnedRow]) -> None:
        """Names the records that have the same key."""
        drafter = bulk.Drafter(self.entity, self.by)
        wanted: dict[tuple[str, Any], list[ReturnedRow]] = {}
        for row in rows:
            values = self._held[row.number]
            draft = drafter.draft({k: v for k, v in values.items() if not self.entity.field(k).linked})
            for name, texts in draft.errors.items():
                self._blame(row, self._label(name), "", " ".join(texts))
                row.chosen = False
            for name in self.entity.imports.keys:
                key = (
                    "match_key"
                    if name == self.entity.title_field and hasattr(draft.record, "match_key")
                    else name
                )
                value = draft.record.match_key if key == "match_key" else values.get(name)
                if value:
                    wanted.setdefault((key, value), []).append(row)
        seen = visible(self.entity, self.by)
        for key in dict.fromkeys(key for key, _value in wanted):
            asked = [value for name, value in wanted if name == key]
            found = None if key == "match_key" else self.entity.field(key)
            same = (
                seen.filter(match_key__in=asked) if found is None else seen.filter(found.lookup("in")(asked))
            )
            for record in same[:2000]:
                value = record.match_key if found is None else found.get(record)
                for row in wanted.get((key, value), ()):
                    label = self._label(self.entity.title_field if found is None else key)
                    row.chosen = False
                    row.note = _("%(label)sが同じ「%(title)s」がすでにあります。") % {
                        "label": label, "title": self.entity.title(record)[:100],
                    }  # fmt: skip

    def _label(self, name: str) -> str:
        return str(self.entity.fields[name].label) if name in self.entity.fields else ""
