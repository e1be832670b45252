"""The import wizard and the export dialog."""

import json
import os
import secrets
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.access.rights import log_access, may
from enishi.exchange import (
    choices,
    connected,
    exporting,
    forall,
    importing,
    mapping,
    profiles,
    readers,
    tasks,
    telling,
)
from enishi.exchange.asking.waiting import counts as waiting_counts
from enishi.exchange.datarows import data_rows
from enishi.exchange.models import ImportJob
from enishi.exchange.parsed import Parsed
from enishi.exchange.roundtrip import operations as round_trip
from enishi.exchange.roundtrip import reading as returned
from enishi.exchange.roundtrip import sending
from enishi.records import registry
from enishi.records.attachments import safe_name
from enishi.records.entity import Entity
from enishi.records.errors import NotFound
from enishi.records.fields import Linked
from enishi.records.lists import ListState
from enishi.records.pages.base import dialog, error_page, form_input, handled, person, whole
from enishi.records.visible import allowed, require, visible, within


@handled
def start(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is read at once and the proposal shown."""
    user = person(request)
    require(user, "import")
    wanted = request.POST.get("entity", request.GET.get("entity", ""))
    wanted = wanted if registry.find(wanted) else ""
    problem = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            problem = _("ファイルを選んでください。")
        elif upload.size and upload.size > settings.UPLOAD_LIMIT:
            problem = _("ファイルが大きすぎます（%(most)dMBまで）。シートを分けて保存してください。") % {
                "most": settings.UPLOAD_LIMIT // 2**20
            }
        else:
            name = safe_name(upload.name or "file.csv")
            path = keep(upload, name)
            try:
                if sheet := returned.recognise(path, name):
                    return redirect("round-trip", round_trip.begin(path, name, sheet, by=user).pk)
                job = importing.begin(path, name, by=user, entity=wanted)
            except readers.Unreadable as error:
                path.unlink(missing_ok=True)
                problem = str(error)
            else:
                return redirect("import-job", job.pk)
    unsure = Q(status="draft") & ~Q(plan__has_key="round_trip")  # a sheet that came back waits for its person
    jobs = ImportJob.objects.exclude(unsure).select_related("user")
    jobs = jobs if user.is_admin else jobs.filter(user=user)  # files are called after customers
    context = {
        "entity": wanted,
        "problem": problem,
        "jobs": jobs.annotate(
            waiting=Count(
                "waiting_rows", filter=Q(waiting_rows__state="open", status__in=["running", "done", "failed"])
            )
        )[:20],
        "most": settings.UPLOAD_LIMIT // 2**20,
    }
    return render(request, "exchange/start.html", context, status=422 if problem else 200)


def keep(upload: Any, name: str) -> Path:
    """The uploaded file in the installation's own folder, under a name nobody can guess."""
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(16)}{Path(name).suffix.lower()[:6]}"
    with path.open("xb") as stream:
        for chunk in upload.chunks():
            stream.write(chunk)
    return path


def job_of(request: HttpRequest, import_id: int) -> ImportJob:
    """The job, for the one who began it and for admins.

    Raises:
        NotFound
    """
    user = person(request)
    require(user, "import")
    found = ImportJob.objects.select_related("user", "operation").filter(pk=import_id).first()
    if found is None or (found.user_id != user.pk and not user.is_admin):
        raise NotFound
    return found


