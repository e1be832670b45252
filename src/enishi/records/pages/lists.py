"""The list of any entity, its saved views, and changes to many rows at once."""

import json
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from enishi.japanese.text import clean
from enishi.kit import htmx
from enishi.kit.hooks import Hook
from enishi.records import bulk as bulk_writing
from enishi.records import registry, write
from enishi.records.conditions import BadCondition, Scope, all_of, compile_condition, describe
from enishi.records.conditions.words import OPERATOR_WORDS
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Choice, FieldKind, InTeam, Person, SeveralChoices, Tags
from enishi.records.lists import ListState, table_size, totals
from enishi.records.models import Operation, SavedView
from enishi.records.pages import steps
from enishi.records.pages.base import dialog, handled, person, whole
from enishi.records.pages.rows import table_rows
from enishi.records.prepared import fetch
from enishi.records.search import MOST_READ, reads_part
from enishi.records.visible import allowed, require, visible

# Upper floors add to a list's context: `list_parts` (templates above the rows), and what it says while it is empty.
list_context = Hook("list context")
SMALL = 20_000  # tables up to this size are counted with the page; larger ones right after it
MOST_BULK = 1000
OTHERS = "other-fields"  # instead of a field's name: the dialog asks which
LONGEST_ADDRESS = 6_000  # letters; servers in front refuse more than 8,000
UNBUILDABLE = {"contacts", "any_record", "reference"}


