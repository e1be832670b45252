"""The designer [項目と画面の設定]: entities, fields and connections drawn in the browser. Only admins get in."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from enishi.kit import htmx
from enishi.records import registry, rules
from enishi.records.design import operations, picture, sets
from enishi.records.design.icons import ICONS
from enishi.records.design.options import UNIQUE, due_offered, due_shown
from enishi.records.design.words import words_of, wordy
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import KINDS, Choice, FieldKind, Linked, Number, Stage
from enishi.records.fields.choices import COLOURS
from enishi.records.fields.formulas import FUNCTIONS, renamed
from enishi.records.models import ConnectionDesign, EntityDesign, FieldDesign
from enishi.records.pages.base import dialog, handled, person, stamp
from enishi.records.visible import require

# Kinds that may begin with a value.
DEFAULTS = {
    "text",
    "long_text",
    "number",
    "money",
    "percent",
    "choice",
    "stage",
    "date",
    "date_time",
    "yes_no",
}
COLOUR_WORDS = {
    "grey": gettext_lazy("灰"), "accent": gettext_lazy("青"), "green": gettext_lazy("緑"), "amber": gettext_lazy("黄"), "red": gettext_lazy("赤"),
}  # fmt: skip


def _admin(request: HttpRequest) -> Any:
    user = person(request)
    require(user, "admin")
    return user


def designable() -> list[Entity]:
    """Entities that are drawn or may be added to; those that only serve others are left out."""
    found = [one for one in registry.all_entities() if one.in_navigation or one.drawn]
    return sorted(found, key=lambda one: (one.drawn, one.position, one.code))


def _entity(name: str) -> Entity:
    entity = registry.find(name)
    if entity is None or entity not in designable():
        raise NotFound
    return entity


def own_links(entity: Entity) -> list[Linked]:
    """Its connections drawn by the owner."""
    return [one for one in entity.linked if one in entity.own]


@require_GET
@handled
def overview(request: HttpRequest) -> HttpResponse:
    """All entities and how they hang together."""
    _admin(request)
    tied = picture.ties(designable())
    rows = [
        {
            "entity": one,
            "fields": sum(1 for each in one.fields.values() if not each.linked and not each.hidden),
            "own": sum(1 for each in one.own if not each.linked),
            "links": sum(one.name in each[:2] for each in tied),
        }
        for one in designable()
    ]
    retired = EntityDesign.objects.filter(drawn=True).exclude(retired_at=None)
    context = {"rows": rows, "retired": retired, "picture": picture.draw(designable())}
    return render(request, "design/overview.html", context)


@require_POST
@handled
def order(request: HttpRequest) -> HttpResponse:
    """The order of the owner's own entities in the menu."""
    operations.order_entities(request.POST.get("names", "").split(","), by=_admin(request))
    return htmx.toast(HttpResponse(status=204), _("保存しました。"))


@handled
def entity_form(request: HttpRequest, name: str = "") -> HttpResponse:
    """A new entity, or the words and the icon of one."""
    user = _admin(request)
    entity = _entity(name) if name else None
    design = EntityDesign.objects.filter(name=name).first() if name else None
    errors: dict[str, list[str]] = {}
    layout = design.layout if design else {}
    held: dict[str, Any] = {
        "label": (design.label if design and design.label else str(entity.label) if entity else ""),
        "label_en": layout.get("label_en", ""), "slug": entity.slug if entity else "", "hint": layout.get("hint", ""),
        "icon": entity.icon if entity else "folder", "title_label": layout.get("title_label", ""),
        "title_pattern": layout.get("title_pattern", ""), "title_unique": layout.get("title_unique", False),
        "in_navigation": entity.in_navigation if entity else True, "people": entity.about_people if entity else False,
    }  # fmt: skip
    if request.method == "POST":
        held |= {key: request.POST.get(key, "") for key in held}
        try:
            if entity is None:
                words = {key: held[key] for key in operations.WORDS if held.get(key)}
                made = operations.add_entity(
                    held["label"], slug=held["slug"], icon=held["icon"], layout=words, by=user
                )
                return htmx.go(request, f"/settings/design/{made.name}/")
            operations.change_entity(name, held, by=user)
            return htmx.go(request, f"/settings/design/{name}/")
        except Refused as error:
            errors = error.errors
    context = {
        "entity": entity, "drawn": entity is None or entity.drawn, "held": held, "errors": errors, "icons": ICONS,
        "general": errors.get("", []),
    }  # fmt: skip
    return dialog(request, "design/entity_form.html", context, status=422 if errors else 200)


