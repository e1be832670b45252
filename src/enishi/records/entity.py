"""What an entity is: a kind of record, described once.

List, card, board, filters, search, import, export, history and rights read this description; none of them
knows an entity by name. A built-in entity is a Django model (a `records.models.Record`) plus a subclass of
`Entity` in its feature's `entity.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from enishi.japanese.tidy.proposals import Spanning, Wishes
from enishi.records.fields.automatic import AutoNumber
from enishi.records.fields.base import FieldKind
from enishi.records.fields.choices import Tags
from enishi.records.fields.dates import Moment
from enishi.records.fields.formulas import Formula
from enishi.records.fields.lines import Lines
from enishi.records.fields.links import Linked
from enishi.records.fields.references import Person, Reference
from enishi.records.models import Record

Text = str | Promise


@dataclass(frozen=True)
class Section:
    """A sheet of fields on the card and in forms; `folded` starts closed in forms."""

    label: Text
    fields: tuple[str, ...]
    folded: bool = False


@dataclass(frozen=True)
class Connection:
    """Records that point here, shown on the card: entity, its reference field, and how it is called here."""

    entity: str
    field: str
    label: Text
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """How records stand on a board: the reference or choice field whose values are the columns."""

    field: str
    amount: str = ""
    group: str = ""  # a reference that chooses between sets of columns (the pipeline)
    whom: tuple[str, ...] = ()  # references of which the first that is filled stands below a card's name


@dataclass(frozen=True)
class Ask:
    """What a step to one column of the board asks for, in one dialog, before it is stored (why a deal was lost).

    Args:
        fields: what the dialog shows, with what the record holds already.
        must: of these what the step isn't stored without, unless the owner of the company lets it be (`FieldKind.may_lack`).
        alone: what is asked only of one record: many at once share no amount.
        open: choices that also take a word of their own in the dialog.
        glad: the step is good news.
    """

    name: Text
    fields: tuple[str, ...]
    must: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    glad: bool = False


@dataclass(frozen=True)
class Preset:
    """A view that every user finds above the list. Those of a `group` stand together on a page of their own, with a place in the menu
    (`PresetGroup`), and not among the others."""

    key: str
    label: Text
    condition: dict[str, Any]
    sort: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class PresetGroup:
    """Presets that are a page of their own (see `Preset.group`): its name, icon, what it says while it has nothing to show, and what a row offers
    to record in one tap (kinds of the quick record: call, visit, task…). Groups of the same key at several entities are one page: it stands
    in the menu once and leads from each to the others."""

    key: str
    label: Text
    icon: str
    hint: Text = ""
    offers: tuple[tuple[str, Text, str], ...] = ()  # kind, words, icon


@dataclass(frozen=True)
class ImportHint:
    """How import knows the entity: columns that identify one record, best first; or fields that only together tell one (what it is about first,
    its time last), where a file is brought in again."""

    keys: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    within: str = ""  # a reference within which the first key tells one (a number that each channel gives)
    note: str = "note"  # the field that keeps what has no field of its own
    # Entities that a row of such a sheet makes beside it (an order's lines, its customer), likeliest first: their words mean something
    # only in a sheet that is about it.
    beside: tuple[str, ...] = ()
    beside_values: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # what those that it makes begin with: who bought is a customer
    column_words: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Entity:
    """Base of all entities. Class attributes are the description; methods are what may differ.

    What the owner of the company adds or changes (`records.design.loading`) stands on the instance; a changed design
    makes new instances, so that whoever holds one sees it whole.
    """

    drawn: ClassVar[bool] = False  # by the owner of the company, in the browser
    about_people: bool = False  # its records are persons, with all that the law asks for
    same_person: tuple[str, ...] = ()  # references to another record of the very same person
    position: int = 0  # its place in the menu, where the owner chose one

    name: str
    slug: str
    code: int  # 1–4095, never reused: part of search keys
    model: type[Record]
    label: Text
    icon: str = "file"
    hint: Text = ""  # what goes here, for the empty list
    title_field: str = "name"
    title_beside: ClassVar[tuple[str, ...]] = ()  # what else its records are called by: no role hides it
    subtitle_field: ClassVar[str] = ""  # kana above the title
    status_field: str = ""  # the choice shown beside the name
    columns: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    connections: ClassVar[tuple[Connection, ...]] = ()
    quick_fields: tuple[str, ...] = ()  # what the first form asks; the rest is folded
    search_fields: tuple[str, ...] = ()
    default_sort: ClassVar[str] = "-updated_at"
    presets: tuple[Preset, ...] = ()
    preset_groups: ClassVar[tuple[PresetGroup, ...]] = ()
    running: ClassVar[
        dict[str, Any]
    ] = {}  # which of its records aren't over yet, as a condition; without it all are running
    # States (values of `status_field`) in which a record counts for nothing: lists show it, their sums leave it out.
    uncounted: ClassVar[tuple[str, ...]] = ()
    opening_preset: str = ""  # the preset that the navigation leads to
    board: Board | None = None
    # What a step on the board asks for: by the choice's value, or by the outcome of the stage.
    asks: ClassVar[dict[str, Ask]] = {}
    # What else can be done with ticked rows: address (which gets their ids by POST) and words.
    bulk_actions: ClassVar[tuple[tuple[str, Text], ...]] = ()
    # Fields whose values belong together (an address): a merge takes them from one record.
    together: ClassVar[tuple[tuple[str, ...], ...]] = ()
    imports: ImportHint = ImportHint()
    call_field: str = ""
    mail_field: str = ""
    is_line: ClassVar[bool] = False  # its records belong to another and are edited there
    in_navigation: bool = True
    # Fields that a change of many records at once doesn't offer: they follow from others, or mean something of one alone.
    not_in_bulk: ClassVar[frozenset[str]] = frozenset()
    in_search: ClassVar[bool] = True
    has_timeline: ClassVar[bool] = True
    admin_only: ClassVar[bool] = False  # settings such as pipelines: only admins write
    rights_through: ClassVar[str] = (
        ""  # the reference whose record's rights are this one's (an affiliation's contact)
    )
    rights_of: ClassVar[str] = ""  # and its entity
    owned_by_workers: ClassVar[bool] = (
        True  # whether an owner is one who may work on it (a goal is of somebody else's work)
    )
    parent_fields: ClassVar[tuple[str, ...]] = ()  # further fields that `parents` depends on
    clonable: ClassVar[bool] = True  # whether a record may be the pattern of a new one
    uncloned: ClassVar[tuple[str, ...]] = ()  # what such a copy begins without: how it went, not what it is
    untidied: ClassVar[tuple[str, ...]] = ()  # fields that follow from others: those are tidied
    built_in: tuple[FieldKind, ...] = ()

    def __init__(self) -> None:
        self.built_in = tuple(one.copy() for one in type(self).built_in)
        self.own: list[FieldKind] = []  # fields and connections that the owner of the company added
        self.retired: dict[str, FieldKind] = {}  # those he no longer wants; history still knows them
        self.calendar_field = ""
        self.whole: Entity = self  # itself without anybody's limits (see `limits`)
        for one in (*self.built_in, *self.common):
            one.bind(self)

    @cached_property
    def common(self) -> list[FieldKind]:
        """Fields that every record has and no entity needs to declare."""
        taken = {one.name for one in self.built_in}
        made: list[FieldKind] = [
            Person("owner"),
            Tags("tags"),
            Moment("created_at", editable=False, sortable=True),
            Moment("updated_at", editable=False, sortable=True),
            Person("created_by", editable=False),
            Person("updated_by", editable=False),
        ]
        return [one for one in made if one.name not in taken]

    @cached_property
    def fields(self) -> dict[str, FieldKind]:
        """Every field by name: declared, common, own."""
        return {one.name: one for one in (*self.built_in, *self.common, *self.own)}

    @cached_property
    def linked(self) -> list[Linked]:
        """Connections with roles, built in or drawn by the owner, seen from here."""
        return [one for one in self.fields.values() if isinstance(one, Linked)]

    @cached_property
    def lines(self) -> list[Lines]:
        """What the records are made of, line by line."""
        return [one for one in self.fields.values() if isinstance(one, Lines)]

    @cached_property
    def formulas(self) -> list[Formula]:
        """Fields that are computed, sums before what is computed of them."""
        found = [one for one in self.own if isinstance(one, Formula)]
        return sorted(found, key=lambda one: one.rollup is None)

    @cached_property
    def numbers(self) -> list[AutoNumber]:
        """Fields that are given numbers."""
        return [one for one in self.fields.values() if isinstance(one, AutoNumber)]

    def field(self, name: str) -> FieldKind:
        """The field of this name.

        Raises:
            KeyError: there is none (names from outside are looked up here and never reach a query otherwise).
        """
        return self.fields[name]

    @cached_property
    def references(self) -> list[Reference]:
        """Declared connections to one other record."""
        return [one for one in self.fields.values() if isinstance(one, Reference)]

    @cached_property
    def pointers(self) -> list[str]:
        """Names to `select_related` so that a card needs no query per line (who made and changed it stands on none)."""
        return [
            one.name
            for one in self.fields.values()
            if isinstance(one, Reference | Person)
            and not one.custom
            and one.name not in {"created_by", "updated_by"}
        ]

    @property
    def rights_name(self) -> str:
        """The entity whose rights count here."""
        return self.rights_of or self.name

    def __str__(self) -> str:
        return str(self.label)

    def url(self, record_id: int) -> str:
        """The address of a record's card."""
        return f"/{self.slug}/{record_id}/"

    @property
    def list_url(self) -> str:
        """The address of the list."""
        return f"/{self.slug}/"

    @property
    def opening_url(self) -> str:
        """Where the navigation leads: the list, or the part of it that one mostly wants."""
        return f"{self.list_url}?preset={self.opening_preset}" if self.opening_preset else self.list_url

    def preset(self, key: str) -> Preset | None:
        """The preset of this key."""
        return next((one for one in self.presets if one.key == key), None)

    def group_of(self, key: str) -> PresetGroup | None:
        """The group that the preset of this key belongs to."""
        found = self.preset(key)
        return next((one for one in self.preset_groups if found and one.key == found.group), None)

    # --- what may differ --------------------------------------------------------------------------
    def title(self, record: Any) -> str:
        """What the record is called."""
        return str(getattr(record, self.title_field))

    def titles(self, keys: Iterable[int]) -> dict[int, str]:
        """What records are called, by key; in one query."""
        rows = self.model._default_manager.filter(pk__in=list(keys))
        if type(self).title is Entity.title:
            return dict(rows.values_list("pk", self.title_field))
        return {record.pk: self.title(record) for record in rows}

    def prepare(self, record: Any, changed: set[str]) -> None:
        """Sets columns that follow from others (sort keys, full names) before the record is stored."""

    def check(self, record: Any, changed: set[str]) -> dict[str, list[str]]:
        """Rules over several fields: errors by field name, '' for the whole."""
        return {}

    def once(self, record: Any) -> dict[str, Any]:
        """What no second living record may have together, by column (the database holds it too, by a constraint); nothing where there
        may be any number."""
        return {}

    def twice(self, record: Any | None = None) -> str:
        """What to say where there is one already; of no certain record where it was noticed too late to tell which."""
        return _t("同じものがもうあります。一覧から開いて編集してください。")

    def line_sums(self, record: Any) -> list[tuple[str, str]]:
        """What stands below the record's lines: (label, text)."""
        return []

    def locked(self, record: Any, names: set[str]) -> str:
        """Why these fields of a record can't be changed any more, by hand or by an undo; "" where they can. `deleted_at` stands for
        the bin, `file:12` for a file."""
        return ""

    def tidy(self, record: Any, wishes: Wishes) -> list[Spanning]:
        """What several of a record's fields together might be written like instead; each field's own kind speaks for itself."""
        return []

    def complete(self, rows: Sequence[dict[str, Any]]) -> None:
        """Adds to the values of a file's new records what follows from records that they point to; in one query for all of them."""

    def settle(self, records: Sequence[Any], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """Brings dependants up to date after storing, in the same transaction."""

    def hold_above(self, keys: Sequence[int]) -> None:
        """Before records are locked: locks those that must be locked first (the document of a line), so that no two wait for each other."""

    def summed(self, records: Sequence[Any]) -> None:
        """After lines that were stored by themselves (a file's, a call's) have changed the sums of these records; in the same transaction."""

    def unite(self, record: Any, values: dict[str, Any], by: Any) -> None:
        """After what pointed to merged records points to `record`, which gets these values next: brings what can be there only once
        in line."""

    def merge_warnings(self, records: Sequence[Any]) -> list[str]:
        """What speaks against these being one and the same, in words."""
        return []

    def parents(self, record: Any) -> list[tuple[str, int]]:
        """Records whose timelines also show what happens to this one."""
        above = [
            (one.to, key)
            for one in self.references
            if one.carries_up and (key := one.get(record)) is not None
        ]
        above += [(one.to, key) for one in self.linked if one.carries_up for key, _role in one.get(record)]
        return above

    def parents_of(self, records: Sequence[Any]) -> dict[int, list[tuple[str, int]]]:
        """`parents` of many records."""
        for one in self.linked:
            if one.carries_up:
                one.values(records)  # in one query
        return {record.pk: self.parents(record) for record in records}

    def handed_over(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of the records that somebody looks after those that go to his successor: what is over stays his."""
        return rows

    def finds_owner(self, by: Any) -> bool:
        """Whether new records of this person of which nobody is said to look after them get their owner by rules (`assign`), instead of
        being his own."""
        return False

    def assign(self, records: Sequence[Any], by: Any) -> None:
        """Gives new records an owner by the entity's rules, just before they are stored and in the same transaction."""

    def created_data(self, record: Any) -> dict[str, Any]:
        """What the event of a record's making remembers beside itself."""
        return {}

    fresh_words: ClassVar[Any] = (
        ""  # what a picker offers for a name that nobody has yet, where a record may be made of a name alone
    )

    def of_name(self, name: str) -> dict[str, Any]:
        """The values of a record that is made of a name alone."""
        return {self.title_field: name}

    def form_words(self, given: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """What the form of a new record is headed by, and what its fields are called there, where what is given beforehand makes it something
        more special (an appointment); nothing where it is as usual."""
        return "", {}

    def adds(self, record: Any, connection: Connection) -> bool:
        """Whether the record's card offers to add another of a connection; what comes about in a way of its own (a payment of what is
        billed) isn't offered."""
        return True

    def event_words(self, event: Any) -> str:
        """A line for the timeline out of what an event remembers; "" for none."""
        return ""

    def locked_back(self, record: Any, name: str, _old: Any) -> str:
        """Why a field can't be put back to what it was before a change; "" where it can."""
        return self.locked(record, {name})

    def concealed_files(self, keys: Sequence[int]) -> set[int]:
        """Files on these records that tell of what the person being served doesn't see."""
        return set()

    def begin_beside(self, row: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What a new record out of a sheet begins with that the row says of others (values by entity): a product's price is the line's."""
        return {}

    def begin_of_file(self, values: dict[str, Any]) -> None:
        """Adds to the values of a new record out of a file what follows of them and the file doesn't say."""

    def unfinished(self) -> Q:
        """Which of its records nobody has finished with, so that the person they are about is not to be forgotten yet."""
        return Q(pk__in=())

    def left_open(self, record: Any, user: Any) -> tuple[str, str] | None:
        """What stays open of a record that has just ended: words and the address of its list; None where nothing does."""
        return None

    def event_kind(self, changed: dict[str, Any]) -> str:
        """The kind of the event that a change of these fields is."""
        return "changed"

    def created_kind(self, record: Any) -> str:
        """The kind of the event that making this record is (an activity is a visit, a call…)."""
        return "created"

    def event_time(self, record: Any) -> Any:
        """When the creation event stands on the timeline; None is now."""
        return None

    def search_text(self, record: Any) -> str:
        """The words under which the record is found."""
        parts = [self.title(record)]
        if "family_name" in self.fields and " " in parts[0]:
            parts.append(parts[0].replace(" ", ""))  # 佐藤一郎, as it is typed
        for name in self.search_fields:
            parts.append(self.field(name).value_text(record))
        parts.extend(record.tags or ())
        return "\n".join(part for part in parts if part)

    def row_columns(self, shown: Iterable[FieldKind]) -> list[str] | None:
        """The database columns that list rows of these fields need; None where only the whole record will do."""
        if type(self).title is not Entity.title:
            return None
        known = {one.attname for one in self.model._meta.concrete_fields}
        shown = [*shown, *([self.field(self.status_field)] if self.status_field else [])]
        if self.drawn and (self.call_field or self.mail_field):
            shown = [*shown, *(self.field(name) for name in (self.call_field, self.mail_field) if name)]
        wanted = {
            column
            for one in shown
            for column in ("custom" if one.custom else "id" if one.linked else one.column, *one.beside)
        }
        beside = {
            self.title_field, self.subtitle_field, self.call_field, self.mail_field,
            "id", "phone", "next_step", "next_step_at", "outcome", "status",
        }  # fmt: skip
        return sorted(wanted | (beside & known)) if wanted <= known else None

    def light_rows(self, rows: QuerySet[Any], columns: list[FieldKind]) -> QuerySet[Any]:
        """Rows with no more than these columns need, where that can be told."""
        only = self.row_columns(columns)
        return rows.only(*only) if only else self.list_queryset(rows, columns)

    def list_queryset(self, queryset: QuerySet[Any], columns: Iterable[FieldKind]) -> QuerySet[Any]:
        """Loads with the rows what the columns show."""
        related = [one.name for one in columns if isinstance(one, Reference | Person) and not one.custom]
        return queryset.select_related(*related) if related else queryset