@handled
def job(request: HttpRequest, import_id: int) -> HttpResponse:
    """The proposal with its preview; then the progress; then the result."""
    found = job_of(request, import_id)
    if round_trip.is_one(found):
        return redirect("round-trip", found.pk)
    if found.status != "draft":
        others = importing.left_sheets(found)
        if request.method == "POST" and request.POST.get("sheet") in others and found.status == "done":
            try:
                return redirect(
                    "import-job", importing.open_sheet(found, request.POST["sheet"], by=person(request)).pk
                )
            except (readers.Unreadable, OSError) as error:
                return error_page(request, 409, str(error))
        template = "exchange/progress_part.html" if request.GET.get("part") else "exchange/progress.html"
        return render(
            request,
            template,
            {
                "job": found,
                "others": others,
                "figures": shown_figures(found),
                "reasons": found.refused_rows.order_by("number")[:3] if found.figures.get("refused") else [],
                "skipped": _passed(found),
                "undone": by_entity(found.figures.get("undone_by", {})),
                **told(mapping.Plan.from_json(found.plan)),
                "percent": round(100 * found.done / found.total) if found.total else 0,
                "waiting": waiting_counts(found) if found.figures.get("asked") else None,
            },
        )
    if request.method == "POST":
        anew = False
        if request.POST.get("profile") in {"on", "off"}:
            importing.replan(found, recognise=request.POST["profile"] == "on")
        elif request.POST.get("sheet") in mapping.Plan.from_json(found.plan).others:
            anew = True
            importing.replan(found, recognise=True, sheet=request.POST["sheet"])
        elif not (anew := is_told_anew(request, found)):
            read_choices(request, found)
        wrong = forall.errors(mapping.Plan.from_json(found.plan))
        if "go" in request.POST and not anew and not wrong:
            found.status = ImportJob.Status.QUEUED
            found.beat_at = timezone.now()
            found.save(update_fields=["status", "beat_at"])
            tasks.run_import.enqueue(found.pk)
            return redirect("import-job", found.pk)
    plan = mapping.Plan.from_json(found.plan)
    context: dict[str, Any] = {"job": found, "plan": plan, "targets": choices.targets(plan), "problem": ""}
    context |= {"mains": choices.mains(), **told(plan)}
    context["form"], context["as_form"] = profiles.get(plan.form), bool(plan.profile)
    try:
        rows = importing.preview(found)
        context["rows"] = preview_rows(plan, rows)
        context["shown"] = [column for column in plan.columns if column.target]
        context["total"] = sum(1 for _row in data_rows(found, plan))
        context["bad"] = sum(bool(row.errors) for row in rows)
        context["skipped"] = list(dict.fromkeys(row.skipped for row in rows if row.skipped))
        context["kept"] = list(dict.fromkeys(text for row in rows for text in row.kept))[:10]
    except (readers.Unreadable, UnicodeDecodeError) as error:
        context["problem"] = str(error)
    context["named"] = connected.targets(plan)
    context["for_all"], context["for_all_more"] = for_all_inputs(plan), forall.targets(plan)
    context["taken"] = [plan.table, *plan.more]
    context["others"] = [one for one in plan.others if one not in plan.alike]
    context["keys"] = [
        {
            "entity": entity,
            "chosen": plan.keys.get(entity.name, ""),
            "options": [(name, entity.field(name).label) for name in key_options(entity, plan)],
        }
        for entity in plan.entities
        if entity.imports.keys
    ]
    template = "exchange/plan_part.html" if request.headers.get("HX-Request") else "exchange/plan.html"
    return render(request, template, context)


def told(plan: mapping.Plan) -> dict[str, Any]:
    """What the pages say of how the columns are read."""
    return {
        "ignored": telling.ignored(plan),
        "noted": telling.noted(plan),
        "repeated": telling.repeated(plan),
    }


def key_options(entity: Entity, plan: mapping.Plan) -> list[str]:
    """Fields of the sheet that can tell an existing record."""
    targets = {column.target for column in plan.columns}
    return [
        name
        for name in entity.imports.keys
        if f"{entity.name}.{name}" in targets or (name == "name" and f"{entity.name}.family_name" in targets)
    ]


def is_told_anew(request: HttpRequest, found: ImportJob) -> bool:
    """Whether the person says that the rows are something else than was thought: then all is proposed anew."""
    wanted = request.POST.get("main", "")
    if wanted == mapping.Plan.from_json(found.plan).main or wanted not in {
        one.name for one in choices.mains()
    }:
        return False
    found.entity = wanted
    importing.replan(found, recognise=False, told=True)
    return True