@require_GET
@handled
def entity_page(request: HttpRequest, name: str) -> HttpResponse:
    """Everything about one entity: sections and fields, columns, board and calendar, connections."""
    _admin(request)
    entity = _entity(name)
    placed = {each for section in entity.sections for each in section.fields}
    rest = [
        one for one in entity.fields.values() if one.name not in placed and not one.hidden and one.editable
    ]
    listed = [
        one
        for one in entity.fields.values()
        if one.listed and not one.hidden and one.name != entity.title_field
    ]
    chosen = [entity.fields[each] for each in entity.columns]
    context = {
        "entity": entity,
        "seen": _layout_stamp(name),
        "sections": [
            {"label": one.label, "folded": one.folded, "fields": [line(entity, entity.fields[each]) for each in one.fields]}
            for one in entity.sections
        ],
        "rest": [line(entity, one) for one in rest],
        "columns": chosen,
        "other_columns": [one for one in listed if one not in chosen],
        "boards": [one for one in entity.own if type(one) in {Choice, Stage}],
        "board_fixed": entity.board is not None and entity.board.group != "",
        "calendars": [one for one in entity.fields.values() if one.kind in {"date", "date_time"} and not one.hidden],
        "amounts": [one for one in entity.own if one.kind == "money"],
        "links": [
            {"field": one, "row": ConnectionDesign.objects.get(pk=int(one.relation[1:])), "target": one.target}
            for one in own_links(entity)
        ],
        "retired": [
            *FieldDesign.objects.filter(entity=name).exclude(retired_at=None),
            *(
                one for one in ConnectionDesign.objects.exclude(retired_at=None)
                if name in {one.from_entity, one.to_entity}
            ),
        ],
    }  # fmt: skip
    return render(request, "design/entity.html", context)


def line(entity: Entity, one: FieldKind) -> dict[str, Any]:
    """A field as the designer shows it."""
    own = one in entity.own
    return {
        "name": one.name,
        "label": one.label,
        "icon": one.design_icon,
        "kind": str(_("つながり") if one.linked else one.design_label or KIND_WORDS().get(one.kind, "")),
        "own": own,
        "linked": one.linked and own,
        "required": one.required,
        "unique": one.unique,
        "editable": True,
    }


def KIND_WORDS() -> dict[str, str]:  # noqa: N802
    """Words for kinds that nobody can add."""
    return {
        "reference": _("つながり（標準）"), "tags": _("タグ"), "moment": _("日時（自動）"), "free_choice": _("選択肢（増える）"),
        "postal_code": _("郵便番号"), "corporate_number": _("法人番号"), "any_record": _("つながり（標準）"),
        "contacts": _("同席者"), "names": _("名前（いくつでも）"),
    }  # fmt: skip


@require_POST
@handled
def save_layout(request: HttpRequest, name: str) -> HttpResponse:
    """The order of sections, fields and columns, as it was dragged."""
    user = _admin(request)
    entity = _entity(name)
    try:
        layout = json.loads(request.POST.get("layout", ""))
    except (ValueError, RecursionError):
        layout = None
    if not isinstance(layout, dict):
        raise Refused({"": [_("送られた内容が読めません。画面を開き直してからお試しください。")]})
    if entity.board is not None and entity.board.group:
        layout.pop("board", None)
    if (seen := request.POST.get("seen", "")) and seen != _layout_stamp(name):
        said = _(
            "開いている間に、ほかの管理者がこの画面を変更しました。開き直してから、もう一度並べてください。"
        )
        again = (_("開き直す"), reverse("design-entity", args=[name]))
        return htmx.toast(HttpResponse(status=409), said, level="error", link=again)
    operations.lay_out(name, layout, by=user)
    return htmx.toast(JsonResponse({"seen": _layout_stamp(name)}), _("保存しました。"))


