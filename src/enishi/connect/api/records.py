"""Records of any entity over HTTP: list, read, create, change, delete, connections, timeline, bulk, search, files in."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from enishi.access.rights import log_access
from enishi.connect.api.base import BadRequest, Call, answer, body, endpoint, whole_number
from enishi.exchange import importing, readers, tasks
from enishi.exchange.models import ImportJob
from enishi.exchange.views import keep
from enishi.records import registry, timeline, write
from enishi.records.attachments import safe_name
from enishi.records.conditions import BadCondition
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, RecordError, Refused
from enishi.records.fields import Linked
from enishi.records.fields.links import LinkEdit
from enishi.records.fields.links import load as load_links
from enishi.records.lists import ListState, totals
from enishi.records.models import Operation
from enishi.records.search import find
from enishi.records.visible import one, require, visible

PAGE, MOST_PAGE, MOST_BULK = 50, 200, 1000


# --- shapes -----------------------------------------------------------------------------------------
def shown(entity: Entity, records: list[Any]) -> list[dict[str, Any]]:
    """Records as the API gives them; connections of all of them in one query each."""
    load_links(entity, records, [one.name for one in (*entity.linked, *entity.lines)])
    fields = [found for found in entity.fields.values() if not found.hidden]
    return [
        {
            "id": record.pk,
            "version": record.version,
            "title": entity.title(record),
            "url": entity.url(record.pk),
            "fields": {found.name: _value(found, record) for found in fields},
        }
        for record in records
    ]


def _value(found: Any, record: Any) -> Any:
    value = found.get(record)
    if isinstance(found, Linked):
        return [{"id": key, "role": role} for key, role in value]
    return found.to_json(value)


def _given(entity: Entity, held: dict[str, Any]) -> tuple[dict[str, Any], int | None]:
    """The fields and the version of a body."""
    fields = held.get("fields")
    if not isinstance(fields, dict) or set(held) - {"fields", "version"}:
        raise BadRequest(_('本文は {"fields": {項目: 値}} の形にしてください。'))
    return fields, whole_number(held.get("version"), "version", None)


# --- many -------------------------------------------------------------------------------------------
def list_records(request: Call, entity: Entity) -> HttpResponse:
    """A page of records: conditions, words, order, columns by the address; the next page by its cursor."""
    require(request.person, "see", entity)
    unknown = set(request.GET) - {"filter", "q", "sort", "limit", "cursor", "count", "preset"}
    if unknown:
        raise BadRequest(
            _("「%(names)s」という指定はありません。") % {"names": "、".join(sorted(unknown))[:100]}
        )
    query = QueryDict(mutable=True)
    for name in ("filter", "q", "sort", "preset"):
        if name in request.GET:
            query[name] = request.GET[name]
    query["after"] = request.GET.get("cursor", "")
    limit = whole_number(request.GET.get("limit"), "limit", PAGE, MOST_PAGE) or PAGE
    state = ListState.of(entity, request.person, query)
    wanted = request.GET.get("sort")
    if wanted and state.sort != wanted:
        raise BadCondition(_("「%(name)s」の順には並べられません。") % {"name": wanted[:40]})
    records, following = state.page(limit, whole=True)
    made: dict[str, Any] = {"items": shown(entity, records), "next": following or None}
    if request.GET.get("count") in {"1", "true"}:
        found = totals(state)
        made |= {"count": found.count, "estimated": found.estimated}
    log_access(request.person, "api-read", entity.name, len(records), request.get_full_path()[:500])
    return answer(made)


def create_record(request: Call, entity: Entity) -> HttpResponse:
    """A new record; with an Idempotency-Key the same one, however often it is asked for."""
    fields, _version = _given(entity, body(request))
    key = request.headers.get("Idempotency-Key", "")[:70]
    done = write.create_once(entity, fields, by=request.person, key=f"api:{key}" if key else "")
    record = one(entity, request.person, done.record.pk)
    made = shown(entity, [record])[0]
    return answer(made, 201 if done.created else 200, Location=f"/api/v1/{entity.slug}/{record.pk}")


def bulk(request: Call, entity: Entity) -> HttpResponse:
    """Up to 1,000 creations, changes and deletions: all of them or none, one operation that is undone as one."""
    held = body(request).get("items")
    if (
        not isinstance(held, list)
        or not 1 <= len(held) <= MOST_BULK
        or not all(isinstance(each, dict) for each in held)
    ):
        raise BadRequest(_("items に1件から%(most)d件までの操作を入れてください。") % {"most": MOST_BULK})
    results = []
    with transaction.atomic():
        operation = Operation.objects.create(
            kind="bulk", user=request.person, summary=_("%(entity)s（API）") % {"entity": entity}
        )
        for place, each in enumerate(held):
            try:
                results.append(_bulk_one(request, entity, each, operation))
            except Refused as error:
                raise Refused(
                    {
                        f"items.{place}.{name}" if name else f"items.{place}": texts
                        for name, texts in error.errors.items()
                    }
                ) from None
            except RecordError as error:
                raise Refused({f"items.{place}": [str(error)]}) from None
    return answer({"operation": operation.pk, "items": results})


def _bulk_one(request: Call, entity: Entity, each: dict[str, Any], operation: Operation) -> dict[str, Any]:
    by, action = request.person, str(each.get("action"))
    if action == "create":
        fields, _version = _given(entity, {"fields": each.get("fields")})
        done = write.create(entity, fields, by=by, operation=operation)
        return {"id": done.record.pk, "version": done.record.version, "action": action}
    key = whole_number(each.get("id"), "id", None)
    if key is None or action not in {"change", "delete"}:
        raise BadRequest(_("action は create・change・delete のどれか、id は記録の番号にしてください。"))
    if action == "change":
        fields, version = _given(entity, {"fields": each.get("fields"), "version": each.get("version")})
        done = write.write(entity, key, fields, by=by, version=version, operation=operation)
        return {"id": key, "version": done.record.version, "action": action}
    if "delete" not in {scope.partition(":")[0] for scope in request.token.scopes}:
        raise BadRequest(_("このトークンでは削除できません。"))
    write.delete(entity, [key], by=by, operation=operation)
    return {"id": key, "action": action}


# --- one --------------------------------------------------------------------------------------------
def read_record(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """One record."""
    record = one(entity, request.person, record_id)
    log_access(request.person, "api-read", entity.name, 1, record_id=record_id)
    return answer(shown(entity, [record])[0], ETag=f'"{record.version}"')


def change_record(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """Changes the given fields. With the version that the caller saw (in the body or as If-Match), others' changes to the same
    fields since are a conflict; to other fields they stay."""
    fields, version = _given(entity, body(request))
    seen = request.headers.get("If-Match", "").strip('"')
    if version is None and seen:
        version = whole_number(seen, "If-Match", None)
    write.write(entity, record_id, fields, by=request.person, version=version)
    record = one(entity, request.person, record_id)
    return answer(shown(entity, [record])[0], ETag=f'"{record.version}"')


def delete_record(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """Into the bin, for 30 days."""
    write.delete(entity, [record_id], by=request.person)
    return HttpResponse(status=204)


def restore_record(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """Out of the bin."""
    write.restore(entity, [record_id], by=request.person)
    return answer(shown(entity, [one(entity, request.person, record_id)])[0])


def read_links(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """What a record is connected with: what it points to, what points to it, what it is tied to; up to 200 of each."""
    record = one(entity, request.person, record_id)
    made: dict[str, list[dict[str, Any]]] = {}
    for found in entity.references:
        key = found.get(record)
        made[found.name] = _listed(found.target, request, [key] if key else [], {})
    for linked in entity.linked:
        roles = dict(linked.get(record))
        made[linked.name] = _listed(linked.target, request, list(roles)[:MOST_PAGE], roles)
    for connection in entity.connections:
        other = registry.find(connection.entity)
        if other is not None:
            rows = visible(other, request.person).filter(**{other.field(connection.field).column: record.pk})
            keys = list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_PAGE])
            made[f"{connection.entity}.{connection.field}"] = _listed(other, request, keys, {})
    return answer(made)


def _listed(entity: Entity, request: Call, keys: list[int], roles: dict[int, str]) -> list[dict[str, Any]]:
    rows = visible(entity, request.person).filter(pk__in=keys).order_by("pk")
    return [
        {"entity": entity.slug, "id": row.pk, "title": entity.title(row), "role": roles.get(row.pk, "")}
        for row in rows
    ]


def change_links(request: Call, entity: Entity, record_id: int, name: str) -> HttpResponse:
    """Ties and unties records by a connection that the owner drew."""
    linked = entity.fields.get(name)
    if not isinstance(linked, Linked) or not linked.editable:
        raise NotFound
    held = body(request)
    added, removed = held.get("add", []), held.get("remove", [])
    if set(held) - {"add", "remove"} or not isinstance(added, list) or not isinstance(removed, list):
        raise BadRequest(_("add と remove に記録の一覧を入れてください。"))
    try:
        pairs = linked.clean(added) if added else ()
    except ValidationError as error:
        raise Refused({name: list(error.messages)}) from None
    gone = frozenset(
        key for key in (whole_number(each, "remove", None) for each in removed) if key is not None
    )
    write.write(entity, record_id, {name: LinkEdit(pairs, gone)}, by=request.person)
    return read_links(request, entity, record_id)


def read_timeline(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """What happened, newest first, 25 at a time."""
    record = one(entity, request.person, record_id)
    try:
        items, following = timeline.items(
            entity,
            record.pk,
            request.person,
            group=request.GET.get("group", ""),
            before=request.GET.get("cursor", ""),
        )
    except ValueError:
        raise BadRequest(_("続きの位置が読めません。")) from None
    made = [
        {
            "id": item.event.pk, "at": item.event.at.isoformat(), "kind": item.event.kind, "label": item.label, "actor": item.actor,
            "about": {"entity": item.source_entity.slug, "id": item.event.record_id, "title": item.source_title} if item.source_entity else None,
            "text": getattr(item.source, "text", "") if item.source is not None else "",
            "changes": [{"field": field, "from": old, "to": new} for field, old, new in item.lines],
        }
        for item in items
    ]  # fmt: skip
    return answer({"items": made, "next": following or None})


# --- beside records -----------------------------------------------------------------------------------
def search(request: Call) -> HttpResponse:
    """Records of every kind that hold all the words."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if not query:
        raise BadRequest(_("q に探す言葉を入れてください。"))
    hits = find(query, request.person, limit=whole_number(request.GET.get("limit"), "limit", 20, 50) or 20)
    log_access(request.person, "api-read", "", len(hits), f"search {query}"[:500])
    return answer(
        {
            "items": [
                {"entity": hit.entity.slug, "id": hit.record.pk, "title": hit.entity.title(hit.record)}
                for hit in hits
            ]
        }
    )


