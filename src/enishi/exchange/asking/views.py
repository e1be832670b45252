"""The page that asks about waiting rows, one at a time."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.access.models import User
from enishi.exchange import tasks
from enishi.exchange.asking import waiting, words
from enishi.exchange.asking.candidates import spelled_alike
from enishi.exchange.asking.models import WaitingRow
from enishi.exchange.mapping import Plan
from enishi.exchange.models import ImportJob
from enishi.exchange.parsed import Parsed
from enishi.exchange.views import job_of
from enishi.japanese.addresses import split_prefecture
from enishi.kit import htmx
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import NotFound
from enishi.records.limits import seen_by
from enishi.records.pages.base import error_page, handled, person, whole

# Shown of a record even where the row says nothing of it.
_ALWAYS = ("name", "kana", "account", "code", "phone", "mobile", "email", "prefecture", "address", "note")
_UNSHOWN = {"name_unsure", "honorific", "family_name", "given_name", "family_kana", "given_kana"}


@require_GET
@handled
def ask(request: HttpRequest, import_id: int) -> HttpResponse:
    """The next question, or that there is none."""
    job = job_of(request, import_id)
    if job.status in waiting.CLOSED:
        return redirect("import-job", job.pk)
    return _page(request, job)


def _page(request: HttpRequest, job: ImportJob) -> HttpResponse:
    user = person(request)
    row = None if job.rest else waiting.first(job)
    counts = waiting.counts(job)
    context: dict[str, Any] = {
        "job": job,
        "row": row,
        "open": counts["open"],
        "answered": sum(n for state, n in counts.items() if state != "open"),
        "total": sum(counts.values()),
        "counts": counts,
        "running": job.status in {"queued", "running"},
        "back": waiting.last(job, user),
    }
    if row is not None:
        context |= _question(job, row, user)
    part = htmx.is_htmx(request)
    return render(request, "exchange/asks_part.html" if part else "exchange/asks.html", context)


def _question(job: ImportJob, row: WaitingRow, user: User) -> dict[str, Any]:
    entity = seen_by(registry.get(row.entity), user)
    read = waiting.parsed(job, row)
    values = read.values.get(row.entity, {})
    found = waiting.candidates(job, row, values, user)
    update = Plan.from_json(job.plan).on_match == "update"
    others = WaitingRow.objects.filter(job=job, alike=row.alike, state="open").count() - 1
    return {
        "entity": entity,
        "others": others,
        "more": _more(read, row.entity),
        "alone": _lines(entity, values, None, update),
        "candidates": [
            {
                "record": one["record"],
                "title": entity.title(one["record"]),
                "url": entity.url(one["record"].pk),
                "score": one["score"],
                "reasons": words.reasons([list(pair) for pair in one["reasons"]]),
                "lines": _lines(entity, values, one["record"], update),
            }
            for one in found[:5]
        ],
        "update": update,
    }


def _lines(entity: Entity, values: dict[str, Any], record: Any, update: bool) -> list[dict[str, Any]]:
    """Field by field: what the row says, what the record holds, and what of it differs."""
    values = dict(values)
    if not values.get("name") and (values.get("family_name") or values.get("given_name")):
        values["name"] = f"{values.get('family_name', '')} {values.get('given_name', '')}".strip()
    if not values.get("kana") and (values.get("family_kana") or values.get("given_kana")):
        values["kana"] = f"{values.get('family_kana', '')} {values.get('given_kana', '')}".strip()
    if values.get("address") and not values.get("prefecture"):  # as it will be stored
        values["prefecture"], values["address"] = split_prefecture(values["address"])
    made = []
    order = sorted(entity.fields, key=lambda name: _ALWAYS.index(name) if name in _ALWAYS else len(_ALWAYS))
    for name in order:
        found = entity.fields[name]
        if name in _UNSHOWN or not (found.editable or name == "account") or name in {"owner", "tags"}:
            continue
        mine = values.get(name)
        theirs = found.get(record) if record is not None else None
        said, held = not found.is_empty(mine), not found.is_empty(theirs)
        if not said and not (held and name in _ALWAYS):
            continue
        if not said or not held:
            state = "theirs" if held else "mine"
        else:
            state = "same" if spelled_alike(entity, name, theirs, mine) else "differs"
        made.append(
            {
                "label": found.label,
                "mine": found.text(mine) if said else "",
                "theirs": found.text(theirs) if held else "",
                "state": state,
                "changes": update and record is not None and state in {"mine", "differs"},
            }
        )
    return made


def _more(read: Parsed, asked: str) -> list[tuple[str, str]]:
    """What else the row brings: the person at the company that is asked about, the deal."""
    made = []
    for name, values in read.values.items():
        title = values.get("name") or " ".join(
            str(values[part]) for part in ("family_name", "given_name") if values.get(part)
        )
        if name != asked and title and registry.find(name):
            made.append((str(registry.get(name)), str(title)))
    return made


@require_POST
@handled
def answer(request: HttpRequest, import_id: int, row_id: int) -> HttpResponse:
    """Takes an answer and gives the next question at once."""
    job = job_of(request, import_id)
    what = request.POST.get("answer", "")
    row = waiting.answer(
        job.pk, row_id, what, by=person(request), record_id=whole(request.POST.get("record", ""))
    )
    said = {"same": _("同じ登録にまとめました。"), "new": _("別の登録にしました。")}.get(
        what, _("とばしました。")
    )
    if row.state == "open":
        said = _("続けて、この行の%(entity)sを確かめてください。") % {"entity": registry.get(row.entity)}
    if not htmx.is_htmx(request):
        return redirect("import-asks", job.pk)
    url = reverse("import-answer-back", args=[job.pk]) if row.state != "open" else ""
    return htmx.toast(_page(request, job), said, undo_url=url)


@require_POST
@handled
def rest(request: HttpRequest, import_id: int) -> HttpResponse:
    """The same answer for all that wait, by the worker."""
    job = job_of(request, import_id)
    what = request.POST.get("answer", "")
    if what not in {"same", "new", "skip"}:
        raise NotFound
    if job.status in waiting.CLOSED or job.status in {"queued", "running"}:
        return error_page(request, 409, _("取り込みが終わってから、もう一度お試しください。"))
    if not job.rest:
        job.rest = what
        job.save(update_fields=["rest"])
        tasks.answer_rest.enqueue(job.pk, person(request).pk)
    return redirect("import-asks", job.pk)


@require_POST
@handled
def back(request: HttpRequest, import_id: int) -> HttpResponse:
    """Takes one's last answer back."""
    job = job_of(request, import_id)
    waiting.take_back(job.pk, by=person(request))
    if not htmx.is_htmx(request):
        return redirect("import-asks", job.pk)
    return htmx.toast(_page(request, job), _("ひとつ前の答えを取り消しました。"))