def _layout_stamp(name: str) -> str:
    design = EntityDesign.objects.filter(name=name).first()
    return stamp(design.layout if design else {})


@require_POST
@handled
def retire(request: HttpRequest, name: str) -> HttpResponse:
    """Takes an entity out of use, or brings it back."""
    user = _admin(request)
    if request.POST.get("back"):
        operations.bring_back_entity(name, by=user)
        messages.success(request, _("元に戻しました。中のデータもそのままです。"))
        return htmx.go(request, f"/settings/design/{name}/")
    operations.retire_entity(name, by=user)
    messages.success(request, _("使わない画面にしました。中のデータは残っていて、いつでも戻せます。"))
    return htmx.go(request, "/settings/design/")


# --- fields -----------------------------------------------------------------------------------------
def palette() -> list[dict[str, Any]]:
    """Kinds that can be added."""
    return [
        {"kind": name, "label": str(kind.design_label), "icon": kind.design_icon}
        for name, kind in KINDS.items()
        if kind.design_label
    ]


@handled
def field_form(request: HttpRequest, name: str, field: str = "") -> HttpResponse:
    """A new field (its kind chosen first), or a field's name and options."""
    user = _admin(request)
    entity = _entity(name)
    if field:
        found = entity.fields.get(field)
        if found is None or (found.linked and found in entity.own):
            raise NotFound
        own, kind = found in entity.own, found.kind
    else:
        kind, own, found = request.POST.get("kind", request.GET.get("kind", "")), True, None
        if kind not in {one["kind"] for one in palette()}:
            return dialog(request, "design/palette.html", {"entity": entity, "palette": palette()})
    row = FieldDesign.objects.filter(
        entity=name, **({"pk": int(field[1:])} if field and own else {"name": field or "-"})
    ).first()
    options = dict(row.options) if row else {}
    errors: dict[str, list[str]] = {}
    label = row.label if row and row.label else found.label if found else ""
    if request.method == "POST":
        label = request.POST.get("label", "")
        given = _given(request, kind, own)
        options |= given
        try:
            if found is None:
                operations.add_field(name, kind, label, given, by=user)
            else:
                operations.change_field(name, field, {"label": label, **given}, by=user)
            return htmx.go(request, f"/settings/design/{name}/")
        except Refused as error:
            errors = error.errors
    of_kind: type[FieldKind] = KINDS[kind] if found is None or own else type(found)
    context = {
        "entity": entity, "field": field, "found": found, "own": own, "kind": kind, "kind_label": of_kind.design_label,
        "label": label, "options": options, "errors": errors, "general": errors.get("", []),
        "shown": set(of_kind.design_options) if own else due_shown(found), "due_offered": due_offered(options), "may_unique": own and kind in UNIQUE,
        "choices": json.dumps((options.get("choices") if own else words_of(found)) or [], ensure_ascii=False),
        "wordy": not own and wordy(of_kind), "ask": rules.must_when(entity, field) if not own else None,
        "colours": [(one, str(COLOUR_WORDS[one])) for one in COLOURS],
        "may_require": kind != "formula" and (found is None or (found.editable and not found.linked)),
        "sums": _sums(entity) if kind == "formula" else [], **_formula_shown(entity, options),
        "countable": [one.label for one in entity.fields.values() if one.kind in operations.COUNTED and one.name != field and not one.hidden],
        "stages": rules.stage_groups(entity), "stages_held": rules.held_stages(entity, str(options.get("required_from") or "")), "conditions": _conditions(entity, field),
        "visible": [f"{options['visible_if']['field']}={value}" for value in options["visible_if"]["values"]] if isinstance(options.get("visible_if"), dict) else options.get("visible_if") or [],
        "may_default": kind in DEFAULTS, "default": _default_shown(options),
    }  # fmt: skip
    return dialog(request, "design/field_form.html", context, status=422 if errors else 200)


