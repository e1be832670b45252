"""Sets of entities, fields and connections as a file: ready ones to start from, and what one installation gives another.

    {"format": "enishi-set", "version": 1, "name": "…", "hint": "…",
     "entities": [{"key", "label", "slug", "icon", "layout": {…}, "fields": [{"kind", "label", "options"}],
                   "built_in": [{"name", "label", "options", "retired"}]}],
     "connections": [{"from", "to", "label", "back_label", "many", "options"}]}

Keys are the file's own; `account` and the other built-in entities are named as they are, and a set may add fields to them. Loading
adds what isn't there (told by labels) and changes nothing that is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import formulas, registry, rules
from enishi.records.design import operations
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.fields import Choice, FieldKind
from enishi.records.fields.formulas import renamed
from enishi.records.models import ConnectionDesign, EntityDesign, FieldDesign
from enishi.records.visible import require

FORMAT, VERSION = "enishi-set", 1
LARGEST = 2_000_000
RULED = ("visible_if", "required_from", "board")  # options that speak of other fields: set once all are there
FOLDER = Path(__file__).parent / "ready"


@dataclass
class Loaded:
    """What a set has brought: labels of what is new, and of what was there already."""

    made: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    fresh: set[str] = field(
        default_factory=set
    )  # names of entities that are new here, or that nobody has laid out
    ruled: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)  # new fields with their rules


def ready() -> list[dict[str, Any]]:
    """The sets that come with the program."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        english = (get_language() or "ja").startswith("en")
        found.append(
            {
                "key": path.stem.partition("-")[2],
                "name": content["name_en"] if english else content["name"],
                "hint": content["hint_en"] if english else content["hint"],
                "entities": [
                    one.get("layout", {}).get("label_en") or one["label"] if english else one["label"]
                    for one in content["entities"]
                    if "label" in one
                ],
                "icons": [one.get("icon", "folder") for one in content["entities"] if "label" in one],
                "content": content,
            }
        )
    return found


def read(text: str | bytes) -> dict[str, Any]:
    """A set's file as data.

    Raises:
        Refused: it is none.
    """
    try:
        if len(text) > LARGEST:
            raise ValueError
        content = json.loads(text)
        if (
            not isinstance(content, dict)
            or content.get("format") != FORMAT
            or content.get("version") != VERSION
        ):
            raise ValueError
    except (ValueError, RecursionError):
        raise _unreadable() from None
    return content


def load(content: Mapping[str, Any], *, by: User) -> Loaded:
    """Adds a set: all of it or nothing.

    Raises:
        NotAllowed, Refused: with what is wrong in which part.
    """
    require(by, "admin")
    done = Loaded()
    try:
        # A set names fields of built-in entities in Japanese, whoever loads it.
        with transaction.atomic(), translation.override("ja"):
            names = {}
            for one in _dicts(content, "entities"):
                names[str(one.get("key", ""))] = _entity(one, by, done)
            for one in _dicts(content, "entities"):
                _fields(names[str(one.get("key", ""))], one, by, done)
            for one in _dicts(content, "connections"):
                _connection(one, names, by, done)
            _formulas(content, names, by, done)  # over connections, which are there now
            for one in _dicts(content, "entities"):
                _built_in(names[str(one.get("key", ""))], one, by, done)
            for name, label, options in done.ruled:  # over fields, which are all there now
                _rule(name, label, options, by)
            for one in _dicts(content, "entities"):
                if names[str(one.get("key", ""))] in done.fresh:
                    _layout(names[str(one.get("key", ""))], one, by)
    except (TypeError, KeyError, ValueError, AttributeError):  # a list where a name belongs
        raise _unreadable() from None
    finally:
        registry.refresh(now=True)
    return done


def _unreadable() -> Refused:
    said = _("ひな形のファイルではありません。この画面の「書き出す」で作ったファイルを選んでください。")
    return Refused({"file": [said]})


