"""The page of a sheet that came back: what changed where, what is taken over, and then the progress."""

import datetime
import shutil
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.exchange import importing, readers
from enishi.exchange.models import ImportJob, ReturnedRow
from enishi.exchange.roundtrip import operations
from enishi.kit import htmx
from enishi.records.errors import NotFound, Refused
from enishi.records.pages.base import error_page, handled, person, whole

Kind, State = ReturnedRow.Kind, ReturnedRow.State
PAGE = 50
BUSY = (ImportJob.Status.QUEUED, ImportJob.Status.RUNNING, ImportJob.Status.UNDOING)
OPEN = (ImportJob.Status.DRAFT, ImportJob.Status.DONE)


def _job(request: HttpRequest, import_id: int) -> ImportJob:
    """The sheet, for the one who brought it and for admins.

    Raises:
        NotFound, NotAllowed
    """
    from enishi.exchange.views import job_of

    found = job_of(request, import_id)
    if not operations.is_one(found):
        raise NotFound
    return found


@require_GET
@handled
def page(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rows of one kind, a page at a time; while the worker is busy, how far it is."""
    job = _job(request, import_id)
    context = _frame(job)
    if context["busy"]:
        template = (
            "exchange/roundtrip/progress.html" if request.GET.get("part") else "exchange/roundtrip/page.html"
        )
        return render(request, template, context)
    if request.GET.get("part"):
        return htmx.go(request, request.path)
    if job.status in OPEN:
        context |= _rows(job, request, context["tabs"])
    return render(request, "exchange/roundtrip/page.html", context)


def _frame(job: ImportJob) -> dict[str, Any]:
    plan = job.plan["round_trip"]
    entity = operations.entity_of(job)
    context: dict[str, Any] = {
        "job": job, "entity": entity, "busy": job.status in BUSY, "step": plan["step"], "notes": plan["notes"],
        "percent": min(100, round(100 * job.done / job.total)) if job.total else 0,
        "figures": job.figures.get("round_trip", {}), "open": job.status in OPEN,
    }  # fmt: skip
    if context["open"]:
        held = operations.counts(job)
        context["tabs"] = [(kind, kind.label, held[kind]) for kind in Kind if held[kind]]
        context |= _waiting(job)
    context["done"] = [
        (label, count)
        for what, label in (("updated", _("更新")), ("created", _("新しく登録")), ("deleted", _("ごみ箱へ")))
        if (count := job.figures.get(what, {}).get(job.entity, 0))
    ]
    return context


def _waiting(job: ImportJob) -> dict[str, int]:
    return {"waiting": operations.waiting(job), "questions": operations.questions(job)}


def _rows(job: ImportJob, request: HttpRequest, tabs: list[Any]) -> dict[str, Any]:
    known = [kind.value for kind, _label, _count in tabs]
    at = request.GET.get("tab", "")
    at = at if at in known else next(iter(known), "")
    rows = ReturnedRow.objects.filter(job=job, state=State.OPEN).order_by("pk")
    rows = rows.filter(bad=True) if at == Kind.BAD else rows.filter(kind=at)
    after = whole(request.GET.get("after", ""), 0) or 0
    found = list(rows.filter(pk__gt=after)[: PAGE + 1]) if at else []
    refused = ReturnedRow.objects.filter(job=job, state=State.REFUSED).order_by("pk")
    return {
        "at": at, "rows": [_shown(row) for row in found[:PAGE]], "after": after,
        "next": found[PAGE - 1].pk if len(found) > PAGE else 0, "refused": list(refused[:PAGE]),
        "tickable": at in {Kind.CHANGED, Kind.BOTH, Kind.NEW, Kind.GONE},
    }  # fmt: skip


def _shown(row: ReturnedRow) -> ReturnedRow:
    """The row with its changes as the page shows them."""
    row.sheet_changes = [one for one in row.changes if not one["here"]]  # type: ignore[attr-defined]
    row.here_changes = [one for one in row.changes if one["here"]]  # type: ignore[attr-defined]
    for one in row.changes:
        if one.get("at"):
            one["when"] = datetime.datetime.fromisoformat(one["at"])
    return row


@require_POST
@handled
def choose(request: HttpRequest, import_id: int) -> HttpResponse:
    """A tick, an answer, or all of a kind at once; kept at once, so that pages can be turned."""
    job = _job(request, import_id)
    if job.status not in OPEN:
        return error_page(request, 409, _("このシートはもう確認が終わっています。"))
    row = whole(request.GET.get("row", ""))
    if row is not None and "field" in request.GET:
        operations.decide(job, row, request.GET["field"], request.POST.get("choice", ""))
    elif row is not None:
        operations.choose(job, row, chosen=request.POST.get("chosen") == "1")
    else:
        tab = request.POST.get("tab", "")
        operations.choose_all(job, tab, request.POST.get("all", ""))
        return htmx.go(
            request, f"{request.path.removesuffix('choose/')}?tab={tab if tab in Kind.values else ''}"
        )
    return render(request, "exchange/roundtrip/bar.html", {"job": job, "open": True, **_waiting(job)})


@require_POST
@handled
def apply(request: HttpRequest, import_id: int) -> HttpResponse:
    """The person agrees: what is ticked is written by the worker."""
    job = _job(request, import_id)
    if job.status not in OPEN:
        return redirect("round-trip", job.pk)
    operations.agree(job)
    return redirect("round-trip", job.pk)


@require_POST
@handled
def plain(request: HttpRequest, import_id: int) -> HttpResponse:
    """Reads the file as an ordinary ledger, whose rows are told by their own keys."""
    job = _job(request, import_id)
    source = Path(job.path)
    if not source.is_file():
        raise NotFound(_("ファイルはもうありません。もう一度置いてください。"))
    path = source.with_name(f"{source.stem}-{job.pk}{source.suffix}")
    shutil.copyfile(source, path)
    try:
        made = importing.begin(path, job.file_name, by=person(request), entity=job.entity)
    except readers.Unreadable as error:
        path.unlink(missing_ok=True)
        raise Refused({"": [str(error)]}) from None
    return redirect("import-job", made.pk)
