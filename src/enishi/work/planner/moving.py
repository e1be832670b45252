"""An entry that was dragged or pushed by keys to another time, made longer, or given to somebody else."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.japanese.calendar import format_short
from enishi.kit import htmx
from enishi.records import registry, write
from enishi.records.errors import NotFound, Refused
from enishi.records.pages.base import handled, person, unreadable, whole
from enishi.records.visible import one
from enishi.work.planner.columns import clock
from enishi.work.planner.entries import DATES, editable
from enishi.work.planner.views import FIRST, LAST
from enishi.work.tasks.entity import LONGEST

DAY = 24 * 60


@require_POST
@handled
def move(request: HttpRequest) -> HttpResponse:
    """`entity` and `record` say which; `day` where to; `minute` of the day ("all" for the whole day, "" keeps the time); `minutes`
    how long and `owner` whose, nothing for what stays; `version` what the person saw. Answered by a toast with its undo.

    Raises:
        NotAllowed, NotFound, Refused, Conflict
    """
    user, sent = person(request), request.POST
    name, key = sent.get("entity", ""), whole(sent.get("record", ""))
    entity = registry.find(name) if name in DATES else None
    if entity is None or key is None:
        raise NotFound
    held = one(entity, user, key)
    values = _values(entity, held, sent)
    done = write.write(entity, key, values, by=user, version=whole(sent.get("version", "")) or None)
    response = HttpResponse(status=204)
    response.headers["X-Version"] = str(done.record.version)
    if done.event is not None:
        told = {"title": entity.title(done.record), "when": _when(name, done.record)}
        text = _("「%(title)s」を%(when)sに変更しました。") % told
        htmx.toast(response, text, undo_url=f"/undo/event/{done.event.pk}/")
    return htmx.trigger(response, **{"records-changed": True})


def _values(entity: Any, held: Any, sent: Any) -> dict[str, Any]:
    """The raw values of what changes."""
    name = DATES[entity.name]
    if not editable(entity, name):
        raise Refused({"": [_("この項目はあなたの役割では変更できません。")]})
    before = timezone.localtime(getattr(held, name)) if getattr(held, name) else None
    at, all_day = _moment(sent, before, entity.name == "task", bool(getattr(held, "all_day", False)))
    values: dict[str, Any] = {name: at}
    if entity.name == "task":
        values["all_day"] = all_day
        if before is not None and held.remind_at and editable(entity, "remind_at"):
            values["remind_at"] = held.remind_at + (at - before)
    length = sent.get("minutes", "")
    if length:
        minutes = whole(length) or 0
        if not 1 <= minutes <= LONGEST:
            raise Refused({"": [_("時間の長さは1分から24時間までにしてください。")]})
        if minutes != (held.minutes or 0) and editable(entity, "minutes"):
            values["minutes"] = minutes
    if sent.get("owner") and editable(entity, "owner"):
        values["owner"] = sent["owner"]
    return values


def _moment(
    sent: Any, before: datetime.datetime | None, may_whole: bool, was_whole: bool
) -> tuple[datetime.datetime, bool]:
    """The new time and whether it is the whole day.

    Raises:
        Refused: no such day or time.
    """
    try:
        day = datetime.date.fromisoformat(sent.get("day", ""))
    except ValueError:
        raise Refused({"": [unreadable()]}) from None
    if not FIRST <= day <= LAST:
        raise Refused({"": [unreadable()]})
    minute = sent.get("minute", "")
    if minute == "all" and may_whole or not minute and was_whole:
        return _local(day, 0), True
    if minute in {"", "all"}:
        return _local(day, before.hour * 60 + before.minute if before else 0), False
    found = whole(minute)
    if found is None or found >= DAY:
        raise Refused({"": [unreadable()]})
    return _local(day, found), False


def _local(day: datetime.date, minute: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(minute // 60, minute % 60)))


def _when(name: str, record: Any) -> str:
    """「11/26(木) 10:30〜11:30」, in words for the toast."""
    local = timezone.localtime(getattr(record, DATES[name]))
    if getattr(record, "all_day", False):
        return format_short(local.date())
    begin = local.hour * 60 + local.minute
    text = f"{format_short(local.date())} {clock(begin)}"
    return f"{text}〜{clock(min(begin + record.minutes, DAY))}" if record.minutes else text
