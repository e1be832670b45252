"""Today: what one should do now, in three bands, each row with its reason."""

import datetime
import json
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.access.models import User
from enishi.insight.goals import today as goals
from enishi.japanese import amounts
from enishi.records import registry
from enishi.records.fields.any_record import load_titles
from enishi.records.fields.dates import Ago
from enishi.records.pages.base import handled, person
from enishi.records.templatetags.ui import icon
from enishi.records.visible import visible
from enishi.sales.leads import today as leads
from enishi.site.pages.growing import BIRTHDAY, growing, list_address
from enishi.work.daysoff.days import company_days
from enishi.work.tasks.entity import is_late
from enishi.work.views import ICONS

MOST = 20
LEADS = 8  # of those who wait, the likeliest
# The deals behind the figure: one's own that were won this month.
WON_NOW = json.dumps(
    {"all": [{"field": "owner", "op": "is", "value": "me"}, {"field": "closed_at", "op": "this_month"}]}
)
PLAN = "/today/plan/"  # the address of a call on the next business day


@require_GET
@handled
def today_page(request: HttpRequest) -> HttpResponse:
    """Overdue and due tasks, then what makes business grow. The order within a band, which the page tells: what waits longest
    first; then by time; then leads that wait, dates by nearness, who should buy again, and deals by how long they stand still."""
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
    whole = BIRTHDAY if request.GET.get("all") == BIRTHDAY else ""
    grow, more = growing(user, today, whole)
    waiting, waiting_more = leads.waiting(user, LEADS)
    grow = [*waiting, *grow]
    if waiting_more:
        more.insert(0, (list_address("lead", leads.condition()), _("連絡を待っているリードをすべて見る")))
    lines = Lines(user)
    bands = [
        band(_("いま"), "text-red", [task_row(task, ago, "red") for task in late], "/tasks/?preset=mine", _("遅れているものはありません。"),
             lines, primary=True),
        band(_("今日"), "", [task_row(task, ago, "accent") for task in due], "/tasks/?preset=mine", _("今日が期限のものはありません。"), lines),
        band(_("伸ばす"), "text-green", grow, "", _("次の手が決まっていない案件や、連絡を待っているリード、近い期日や誕生日はありません。"), lines, more=more),
    ]  # fmt: skip
    context = {
        "today": today,
        "holiday": company_days().name(today),
        "route": any(task.kind == "visit" for task in [*late, *due]),
        "greeting": greeting(user.name, timezone.localtime(now).hour),
        "bands": bands,
        "sums": figures(user, today),
        "goals": goals.bars(user, today),
        "whole": whole,
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
    more: list[tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """One band: its first rows as text, and where the rest stands (`more`: address and words of each list, where it isn't one alone)."""
    shown = rows[:MOST] if more is None else rows
    html = mark_safe("".join(lines.html(row, primary) for row in shown))  # noqa: S308 (lines are escaped)
    if more is None:
        more = [(url, _("すべて見る"))] if len(rows) > MOST else []
    return {"label": label, "tone": tone, "html": html, "count": len(shown), "more": more, "empty": empty}


class Lines:
    """Makes the lines of the bands as text (see `records.pages.rows`); looks the words up once."""

    def __init__(self, user: User) -> None:
        self.finishes = user.rights.reach("change", "task") != "none"
        self.records = user.rights.reach("create", "activity") != "none"
        self.plans, self.writes = user.rights.reach("create", "task") != "none", user.may_write
        self.call = escape(_("電話"))
        self.record, self.done, self.quick = escape(_("記録")), escape(_("完了")), reverse("quick-record")
        self.pen = icon("clipboard-pen")

    def html(self, row: dict[str, Any], primary: bool) -> str:
        """One line with its buttons."""
        return (
            f'<div class="today-row" id="today-{row["key"]}"><span class="event-mark {row["tone"]}">{icon(row["icon"])}</span>'
            f'<a class="min-w-0 flex-1 text-[color:var(--ink)]" href="{row["url"]}"><span class="block truncate">{escape(row["title"])}</span>'
            f'<span class="today-why">{escape(row["reason"])}</span></a>{self._buttons(row, primary)}</div>'
        )

    def _buttons(self, row: dict[str, Any], primary: bool) -> str:
        if "lead_id" in row:
            call = (
                f'<a class="btn" href="tel:{row["number"]}">{icon("phone")}{self.call}</a>'
                if row["number"]
                else ""
            )
            if row["lead_id"] is None:
                return call
            touched = f'hx-post="/leads/{row["lead_id"]}/touched/" hx-swap="none"'
            return f'{call}<button type="button" class="btn" {touched}>{escape(row["action"])}</button>'
        if "task_id" in row:
            if not self.finishes:
                return ""
            done = f'hx-post="/tasks/{row["task_id"]}/done/" hx-swap="none"'
            return f'{self._outcome(row)}<button type="button" class="btn{" btn-primary" if primary else ""}" {done}>{self.done}</button>'
        dialog = f'hx-get="{self.quick}?about={row["about"]}&amp;kind={row.get("kind", "task")}" hx-target="#dialog"'
        asks = (
            f'<button type="button" class="btn laptop-only" {dialog}>{escape(row["action"])}</button>'
            if row["about"] and (self.plans if row.get("kind", "task") == "task" else self.records)
            else ""
        )
        if not (self.plans if row["tap_url"].startswith(PLAN) else self.writes):
            return asks
        return f'{asks}<button type="button" class="btn" hx-post="{escape(row["tap_url"])}" hx-swap="none">{escape(row["tap"])}</button>'

    def _outcome(self, row: dict[str, Any]) -> str:
        """The button to what came of a task: in words on a laptop, as a picture on a telephone."""
        if not (row["about"] and self.records):
            return ""
        label = escape(_("「%(title)s」の結果を記録") % {"title": row["title"]})
        return (
            f'<button type="button" class="btn today-record" hx-get="{self.quick}?task={row["task_id"]}" hx-target="#dialog" aria-label="{label}">'
            f'{self.pen}<span class="laptop-only">{self.record}</span></button>'
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
        reason = f"{reason}・{about}"
    return {
        "key": f"task-{task.pk}", "title": f"{when} {task.name}".strip() if tone != "red" else task.name, "reason": reason,
        "icon": ICONS.get(task.kind, "square-check"), "tone": tone, "url": f"/tasks/{task.pk}/", "task_id": task.pk, "about": task.about,
        "kind": task.kind if task.kind in {"call", "visit", "meeting", "mail"} else "note",
    }  # fmt: skip


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
        (
            _("今月の受注（案件）"),
            amounts.format_man(won),
            f"/deals/?{urlencode({'preset': 'won', 'filter': WON_NOW})}",
        ),
        (_("進行中の案件"), amounts.format_man(under_way), "/deals/board/?preset=mine"),
    ]
