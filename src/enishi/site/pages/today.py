"""Today: what one should do now, in three bands, each row with its reason."""

import datetime
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.japanese import amounts, calendar
from enishi.people.models import Contact
from enishi.records import registry
from enishi.records.fields.any_record import load_titles
from enishi.records.fields.dates import ago_text
from enishi.records.pages.base import handled, person
from enishi.records.visible import visible
from enishi.work.tasks.entity import is_late
from enishi.work.views import ICONS

MOST = 20


@require_GET
@handled
def today_page(request: HttpRequest) -> HttpResponse:
    """Overdue and due tasks, then what makes business grow. The order within a band: what waits longest first."""
    user = person(request)
    now, today = timezone.now(), timezone.localdate()
    end = timezone.make_aware(datetime.datetime.combine(today + datetime.timedelta(days=1), datetime.time()))
    tasks = list(
        visible(registry.get("task"), user)
        .filter(owner=user, done_at=None, due_at__lt=end)
        .order_by("due_at", "pk")[: MOST * 3]
    )
    load_titles(tasks)
    late = [task for task in tasks if is_late(task, now)]
    due = [task for task in tasks if not is_late(task, now)]
    grow = growing(user, today)
    bands = [
        {"label": _("いま"), "tone": "text-red", "rows": [task_row(task, now, "red") for task in late[:MOST]], "more": len(late) > MOST,
         "primary": True, "url": "/tasks/?preset=mine", "empty": _("遅れているものはありません。")},
        {"label": _("今日"), "tone": "", "rows": [task_row(task, now, "accent") for task in due[:MOST]], "more": len(due) > MOST,
         "primary": False, "url": "/tasks/?preset=mine", "empty": _("今日が期限のものはありません。")},
        {"label": _("伸ばす"), "tone": "text-green", "rows": grow[:MOST], "more": len(grow) > MOST, "primary": False,
         "url": "/deals/?preset=no_next", "empty": _("次の手が決まっていない案件はありません。")},
    ]  # fmt: skip
    context = {
        "today": today,
        "holiday": calendar.holiday_name(today),
        "greeting": greeting(user.name, timezone.localtime(now).hour),
        "bands": bands,
        "sums": figures(user, today),
        "may_write": user.may_write,
    }
    return render(
        request, "work/today_rows.html" if request.GET.get("part") == "rows" else "work/today.html", context
    )


def greeting(name: str, hour: int) -> str:
    """「おはようございます、佐藤さん」."""
    family = name.split()[0] if name.split() else name
    word = (
        _("おはようございます") if 4 <= hour < 11 else _("こんにちは") if hour < 18 else _("お疲れさまです")
    )
    return _("%(word)s、%(name)sさん") % {"word": word, "name": family}


def task_row(task: Any, now: datetime.datetime, tone: str) -> dict[str, Any]:
    """One task as a line."""
    due = timezone.localtime(task.due_at)
    about = task._about_titles.get(task.about, "")
    when = due.strftime("%H:%M") if not task.all_day else ""
    reason = _("期限 %(when)s") % {"when": f"{ago_text(task.due_at, now)} {when}".strip()}
    if about:
        reason = f"{about}・{reason}"
    return {
        "key": f"task-{task.pk}", "title": f"{when} {task.name}".strip() if tone != "red" else task.name, "reason": reason,
        "icon": ICONS.get(task.kind, "square-check"), "tone": tone, "url": f"/tasks/{task.pk}/", "task_id": task.pk, "about": task.about,
        "kind": task.kind if task.kind in {"call", "visit", "meeting", "mail"} else "note",
    }  # fmt: skip


def growing(user: Any, today: datetime.date) -> list[dict[str, Any]]:
    """Open deals without a next step, and birthdays of the coming week."""
    rows = []
    deals = (
        visible(registry.get("deal"), user).filter(owner=user, outcome="open", next_step_at=None, next_task_id=None)
        .select_related("account", "stage").order_by("stage_changed_at", "pk")[: MOST + 1]
    )  # fmt: skip
    for deal in deals:
        reason = "・".join(
            part
            for part in (
                str(deal.account or ""),
                str(deal.stage),
                amounts.format_yen(deal.amount) if deal.amount else "",
            )
            if part
        )
        rows.append({
            "key": f"deal-{deal.pk}", "title": deal.name, "reason": _("次の予定なし") + "・" + reason, "icon": "handshake", "tone": "amber",
            "url": f"/deals/{deal.pk}/", "about": f"deal:{deal.pk}", "action": _("予定"),
        })  # fmt: skip
    for contact, day in birthdays(user, today):
        left = (day - today).days
        when = _("今日") if not left else _("明日") if left == 1 else calendar.format_short(day)
        rows.append({
            "key": f"birthday-{contact.pk}", "title": _("%(name)s 様 誕生日") % {"name": contact.name},
            "reason": "・".join(part for part in (when, str(contact.account or ""), contact.title) if part), "icon": "cake", "tone": "green",
            "url": f"/contacts/{contact.pk}/", "about": f"contact:{contact.pk}", "action": _("お祝い"),
        })  # fmt: skip
    return rows


def birthdays(user: Any, today: datetime.date) -> list[tuple[Contact, datetime.date]]:
    """Own contacts whose birthday lies within a week (29 February is kept on 1 March in other years)."""
    days = [today + datetime.timedelta(days=n) for n in range(8)]
    wanted = Q()
    for day in days:
        wanted |= Q(birthday__month=day.month, birthday__day=day.day)
    found = []
    rows = (
        visible(registry.get("contact"), user)
        .filter(wanted, owner=user, birthday__isnull=False)
        .select_related("account")
    )
    for contact in rows[:MOST]:
        assert contact.birthday is not None
        day = next(
            (one for one in days if (one.month, one.day) == (contact.birthday.month, contact.birthday.day)),
            today,
        )
        found.append((contact, day))
    return sorted(found, key=lambda pair: (pair[1], pair[0].pk))


def figures(user: Any, today: datetime.date) -> list[tuple[str, str, str]]:
    """What was won this month and what is under way, for the person's own deals."""
    start = timezone.make_aware(datetime.datetime.combine(today.replace(day=1), datetime.time()))
    deals = visible(registry.get("deal"), user).filter(owner=user)
    won = deals.filter(outcome="won", closed_at__gte=start).aggregate(total=Sum("amount"))["total"] or 0
    under_way = deals.filter(outcome="open").aggregate(total=Sum("amount"))["total"] or 0
    return [
        (_("今月の受注"), amounts.format_man(won), "/deals/?preset=won"),
        (_("進行中の案件"), amounts.format_man(under_way), "/deals/board/?preset=mine"),
    ]
