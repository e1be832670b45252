"""What a report can say by itself: activities, finished tasks, moved deals and converted leads of the day; tasks of the next business day."""

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.japanese.calendar import format_short
from enishi.records import registry
from enishi.records.fields.any_record import load_titles
from enishi.records.models import Event
from enishi.records.visible import visible
from enishi.work.daysoff.days import company_days

MOST = 30


def day_span(day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """The moments at which a day begins and ends."""
    start = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    return start, timezone.make_aware(
        datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time())
    )


def next_day(day: datetime.date) -> datetime.date:
    """The business day after a day."""
    return company_days().after(day)


def done_text(user: User, day: datetime.date) -> str:
    """What the person did, a line each; nothing of what his role doesn't show him."""
    activities, tasks = _activities(user, day), _tasks_done(user, day)
    meant = _same(activities, tasks)
    made = [_done_line(row, meant.get(row.pk)) for row in activities]
    said = {task.pk for task in meant.values()}
    entity = registry.find("task")
    made += [_line(_("完了"), row.name, about=_about(entity, row)) for row in tasks if row.pk not in said]
    return "\n".join([*made, *_moves(user, day), *_conversions(user, day)][: MOST * 2])


def plan_text(user: User, day: datetime.date) -> str:
    """What is planned from the day after to the next business day, a line each."""
    entity = registry.find("task")
    if entity is None or not {"due_at", "done_at", "name"} <= set(entity.fields):
        return ""
    start, end = day_span(day)[1], day_span(next_day(day))[1]
    rows = list(
        visible(entity, user)
        .filter(owner=user, done_at=None, due_at__gte=start, due_at__lt=end)
        .order_by("due_at", "pk")[:MOST]
    )
    load_titles(rows)
    made = []
    for row in rows:
        local = timezone.localtime(row.due_at)
        when = format_short(local.date()) + ("" if row.all_day else f" {local:%H:%M}")
        made.append(_line(when, _kind(entity, row), row.name, about=_about(entity, row)))
    return "\n".join(made)


def _activities(user: User, day: datetime.date) -> list[Any]:
    entity = registry.find("activity")
    if entity is None or not {"at", "text"} <= set(entity.fields):
        return []
    start, end = day_span(day)
    rows = list(
        visible(entity, user).filter(owner=user, at__gte=start, at__lt=end).order_by("at", "pk")[:MOST]
    )
    load_titles(rows)
    return rows


def _done_line(row: Any, task: Any) -> str:
    """What was done; without words of its own it is called as it was planned."""
    entity = registry.get("activity")
    outcome = entity.field("outcome").text(row.outcome) if "outcome" in entity.fields else ""
    text = row.text.strip().split("\n")[0][:80] or (task.name[:80] if task is not None else "")
    at = f"{timezone.localtime(row.at):%H:%M}"
    return _line(at, _kind(entity, row), text, about=_about(entity, row), outcome=outcome)


def _tasks_done(user: User, day: datetime.date) -> list[Any]:
    entity = registry.find("task")
    if entity is None or not {"done_at", "name"} <= set(entity.fields):
        return []
    start, end = day_span(day)
    rows = list(
        visible(entity, user)
        .filter(owner=user, done_at__gte=start, done_at__lt=end)
        .order_by("done_at", "pk")[:MOST]
    )
    load_titles(rows)
    return rows


def _same(activities: list[Any], tasks: list[Any]) -> dict[int, Any]:
    """The appointment that each activity was, by the activity's key: what was recorded with it in one step, or a finished one of the same
    kind about the same."""
    planned = [task for task in tasks if task.kind != "todo"]
    if not activities or not planned:
        return {}
    made = Event.objects.filter(entity="activity", record_id__in=[one.pk for one in activities], version=1)
    steps = dict(made.exclude(operation=None).values_list("operation", "record_id"))
    ends = Event.objects.filter(
        entity="task", record_id__in=[task.pk for task in planned], kind="task_done", operation__in=steps
    )
    by_step = {task: steps[step] for task, step in ends.values_list("record_id", "operation")}
    meant: dict[int, Any] = {}
    for task in planned:
        if task.pk in by_step:
            meant[by_step[task.pk]] = task
    for task in planned:
        if task.pk not in by_step:
            for one in activities:
                if one.pk not in meant and (one.kind, one.about) == (task.kind, task.about):
                    meant[one.pk] = task
                    break
    return meant


def _moves(user: User, day: datetime.date) -> list[str]:
    """Deals that the person moved to another stage: where each stood at the day's end."""
    entity = registry.find("deal")
    if entity is None or not {"stage", "name"} <= set(entity.fields):
        return []
    start, end = day_span(day)
    events = Event.objects.filter(at__gte=start, at__lt=end, kind="stage", entity="deal", actor=user)
    stages: dict[int, Any] = {}
    for key, data in events.order_by("at", "pk").values_list("record_id", "data")[: MOST * 3]:
        if "stage" in (data.get("changes") or {}):
            stages[key] = data["changes"]["stage"][1]
    if not stages:
        return []
    names = entity.field("stage").labels_for({stage for stage in stages.values() if stage})
    deals = dict(visible(entity, user).filter(pk__in=stages).values_list("pk", "name"))
    return [
        _line(_("案件"), _("%(deal)s → %(stage)s") % {"deal": deals[key], "stage": names.get(stage, "")})
        for key, stage in stages.items()
        if key in deals
    ]


def _conversions(user: User, day: datetime.date) -> list[str]:
    """Leads that the person converted, and what they became."""
    entity = registry.find("lead")
    if entity is None or not {"converted_at", "name"} <= set(entity.fields):
        return []
    start, end = day_span(day)
    found = visible(entity, user).filter(converted_at__gte=start, converted_at__lt=end)
    rows = list(found.order_by("converted_at", "pk")[: MOST * 3])
    events = Event.objects.filter(entity="lead", record_id__in=[row.pk for row in rows], actor=user)
    his = {
        key
        for key, data in events.filter(at__gte=start, at__lt=end).values_list("record_id", "data")
        if "converted_at" in (data.get("changes") or {})
    }
    made = []
    for row in rows:
        if row.pk in his:
            became = [
                str(one.target)
                for one in entity.references
                if one.name in {"account", "contact", "deal"} and one.get(row) and registry.find(one.to)
            ]
            outcome = _("%(kinds)sに転換") % {"kinds": "・".join(became)} if became else _("転換")
            about = row.company if "company" in entity.fields and row.company != row.name else ""
            made.append(_line(_("リード"), row.name, about=about, outcome=outcome))
    return made


def _kind(entity: Any, row: Any) -> str:
    return str(entity.field("kind").text(row.kind)) if "kind" in entity.fields else ""


def _about(entity: Any, row: Any) -> str:
    return str(row._about_titles.get(row.about, "")) if "about" in entity.fields else ""


def _line(*parts: str, about: str = "", outcome: str = "") -> str:
    made = " ".join(part for part in parts if part)
    if about:
        made += f"（{about}）"
    return f"・{made}" + (f" → {outcome}" if outcome else "")
