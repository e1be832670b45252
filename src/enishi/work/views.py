"""Pages that are work's own: quick record, done in one tap, notifications."""

import copy
import datetime
import re
from typing import Any

from dateutil.relativedelta import relativedelta
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.access.models import User
from enishi.japanese import calendar
from enishi.kit import htmx
from enishi.records import registry, write
from enishi.records.errors import Refused
from enishi.records.fields.any_record import parse
from enishi.records.models import Notification
from enishi.records.pages.base import dialog, form_input, handled, person, whole
from enishi.records.pages.cards import card_context
from enishi.records.pages.steps import asked_within, step_values
from enishi.records.visible import allowed, one, require, visible
from enishi.work import recording
from enishi.work.activities.entity import KINDS, OUTCOMES
from enishi.work.daysoff.days import company_days
from enishi.work.recording import NEXT_NAMES

SHOWN = frozenset(
    {"about", "outcome", "text", "next_on", "todo_name", "todo_on", "at", "stage"}
)  # what the form has a place for beside the error
CARD = re.compile(r"//[^/?#]+/([a-z0-9-]{1,60})/([0-9]{1,18})/(?:[?#].*)?\Z")  # a card's address
ICONS = {
    "note": "sticky-note",
    "call": "phone",
    "visit": "map-pin",
    "meeting": "users",
    "mail": "mail",
    "task": "square-check",
}


def next_days() -> list[tuple[str, str]]:
    """Days offered for the next step: tomorrow (or the next business day), in four days, in a week."""
    today, known = timezone.localdate(), company_days()
    made: list[tuple[str, str]] = []
    for ahead in (1, 4, 7):
        day = known.next(today + datetime.timedelta(days=ahead))
        label = _("明日") if (day - today).days == 1 else calendar.format_short(day)
        if day.isoformat() not in {value for value, _label in made}:
            made.append((day.isoformat(), label))
    return made


def appointment_days() -> list[tuple[str, str]]:
    """Days offered for the next appointment: in a week, in two, in a month, each the next business day from there."""
    today, known = timezone.localdate(), company_days()
    wanted = (
        (_("来週"), relativedelta(weeks=1)),
        (_("2週間後"), relativedelta(weeks=2)),
        (_("来月"), relativedelta(months=1)),
    )
    days = [(known.next(today + step), label) for label, step in wanted]
    return [(day.isoformat(), f"{label} {calendar.format_short(day)}") for day, label in days]


def form_context(
    about: str,
    request: HttpRequest,
    errors: dict[str, list[str]] | None = None,
    planned: Any = None,
) -> dict[str, Any]:
    """What the record form shows: everything known is filled in already. `planned`: the task whose outcome is recorded."""
    entity = registry.get("activity")
    user = person(request)
    posted = request.POST if request.method == "POST" else request.GET
    found = parse(about)
    deal, people, stages = None, [], []
    if found:
        owner = registry.find(found[0])
        record = one(owner, user, found[1]) if owner else None
        account_id = None
        if found[0] == "deal" and record is not None:
            deal, account_id = record, record.account_id
            stages = list(
                visible(registry.get("stage"), user)
                .filter(pipeline=record.pipeline_id)
                .order_by("position", "pk")
            )
        elif found[0] == "account":
            account_id = found[1]
        elif found[0] == "contact" and record is not None:
            account_id = record.account_id
        contacts = registry.find("contact")
        if account_id and contacts is not None:
            people = list(
                visible(contacts, user).filter(account=account_id).order_by("-last_contact_at", "pk")[:8]
            )
    errors = errors or {}
    fresh = recording.fresh_name(about) if planned is None else ""
    chosen, step = _step(request, about, deal, errors)
    beside = SHOWN | {one["name"] for one in (step or {}).get("inputs", ())}
    fixed = planned is not None and planned.kind in NEXT_NAMES  # what comes of a to-do is no visit
    return {
        "about": about,
        "about_input": form_input(
            entity.field("about"),
            about,
            raw=about or None,
            errors=errors.get("about"),
            prefix="quick",
            typed=posted.get("about-typed", ""),
        )
        | {"fresh": planned is None}
        | ({"shown": fresh} if fresh else {}),
        "may_lead": planned is None and may_lead(user),
        "kinds": [
            {"value": "note", "label": _("メモ")},
            *({"value": k.value, "label": k.label} for k in KINDS if k.value != "note"),
            *([] if planned else [{"value": "task", "label": _("予定・タスク")}]),
        ],
        "fixed_kind": fixed,
        "kind": posted.get("kind") or (planned.kind if fixed else "note" if planned else "visit"),
        "outcomes": OUTCOMES,
        "outcome": posted.get("outcome", ""),
        "text": posted.get("text", ""),
        "people": people,
        "met": posted.getlist("met"),
        "days": appointment_days() if planned else next_days(),
        "todo_days": next_days(),
        "planned": planned,
        "at": posted.get("at", "") or (_happened(planned) if planned else ""),
        "next_on": posted.get("next_on", ""),
        "next_time": posted.get("next_time", ""),
        "todo_name": posted.get("todo_name", ""),
        "todo_on": posted.get("todo_on", ""),
        "next_name": posted.get("next_name", ""),
        "deal": deal,
        "stages": stages,
        "stage": chosen,
        "stage_was": deal.stage_id if deal else None,
        "step": step,
        "errors": errors,
        "more": [text for name, texts in errors.items() if name not in beside for text in texts],
        "icons": ICONS,
        "key": posted.get("idempotency_key", ""),
    }


