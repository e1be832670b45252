"""日報: written in two minutes on a telephone, and commented by those who may see it."""

import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from enishi.access.models import User
from enishi.japanese.calendar import format_date
from enishi.kit import htmx
from enishi.records import registry, write
from enishi.records.entity import Entity
from enishi.records.errors import Conflict, NotAllowed, Refused
from enishi.records.pages.base import day_of, handled, person, whole
from enishi.records.pages.cards import card_context
from enishi.records.visible import machine, one, permits, require, visible
from enishi.work.daily.filling import done_text, next_day, plan_text
from enishi.work.daily.models import DailyComment, DailyReport

FIELDS = ("done", "result", "plan")
FIRST = datetime.date(2000, 1, 1)
ONE = datetime.timedelta(days=1)


@handled
def daily_page(request: HttpRequest) -> HttpResponse:
    """`?on=` the day (without it today). One's own report: filled in beforehand where there is none, `?fill=1` once more."""
    user, today = person(request), timezone.localdate()
    entity = registry.get("daily_report")
    require(user, "create", entity)
    day = day_of(
        (request.POST if request.method == "POST" else request.GET).get("on", ""), today, FIRST, today
    )
    held = visible(entity, user).filter(owner=user, day=day).order_by("pk").first()
    names = [name for name in FIELDS if name in entity.fields and entity.field(name).editable]
    errors: dict[str, list[str]] = {}
    version = whole(request.POST.get("version", "")) or (held.version if held else "")
    texts = {name: getattr(held, name) if held else "" for name in names}
    if request.method == "POST":
        texts = {name: request.POST.get(name, "") for name in names}
        try:
            _store(request, entity, user, held, day, texts)
            return redirect(f"{reverse('daily')}?{urlencode({'on': day.isoformat()})}")
        except Refused as error:
            errors = error.errors
        except Conflict as error:
            version = error.version
            errors = {"": [AHEAD % {"fields": _("、").join(clash.label for clash in error.clashes)}]}
    elif held is None or request.GET.get("fill"):
        filled = {"done": done_text(user, day), "plan": plan_text(user, day)}
        texts |= {name: text for name, text in filled.items() if name in texts and text}
    context: dict[str, Any] = {
        "entity": entity, "day": day, "words": format_date(day), "held": held, "today": day == today, "following": format_date(next_day(day)),
        "inputs": [(name, entity.field(name).label, texts[name], errors.get(name, ()), ROWS[name]) for name in names],
        "general": [text for name, found in errors.items() if name not in names for text in found],
        "before": f"?on={(day - ONE).isoformat()}", "after": f"?on={(day + ONE).isoformat()}" if day < today else "",
        "comments": comments_of(held) if held else [], "version": version, "filled": any(texts.values()),
    }  # fmt: skip
    return render(request, "daily/page.html", context, status=422 if errors else 200)


ROWS = {"done": 8, "result": 3, "plan": 5}
AHEAD = gettext_lazy(
    "この日の日報は、ほかの画面で先に保存されました（%(fields)s）。「日報の画面」で内容を見比べてください。ここでもう一度保存すると、この内容になります。"
)


def _store(
    request: HttpRequest, entity: Entity, user: User, held: Any, day: datetime.date, texts: dict[str, str]
) -> None:
    """Stores the report; sent in where the person says so, and then it stays so."""
    submits = request.POST.get("go") == "submit"
    if submits and not any(text.strip() for text in texts.values()):
        raise Refused(
            {"": [_("まだ何も書かれていません。今日したことか、成果・気づきを書いてから提出してください。")]}
        )
    if held is None:
        # A second tap, or a telephone that sends once more, makes no second report.
        gone = DailyReport.objects.filter(owner=user, day=day, deleted_at__isnull=False).count()
        key = f"daily-{day.isoformat()}-{gone}"
        held = write.create_once(entity, {"day": day, "owner": user.pk, **texts}, by=user, key=key).record
    else:
        version = whole(request.POST.get("version", ""))
        if version is None:  # begun before there was one: what the other screen wrote isn't lost unseen
            fields = [entity.field(name) for name in texts]
            ahead = [one.label for one in fields if one.clean(texts[one.name]) != one.get(held)]
            if ahead:
                raise Refused({"": [AHEAD % {"fields": _("、").join(ahead)}]})
        write.write(entity, held.pk, texts, by=user, version=version)
    if submits and held.submitted_at is None:
        write.write(entity, held.pk, {"submitted_at": timezone.now()}, by=user, internal=True)
    if submits:
        messages.success(request, _("日報を提出しました。"))
    else:
        messages.success(
            request,
            _("日報を下書きとして保存しました。") if held.submitted_at is None else _("日報を直しました。"),
        )


def comments_of(report: Any) -> list[DailyComment]:
    """What was said about a report, oldest first."""
    rows = DailyComment.objects.filter(report=report.pk, deleted_at=None)
    return list(rows.select_related("owner").order_by("created_at", "pk")[:100])


@require_POST
@handled
def comment(request: HttpRequest) -> HttpResponse:
    """Says something about the report (`report`: its key) that one sees; who may write reports at all may do so."""
    user = person(request)
    entity = registry.get("daily_report")
    report = one(entity, user, whole(request.POST.get("report", "")) or 0)
    if not may_comment(user):
        raise NotAllowed
    key = request.POST.get("idempotency_key", "")[:80]
    with machine():
        values = {"report": report.pk, "text": request.POST.get("text", ""), "owner": user.pk}
        write.create_once(registry.get("daily_comment"), values, by=user, key=key, internal=True)
    messages.success(request, _("コメントしました。"))
    return htmx.go(request, entity.url(report.pk))


def may_comment(user: User) -> bool:
    """Whether the person takes part in daily reports, and doesn't only look."""
    return user.rights.reach("create", "daily_report") != "none"


@card_context.connect
def add_comments(
    request: HttpRequest, entity: Entity, record: Any, context: dict[str, Any], **_more: Any
) -> None:
    """On a report's card: what was said about it, and the box to say something."""
    if entity.name != "daily_report":
        return
    user = person(request)
    context["daily"] = {
        "own": record.owner_id == user.pk and permits(user, "change", entity, record),
        "comments": comments_of(record),
    }
    context["extra_parts"] = [*context.get("extra_parts", ()), "daily/comments.html"]
    context["head_parts"] = [*context.get("head_parts", ()), "daily/head.html"]
    if may_comment(user):
        context |= {
            "composer": "daily/comment.html",
            "composer_about": str(record.pk),
            "composer_kinds": (),
            "composer_outcomes": (),
        }
