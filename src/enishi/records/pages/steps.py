"""Steps on the board, by drag, key, card or in bulk: what a step asks for (why a deal was lost, for how much it was won) and what a
record lacks for it are asked in one dialog before anything is stored. Giving the dialog up leaves everything where it stood."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.kit import htmx
from enishi.records import write
from enishi.records.entity import Ask, Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Choice, FieldKind, FreeChoice
from enishi.records.pages.base import form_input, handled, person, read_values, rendered, whole
from enishi.records.rules import ask_of, calls_for, lacks_at
from enishi.records.visible import one

MORE = "__more"  # the word of one's own beside a choice's chips


def is_step(entity: Entity, name: str) -> bool:
    """Whether a change of this field moves a record on the board."""
    return entity.board is not None and entity.board.field == name


def step_values(
    request: HttpRequest, entity: Entity, but: str, among: Collection[str] | None = None
) -> dict[str, Any]:
    """What the dialog gives beside the step itself; of a form that has fields of something else too, what is `among` those asked for."""
    names = [name.removesuffix(MORE) for name in request.POST]
    names += [name.removesuffix("__shown") for name in request.POST if name.endswith("__shown")]
    known = {name for name in entity.fields if name != but and (among is None or name in among)}
    values = read_values(request, entity, [name for name in entity.fields if name in names and name in known])
    for name in names:
        if name in known and (said := request.POST.get(f"{name}{MORE}", "").strip()):
            values[name] = said
    return values


def cleaned(entity: Entity, raw: str) -> Any:
    """The column that a request names, None where it names none."""
    assert entity.board is not None
    try:
        return entity.field(entity.board.field).clean(raw) or None
    except ValidationError:
        return None


def ask_due(entity: Entity, record: Any, value: Any) -> Ask | None:
    """What a record's step to this column asks for; nothing where it stands in such a column already."""
    assert entity.board is not None
    ask = ask_of(entity, value)
    return ask if ask is not ask_of(entity, entity.field(entity.board.field).get(record)) else None


def ask_first(request: HttpRequest, entity: Entity, record: Any, raw: str) -> str | None:
    """The dialog that comes before a step of one record, as text; None where nothing is asked. The record is not to be stored."""
    asked = _asked(entity, record, raw)
    if asked is None:
        return None
    context = one_context(request, entity, record, raw, ask=asked[0], lacking=asked[1])
    return rendered(request, "records/step_dialog.html", context)


def asked_within(
    request: HttpRequest, entity: Entity, record: Any, raw: str, errors: Mapping[str, list[str]]
) -> dict[str, Any] | None:
    """What the dialog would ask, for a form that stores more than the step of one record: `records/step_inputs.html` shows it. None where
    nothing is asked. The record is not to be stored."""
    asked = _asked(entity, record, raw)
    if asked is None:
        return None
    return _context(request, entity, raw, record=record, ask=asked[0], lacking=asked[1], errors=errors)


def _asked(entity: Entity, record: Any, raw: str) -> tuple[Ask | None, list[str]] | None:
    """What a step asks for and what the record lacks for it."""
    value = cleaned(entity, raw)
    if value is None:
        return None
    ask = ask_due(entity, record, value)
    lacking = lacks_at(entity, record, value)
    return None if ask is None and not lacking else (ask, lacking)


def one_context(
    request: HttpRequest,
    entity: Entity,
    record: Any,
    raw: str,
    *,
    ask: Ask | None,
    lacking: Sequence[str] = (),
    errors: Mapping[str, list[str]] | None = None,
) -> dict[str, Any]:
    """The dialog of one record's step."""
    return {
        "action": f"{entity.url(record.pk)}move/",
        "hidden": [("value", raw), ("version", request.POST.get("version", ""))],
        "title": entity.title(record),
        **_context(request, entity, raw, record=record, ask=ask, lacking=lacking, errors=errors or {}),
    }


def many_context(
    request: HttpRequest, entity: Entity, raw: str, ask: Ask, ids: Sequence[int]
) -> dict[str, Any]:
    """The dialog of many records' step."""
    assert entity.board is not None
    hidden = [
        ("ids", ",".join(map(str, ids))),
        ("action", entity.board.field),
        ("value", raw),
        ("asked", "1"),
    ]
    return {
        "action": f"{entity.list_url}bulk/", "hidden": hidden, "count": len(ids),
        **_context(request, entity, raw, record=None, ask=ask, lacking=(), errors={}),
    }  # fmt: skip


