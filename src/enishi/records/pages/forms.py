"""Making a record: the first form of any entity, as a dialog or a page, with likely duplicates beside it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.access.models import User
from enishi.kit import htmx
from enishi.records import registry, write
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import AnyRecord, Lines, Pointer, Reference, YesNo
from enishi.records.fields.any_record import parse
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
        values = {
            name: value
            for name, value in values.items()
            if value != "" or entity.field(name).required or isinstance(entity.field(name), YesNo)
        }
        values |= _cloned_beside(request, entity, values)
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
        if name in entity.uncloned or name == "owner" or found.unique or not found.editable:
            continue
        if found.linked and not isinstance(found, Lines):
            continue
        value = _cloned_lines(found, record, user) if isinstance(found, Lines) else found.get(record)
        if found.is_empty(value) or found.kind in {"file", "picture"}:
            continue
        if isinstance(found, Reference | AnyRecord) and not _sees(found, value, user):
            continue
        made[name] = value
    return made


def _sees(found: Reference | AnyRecord, value: Any, user: User) -> bool:
    """Whether what a value points to is there for this person."""
    if isinstance(found, Reference):
        return visible(found.target, user).filter(pk=value).exists()
    pair = parse(value)
    target = registry.find(pair[0]) if pair else None
    return pair is not None and target is not None and visible(target, user).filter(pk=pair[1]).exists()


def _cloned_lines(found: Lines, record: Any, user: User) -> Any:
    """A record's lines as a copy begins with them: without what belongs to that record alone (`uncloned` of the lines' entity), and
    pointing to nothing out of sight; a line that is nothing without that is left out."""
    value, fields = found.get(record), found.fields
    there = {
        name: set(visible(fields[name].target, user).filter(pk__in=keys).values_list("pk", flat=True))  # type: ignore[attr-defined]
        for name, keys in found.pointed(value).items()
    }
    made = []
    for line in value:
        copied = tuple(
            (name, fields[name].empty_value() if name in found.target.uncloned or (name in there and held not in there[name]) else held)
            for name, held in line
        )  # fmt: skip
        if not any(fields[name].required and fields[name].is_empty(held) for name, held in copied):
            made.append(copied)
    return tuple(made)


def _cloned_beside(request: HttpRequest, entity: Entity, values: dict[str, Any]) -> dict[str, Any]:
    """What a new record has of the one that it was made like beyond what was typed: its connections that the person sees, lines that
    the form doesn't show, and of those that it shows the untouched ones as they are."""
    key = whole(request.POST.get("copy_of", ""))
    if not key or not may_clone(entity):
        return {}
    user = person(request)
    record, made = visible(entity, user).filter(pk=key).first(), dict[str, Any]()
    if record is None:  # gone since: what was typed is stored all the same
        return {}
    for lines in entity.lines:
        if not lines.editable or lines.name in entity.uncloned:
            continue
        held = _cloned_lines(lines, record, user)
        if lines.name not in request.POST:
            made |= {lines.name: held} if held else {}
        elif lines.name in values:
            try:
                made[lines.name] = lines.against(held, lines.clean(values[lines.name]))
            except ValidationError:  # is told by the write
                continue
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


def _from_beside(request: HttpRequest, entity: Entity) -> dict[str, str]:
    """What a new record has of the one that it is made beside (?deal=5): the account and whatever else both point to."""
    made: dict[str, str] = {}
    for name, text in request.GET.items():
        found, key = entity.fields.get(name), whole(str(text))
        target = registry.find(found.to) if isinstance(found, Reference) else None
        if target is None or key is None:
            continue
        parent = visible(target, person(request)).filter(pk=key).first()
        for other in entity.fields.values() if parent is not None else ():
            mine = target.fields.get(other.name)
            same = isinstance(other, Reference) and isinstance(mine, Reference) and other.to == mine.to
            if (
                same
                and other.editable
                and other.name != name
                and (held := getattr(parent, f"{other.name}_id", None))
            ):
                made.setdefault(other.name, str(held))
    return made


def form_context(
    request: HttpRequest, entity: Entity, names: list[str], errors: dict[str, list[str]], *, like: Any = None
) -> dict[str, Any]:
    """Inputs with what was typed, or with what the address gives beforehand, or what another record (`like`) is."""
    given = request.POST if request.method == "POST" else request.GET
    copied = _cloned(entity, like, person(request)) if like is not None else {}
    beside = _from_beside(request, entity) if request.method != "POST" else {}
    title = entity.title_field
    if title in copied and isinstance(copied[title], str) and title in entity.quick_fields:
        longest = getattr(entity.field(title), "longest", 200)
        copied[title] = (_("%(name)sのコピー") % {"name": copied[title]})[:longest]
    inputs = []
    heading, words = entity.form_words(given)
    for name in names:
        found = entity.field(name).called(words[name]) if name in words else entity.field(name)
        default = found.beginning()
        raw = given.get(name, beside.get(name))
        default = copied.get(name, default)
        if raw is None and request.method != "POST" and name == "owner":
            default = None if entity.finds_owner(request.user) else request.user.pk
        inputs.append(
            form_input(
                found,
                default,
                raw=raw,
                errors=errors.get(name),
                typed=given.get(f"{name}-typed", ""),
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
        else heading or _("%(entity)sを登録") % {"entity": entity},
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
