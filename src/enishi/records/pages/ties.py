"""Connections with roles, on a card: shown with their roles, tied and untied."""

import json
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from enishi.kit import htmx
from enishi.records import write
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Linked
from enishi.records.fields.link_edits import LinkEdit
from enishi.records.pages.base import dialog, form_input, handled, person, whole
from enishi.records.pages.connected import Line, lines
from enishi.records.prepared import fetch, fetch_keys
from enishi.records.visible import one, permits, require, shape, visible

CONNECTED = 10
MOST_ORDERED = 50  # of more, a card shows those of the first fifty that may be seen
OFFERED = 5
RUNNING = ("open", "hold")
FEW = 20  # up to so many, one compiled query for each number of them


def tied(request: HttpRequest, entity: Entity, record: Any, linked: Linked) -> dict[str, Any]:
    """Records tied by a connection, with their roles and a way to tie and untie."""
    other = linked.target
    roles = dict(linked.get(record))
    columns = [other.field(name) for name in other.columns if other.field(name).name != "owner"][:2]
    user = person(request)

    def latest(keys: list[int]) -> Any:
        rows = other.light_rows(visible(other, user).filter(pk__in=keys), columns)
        return rows.order_by("-updated_at", "-pk")[: CONNECTED + 1]

    def named(keys: list[int]) -> Any:
        return other.light_rows(visible(other, user).filter(pk__in=keys), columns)

    if linked.forward:  # stand in the order that they were given
        keys = list(roles)[:MOST_ORDERED]
        found = fetch_keys(shape(other, user, "tied in order"), named, keys)
        page = sorted(found, key=lambda row: keys.index(row.pk))[: CONNECTED + 1]
    else:
        few = shape(other, user, "tied") if len(roles) <= FEW else None
        page = fetch_keys(few, latest, list(roles))
    cells = (
        zip(*(one_field.cells(page) for one_field in columns), strict=True) if columns else ((),) * len(page)
    )
    may_drop = permits(user, "change", entity, record)
    base = f"{entity.url(record.pk)}links/{linked.name}/"
    condition = {
        "has": {
            "field": linked.back_name,
            "where": {"field": entity.title_field, "op": "is", "value": entity.title(record)},
        }
    }
    return {
        "entity": other,
        "label": linked.label,
        "count": min(len(page), CONNECTED),
        "html": lines(
            Line(
                other.title(row),
                other.url(row.pk),
                [text for text in parts if text],
                roles.get(row.pk, ""),
                row.pk if may_drop else 0,
                base,
                may_drop and linked.forward and place > 0,
            )
            for place, (row, parts) in enumerate(list(zip(page, cells, strict=True))[:CONNECTED])
        ),
        "more": len(page) > CONNECTED,
        "list_url": f"/{other.slug}/?{urlencode({'filter': json.dumps(condition, ensure_ascii=False)})}",
        "add_url": base,
        "may_add": may_drop,
        "offered": _offered(user, record, entity, linked, set(roles)) if may_drop else [],
        "key": linked.name,
    }


def _offered(
    user: Any, record: Any, entity: Entity, linked: Linked, tied_already: set[int]
) -> list[tuple[str, str]]:
    """Who is likely to be tied next: of the same customer, and not tied yet; address of the question for the role, and name."""
    mine, other = entity.fields.get(linked.offers), linked.target
    theirs = other.fields.get(linked.offers)
    if mine is None or theirs is None or not (key := mine.get(record)):
        return []

    def likely(key: Any) -> Any:
        rows = visible(other, user).filter(**{theirs.column: key})
        if "outcome" in other.fields:
            rows = rows.filter(outcome__in=RUNNING)
        return other.light_rows(rows, []).order_by("-updated_at", "-pk")[: OFFERED + CONNECTED]

    found = fetch(shape(other, user, "offered", theirs.column), likely, key)
    left = [row for row in found if row.pk not in tied_already][:OFFERED]
    return [(f"{entity.url(record.pk)}links/{linked.name}/?who={row.pk}", other.title(row)) for row in left]


def _who(request: HttpRequest, linked: Linked) -> tuple[int, str] | None:
    """Who was tapped among the offered: key and name."""
    key = whole(request.GET.get("who", ""))
    row = visible(linked.target, person(request)).filter(pk=key).first() if key else None
    return (row.pk, linked.target.title(row)) if row is not None else None


@handled
def links(request: HttpRequest, entity: Entity, record_id: int, name: str) -> HttpResponse:
    """Ties a record to another, unties them, or says in which role: asked for by GET, done by POST."""
    user = person(request)
    record = one(entity, user, record_id)
    linked = entity.fields.get(name)
    if not isinstance(linked, Linked):
        raise NotFound
    require(user, "change", entity, record)
    if request.method != "POST":
        following = urlencode({linked.back_name: record.pk, "next": entity.url(record.pk)})
        context = {
            "entity": entity, "record": record, "linked": linked, "other": linked.target, "title": entity.title(record),
            "who": _who(request, linked), "input": form_input(linked, (), prefix="tie"), "new_url": f"/{linked.target.slug}/new/?{following}",
        }  # fmt: skip
        return dialog(request, "records/link_dialog.html", context)
    added = [key for part in request.POST.get("add", "").partition(";")[0].split(",") if (key := whole(part))]
    removed, raised = whole(request.POST.get("remove", "")), whole(request.POST.get("raise", ""))
    role = request.POST.get("role", "")[:100] or None  # chosen for none, one that is there already stays
    if not added and removed is None and raised is None:
        raise Refused({"": [_("つなぐ相手を選んでください。")]})
    if linked.editable:
        edit = LinkEdit(
            tuple((key, role) for key in added), frozenset({removed} if removed else ()), raised or 0
        )
        done = [write.write(entity, record_id, {name: edit}, by=user)]
    else:  # the other end has one only: it is chosen there
        edit = LinkEdit(((record_id, role),), frozenset()) if added else LinkEdit((), frozenset({record_id}))
        with transaction.atomic():
            done = [
                write.write(linked.target, key, {linked.relation: edit}, by=user)
                for key in added or [removed or 0]
            ]
    response = htmx.trigger(HttpResponse(status=204), **{"close-dialog": True, "records-changed": True})
    event = done[0].event
    text = (
        _("つなぎました。") if added else _("順番を変えました。") if raised else _("つながりを外しました。")
    )
    return htmx.toast(response, text, undo_url=f"/undo/event/{event.pk}/" if event and len(done) == 1 else "")