def _default_shown(options: Mapping[str, Any]) -> Any:
    """What a field begins with, as the form shows it: of choices their words."""
    held = options.get("default")
    words = {
        one.get("value"): one.get("label") for one in options.get("choices") or () if isinstance(one, dict)
    }
    return words.get(held, held) if isinstance(held, str) else "1" if held is True else held


def _sums(entity: Entity) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be counted and summed: per connection, with what is kept and how it is called."""
    overs = [(one.name, one.label, one.target) for one in entity.linked]
    overs += [
        (f"{one.entity}.{one.field}", str(one.label), other)
        for one in entity.connections
        if (other := registry.find(one.entity)) is not None
    ]
    made = []
    for over, label, other in overs:
        rows = [(f"count|{over}|", str(_("件数")))]
        numbers = [one for one in other.fields.values() if isinstance(one, Number) and not one.hidden]
        rows += [
            (f"{key}|{over}|{one.name}", f"{one.label}: {word}")
            for one in numbers
            for key, word in FUNCTIONS.items()
            if key != "count"
        ]
        made.append((label, rows))
    return made


def _formula_shown(entity: Entity, options: dict[str, Any]) -> dict[str, str]:
    """A formula as the form shows it: with the fields' labels."""
    held = options.get("formula") or {}
    words = {one.name: one.label for one in entity.fields.values()}
    return {
        "rollup": "|".join(held.get("rollup") or ()),
        "expression": renamed(held.get("expression") or "", words),
    }


