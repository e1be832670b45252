"""Up to 1,000 creations, changes and deletions in one call: all of them or none, one operation that is undone as one.

What can be found out before anything is locked is found out before (what the rules say of new records, search words); operations
of one kind that follow each other are stored together, in the order they were given.
"""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from enishi.connect import tokens
from enishi.connect.api.base import BadRequest, Call, answer, body, whole_number
from enishi.connect.api.once import once
from enishi.connect.api.shapes import given
from enishi.records import registry, write
from enishi.records.bulk import Draft, check_drafts, create_drafted, draft_many
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, RecordError, Refused, RowRefused
from enishi.records.models import Operation
from enishi.records.visible import require, visible

MOST = 1000
ACTIONS = ("create", "change", "delete")


@dataclass
class Item:
    """One operation of the call, at its place."""

    place: int
    key: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    version: int | None = None


@dataclass
class Run:
    """Operations of one kind that follow each other and touch different records."""

    action: str
    items: list[Item] = field(default_factory=list)
    keys: set[int] = field(default_factory=set)
    drafts: list[Draft] = field(default_factory=list)


def bulk(request: Call, entity: Entity) -> HttpResponse:
    """Creates, changes and deletes; a refusal names its place among the items."""
    held = body(request).get("items")
    if (
        not isinstance(held, list)
        or not 1 <= len(held) <= MOST
        or not all(isinstance(each, dict) for each in held)
    ):
        raise BadRequest(_("items に1件から%(most)d件までの操作を入れてください。") % {"most": MOST})

    def ready() -> list[Run]:
        runs = _runs(request, entity, held)
        for run in runs:
            if run.action == "create":
                rows = [item.fields for item in run.items]
                run.drafts = _placed(
                    run, lambda rows=rows: draft_many(entity, rows, by=request.person, full=True)
                )
        return runs

    def make(runs: list[Run]) -> dict[str, Any]:
        operation = Operation.objects.create(
            kind="bulk", user=request.person, summary=_("%(entity)s（API）") % {"entity": entity}
        )
        results: list[dict[str, Any]] = []
        for run in runs:
            results += _placed(run, lambda run=run: DO[run.action](request, entity, run, operation))
        return {"operation": operation.pk, "items": results}

    return once(request, make, lambda result, _fresh: answer(result), ready=ready)


def _runs(request: Call, entity: Entity, held: list[dict[str, Any]]) -> list[Run]:
    runs: list[Run] = []
    for place, each in enumerate(held):
        action = each.get("action")
        try:
            item = _item(request, entity, place, each)
        except RecordError as error:
            raise Refused({f"items.{place}": [str(error)]}) from None
        last = runs[-1] if runs else None
        if last is None or last.action != action or item.key in last.keys:
            last = Run(str(action))
            runs.append(last)
        last.items.append(item)
        if item.key:
            last.keys.add(item.key)
    return runs


def _item(request: Call, entity: Entity, place: int, each: dict[str, Any]) -> Item:
    action = each.get("action")
    if action not in ACTIONS:
        raise BadRequest(_("action は create・change・delete のどれか、id は記録の番号にしてください。"))
    if action == "create":
        fields, _version = given({"fields": each.get("fields")})
        return Item(place, 0, fields)
    key = whole_number(each.get("id"), "id", None)
    if key is None:
        raise BadRequest(_("action は create・change・delete のどれか、id は記録の番号にしてください。"))
    if action == "delete":
        if not tokens.allows(request.token, "delete", entity.name, entity.slug):
            raise BadRequest(_("このトークンでは削除できません。"))
        return Item(place, key)
    fields, version = given({"fields": each.get("fields"), "version": each.get("version")})
    if version is None:  # nobody could tell whether it goes over what others wrote
        raise BadRequest(_("変更（change）には、読んだときの version も入れてください。"))
    return Item(place, key, fields, version)


def _placed(run: Run, work: Any) -> Any:
    """What `work` gives; what it refuses is named by its place among the items."""
    try:
        return work()
    except RowRefused as error:
        place = run.items[error.row].place
        raise Refused(
            {
                f"items.{place}.{name}" if name else f"items.{place}": texts
                for name, texts in error.fields.items()
            }
        ) from None
    except Refused:
        raise
    except RecordError as error:
        raise Refused({f"items.{run.items[0].place}": [str(error)]}) from None


def _create(request: Call, entity: Entity, run: Run, operation: Operation) -> list[dict[str, Any]]:
    with registry.whole():
        check_drafts(entity, run.drafts)
    made = create_drafted(entity, run.drafts, by=request.person, operation=operation)
    return [{"id": record.pk, "version": record.version, "action": "create"} for record in made]


def _change(request: Call, entity: Entity, run: Run, operation: Operation) -> list[dict[str, Any]]:
    by = request.person
    require(by, "change", entity)
    rows = visible(entity.whole, by).select_for_update(of=("self",)).in_bulk([item.key for item in run.items])
    for number, item in enumerate(run.items):
        if item.key not in rows:
            raise RowRefused(number, {"": [str(NotFound())]}, "")
        if item.version is not None and item.version != rows[item.key].version:
            try:
                write.check_version(entity, rows[item.key], item.fields, item.version, by=by)
            except RecordError as error:
                raise RowRefused(number, {"": [str(error)]}, "") from None
    write.write_many(
        entity, [(rows[item.key], item.fields) for item in run.items], by=by, operation=operation
    )
    return [{"id": item.key, "version": rows[item.key].version, "action": "change"} for item in run.items]


def _delete(request: Call, entity: Entity, run: Run, operation: Operation) -> list[dict[str, Any]]:
    keys = [item.key for item in run.items]
    there = set(visible(entity.whole, request.person).filter(pk__in=keys).values_list("pk", flat=True))
    for number, key in enumerate(keys):
        if key not in there:
            raise RowRefused(number, {"": [str(NotFound())]}, "")
    write.delete(entity, keys, by=request.person, operation=operation)
    return [{"id": key, "action": "delete"} for key in keys]


DO = {"create": _create, "change": _change, "delete": _delete}
