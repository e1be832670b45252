"""Making a record: the first form of any entity, as a dialog or a page, with likely duplicates beside it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.kit import htmx
from enishi.records import write
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.pages.base import form_input, handled, person, read_values, whole
from enishi.records.similar import similar
from enishi.records.visible import require


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
    request: HttpRequest, entity: Entity, names: list[str], errors: dict[str, list[str]]
) -> dict[str, Any]:
    """Inputs with what was typed, or with what the address gives beforehand."""
    given = request.POST if request.method == "POST" else request.GET
    inputs = []
    for name in names:
        found = entity.field(name)
        default = found.beginning()
        raw = given.get(name)
        if raw is None and request.method != "POST" and name == "owner":
            default = None if entity.finds_owner(request.user) else request.user.pk
        inputs.append(
            form_input(found, default, raw=raw, errors=errors.get(name), autofocus=name == names[0])
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
        "wrong": bool(errors),
        "title": _("%(entity)sを登録") % {"entity": entity},
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
