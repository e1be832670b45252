"""The private address of one's calendar: made, shown once, ended, and what a calendar reads from it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enishi.access.rights import log_access
from enishi.connect import tokens
from enishi.connect.api.pace import too_fast
from enishi.connect.models import ApiToken
from enishi.records.limits import serving
from enishi.records.pages.base import handled, person
from enishi.work.planner.feed import calendar_of

SHOWN = "new_calendar"


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """One's calendar for whoever knows the address; a session opens nothing here. 404 where it is ended, expired, or was
    never made; 429 where it is asked for more often than the API may be."""
    found = tokens.find(token)
    if found is None or not tokens.allows(found, tokens.CALENDAR):
        return HttpResponse(
            _("このカレンダーのアドレスは使えません。Enishi の「予定」から作り直してください。"),
            status=404,
            content_type="text/plain; charset=utf-8",
        )
    if wait := too_fast(found.pk):
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    with translation.override(found.user.language), serving(found.user):
        made = calendar_of(found.user, timezone.localdate())
    log_access(found.user, "api-read", "task", made.count(b"BEGIN:VEVENT"), "calendar")
    return HttpResponse(
        made,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="enishi.ics"',
            "Cache-Control": "private, no-cache",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@handled
def feeds_page(request: HttpRequest) -> HttpResponse:
    """How a calendar is connected, the addresses there are, and a new one: shown once."""
    user = person(request)
    if request.method == "POST":
        name = request.POST.get("name", "") or _("カレンダー")
        _token, text = tokens.make(user, name, [tokens.CALENDAR], days=None, by=user)
        request.session[SHOWN] = text
        return redirect("calendar-feeds")
    text = request.session.pop(SHOWN, "")
    rows = [one for one in ApiToken.objects.filter(user=user, revoked_at=None) if tokens.is_calendar(one)]
    context: dict[str, Any] = {
        "rows": rows,
        "shown": f"{settings.PUBLIC_URL}{reverse('calendar-feed', args=[text])}" if text else "",
    }
    return render(request, "connect/feeds.html", context)
