"""The designer [項目と画面の設定]: entities, fields and connections drawn in the browser. Only admins get in."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.kit import htmx
from enishi.records import registry, rules
from enishi.records.design import operations, picture, sets
from enishi.records.design.icons import ICONS
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Choice, FieldKind, Linked, Stage
from enishi.records.models import ConnectionDesign, EntityDesign, FieldDesign
from enishi.records.pages.base import dialog, handled, person, stamp
from enishi.records.visible import require


def admin(request: HttpRequest) -> Any:
    user = person(request)
    require(user, "admin")
    return user


def designable() -> list[Entity]:
    """Entities that are drawn or may be added to; those that only serve others are left out."""
    found = [one for one in registry.all_entities() if one.in_navigation or one.drawn]
    return sorted(found, key=lambda one: (one.drawn, one.position, one.code))


def entity_of(name: str) -> Entity:
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
    admin(request)
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
    operations.order_entities(request.POST.get("names", "").split(","), by=admin(request))
    return htmx.toast(HttpResponse(status=204), _("保存しました。"))


@handled
def entity_form(request: HttpRequest, name: str = "") -> HttpResponse:
    """A new entity, or the words and the icon of one."""
    user = admin(request)
    entity = entity_of(name) if name else None
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
    admin(request)
    entity = entity_of(name)
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
    user = admin(request)
    entity = entity_of(name)
    try:
        layout = json.loads(request.POST.get("layout", ""))
    except (ValueError, RecursionError):
        layout = None
    if not isinstance(layout, dict):
        raise Refused({"": [_("送られた内容が読めません。画面を開き直してからお試しください。")]})
    if entity.board is not None and entity.board.group:
        layout.pop("board", None)
    with transaction.atomic():
        # Of two at once the second sees what the first stored.
        list(EntityDesign.objects.select_for_update().filter(name=name))
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
    user = admin(request)
    if request.POST.get("back"):
        operations.bring_back_entity(name, by=user)
        messages.success(request, _("元に戻しました。中のデータもそのままです。"))
        return htmx.go(request, f"/settings/design/{name}/")
    operations.retire_entity(name, by=user)
    messages.success(request, _("使わない画面にしました。中のデータは残っていて、いつでも戻せます。"))
    return htmx.go(request, "/settings/design/")


# --- fields -----------------------------------------------------------------------------------------


# --- connections ------------------------------------------------------------------------------------
@handled
def connection_form(request: HttpRequest, name: str, field: str = "") -> HttpResponse:
    """A new connection from this entity, or the names of one."""
    user = admin(request)
    entity = entity_of(name)
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
    user = admin(request)
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
    content = json.dumps(sets.export(admin(request)), ensure_ascii=False, indent=1)
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
