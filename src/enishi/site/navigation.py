"""What the sidebar, the dock and the menu show."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from enishi.records import registry
from enishi.records.models import Notification
from enishi.work.models import Task

_counts: dict[int, tuple[float, dict[str, int]]] = {}
KEEP_SECONDS = 20
ORDER = ("account", "contact", "deal", "task", "activity")


def context(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the frame."""
    made: dict[str, Any] = {
        "company_name": settings.COMPANY_NAME,
        "LANGUAGE_CODE": get_language() or "ja",
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return made
    counts = counted(user.pk)
    items = [item("today", _("今日"), "/today/", "sun", request, counts)]
    for name in ORDER:
        entity = registry.find(name)
        if entity is not None:
            items.append(item(name, str(entity.label), entity.list_url, entity.icon, request, counts))
    return {**made, "navigation": items, "unread": counts["unread"]}


def item(
    key: str, label: str, url: str, icon: str, request: HttpRequest, counts: dict[str, int]
) -> dict[str, Any]:
    """One entry."""
    return {
        "key": key,
        "label": label,
        "url": url,
        "icon": icon,
        "active": request.path.startswith(url),
        "count": counts.get(key, 0),
    }


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
