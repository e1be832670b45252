"""From design rows to entities: what is drawn becomes the same `Entity` as what is built in.

`snapshot` makes all entities anew; the registry holds the newest. A drawn entity's model is a proxy of `DrawnRecord` that
keeps to its own rows: made once per process and entity, because nothing of the design is in it but the entity's number.
"""

import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.models import IntegerField, Value
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enishi.japanese import companies, kana
from enishi.japanese.text import fold
from enishi.records.design.words import set_down
from enishi.records.entity import Board, Entity, ImportHint, Preset, Section
from enishi.records.fields import KINDS, AutoNumber, Choice, Date, FieldKind, Linked, Moment, Stage, Words
from enishi.records.models import ConnectionDesign, DrawnRecord, EntityDesign, FieldDesign

logger = logging.getLogger("enishi.design")
QUICK, COLUMNS = 16, 6
SEARCHED = {"text", "kana", "telephone", "email", "address", "auto_number", "url"}


class Literal(Value):
    """A number written into the statement, so that an index over one entity's rows serves it on SQLite too."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return str(int(self.value)), ()


@lru_cache(maxsize=4096)
def drawn_model(number: int) -> type[DrawnRecord]:
    """The proxy of one drawn entity. It lives in a registry of its own: migrations and content types know nothing of it."""

    class Rows(models.Manager[DrawnRecord]):
        def get_queryset(self) -> models.QuerySet[DrawnRecord]:
            return super().get_queryset().filter(entity_id=Literal(number, output_field=IntegerField()))

    class Meta:
        proxy = True
        app_label = "records"
        apps = Apps()

    return type(
        f"Drawn{number}",
        (DrawnRecord,),
        {"__module__": __name__, "Meta": Meta, "objects": Rows(), "drawn_number": number},
    )


class DrawnEntity(Entity):
    """An entity that the owner of the company drew."""

    drawn = True

    def __init__(self, design: EntityDesign) -> None:
        self.name, self.slug, self.code = design.name, design.slug, design.code
        self.model = drawn_model(design.pk)
        self.label = in_language(design.label, design.layout.get("label_en"))
        self.icon = design.icon or "file"
        self.hint = design.layout.get("hint") or _(
            "ここに登録したものは、ほかの画面と同じように検索・取り込み・書き出しができます。"
        )
        self.in_navigation, self.position = design.in_navigation, design.position
        self.about_people = bool(design.layout.get("people"))
        title = in_language(design.layout.get("title_label") or "", design.layout.get("title_label_en")) or _(
            "名前"
        )
        pattern = design.layout.get("title_pattern")
        stems = {design.label, re.sub(r"[書票表証]$", "", design.label)}  # 契約書: 契約名
        words = (
            design.label,
            *(f"{stem}{what}" for stem in sorted(stems) for what in ("名", "名称", "番号")),
        )
        self._title: FieldKind = (
            AutoNumber("name", title, number_pattern=pattern, sortable=True, aliases=words)
            if pattern
            else Words(
                "name",
                title,
                required=True,
                sortable=True,
                aliases=words,
                unique=bool(design.layout.get("title_unique")),
            )
        )
        super().__init__()
        self.built_in = (
            self._title,
            Moment("last_contact_at", editable=False, sortable=True),
            Moment("next_step_at", editable=False, sortable=True),
            Words("next_step", editable=False, tells=(("task", ""),)),
        )
        for one in self.built_in:
            one.bind(self)
        self.presets = (Preset("mine", _("担当分"), {"field": "owner", "op": "is", "value": "me"}),)

    def prepare(self, record: Any, changed: set[str]) -> None:
        record.entity_id = record.drawn_number
        if "name" in changed or not record.sort_key:
            record.sort_key = kana.sort_key(companies.sort_base(record.name))[:200]
            record.match_key = fold(record.name).replace(" ", "")[:200]


def in_language(text: str, english: str | None) -> Any:
    """A word of the owner in the reader's language, where he gave both."""
    if not english or english == text:
        return text
    return _Both(text, english)


class _Both:
    """Two words that become one when they are shown."""

    def __init__(self, text: str, english: str) -> None:
        self.text, self.english = text, english

    def __str__(self) -> str:
        return self.english if (get_language() or "ja").startswith("en") else self.text

    def __bool__(self) -> bool:
        return bool(self.text)


