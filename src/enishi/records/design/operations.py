"""Drawing: every change of entities, fields and connections goes through here. Nothing is ever dropped: what is no longer
wanted is retired, keeps its values, and can be brought back.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.access.rights import log_access
from enishi.japanese.text import clean
from enishi.records import formulas, registry
from enishi.records.design import indexes
from enishi.records.design.icons import ICONS
from enishi.records.design.options import read_options
from enishi.records.design.rounds import raise_number
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import KINDS, Number
from enishi.records.fields.formulas import FUNCTIONS, evaluate, names_in, renamed
from enishi.records.models import ConnectionDesign, EntityDesign, FieldDesign
from enishi.records.models.design import FIRST_CODE
from enishi.records.tasks import compute_entity
from enishi.records.visible import require

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
MOST_ENTITIES, MOST_FIELDS, MOST_CONNECTIONS = 4095 - FIRST_CODE, 200, 60
COUNTED = frozenset({"number", "money", "percent", "formula", "date", "date_time", "moment", "yes_no"})
LAYOUT = frozenset({"sections", "columns", "quick", "board", "amount", "calendar"})
WORDS = frozenset({"label_en", "hint", "title_label", "title_label_en", "title_pattern", "title_unique"})


def _changed(by: User, entity: str, what: str) -> None:
    """Raises the number of the design, so that every process reads it anew, and remembers who did what."""
    raise_number()
    log_access(by, "design", entity, 1, what[:500])


def drawing(work: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of operations: only admins draw; in one transaction; this process sees the result at once."""

    def drawn(*given: Any, by: User, **more: Any) -> Any:
        require(by, "admin")
        try:
            with transaction.atomic():
                return work(*given, by=by, **more)
        finally:
            registry.refresh(now=True)

    drawn.__doc__, drawn.__name__ = work.__doc__, work.__name__
    return drawn


def word(raw: Any, name: str, label: str, *, longest: int = 60, required: bool = True) -> str:
    """A name that the owner gives.

    Raises:
        Refused
    """
    text = " ".join(clean(str(raw or "")).split())
    if required and not text:
        raise Refused({name: [_("%(label)sを入力してください。") % {"label": label}]})
    if len(text) > longest:
        raise Refused(
            {name: [_("%(label)sは%(longest)d文字までです。") % {"label": label, "longest": longest}]}
        )
    return text


# --- entities ---------------------------------------------------------------------------------------
@drawing
def add_entity(
    label: str, *, by: User, slug: str = "", icon: str = "", layout: Mapping[str, Any] | None = None
) -> EntityDesign:
    """A new entity with a name of its own.

    Raises:
        NotAllowed, Refused
    """
    label = word(label, "label", _("名前"))
    if any(str(one.label) == label for one in registry.all_entities()):
        raise Refused(
            {"label": [_("「%(label)s」はすでにあります。別の名前にしてください。") % {"label": label}]}
        )
    if EntityDesign.objects.count() >= MOST_ENTITIES:
        raise Refused({"label": [_("これ以上は増やせません。")]})
    held = dict(layout or {})
    last = EntityDesign.objects.aggregate(n=Max("position"))["n"] or 0
    design = EntityDesign.objects.create(
        name=f"new {timezone.now().timestamp()}"[:40], drawn=True, label=label, icon=_icon(icon), position=last + 1,
        layout=_entity_words(held),
    )  # fmt: skip
    design.name = f"e{design.pk}"
    wanted = slug or slugify(held.get("label_en", ""))[:40].strip("-")
    design.slug = check_slug(wanted, design) if slug else _free_slug(wanted, design)
    design.save(update_fields=["name", "slug"])
    _changed(by, design.name, f"+ {label}")
    return design


def _icon(name: str) -> str:
    return name if name in ICONS else "folder"


def _entity_words(held: Mapping[str, Any]) -> dict[str, Any]:
    from enishi.records.fields.automatic import check_pattern

    made = {name: value for name, value in held.items() if name in WORDS | LAYOUT}
    for name in WORDS - {"title_unique"}:
        if name in made:
            made[name] = word(made[name], name, name, longest=200, required=False)
    try:
        check_pattern(made["title_pattern"]) if made.get("title_pattern") else ""
    except ValidationError as error:
        raise Refused({"title_pattern": list(error.messages)}) from None
    return {name: value for name, value in made.items() if value not in ("", None)}