def may_lead(user: User) -> bool:
    """Whether somebody may make leads."""
    leads = registry.find("lead")
    return leads is not None and allowed(user, leads).create


def _step(
    request: HttpRequest, about: str, deal: Any, errors: dict[str, list[str]]
) -> tuple[int | None, dict[str, Any] | None]:
    """The stage that is chosen for a deal, and what the step to it asks for; of a form that was about another deal nothing is taken over."""
    if deal is None:
        return None, None
    posted = request.POST if request.method == "POST" else request.GET
    chosen = whole(posted.get("stage", "")) if posted.get("stage_of", about) == about else None
    if chosen is None or chosen == deal.stage_id:
        return deal.stage_id, None
    return chosen, asked_within(request, registry.get("deal"), copy.copy(deal), str(chosen), errors)


def _step_values(request: HttpRequest, about: str) -> dict[str, Any]:
    """What the form says of the deal beside its stage, as far as the step asks for it."""
    found, entity = parse(about), registry.find("deal")
    if not found or found[0] != "deal" or entity is None or not request.POST.get("stage"):
        return {}
    _chosen, step = _step(request, about, one(entity, person(request), found[1]), {})
    names = {one["name"] for one in step["inputs"]} if step else set()
    return step_values(request, entity, "stage", among=names)


def _happened(task: Any) -> str:
    """When a planned visit took place, as the form's input has it: at its time where that has come, else now."""
    now = timezone.localtime()
    at = timezone.localtime(task.due_at) if task.due_at and not task.all_day and task.due_at <= now else now
    return f"{at:%Y-%m-%dT%H:%M}"


def _planned(request: HttpRequest) -> Any:
    """The task whose outcome the form is for; None for other records.

    Raises:
        NotAllowed, NotFound
    """
    sent = request.POST if request.method == "POST" else request.GET
    key = whole(sent.get("task", ""))
    if key is None:
        return None
    entity = registry.get("task")
    found = one(entity, person(request), key)
    require(person(request), "change", entity, found)
    return found


def _is_recorded_on(entity: Any) -> bool:
    """Whether its cards are where visits and calls are recorded."""
    return bool(entity.drawn or entity.name in {"account", "contact", "lead", "deal"})


def _looked_at(request: HttpRequest) -> str:
    """What the card is of from which the form was opened ("deal:12"), so that nobody looks for it once more; nothing elsewhere."""
    found = CARD.search(request.headers.get("HX-Current-URL", ""))
    try:
        entity = registry.by_slug(found[1]) if found else None
    except KeyError:
        return ""
    about = f"{entity.name}:{found[2]}" if found and entity and _is_recorded_on(entity) else ""
    return about if about and _is_seen(about, person(request)) else ""


def _is_seen(about: str, user: User) -> bool:
    """Whether what a record is about is there for the person."""
    found = parse(about)
    entity = registry.find(found[0]) if found else None
    return bool(found and entity is not None and visible(entity, user).filter(pk=found[1]).exists())


@handled
def quick_record(request: HttpRequest) -> HttpResponse:
    """The record form from anywhere, for a planned visit too (`task`); from the composer of a card it answers without a page change."""
    user = person(request)
    require(user, "create", registry.get("activity"))
    planned = _planned(request)
    about = (request.POST if request.method == "POST" else request.GET).get("about", "")
    if planned is not None and "about" in registry.get("task").fields and not about:
        about = planned.about
    fresh = recording.fresh_name(about) if planned is None else ""
    if not (request.POST.get("composer") or fresh or _is_seen(about, user)):
        about = ""  # what is gone or not for this person's eyes: the form asks whom it is about
    if request.method != "POST":
        if not about and planned is None and "part" not in request.GET:
            about = _looked_at(request)
        template = (
            "work/record_people.html" if request.GET.get("part") == "people" else "work/record_dialog.html"
        )
        return dialog(request, template, form_context(about, request, planned=planned))
    values: dict[str, Any] = {
        name: request.POST.get(name, "")
        for name in (
            "kind", "text", "outcome", "at", "next_on", "next_time", "next_name", "todo_on", "todo_name", "stage", "stage_was",
        )
    }  # fmt: skip
    if planned is None and values["kind"] != "task":
        values["next_time"] = ""  # its input doesn't show
    values["about"] = about
    values["met"] = ",".join(request.POST.getlist("met"))
    values["step"] = _step_values(request, about)
    if planned is not None:
        values |= {
            "task": planned.pk,
            "minutes": planned.minutes if "minutes" in registry.get("task").fields else None,
        }
    try:
        done = recording.record(values, by=user, key=request.POST.get("idempotency_key", "")[:80])
    except Refused as error:
        if request.POST.get("composer"):
            return htmx.toast(
                HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(error), level="error"
            )
        return render(
            request,
            "work/record_dialog.html",
            form_context(about, request, error.errors, planned),
            status=422,
        )
    response = HttpResponse(status=204)
    text = _("タスクを登録しました。") if done.activity is None else _("記録しました。")
    if done.activity is not None and done.task is not None:
        text += _("次は%(when)sです。") % {
            "when": calendar.format_short(timezone.localtime(done.task.due_at).date())
        }
    if done.moved is not None:
        text += _("案件を「%(stage)s」へ動かしました。") % {"stage": done.moved.stage}
    htmx.toast(response, text, undo_url=f"/undo/operation/{done.operation.pk}/" if done.operation else "")
    return htmx.trigger(response, **{"close-dialog": True, "records-changed": True})


