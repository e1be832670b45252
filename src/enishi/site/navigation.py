"""What the sidebar, the dock and the menu show."""

import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from enishi.records import registry
from enishi.records.models import Notification
from enishi.site.company import company_name
from enishi.work.models import Task

_counts: dict[int, tuple[float, dict[str, int]]] = {}
KEEP_SECONDS = 20
ORDER = (
    "account",
    "contact",
    "lead",
    "deal",
    "quote",
    "order",
    "invoice",
    "product",
    "channel_customer",
    "task",
    "activity",
)
PLACES = {"/today/": "today", "/search/": "search", "/deals/board/": "board", "/menu/": "menu"}


@dataclass(frozen=True)
class Frame:
    """Everything that the frame shows, so that it is rendered anew exactly when it looks different."""

    language: str
    company: str
    user: str
    initials: str
    email: str
    may_write: bool
    writes_daily: bool
    section: str  # the sidebar's current entry
    place: str  # the dock's current entry
    today: int
    task: int
    unread: int
    design: int  # the number of the design: the entries are the owner's
    look: str  # and those that the person's role sees

    def board(self) -> bool:
        """Whether the person sees the board of deals."""
        return registry.find("deal") is not None

    def items(self) -> list[dict[str, Any]]:
        """The sidebar's entries."""
        made = [
            self._item("today", _("今日"), "/today/", "sun"),
            self._item("calendar", _("予定"), "/calendar/", "calendar"),
        ]
        if self.writes_daily:
            made.append(self._item("daily", _("日報"), "/daily/", "notebook-pen"))
        elif (reports := registry.find("daily_report")) is not None:
            made.append(self._item("daily", str(reports.label), reports.list_url, reports.icon))
        for name in ORDER:
            entity = registry.find(name)
            if entity is not None:
                made.append(self._item(name, str(entity.label), entity.opening_url, entity.icon))
        drawn = [one for one in registry.all_entities() if one.drawn and one.in_navigation]
        made += [
            self._item(one.name, str(one.label), one.opening_url, one.icon)
            for one in sorted(drawn, key=lambda one: (one.position, one.code))
        ]
        pages: dict[str, dict[str, Any]] = {}
        for entity in registry.all_entities():
            for group in entity.preset_groups:
                first = next((one for one in entity.presets if one.group == group.key), None)
                if (
                    first is not None and group.key not in pages
                ):  # a page of several entities stands here once
                    url = f"{entity.list_url}?preset={first.key}"
                    pages[group.key] = self._item(group.key, str(group.label), url, group.icon)
        made += pages.values()
        if registry.find("goal") is not None:
            made.append(self._item("forecast", _("目標と見込み"), "/forecast/", "target"))
        if registry.find("activity") is not None:
            made.append(self._item("meetings", _("面談の成果"), "/meetings/", "users"))
        made.append(self._item("insight", _("分析"), "/reports/", "chart-column"))
        return made

    def _item(self, key: str, label: str, url: str, icon: str) -> dict[str, Any]:
        count = {"today": self.today, "task": self.task}.get(key, 0)
        return {
            "key": key,
            "label": label,
            "url": url,
            "icon": icon,
            "active": self.section == key,
            "count": count,
        }


def context(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the frame."""
    language = get_language() or "ja"
    made: dict[str, Any] = {"LANGUAGE_CODE": language}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return made
    counts = counted(user.pk)
    made["frame"] = Frame(
        language=language, company=company_name(), user=str(user), initials=user.initials, email=user.email,
        may_write=user.rights.reach("create", "activity") != "none", writes_daily=user.rights.reach("create", "daily_report") != "none", section=section(request.path, request.GET.get("preset", "")), place=PLACES.get(request.path, ""), design=registry.design_number(),
        look=user.rights.look, **counts,
    )  # fmt: skip
    return made


def section(path: str, preset: str = "") -> str:
    """The sidebar's entry that an address belongs to; a preset may be part of a page of its own."""
    slug = path.split("/", 2)[1] if path.count("/") > 1 else ""
    if slug in {"today", "calendar", "meetings", "settings"}:
        return slug
    if slug in {"reports", "dashboards", "report-mails"}:
        return "insight"
    if slug in {"daily", "daily-reports"}:
        return "daily"
    if slug in {"forecast", "goals"}:
        return "forecast"
    try:
        found = registry.by_slug(slug)
    except KeyError:
        return ""
    group = found.group_of(preset) if preset else None
    if group is not None:
        return group.key
    return found.name if found.name in ORDER or found.drawn else ""


def counted(user_id: int) -> dict[str, int]:
    """Due and open tasks and unread lines of a person; kept for some seconds, so that a page does not pay for them."""
    held = _counts.get(user_id)
    now = time.monotonic()
    if held and now - held[0] < KEEP_SECONDS:
        return held[1]
    end = timezone.localtime().replace(hour=23, minute=59, second=59)
    mine = Task.objects.filter(owner=user_id, done_at=None, deleted_at=None)
    made = {
        "today": mine.filter(due_at__lte=end)[:100].count(),
        "task": mine[:1000].count(),
        "unread": Notification.objects.filter(user=user_id, read_at=None)[:100].count(),
    }
    if len(_counts) > 5000:
        _counts.clear()
    _counts[user_id] = (now, made)
    return made
