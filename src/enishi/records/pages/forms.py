"""Making a record: the first form of any entity, as a dialog or a page, with likely duplicates beside it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.access.models import User
from enishi.kit import htmx
from enishi.records import write
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Pointer, Reference
from enishi.records.pages.base import form_input, handled, person, read_values, whole
from enishi.records.similar import similar
from enishi.records.visible import one, require, visible


@handled
def create_page(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The form, or the record made from it."""
    user = person(request)
    require(user, "create", entity)
    names = form_names(entity)
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        values = read_values(request, entity, [name for name in entity.fields if entity.field(name).editable])
        values = {name: value for name, value in values.items() if value != "" or entity.field(name).required}
        values |= _cloned_links(request, entity, values)
        try:
            made = write.create_once(
                entity, values, by=user, key=request.POST.get("idempotency_key", "")[:80]
            )
        except Refused as error:
            errors, status = error.errors, 422
        else:
            following = request.POST.get("next", "")
            return htmx.go(request, following if _is_local(following) else entity.url(made.record.pk))
    context = form_context(request, entity, names, errors)
    template = "records/create_dialog.html" if htmx.is_htmx(request) else "records/create.html"
    return render(request, template, context, status=status)


@require_GET
@handled
def clone_page(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """The form of a new record, filled with what another one is: nothing is made before it is sent."""
    user = person(request)
    require(user, "create", entity)
    if not may_clone(entity):
        raise NotFound
    record = one(entity, user, record_id)
    context = form_context(request, entity, form_names(entity), {}, like=record)
    template = "records/create_dialog.html" if htmx.is_htmx(request) else "records/create.html"
    return render(request, template, context)


def may_clone(entity: Entity) -> bool:
    """Whether records of this kind may be the pattern of new ones."""
    return entity.clonable and not (entity.admin_only or entity.is_line) and entity.in_navigation


def _cloned(entity: Entity, record: Any, user: User) -> dict[str, Any]:
    """What a copy of a record begins with: what may be written, names no other record alone, and points to nothing out of sight."""
    made: dict[str, Any] = {}
    for name, found in entity.fields.items():
        if name in entity.uncloned or name == "owner" or found.unique or not found.editable or found.linked:
            continue
        value = found.get(record)
        if found.is_empty(value) or found.kind in {"file", "picture"}:
            continue
        if isinstance(found, Reference) and not visible(found.target, user).filter(pk=value).exists():
            continue
        made[name] = value
    return made


def _cloned_links(request: HttpRequest, entity: Entity, values: dict[str, Any]) -> dict[str, Any]:
    """What stands in no form of the record that a new one was made like: its lines, and its connections that the person sees."""
    key = whole(request.POST.get("copy_of", ""))
    if not key or not may_clone(entity):
        return {}
    user = person(request)
    record, made = visible(entity, user).filter(pk=key).first(), dict[str, Any]()
    if record is None:  # gone since: what was typed is stored all the same
        return {}
    for lines in entity.lines:
        if (
            lines.name not in values
            and lines.editable
            and lines.name not in entity.uncloned
            and (held := lines.get(record))
        ):
            made[lines.name] = held
    for found in entity.linked:
        if found.name in values or not found.editable or found.name in entity.uncloned:
            continue
        pairs = found.get(record)
        seen = set(
            visible(found.target, user)
            .filter(pk__in=[to for to, _role in pairs])
            .values_list("pk", flat=True)
        )
        if kept := [pair for pair in pairs if pair[0] in seen]:
            made[found.name] = kept
    return made


def _is_local(url: str) -> bool:
    return (
        url.startswith("/") and url.isprintable() and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    )


def form_names(entity: Entity) -> list[str]:
    """Fields of the form: the quick ones first."""
    every = [name for section in entity.sections for name in section.fields]
    return [
        name
        for name in dict.fromkeys([*entity.quick_fields, *every])
        if name in entity.fields and entity.field(name).editable
    ]


def form_context(
    request: HttpRequest, entity: Entity, names: list[str], errors: dict[str, list[str]], *, like: Any = None
) -> dict[str, Any]:
    """Inputs with what was typed, or with what the address gives beforehand, or what another record (`like`) is."""
    given = request.POST if request.method == "POST" else request.GET
    copied = _cloned(entity, like, person(request)) if like is not None else {}
    title = entity.title_field
    if title in copied and isinstance(copied[title], str) and title in entity.quick_fields:
        longest = getattr(entity.field(title), "longest", 200)
        copied[title] = (_("%(name)sのコピー") % {"name": copied[title]})[:longest]
    inputs = []
    for name in names:
        found = entity.field(name)
        default = found.beginning()
        raw = given.get(name)
        default = copied.get(name, default)
        if raw is None and request.method != "POST" and name == "owner":
            default = None if entity.finds_owner(request.user) else request.user.pk
        inputs.append(
            form_input(
                found,
                default,
                raw=raw,
                errors=errors.get(name),
                autofocus=name == names[0],
                record=like if name in copied and isinstance(found, Pointer) else None,
            )  # fmt: skip
        )
    quick = set(entity.quick_fields) or set(names[:6])
    wrong = set(errors)
    return {
        "entity": entity,
        "quick": [one for one in inputs if one["name"] in quick or one["name"] in wrong],
        "rest": [one for one in inputs if one["name"] not in quick and one["name"] not in wrong],
        "general": [text for name, texts in errors.items() if name not in names for text in texts],
        "key": request.POST.get("idempotency_key", ""),
        "next": given.get("next", ""),
        "copy_of": like.pk if like is not None else given.get("copy_of", ""),
        "wrong": bool(errors),
        "title": _("%(entity)sを複製") % {"entity": entity}
        if like is not None
        else _("%(entity)sを登録") % {"entity": entity},
    }


@require_GET
@handled
def similar_part(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Records that are likely the same as the one being typed."""
    values = {name: request.GET.get(name, "").strip()[:200] for name in request.GET if name in entity.fields}
    found = similar(entity, values, person(request), but=whole(request.GET.get("but", "")))
    return render(
        request,
        "records/similar.html",
        {"entity": entity, "found": found, "but": whole(request.GET.get("but", ""))},
    )