def me(request: Call) -> HttpResponse:
    """Whose token this is and what it opens."""
    user = request.person
    return answer(
        {
            "id": user.pk,
            "email": user.email,
            "name": user.name,
            "role": user.role,
            "scopes": request.token.scopes,
        }
    )


def start_import(request: Call) -> HttpResponse:
    """A file comes in as in the wizard, with the proposal taken as it is; the worker does it."""
    require(request.person, "import")
    upload = request.FILES.get("file")
    if upload is None:
        raise BadRequest(_("file にファイルを入れてください（multipart/form-data）。"))
    word = request.POST.get("entity", "")
    entity = registry.find(word) or next(
        (each for each in registry.all_entities() if each.slug == word), None
    )
    if word and entity is None:
        raise BadRequest(_("「%(word)s」という台帳はありません。") % {"word": word[:40]})
    name = safe_name(upload.name or "file.csv")
    path = keep(upload, name)
    try:
        job = importing.begin(path, name, by=request.person, entity=entity.name if entity else "")
    except readers.Unreadable as error:
        path.unlink(missing_ok=True)
        raise Refused({"file": [str(error)]}) from None
    job.status = ImportJob.Status.QUEUED
    job.save(update_fields=["status"])
    tasks.run_import.enqueue(job.pk)
    return answer(_job(job), 202, Location=f"/api/v1/imports/{job.pk}")


def read_import(request: Call, import_id: int) -> HttpResponse:
    """How far an import is and what came of it."""
    job = ImportJob.objects.filter(pk=import_id).first()
    if job is None or (job.user_id != request.person.pk and not request.person.is_admin):
        raise NotFound
    return answer(_job(job))


def _job(job: ImportJob) -> dict[str, Any]:
    return {
        "id": job.pk, "status": job.status, "done": job.done, "total": job.total, "figures": json.loads(json.dumps(job.figures)),
        "error": job.error,
    }  # fmt: skip


VIEWS = {
    "collection": endpoint(get=("read", list_records), post=("write", create_record)),
    "record": endpoint(
        get=("read", read_record), patch=("write", change_record), delete=("delete", delete_record)
    ),
    "bulk": endpoint(post=("write", bulk)),
    "restore": endpoint(post=("delete", restore_record)),
    "links": endpoint(get=("read", read_links)),
    "link": endpoint(post=("write", change_links)),
    "timeline": endpoint(get=("read", read_timeline)),
    "search": endpoint(get=("read", search)),
    "me": endpoint(get=("read", me)),
    "imports": endpoint(post=("import", start_import)),
    "import": endpoint(get=("import", read_import)),
}