def _context(
    request: HttpRequest,
    entity: Entity,
    raw: str,
    *,
    record: Any,
    ask: Ask | None,
    lacking: Sequence[str],
    errors: Mapping[str, list[str]],
) -> dict[str, Any]:
    assert entity.board is not None
    names = [
        name
        for name in dict.fromkeys([*lacking, *(ask.fields if ask else ())])
        if (found := entity.fields.get(name)) is not None
        and (name in lacking or (found.editable and not found.hidden))
        and (record is not None or not ask or name not in ask.alone)
    ]
    must = {*lacking, *(calls_for(entity, ask) if ask else ())}
    inputs = []
    for place, name in enumerate(names):
        made = _input(request, entity.field(name), record, errors.get(name, []), autofocus=place == 0)
        made |= {"must": name in must, "own": bool(ask and name in ask.open)}
        made["reasons_url"] = _words_url(request, entity, entity.field(name))
        inputs.append(made)
    return {
        "entity": entity, "ask": ask, "glad": bool(ask and ask.glad), "inputs": inputs,
        "target": column_name(entity.field(entity.board.field), raw), "lacking": [entity.field(name).label for name in lacking],
        "general": [text for name, texts in errors.items() if name not in names for text in texts],
    }  # fmt: skip


def _input(
    request: HttpRequest, found: FieldKind, record: Any, errors: list[str], *, autofocus: bool
) -> dict[str, Any]:
    """An input of the dialog; a choice that grows as chips."""
    value = found.in_step(record)
    sent = request.POST if request.method == "POST" else request.GET
    raw = sent.get(f"{found.name}{MORE}") or sent.get(found.name)
    made = form_input(found, value, raw=raw, errors=errors, record=record, prefix="step", autofocus=autofocus)
    if isinstance(found, FreeChoice):
        made["chips"] = [word for word in dict.fromkeys([*found.offered(record), made["text"]]) if word]
    return made


def _words_url(request: HttpRequest, entity: Entity, found: FieldKind) -> str:
    """Where an admin changes the words of a choice."""
    if not person(request).is_admin or not isinstance(found, FreeChoice) or found.custom:
        return ""
    return f"/settings/design/{entity.name}/fields/{found.name}/"


def column_name(found: FieldKind, value: str) -> str:
    """What a column of the board is called."""
    return found.text(value if isinstance(found, Choice) else whole(value))


@require_POST
@handled
def move(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """A card dropped on another column of the board: asked about first where the board says that it can ask (`ask`); stored, or refused
    with what is missing asked for."""
    user = person(request)
    if entity.board is None:
        raise NotFound
    name, raw = entity.board.field, request.POST.get("value", "")
    if request.POST.get("ask"):
        asked = ask_first(request, entity, one(entity, user, record_id), raw)
        if asked is not None:
            response = HttpResponse(asked)
            response.headers["X-Asks"] = "1"
            return response
    values = {name: raw, **step_values(request, entity, name)}
    version = whole(request.POST.get("version", "")) or None
    try:
        done = write.write(entity, record_id, values, by=user, version=version)
    except Refused as error:
        record = one(entity, user, record_id)
        if not [key for key in error.errors if key in entity.fields and key != name]:
            raise
        value = cleaned(entity, raw)
        ask = ask_due(entity, record, value) if value is not None else None
        held = set(ask.fields if ask else ())
        lacking = [key for key in error.errors if key in entity.fields and key != name and key not in held]
        told = {
            key: texts
            for key, texts in error.errors.items()
            if key in request.POST or key not in entity.fields
        }
        context = one_context(request, entity, record, raw, ask=ask, lacking=lacking, errors=told)
        return HttpResponse(rendered(request, "records/step_dialog.html", context), status=422)
    response = HttpResponse(status=204)
    response.headers["X-Version"] = str(done.record.version)
    if done.event is not None:
        field = entity.field(name)
        htmx.toast(
            response,
            _("「%(title)s」を%(stage)sへ動かしました。")
            % {"title": entity.title(done.record), "stage": field.text(field.get(done.record))},
            undo_url=f"/undo/event/{done.event.pk}/",
            link=entity.left_open(done.record, user),
        )
        htmx.trigger(response, **{"close-dialog": True, "records-changed": True})
    return response


def stepping(entity: Entity, records: Sequence[Any], raw: str) -> set[int]:
    """Of many records those whose step to this column asks for something."""
    value = cleaned(entity, raw)
    ask = ask_of(entity, value) if value is not None else None
    if ask is None or entity.board is None:
        return set()
    found = entity.field(entity.board.field)
    held = {record.pk: found.get(record) for record in records}
    asks = {one_value: ask_of(entity, one_value) for one_value in set(held.values())}
    return {key for key, one_value in held.items() if asks[one_value] is not ask}


def bulk_dialog(
    request: HttpRequest, entity: Entity, asking: Sequence[int], raw: str, ids: Sequence[int]
) -> HttpResponse | None:
    """The dialog that comes before the step of many records that ask for something; None where it was asked already."""
    ask = ask_of(entity, cleaned(entity, raw)) if asking and not request.POST.get("asked") else None
    if ask is None:
        return None
    context = many_context(request, entity, raw, ask, ids)
    if not context["inputs"]:
        return None
    response = HttpResponse(rendered(request, "records/step_dialog.html", context))
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response
