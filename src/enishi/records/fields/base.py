"""The field kinds' base class: one class per kind knows everything about it.

What a person or a file gives (`raw`) becomes a value through `clean`; a value becomes JSON for history and API
through `to_json`, text for people and files through `text`, and a list cell through `cell`. Conditions ask the
kind for its operators and for the database expression. Nothing else in the program asks `if kind ==`.
"""

import copy
from collections.abc import Callable, Iterable, Sequence
from html import escape
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import IsNull
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from enishi.japanese.text import clean as clean_text
from enishi.japanese.tidy.proposals import Proposal, Wishes

if TYPE_CHECKING:
    from enishi.records.entity import Entity

Text = str | Promise


class FieldKind:
    """One field of an entity.

    Args:
        name: attribute of the model, or the key of an own field.
        label: the word on the screen; taken from the model's verbose name where it is not given.
        required: whether a record can do without it.
        unique: whether two living records may not share a value (exact, after cleaning).
        within: the field that must be the same too for two such values to be in each other's way (a number that each channel gives).
        help: a sentence below the input.
        aliases: words that head this column in other people's sheets, beside the label.
        listed: may be a list column; sortable: has an index that serves sorting; editable: may be written by hand.
        show: name of the column group ("more" hides it in a folded section of forms).
        tells: what it tells of, as (entity, field), field "" for which records there are (see `follows`).
    """

    kind: ClassVar[str] = ""
    template: ClassVar[str] = "components/input_text.html"
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "in", "not_in", "empty", "not_empty")
    right_aligned: ClassVar[bool] = False
    empty: Any = ""
    nullable: ClassVar[bool] = False
    custom: bool = False
    joins: ClassVar[bool] = False  # the values of several records become one that holds them all
    filled: bool = False  # its column holds always something, whether it is asked for or not
    moving: ClassVar[bool] = False  # what it holds changes with the clock
    computed: ClassVar[bool] = False  # follows from others: nobody writes it, no history tells of it
    wanted: bool = False  # the owner counts how many records have it
    required_from: str = ""  # the column of the board from which on it must be there
    required_if_asked: bool = False
    may_lack: bool = False  # a step on the board that asks for it is stored without it too
    visible_if: tuple[str, tuple[str, ...]] | None = None  # asked only where that field says one of these
    hidden: bool = False  # the owner of the company doesn't want to see it
    linked: ClassVar[bool] = False  # the value lies in the links table
    lists: ClassVar[str] = ""  # the entity whose records' keys the value lists, where that is no connection
    stored_as: ClassVar[str] = "text"  # what an own field's JSON holds: text, integer, real
    beside: ClassVar[tuple[str, ...]] = ()  # further columns that a cell needs
    whole: ClassVar[bool] = False  # a list's cell is a sentence that isn't cut off
    # What the designer of fields shows: empty where nobody can add such a field. Options beside those of all fields.
    design_label: ClassVar[Text] = ""
    design_icon: ClassVar[str] = "type"
    design_options: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        name: str,
        label: Text = "",
        *,
        required: bool = False,
        unique: bool = False,
        within: str = "",
        help: Text = "",  # noqa: A002
        aliases: Iterable[str] = (),
        listed: bool = True,
        sortable: bool = False,
        editable: bool = True,
        importable: bool | None = None,
        default: Any = None,
        width: str = "",
        tells: Iterable[tuple[str, str]] = (),
        visible_if: tuple[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.name = name
        self._label = label
        self.required = required
        self.unique = unique
        self.within = within
        self.help = help
        self.aliases = tuple(aliases)
        self.listed = listed
        self.sortable = sortable
        self.editable = editable
        self.fixed = False  # the role of who is served only reads it (`limits`)
        self.importable = editable if importable is None else importable
        self.default = default
        self.width = width
        self.tells = tuple(tells)
        self.visible_if = visible_if
        self.entity: Entity | None = None

    def copy(self) -> "FieldKind":
        """The same field for another instance of the entity."""
        made = copy.copy(self)
        if "_kept" in made.__dict__:  # words found for the other's labels
            made.__dict__["_kept"] = {}
        return made

    def called(self, label: str) -> "FieldKind":
        """The same field under another word."""
        made = self.copy()
        made._label = label
        return made

    @classmethod
    def designed(cls, key: str, label: str, options: dict[str, Any]) -> "FieldKind":
        """A field that the owner added, from its row's options; a kind takes out what it knows and passes the rest on."""
        known = ("required", "unique", "sortable", "help", "default")
        made = cls(key, label, **{name: options[name] for name in known if options.get(name)})
        made.custom = not cls.linked
        return made

    def bind(self, entity: "Entity") -> None:
        """Called once by the entity that owns the field."""
        self.entity = entity
        if self.custom:
            return
        field: Any = entity.model._meta.get_field(self.name)
        self._label = self._label or field.verbose_name
        self.filled = self.nullable and not field.null

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def label(self) -> str:
        """The word on the screen, in the active language."""
        return str(self._label)

    def rivals(self, record: Any, value: Any) -> QuerySet[Any]:
        """The other living records that have this value, where no two may."""
        assert self.entity is not None
        rows: QuerySet[Any] = self.entity.model._default_manager.filter(self.lookup()(value), deleted_at=None)
        if self.within:
            beside = self.entity.field(self.within)
            rows = rows.filter(**{beside.column: beside.get(record)})
        return rows.exclude(pk=record.pk)

    def follows(self) -> Iterable[tuple[str, str]]:
        """What the value is made of beyond the record's own entries, as (entity, field); the field "" stands for all records of the
        entity. Who doesn't see all of it doesn't have the field (see `limits`)."""
        return self.tells

    # --- in ---------------------------------------------------------------------------------------
    def clean(self, raw: Any) -> Any:
        """What a person, a file or a caller gave, as a value.

        Raises:
            ValidationError: with a message for the person who typed it.
        """
        raise NotImplementedError(self.kind)

    def check_type(self, raw: Any, *kinds: type) -> None:
        """Refuses structures (a dict where a string belongs), and yes or no as a text or a number, with a readable message."""
        if not isinstance(raw, kinds) or (isinstance(raw, bool) and bool not in kinds):
            raise ValidationError(_("%(label)sの値の形式が正しくありません。") % {"label": self.label})

    def is_empty(self, value: Any) -> bool:
        """Whether the value counts as "nothing entered"."""
        return value is None or value == "" or value == []

    def tidy(self, value: Any, wishes: Wishes) -> list[Proposal]:
        """What a stored value might be written like instead; kinds with a form of their own override it."""
        return []

    @property
    def tidied(self) -> bool:
        """Whether the kind ever proposes anything, and a person could agree to it."""
        return type(self).tidy is not FieldKind.tidy and self.editable and not self.hidden

    def schema(self) -> dict[str, Any]:
        """What `to_json` gives, as JSON Schema."""
        return {"type": "string"}

    # --- store ------------------------------------------------------------------------------------
    @property
    def column(self) -> str:
        """The model attribute that holds the stored value (`account_id` for a reference)."""
        return self.name

    def get(self, record: Any) -> Any:
        """The stored value of a record."""
        if self.custom:
            return self.from_json(record.custom.get(self.name))
        return getattr(record, self.column)

    def put(self, record: Any, value: Any) -> None:
        """Puts the value on the record (which is not saved)."""
        if self.custom:
            if self.is_empty(value):
                record.custom.pop(self.name, None)
            else:
                record.custom[self.name] = self.to_json(value)
        else:
            setattr(record, self.column, value)

    def beginning(self) -> Any:
        """What a new record begins with; None where nothing is set."""
        default = self.default() if callable(self.default) else self.default
        return self.clean(default) if isinstance(default, str) and default else default

    def against(self, held: Any, value: Any) -> Any:
        """A cleaned value as it shall be stored where `held` stands now (an edit of a list becomes the list)."""
        return value

    def to_json(self, value: Any) -> Any:
        """The value for history and API."""
        return value

    def from_json(self, value: Any) -> Any:
        """The value from history."""
        return self.empty_value() if value is None else value

    def empty_value(self) -> Any:
        """What stands for nothing."""
        return None if self.nullable else self.empty

    # --- together ---------------------------------------------------------------------------------
    def combine(self, values: Sequence[Any]) -> Any:
        """What the values of several records become as one, where nobody chooses; the best record's comes first."""
        return next((value for value in values if not self.is_empty(value)), self.empty_value())

    def naming(self, name: str, keys: Sequence[int]) -> Q | None:
        """The records whose value points to any of these records of an entity; None: none ever does."""
        return None

    def led(self, value: Any, name: str, keys: Iterable[int], to: int) -> Any:
        """The value with another record in the place of these."""
        return value

    def in_step(self, record: Any) -> Any:
        """What the dialog of a step on the board begins with; `record` is None where it is for many."""
        return self.get(record) if record is not None else self.empty_value()

    # --- out --------------------------------------------------------------------------------------
    def text(self, value: Any) -> str:
        """The value for people: lists, cards, exports, history."""
        return "" if self.is_empty(value) else str(value)

    def value_text(self, record: Any) -> str:
        """`text` of a record's value; references override it to use what is already loaded."""
        return self.text(self.get(record))

    def input_text(self, value: Any) -> str:
        """The value as it stands in an input."""
        return self.text(value)

    def cell(self, record: Any) -> str:
        """The list cell's inner HTML, escaped."""
        return escape(self.value_text(record))

    def cells(self, records: Sequence[Any]) -> list[str]:
        """`cell` of many records; kinds override it to do once what is the same for all."""
        return [self.cell(record) for record in records]

    def values(self, records: Sequence[Any]) -> list[Any]:
        """`get` of many records."""
        return (
            [self.get(record) for record in records]
            if self.custom
            else list(map(attrgetter(self.column), records))
        )

    def export(self, record: Any) -> Any:
        """The value for a spreadsheet cell: text, number, date."""
        return self.value_text(record)

    def labels_for(self, values: set[Any]) -> dict[Any, str]:
        """Names for stored values that are not readable by themselves (references, users), in one query."""
        return {}

    def context(self) -> dict[str, Any]:
        """What the input template needs beyond the value."""
        return {}

    # --- ask --------------------------------------------------------------------------------------
    def leaf_q(self, op: str, value: Any, user: Any) -> Q | None:
        """The condition of an operator that only this kind knows; None leaves it to the common ones."""
        return None

    def leaf_holds(self, op: str, held: Any, value: Any) -> bool | None:
        """`leaf_q` of one value in hand."""
        return None

    def expression(self) -> "str | Combinable":
        """The database expression of the value, for filter, sort and index alike."""
        if self.custom:
            from enishi.records.fields.own import OwnValue

            return OwnValue(self.name, stored_as=self.stored_as)
        return F(self.column)

    def lookup(self, suffix: str = "exact") -> Callable[[Any], Q]:
        """A maker of Q objects on this field: `lookup("gte")(5)`. Two-valued: an empty value never matches."""
        if not self.custom:
            return lambda value: Q(**{f"{self.column}__{suffix}": value})
        expression: Any = self.expression()
        made = expression.output_field.get_lookup(suffix)
        if suffix == "isnull":
            return lambda value: Q(made(expression, value))
        return lambda value: Q(made(expression, value)) & Q(IsNull(expression, False))

    def empty_q(self) -> Q:
        """Nothing entered."""
        if self.custom or self.nullable:
            return self.lookup("isnull")(True)
        return self.lookup()(self.empty)

    def operand(self, value: Any) -> Any:
        """A condition's JSON operand as a value to compare with.

        Raises:
            ValidationError: it is not of this kind.
        """
        return self.clean(value)


def cleaned_text(raw: Any, found: FieldKind, longest: int) -> str:
    """Text that is safe to store; refuses what is too long rather than cutting it."""
    text = clean_text(str(raw)).strip()
    if len(text) > longest:
        raise ValidationError(
            _("%(label)sは%(longest)d文字までです（今は%(length)d文字）。短くしてください。")
            % {"label": found.label, "longest": longest, "length": len(text)}
        )
    return text