def check_slug(slug: str, design: EntityDesign) -> str:
    """An address that can be used and is free.

    Raises:
        Refused
    """
    slug = slug.strip().lower()
    if not _SLUG.match(slug):
        raise Refused(
            {"slug": [_("アドレスは小文字の英字で始め、英数字とハイフンで40文字までにしてください。")]}
        )
    if _taken(slug, design):
        raise Refused(
            {"slug": [_("アドレス「%(slug)s」は使われています。別のものにしてください。") % {"slug": slug}]}
        )
    return slug


def _taken(slug: str, design: EntityDesign) -> bool:
    return (
        slug in reserved()
        or any(one.slug == slug and one.name != design.name for one in registry.all_entities())
        or EntityDesign.objects.filter(slug=slug).exclude(pk=design.pk).exists()
    )


def _free_slug(wanted: str, design: EntityDesign) -> str:
    return wanted if wanted and _SLUG.match(wanted) and not _taken(wanted, design) else f"e{design.pk}"


def reserved() -> set[str]:
    """First words of addresses that the program itself uses."""
    found = {"static", "api", "new"}

    def walk(patterns: Sequence[Any], before: str) -> None:
        for one in patterns:
            text = before + str(one.pattern)
            if isinstance(one, URLResolver) and "/" not in text:
                walk(one.url_patterns, text)
            elif isinstance(one, URLPattern | URLResolver):
                found.add(text.partition("/")[0])

    walk(get_resolver().url_patterns, "")
    return found


def _design_of(name: str) -> EntityDesign:
    """The row of an entity; of a built-in one it is made at the first change."""
    entity = registry.find(name)
    if entity is not None and not entity.drawn:
        EntityDesign.objects.get_or_create(name=name, defaults={"drawn": False})
    row = EntityDesign.objects.select_for_update().filter(name=name).first()
    if row is None:
        raise NotFound
    return row


@drawing
def change_entity(name: str, values: Mapping[str, Any], *, by: User) -> EntityDesign:
    """Words, icon, address and whether it stands in the menu.

    Raises:
        NotAllowed, NotFound, Refused
    """
    design = _design_of(name)
    if "label" in values:
        label = word(values["label"], "label", _("名前"), required=design.drawn)
        if any(str(one.label) == label and one.name != name for one in registry.all_entities()):
            raise Refused(
                {"label": [_("「%(label)s」はすでにあります。別の名前にしてください。") % {"label": label}]}
            )
        design.label = label
    if "icon" in values:
        design.icon = _icon(values["icon"]) if values["icon"] else ""
    if design.drawn and values.get("slug"):
        design.slug = check_slug(values["slug"], design)
    if "in_navigation" in values and design.drawn:
        design.in_navigation = bool(values["in_navigation"])
    layout = {**design.layout, **{key: value for key, value in values.items() if key in WORDS}}
    design.layout = _entity_words(layout)
    design.save()
    _changed(by, name, f"= {design}")
    return design


@drawing
def lay_out(name: str, layout: Mapping[str, Any], *, by: User) -> None:
    """Sections of the card, columns of the list, board and calendar. Names that don't exist are left out; a required field
    can't be put away.

    Raises:
        NotAllowed, NotFound, Refused
    """
    entity = registry.find(name)
    design = _design_of(name)
    if entity is None:
        raise NotFound
    made: dict[str, Any] = {}
    if "sections" in layout:
        made["sections"] = _read_sections(entity, layout["sections"])
    for key in ("columns", "quick"):
        if key in layout:
            made[key] = [one for one in dict.fromkeys(_strings(layout[key])) if one in entity.fields]
    for key in ("board", "amount", "calendar"):
        if key in layout:
            made[key] = layout[key] if layout[key] in entity.fields else ""
    design.layout = {**design.layout, **made}
    design.save(update_fields=["layout"])
    _changed(by, name, f"= {', '.join(sorted(made))}")


def _strings(raw: Any) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise Refused({"": [_("送られた内容が読めません。画面を開き直してからお試しください。")]})
    return raw


