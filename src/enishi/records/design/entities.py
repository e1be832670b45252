"""Entities: drawn, changed, laid out, ordered, retired and brought back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Q
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.access.models import User
from enishi.records import registry
from enishi.records.design.drawing import changed, drawing, word
from enishi.records.design.icons import ICONS
from enishi.records.design.own_fields import check_single
from enishi.records.entity import Entity, Section
from enishi.records.errors import NotFound, Refused
from enishi.records.fields.automatic import check_pattern
from enishi.records.models import ConnectionDesign, EntityDesign
from enishi.records.models.design import FIRST_CODE
from enishi.records.tasks import compute_entity

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
MOST_ENTITIES = 4095 - FIRST_CODE
LAYOUT = frozenset({"sections", "columns", "quick", "board", "amount", "calendar"})
WORDS = frozenset(
    {"label_en", "hint", "title_label", "title_label_en", "title_pattern", "title_unique", "people"}
)


@drawing
def add_entity(
    label: str, *, by: User, slug: str = "", icon: str = "", layout: Mapping[str, Any] | None = None
) -> EntityDesign:
    """A new entity with a name of its own.

    Raises:
        NotAllowed, Refused
    """
    label = word(label, "label", _("名前"))
    _check_free(label, "")
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
    changed(by, design.name, f"+ {label}")
    return design


def _check_free(label: str, mine: str) -> None:
    if any(str(one.label) == label and one.name != mine for one in registry.all_entities()):
        raise Refused(
            {"label": [_("「%(label)s」はすでにあります。別の名前にしてください。") % {"label": label}]}
        )


def _icon(name: str) -> str:
    return name if name in ICONS else "folder"


def _entity_words(held: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in held.items() if name in WORDS | LAYOUT}
    for name in WORDS - {"title_unique", "people"}:
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
    if is_taken(slug, design):
        raise Refused(
            {"slug": [_("アドレス「%(slug)s」は使われています。別のものにしてください。") % {"slug": slug}]}
        )
    return slug


def is_taken(slug: str, mine: EntityDesign | None = None) -> bool:
    """Whether an address is the program's own, or somebody else has it."""
    return (
        slug in reserved()
        or any(
            one.slug == slug and (mine is None or one.name != mine.name) for one in registry.all_entities()
        )
        or EntityDesign.objects.filter(slug=slug).exclude(pk=mine.pk if mine else 0).exists()
    )


def _free_slug(wanted: str, design: EntityDesign) -> str:
    return wanted if wanted and _SLUG.match(wanted) and not is_taken(wanted, design) else f"e{design.pk}"


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
        _check_free(label, name)
        design.label = label
    if "icon" in values:
        design.icon = _icon(values["icon"]) if values["icon"] else ""
    if design.drawn and values.get("slug"):
        design.slug = check_slug(values["slug"], design)
    if "in_navigation" in values and design.drawn:
        design.in_navigation = bool(values["in_navigation"])
    layout = {**design.layout, **{key: value for key, value in values.items() if key in WORDS}}
    layout = _entity_words(layout)
    entity = registry.find(name)
    if layout.get("title_unique") and not design.layout.get("title_unique") and entity is not None:
        check_single(entity, entity.fields[entity.title_field], "title_unique")
    design.layout = layout
    design.save()
    changed(by, name, f"= {design}")
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
    changed(by, name, f"= {', '.join(sorted(made))}")


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
        english = word(one.get("label_en"), "", _("英語での名前"), required=False)
        made.append({**_in_both(entity, label, english), "fields": names, "folded": bool(one.get("folded"))})
    return made


def _in_both(entity: Entity, label: str, english: str) -> dict[str, str]:
    """A section's name in both languages: whoever lays a card out sees and sends it in his own."""
    known = []
    for one in (*entity.sections, *type(entity).sections, Section(gettext_lazy("基本情報"), ())):
        pair = []
        for code in ("ja", "en"):
            with translation.override(code):
                pair.append(str(one.label))
        known.append((pair[0], pair[1]))
    found = next((pair for pair in known if label in pair), (label, ""))
    japanese, other = found
    return {
        "label": japanese,
        **({"label_en": english or other} if (english or other) not in {"", japanese} else {}),
    }


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
    changed(by, name, f"- {design}")


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
    ends = ConnectionDesign.objects.filter(Q(from_entity=name) | Q(to_entity=name), retired_at=None)
    tied = dict.fromkeys(one for pair in ends.values_list("from_entity", "to_entity") for one in pair)
    for one in tied:  # sums over it
        compute_entity.enqueue(one)
    changed(by, name, f"+ {design}")


@drawing
def order_entities(names: Sequence[str], *, by: User) -> None:
    """The order in the menu."""
    for place, name in enumerate(_strings(list(names))):
        EntityDesign.objects.filter(name=name).update(position=place)
    changed(by, "", "= order")