@require_POST
@handled
def task_done(request: HttpRequest, record_id: int) -> HttpResponse:
    """Done in one tap, and taken back in one."""
    entity = registry.get("task")
    value = "" if request.POST.get("undo") else timezone.now()
    held = one(entity, person(request), record_id)
    # A second tap changes nothing: it was done when it was done.
    done = write.write(
        entity, record_id, {"done_at": held.done_at if value and held.done_at else value}, by=person(request)
    )
    response = HttpResponse(status=204)
    text = _("「%(name)s」を未完了に戻しました。") if not value else _("「%(name)s」を完了にしました。")
    htmx.toast(
        response,
        text % {"name": done.record.name},
        undo_url=f"/undo/event/{done.event.pk}/" if done.event else "",
    )
    if request.headers.get("HX-Current-URL", "").endswith(entity.url(record_id)):
        response.headers["HX-Refresh"] = "true"
    return htmx.trigger(response, **{"records-changed": True})


@require_GET
@handled
def notifications(request: HttpRequest) -> HttpResponse:
    """The lines under the bell; opening it marks them read."""
    rows = list(Notification.objects.filter(user=person(request))[:20])
    Notification.objects.filter(user=person(request), read_at=None).update(read_at=timezone.now())
    return render(request, "work/notifications.html", {"rows": rows})


@card_context.connect
def add_composer(
    request: HttpRequest, entity: Any, record: Any, context: dict[str, Any], **_more: Any
) -> None:
    """Gives cards of customers and deals their composer, telephone number and open tasks."""
    call = context["own_call"] or (getattr(record, entity.call_field, "") if entity.call_field else "")
    call = call or getattr(record, "phone", "") or ""
    context["call"] = "".join(c for c in call if c.isdigit() or c == "+")
    context["honorific"] = getattr(record, "honorific", "")
    user = person(request)
    context["may_finish"] = user.rights.reach("change", "task") != "none"
    records = user.rights.reach("create", "activity") != "none" and registry.find("activity") is not None
    context["may_record_step"] = (
        records and context["may_finish"] and bool(getattr(record, "next_task_id", None))
    )
    context["may_record_task"] = records and entity.name == "task" and bool(record.about)
    if records and _is_recorded_on(entity):
        context["composer"] = "work/composer.html"
        context["composer_about"] = f"{entity.name}:{record.pk}"
        words = (
            ("note", _("メモ")),
            ("call", _("電話")),
            ("visit", _("訪問")),
            ("mail", _("メール")),
            ("task", _("タスク")),
        )
        context["composer_kinds"] = tuple((kind, word, ICONS[kind]) for kind, word in words)
        context["composer_outcomes"] = OUTCOMES


def remind() -> int:
    """Puts due reminders, in their language, under the bells of those who do the tasks; runs every minute in the worker."""
    from enishi.work.models import Task

    now = timezone.now()
    due = list(
        Task.objects.filter(remind_at__lte=now, reminded_at=None, done_at=None, deleted_at=None).exclude(
            owner=None
        )[:500]
    )
    made = []
    readers = User.objects.in_bulk({task.owner_id for task in due if task.owner_id})
    for task in due:
        if (reader := readers.get(task.owner_id)) is None:
            continue
        with translation.override(reader.language):
            text = _("まもなく: %(name)s") % {"name": task.name}
        key = f"task{task.pk}@{task.remind_at:%s}"
        made.append(Notification(user=reader, text=text[:300], url=f"/tasks/{task.pk}/", key=key))
    Notification.objects.bulk_create(made, ignore_conflicts=True)
    Task.objects.filter(pk__in=[task.pk for task in due]).update(reminded_at=now)
    return len(due)
