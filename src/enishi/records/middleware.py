"""Each request works with the entities as the owner of the company last drew them, and as the person sees them who asks."""

from collections.abc import Callable
from contextlib import suppress

from django.db import Error
from django.http import HttpRequest, HttpResponse

from enishi.access.models import User
from enishi.records import registry
from enishi.records.limits import serving

GetResponse = Callable[[HttpRequest], HttpResponse]
COOKIE = "enishi_design"


def design(get_response: GetResponse) -> GetResponse:
    """Reads a changed design before the address is looked up. Who has just changed it carries its number in a cookie, so that
    no other process answers him with an older one; all others see it within two seconds."""

    def middleware(request: HttpRequest) -> HttpResponse:
        seen = request.COOKIES.get(COOKIE, "")
        # With the database away the page itself says so.
        with suppress(Error):
            registry.refresh(int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0)
        before = registry.design_number()
        response = get_response(request)
        after = registry.design_number()
        if request.method == "POST" and after != before:
            response.set_cookie(
                COOKIE, str(after), max_age=60, httponly=True, samesite="Lax", secure=request.is_secure()
            )
        return response

    return middleware


def person(get_response: GetResponse) -> GetResponse:
    """Entities and fields that the person's role hides don't exist for the request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User) or not request.user.is_authenticated:
            return get_response(request)
        with serving(request.user):
            return get_response(request)

    return middleware