def read_choices(request: HttpRequest, found: ImportJob) -> None:
    """What the person chose in the wizard, checked against what there is."""
    plan = mapping.Plan.from_json(found.plan)
    possible = {target for _label, fields in choices.targets(plan) for target, _text in fields}
    taken: set[str] = set()
    # A day and its time, which were proposed for one field together, stay together; nobody can choose a field twice.
    twice = {one for one, n in Counter(column.target for column in plan.columns).items() if n > 1}
    for column in plan.columns:
        target = request.POST.get(f"c{column.index}", column.target)
        column.target = (
            target
            if target in possible
            and (
                target not in taken
                or target.partition(".")[2] in mapping.SHARED
                or (target in twice and target == column.target)
            )
            else ""
        )
        taken.add(column.target)
    rows = whole(request.POST.get("header_rows", ""))
    if rows is not None and rows <= 100:
        plan.header_rows = rows
        if plan.table in plan.layouts:
            plan.layouts[plan.table] = (rows, plan.layouts[plan.table][1])
    names = {entity.name for entity in plan.entities}
    if plan.main not in names and names:
        plan.main = next(
            name for name in ("deal", "contact", "account", "task", *sorted(names)) if name in names
        )
    for entity in plan.entities:
        key = request.POST.get(f"key-{entity.name}")
        if key is not None:
            plan.keys[entity.name] = key if key in key_options(entity, plan) else ""
        elif entity.name not in plan.keys:
            plan.keys[entity.name] = mapping.default_keys(plan).get(entity.name, "")
    if request.POST.get("alike_shown"):
        importing.choose_sheets(plan, request.POST.getlist("alike"))
    if request.POST.get("match") in mapping.MATCHES:
        plan.match = request.POST["match"]
    if request.POST.get("missing") in mapping.MISSING:
        plan.missing = request.POST["missing"]
    forall.read(plan, request.POST)
    plan.on_match = "skip" if request.POST.get("on_match") == "skip" else "update"
    found.plan = plan.to_json()
    found.save(update_fields=["plan"])


def for_all_inputs(plan: mapping.Plan) -> list[dict[str, Any]]:
    """The inputs of what all rows get, each with its target and what is wrong with it."""
    wrong = forall.errors(plan)
    taken = {column.target for column in plan.columns}
    made = []
    for target, raw in plan.for_all.items():
        if (found := forall.field_of(target)) is None or target in taken:
            continue
        one = form_input(found, raw=raw, errors=wrong.get(target), prefix=forall.INPUT)
        one |= {"name": f"{forall.INPUT}{target}", "id": f"{forall.INPUT}{target.replace('.', '-')}"}
        made.append({"target": target, "input": one, "label": f"{found.entity}: {found.label}"})
    return made


def _unread(raw: str, field: Any, plan: mapping.Plan) -> str:
    """A cell whose text becomes no value: in brackets, unless it names a record that will be made."""
    if plan.missing == "create" and isinstance(field, Linked) and raw:
        return raw
    return f"（{raw}）" if raw else ""


def _passed(job: ImportJob) -> list[tuple[str, int, str]]:
    """Why rows were passed over, how many, and the first of them by number."""
    at = job.figures.get("skipped_at", {})
    made = []
    for text, n in job.figures.get("skipped", {}).items():
        rows = _("、").join(_("%(number)d行目") % {"number": number} for number in at.get(text, []))
        made.append((text, n, rows + (_("…") if n > len(at.get(text, [])) and rows else "")))
    return made


def preview_rows(plan: mapping.Plan, rows: list[Parsed]) -> list[dict[str, Any]]:
    """The first rows as the wizard shows them."""
    words = {"new": _("新規"), "update": _("更新"), "same": _("同じ"), "ask": _("要確認")}
    made = []
    for row in rows:
        cells = []
        for column in plan.columns:
            if not column.target:
                continue
            entity, _dot, name = column.target.partition(".")
            field = mapping.kind_of(column.target)
            held = row.values.get(entity) or row.values.get("contact" if entity == "account" else "", {})
            value = held.get(name)
            raw = readers.plain(row.cells[column.index]) if column.index < len(row.cells) else ""
            cells.append(
                field.text(value)
                if field is not None and value not in (None, [])
                else _unread(raw, field, plan)
            )
        made.append({
            "number": row.number, "cells": cells, "errors": row.errors, "skipped": row.skipped,
            "outcome": [(registry.get(name), words[what], what) for name, what in row.outcome.items()],
        })  # fmt: skip
    return made


def shown_figures(found: ImportJob) -> list[tuple[str, list[tuple[Entity, int, str]]]]:
    """Counts by what happened: the entity, how many, and the address of the list of just these ("" where nothing tells them)."""
    made = []
    told = (
        ("created", _("新しく登録"), True),
        ("updated", _("更新"), False),
        ("unchanged", _("変更なし"), None),
    )
    for key, label, new in told:
        rows = [
            (entity, n, "" if new is None else list_of(found, entity, made=new))
            for entity, n in by_entity(found.figures.get(key, {}))
        ]
        if rows:
            made.append((label, rows))
    return made


