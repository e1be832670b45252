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
from enishi.japanese.text import clean
from enishi.records import registry, write
from enishi.records.errors import Refused
from enishi.records.fields import Date
from enishi.records.fields.any_record import parse
from enishi.records.models import IdempotencyKey
from enishi.work.models import Activity, Task


@dataclass
class Recorded:
    """What a recording made."""

    activity: Activity | None
    task: Task | None
    moved: Any = None


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
    """Stores an activity (or, for the kind "task", only the task), the next step and a stage change: all or nothing.

    Args:
        values: kind, about, text, outcome, met, at, next_on, next_name, stage (raw, as a form gives them).

    Raises:
        NotAllowed, Refused, Conflict
    """
    activities, tasks = registry.get("activity"), registry.get("task")
    key = clean(key)[:80]
    kind = values.get("kind") or "note"
    errors: dict[str, list[str]] = {}
    if not values.get("about"):
        errors["about"] = [_("どの取引先・連絡先・案件の記録かを選んでください。")]
    text = str(values.get("text") or "").strip()
    if kind == "task" and not text:
        errors["text"] = [_("やることを入力してください。")]
    if kind == "note" and not text:
        errors["text"] = [_("メモの内容を入力してください。")]
    try:
        next_on = Date("next_on", _("次の予定日")).clean(values.get("next_on"))
    except ValidationError as error:
        errors["next_on"] = list(error.messages)
        next_on = None
    if errors:
        raise Refused(errors)
    with transaction.atomic():
        if kind == "task":
            made = write.create(
                tasks,
                {
                    "name": text.split("\n")[0][:200],
                    "note": text if "\n" in text or len(text) > 200 else "",
                    "about": values["about"],
                    "due_at": next_on or "",
                },
                by=by,
                key=key,
            )
            return Recorded(None, made.record)
        held = (
            IdempotencyKey.objects.filter(user=by, key=key[:80], entity="activity").first() if key else None
        )
        if held is not None:
            return Recorded(Activity.objects.filter(pk=held.record_id).first(), None)
        task = None
        if next_on is not None:
            name = str(values.get("next_name") or "").strip() or str(NEXT_NAMES.get(kind, _("次の連絡")))
            task_kind = kind if kind in NEXT_NAMES else "todo"
            due = datetime.datetime.combine(next_on, datetime.time())
            task = write.create(
                tasks, {"name": name[:200], "kind": task_kind, "about": values["about"], "due_at": due}, by=by
            ).record
        done = write.create(
            activities,
            {
                "next_task": task,
                "kind": kind,
                "about": values["about"],
                "text": text,
                "outcome": values.get("outcome") or "",
                "met": values.get("met") or "",
                "at": values.get("at") or timezone.now(),
            },
            by=by,
            key=key,
            internal=True,
        )
        if not done.created:  # somebody with the same key was faster: nothing of this one stays
            raise write.Again
        moved = None
        found = parse(values["about"])
        if done.created and values.get("stage") and found and found[0] == "deal":
            deals = registry.get("deal")
            changes = {"stage": values["stage"]}
            if values.get("lost_reason"):
                changes["lost_reason"] = values["lost_reason"]
            moved = write.write(deals, found[1], changes, by=by).record
        return Recorded(done.record, task, moved)
