"""Records for inputs that point at one: found by words, by likeness where words find little, or the latest ones."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from enishi.access.models import User
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Reference
from enishi.records.pages.base import handled, person
from enishi.records.search import find
from enishi.records.similar import similar_by_words
from enishi.records.visible import allowed, visible

SHOWN = 12
FEW = 3  # with fewer found by words, those that are likely meant are offered too


@require_GET
@handled
def picker(request: HttpRequest, entity: Entity) -> JsonResponse:
    """Records for a reference input."""
    user, query = person(request), _typed(request)
    if query and entity.in_search:
        hits = [(entity, hit.record) for hit in find(query, user, limit=SHOWN, entities=[entity])]
        return _answer(hits, _likely(query, user, [entity], hits))
    if query:
        title = entity.field(entity.title_field)
        column = f"{title.name}__{title.target.title_field}" if isinstance(title, Reference) else title.name
        rows = visible(entity, user).select_related(*entity.pointers)
        return _answer([(entity, row) for row in rows.filter(**{f"{column}__icontains": query})[:SHOWN]])
    return _answer([(entity, row) for row in _latest(entity, user, SHOWN)])


@require_GET
@handled
def any_picker(request: HttpRequest) -> JsonResponse:
    """Customers and deals for "what is it about"."""
    user, query = person(request), _typed(request)
    wanted = [found for name in ("account", "contact", "lead", "deal") if (found := registry.find(name))]
    wanted += [found for found in registry.all_entities() if found.drawn]
    if query:
        hits = [(hit.entity, hit.record) for hit in find(query, user, limit=SHOWN, entities=wanted)]
        return _answer(hits, [*_likely(query, user, wanted, hits), *_fresh(request, query)], full=True)
    rows = [(entity, row) for entity in wanted for row in _latest(entity, user, 2 if entity.drawn else 4)]
    return _answer(rows, full=True)


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]


def _latest(entity: Entity, user: User, most: int) -> Any:
    return visible(entity, user).select_related(*entity.pointers).order_by("-updated_at")[:most]


Rows = list[tuple[Entity, Any]]


def _likely(query: str, user: User, entities: list[Entity], hits: Rows) -> list[dict[str, str]]:
    """Options for what may be meant where words found little: another spelling, another form of the number; each says why."""
    if len(hits) >= FEW:
        return []
    seen = {(entity.name, row.pk) for entity, row in hits}
    return [
        picked(entity, one.record, full=len(entities) > 1) | {"why": one.why}
        for entity in entities
        if entity.in_search
        for one in similar_by_words(entity, query, user)
        if (entity.name, one.record.pk) not in seen
    ]


def _fresh(request: HttpRequest, query: str) -> list[dict[str, str]]:
    """Where the form makes a record of who isn't there yet (`fresh`): the offer to do so, below all that is."""
    if "fresh" not in request.GET:
        return []
    return [
        {"value": f"{entity.name}:+{query}", "label": query, "detail": str(entity.fresh_words)}
        for entity in registry.all_entities()
        if entity.fresh_words and allowed(person(request), entity).create
    ]


def _answer(rows: Rows, likely: list[dict[str, str]] | None = None, *, full: bool = False) -> JsonResponse:
    return JsonResponse({"results": [picked(*one, full=full) for one in rows] + (likely or [])})


def picked(entity: Entity, row: Any, *, full: bool = False) -> dict[str, str]:
    """One option of a picker."""
    detail = ""
    if entity.references:
        detail = next((text for one_field in entity.references if (text := one_field.value_text(row))), "")
    elif entity.subtitle_field:
        detail = getattr(row, entity.subtitle_field)
    return {
        "value": f"{entity.name}:{row.pk}" if full else str(row.pk),
        "label": entity.title(row),
        "detail": detail,
    }
