"""What every call of the API passes: its token, its pace, its body, and errors as problem+json (RFC 9457)."""

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt

from enishi.access.models import User
from enishi.connect import tokens
from enishi.connect.api.pace import too_fast
from enishi.connect.models import ApiToken
from enishi.records import registry
from enishi.records.conditions import BadCondition
from enishi.records.entity import Entity
from enishi.records.errors import Conflict, Moved, NotAllowed, NotFound, RecordError, Refused
from enishi.records.fields import Linked
from enishi.records.limits import seen_by, serving

LARGEST_BODY = 5 * 1024 * 1024
Api = Callable[..., HttpResponseBase]


class Call(HttpRequest):
    """A request that has come through the door."""

    token: ApiToken
    person: User


class BadRequest(RecordError):
    """The call can't be understood."""


class VersionNeeded(RecordError):
    """A change that doesn't say what it was seen as would go over what others have written since."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "変更には、読んだときの version を添えてください（本文の version か、If-Match に ETag の値）。GETで読み直してからもう一度お試しください。"
            )
        )


def endpoint(**methods: tuple[str, Api]) -> Api:
    """A view of one address: per method the scope that it asks for, and its function.

    A call is let in by its token alone: a browser's session opens nothing here, so that no other site can make one call.
    """

    @csrf_exempt
    @functools.wraps(next(iter(methods.values()))[1])
    def view(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        token = _token_of(request)
        language = asked_language(request) or (token.user.language if token else "ja")
        with translation.override(language):
            if token is None:
                answer = problem(401, _("トークンがないか、正しくないか、期限が切れています。"))
                answer.headers["WWW-Authenticate"] = "Bearer"
                return answer
            wait = too_fast(token.pk)
            if wait:
                answer = problem(
                    429,
                    _("呼び出しが多すぎます。%(seconds)d秒待ってからもう一度お試しください。")
                    % {"seconds": wait},
                )
                answer.headers["Retry-After"] = str(wait)
                return answer
            found = methods.get("get" if request.method == "HEAD" else request.method.lower())
            if found is None:
                answer = problem(405, _("この住所では使えない操作です。"))
                answer.headers["Allow"] = _allowed(methods, token, kwargs)
                return answer
            request.token, request.person = token, token.user
            request.user = token.user
            try:
                wanted, work = found
                entity = kwargs.get("entity")
                names = (entity.name, entity.slug) if isinstance(entity, Entity) else ()
                if not tokens.allows(token, wanted, *names):
                    raise NotAllowed(
                        _("このトークンの使い道（%(scopes)s）では、この操作はできません。")
                        % {"scopes": _("、").join(token.scopes)}
                    )
                with serving(token.user):
                    if isinstance(entity, Entity):
                        kwargs["entity"] = seen_by(entity, token.user)
                    return work(request, *args, **kwargs)
            except registry.Unseen:
                return refused(NotAllowed())
            except Moved as error:
                return _led(request, error)
            except RecordError as error:
                return refused(error, reads=tokens.allows(token, "read", *names))

    return view


def _allowed(methods: Iterable[str], token: ApiToken, where: Mapping[str, Any]) -> str:
    """The methods of an address as the header `Allow` has them: a connection that isn't tied by hand, such as one's own reference, is only read."""
    names = {name.upper() for name in methods}
    entity = where.get("entity")
    if isinstance(entity, Entity) and "name" in where:
        with serving(token.user):
            try:
                found = seen_by(entity, token.user).fields.get(where["name"])
            except (registry.Unseen, NotFound):
                found = None
        if not (isinstance(found, Linked) and found.editable):
            names.discard("POST")
    return ", ".join(sorted(names))


def _led(request: Any, error: Moved) -> HttpResponse:
    """A record that was merged: reading is sent on to the one that it became, everything else is told its key."""
    response = refused(error)
    if request.method in {"GET", "HEAD"}:
        response.status_code = 301
        response.headers["Location"] = request.get_full_path().replace(
            f"/{error.old_id}", f"/{error.new_id}", 1
        )
    return response


def _token_of(request: HttpRequest) -> ApiToken | None:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    return tokens.find(text.strip()) if kind.lower() == "bearer" else None


def asked_language(request: HttpRequest) -> str:
    """The language that the call asks for by its header, of those that there are; "" where it names none of them."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        word = wanted.partition("-")[0]
        if word in dict(settings.LANGUAGES):
            return word
    return ""