def list_of(found: ImportJob, entity: Entity, *, made: bool) -> str:
    """The address of the list of what a job made of an entity, or of what it changed."""
    if found.operation_id is None:
        return ""
    tree = {"operation": {"id": found.operation_id, "made": made}}
    return f"{entity.list_url}?{urlencode({'filter': json.dumps(tree)})}"


def by_entity(counts: dict[str, int]) -> list[tuple[Any, int]]:
    """Counts with the entities themselves, of those that there still are."""
    return [(registry.get(name), n) for name, n in counts.items() if registry.find(name)]


@require_GET
@handled
def refused(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The refused rows as a file."""
    found = job_of(request, import_id)
    path = Path(found.refused_path) if found.refused_path else None
    if path is None or not path.is_file():
        raise NotFound(_("戻された行はありません。"))
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{Path(found.file_name).stem}_{_('取り込めなかった行')}{path.suffix}",
    )


@require_POST
@handled
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """Takes the import back, in the worker."""
    found = job_of(request, import_id)
    if found.status not in {"done", "failed"} or found.operation is None or found.operation.undone_at:
        return error_page(request, 409, _("この取り込みはもう取り消せません。"))
    found.status = ImportJob.Status.UNDOING
    found.save(update_fields=["status"])
    tasks.undo_import.enqueue(found.pk, person(request).pk)
    return redirect("import-job", found.pk)


@handled
def export(request: HttpRequest, entity: Entity) -> HttpResponseBase:
    """Asks for the form of the file, then gives it. In CP932, what would be lost is listed first."""
    user = person(request)
    require(user, "export", entity)
    query = request.GET if request.method == "GET" else request.POST
    state = ListState.of(entity, user, query)
    rows: QuerySet[Any] = within(entity, user, state.queryset(), "export")
    ids = [key for part in query.get("ids", "").split(",") if (key := whole(part.strip())) is not None][:5000]
    if ids:
        rows = visible(entity, user, "export").filter(pk__in=ids)
    columns = exporting.columns_of(entity, state.column_fields)
    if query.get("all_columns"):
        columns = exporting.columns_of(entity, [one for one in entity.fields.values() if one.listed])
    form = query.get("format", "")
    if form not in {"xlsx", "csv", "cp932"}:
        kept = [(name, value) for name, value in query.items() if name != "format"]
        context = {
            "entity": entity,
            "kept": kept,
            "selected": len(ids),
            "may_return": allowed(user, entity).change and may(user, "import"),
        }
        return dialog(request, "exchange/export_dialog.html", context)
    if form == "cp932" and not query.get("agreed"):
        lost = exporting.losses(entity, rows, columns)
        if lost:
            kept = [(name, value) for name, value in query.items()]
            return dialog(
                request, "exchange/export_losses.html", {"entity": entity, "lost": lost, "kept": kept}
            )
    return export_file(entity, rows, columns, form, user, back=bool(query.get("back")))


def export_file(
    entity: Entity, rows: QuerySet[Any], columns: Any, form: str, user: Any, *, back: bool = False
) -> HttpResponseBase:
    """The file itself; it lies in a temporary file while it is sent. Every export is logged.

    Args:
        back: the file is to be corrected and brought back: its rows carry marks.
    """
    ending = ".xlsx" if form == "xlsx" else ".csv"
    descriptor, name = tempfile.mkstemp(suffix=ending)
    os.close(descriptor)
    path = Path(name)
    marker = sending.Sender(entity, columns, form, by=user) if back else None
    values = exporting.value_rows(entity, rows, columns, marker)
    count = (
        exporting.write_xlsx(path, values)
        if form == "xlsx"
        else exporting.write_csv(path, values, "cp932" if form == "cp932" else "utf-8-sig")
    )
    log_access(user, "export", entity.name, count, form)
    stream = path.open("rb")
    path.unlink()
    return FileResponse(
        stream, as_attachment=True, filename=f"{entity}_{timezone.localdate():%Y%m%d}{ending}"
    )
