"""The card of any record: its fields, edited in place; its timeline; what is connected; files."""

import json
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enishi.access.models import User
from enishi.access.reads import note_read
from enishi.access.rights import log_access, rights_of
from enishi.kit import htmx
from enishi.kit.hooks import Hook
from enishi.records import attachments, registry, timeline, write
from enishi.records.entity import Entity
from enishi.records.errors import Conflict, Moved, NotFound, Refused
from enishi.records.fields import FieldKind, Reference
from enishi.records.fields.files import picture_type
from enishi.records.limits import unseen
from enishi.records.pages import events, steps
from enishi.records.pages.base import error_page, form_input, handled, person, read_values, whole
from enishi.records.pages.connected import Line, lines
from enishi.records.pages.facts import fact, facts, line_sheets
from enishi.records.pages.forms import may_clone
from enishi.records.pages.ties import tied
from enishi.records.personal import is_person
from enishi.records.prepared import fetch, first
from enishi.records.rules import missing
from enishi.records.visible import allowed, in_bin, one, permits, require, shape, visible

card_context = Hook("card context")  # upper floors add to a card's context: composer, tasks, figures
CONNECTED = FILES = 10  # of each, on the card itself
MANY = 4  # connections from which on it pays to ask first which of them hold anything


def card_parts(
    request: HttpRequest, entity: Entity, record: Any, *, head: bool = False, newest: int | None = None
) -> dict[str, Any]:
    """The context that all parts of a card share; only what its head needs, where that is enough. `newest`: the record's last event."""
    user = person(request)
    may = allowed(user, entity, record)
    context: dict[str, Any] = {
        "entity": entity,
        "record": record,
        "own_url": entity.url(record.pk),
        "title": entity.title(record),
        "subtitle": getattr(record, entity.subtitle_field, "") if entity.subtitle_field else "",
        "status": entity.field(entity.status_field).cell(record) if entity.status_field else "",
        "may": may,
        "may_write": may.change,
        "may_clone": may_clone(entity) and allowed(user, entity).create,
        "is_admin": user.is_admin,
        "is_person": user.is_admin and is_person(entity, record),
        "owner_text": entity.field("owner").value_text(record),
        "belongs": _belongs(entity, record),
        "shows": set(entity.fields),
        "shows_address": {"prefecture", "address", "building"} <= set(entity.fields),
        "stamp": timeline.stamp(entity, record, newest),
        "has_touch": hasattr(record, "next_step") and _reads_step(entity, record, user),
        "lacks": missing(entity, record),
        "own_call": _own_text(entity, record, entity.call_field),
        "own_mail": _own_text(entity, record, entity.mail_field),
    }
    if not head:
        context |= {
            "line_sheets": line_sheets(entity, record, may.change),
            "sections": facts(entity, record, may.change, token=get_token(request)),
            **_files(entity, record, size=FILES),
        }
    card_context.send(request=request, entity=entity, record=record, context=context)
    return context


def _files(entity: Entity, record: Any, before: int = 0, size: int = 50) -> dict[str, Any]:
    """The newest files, or those before a key, as their rows want them."""
    held, following = attachments.page(entity, record, before, size)
    return {"files": held, "files_before": following, "fixed": attachments.fixed(entity, record, held)}


def _reads_step(entity: Entity, record: Any, user: User) -> bool:
    """Whether the person may read what comes next: all next steps, or this one because it is his own task or his team's."""
    if "next_step" in entity.fields:
        return True
    if rights_of(user).fields.get(entity.name, {}).get("next_step") == "hidden":
        return False
    return not (record.next_task_id and unseen(registry.find("task"), [record.next_task_id]))


def _belongs(entity: Entity, record: Any) -> tuple[str, str] | None:
    """Address and name of the account that a record belongs to."""
    found = entity.fields.get("account")
    if not isinstance(found, Reference) or entity.rights_through or not found.get(record):
        return None
    return found.target.url(found.get(record)), found.value_text(record)


def _own_text(entity: Entity, record: Any, name: str) -> str:
    """The number or address of a drawn entity; built-in ones have columns of their own for them."""
    return entity.field(name).value_text(record) if entity.drawn and name else ""