# --- in ---------------------------------------------------------------------------------------------
def body(request: HttpRequest) -> dict[str, Any]:
    """The call's JSON object.

    Raises:
        BadRequest
    """
    if len(request.body) > LARGEST_BODY:
        raise BadRequest(_("本文が大きすぎます（5MBまで）。"))
    try:
        held = json.loads(request.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict):
        raise BadRequest(_("本文はJSONのオブジェクトにしてください。"))
    return held


def _no_constant(text: str) -> Any:
    raise ValueError(text)  # NaN and Infinity are no JSON


def only(given: Iterable[str], *known: str) -> None:
    """Refuses parameters or parts that this address doesn't know: a slip of the pen must not look like an answer.

    Raises:
        BadRequest
    """
    if unknown := set(given) - set(known):
        raise BadRequest(
            _("「%(names)s」という指定はありません。") % {"names": _("、").join(sorted(unknown))[:100]}
        )


def whole_number(value: Any, name: str, default: int | None, most: int = 2**63 - 1) -> int | None:
    """A whole number out of an address or a body.

    Raises:
        BadRequest
    """
    if value in (None, ""):
        return default
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    if isinstance(value, bool) or not (
        text.isascii() and text.isdigit() and len(text) <= 19 and 1 <= int(text) <= most
    ):
        raise BadRequest(
            _("%(name)s は1から%(most)sまでの整数にしてください。") % {"name": name, "most": most}
        )
    return int(text)


# --- out --------------------------------------------------------------------------------------------
def answer(data: Any, status: int = 200, **headers: str) -> HttpResponse:
    """Data as JSON; personal data is kept by no cache on its way."""
    response = JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False}, safe=False)
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    """An error as RFC 9457 has it, with a sentence in the caller's language."""
    held = {
        "type": "about:blank",
        "title": str(TITLES.get(status, status)),
        "status": status,
        "detail": detail,
        **more,
    }
    response = answer(held, status)
    response.headers["Content-Type"] = "application/problem+json"
    return response


TITLES = {
    400: gettext_lazy("読めない呼び出し"), 401: gettext_lazy("トークンが必要"), 403: gettext_lazy("権限なし"), 404: gettext_lazy("見つからない"), 405: gettext_lazy("使えない操作"),
    409: gettext_lazy("ほかの変更とのぶつかり"), 412: gettext_lazy("前に読んだときから変わっている"), 422: gettext_lazy("受け付けられない内容"), 428: gettext_lazy("version が必要"), 429: gettext_lazy("呼び出しが多すぎる"),
}  # fmt: skip


def refused(error: RecordError, *, reads: bool = True) -> HttpResponse:
    """What the records refuse, as a problem; a token that doesn't read isn't told what others wrote."""
    if isinstance(error, NotFound):
        return problem(404, str(error), **({"id": error.new_id} if isinstance(error, Moved) else {}))
    if isinstance(error, NotAllowed):
        return problem(403, str(error))
    if isinstance(error, Refused):
        return problem(422, str(error), errors=error.errors)
    if isinstance(error, Conflict):
        clashes = [
            {"field": one.field, "label": one.label, "mine": one.mine}
            | ({"theirs": one.theirs} if reads else {})
            for one in error.clashes
        ]
        return problem(409, str(error), version=error.version, conflicts=clashes)
    if isinstance(error, VersionNeeded):
        return problem(428, str(error))
    if isinstance(error, BadCondition):  # read, but it asks for what there isn't
        return problem(422, str(error))
    if isinstance(error, BadRequest):
        return problem(400, str(error))
    return problem(409, str(error))
