"""The files of a record over HTTP: what there is, the bytes, put there and taken off."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from enishi.access.rights import log_access
from enishi.connect.api.base import BadRequest, Call, answer, only
from enishi.connect.api.once import once
from enishi.connect.api.shapes import reads
from enishi.records import attachments
from enishi.records.conditions import BadCondition
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Files
from enishi.records.models import Attachment
from enishi.records.visible import one


def read_files(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """Fifty files on a record, the newest first, each with the field whose value it is ("" for a file of the record)."""
    only(request.GET, "cursor")
    record = one(entity, request.person, record_id)
    cursor = request.GET.get("cursor", "")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadCondition(_("続きの位置が読めません。"))
    log_access(request.person, "api-read", entity.name, 1, request.get_full_path()[:500], record_id=record_id)
    held, following = attachments.page(entity, record, int(cursor or 0))
    return answer({"items": _told(entity, record, held), "next": str(following) if following else None})


def _told(entity: Entity, record: Any, held: list[Attachment]) -> list[dict[str, Any]]:
    fields = {
        key: found.name for found in entity.own if isinstance(found, Files) for key in found.get(record)
    }
    return [
        {
            "id": each.pk, "name": each.name, "size": each.size, "type": each.content_type, "sha256": each.sha256,
            "at": each.uploaded_at.isoformat(), "field": fields.get(each.pk, ""),
        }
        for each in held
    ]  # fmt: skip


def add_files(request: Call, entity: Entity, record_id: int) -> HttpResponse:
    """Keeps files on a record; with `field` as the value of a field of files or pictures, behind those that are there."""
    try:
        uploads = request.FILES.getlist("file")
    except MultiPartParserError:
        raise BadRequest(_("本文が読めません。multipart/form-data で送ってください。")) from None
    if not uploads:
        raise BadRequest(_("file にファイルを入れてください（multipart/form-data）。"))
    only([*request.POST, *request.FILES], "file", "field")
    name, user = request.POST.get("field", ""), request.person
    if name and not isinstance(entity.fields.get(name), Files):
        raise Refused(
            {
                "field": [
                    _("%(entity)sに「%(name)s」という項目はありません。")
                    % {"entity": entity, "name": name[:40]}
                ]
            }
        )

    def make(_ready: Any) -> dict[str, Any]:
        try:
            if name:
                made = attachments.put(entity, record_id, name, uploads, by=user)
            else:
                for upload in uploads:
                    attachments.check(upload)
                made = [attachments.store(entity, record_id, upload, by=user) for upload in uploads]
        except ValidationError as error:
            raise Refused({name or "file": list(error.messages)}) from None
        return {"files": [each.pk for each in made]}

    def tell(result: dict[str, Any], fresh: bool) -> HttpResponse:
        status = 201 if fresh else 200
        if not reads(request.token, entity):
            return answer({"items": []}, status)
        record = one(entity, user, record_id)
        hidden = attachments.concealed(entity, [record_id])
        held = list(
            Attachment.objects.filter(pk__in={*result["files"]} - hidden, deleted_at=None).order_by("-pk")
        )
        return answer({"items": _told(entity, record, held)}, status)

    # The parts of a form are divided by words of chance: what was asked are the files themselves.
    asked = hashlib.sha256(f"{name}\n".encode())
    for upload in uploads:
        asked.update(f"{upload.name}\n".encode())
        for chunk in upload.chunks():
            asked.update(chunk)
        upload.seek(0)
    return once(request, make, tell, body=asked.digest())


def read_file(request: Call, entity: Entity, record_id: int, attachment_id: int) -> HttpResponseBase:
    """A file's bytes, as a download."""
    attachment, stream = attachments.open_for(_of(entity, record_id, attachment_id), request.person)
    log_access(request.person, "api-read", entity.name, 1, request.get_full_path()[:500], record_id=record_id)
    made = attachments.as_download(attachment, stream)
    made.headers["Cache-Control"] = "no-store"
    return made


def remove_file(request: Call, entity: Entity, record_id: int, attachment_id: int) -> HttpResponse:
    """Takes a file off its record."""
    attachments.remove(_of(entity, record_id, attachment_id), by=request.person)
    return HttpResponse(status=204)


def _of(entity: Entity, record_id: int, attachment_id: int) -> int:
    """The file's key, where it hangs on this record.

    Raises:
        NotFound
    """
    if attachment_id >= 2**63 or record_id >= 2**63:
        raise NotFound
    if not Attachment.objects.filter(pk=attachment_id, entity=entity.name, record_id=record_id).exists():
        raise NotFound
    return attachment_id
