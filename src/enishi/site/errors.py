"""Error pages: what is wrong and what to do, as a page, as a toast for the page's script, as JSON for programs."""

import json
import logging
import sys
from typing import Any

from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

# PostgreSQL's classes of "not now": connection lost, too many of them, shutting down, in recovery.
UNAVAILABLE = (InterfaceError, OperationalError)


def page(request: HttpRequest, status: int, message: str, heading: str = "") -> HttpResponse:
    """An error in the form the asker understands."""
    response: HttpResponse
    if "application/json" in request.headers.get("Accept", "") or request.content_type == "application/json":
        response = JsonResponse({"message": message}, status=status)
    elif request.headers.get("HX-Request"):
        response = HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
        response.headers["HX-Reswap"] = "none"
        response.headers["HX-Trigger"] = json.dumps({"toast": {"message": message, "level": "error"}})
    else:
        response = HttpResponse(_html(status, message, heading), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _html(status: int, message: str, heading: str) -> str:
    """The page without anything that asks the database; where even that fails, bare words."""
    try:
        return render_to_string(
            "frame/error.html", {"status": status, "message": message, "heading": heading}
        )
    except Exception:
        logger.exception("the error page failed")
        lines = f"<h1>{escape(heading or status)}</h1><p>{escape(message)}</p>"
        return f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>{status}</title>{lines}</html>'


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400, or 413 where too much was sent."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return page(
            request,
            413,
            _(
                "送られた内容が大きすぎます。分けて送るか、ファイルを小さくしてください。前の画面に戻れば、入力した内容は残っています。"
            ),
            _("大きすぎて受け取れません"),
        )
    if isinstance(exception, DisallowedHost):
        return page(
            request,
            400,
            _("このアドレス（ホスト名）では開けません。管理者は ENISHI_HOSTS にこの名前を加えてください。"),
            _("開けないアドレスです"),
        )
    return page(
        request,
        400,
        _("送られた内容を読み取れませんでした。画面を開き直してからお試しください。"),
        _("読み取れませんでした"),
    )


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403, with the reason that the code gave, if it gave one for people."""
    given = str(exception) if isinstance(exception, PermissionDenied) else ""
    return page(
        request,
        403,
        given or _("この操作をする権限がありません。必要なときは社内の管理者に頼んでください。"),
        _("権限がありません"),
    )


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    return page(
        request,
        404,
        _(
            "このアドレスのページはありません。移動したか、削除された可能性があります。削除したものはごみ箱から戻せます。"
        ),
        _("見つかりません"),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's proof is missing or old: somebody signed in anew in another tab, or the page lay open for long."""
    return page(
        request,
        403,
        _(
            "画面を開いてから時間がたったか、別の画面でサインインし直したため、安全のため受け付けませんでした。"
            "ブラウザーの「戻る」で前の画面に戻ると、入力した内容は残っています。"
            "内容を控えて画面を再読み込みし、もう一度送ってください。"
        ),
        _("もう一度送ってください"),
    )


def too_many_requests(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """429."""
    response = page(
        request,
        429,
        _("短い時間に操作が続きすぎました。1分ほど待ってからもう一度お試しください。"),
        _("少しお待ちください"),
    )
    response.headers["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is away or too busy; the particulars are in the log."""
    error: BaseException | None = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, UNAVAILABLE):
            response = page(
                request,
                503,
                _(
                    "データベースが混み合っているか、止まっています。保存されていない可能性があるので、少し待ってからもう一度お試しください。"
                ),
                _("いま応答できません"),
            )
            response.headers["Retry-After"] = "10"
            return response
        error = error.__cause__ or error.__context__
    return page(
        request,
        500,
        _(
            "プログラムの中で問題が起きました。少し待ってからもう一度お試しください。続くときは、管理者に今の時刻を伝えてください。"
        ),
        _("問題が起きました"),
    )