def _formulas(content: Mapping[str, Any], names: dict[str, str], by: User, done: Loaded) -> None:
    """Fields that are computed, in an order in which each finds what it is computed of: those that are refused come again after the
    others, as long as any comes in."""
    waiting = [
        (names[str(one.get("key", ""))], one, raw)
        for one in _dicts(content, "entities") for raw in _dicts(one, "fields") if raw.get("kind") == "formula"
    ]  # fmt: skip
    while waiting:
        refused, left = None, []
        for name, one, raw in waiting:
            try:
                with transaction.atomic():
                    _field(name, one, raw, by, done)
            except Refused as error:
                refused = error
                left.append((name, one, raw))
        if refused is not None and len(left) == len(waiting):
            raise refused
        waiting = left


def _dicts(content: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = content.get(key, [])
    if not isinstance(rows, list) or len(rows) > 200 or not all(isinstance(one, dict) for one in rows):
        raise Refused({"file": [_("ひな形の「%(key)s」が読めません。") % {"key": key}]})
    return rows


def _dict(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _entity(one: dict[str, Any], by: User, done: Loaded) -> str:
    key = str(one.get("key", ""))
    found = registry.find(key)
    if found is not None and not found.drawn:
        if not EntityDesign.objects.filter(name=found.name).exists():
            done.fresh.add(found.name)
        return found.name
    label = str(one.get("label", ""))
    same = next((each for each in registry.all_entities() if str(each.label) == label), None)
    if same is not None:
        done.held.append(str(same.label))
        return same.name
    words = {name: value for name, value in _dict(one.get("layout")).items() if name in operations.WORDS}
    slug = str(one.get("slug", ""))
    if operations.is_taken(slug):
        slug = ""  # which somebody else has: another is chosen
    made = operations.add_entity(label, slug=slug, icon=str(one.get("icon", "")), layout=words, by=by)
    if one.get("in_navigation") is False:
        operations.change_entity(made.name, {"in_navigation": False}, by=by)
    done.made.append(label)
    done.fresh.add(str(made.name))
    return str(made.name)


def _fields(name: str, one: dict[str, Any], by: User, done: Loaded) -> None:
    for raw in _dicts(one, "fields"):
        if raw.get("kind") != "formula":
            _field(name, one, raw, by, done)


def _field(name: str, one: dict[str, Any], raw: dict[str, Any], by: User, done: Loaded) -> None:
    label = str(raw.get("label", ""))
    if any(each.label == label for each in registry.get(name).fields.values()):
        done.held.append(f"{registry.get(name)}: {label}")
        return
    options = _dict(raw.get("options"))
    try:
        operations.add_field(
            name, str(raw.get("kind", "")), label, {k: v for k, v in options.items() if k not in RULED}, by=by
        )
    except Refused as error:
        raise Refused({"file": [f"{one.get('label', name)} › {label}: {error}"]}) from None
    done.made.append(f"{registry.get(name)}: {label}")
    done.ruled.append((name, label, options))


def _built_in(name: str, one: dict[str, Any], by: User, done: Loaded) -> None:
    """How the owner wants fields of a built-in entity; those that somebody has changed here stay as he wants them."""
    entity = registry.get(name)
    known = {each.name for each in (*entity.built_in, *entity.common)}
    for raw in _dicts(one, "built_in"):
        key = str(raw.get("name", ""))
        if key not in known or FieldDesign.objects.filter(entity=name, name=key).exists():
            continue
        options = _dict(raw.get("options"))
        values = {k: v for k, v in options.items() if k not in RULED} | {"label": str(raw.get("label", ""))}
        try:
            operations.change_field(name, key, values, by=by)
            if raw.get("retired") is True:
                operations.retire_field(name, key, by=by)
        except Refused as error:
            raise Refused({"file": [f"{entity} › {key}: {error}"]}) from None
        done.ruled.append((name, key, options))


def _rule(name: str, label: str, options: dict[str, Any], by: User) -> None:
    """Sets what a field's rules say; they name other fields and choices by their words."""
    entity = registry.get(name)
    mine = next((one.name for one in entity.fields.values() if label in {one.label, one.name}), "")
    made: dict[str, Any] = {}
    held = _dict(options.get("visible_if"))
    other = next((one for one in entity.fields.values() if held.get("field") in {one.label, one.name}), None)
    if other is not None and isinstance(held.get("values"), list):
        values = {word: value for value, word in _choice_words(other).items()}
        made["visible_if"] = {
            "field": other.name,
            "values": [values.get(one, one) for one in held["values"] if isinstance(one, str)],
        }
    if isinstance(options.get("required_from"), str) and options["required_from"]:
        values = {word: value for value, word in _board_words(entity, options.get("board")).items()}
        kept = options["required_from"]
        made["required_from"] = values.get(kept) or rules.kept_of(entity, kept)
    if made and mine:
        operations.change_field(name, mine, made, by=by)


def _choice_words(found: FieldKind) -> dict[str, str]:
    """The choices' words by their values, which differ between installations."""
    return {one.value: str(one.label) for one in found.options} if isinstance(found, Choice) else {}


def _board_words(entity: Entity, label: Any = None) -> dict[str, str]:
    """The words of the board's columns; `label` names the field where the board isn't laid out yet."""
    name = entity.board.field if entity.board else ""
    found = next(
        (one for one in entity.fields.values() if label and one.label == label), entity.fields.get(name)
    )
    return _choice_words(found) if found is not None else {}


def _connection(one: dict[str, Any], names: dict[str, str], by: User, done: Loaded) -> None:
    here, there = (names.get(str(one.get(end)), str(one.get(end))) for end in ("from", "to"))
    label = str(one.get("label", ""))
    entity = registry.find(here)
    if entity is not None and any(each.label == label for each in entity.fields.values()):
        done.held.append(f"{entity}: {label}")
        return
    operations.add_connection(
        here, there, label=label, back_label=str(one.get("back_label", "")), many=bool(one.get("many")),
        options=_dict(one.get("options")), by=by,
    )  # fmt: skip
    done.made.append(label)


def _layout(name: str, one: dict[str, Any], by: User) -> None:
    """The file names fields by their labels; here they have names of their own."""
    layout = _dict(one.get("layout"))
    entity = registry.get(name)
    known = {each.label: each.name for each in entity.fields.values()}
    made: dict[str, Any] = {}
    if isinstance(layout.get("sections"), list):
        made["sections"] = [
            {**each, "fields": [known[label] for label in each.get("fields", []) if label in known]}
            for each in layout["sections"]
            if isinstance(each, dict) and isinstance(each.get("fields", []), list)
        ]
    for key in ("columns", "quick"):
        if isinstance(layout.get(key), list):
            made[key] = [known[label] for label in layout[key] if label in known]
    for key in ("board", "amount", "calendar"):
        if entity.drawn and layout.get(key) in known:
            made[key] = known[layout[key]]
    if made:
        operations.lay_out(name, made, by=by)


# --- out --------------------------------------------------------------------------------------------
def export(by: User) -> dict[str, Any]:
    """All that the owner has drawn, as a set; fields are called as they are in Japanese, whoever takes it out."""
    require(by, "admin")
    with translation.override("ja"):
        return _exported()


def _exported() -> dict[str, Any]:
    drawn = list(EntityDesign.objects.filter(drawn=True, retired_at=None))
    with_own = set(
        FieldDesign.objects.filter(Q(retired_at=None) | ~Q(name="")).values_list("entity", flat=True)
    )
    changed = {one.name: one for one in EntityDesign.objects.filter(drawn=False)}
    entities: list[dict[str, Any]] = []
    for design in drawn:
        entity = registry.find(design.name)
        if entity is not None:
            entities.append(
                {
                    "key": design.name, "label": design.label, "slug": design.slug, "icon": design.icon,
                    **({} if design.in_navigation else {"in_navigation": False}),
                    "layout": {**_words(design), **_layout_of(entity, design)}, "fields": _fields_of(design.name),
                }
            )  # fmt: skip
    for name in sorted((with_own | set(changed)) - {design.name for design in drawn}):
        entity = registry.find(name)
        if entity is None or entity.drawn:
            continue
        layout = _layout_of(entity, changed[name]) if name in changed and changed[name].layout else {}
        entities.append(
            {"key": name, "layout": layout, "fields": _fields_of(name), "built_in": _built_in_of(name)}
        )
    connections = [
        {
            "from": one.from_entity, "to": one.to_entity, "label": one.label, "back_label": one.back_label, "many": one.many,
            "options": one.options,
        }
        for one in ConnectionDesign.objects.filter(retired_at=None)
        if registry.find(one.from_entity) and registry.find(one.to_entity)
    ]  # fmt: skip
    return {
        "format": FORMAT, "version": VERSION, "name": "", "hint": "", "entities": entities, "connections": connections,
    }  # fmt: skip


def _words(design: EntityDesign) -> dict[str, Any]:
    return {name: value for name, value in design.layout.items() if name in operations.WORDS}


def _fields_of(name: str) -> list[dict[str, Any]]:
    rows = FieldDesign.objects.filter(entity=name, name="", retired_at=None)
    return [{"kind": one.kind, "label": one.label, "options": _portable(name, one.options)} for one in rows]


def _built_in_of(name: str) -> list[dict[str, Any]]:
    rows = FieldDesign.objects.filter(entity=name).exclude(name="")
    return [
        {
            "name": one.name, "label": one.label, "options": _portable(name, one.options),
            "retired": one.retired_at is not None,
        }
        for one in rows
    ]  # fmt: skip


def _portable(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """A formula and a rule name fields and choices by what they are called, which means the same elsewhere."""
    made = {key: value for key, value in options.items() if key not in RULED}
    held, entity = options.get("formula"), registry.find(name)
    if entity is None:
        return made
    words = {one.name: one.label for one in entity.fields.values()}
    asked = options.get("visible_if")
    if isinstance(asked, dict) and asked.get("field") in words:
        choices = _choice_words(entity.fields[asked["field"]])
        made["visible_if"] = {
            "field": words[asked["field"]],
            "values": [choices.get(one, one) for one in asked["values"]],
        }
    if options.get("required_from"):
        kept = options["required_from"]
        made["required_from"] = _board_words(entity).get(kept) or rules.kept_words(entity, kept)
        if entity.board is not None:
            made["board"] = words.get(entity.board.field, "")
    if not held:
        return made
    if held.get("rollup"):
        function, over, field = held["rollup"]
        found = formulas.source(entity, over)
        label = found[0].fields[field].label if found and field in found[0].fields else ""
        made["formula"] = {"rollup": [function, words.get(over, over), label]}
    else:
        made["formula"] = {"expression": renamed(held.get("expression", ""), words)}
    return made


def _in_both(label: Any) -> dict[str, str]:
    """A name in Japanese, and in English where it has one."""
    with translation.override("en"):
        english = str(label)
    return {"label": str(label), **({"label_en": english} if english != str(label) else {})}


def _layout_of(entity: Entity, design: EntityDesign) -> dict[str, Any]:
    """Sections, columns and board by labels, which mean the same elsewhere."""
    made: dict[str, Any] = {
        "sections": [
            {
                **_in_both(one.label),
                "folded": one.folded,
                "fields": [entity.fields[name].label for name in one.fields],
            }
            for one in entity.sections
        ],
        "columns": [entity.fields[name].label for name in entity.columns],
    }
    if "quick" in design.layout:
        made["quick"] = [
            entity.fields[name].label for name in design.layout["quick"] if name in entity.fields
        ]
    for key in ("board", "amount", "calendar"):
        name = design.layout.get(key)
        if name in entity.fields:
            made[key] = entity.fields[name].label
    return made
