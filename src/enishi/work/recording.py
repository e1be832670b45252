"""Recording what was done, in one step: the activity, the next step, and the deal's new stage."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.access.models import User
from enishi.japanese.text import clean, fold
from enishi.records import registry, write
from enishi.records.errors import Refused
from enishi.records.fields import Date
from enishi.records.fields.any_record import fresh, parse
from enishi.records.models import IdempotencyKey, Operation
from enishi.records.visible import one
from enishi.work.daysoff.days import company_days
from enishi.work.models import Activity, Task


@dataclass
class Recorded:
    """What a recording made."""

    activity: Activity | None
    task: Task | None
    moved: Any = None
    operation: Operation | None = None  # by which all of it is undone


NEXT_NAMES = {
    "call": gettext_lazy("電話"),
    "visit": gettext_lazy("訪問"),
    "meeting": gettext_lazy("打ち合わせ"),
    "mail": gettext_lazy("メール"),
}


def record(values: dict[str, Any], *, by: User, key: str) -> Recorded:
    """`_record`, and where the same form arrived twice at once what the first of them made."""
    try:
        return _record(values, by=by, key=key)
    except write.Again:
        return _record(values, by=by, key=key)


def _record(values: dict[str, Any], *, by: User, key: str) -> Recorded:
    """Stores an activity (or, for the kind "task", only the task), the planned visit or call that it was, the next appointment, one
    thing to do, and a stage change: all or nothing, as one operation that is undone as one.

    Args:
        values: kind, about, text, outcome, met, at, minutes, next_on, next_time, next_name, todo_on, todo_name, stage, stage_was (where
            the deal stood when the form was opened; raw, as a form gives them), step (what the stage asks for, by the deal's fields); task, the key of the task whose outcome this is, or None.

    Raises:
        NotAllowed, NotFound, Refused, Conflict
    """
    key = clean(key)[:80]
    plan = _read(values)
    with transaction.atomic():
        if plan.kind == "task" and values.get("task") is None:
            return _only_a_task(values, plan, by, key)
        held = (
            IdempotencyKey.objects.filter(user=by, key=key[:80], entity="activity").first() if key else None
        )
        if held is not None:
            return Recorded(Activity.objects.filter(pk=held.record_id).first(), None)
        operation = Operation.objects.create(kind="edit", user=by, summary=_("記録"))
        values = _with_fresh(values, by, operation)
        task = _appointment(values, plan, by, operation)
        todo = _todo(values, plan, by, operation)
        done = write.create(
            registry.get("activity"),
            {
                "next_task": task or todo,
                "kind": plan.kind,
                "about": values["about"],
                "text": plan.text,
                "outcome": values.get("outcome") or "",
                "met": values.get("met") or "",
                "minutes": values.get("minutes") or "",
                "at": values.get("at") or timezone.now(),
            },
            by=by,
            key=key,
            operation=operation,
            internal=True,
        )
        if not done.created:  # somebody with the same key was faster: nothing of this one stays
            raise write.Again
        if values.get("task") is not None:
            _finish(values["task"], by, operation)
        return Recorded(done.record, task or todo, _move(values, by, operation), operation)


def fresh_name(about: str) -> str:
    """Of whom a form wants to make a record ("lead:+青木商店"); "" where it is about what is there."""
    found = fresh(about)
    return clean(found[1]).strip()[:100] if found else ""


def _with_fresh(values: dict[str, Any], by: User, operation: Operation) -> dict[str, Any]:
    """What a form says, about the record that it makes of a name."""
    found = fresh(str(values["about"]))
    entity = registry.find(found[0]) if found else None
    if found is None or entity is None or not entity.fresh_words:
        return values
    given = entity.of_name(fresh_name(str(values["about"])))
    made = write.create(entity, given, by=by, operation=operation).record
    return {**values, "about": f"{entity.name}:{made.pk}"}


@dataclass
class _Plan:
    """What a form says, read."""

    kind: str
    text: str
    next_at: datetime.datetime | None
    todo: str
    todo_on: datetime.date | None


def _read(values: dict[str, Any]) -> _Plan:
    """Raises Refused with all that can't be read."""
    kind = values.get("kind") or "note"
    errors: dict[str, list[str]] = {}
    if not values.get("about"):
        errors["about"] = [_("どの取引先・連絡先・案件の記録かを選んでください。")]
    text = str(values.get("text") or "").strip()
    if kind == "task" and not text:
        errors["text"] = [_("やることを入力してください。")]
    if kind == "note" and not text:
        errors["text"] = [_("メモの内容を入力してください。")]
    days: dict[str, datetime.date | None] = {}
    for name, label in (("next_on", _("次の予定日")), ("todo_on", _("タスクの期限"))):
        try:
            days[name] = Date(name, label).clean(values.get(name))
        except ValidationError as error:
            errors[name] = list(error.messages)
    time = datetime.time()
    if text_time := str(values.get("next_time") or "").strip():
        try:
            time = datetime.time.fromisoformat(text_time)
        except ValueError:
            errors["next_on"] = [_("時刻は 14:30 のように入力してください。")]
    told = text_time or (kind != "task" and str(values.get("next_name") or "").strip())
    if told and "next_on" not in errors and not days["next_on"]:
        errors["next_on"] = [_("次の予定の日付を選んでください。")]
    todo = str(
        values.get("todo_name") or ""
    ).strip()  # a day alone is none: what was touched once can't be untouched
    if errors:
        raise Refused(errors)
    day = days["next_on"]
    at = datetime.datetime.combine(day, time.replace(second=0, microsecond=0, tzinfo=None)) if day else None
    return _Plan(kind, text, at, todo, days["todo_on"])


def _only_a_task(values: dict[str, Any], plan: _Plan, by: User, key: str) -> Recorded:
    long = "\n" in plan.text or len(plan.text) > 200
    held = IdempotencyKey.objects.filter(user=by, key=key, entity="task").first() if key else None
    if held is not None:
        return Recorded(None, Task.objects.filter(pk=held.record_id).first())
    operation = Operation.objects.create(kind="edit", user=by, summary=_("記録"))
    values = _with_fresh(values, by, operation)
    name = plan.text.split("\n")[0][:200]
    made = write.create(
        registry.get("task"),
        {
            "name": name,
            "kind": _said(name) or "todo",
            "note": plan.text if long else "",
            "about": values["about"],
            "due_at": plan.next_at or "",
        },
        by=by,
        key=key,
        operation=operation,
    )
    if not made.created:
        raise write.Again
    return Recorded(None, made.record, operation=operation)


def _appointment(values: dict[str, Any], plan: _Plan, by: User, operation: Operation) -> Task | None:
    """The next appointment: of the kind that its words say (訪問, 打ち合わせ, 電話), else of the same as what was done."""
    if plan.next_at is None:
        return None
    name = str(values.get("next_name") or "").strip() or str(NEXT_NAMES.get(plan.kind, _("次の連絡")))
    kind = _said(name) or (plan.kind if plan.kind in NEXT_NAMES else "todo")
    given = {"name": name[:200], "kind": kind, "about": values["about"], "due_at": plan.next_at}
    made: Task = write.create(registry.get("task"), given, by=by, operation=operation).record
    return made


def _said(name: str) -> str:
    """The kind of an appointment that its words say; of several the last one (訪問日程の電話 is a call)."""
    folded = fold(name)
    found = {kind: max(folded.rfind(word) for word in words) for kind, words in _WORDS.items()}
    best = max(found, key=lambda kind: found[kind])
    return best if found[best] >= 0 else ""


_WORDS = {
    "visit": [fold(word) for word in ("訪問", "伺う", "伺い", "往訪", "来訪", "現地調査")],
    "meeting": [fold(word) for word in ("打ち合わせ", "打合せ", "打合わせ", "面談", "商談", "会議", "ミーティング")],
    "call": [fold(word) for word in ("電話", "架電", "tel")],
}  # fmt: skip


def _todo(values: dict[str, Any], plan: _Plan, by: User, operation: Operation) -> Task | None:
    """What is to be done until then; without a day by the next business day."""
    if not plan.todo:
        return None
    day = plan.todo_on or company_days().after(timezone.localdate())
    due = datetime.datetime.combine(day, datetime.time())
    given = {"name": plan.todo[:200], "kind": "todo", "about": values["about"], "due_at": due}
    made: Task = write.create(registry.get("task"), given, by=by, operation=operation).record
    return made


def _finish(key: int, by: User, operation: Operation) -> None:
    """The task whose outcome was recorded is done; one that was done before keeps its time."""
    entity = registry.get("task")
    if one(entity, by, key).done_at is None:
        write.write(entity, key, {"done_at": timezone.now()}, by=by, operation=operation)


def _move(values: dict[str, Any], by: User, operation: Operation) -> Any:
    """The deal in its new stage, where the form moved it; None where it stayed.

    Raises:
        Refused: somebody else has moved it since the form was opened.
    """
    found, was = parse(values["about"]), str(values.get("stage_was") or "")
    if not (values.get("stage") and found and found[0] == "deal") or values["stage"] == was:
        return None
    entity = registry.get("deal")
    held = one(entity, by, found[1])
    if values["stage"] == str(held.stage_id):  # somebody else has moved it just there
        return None
    if was and str(held.stage_id) != was:
        raise Refused(
            {
                "stage": [
                    _("案件は「%(stage)s」に動いています。ステージを確かめて、選び直してください。")
                    % {"stage": held.stage}
                ]
            }
        )
    changes = {"stage": values["stage"], **values.get("step", {})}
    done = write.write(entity, found[1], changes, by=by, operation=operation)
    return done.record if done.event is not None else None
