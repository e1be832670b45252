"""Records of any entity over HTTP: list, read, create, change, delete, connections, timeline, bulk, search, files in."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from enishi.access.rights import log_access
from enishi.connect.api.base import (
    BadRequest,
    Call,
    VersionNeeded,
    answer,
    body,
    endpoint,
    only,
    problem,
    whole_number,
)
from enishi.connect.api.bulk import bulk
from enishi.connect.api.files import add_files, read_file, read_files, remove_file
from enishi.connect.api.links import change_links, read_link, read_links
from enishi.connect.api.once import once
from enishi.connect.api.shapes import answered, check_scopes, fields_of, given, reads, require_whole, shown
from enishi.exchange import importing, readers, tasks
from enishi.exchange.mapping import MATCHES, MISSING
from enishi.exchange.models import ImportJob
from enishi.exchange.views import keep
from enishi.records import registry, timeline, write
from enishi.records.attachments import safe_name
from enishi.records.conditions import BadCondition
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.lists import ListState, totals
from enishi.records.search import find
from enishi.records.visible import one, require, visible

PAGE, MOST_PAGE = 50, 200
REFUSED = 100  # rows that an import names
YES_NO = ("1", "true", "0", "false")


# --- many -------------------------------------------------------------------------------------------
def list_records(request: Call, entity: Entity) -> HttpResponse:
    """A page of records: conditions, words, order, columns by the address; the next page by its cursor."""
    require(request.person, "see", entity)
    only(request.GET, "filter", "q", "sort", "limit", "cursor", "count", "preset", "columns")
    if request.GET.get("cursor"):
        require_whole(request, entity)
    if request.GET.get("count", "1") not in YES_NO:
        raise BadRequest(_("count は %(words)s のどれかにしてください。") % {"words": _("、").join(YES_NO)})
    if request.GET.get("filter") and not _is_object(request.GET["filter"]):
        raise BadRequest(_("filter はJSONのオブジェクトにしてください。"))
    query = QueryDict(mutable=True)
    for name in ("filter", "q", "sort", "preset"):
        if name in request.GET:
            query[name] = request.GET[name]
    query["after"] = request.GET.get("cursor", "")
    limit = whole_number(request.GET.get("limit"), "limit", PAGE, MOST_PAGE) or PAGE
    state = ListState.of(entity, request.person, query)
    wanted = request.GET.get("sort")
    if wanted and state.sort != wanted:
        raise BadRequest(_("「%(name)s」の順には並べられません。") % {"name": wanted[:40]})
    check_scopes(request.token, entity, state.condition)
    columns = _columns(request, entity)
    records, following = state.page(limit, whole=True)
    made: dict[str, Any] = {"items": shown(request, entity, records, columns), "next": following or None}
    if request.GET.get("count") in {"1", "true"}:
        found = totals(state)
        made |= {"count": found.count, "estimated": found.estimated}
    log_access(request.person, "api-read", entity.name, len(records), request.get_full_path()[:500])
    return answer(made)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _columns(request: Call, entity: Entity) -> list[str] | None:
    """The fields that a list shall give; None: all.

    Raises:
        BadRequest
    """
    if not request.GET.get("columns"):
        return None
    names = request.GET["columns"].split(",")
    known = {found.name for found in fields_of(entity)}
    for name in names:
        if name not in known:
            raise BadRequest(
                _("%(entity)sに「%(name)s」という項目はありません。") % {"entity": entity, "name": name[:40]}
            )
    return names


def create_record(request: Call, entity: Entity) -> HttpResponse:
    """A new record; with an Idempotency-Key the same one, however often it is asked for."""
    fields, _version = given(body(request), versioned=False)

    def make(_ready: Any) -> dict[str, Any]:
        return {"record": write.create(entity, fields, by=request.person).record.pk}

    def tell(result: dict[str, Any], fresh: bool) -> HttpResponse:
        record = one(entity, request.person, result["record"])
        made = answered(request, entity, record, fields)
        return answer(made, 201 if fresh else 200, Location=f"/api/v1/{entity.slug}/{record.pk}")

    return once(request, make, tell)


# --- one --------------------------------------------------------------------------------------------
def read_record(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """One record."""
    only(request.GET)
    record = one(entity, request.person, record_id)
    log_access(request.person, "api-read", entity.name, 1, record_id=record_id)
    return answer(shown(request, entity, [record])[0], ETag=f'"{record.version}"')


def change_record(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """Changes the given fields. By the version that the caller saw (in the body or as If-Match), others' changes to the same
    fields since are a conflict; to other fields they stay.

    Raises:
        VersionNeeded: it names none, so nobody could tell whether it goes over what others wrote
    """
    fields, version = given(body(request))
    matched = _matched(request)
    if None not in {matched, version} and matched != version:
        raise Refused(
            {"version": [_("If-Match と本文の version が違います。どちらかだけを送ってください。")]}
        )
    version = matched if version is None else version
    if version is None:
        require(request.person, "change", entity, one(entity, request.person, record_id))
        raise VersionNeeded
    write.write(entity, record_id, fields, by=request.person, version=version)
    try:
        record = one(entity, request.person, record_id)
    except NotFound:  # it was given to somebody whose records this person doesn't see
        return HttpResponse(status=204)
    return answer(answered(request, entity, record, fields), ETag=f'"{record.version}"')


def delete_record(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """Into the bin, for 30 days; with If-Match only as it was seen."""
    matched = _matched(request)
    with transaction.atomic():
        if matched is not None:
            record = (
                visible(entity, request.person).select_for_update(of=("self",)).filter(pk=record_id).first()
            )
            if record is not None and record.version != matched:
                return problem(
                    412,
                    _("読んだ後にほかの人が変更しています。GETで読み直してからもう一度お試しください。"),
                    **({"version": record.version} if reads(request.token, entity) else {}),
                )
        write.delete(entity, [record_id], by=request.person)
    return HttpResponse(status=204)


def _matched(request: Call) -> int | None:
    """The version that the caller saw, as If-Match says it."""
    if "If-Match" not in request.headers:
        return None
    seen = request.headers["If-Match"].strip().removeprefix("W/").strip('"')
    return whole_number(seen or 0, "If-Match", None, 2**31 - 1)


def restore_record(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """Out of the bin."""
    write.restore(entity, [record_id], by=request.person)
    return answer(answered(request, entity, one(entity, request.person, record_id)))


def read_timeline(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """What happened, newest first, 25 at a time."""
    only(request.GET, "group", "cursor")
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
        raise BadCondition(_("続きの位置が読めません。")) from None
    known = {other.name for other in registry.all_entities() if reads(request.token, other)}
    items = [item for item in items if item.event.entity in known]
    log_access(
        request.person,
        "api-read",
        entity.name,
        len(items),
        request.get_full_path()[:500],
        record_id=record.pk,
    )
    made = [
        {
            "id": item.event.pk, "at": item.event.at.isoformat(), "kind": item.event.kind, "label": item.label, "actor": item.actor,
            "about": {"entity": item.source_entity.slug, "id": item.event.record_id, "title": item.source_title} if item.source_entity else None,
            "text": getattr(item.source, "text", "") if item.source is not None else item.note,
            **({"file": {"id": item.attachment.pk, "name": item.attachment.name}} if item.attachment is not None else {}),
            "changes": [
                {"field": field, "from": old, "to": new}
                for field, old, new in timeline.change_lines(
                    registry.get(item.event.entity), item.event, names=known.__contains__
                )
            ],
        }
        for item in items
    ]  # fmt: skip
    return answer({"items": made, "next": following or None})


# --- beside records -----------------------------------------------------------------------------------
def search(request: Call) -> HttpResponse:
    """Records of every kind that hold all the words."""
    only(request.GET, "q", "limit")
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
    chosen = {}
    for part, words in (("match", MATCHES), ("missing", MISSING)):
        if given := request.POST.get(part, ""):
            if given not in words:
                raise BadRequest(
                    _("%(part)s には %(words)s のいずれかを入れてください。")
                    % {"part": part, "words": "・".join(words)}
                )
            chosen[part] = given
    name = safe_name(upload.name or "file.csv")

    def make(_ready: Any) -> dict[str, Any]:
        path = keep(upload, name)
        try:
            job = importing.begin(path, name, by=request.person, entity=entity.name if entity else "")
        except readers.Unreadable as error:
            path.unlink(missing_ok=True)
            raise Refused({"file": [str(error)]}) from None
        job.plan, job.status = {**job.plan, **chosen}, ImportJob.Status.QUEUED
        job.save(update_fields=["plan", "status"])
        tasks.run_import.enqueue(job.pk)
        return {"job": job.pk}

    def tell(result: dict[str, Any], _fresh: bool) -> HttpResponse:
        job = ImportJob.objects.filter(pk=result["job"]).first()
        if job is None:
            raise NotFound
        return answer(_job(job), 202, Location=f"/api/v1/imports/{job.pk}")

    # The parts of a form are divided by words of chance: what was asked is the file itself.
    asked = hashlib.sha256(f"{word}\n{name}\n{chosen or ''}".encode())
    for chunk in upload.chunks():
        asked.update(chunk)
    return once(request, make, tell, body=asked.digest())


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
        # The whole file with its reasons is had from the page of the import.
        "refused": [{"row": row.number, "reason": row.reason} for row in job.refused_rows.order_by("number")[:REFUSED]],
    }  # fmt: skip


VIEWS = {
    "collection": endpoint(get=("read", list_records), post=("write", create_record)),
    "record": endpoint(
        get=("read", read_record), patch=("write", change_record), delete=("delete", delete_record)
    ),
    "bulk": endpoint(post=("write", bulk)),
    "restore": endpoint(post=("delete", restore_record)),
    "links": endpoint(get=("read", read_links)),
    "link": endpoint(get=("read", read_link), post=("write", change_links)),
    "files": endpoint(get=("read", read_files), post=("write", add_files)),
    "file": endpoint(get=("read", read_file), delete=("write", remove_file)),
    "timeline": endpoint(get=("read", read_timeline)),
    "search": endpoint(get=("read", search)),
    "me": endpoint(get=("read", me)),
    "imports": endpoint(post=("import", start_import)),
    "import": endpoint(get=("import", read_import)),
}
