"""One's own tokens [APIトークン]: made, shown once, ended."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.connect import tokens
from enishi.connect.models import ApiToken
from enishi.records.errors import NotFound
from enishi.records.pages.base import handled, person, whole

SHOWN = "new_token"


@handled
def tokens_page(request: HttpRequest) -> HttpResponse:
    """The list, and the form for another one. What was just made is shown once."""
    user = person(request)
    errors: list[str] = []
    if request.method == "POST":
        days = whole(request.POST.get("days", ""))
        try:
            _token, text = tokens.make(
                user, request.POST.get("name", ""), request.POST.getlist("scope"), days=days or None, by=user
            )
            request.session[SHOWN] = text
            return redirect("tokens")
        except ValidationError as error:
            errors = list(error.messages)
    held = ApiToken.objects.filter(user=user, revoked_at=None)
    rows = [one for one in held if not tokens.is_calendar(one)]  # those have a page of their own
    context = {
        "rows": rows, "now": timezone.now(), "shown": request.session.pop(SHOWN, "") if request.method == "GET" else "",
        "scopes": tokens.SCOPES.items(), "errors": errors, "chosen": request.POST.getlist("scope") or ["read"],
        "name": request.POST.get("name", ""),
    }  # fmt: skip
    return render(request, "connect/tokens.html", context, status=422 if errors else 200)


@require_POST
@handled
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ends one of one's own tokens (an admin anybody's)."""
    user = person(request)
    found = ApiToken.objects.select_related("user").filter(pk=token_id).first()
    if found is None or (found.user_id != user.pk and not user.is_admin):
        raise NotFound
    tokens.revoke(found, by=user)
    if tokens.is_calendar(found):
        messages.success(request, _("カレンダーのアドレスを止めました。"))
        return redirect("calendar-feeds")
    messages.success(request, _("トークンを止めました。"))
    return redirect("tokens")
