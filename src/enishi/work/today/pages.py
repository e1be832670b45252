"""What a line of 今日 does in one tap: a call on the next business day, or "seen to"; each with its undo."""

import datetime
import re
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.japanese.calendar import format_short
from enishi.kit import htmx
from enishi.records import registry, write
from enishi.records.dues import PAST
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.fields.any_record import parse
from enishi.records.models import Touched
from enishi.records.pages.base import handled, person
from enishi.records.visible import not_found, require, visible
from enishi.work.daysoff.days import company_days
from enishi.work.today.models import Attended

FARTHEST = datetime.timedelta(days=1200)  # from today, of a day that a line is about
_KEY = re.compile(r"([a-z][a-z0-9_]{0,39}):([0-9]{1,18}):([0-9]{8})\Z")


@require_POST
@handled
def plan(request: HttpRequest) -> HttpResponse:
    """`?about=` a deal or customer without a next step: a call on the next business day. A second tap makes no second one.

    Raises:
        NotAllowed, NotFound, Refused
    """
    user = person(request)
    found = parse(request.GET.get("about", ""))
    entity = registry.find(found[0]) if found else None
    tasks = registry.find("task")
    if found is None or entity is None or tasks is None or not issubclass(entity.model, Touched):
        raise NotFound
    require(user, "create", tasks)
    day = company_days().after(timezone.localdate())
    with transaction.atomic():
        # Locked, so that of two taps the second one sees what the first has made.
        record = visible(entity, user).select_for_update(of=("self",)).filter(pk=found[1]).first()
        if record is None:
            raise not_found(entity, user, found[1])
        if record.next_task_id is not None:
            raise Refused(
                {"": [_("「%(title)s」にはもう次の予定があります。") % {"title": entity.title(record)}]}
            )
        due = datetime.datetime.combine(day, datetime.time())
        given = {"name": _("電話する"), "kind": "call", "about": f"{found[0]}:{found[1]}", "due_at": due}
        done = write.create(tasks, given, by=user)
    text = _("「%(title)s」に%(day)sの電話の予定を入れました。") % {
        "title": entity.title(record),
        "day": format_short(day),
    }
    response = htmx.toast(
        HttpResponse(status=204), text, undo_url=f"/undo/event/{done.event.pk}/" if done.event else ""
    )
    return htmx.trigger(response, **{"records-changed": True})


@require_POST
@handled
def attend(request: HttpRequest) -> HttpResponse:
    """`?key=` of a line and its day ("birthday:12:20261201"): it is seen to and stays away until that day is over; `&undo=1` brings it back.

    Raises:
        NotAllowed, NotFound
    """
    user = person(request)
    if not user.may_write:
        raise NotAllowed
    match = _KEY.match(request.GET.get("key", ""))
    if match is None:
        raise NotFound
    entity = registry.find("contact" if match[1] == "birthday" else match[1])
    key, today = int(match[2]), timezone.localdate()
    day = _day(match[3])
    if day is None or abs(day - today) > FARTHEST:
        raise NotFound
    if entity is None or not visible(entity, user).filter(pk=key).exists():
        raise NotFound
    if request.GET.get("undo"):
        Attended.objects.filter(user=user, key=match[0]).delete()
        response = htmx.toast(HttpResponse(status=204), _("「今日」に戻しました。"))
    else:
        until = day + datetime.timedelta(days=PAST + 1)
        Attended.objects.update_or_create(user=user, key=match[0], defaults={"until": until})
        back = f"{reverse('today-attend')}?{urlencode({'key': match[0], 'undo': 1})}"
        response = htmx.toast(HttpResponse(status=204), _("済みにしました。"), undo_url=back)
    return htmx.trigger(response, **{"records-changed": True})


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return None