@require_GET
@handled
def list_page(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The list as its address describes it."""
    user = person(request)
    if request.GET.get("part") == "totals":
        state = ListState.of(entity, user, request.GET)
        return render(request, "records/totals.html", {"entity": entity, "totals": totals(state)})
    if request.GET.get("part") == "ids":
        keys = list(
            ListState.of(entity, user, request.GET).queryset().values_list("pk", flat=True)[: MOST_BULK + 1]
        )
        # They go on to dialogs in an address, divided by %2C.
        most = min(MOST_BULK, LONGEST_ADDRESS // (len(str(max(keys, default=0))) + 3))
        return JsonResponse({"ids": keys[:most], "cut": len(keys) > most})
    try:
        state = ListState.of(entity, user, request.GET)
        records, following = state.page()
        chips = filter_chips(request, state)
        problem = ""
    except BadCondition as error:
        state = ListState.of(entity, user, request.GET.__class__(""))
        records, following = state.page()
        chips, problem = [], str(error)
    columns = state.column_fields
    offers = state.group.offers if state.group and user.rights.reach("create", "activity") != "none" else ()
    small = table_size(entity) <= SMALL
    found = totals(state) if small else None
    context = {
        "entity": entity,
        "state": state,
        "heads": headings(request, state),
        "rows": table_rows(entity, records, columns, offers),
        "offers": bool(offers),
        "group": state.group,
        "next": link(request, after=following) if following else "",
        "first": link(request, after=None) if state.after else "",
        "totals": found,
        "total_cells": total_cells(columns, found),
        "uncounted": uncounted_words(entity) if found is not None and found.left_out else "",
        "totals_url": "" if small else link(request, part="totals"),
        "views": view_tabs(state),
        "group_parts": group_parts(state),
        "chips": chips,
        "problem": problem,
        "part_read": MOST_READ if state.search and reads_part(entity, state.search) else 0,
        "empty": not records and not state.after,
        # A preset of what holds nothing at all says what goes there, not that its conditions were too narrow.
        "filtered": bool(state.condition) and (bool(records) or visible(entity, user).exists()),
        "list_query": request.GET.urlencode(),
        "may": allowed(user, entity),
    }
    list_context.send(request=request, state=state, context=context)
    return render(request, "records/list.html", context)


def link(request: HttpRequest, **changes: Any) -> str:
    """The present address with some parameters changed; a change of what is listed begins at the first page."""
    parameters = request.GET.copy()
    parameters.pop("after", None)
    parameters.pop("part", None)
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = value
    return f"?{parameters.urlencode()}"


def headings(request: HttpRequest, state: ListState) -> tuple[tuple[str, str, str, bool], ...]:
    """Per column its label, where the heading leads ("" where it has no order), the arrow that it shows, and whether it
    stands at the right; the name first."""
    base = link(request, sort=None)
    entity = state.entity
    title = entity.field(entity.title_field)
    word = title.label if entity.drawn else _("名前")
    made = []
    for found, label in [
        (title, word),
        *((one, one.label) for one in state.column_fields if one is not title),
    ]:
        name, url, arrow = found.name, "", ""
        if found is title and hasattr(entity.model, "sort_key"):
            name = "sort_key"
        if name == "sort_key" or found.sortable:
            up, down = state.sort == name, state.sort == f"-{name}"
            url = f"{base}{'&' if len(base) > 1 else ''}sort={'-' if up else ''}{name}"
            arrow = "↑" if up else "↓" if down else ""
        made.append((label, url, arrow, found is not title and found.right_aligned))
    return tuple(made)


def uncounted_words(entity: Entity) -> str:
    """What the sums in the foot leave out."""
    states = entity.fields.get(entity.status_field)
    if not isinstance(states, Choice):
        return ""
    return _("%(states)sを除く") % {"states": _("・").join(states.text(one) for one in entity.uncounted)}


def total_cells(columns: list[FieldKind], found: Any) -> list[str]:
    """The foot: sums under the columns that have one."""
    if found is None or not any(value is not None for value in found.sums.values()):
        return []
    return [one.text(found.sums[one.name]) if found.sums.get(one.name) is not None else "" for one in columns]


def view_tabs(state: ListState) -> tuple[tuple[str, str, bool, int], ...]:
    """All, the entity's presets, the person's own and shared views: label, address, whether it is shown, its key where it is
    the person's own. On the page of a group of presets just these."""
    base = f"/{state.entity.slug}/"
    group = state.group
    shown = [one for one in state.entity.presets if one.group == (group.key if group else "")]
    tabs = [(str(one.label), f"{base}?preset={one.key}", state.preset == one.key, 0) for one in shown]
    if group:
        return tuple(tabs)
    tabs.insert(0, (_("すべて"), base, not state.preset and not state.view, 0))
    for view in fetch("saved views", _views, state.user.pk, state.entity.name):
        mine = view.pk if view.user_id == state.user.pk else 0
        tabs.append((view.name, f"{base}?view={view.pk}", view.pk == state.view_key, mine))
    return tuple(tabs)


def group_parts(state: ListState) -> tuple[tuple[str, str, bool], ...]:
    """The entities whose presets make this page together: words, address (of the same part of the page, where there is one), whether it is
    shown. Nothing where there is one alone."""
    if state.group is None:
        return ()
    made = []
    for entity in registry.all_entities():
        held = [one.key for one in entity.presets if one.group == state.group.key]
        if held:
            key = state.preset if state.preset in held else held[0]
            made.append((str(entity), f"{entity.list_url}?preset={key}", entity.name == state.entity.name))
    return tuple(made) if len(made) > 1 else ()


def _views(user_id: Any, entity: Any) -> Any:
    return SavedView.objects.filter(Q(user=user_id) | Q(shared=True), entity=entity)


def filter_chips(request: HttpRequest, state: ListState) -> list[dict[str, str]]:
    """One chip per condition, each with the address that lacks it."""
    scope, chips = Scope.of(state.user), []
    parts: list[Any] = [state.filter] if state.filter else []
    if set(state.filter) == {"all"}:
        parts = state.filter["all"]
    for index, part in enumerate(parts):
        rest = [one for place, one in enumerate(parts) if place != index]
        kept = (
            "" if not rest else json.dumps(rest[0] if len(rest) == 1 else {"all": rest}, ensure_ascii=False)
        )
        chips.append({"text": describe(state.entity, part, scope), "url": link(request, filter=kept)})
    if state.search.strip():
        chips.append({"text": _("検索: %(text)s") % {"text": state.search}, "url": link(request, q=None)})
    return chips


Offered = dict[str, list[dict[str, str]]]


def builder_kinds(entity: Entity, *, deep: int = 2, offered: Offered | None = None) -> list[dict[str, Any]]:
    """What the condition builder offers: fields, their operators in words, their choices; and what hangs on the record, with the same of
    the other's fields.

    Args:
        deep: how many steps from record to record; the last one goes over the owner's connections only.
        offered: people, teams and tags, asked for once; the kinds that choose among them name the list ("users").
    """
    whole = deep > 1
    held: Offered = {} if offered is None else offered
    made: list[dict[str, Any]] = []
    for one in entity.fields.values():
        if one.hidden or (one.linked and whole):
            continue
        if one.kind in UNBUILDABLE or one.kind == "reference" or one.linked:
            operators: tuple[str, ...] = ("empty", "not_empty")
        else:
            operators = one.operators
        options: list[dict[str, str]] | str = []
        if isinstance(one, Choice):
            options = [
                {"value": option.value, "label": str(option.label)}
                for option in one.options
                if not option.retired
            ]
        elif isinstance(one, Person):
            if "users" not in held:
                every = [{"value": str(user.pk), "label": str(user)} for user in one.users]
                held["users"] = [{"value": "me", "label": _("自分")}, *every]
            options = "users"
        elif isinstance(one, InTeam):
            if "teams" not in held:
                every = [{"value": str(team.pk), "label": str(team)} for team in one.teams]
                held["teams"] = [{"value": "me", "label": _("自分のチーム")}, *every]
            options = "teams"
        elif isinstance(one, Tags):
            from enishi.records.models import Tag

            if "tags" not in held:
                held["tags"] = [{"value": tag.name, "label": tag.name} for tag in Tag.objects.all()[:200]]
            options = "tags"
        elif one.kind == "yes_no":
            options = [{"value": "1", "label": _("はい")}, {"value": "0", "label": _("いいえ")}]
        made.append(
            {
                "name": one.name,
                "label": one.label,
                "operators": [{"value": op, "label": str(OPERATOR_WORDS[op])} for op in operators],
                "input": {
                    "date": "date",
                    "date_time": "date",
                    "moment": "date",
                    "number": "number",
                    "money": "text",
                    "percent": "number",
                }.get(one.kind, "text"),
                "options": options,
            }
        )
    return made + (_connected_kinds(entity, deep - 1, held) if deep else [])


def builder_offer(entity: Entity) -> dict[str, Any]:
    """All that the condition builder needs to know: its kinds, and the lists that many of them share (a hundred people stand in it once)."""
    shared: Offered = {}
    return {"kinds": builder_kinds(entity, offered=shared), "shared": shared}


def _connected_kinds(entity: Entity, deep: int, offered: Offered) -> list[dict[str, Any]]:
    """The records it points to; connections the owner drew; at the first step built-in ones that point here."""
    found: list[tuple[str, str, dict[str, Any], Entity]] = [
        (f"has-{one.name}", one.label, {"field": one.name}, one.target) for one in entity.linked
    ]
    for each in entity.connections if deep else ():
        other = registry.find(each.entity)
        if other is not None:
            held = {"entity": each.entity, "field": each.field}
            found.append((f"has-{each.entity}-{each.field}", str(each.label), held, other))
    for name in ("task", "activity") if deep and entity.name not in {"task", "activity"} else ():
        other = registry.find(name)
        if other is not None and hasattr(entity.model, "next_step"):
            found.append((f"has-{name}", str(other.label), {"entity": name, "link": "about"}, other))
    pointed: list[dict[str, Any]] = [
        {
            "name": f"of-{one.name}", "label": _("%(label)sの項目 …") % {"label": one.label}, "operators": [], "input": "text", "options": [],
            "to": one.name, "of": builder_kinds(other, deep=0, offered=offered),
        }
        for one in (entity.references if deep else ())
        if one.kind == "reference" and not one.hidden and (other := registry.find(one.to)) is not None
    ]  # fmt: skip
    return pointed + [
        {
            "name": name, "label": f"{label} …", "operators": [], "input": "text", "options": [], "has": has,
            "of": builder_kinds(other, deep=deep, offered=offered),
        }
        for name, label, has, other in found
    ]  # fmt: skip


@require_GET
@handled
def filter_dialog(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The condition builder."""
    state = ListState.of(entity, person(request), request.GET)
    kept = [(name, value) for name, value in request.GET.items() if name not in {"filter", "after", "part"}]
    return dialog(
        request,
        "records/filter_dialog.html",
        {"entity": entity, "kinds": builder_offer(entity), "value": json.dumps(state.filter), "kept": kept},
    )


@require_GET
@handled
def columns_dialog(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The column chooser."""
    state = ListState.of(entity, person(request), request.GET)
    chosen = [entity.field(name) for name in state.columns]
    others = [
        one
        for one in entity.fields.values()
        if one.listed and not one.hidden and one not in chosen and one.name != entity.title_field
    ]
    kept = [(name, value) for name, value in request.GET.items() if name not in {"columns", "part"}]
    return dialog(
        request,
        "records/columns_dialog.html",
        {"entity": entity, "chosen": chosen, "others": others, "kept": kept},
    )


@require_GET
@handled
def columns_apply(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Ticked columns as an address of the list."""
    names = [name for name in request.GET.getlist("column") if name in entity.fields]
    kept = {name: value for name, value in request.GET.items() if name not in {"column", "columns"}}
    return htmx.go(request, f"/{entity.slug}/?{urlencode({**kept, 'columns': ','.join(names)})}")


@handled
def save_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Asks for a name and keeps the list as it is shown."""
    user = person(request)
    state = ListState.of(entity, user, request.GET)
    if request.method != "POST":
        return dialog(
            request, "records/view_dialog.html", {"entity": entity, "query": request.GET.urlencode()}
        )
    name = clean(request.POST.get("name", "")).strip()[:60]
    if not name:
        raise Refused({"name": [_("ビューの名前を入力してください。")]})
    preset = entity.preset(state.preset)
    held = state.saved()
    if preset:
        held["filter"] = all_of(preset.condition, state.filter)
    if state.search.strip():
        held["filter"] = (
            {"all": [held["filter"], {"search": state.search}]}
            if held["filter"]
            else {"search": state.search}
        )
    compile_condition(entity, held["filter"], Scope.of(user))  # what can't be asked is not kept
    view = SavedView.objects.create(
        entity=entity.name,
        name=name,
        user=user,
        shared=bool(request.POST.get("shared")) and user.may_write,
        state=held,
    )
    return htmx.go(request, f"/{entity.slug}/?view={view.pk}")


@require_POST
@handled
def delete_view(request: HttpRequest, entity: Entity, view_id: int) -> HttpResponse:
    """Takes one's own view away."""
    gone, _rows = SavedView.objects.filter(pk=view_id, entity=entity.name, user=person(request)).delete()
    if not gone:
        raise NotFound
    return htmx.go(request, f"/{entity.slug}/")


@require_POST
@handled
def bulk(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Changes one field of the ticked records, or puts them into the bin: one operation, undone as one."""
    user = person(request)
    ids = [key for part in request.POST.get("ids", "").split(",") if (key := whole(part.strip())) is not None]
    if not ids or len(ids) > MOST_BULK:
        raise Refused({"": [_("1件から%(most)d件までを選んでください。") % {"most": MOST_BULK}]})
    action = request.POST.get("action", "")
    if action == "delete":
        require(user, "delete", entity)
        with transaction.atomic():
            operation = Operation.objects.create(
                kind="bulk", user=user, summary=_("%(entity)sをまとめて削除") % {"entity": entity}
            )
            done = len(write.delete(entity, ids, by=user, operation=operation))
        text = ngettext("%(n)d件をごみ箱へ移しました。", "%(n)d件をごみ箱へ移しました。", done) % {"n": done}
    else:
        require(user, "change", entity)
        if action not in entity.fields:
            raise Refused({"": [_("変更する項目を選んでください。")]})
        found = entity.field(action)
        several = isinstance(found, SeveralChoices)
        value: Any = request.POST.getlist("value") if several else request.POST.get("value", "")
        try:
            added = found.clean(value) if isinstance(found, Tags) else []
        except ValidationError as error:
            raise Refused({action: list(error.messages)}) from None
        more: dict[str, Any] = {}
        asking: set[int] = set()
        if steps.is_step(entity, action):
            wanted = visible(entity, user, "change").filter(pk__in=ids)
            asking = steps.stepping(entity, list(wanted), value)
            if (asked := steps.bulk_dialog(request, entity, sorted(asking), value, ids)) is not None:
                return asked
            more = steps.step_values(request, entity, action)
        with transaction.atomic():
            operation = Operation.objects.create(
                kind="bulk",
                user=user,
                summary=_("%(entity)sの%(field)sをまとめて変更") % {"entity": entity, "field": found.label},
            )
            records = list(
                visible(entity, user, "change")
                .select_for_update(of=("self",))
                .filter(pk__in=ids)
                .order_by("pk")
            )
            pairs = [
                (
                    one,
                    {action: sorted({*one.tags, *added}) if isinstance(found, Tags) else value}
                    | (more if one.pk in asking else {}),
                )
                for one in records
            ]
            done = len(write.write_many(entity, pairs, by=user, operation=operation))
        text = ngettext("%(n)d件を変更しました。", "%(n)d件を変更しました。", done) % {"n": done}
    response = HttpResponse(status=204)
    response.headers["HX-Refresh"] = "true"
    from django.contrib import messages

    messages.success(
        request,
        json.dumps({"message": text, "undo_url": f"/undo/operation/{operation.pk}/"}),
        extra_tags="json",
    )
    return response


@require_GET
@handled
def bulk_dialog(request: HttpRequest, entity: Entity, name: str) -> HttpResponse:
    """Asks for the value that the ticked records shall get."""
    from enishi.records.pages.base import form_input

    require(person(request), "change", entity)
    context: dict[str, Any] = {"entity": entity, "ids": request.GET.get("ids", "")}
    if name == OTHERS:
        context["others"] = bulk_writing.changeable(entity)
        name = request.GET.get("field", "")
        if not name:
            return dialog(request, "records/bulk_dialog.html", context)
    if name not in entity.fields or not entity.field(name).editable:
        raise Refused({"": [_("変更する項目を選んでください。")]})
    made = form_input(entity.field(name), entity.field(name).empty_value(), prefix="bulk")
    made["name"] = "value"
    return dialog(request, "records/bulk_dialog.html", {**context, "input": made, "action": name})
