"""History in the browser: of a record, of the whole base; two moments compared; putting back."""

import datetime
import re
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.access.models import User
from enishi.access.reads import note_read
from enishi.japanese import calendar
from enishi.kit import htmx
from enishi.records import history, registry, tasks, timeline
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.models import Event, Operation
from enishi.records.pages.base import handled, person, whole
from enishi.records.visible import one, permits, require

PAGE, MOST = 100, 200
_CURSOR = re.compile(r"([0-9]{1,17})-([0-9]{1,18})\Z")  # microseconds, event


@require_POST
@handled
def undo_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """Takes one change back."""
    undone = history.undo_event(event_id, by=person(request))
    return undo_answer(request, undone)


def _own(request: HttpRequest, operation_id: int) -> Operation:
    """An action of this person's; of anybody's for admins.

    Raises:
        NotFound
    """
    operation = Operation.objects.filter(pk=operation_id).first()
    if operation is None or (operation.user_id != request.user.pk and not person(request).is_admin):
        raise NotFound
    return operation


@require_POST
@handled
def undo_operation(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Takes everything back that one action did."""
    operation = _own(request, operation_id)
    large = history.is_large(operation)
    if large and operation.kind != Operation.Kind.IMPORT:
        with transaction.atomic():
            if history.begin_undoing(operation, by=person(request)):
                tasks.undo_operation.enqueue(operation.pk, person(request).pk)
        text = _("件数が多いため、順に元に戻しています。このまま画面を離れても続きます。")
        if htmx.is_htmx(request):
            return htmx.toast(HttpResponse(status=204), text)
        messages.success(request, text)
        return htmx.go(request, "/settings/#operations" if not person(request).is_admin else f"/settings/changes/?operation={operation.pk}")  # fmt: skip
    if large:
        raise Refused(
            {
                "": [
                    _(
                        "件数が多いため、ここでは戻せません。取り込みの画面の「この取り込みを取り消す」から戻してください。"
                    )
                ]
            }
        )
    undone = history.undo_operation(operation_id, by=person(request))
    answer = undo_answer(request, undone)
    to = request.GET.get("to", "")
    if htmx.is_htmx(request) and to and url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        answer.headers["X-Goes"] = to  # what the toast stands on may have gone into the bin
    return answer


@require_GET
@handled
def undoing(request: HttpRequest, operation_id: int) -> HttpResponse:
    """How far an action is taken back."""
    operation = _own(request, operation_id)
    return render(request, "records/undoing.html", {"one": operation})


def undo_answer(request: HttpRequest, undone: history.Undone) -> HttpResponse:
    """Says what was put back and what was left."""
    text = _("%(n)d件を元に戻しました。") % {"n": undone.records}
    if undone.kept:
        text += _("その後に変更された値はそのままです: %(names)s") % {"names": _("、").join(undone.kept[:5])}
    if htmx.is_htmx(request):
        return htmx.toast(HttpResponse(status=204), text)
    messages.success(request, text)
    return htmx.go(
        request,
        request.META.get("HTTP_REFERER", "/")
        if request.META.get("HTTP_REFERER", "").startswith(request.build_absolute_uri("/"))
        else "/",
    )


@require_GET
@handled
def record_history(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """Who changed which value from what to what and when; with two moments chosen, what differs between them."""
    user = person(request)
    record = one(entity, user, record_id)
    note_read(user, entity.name, record_id)
    events = Event.objects.filter(entity=entity.name, record_id=record_id).select_related("actor")
    rows = [
        (event, timeline.kind_label(event.kind), timeline.change_lines(entity, event))
        for event in events.order_by("-pk")[:MOST]
    ]
    first, last = whole(request.GET.get("from", "")), whole(request.GET.get("to", ""))
    compared = None
    if first and last:
        first, last = sorted((first, last))
        compared = {"from": first, "to": last, "lines": history.compare(entity, record, first, last)}
    context = {
        "entity": entity, "record": record, "title": entity.title(record), "rows": rows, "compared": compared,
        "may_write": permits(user, "change", entity, record), "now": record.version,
    }  # fmt: skip
    return render(request, "records/history.html", context)


@require_POST
@handled
def revert(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """Puts a record, or some of its values, back to what they were at a version."""
    version = whole(request.POST.get("version", ""))
    if not version:
        raise Refused({"": [_("戻す時点を選んでください。")]})
    done = history.revert(entity, record_id, version, request.POST.getlist("field"), by=person(request))
    text = (
        _("%(n)d個の値を戻しました。") % {"n": len(done.changes)}
        if done.changes
        else _("すでにその時点と同じです。")
    )
    messages.success(request, text)
    return htmx.go(request, f"{entity.url(record_id)}history/")


# --- the whole base ---------------------------------------------------------------------------------
@require_GET
@handled
def changes_page(request: HttpRequest) -> HttpResponse:
    """Who changed what on a day, over all records; what one action did to many is one line. Only admins."""
    require(person(request), "admin")
    day = _day(request.GET.get("day", ""))
    start = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    span = {"at__gte": start, "at__lt": start + datetime.timedelta(days=1)}
    rows = Event.objects.filter(**span).filter(Q(operation=None) | Q(operation__kind__in=("edit", "undo")))
    operations = Operation.objects.filter(**span).exclude(kind__in=("edit", "undo")).select_related("user")
    who = whole(request.GET.get("user", ""))
    shown = Operation.objects.filter(pk=whole(request.GET.get("operation", "")) or 0).first()
    if shown is not None:
        rows, operations = Event.objects.filter(operation=shown), Operation.objects.filter(pk=shown.pk)
    if who:
        rows, operations = rows.filter(actor=who), operations.filter(user=who)
    entity = registry.find(request.GET.get("entity", ""))
    if entity is not None:
        rows, operations = rows.filter(entity=entity.name), operations.none()
    before = _CURSOR.match(request.GET.get("before", ""))
    if before:
        at = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(
            microseconds=int(before[1])
        )
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=int(before[2])))
    found = list(rows.select_related("actor").order_by("-at", "-pk")[: PAGE + 1])
    context = {
        "day": day, "title": calendar.format_date(day), "before_day": day - datetime.timedelta(days=1),
        "after_day": day + datetime.timedelta(days=1) if day < timezone.localdate() else None,
        "rows": _told(found[:PAGE]), "operations": [] if before and not shown else list(operations.order_by("-at")[:50]), "shown": shown,
        "next": _cursor(found[PAGE - 1]) if len(found) > PAGE else None, "people": User.objects.order_by("name"), "who": who,
        "entity": entity, "entities": [each for each in registry.all_entities() if each.in_navigation],
    }  # fmt: skip
    return render(request, "records/changes.html", context)


def _cursor(event: Event) -> str:
    """Where a page ends: the moment in microseconds, which a float would round, and the event."""
    since = event.at - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return f"{since // datetime.timedelta(microseconds=1)}-{event.pk}"


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()


def _told(events: list[Event]) -> list[dict[str, Any]]:
    """Events with the names of their records: one query per entity."""
    wanted: dict[str, set[int]] = {}
    for event in events:
        wanted.setdefault(event.entity, set()).add(event.record_id)
    titles = {
        name: entity.titles(keys)
        for name, keys in wanted.items()
        if (entity := registry.find(name)) is not None
    }
    made = []
    for event in events:
        entity = registry.find(event.entity)
        if entity is None:
            continue
        title = titles[entity.name].get(event.record_id) or event.data.get("title", "")
        made.append(
            {
                "event": event, "entity": entity, "title": title, "url": entity.url(event.record_id), "label": timeline.kind_label(event.kind),
                "lines": timeline.change_lines(entity, event),
            }
        )  # fmt: skip
    return made