def connections(request: HttpRequest, entity: Entity, record: Any) -> list[dict[str, Any]]:
    """Connected records: a query for each connection in which there are any."""
    made, user = [], person(request)
    nothing = _empty(entity, record)
    for connection in entity.connections:
        other = registry.find(connection.entity)
        if other is None:
            continue
        column = other.field(connection.field).column
        columns = [other.fields[name] for name in connection.columns if name in other.fields]
        asked = shape(other, user, "connected", column, connection.columns)
        page = (
            fetch(asked, partial(_connected, other, user, columns, column), record.pk)
            if (other.name, column) not in nothing
            else []
        )
        cells = (
            zip(*(one_field.cells(page) for one_field in columns), strict=True)
            if columns
            else ((),) * len(page)
        )
        made.append(
            {
                "entity": other,
                "label": connection.label,
                "count": min(len(page), CONNECTED),
                "html": lines(
                    Line(other.title(row), other.url(row.pk), [text for text in parts if text])
                    for row, parts in list(zip(page, cells, strict=True))[:CONNECTED]
                ),
                "more": len(page) > CONNECTED,
                "key": connection.field,
                "list_url": f"/{other.slug}/?filter={json.dumps({'field': connection.field, 'op': 'is', 'value': record.pk})}",
                "add_url": f"/{other.slug}/new/?{connection.field}={record.pk}",
                "may_add": entity.adds(record, connection) and allowed(user, other).create,
            }
        )
    ties = [one_field for one_field in entity.linked if one_field.many]
    first = [one_field for one_field in ties if one_field.forward and one_field in entity.built_in]
    rest = [one_field for one_field in ties if one_field not in first]
    return [
        *(tied(request, entity, record, one_field) for one_field in first),
        *made,
        *(tied(request, entity, record, one_field) for one_field in rest),
    ]


def beside(request: HttpRequest, entity: Entity, record: Any) -> dict[str, Any]:
    """What is connected as the card shows it: a sheet for each connection that has something in it or somebody to offer, and those of
    which the first may be added, which need no sheet each to say that there is nothing."""
    found = connections(request, entity, record)
    shown = [one for one in found if one["count"] or one.get("offered")]
    return {
        "connections": shown, "addable": [one for one in found if one not in shown and one["may_add"]],
    }  # fmt: skip


def _empty(entity: Entity, record: Any) -> set[tuple[str, str]]:
    """Of an entity with many connections those in which this record has nothing, whoever looks: entity and column, by one query."""
    pairs = [
        (other, column)
        for one_of in entity.connections
        if (other := registry.find(one_of.entity)) is not None
        and not (found := other.field(one_of.field)).custom
        and (column := found.column)
    ]
    if len(pairs) < MANY:
        return set()
    asked = (
        "connections",
        registry.design_number(),
        entity.name,
        tuple((one.name, column) for one, column in pairs),
    )
    held = first(asked, partial(_filled, entity, pairs), record.pk)
    return {
        (one.name, column) for (one, column), filled in zip(pairs, held or (), strict=False) if not filled
    }


def _filled(entity: Entity, pairs: list[tuple[Entity, str]], key: Any) -> Any:
    rows = entity.model._default_manager.filter(pk=key)
    return rows.values_list(
        *(Exists(other.model._default_manager.filter(**{column: OuterRef("pk")})) for other, column in pairs)
    )[:1]


def _connected(other: Entity, user: Any, columns: list[FieldKind], column: str, key: Any) -> Any:
    rows = other.light_rows(visible(other, user).filter(**{column: key}), columns)
    return rows.order_by(_newest(other), "-pk")[: CONNECTED + 1]


def _newest(other: Entity) -> str:
    """What comes first among connected records: the newest of what has a day of its own (orders, payments), else what changed last."""
    name = other.default_sort.removeprefix("-")
    own = name != other.default_sort and name in other.fields and not other.fields[name].custom
    return other.default_sort if own and not other.model._meta.get_field(name).null else "-updated_at"


