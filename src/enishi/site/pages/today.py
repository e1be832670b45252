"""Today: what one should do now, in three bands, each row with its reason."""

import datetime
from html import escape
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from enishi.access.models import User
from enishi.insight.goals import today as goals
from enishi.insight.purchases import today as purchases
from enishi.japanese import amounts, calendar
from enishi.people.models import Contact
from enishi.records import dues, registry
from enishi.records.fields.any_record import load_titles
from enishi.records.fields.dates import Ago
from enishi.records.limits import names_all
from enishi.records.pages.base import handled, person
from enishi.records.templatetags.ui import icon
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
    entity = registry.find("task")
    tasks = (
        []
        if entity is None
        else list(
            visible(entity, user)
            .filter(owner=user, done_at=None, due_at__lt=end)
            .only("name", "due_at", "done_at", "all_day", "about", "kind")
            .order_by("due_at", "pk")[: MOST * 3]
        )
    )
    load_titles(tasks)
    late = [task for task in tasks if is_late(task, now)][: MOST + 1]
    due = [task for task in tasks if not is_late(task, now)][: MOST + 1]
    ago = Ago(now)
    grow = [*due_rows(user, today), *purchase_rows(user, today), *growing(user, today)]
    lines = Lines(user)
    bands = [
        band(_("いま"), "text-red", [task_row(task, ago, "red") for task in late], "/tasks/?preset=mine", _("遅れているものはありません。"),
             lines, primary=True),
        band(_("今日"), "", [task_row(task, ago, "accent") for task in due], "/tasks/?preset=mine", _("今日が期限のものはありません。"), lines),
        band(_("伸ばす"), "text-green", grow, "/deals/?preset=no_next", _("次の手が決まっていない案件はありません。"), lines),
    ]  # fmt: skip
    context = {
        "today": today,
        "holiday": calendar.holiday_name(today),
        "greeting": greeting(user.name, timezone.localtime(now).hour),
        "bands": bands,
        "sums": figures(user, today),
        "goals": goals.bars(user, today),
        "begins": not (late or due or grow) and _nothing_yet(user),
    }
    return render(
        request, "work/today_rows.html" if request.GET.get("part") == "rows" else "work/today.html", context
    )


def _nothing_yet(user: User) -> bool:
    """Whether the company has no customer yet: then the page says how to begin."""
    found = [entity for name in ("account", "contact") if (entity := registry.find(name)) is not None]
    return bool(found) and not any(entity.model._default_manager.exists() for entity in found)


def band(
    label: str,
    tone: str,
    rows: list[dict[str, Any]],
    url: str,
    empty: str,
    lines: "Lines",
    primary: bool = False,
) -> dict[str, Any]:
    """One band: its first rows as text, and where the rest stands."""
    shown = rows[:MOST]
    html = mark_safe("".join(lines.html(row, primary) for row in shown))  # noqa: S308 (lines are escaped)
    return {
        "label": label, "tone": tone, "html": html, "count": len(shown), "more": len(rows) > MOST, "url": url, "empty": empty,
    }  # fmt: skip


class Lines:
    """Makes the lines of the bands as text (see `records.pages.rows`); looks the words up once."""

    def __init__(self, user: User) -> None:
        self.finishes = user.rights.reach("change", "task") != "none"
        self.records = user.rights.reach("create", "activity") != "none"
        self.record, self.done, self.quick = escape(_("記録")), escape(_("完了")), reverse("quick-record")

    def html(self, row: dict[str, Any], primary: bool) -> str:
        """One line with its buttons."""
        return (
            f'<div class="today-row" id="today-{row["key"]}"><span class="event-mark {row["tone"]}">{icon(row["icon"])}</span>'
            f'<a class="min-w-0 flex-1 text-[color:var(--ink)]" href="{row["url"]}"><span class="block truncate">{escape(row["title"])}</span>'
            f'<span class="muted text-[13px] block truncate">{escape(row["reason"])}</span></a>{self._buttons(row, primary)}</div>'
        )

    def _buttons(self, row: dict[str, Any], primary: bool) -> str:
        if not (self.finishes if "task_id" in row else self.records):
            return ""
        dialog = f'hx-get="{self.quick}?about={row["about"]}&amp;kind={row.get("kind", "task")}" hx-target="#dialog"'
        if "task_id" in row:
            record = (
                f'<button type="button" class="btn laptop-only" {dialog}>{self.record}</button>'
                if row["about"] and self.records
                else ""
            )
            done = f'hx-post="/tasks/{row["task_id"]}/done/" hx-swap="none"'
            return f'{record}<button type="button" class="btn{" btn-primary" if primary else ""}" {done}>{self.done}</button>'
        return (
            f'<button type="button" class="btn" {dialog}>{escape(row["action"])}</button>'
            if row["about"]
            else ""
        )


def greeting(name: str, hour: int) -> str:
    """「おはようございます、佐藤さん」."""
    family = name.split()[0] if name.split() else name
    word = (
        _("おはようございます") if 4 <= hour < 11 else _("こんにちは") if hour < 18 else _("お疲れさまです")
    )
    return _("%(word)s、%(name)sさん") % {"word": word, "name": family}


