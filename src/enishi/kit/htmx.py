"""What htmx answers need: is this a part request, messages and events in headers, moving on to another page."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


def is_htmx(request: HttpRequest) -> bool:
    """Whether the page's script asks for a part (a history restore wants the whole page)."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def trigger(response: HttpResponse, **events: Any) -> HttpResponse:
    """Adds events for the page's script (the header holds ASCII, so Japanese travels escaped)."""
    held = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps({**held, **events})
    return response


def toast(
    response: HttpResponse,
    message: str,
    *,
    level: str = "info",
    undo_url: str = "",
    link: tuple[str, str] | None = None,
) -> HttpResponse:
    """Shows a short message, with an undo button where there is something to take back, and a `link` (words, address) to what follows."""
    value = {"message": message, "level": level}
    if undo_url:
        value["undo_url"] = undo_url
    if link:
        value["link"], value["link_url"] = link
    return trigger(response, toast=value)


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Moves on to another page, whether a form or the script asked."""
    if is_htmx(request):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)
