"""What a record is connected with, over HTTP: read a page at a time, tied and untied."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _

from enishi.access.rights import log_access
from enishi.connect.api.base import BadRequest, Call, answer, body, only, whole_number
from enishi.connect.api.once import once
from enishi.connect.api.shapes import reads, require_whole
from enishi.records import registry, write
from enishi.records.conditions import BadCondition
from enishi.records.entity import Connection, Entity
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.fields import Linked, Reference
from enishi.records.fields.link_edits import LinkEdit
from enishi.records.visible import one, require, visible

PAGE, MOST_PAGE = 50, 200
Row = dict[str, Any]


def read_links(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """All connections of a record, of each the first 200 in its order; `next` has the addresses of those that go on. Entities that
    the token may not read are left out."""
    only(request.GET)
    record = one(entity, request.person, record_id)
    made: dict[str, Any] = {}
    going_on: dict[str, str] = {}
    for name, connection in connections(request, entity).items():
        made[name], following = _page(request, entity, record, connection, MOST_PAGE, "")
        if following:
            going_on[name] = f"/api/v1/{entity.slug}/{record.pk}/links/{name}?cursor={following}"
    count = sum(map(len, made.values()))
    log_access(request.person, "api-read", entity.name, count, _detail(request), record_id=record.pk)
    return answer({**made, "next": going_on})


def read_link(request: Call, entity: Entity, record_id: int, name: str) -> HttpResponse:
    """One connection, a page at a time, in its order."""
    record = one(entity, request.person, record_id)
    found = connections(request, entity, also_hidden=True).get(name)
    if found is None:
        raise NotFound
    if not reads(request.token, _other(found)):
        raise NotAllowed(
            _("このトークンの使い道では、%(entity)sは見られません。") % {"entity": _other(found)}
        )
    only(request.GET, "limit", "cursor")
    if request.GET.get("cursor"):
        require_whole(request, _other(found))
    limit = whole_number(request.GET.get("limit"), "limit", PAGE, MOST_PAGE) or PAGE
    rows, following = _page(request, entity, record, found, limit, request.GET.get("cursor", ""))
    log_access(request.person, "api-read", entity.name, len(rows), _detail(request), record_id=record.pk)
    return answer({"items": rows, "next": following or None})


def _detail(request: Call) -> str:
    return request.get_full_path()[:500]


def connections(
    request: Call, entity: Entity, *, also_hidden: bool = False
) -> dict[str, Reference | Linked | Connection]:
    """What a record is connected by, by the names that the API has for it."""
    found: dict[str, Reference | Linked | Connection] = {each.name: each for each in entity.references}
    found |= {each.name: each for each in entity.linked}
    found |= {
        f"{each.entity}.{each.field}": each
        for each in entity.connections
        if (other := registry.find(each.entity)) is not None and each.field in other.fields
    }
    return {
        name: each
        for name, each in found.items()
        if registry.find(each.entity if isinstance(each, Connection) else each.to) is not None
        and (also_hidden or reads(request.token, _other(each)))
    }


def _other(found: Reference | Linked | Connection) -> Entity:
    return registry.get(found.entity if isinstance(found, Connection) else found.to)


def _page(
    request: Call,
    entity: Entity,
    record: Any,
    found: Reference | Linked | Connection,
    limit: int,
    cursor: str,
) -> tuple[list[Row], str]:
    """A page of what the person may see, in the connection's order, and where the next begins ("" at the end)."""
    other = _other(found)
    seen = visible(other, request.person)
    behind = _behind(cursor)
    if isinstance(found, Linked):
        ties = found.links().filter(
            **{f"{found.here}_id": record.pk, f"{found.there}_id__in": seen.order_by().values("pk")}
        )
        if behind is not None:
            place, last = behind
            ties = ties.filter(Q(position__gt=place) | Q(position=place, pk__gt=last))
        rows = list(
            ties.order_by("position", "pk").values_list("position", "pk", f"{found.there}_id", "role")[
                : limit + 1
            ]
        )
        following = "{}_{}".format(*rows[limit - 1][:2]) if len(rows) > limit else ""
        pairs = [(key, role) for _place, _last, key, role in rows[:limit]]
        return _told(other, seen, pairs), following
    if isinstance(found, Reference):
        key = found.get(record)
        return _told(other, seen, [(key, "")] if key and behind is None else []), ""
    keys = seen.filter(**{other.field(found.field).column: record.pk})
    if behind is not None:
        keys = keys.filter(pk__lt=behind[1])
    held = list(keys.order_by("-pk").values_list("pk", flat=True)[: limit + 1])
    following = f"0_{held[limit - 1]}" if len(held) > limit else ""
    return _told(other, seen, [(key, "") for key in held[:limit]]), following


def _behind(cursor: str) -> tuple[int, int] | None:
    """The place that a page begins behind.

    Raises:
        BadRequest
    """
    if not cursor:
        return None
    place, _bar, last = cursor.partition("_")
    parts = [part for part in (place, last) if part.isascii() and part.isdigit() and len(part) < 19]
    if len(parts) != 2 or int(place) >= 2**31:
        raise BadCondition(_("続きの位置が読めません。"))
    return int(place), int(last)


def _told(other: Entity, seen: Any, pairs: Iterable[tuple[int, str]]) -> list[Row]:
    pairs = list(pairs)
    rows = seen.filter(pk__in=[key for key, _role in pairs]).select_related(*other.pointers)
    titles = {row.pk: other.title(row) for row in rows} if pairs else {}
    return [
        {"entity": other.slug, "id": key, "title": titles[key], "role": role}
        for key, role in pairs
        if key in titles
    ]


def change_links(request: Call, entity: Entity, record_id: int, name: str) -> HttpResponse:
    """Ties and unties records by a connection that the owner drew; who is tied already gets the role that is given."""
    linked = entity.fields.get(name)
    if not isinstance(linked, Linked) or not linked.editable:
        raise NotFound
    held = body(request)
    added, removed = held.get("add", []), held.get("remove", [])
    if set(held) - {"add", "remove"} or not isinstance(added, list) or not isinstance(removed, list):
        raise BadRequest(_("add と remove に記録の一覧を入れてください。"))

    def make(_ready: Any) -> dict[str, Any]:
        try:
            pairs = linked.clean(added) if added else ()
        except ValidationError as error:
            raise Refused({name: list(error.messages)}) from None
        gone = frozenset(
            key for key in (whole_number(each, "remove", None) for each in removed) if key is not None
        )
        write.write(entity, record_id, {name: LinkEdit(pairs, gone)}, by=request.person)
        return {"record": record_id}

    def tell(_result: dict[str, Any], _fresh: bool) -> HttpResponse:
        require(request.person, "see", entity)
        if reads(request.token, entity):
            return read_links(request, entity, record_id)
        return answer({"next": {}})

    return once(request, make, tell)