def task_row(task: Any, ago: Ago, tone: str) -> dict[str, Any]:
    """One task as a line."""
    due = task.due_at.astimezone(ago.zone)
    about = task._about_titles.get(task.about, "")
    when = due.strftime("%H:%M") if not task.all_day else ""
    reason = _("期限 %(when)s") % {"when": f"{ago.text(task.due_at)} {when}".strip()}
    if about:
        reason = f"{about}・{reason}"
    return {
        "key": f"task-{task.pk}", "title": f"{when} {task.name}".strip() if tone != "red" else task.name, "reason": reason,
        "icon": ICONS.get(task.kind, "square-check"), "tone": tone, "url": f"/tasks/{task.pk}/", "task_id": task.pk, "about": task.about,
        "kind": task.kind if task.kind in {"call", "visit", "meeting", "mail"} else "note",
    }  # fmt: skip


def due_rows(user: User, today: datetime.date) -> list[dict[str, Any]]:
    """Contracts that end, and whatever else has a day that the owner marked (`records.dues`)."""
    rows: list[dict[str, Any]] = []
    for one in dues.coming(user, today):
        left = (one.day - today).days
        when = (
            ngettext("あと%(n)d日", "あと%(n)d日", left) % {"n": left}
            if left > 0
            else _("今日")
            if not left
            else ngettext("%(n)d日過ぎています", "%(n)d日過ぎています", -left) % {"n": -left}
        )
        rows.append({
            "key": f"due-{one.entity.name}-{one.key}", "title": one.title,
            "reason": "・".join((when, f"{one.label} {calendar.format_date(one.day, weekday=False)}", str(one.entity.label))),
            "icon": "calendar-clock", "tone": "red" if left < 0 else "amber", "url": one.entity.url(one.key),
            "about": f"{one.entity.name}:{one.key}", "action": _("予定"),
        })  # fmt: skip
    return rows


def purchase_rows(user: User, today: datetime.date) -> list[dict[str, Any]]:
    """Customers who should buy again about now."""
    call = _("電話")
    return [
        {
            "key": f"purchase-{key}", "title": name, "reason": _("次の購入 %(text)s") % {"text": text}, "icon": "shopping-cart", "tone": "green",
            "url": f"/accounts/{key}/", "about": f"account:{key}", "action": call, "kind": "call",
        }
        for key, name, text in purchases.expected(user, today)
    ]  # fmt: skip


def growing(user: Any, today: datetime.date) -> list[dict[str, Any]]:
    """Open deals without a next step, and birthdays of the coming week."""
    rows: list[dict[str, Any]] = []
    entity = registry.find("deal")
    if entity is None:
        return rows + birthday_rows(user, today)
    whom = "account__name" if names_all(registry.find("account")) else "name"
    priced = "amount" in entity.fields
    deals = (
        visible(entity, user)
        .filter(owner=user, outcome="open", next_step_at=None, next_task_id=None)
        .order_by("stage_changed_at", "pk")
        .values_list("pk", "name", whom, "stage__name", "amount")[: MOST + 1]
    )
    none, plan = _("次の予定なし"), _("予定")
    for key, name, account, stage, amount in deals:
        parts = (
            none,
            account if account != name else "",
            stage,
            amounts.format_yen(amount) if amount and priced else "",
        )
        rows.append({
            "key": f"deal-{key}", "title": name, "reason": "・".join(part for part in parts if part), "icon": "handshake", "tone": "amber",
            "url": f"/deals/{key}/", "about": f"deal:{key}", "action": plan,
        })  # fmt: skip
    return rows + birthday_rows(user, today)


def birthday_rows(user: Any, today: datetime.date) -> list[dict[str, Any]]:
    """Whose birthday it is."""
    rows: list[dict[str, Any]] = []
    named = names_all(registry.find("account"))
    for contact, day in birthdays(user, today):
        left = (day - today).days
        when = _("今日") if not left else _("明日") if left == 1 else calendar.format_short(day)
        rows.append({
            "key": f"birthday-{contact.pk}", "title": _("%(name)s 様 誕生日") % {"name": contact.name},
            "reason": "・".join(part for part in (when, str(contact.account or "") if named else "", contact.title) if part), "icon": "cake", "tone": "green",
            "url": f"/contacts/{contact.pk}/", "about": f"contact:{contact.pk}", "action": _("お祝い"),
        })  # fmt: skip
    return rows


def birthdays(user: Any, today: datetime.date) -> list[tuple[Contact, datetime.date]]:
    """Own contacts whose birthday lies within a week (29 February is kept on 1 March in other years)."""
    entity = registry.find("contact")
    if entity is None or "birthday" not in entity.fields:
        return []
    days = [today + datetime.timedelta(days=n) for n in range(8)]
    wanted = Q()
    for day in days:
        wanted |= Q(birthday__month=day.month, birthday__day=day.day)
    found = []
    rows = (
        visible(entity, user)
        .filter(wanted, owner=user, birthday__isnull=False)
        .select_related("account")
        .only("name", "title", "birthday", "account__name")
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
    entity = registry.find("deal")
    if entity is None or "amount" not in entity.fields:
        return []
    deals = visible(entity, user).filter(owner=user)
    won = deals.filter(outcome="won", closed_at__gte=start).aggregate(total=Sum("amount"))["total"] or 0
    under_way = deals.filter(outcome="open").aggregate(total=Sum("amount"))["total"] or 0
    return [
        (_("今月の受注"), amounts.format_man(won), "/deals/?preset=won"),
        (_("進行中の案件"), amounts.format_man(under_way), "/deals/board/?preset=mine"),
    ]