def snapshot(classes: Iterable[type[Entity]]) -> dict[str, Entity]:
    """Every entity by name: the built-in ones as the owner wants them, and his own."""
    designs = {one.name: one for one in EntityDesign.objects.all()}
    made: dict[str, Entity] = {one.name: one() for one in classes}
    for design in designs.values():
        if design.drawn and design.retired_at is None:
            made[design.name] = DrawnEntity(design)
    fields: dict[str, list[FieldDesign]] = {}
    for row in FieldDesign.objects.all():
        fields.setdefault(row.entity, []).append(row)
    ends = list(ConnectionDesign.objects.all())
    for name, entity in made.items():
        _add_own(entity, fields.get(name, []), ends, made)
        _lay_out(entity, designs.get(name))
    for entity in made.values():
        _same_roles(entity, made)
    return made


def _same_roles(entity: Entity, known: dict[str, Entity]) -> None:
    """A built-in connection has at its end the roles that are set down where it begins."""
    for one in entity.linked:
        if not one.forward and one.to in known and one in entity.built_in:
            start = known[one.to].fields.get(one.back_name)
            if isinstance(start, Linked):
                one.roles, one.old_roles = start.roles, start.old_roles


def _add_own(
    entity: Entity, rows: list[FieldDesign], ends: list[ConnectionDesign], known: dict[str, Entity]
) -> None:
    placed: list[tuple[int, int, FieldKind]] = []
    for row in rows:
        if row.name:
            _change_built_in(entity, row)
        elif (one := _field(row)) is not None:
            one.bind(entity)
            if row.retired_at is not None:
                entity.retired[one.name] = one
            else:
                placed.append((row.position, 0, one))
    for end in ends:
        for one in _ends(end, entity.name):
            if one.to not in known:
                continue
            one.bind(entity)
            if end.retired_at is not None:
                entity.retired[one.name] = one
            else:
                placed.append((end.position, 1, one))
    entity.own = [one for _position, _rank, one in sorted(placed, key=lambda found: found[:2])]


def _field(row: FieldDesign) -> FieldKind | None:
    kind = KINDS.get(row.kind)
    if kind is None:
        logger.warning("field %s has an unknown kind: %s", row.pk, row.kind)
        return None
    label = in_language(row.label, row.options.get("label_en"))
    made = kind.designed(row.key, label, {**row.options, "sortable": row.indexed})
    made.sortable = row.indexed
    _rules(made, row.options)
    return made


def _rules(one: FieldKind, options: dict[str, Any]) -> None:
    """When it must be there, and when it is asked at all."""
    one.may_lack = bool(options.get("may_lack"))
    one.wanted, one.required_from = bool(options.get("wanted")), str(options.get("required_from") or "")
    held = options.get("visible_if")
    if held:
        one.visible_if = (held["field"], tuple(held["values"]))
        if one.required:  # only where it is asked
            one.required, one.required_if_asked = False, True


def _ends(end: ConnectionDesign, name: str) -> list[Linked]:
    """The connection as a field of this entity: where it begins, where it ends, or both."""
    made = []
    roles = end.options.get("roles") or ()
    if end.from_entity == name:
        label = in_language(end.label, end.options.get("label_en"))
        made.append(
            Linked(
                end.key, label, to=end.to_entity, relation=end.key, forward=True, many=end.many, roles=roles,
                carries_up=end.carries_up and not end.many, required=bool(end.options.get("required")),
            )
        )  # fmt: skip
    if end.to_entity == name:
        label = in_language(end.back_label, end.options.get("back_label_en"))
        # Where each has one only, it is chosen there: a list here that takes one away from another would do so unseen.
        made.append(
            Linked(
                end.back_key, label, to=end.from_entity, relation=end.key, forward=False, many=True, roles=roles,
                editable=end.many,
            )
        )  # fmt: skip
    return made


def _change_built_in(entity: Entity, row: FieldDesign) -> None:
    one = (
        entity.fields.get(row.name)
        if row.name in {each.name for each in (*entity.built_in, *entity.common)}
        else None
    )
    entity.__dict__.pop("fields", None)  # made again once the own ones are there
    if one is None:
        return
    if row.label:
        one._label = in_language(row.label, row.options.get("label_en"))
    if row.options.get("help"):
        one.help = row.options["help"]
    if row.options.get("required") and one.editable:
        one.required = True
    if row.options.get("default") not in (None, ""):
        one.default = row.options["default"]
    if isinstance(row.options.get("words"), list):
        set_down(one, row.options["words"])
    if isinstance(one, Date):
        one.due_days = int(row.options.get("due_days") or 0)
    _rules(one, row.options)
    if row.retired_at is not None and not one.required and one.name != entity.title_field:
        one.hidden = True


