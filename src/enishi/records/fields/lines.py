"""Lines of a record (what an order is made of): the value is a list of rows of a child entity, edited on the parent.

A value is a tuple of lines, each a tuple of (field name, value), in their order. The child's rows are stored with the parent, in
its transaction; they have no history of their own there, the parent's tells of them. The child is an entity like all others: it
can be listed, filtered, exported and imported, and "orders with a line of this product" is a condition like any other.
"""

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.records import journal
from enishi.records.fields.base import FieldKind, Text
from enishi.records.fields.links import HELD
from enishi.records.fields.references import LARGEST, Reference
from enishi.records.rows import insert_rows, new, update_rows

if TYPE_CHECKING:
    from enishi.records.entity import Entity

Line = tuple[tuple[str, Any], ...]
Value = tuple[Line, ...]
MOST = 500
SHOWN = 8  # lines that are named in one cell or sentence


class Typed(tuple[Line, ...]):
    """Lines as somebody has typed them: their amounts were reckoned just now."""


class Lines(FieldKind):
    """The lines of a record.

    Args:
        child: the entity of the lines. Its `rights_through` is the reference to the record that they belong to.
    """

    kind = "lines"
    template = "components/input_lines.html"
    operators: ClassVar[tuple[str, ...]] = ("empty", "not_empty")
    linked = True  # the value lies in another table
    empty: Value = ()

    def __init__(self, name: str, label: Text = "", *, child: str, **options: Any) -> None:
        options.setdefault("importable", False)
        super().__init__(name, label, **options)
        self.to = child

    def bind(self, entity: "Entity") -> None:
        self.entity = entity

    @property
    def column(self) -> str:
        return "pk"

    @property
    def target(self) -> Any:
        """The lines' entity, whole: what they hold is the parent's."""
        from enishi.records.registry import whole_entities

        return whole_entities()[self.to]

    @property
    def fields(self) -> dict[str, FieldKind]:
        """What a line holds, by name."""
        child = self.target
        without = {child.rights_through, "position"}
        return {one.name: one for one in child.built_in if one.name not in without}

    @property
    def up(self) -> str:
        """The column of the lines that points to their record."""
        return f"{self.target.rights_through}_id"

    # --- rows -------------------------------------------------------------------------------------
    def load(self, records: Sequence[Any]) -> None:
        """Gives records their lines, in one query for all of them."""
        held: dict[int, list[Line]] = {record.pk: [] for record in records if record.pk is not None}
        fields = self.fields
        if held:
            rows = self.target.model._default_manager.filter(
                **{f"{self.up}__in": list(held)}, deleted_at=None
            )
            columns = [one.column for one in fields.values()]
            for up, *values in rows.order_by("position", "pk").values_list(self.up, *columns):
                held[up].append(self._line(fields, values))
        for record in records:
            record.__dict__.setdefault(HELD, {})[self.name] = tuple(held.get(record.pk, ()))

    @staticmethod
    def _line(fields: dict[str, FieldKind], values: Sequence[Any]) -> Line:
        return tuple(
            (name, one.from_json(one.to_json(value)))
            for (name, one), value in zip(fields.items(), values, strict=True)
        )

    def get(self, record: Any) -> Value:
        held = record.__dict__.get(HELD)
        if held is None or self.name not in held:
            self.load([record])
        return record.__dict__[HELD][self.name]  # type: ignore[no-any-return]

    def put_on(self, record: Any) -> Value:
        """What was put on a record that is just being made."""
        held = record.__dict__.get(HELD)
        return held.get(self.name, ()) if held else ()

    def put(self, record: Any, value: Any) -> None:
        record.__dict__.setdefault(HELD, {})[self.name] = value

    def values(self, records: Sequence[Any]) -> list[Any]:
        fresh = [record for record in records if self.name not in record.__dict__.get(HELD, ())]
        if fresh:
            self.load(fresh)
        return [self.get(record) for record in records]

    def store(self, record: Any, value: Value, by: Any) -> list[tuple[Any, dict[str, Any]]]:
        """Brings the rows of a record in line with its value. Rows that say the same stay the same rows. Returns the rows that went, changed
        and came, each with its changes, for the sums over them (`formulas.touched`)."""
        child, fields, now = self.target, self.fields, timezone.now()
        model = child.model
        rows = list(
            model._default_manager.filter(**{self.up: record.pk}, deleted_at=None).order_by("position", "pk")
        )
        said = {
            row.pk: self._line(fields, [getattr(row, one.column) for one in fields.values()]) for row in rows
        }
        placed, left = self._placed(rows, said, value)
        changed, fresh = [], []
        for place, line in enumerate(value):
            row: Any = placed[place]
            if row is None:
                row = new(
                    model,
                    **{self.up: record.pk, "created_at": now, "updated_at": now, "created_by_id": by.pk},
                )
                row.owner_id = record.owner_id
                fresh.append(row)
            elif said[row.pk] != line or row.position != place:
                row.version += 1
                changed.append(row)
            for name, held in line:
                row.__dict__[fields[name].column] = held
            row.position, row.updated_at, row.updated_by_id = place, now, by.pk
        if left:
            journal.delete_rows(model._default_manager.filter(pk__in=[row.pk for row in left]))
        update_rows(model, changed)
        insert_rows(model, fresh)
        moved: list[tuple[Any, dict[str, Any]]] = [(row, {"deleted_at": (None, now)}) for row in left]
        for row in changed:
            old = dict(said[row.pk])
            now_said = dict(self._line(fields, [getattr(row, one.column) for one in fields.values()]))
            changes = {
                name: (old.get(name), held) for name, held in now_said.items() if old.get(name) != held
            }
            if changes:  # else it only stands elsewhere
                moved.append((row, changes))
        return [*moved, *((row, {}) for row in fresh)]

    def _placed(
        self, rows: Sequence[Any], said: dict[int, Line], value: Value
    ) -> tuple[list[Any], list[Any]]:
        """The row that each line of a value is stored in (None: a new one), and the rows that go. Rows that say the same come first, then
        those that are the same thing (`LineEntity.line_same`), then whatever is left in its order."""
        left, placed = list(rows), [None] * len(value)
        names = set(self.target.line_same)

        def kept(line: Line) -> Line:
            return tuple(one for one in line if one[0] in names)

        for place, line in enumerate(value):
            placed[place] = same = next((row for row in left if said[row.pk] == line), None)
            if same is not None:
                left.remove(same)
        for place, line in enumerate(value if names else ()):
            if placed[place] is None:
                wanted = kept(line)
                placed[place] = same = next((row for row in left if kept(said[row.pk]) == wanted), None)
                if same is not None:
                    left.remove(same)
        for place, row in enumerate(placed):
            if row is None and left:
                placed[place] = left.pop(0)
        return placed, left

    def paired(self, key: int, value: Value) -> tuple[list[tuple[Any, Line]], list[Any]]:
        """Of the stored rows of a record those that a value changes or keeps, each with its line, and those that it takes away."""
        fields = self.fields
        rows = list(
            self.target.model._default_manager.filter(**{self.up: key}, deleted_at=None).order_by(
                "position", "pk"
            )
        )
        said = {
            row.pk: self._line(fields, [getattr(row, one.column) for one in fields.values()]) for row in rows
        }
        placed, left = self._placed(rows, said, value)
        return [(row, line) for row, line in zip(placed, value, strict=True) if row is not None], left

    def follow(self, deleted: dict[Any, list[int]], by: Any, moment: Any) -> None:
        """Lines go into the bin with their record and come back with it. `deleted`: keys of records by when they had gone
        (None: they go now, at `moment`)."""
        from enishi.records import formulas

        model = self.target.model
        for before, keys in deleted.items():
            rows = model._default_manager.filter(**{f"{self.up}__in": keys}, deleted_at=before)
            told = list(rows) if formulas.rollups(self.target) else []
            rows.update(deleted_at=moment, deleted_by_id=by.pk if moment else None)
            formulas.touched(self.target, told, [{"deleted_at": (before, moment)} for _row in told])

    # --- in ---------------------------------------------------------------------------------------
    def clean(self, raw: Any) -> Any:
        """A list of objects by field name, or the same as JSON text (a form's). Lines without anything in them are left out."""
        if raw is None or raw == "":
            return ()
        if isinstance(raw, tuple):  # a value: of history, or copied from another document
            return raw
        if isinstance(raw, str):
            try:
                raw = json.loads(raw)
            except ValueError:
                raise self._malformed() from None
        if not isinstance(raw, list):
            raise self._malformed()
        if len(raw) > MOST:
            raise ValidationError(_("%(label)sは%(most)d行までです。") % {"label": self.label, "most": MOST})
        made, errors = [], []
        for number, one in enumerate(raw, 1):
            try:
                if line := self._cleaned(one):
                    made.append(line)
            except ValidationError as error:
                errors += [
                    _("%(number)d行目: %(text)s") % {"number": number, "text": text}
                    for text in error.messages
                ]
        if errors:
            raise ValidationError(errors[:10])
        return Typed(made)

    def against(self, held: Any, value: Any) -> Any:
        """Lines that were not touched stay as they are: an amount of an older ledger isn't reckoned anew."""
        if not isinstance(value, Typed):
            return value
        written = {name for name, one in self.fields.items() if one.editable}

        def said(line: Line) -> Line:
            return tuple(one for one in line if one[0] in written)

        rest: dict[Line, list[Line]] = {}
        for line in reversed(held):  # of several that say the same the first is taken first
            rest.setdefault(said(line), []).append(line)
        return Typed(same.pop() if (same := rest.get(said(line))) else line for line in value)

    def _malformed(self) -> ValidationError:
        return ValidationError(_("%(label)sの値の形式が正しくありません。") % {"label": self.label})

    def _cleaned(self, raw: Any) -> Line | None:
        if not isinstance(raw, dict):
            raise self._malformed()
        child, fields = self.target, self.fields
        errors: list[str] = []
        values: dict[str, Any] = {}
        for name, held in raw.items():
            if name not in fields:
                errors.append(_("「%(name)s」という項目はありません。") % {"name": str(name)[:40]})
            elif fields[name].editable:
                try:
                    value = fields[name].clean(held)
                except ValidationError as error:
                    errors += error.messages
                else:
                    if not fields[name].is_empty(value):
                        values[name] = value
        if errors:
            raise ValidationError(errors)
        if not set(values) - set(child.line_defaults):
            return None
        record = new(child.model)
        for name, one in fields.items():
            one.put(
                record,
                values[name] if name in values else one.beginning() if one.default else one.empty_value(),
            )
            if one.required and one.is_empty(one.get(record)):
                errors.append(_("%(label)sを入力してください。") % {"label": one.label})
        if not errors:
            child.prepare(record, set(values))
            errors = [text for texts in child.check(record, set(values)).values() for text in texts]
        if errors:
            raise ValidationError(errors)
        return tuple((name, one.get(record)) for name, one in fields.items())

    def pointed(self, value: Value) -> dict[str, set[int]]:
        """Keys of other records in a value, by field."""
        names = {one.name for one in self.target.references if one.name in self.fields}
        found: dict[str, set[int]] = {}
        for line in value:
            for name, held in line:
                if name in names and held:
                    found.setdefault(name, set()).add(held)
        return found

    @staticmethod
    def without(value: Value, keys: dict[str, set[int]]) -> Value:
        """A value that points to none of these records (keys by field)."""
        return tuple(
            tuple((name, None if held in keys.get(name, ()) else held) for name, held in line)
            for line in value
        )

    def is_empty(self, value: Any) -> bool:
        return not value

    def to_json(self, value: Any) -> Any:
        fields = self.fields
        return [{name: fields[name].to_json(held) for name, held in line if name in fields} for line in value]

    def from_json(self, value: Any) -> Value:
        fields = self.fields
        return tuple(
            tuple((name, one.from_json(line.get(name))) for name, one in fields.items())
            for line in value or ()
        )

    def empty_value(self) -> Any:
        return ()

    def schema(self) -> dict[str, Any]:
        named = {name: one.schema() for name, one in self.fields.items()}
        return {
            "type": "array", "maxItems": MOST,
            "items": {"type": "object", "properties": named, "additionalProperties": False},
        }  # fmt: skip

    # --- out --------------------------------------------------------------------------------------
    def labels_for(self, values: set[Any]) -> dict[Any, str]:
        return {value: self.text(value) for value in values}

    def text(self, value: Any) -> str:
        child = self.target
        said = [child.line_words(dict(line)) for line in value[:SHOWN]]
        more = len(value) - SHOWN
        return "、".join(said) + (_("、ほか%(n)d行") % {"n": more} if more > 0 else "")

    def value_text(self, record: Any) -> str:
        return self.text(self.get(record))

    def input_text(self, value: Any) -> str:
        return json.dumps(self.to_json(value), ensure_ascii=False) if value else ""

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]

    def cells(self, records: Sequence[Any]) -> list[str]:
        return [escape(self.text(value)) for value in self.values(records)]

    def exported(self, keys: Sequence[int]) -> list[str]:
        """Texts for the rows of these keys, in one query."""
        from types import SimpleNamespace

        return [self.text(value) for value in self.values([SimpleNamespace(pk=key) for key in keys])]

    def editor(self, text: str, record: Any = None) -> dict[str, str]:
        """What the editor of lines (`frontend/elements/line-grid.ts`) knows, as JSON: its columns in order, names behind keys, what the
        child adds."""
        child, found = self.target, self.fields
        columns = [
            {
                "name": name, "label": found[name].label, "kind": found[name].kind, "fixed": not found[name].editable, "must": found[name].required,
                "options": [
                    {"value": each.value, "label": str(each.label)} for each in getattr(found[name], "options", ())
                ],
                "url": self._pick(found[name]),
            }
            for name in child.columns_of(record)
        ]  # fmt: skip
        words = {
            "add": _("行を足す"), "up": _("上へ"), "down": _("下へ"), "remove": _("この行を消す"), "drag": _("並べ替え"), "none": _("見つかりません"),
            "row": _("行目"), "net": _("税抜"), "tax": _("消費税"), "total": _("合計"), "sum": _("明細の合計"),
        }  # fmt: skip
        known = {
            "columns": columns, "labels": self._names(text), "words": words,
            "new": {name: found[name].beginning() for name in child.line_defaults if found[name].default},
            **child.line_extras(record),
        }  # fmt: skip
        return {"grid": json.dumps(known, ensure_ascii=False, default=str)}

    @staticmethod
    def _pick(found: FieldKind) -> str:
        return f"/{found.target.slug}/pick/" if isinstance(found, Reference) else ""

    def _names(self, text: str) -> dict[str, dict[int, str]]:
        """Names behind the keys in an input's text, by field."""
        try:
            held = json.loads(text) if text else []
        except (ValueError, RecursionError):
            held = []
        rows = [each for each in held if isinstance(each, dict)] if isinstance(held, list) else []
        made: dict[str, dict[int, str]] = {}
        for name in self.target.line_columns:
            one = self.fields[name]
            if one.kind == "reference":
                keys = [each.get(name) for each in rows]
                made[name] = one.labels_for(
                    {key for key in keys if isinstance(key, int) and 0 < key <= LARGEST}
                )
        return made

    def context(self) -> dict[str, Any]:
        return {"target": self.target}

    def empty_q(self) -> Any:
        from django.db.models import Exists, OuterRef, Q

        rows = self.target.model._default_manager.filter(**{self.up: OuterRef("pk")}, deleted_at=None)
        return ~Q(Exists(rows))


def lines_of(entity: "Entity", names: Iterable[str]) -> list[Lines]:
    """Of these fields those that are lines."""
    return [one for name in names if isinstance(one := entity.fields.get(name), Lines)]