@require_GET
@handled
def card_page(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """The whole card."""
    try:
        record = one(entity, person(request), record_id)
    except Moved:
        raise
    except NotFound:
        if (binned := in_bin(entity, person(request)).filter(pk=record_id).first()) is None:
            raise
        said = _("「%(title)s」はごみ箱にあります。ごみ箱から元に戻せます。") % {
            "title": entity.title(binned)
        }
        return error_page(request, 404, said, more=((_("ごみ箱を開く"), "/bin/"),))
    part = request.GET.get("part")
    if part in {"live", "head", "lines"}:
        context = card_parts(request, entity, record)
        if request.GET.get("stamp") == context["stamp"]:
            return HttpResponse(status=204)
        if part == "live":
            context |= beside(request, entity, record)
        response = render(
            request,
            {"head": "records/card_head.html", "lines": "records/card_lines.html"}.get(
                part, "records/card_left.html"
            ),
            context,
        )
        response.headers["X-Stamp"] = context["stamp"]
        return response
    note_read(person(request), entity.name, record.pk)
    shown = timeline_context(request, entity, record)
    context = card_parts(request, entity, record, newest=shown["newest"])
    context |= beside(request, entity, record)
    return render(request, "records/card.html", context | shown)


def timeline_context(request: HttpRequest, entity: Entity, record: Any) -> dict[str, Any]:
    """One page of the timeline."""
    group, user = request.GET.get("kind", ""), person(request)
    try:
        found = timeline.page(entity, record.pk, user, group=group, before=request.GET.get("before", ""))
    except ValueError:
        found = timeline.page(entity, record.pk, user, group=group)
    return {
        "items": events.Lines(permits(user, "change", entity, record)).html(found.items),
        "following": found.following,
        "newest": found.newest,
        "group": group if group in dict(timeline.GROUPS) else "",
        "groups": timeline.GROUPS,
        "before": request.GET.get("before", ""),
    }


@require_GET
@handled
def timeline_part(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """The timeline alone: filtered, continued, or asked for anew."""
    record = one(entity, person(request), record_id)
    stamp = timeline.stamp(entity, record)
    if request.GET.get("stamp") == stamp:
        return HttpResponse(status=204)
    if "stamp" not in request.GET:  # a card that stays open asks by itself
        note_read(person(request), entity.name, record.pk)
    context = {"entity": entity, "record": record, "own_url": entity.url(record.pk), "stamp": stamp}
    response = render(request, "records/timeline.html", context | timeline_context(request, entity, record))
    response.headers["X-Stamp"] = stamp
    return response


@handled
def edit_field(request: HttpRequest, entity: Entity, record_id: int, name: str) -> HttpResponse:
    """One value: shown, asked for (GET ?edit), stored (POST)."""
    user = person(request)
    if name not in entity.fields:
        raise NotFound
    if request.method == "POST":
        return _save_field(request, entity, record_id, name)
    record = one(entity, user, record_id)
    line = fact(entity, record, name, permits(user, "change", entity, record))
    if "edit" not in request.GET:
        return HttpResponse(line["html"])
    require(user, "change", entity, record)
    found = entity.field(name)
    inputs = [form_input(found, found.get(record), record=record, autofocus=True, bare=True)]
    context = {"entity": entity, "record": record, "version": record.version, "fact": line, "inputs": inputs}
    return render(request, "records/fact_form.html", context)


def _save_field(request: HttpRequest, entity: Entity, record_id: int, name: str) -> HttpResponse:
    """Stores a value; answers with its line and the card's head, or asks again with what was typed, or shows both values."""
    user = person(request)
    require(user, "change", entity)
    names = [name, *(extra for extra in request.POST if extra in entity.fields and extra != name)]
    version = whole(request.POST.get("version", "")) or None
    if steps.is_step(entity, name):
        asked = steps.ask_first(request, entity, one(entity, user, record_id), request.POST.get(name, ""))
        if asked is not None:  # the line stands again as it was; the dialog stores the step, or doesn't
            record = one(entity, user, record_id)
            shown = fact(entity, record, name, permits(user, "change", entity, record))["html"]
            return HttpResponse(
                f'{shown}<hx-partial hx-target="#dialog" hx-swap="innerHTML">{asked}</hx-partial>'
            )
    try:
        done = write.write(entity, record_id, read_values(request, entity, names), by=user, version=version)
    except Refused as error:
        return _ask_again(request, entity, record_id, name, error)
    except Conflict as error:
        record = one(entity, user, record_id)
        line = fact(entity, record, name, permits(user, "change", entity, record))
        context = {
            "entity": entity,
            "record": record,
            "conflict": error,
            "fact": line,
            "version": error.version,
        }
        return render(request, "records/fact_conflict.html", context, status=409)
    try:
        record = one(entity, user, record_id)
    except NotFound:  # it was given to somebody whose records this person doesn't see
        messages.success(request, _("保存しました。担当が変わったので、この記録はもう表示できません。"))
        return htmx.go(request, entity.list_url)
    line = fact(entity, record, name, permits(user, "change", entity, record))
    context = card_parts(request, entity, record, head=True) | {"fact": line}
    response = render(request, "records/fact_saved.html", context)
    if done.event is not None:
        said = _("%(label)sを変更しました。") % {"label": entity.field(name).label}
        left = (
            entity.left_open(record, user)
            if entity.board is not None and name == entity.board.field
            else None
        )
        htmx.toast(response, said, undo_url=f"/undo/event/{done.event.pk}/", link=left)
        htmx.trigger(response, **{"records-changed": True})
    return response


def _ask_again(
    request: HttpRequest, entity: Entity, record_id: int, name: str, error: Refused
) -> HttpResponse:
    """The field's form with what was typed and why it can't be stored, and with the fields that are missing beside it."""
    user = person(request)
    record, found = one(entity, user, record_id), entity.field(name)
    asked = [name, *(one_name for one_name in request.POST if one_name in entity.fields and one_name != name)]
    held = {name: found.input_text(found.get(record))}
    inputs = [
        form_input(
            entity.field(each), raw=request.POST.get(each, held.get(each, "")), errors=error.errors.get(each, []), record=record,
            autofocus=each != name or len(error.errors) == 1,
        )
        for each in dict.fromkeys([*asked, *(key for key in error.errors if key in entity.fields)])
    ]  # fmt: skip
    context = {
        "entity": entity, "record": record, "version": record.version, "inputs": inputs, "general": error.errors.get("", []),
        "fact": fact(entity, record, name, permits(user, "change", entity, record)),
    }  # fmt: skip
    return render(request, "records/fact_form.html", context, status=422)


@require_POST
@handled
def delete_record(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """Puts a record into the bin."""
    user = person(request)
    record = one(entity, user, record_id)
    title = entity.title(record)
    events = write.delete(entity, [record_id], by=user)
    text = {
        "message": _("「%(title)s」をごみ箱へ移しました。") % {"title": title},
        "undo_url": f"/undo/event/{events[0].pk}/",
    }
    messages.success(request, json.dumps(text), extra_tags="json")
    return htmx.go(request, entity.list_url)


@require_http_methods(["GET", "POST"])
@handled
def files(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """The next files of a record (GET), or keeps new ones on it (POST)."""
    if request.method == "POST":
        return _upload(request, entity, record_id)
    user = person(request)
    record = one(entity, user, record_id)
    note_read(user, entity.name, record.pk)
    before = whole(request.GET.get("before", ""), 0) or 0
    context = {"entity": entity, "record": record, "may_write": allowed(user, entity, record).change}
    return render(request, "records/file_rows.html", {**context, **_files(entity, record, before)})


def _upload(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    user = person(request)
    uploads = request.FILES.getlist("file")
    if not uploads:
        return error_page(request, 422, _("ファイルを選んでください。"))
    name = request.GET.get("field", "")
    try:
        if name:
            count = len(attachments.put(entity, record_id, name, uploads, by=user))
            messages.success(request, _("ファイルを%(n)d件保存しました。") % {"n": count})
            return htmx.go(request, entity.url(record_id))
        for one_file in uploads:
            attachments.check(one_file)
        for one_file in uploads:
            attachments.store(entity, record_id, one_file, by=user)
    except ValidationError as error:
        return error_page(request, 422, _("、").join(error.messages))
    messages.success(request, _("ファイルを%(n)d件保存しました。") % {"n": len(uploads)})
    return htmx.go(request, entity.url(record_id))


@require_GET
@handled
def download(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """A file, always as a download and in a sandbox: what somebody uploaded never runs here."""
    user = person(request)
    attachment, stream = attachments.open_for(attachment_id, user)
    log_access(user, "file", attachment.entity, 1, attachment.name[:200], record_id=attachment.record_id)
    return attachments.as_download(attachment, stream)


@require_GET
@handled
def picture(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """A picture as such, if its first bytes say that it is one; in a sandbox like all that somebody uploaded."""
    attachment, stream = attachments.open_for(attachment_id, person(request))
    kind = picture_type(stream.read(16))
    if not kind:
        stream.close()
        raise NotFound
    stream.seek(0)
    response = FileResponse(stream, filename=attachment.name, content_type=kind)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@require_POST
@handled
def remove_file(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """Takes a file off its record."""
    attachment = attachments.remove(attachment_id, by=person(request))
    messages.success(request, _("ファイル「%(name)s」を外しました。") % {"name": attachment.name})
    return htmx.go(request, registry.get(attachment.entity).url(attachment.record_id))