def _lay_out(entity: Entity, design: EntityDesign | None) -> None:
    """Sections, columns, board: the owner's where he has them, else what follows from the fields."""
    layout: dict[str, Any] = design.layout if design else {}
    if design and not entity.drawn:
        if design.label:
            entity.label = in_language(design.label, layout.get("label_en"))
        if design.icon:
            entity.icon = design.icon
    shown = {name for name, one in entity.fields.items() if not one.hidden}
    entity.sections = _sections(entity, layout, shown)
    own = [one.name for one in entity.own]
    if entity.drawn:
        entity.imports = ImportHint(keys=(*(one.name for one in entity.own if one.unique), "name"))
        entity.search_fields = tuple(one.name for one in entity.own if one.kind in SEARCHED)
        entity.call_field = next((one.name for one in entity.own if one.kind == "telephone"), "")
        entity.mail_field = next((one.name for one in entity.own if one.kind == "email"), "")
        entity.columns = tuple(own[:COLUMNS]) + ("owner",)
        named = [name for section in entity.sections if not section.folded for name in section.fields]
        entity.quick_fields = tuple([name for name in named if entity.fields[name].editable][:QUICK])
    columns = [name for name in layout.get("columns") or () if name in shown and entity.fields[name].listed]
    entity.columns = tuple(columns or [name for name in entity.columns if name in shown])
    quick = [name for name in layout.get("quick") or () if name in shown]
    entity.quick_fields = tuple(quick or [name for name in entity.quick_fields if name in shown])
    _lay_board(entity, layout)
    _add_due(entity)
    days = [
        one.name for one in entity.fields.values() if one.kind in {"date", "date_time"} and one.name in shown
    ]
    entity.calendar_field = layout["calendar"] if layout.get("calendar") in days else ""
    if entity.drawn and not entity.calendar_field and "calendar" not in layout:
        entity.calendar_field = days[0] if days else ""


def _add_due(entity: Entity) -> None:
    """A view of what is due soon, for each field that the owner marked."""
    due = [one for one in entity.fields.values() if isinstance(one, Date) and one.due_days and not one.hidden]
    entity.presets = (
        *entity.presets,
        *(
            Preset(
                f"due_{one.name}", format_lazy(_("{label}が近い"), label=one._label),
                {"field": one.name, "op": "next_days", "value": one.due_days}, one.name if one.sortable else "",
            )
            for one in due
        ),
    )  # fmt: skip


def _lay_board(entity: Entity, layout: dict[str, Any]) -> None:
    columns = [one for one in entity.own if type(one) in {Choice, Stage}]
    chosen = next((one for one in columns if one.name == layout.get("board")), None)
    if chosen is None and "board" not in layout:
        chosen = next((one for one in columns if isinstance(one, Stage)), None)
    if chosen is not None and entity.board is None:
        amounts = [one.name for one in entity.own if one.kind == "money"]
        amount = next((one for one in amounts if one == layout.get("amount")), (amounts or [""])[0])
        entity.board = Board(field=chosen.name, amount=amount)
        entity.status_field = entity.status_field or chosen.name


def _sections(entity: Entity, layout: dict[str, Any], shown: set[str]) -> tuple[Section, ...]:
    """The owner's sections; what stands in none of them (added since) comes last, in a section of its own."""
    base: list[Section] = [
        Section(in_language(one["label"], one.get("label_en")), tuple(one["fields"]), bool(one.get("folded")))
        for one in layout.get("sections") or ()
    ] or list(entity.sections)
    if not base and entity.drawn:
        base = [
            Section(
                _("基本情報"),
                ("name", *(one.name for one in entity.own if one.name in shown), "owner", "tags"),
            )
        ]
    made = [
        Section(one.label, tuple(name for name in one.fields if name in shown), one.folded) for one in base
    ]
    placed = {name for one in made for name in one.fields}
    rest = tuple(one.name for one in entity.own if one.name in shown and one.name not in placed)
    if rest:
        made.append(Section(_("自社の項目"), rest))
    return tuple(one for one in made if one.fields)
