"""The papers that were issued, found by day, amount and partner together, and taken out as one zip (電子帳簿保存法: 日付・金額・取引先)."""

import csv
import datetime
import io
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.access.rights import log_access
from enishi.japanese import amounts, wareki
from enishi.records import registry
from enishi.records.errors import Refused
from enishi.records.limits import names_all, readable
from enishi.records.models import Attachment
from enishi.records.pages.base import handled, person
from enishi.records.visible import reached, visible
from enishi.sales.documents.entity import DocumentEntity
from enishi.sales.documents.flow import file_name
from enishi.sales.documents.paper import PAPERS

KINDS = ("quote", "order", "invoice")
SHOWN, MOST = 100, 2000


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means everything."""

    kind: str = ""
    first: datetime.date | None = None
    last: datetime.date | None = None
    least: int | None = None
    most: int | None = None
    partner: str = ""


def _wanted(request: HttpRequest) -> tuple[Wanted, list[str]]:
    errors: list[str] = []

    def read(name: str, parse: Any) -> Any:
        text = request.GET.get(name, "").strip()[:40]
        try:
            return parse(text) if text else None
        except (ValueError, OverflowError) as error:
            errors.append(str(error))
            return None

    kind = request.GET.get("kind", "")
    found = Wanted(
        kind if kind in KINDS else "", read("first", wareki.parse_date), read("last", wareki.parse_date), read("least", amounts.parse_yen),
        read("most", amounts.parse_yen), request.GET.get("partner", "").replace("\x00", "").strip()[:100],
    )  # fmt: skip
    return found, errors


def _rows(entity: DocumentEntity, request: HttpRequest, wanted: Wanted, action: str = "see") -> Any:
    rows = visible(entity, person(request), action).filter(pdf__isnull=False)
    asked: dict[str, Any] = {
        "date__gte": wanted.first, "date__lte": wanted.last, "total__gte": wanted.least, "total__lte": wanted.most,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    if wanted.partner:
        rows = rows.filter(_partner(entity, wanted.partner))
    rows = rows.select_related("account", "contact")
    return rows.order_by("-date", "-pk") if "date" in entity.fields else rows.order_by("-pk")


def _entities(wanted: Wanted) -> list[DocumentEntity]:
    """The kinds of papers; none of which a field is asked for that the person doesn't see, since what is found would tell it."""
    asked = {
        "date": wanted.first is not None or wanted.last is not None,
        "total": wanted.least is not None or wanted.most is not None,
    }
    return [
        found
        for name in KINDS
        if wanted.kind in {"", name}
        and isinstance(found := registry.find(name), DocumentEntity)
        and all(field in found.fields for field, filters in asked.items() if filters)
    ]


def _partner(entity: DocumentEntity, text: str) -> Q:
    """Papers for whom a word names, of those whose names the person may read."""
    found = Q(pk__in=())
    for name in ("account", "contact"):
        target = registry.find(name)
        if target is not None and name in entity.fields:
            held = Q(**{f"{name}__name__icontains": text})
            found |= held if names_all(target) else held & Q(**{f"{name}__in": readable(target)})
    return found


def _told(entity: DocumentEntity, rows: list[Any]) -> Iterator[tuple[DocumentEntity, Any, dict[str, Any]]]:
    """What the list says of papers, without what the person doesn't see."""
    unread = entity.unread(rows)
    unnamed = {name: entity.nameless(rows, name) for name in ("account", "contact")}
    for row in rows:
        name = "account" if row.account_id else "contact"
        said = {one: getattr(row, one) if one in entity.fields else None for one in ("date", "total")}
        said["number"] = row.number if "number" in entity.fields else ""
        said["partner"] = "" if row.pk in unnamed[name] else str(getattr(row, name) or "")
        said["status"] = entity.field("status").cell(row) if "status" in entity.fields else ""
        yield entity, row, said | {"read": row.pk not in unread}


@require_GET
@handled
def kept_page(request: HttpRequest) -> HttpResponse:
    """The papers, newest first."""
    wanted, errors = _wanted(request)
    found: list[tuple[DocumentEntity, Any, dict[str, Any]]] = []
    count = 0
    for entity in _entities(wanted):
        rows = _rows(entity, request, wanted)
        count += rows.count()
        found += _told(entity, list(rows[:SHOWN]))
    found.sort(key=lambda one: (one[2]["date"] or datetime.date.min, one[2]["number"]), reverse=True)
    may_export = any(
        reached(entity, person(request), "export") != frozenset() for entity in _entities(wanted)
    )
    context = {
        "rows": [(entity, PAPERS[entity.name].title, row, said) for entity, row, said in found[:SHOWN]],
        "count": count, "more": count > SHOWN, "errors": errors, "given": request.GET, "kinds": [(name, PAPERS[name].title) for name in KINDS],
        "may_export": may_export and count, "too_many": count > MOST, "most": MOST, "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "documents/kept.html", context)


@require_GET
@handled
def kept_zip(request: HttpRequest) -> HttpResponseBase:
    """All of them as one zip with an index; written to the access log."""
    wanted, errors = _wanted(request)
    if errors:
        raise Refused({"": errors})
    made = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    index = io.StringIO()
    writer = csv.writer(index, lineterminator="\r\n")
    writer.writerow(
        ["ファイル名", "書類", "番号", "取引年月日", "取引先", "金額", "状態", "発行日時", "SHA-256"]
    )
    count, used = 0, set[str]()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for entity, row, attachment in _files(request, wanted):
            count += 1
            if count > MOST:
                made.close()
                raise Refused({"": [_("1回に%(most)d件までです。期間を区切ってください。") % {"most": MOST}]})
            name = file_name(row)
            if name in used:
                name = f"{name}_{row.number.replace('/', '-')}"
            used.add(name)
            archive.write(Path(settings.MEDIA_ROOT) / attachment.path, f"{name}.pdf")
            partner = str(row.account or row.contact or "")
            writer.writerow(
                [f"{name}.pdf", PAPERS[entity.name].title, row.number, f"{row.date:%Y/%m/%d}", _harmless(partner), row.total,
                 entity.whole.field("status").value_text(row) if "status" in entity.fields else "", f"{row.issued_at:%Y-%m-%d %H:%M:%S%z}", attachment.sha256]
            )  # fmt: skip
        archive.writestr("index.csv", b"\xef\xbb\xbf" + index.getvalue().encode())
    log_access(person(request), "export", "papers", count, "zip")
    made.seek(0)
    return FileResponse(made, as_attachment=True, filename="papers.zip", content_type="application/zip")


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def _files(request: HttpRequest, wanted: Wanted) -> Iterator[tuple[DocumentEntity, Any, Attachment]]:
    for entity in _entities(wanted):
        rows = list(_rows(entity, request, wanted, "export")[: MOST + 1])
        unread = entity.unread(rows)
        rows = [row for row in rows if row.pk not in unread]
        files = Attachment.objects.in_bulk([row.pdf for row in rows])
        for row in rows:
            kept = files.get(row.pdf)
            if kept is not None and (Path(settings.MEDIA_ROOT) / kept.path).is_file():
                yield entity, row, kept