def _read_sections(entity: Entity, raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or len(raw) > 30:
        raise Refused({"": [_("まとまりは30個までです。")]})
    made, placed = [], set()
    for one in raw:
        if not isinstance(one, dict):
            raise Refused({"": [_("送られた内容が読めません。画面を開き直してからお試しください。")]})
        names = [
            each for each in _strings(one.get("fields", [])) if each in entity.fields and each not in placed
        ]
        placed |= set(names)
        label = word(one.get("label"), "", _("まとまりの名前"), required=False) or _("基本情報")
        made.append({"label": label, "fields": names, "folded": bool(one.get("folded"))})
    return made


@drawing
def retire_entity(name: str, *, by: User) -> None:
    """Takes a drawn entity out of use; its records stay as they are and come back with it.

    Raises:
        NotAllowed, NotFound
    """
    design = EntityDesign.objects.select_for_update().filter(name=name, drawn=True, retired_at=None).first()
    if design is None:
        raise NotFound
    design.retired_at = timezone.now()
    design.save(update_fields=["retired_at"])
    _changed(by, name, f"- {design}")


@drawing
def bring_back_entity(name: str, *, by: User) -> None:
    """The reverse of `retire_entity`.

    Raises:
        NotAllowed, NotFound, Refused
    """
    design = (
        EntityDesign.objects.select_for_update()
        .filter(name=name, drawn=True)
        .exclude(retired_at=None)
        .first()
    )
    if design is None:
        raise NotFound
    design.retired_at = None
    design.save(update_fields=["retired_at"])
    _changed(by, name, f"+ {design}")


@drawing
def order_entities(names: Sequence[str], *, by: User) -> None:
    """The order in the menu."""
    for place, name in enumerate(_strings(list(names))):
        EntityDesign.objects.filter(name=name).update(position=place)
    _changed(by, "", "= order")


# --- fields -----------------------------------------------------------------------------------------
@drawing
def add_field(
    entity_name: str, kind: str, label: str, options: Mapping[str, Any], *, by: User
) -> FieldDesign:
    """A new field of any entity. Where it can be sorted by, its index is made by the worker.

    Raises:
        NotAllowed, NotFound, Refused
    """
    entity = registry.find(entity_name)
    if entity is None:
        raise NotFound
    found = KINDS.get(kind)
    if found is None or not found.design_label:
        raise Refused({"kind": [_("項目の種類を選んでください。")]})
    label = word(label, "label", _("項目の名前"))
    _check_label(entity, label, "")
    if FieldDesign.objects.filter(entity=entity_name, name="").count() >= MOST_FIELDS:
        raise Refused({"label": [_("項目はひとつの画面に%(most)d個までです。") % {"most": MOST_FIELDS}]})
    made = read_options(found, options)
    if kind == "formula":
        made["formula"] = formula(entity, made.get("formula") or {}, "")
    row = FieldDesign.objects.create(
        entity=entity_name,
        kind=kind,
        label=label,
        options=made,
        position=_next_position(entity_name),
    )
    indexes.want(row)
    if kind == "formula":
        compute_entity.enqueue(entity_name)
    _changed(by, entity_name, f"+ {label} ({kind})")
    return row


def _next_position(entity_name: str) -> int:
    """Behind all fields and connections that are there."""
    last = [
        FieldDesign.objects.filter(entity=entity_name).aggregate(n=Max("position"))["n"],
        ConnectionDesign.objects.filter(from_entity=entity_name).aggregate(n=Max("position"))["n"],
        ConnectionDesign.objects.filter(to_entity=entity_name).aggregate(n=Max("position"))["n"],
    ]
    return max((one for one in last if one is not None), default=0) + 1


def _check_label(entity: Entity, label: str, mine: str) -> None:
    for one in entity.fields.values():
        if one.name != mine and one.label == label and not one.hidden:
            raise Refused(
                {
                    "label": [
                        _("「%(label)s」という項目はすでにあります。別の名前にしてください。")
                        % {"label": label}
                    ]
                }
            )


def _field_row(entity_name: str, name: str) -> FieldDesign:
    """The row of a field; of a built-in one it is made at the first change."""
    rows = FieldDesign.objects.select_for_update().filter(entity=entity_name)
    if re.fullmatch(r"f[0-9]{1,18}", name):
        row = rows.filter(pk=int(name[1:]), name="").first()
    else:
        entity = registry.find(entity_name)
        built_in = entity is not None and name in {one.name for one in (*entity.built_in, *entity.common)}
        if built_in:
            FieldDesign.objects.get_or_create(entity=entity_name, name=name, defaults={"kind": ""})
        row = rows.filter(name=name).first() if built_in else None
    if row is None:
        raise NotFound
    return row


@drawing
def change_field(entity_name: str, name: str, values: Mapping[str, Any], *, by: User) -> FieldDesign:
    """Name and options; of a built-in field name, help, whether it is required, default.

    Raises:
        NotAllowed, NotFound, Refused
    """
    entity = registry.find(entity_name)
    row = _field_row(entity_name, name)
    if entity is None:
        raise NotFound
    own = not row.name
    if "label" in values:
        row.label = word(values["label"], "label", _("項目の名前"), required=own)
        _check_label(entity, row.label, name)
    kind = KINDS[row.kind] if own else type(entity.fields[name])
    row.options = read_options(kind, values, held=row.options, built_in=not own)
    if row.kind == "formula":
        row.options["formula"] = formula(entity, row.options.get("formula") or {}, name)
        compute_entity.enqueue(entity_name)
    row.save(update_fields=["label", "options"])
    _changed(by, entity_name, f"= {row.label or name}")
    return row


def formula(entity: Entity, raw: Mapping[str, Any], mine: str) -> dict[str, Any]:
    """A formula with the fields' own names, given with those or with their labels.

    Raises:
        Refused: it can't be read, or names what isn't there.
    """
    if raw.get("rollup"):
        held = raw["rollup"]
        if not isinstance(held, list | tuple) or len(held) != 3 or held[0] not in FUNCTIONS:
            raise Refused({"formula": [_("集計するものを選んでください。")]})
        over = next((one.name for one in entity.linked if held[1] in {one.name, one.label}), str(held[1]))
        found = formulas.source(entity, over)
        if found is None:
            raise Refused({"formula": [_("集計するつながりが見つかりません。")]})
        name = next((one.name for one in found[0].fields.values() if held[2] in {one.name, one.label}), "")
        if held[0] != "count" and not isinstance(found[0].fields.get(name), Number):
            raise Refused({"formula": [_("集計する数の項目を選んでください。")]})
        return {"rollup": [held[0], over, name if held[0] != "count" else ""]}
    text = str(raw.get("expression") or "").strip()
    words = {one.label: one.name for one in entity.fields.values()} | {
        one.name: one.name for one in entity.fields.values()
    }
    text = renamed(text, words)
    for name in names_in(text):
        one = entity.fields.get(name)
        if one is None or name == mine or one.kind not in COUNTED:
            raise Refused(
                {
                    "formula": [
                        _("式の「%(name)s」は、数や日付の項目の名前にしてください。") % {"name": name[:40]}
                    ]
                }
            )
    try:
        evaluate(text, lambda _name: None)
    except ValidationError as error:
        raise Refused({"formula": list(error.messages)}) from None
    return {"expression": text}


@drawing
def retire_field(entity_name: str, name: str, *, by: User) -> None:
    """Takes a field out of sight; values stay.

    Raises:
        NotAllowed, NotFound, Refused: a record can't do without it.
    """
    row = _field_row(entity_name, name)
    entity = registry.get(entity_name)
    if row.name and (name == entity.title_field or entity.fields[name].required):
        raise Refused(
            {
                "": [
                    _("「%(label)s」はなくてはならない項目のため、外せません。")
                    % {"label": entity.fields[name].label}
                ]
            }
        )
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    indexes.drop(row)
    _changed(by, entity_name, f"- {row}")


@drawing
def bring_back_field(entity_name: str, name: str, *, by: User) -> None:
    """The reverse of `retire_field`: the values are there again.

    Raises:
        NotAllowed, NotFound, Refused
    """
    row = _field_row(entity_name, name)
    if row.label:
        _check_label(registry.get(entity_name), row.label, name)
    row.retired_at = None
    row.save(update_fields=["retired_at"])
    if not row.name:
        indexes.want(row)
    _changed(by, entity_name, f"+ {row}")


# --- connections ------------------------------------------------------------------------------------
@drawing
def add_connection(
    from_entity: str, to_entity: str, *, label: str, back_label: str, many: bool, by: User,
    options: Mapping[str, Any] | None = None,
) -> ConnectionDesign:  # fmt: skip
    """A connection between two entities (or of one with itself), named in both directions.

    Raises:
        NotAllowed, NotFound, Refused
    """
    here, there = registry.find(from_entity), registry.find(to_entity)
    if here is None or there is None:
        raise Refused({"to": [_("つなぐ相手を選んでください。")]})
    label = word(label, "label", _("こちらから見た名前"))
    back_label = word(back_label, "back_label", _("相手から見た名前"))
    _check_label(here, label, "")
    _check_label(there, back_label, "")
    if here is there and label == back_label:
        raise Refused({"back_label": [_("両側の名前を変えてください（例：親会社と子会社）。")]})
    if ConnectionDesign.objects.filter(from_entity=from_entity).count() >= MOST_CONNECTIONS:
        raise Refused({"label": [_("つながりは%(most)d個までです。") % {"most": MOST_CONNECTIONS}]})
    row = ConnectionDesign.objects.create(
        from_entity=from_entity, to_entity=to_entity, label=label, back_label=back_label, many=many,
        options=_connection_options(options or {}), position=max(_next_position(from_entity), _next_position(to_entity)),
    )  # fmt: skip
    _changed(by, from_entity, f"+ {row}")
    return row


def _connection_options(raw: Mapping[str, Any]) -> dict[str, Any]:
    roles = raw.get("roles") or []
    if isinstance(roles, str):
        roles = re.split(r"[,、，\n]+", roles)
    made: dict[str, Any] = {
        "roles": [word(one, "roles", _("役割")) for one in roles if str(one).strip()][:50],
        "required": bool(raw.get("required")),
        "label_en": word(raw.get("label_en"), "label_en", "label", required=False),
        "back_label_en": word(raw.get("back_label_en"), "back_label_en", "label", required=False),
    }
    return {name: value for name, value in made.items() if value}


def _connection_row(name: str) -> ConnectionDesign:
    found = re.fullmatch(r"c([0-9]{1,18})r?", name)
    row = ConnectionDesign.objects.select_for_update().filter(pk=int(found[1])).first() if found else None
    if row is None:
        raise NotFound
    return row


@drawing
def change_connection(name: str, values: Mapping[str, Any], *, by: User) -> ConnectionDesign:
    """Names, roles; one becomes several at any time, several become one only where nobody has more than one.

    Raises:
        NotAllowed, NotFound, Refused
    """
    row = _connection_row(name)
    row.label = word(values.get("label", row.label), "label", _("こちらから見た名前"))
    row.back_label = word(values.get("back_label", row.back_label), "back_label", _("相手から見た名前"))
    for entity_name, label, mine in (
        (row.from_entity, row.label, row.key), (row.to_entity, row.back_label, row.back_key),
    ):  # fmt: skip
        entity = registry.find(entity_name)
        if entity is not None:
            _check_label(entity, label, mine)
    many = bool(values.get("many", row.many))
    if row.many and not many and _has_several(row):
        raise Refused(
            {"many": [_("すでに2件以上つながっているものがあるため、「ひとつだけ」にはできません。")]}
        )
    row.many = many
    row.options = _connection_options({**row.options, **values})
    row.save()
    _changed(by, row.from_entity, f"= {row}")
    return row


def _has_several(row: ConnectionDesign) -> bool:
    from django.db.models import Count

    from enishi.records.models import Link

    links = Link.objects.filter(relation=row.key, from_entity=row.from_entity, to_entity=row.to_entity)
    return links.values("from_id").annotate(n=Count("pk")).filter(n__gt=1).exists()


@drawing
def retire_connection(name: str, *, by: User) -> None:
    """Takes a connection out of sight; who is tied to whom stays."""
    row = _connection_row(name)
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    _changed(by, row.from_entity, f"- {row}")


@drawing
def bring_back_connection(name: str, *, by: User) -> None:
    """The reverse of `retire_connection`."""
    row = _connection_row(name)
    row.retired_at = None
    row.save(update_fields=["retired_at"])
    _changed(by, row.from_entity, f"+ {row}")