def _conditions(entity: Entity, field: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a field may hang on: choices and yes-or-no of the same card, with their values."""
    made = []
    for one in entity.fields.values():
        if one.name == field or one.hidden:
            continue
        if isinstance(one, Choice) and one.kind != "free_choice":
            made.append(
                (
                    one.label,
                    [
                        (f"{one.name}={option.value}", str(option.label))
                        for option in one.options
                        if not option.retired
                    ],
                )
            )
        elif one.kind == "yes_no":
            made.append((one.label, [(f"{one.name}=1", _("はい"))]))
    return made


def _given(request: HttpRequest, kind: str, own: bool) -> dict[str, Any]:
    """What the form says: boxes that are off say so by being absent."""
    names = {
        "help",
        "default",
        "label_en",
        "unit",
        "places",
        "least",
        "most",
        "pattern",
        "number_pattern",
        "due_days",
    }
    made: dict[str, Any] = {name: request.POST[name] for name in names if name in request.POST}
    made |= {name: request.POST.get(name, "") for name in ("required", "unique")}
    if "rules__shown" in request.POST:  # the form has the sheet of rules
        made["wanted"] = request.POST.get("wanted", "")
        made["required_from"] = ",".join(one for one in request.POST.getlist("required_from") if one)
        made["visible_if"] = request.POST.getlist("visible_if")
    if "asked__shown" in request.POST:
        made["may_lack"] = "" if request.POST.get("asked") else "1"
    if kind == "formula":
        rollup = request.POST.get("rollup", "")
        made["formula"] = (
            {"rollup": rollup.split("|")} if rollup else {"expression": request.POST.get("expression", "")}
        )
        made["result"] = request.POST.get("result", "")
    if "choices" in request.POST:
        try:
            made["choices" if own else "words"] = json.loads(request.POST.get("choices", "[]"))
        except (ValueError, RecursionError):
            made["choices" if own else "words"] = {}
    return made


@require_POST
@handled
def retire_field(request: HttpRequest, name: str, field: str) -> HttpResponse:
    """Takes a field or a connection out of sight, or brings it back."""
    user = _admin(request)
    back = bool(request.POST.get("back"))
    if field.startswith("c") and field[1:].rstrip("r").isdigit():
        (operations.bring_back_connection if back else operations.retire_connection)(field, by=user)
    else:
        (operations.bring_back_field if back else operations.retire_field)(name, field, by=user)
    said = (
        _("元に戻しました。")
        if back
        else _("画面から外しました。入っている値は残っていて、いつでも戻せます。")
    )
    messages.success(request, said)
    return htmx.go(request, f"/settings/design/{name}/")


# --- connections ------------------------------------------------------------------------------------
@handled
def connection_form(request: HttpRequest, name: str, field: str = "") -> HttpResponse:
    """A new connection from this entity, or the names of one."""
    user = _admin(request)
    entity = _entity(name)
    row = None
    if field:
        row = (
            ConnectionDesign.objects.filter(pk=int(field[1:].rstrip("r") or 0)).first()
            if field[1:].rstrip("r").isdigit()
            else None
        )
        if row is None or name not in {row.from_entity, row.to_entity}:
            raise NotFound
    errors: dict[str, list[str]] = {}
    held: dict[str, Any] = {
        "to": row.to_entity if row else request.GET.get("to", ""), "label": row.label if row else "",
        "back_label": row.back_label if row else "", "many": "1" if row and row.many else "",
        "roles": "、".join(row.options.get("roles", [])) if row else "",
    }  # fmt: skip
    if request.method == "POST":
        held |= {key: request.POST.get(key, "") for key in held}
        values = {"label": held["label"], "back_label": held["back_label"], "many": held["many"] == "1"}
        options = {"roles": held["roles"]}
        try:
            if row is None:
                operations.add_connection(name, held["to"], **values, options=options, by=user)
            else:
                operations.change_connection(field, {**values, **options}, by=user)
            return htmx.go(request, f"/settings/design/{name}/")
        except Refused as error:
            errors = error.errors
    here = registry.get(row.from_entity) if row and registry.find(row.from_entity) else entity
    context = {
        "entity": entity, "here": here, "there": registry.find(held["to"]), "row": row, "held": held, "errors": errors,
        "general": errors.get("", []), "entities": designable(), "field": field,
    }  # fmt: skip
    return dialog(request, "design/connection_form.html", context, status=422 if errors else 200)


# --- sets -------------------------------------------------------------------------------------------
@handled
def sets_page(request: HttpRequest) -> HttpResponse:
    """Ready sets to start from, and a set out of a file."""
    user = _admin(request)
    errors: list[str] = []
    if request.method == "POST":
        try:
            upload = request.FILES.get("file")
            chosen = next((one for one in sets.ready() if one["key"] == request.POST.get("ready")), None)
            if upload is not None:
                content = sets.read(upload.read(sets.LARGEST + 1))
            elif chosen is not None:
                content = chosen["content"]
            else:
                raise Refused({"file": [_("ファイルを選んでください。")]})
            done = sets.load(content, by=user)
            text = _("%(n)d個を加えました。") % {"n": len(done.made)}
            if done.held:
                text += _("すでにあった%(n)d個はそのままです。") % {"n": len(done.held)}
            messages.success(request, text)
            return htmx.go(request, "/settings/design/")
        except Refused as error:
            errors = [text for texts in error.errors.values() for text in texts]
    return render(
        request, "design/sets.html", {"ready": sets.ready(), "errors": errors}, status=422 if errors else 200
    )


@require_GET
@handled
def sets_export(request: HttpRequest) -> HttpResponse:
    """What the owner has drawn, as a file for another installation."""
    content = json.dumps(sets.export(_admin(request)), ensure_ascii=False, indent=1)
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="enishi-set.json"'
    return response


# --- how complete -----------------------------------------------------------------------------------
@require_GET
@handled
def quality(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Of each wanted field how many records lack it, each number leading to them."""
    user = person(request)
    held = rules.figures(entity, user)
    for each in held["lines"]:
        condition = json.dumps({"field": each["field"].name, "op": "empty"})
        each["url"] = f"{entity.list_url}?{urlencode({'filter': condition})}"
    return render(request, "design/quality.html", {"entity": entity, "held": held, "entities": designable()})
