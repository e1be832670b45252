"""Files on records: the bytes lie outside the database, under unguessable names; rights are the record's."""

import hashlib
import mimetypes
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.japanese.text import clean
from enishi.records import scope
from enishi.records.entity import Entity
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.fields import Files
from enishi.records.fields.files import picture_type
from enishi.records.models import Attachment, Event
from enishi.records.prepared import fetch
from enishi.records.visible import one, require, visible

_NEWEST = 2**62


def safe_name(name: str) -> str:
    """A file name without folders, control, zero-width and reserved characters, at most 200 characters."""
    base = clean(name).replace("\\", "/").rsplit("/", 1)[-1].replace("\n", " ").strip(" .")
    base = "".join(c for c in base if c not in '<>:"|?*\u200d\ufe0f') or _("ファイル")
    stem, dot, ending = base.rpartition(".")
    return base if len(base) <= 200 else f"{(stem or ending)[:180]}{dot}{ending[:18] if stem else ''}"


def check(upload: UploadedFile[Any], *, picture: bool = False) -> None:
    """Refuses what can't be kept.

    Raises:
        ValidationError: empty or too large, or (`picture`) none.
    """
    if not upload.size:
        raise ValidationError(_("ファイルが空です。別のファイルを選んでください。"))
    if upload.size > settings.UPLOAD_LIMIT:
        raise ValidationError(
            _("ファイルが大きすぎます（%(most)dMBまで）。") % {"most": settings.UPLOAD_LIMIT // 2**20}
        )
    if picture:
        head = upload.read(16)
        upload.seek(0)
        if not picture_type(head):
            raise ValidationError(
                _("「%(name)s」は画像ではありません。JPEG・PNG・GIF・WebPのどれかにしてください。")
                % {"name": (upload.name or "")[:60]}
            )


def put(
    entity: Entity, record_id: int, name: str, uploads: list[UploadedFile[Any]], *, by: User
) -> list[Attachment]:
    """Keeps files on a record as the value of one of its fields, behind those that are there.

    Raises:
        NotAllowed, NotFound, ValidationError
    """
    from enishi.records import write

    found = entity.fields.get(name)
    if not isinstance(found, Files):
        raise NotFound
    if found.fixed:
        raise NotAllowed
    for upload in uploads:
        check(upload, picture=found.pictures)
    require(by, "change", entity, one(entity, by, record_id))
    # The bytes come first: nobody waits at the record, nor on SQLite for the whole ledger, while a long file is written.
    with _laid_down(uploads) as laid, transaction.atomic():
        record = visible(entity, by).select_for_update(of=("self",)).filter(pk=record_id).first()
        if record is None:
            raise NotFound
        made = [_enter(entity, record, file, by=by, field=name) for file in laid]
        values = [*found.get(record), *(each.pk for each in made)]
        write.write(entity, record_id, {name: values}, by=by, internal=True)
    return made


def store(
    entity: Entity, record_id: int, upload: UploadedFile[Any], *, by: User, field: str = ""
) -> Attachment:
    """Keeps a file on a record and puts it on the timeline.

    Raises:
        NotAllowed, NotFound, ValidationError: empty or too large.
    """
    record = one(entity, by, record_id)
    require(by, "change", entity, record)
    check(upload)
    with _laid_down([upload]) as laid, transaction.atomic():
        return _enter(entity, record, laid[0], by=by, field=field)


class _Laid(NamedTuple):
    """A file that lies in its place and isn't entered anywhere yet; its path is below the folder of files."""

    name: str
    path: str
    size: int
    sha256: str


@contextmanager
def _laid_down(uploads: Iterable[UploadedFile[Any]]) -> Iterator[list[_Laid]]:
    """Writes the bytes to their places, and takes them away again where what follows is refused."""
    root, laid = Path(settings.MEDIA_ROOT), []
    key = ""
    try:
        for upload in uploads:
            key = secrets.token_hex(20)
            path = root / key[:2] / key
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            digest = hashlib.sha256()
            with path.open("xb") as stream:
                for chunk in upload.chunks():
                    digest.update(chunk)
                    stream.write(chunk)
            name = safe_name(upload.name or "")
            laid.append(_Laid(name, f"{key[:2]}/{key}", upload.size or 0, digest.hexdigest()))
        yield laid
    except BaseException:
        for place in {*(each.path for each in laid), f"{key[:2]}/{key}"}:
            (root / place).unlink(missing_ok=True)
        raise


def _enter(entity: Entity, record: Any, file: _Laid, *, by: User, field: str) -> Attachment:
    attachment = Attachment.objects.create(
        entity=entity.name,
        record_id=record.pk,
        field=field,
        name=file.name,
        path=file.path,
        size=file.size,
        content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        sha256=file.sha256,
        uploaded_by=by,
    )
    event = Event.objects.create(
        kind="file",
        entity=entity.name,
        record_id=record.pk,
        actor=by,
        data={"file": attachment.pk, "name": file.name},
    )
    scope.place(entity, [(record, event)])
    return attachment


def open_for(attachment_id: int, user: User) -> tuple[Attachment, Any]:
    """The attachment and its open file, for somebody who may see the record it hangs on.

    Raises:
        NotFound
    """
    from enishi.records import registry

    attachment = Attachment.objects.filter(pk=attachment_id, deleted_at=None).first()
    entity = registry.find(attachment.entity) if attachment else None
    if attachment is None or entity is None:
        raise NotFound
    one(entity, user, attachment.record_id)
    if attachment.pk in concealed(entity, [attachment.record_id]):
        raise NotFound
    path = Path(settings.MEDIA_ROOT) / attachment.path
    if not path.is_file():
        raise NotFound(_("ファイルの本体が見つかりません。バックアップから戻してください。"))
    return attachment, path.open("rb")


def as_download(attachment: Attachment, stream: Any) -> FileResponse:
    """A file as an answer, always as a download and in a sandbox: what somebody uploaded never runs here."""
    made = FileResponse(
        stream, as_attachment=True, filename=attachment.name, content_type="application/octet-stream"
    )
    made.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    made.headers["X-Content-Type-Options"] = "nosniff"
    return made


def concealed(entity: Entity, keys: Iterable[int]) -> set[int]:
    """The files on these records that are, or were put there as, values of fields which the person being served doesn't see, and those
    that tell of such fields."""
    keys = list(keys)
    telling = entity.concealed_files(keys)
    kept = {*entity.fields, *entity.retired}
    every = (*entity.whole.own, *entity.whole.retired.values())
    hidden = [one for one in every if isinstance(one, Files) and one.name not in kept]
    if not hidden:
        return telling
    rows = entity.model._default_manager.filter(pk__in=keys)
    put_there = Attachment.objects.filter(
        entity=entity.name, record_id__in=keys, field__in=[one.name for one in hidden]
    )
    values = {key for row in rows for found in hidden for key in found.get(row)}
    return telling | values | set(put_there.values_list("pk", flat=True))


def page(entity: Entity, record: Any, before: int = 0, size: int = 50) -> tuple[list[Attachment], int]:
    """`size` files on a record, the newest first, of those that the person being served may see; and before which key the next ones are
    (0: there are no more)."""
    hidden = concealed(entity, [record.pk])
    if hidden:
        held = _held(entity.name, record.pk, before or _NEWEST).exclude(pk__in=hidden)
        rows = list(held[: size + 1])
    else:
        rows = fetch(("files", size), partial(_page, size), entity.name, record.pk, before or _NEWEST)
    return rows[:size], rows[size - 1].pk if len(rows) > size else 0


def fixed(entity: Entity, record: Any, files: Iterable[Attachment]) -> set[int]:
    """Of these files those that the person being served may not take off: of a field that he only reads, or that the record keeps."""
    only_read = [found for found in _file_fields(entity) if found.fixed]
    kept = {key for found in only_read for key in found.get(record)}
    names = {found.name for found in only_read}
    return {
        one.pk
        for one in files
        if one.pk in kept or one.field in names or entity.locked(record, {f"file:{one.pk}"})
    }


def _held(entity: Any, key: Any, before: Any) -> Any:
    rows = Attachment.objects.filter(entity=entity, record_id=key, pk__lt=before, deleted_at=None)
    return rows.order_by("-pk")


def _page(size: int, entity: Any, key: Any, before: Any) -> Any:
    return _held(entity, key, before)[: size + 1]


def _file_fields(entity: Entity) -> list[Files]:
    return [found for found in entity.own if isinstance(found, Files)]


def remove(attachment_id: int, *, by: User) -> Attachment:
    """Takes a file off its record (the bytes stay until the bin is emptied).

    Raises:
        NotAllowed, NotFound
    """
    from enishi.records import registry

    attachment = Attachment.objects.filter(pk=attachment_id, deleted_at=None).first()
    entity = registry.find(attachment.entity) if attachment else None
    if attachment is None or entity is None:
        raise NotFound
    record = one(entity, by, attachment.record_id)
    require(by, "change", entity, record)
    if attachment.pk in concealed(entity, [record.pk]):
        raise NotFound
    if text := entity.locked(record, {f"file:{attachment.pk}"}):
        raise Refused({"": [text]})
    if fixed(entity, record, [attachment]):
        raise NotAllowed
    attachment.deleted_at = timezone.now()
    attachment.save(update_fields=["deleted_at"])
    _take_out(entity, attachment, by)
    return attachment


def _take_out(entity: Entity, attachment: Attachment, by: User) -> None:
    """The file is no field's value any more."""
    from enishi.records import write

    fields = _file_fields(entity)
    if not fields:
        return
    record = one(entity, by, attachment.record_id)
    values = {
        found.name: [key for key in found.get(record) if key != attachment.pk]
        for found in fields
        if attachment.pk in found.get(record)
    }
    if values:
        write.write(entity, record.pk, values, by=by, internal=True)
