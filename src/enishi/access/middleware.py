"""What each request needs to know of the person: language, and whether there is one at all."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from enishi.kit.htmx import is_htmx

GetResponse = Callable[[HttpRequest], HttpResponse]


def person(get_response: GetResponse) -> GetResponse:
    """Shows pages in the person's own language; before sign-in, in that of the language cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # Who it is is asked at once, so that nothing goes through Django's lazy object: a page asks hundreds of times.
        request.user = get_user(request)
        if request.user.is_authenticated:
            language = request.user.language
        else:
            language = request.COOKIES.get("enishi_language", "ja")
        with translation.override(language if language in {"ja", "en"} else "ja"):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "ja")
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def sign_in_required(get_response: GetResponse) -> GetResponse:
    """Closes every page to strangers but those whose route is named in `settings.OPEN_ROUTES`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if request.user.is_authenticated or (match and match.view_name in settings.OPEN_ROUTES):
            return None
        return _ask_to_sign_in(request)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Pages lead to the sign-in and back; a page's script is sent there; programs are told."""
    from_page = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    if is_htmx(request):
        # What the person sees is the page around this part: he comes back to that.
        current = request.headers.get("HX-Current-URL", "")
        prefix = f"{request.scheme}://{request.get_host()}/"
        back = "/" + current.removeprefix(prefix) if current.startswith(prefix) else "/"
        response = HttpResponse(
            _("サインインし直してください。"), status=401, content_type="text/plain; charset=utf-8"
        )
        response.headers["HX-Redirect"] = f"{reverse('account_login')}?next={quote(back)}"
        return response
    if "application/json" in {request.headers.get("Accept", ""), request.content_type}:
        return JsonResponse({"message": _("サインインが必要です。")}, status=401)
    return HttpResponseRedirect(f"{reverse('account_login')}?next={quote(from_page)}")
