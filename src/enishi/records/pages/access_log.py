"""Who saw, took out and changed what: the access log, searched. Admins only."""

import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.access import reads
from enishi.access.models import AccessLog, User
from enishi.access.rights import admin_required
from enishi.records import registry
from enishi.records.fields.any_record import parse, titles
from enishi.records.pages.access_words import said
from enishi.records.pages.base import whole

PAGE = 100


def actions() -> dict[str, str]:
    """What the log tells, in words."""
    return {
        "read": _("カードを開いた"), "file": _("ファイルを開いた"), "export": _("書き出し"), "api-read": _("APIで読んだ"), "personal-data": _("個人データの書き出し"), "anonymise": _("匿名化"),
        "design": _("項目と画面の変更"), "handover": _("引継ぎ"), "user-add": _("利用者の追加"), "user-change": _("利用者の変更"), "user-stop": _("利用の停止"),
        "user-start": _("利用の再開"), "password": _("パスワードの変更"), "role-add": _("役割の追加"), "role-change": _("役割の変更"), "role-remove": _("役割の削除"),
        "team": _("チームの変更"), "team-remove": _("チームの削除"), "token-add": _("トークンの追加"), "token-stop": _("トークンの停止"),
        "factor": _("2段階認証の変更"), "session": _("端末のサインアウト"),
    }  # fmt: skip


@admin_required
@require_GET
def access_log(request: HttpRequest) -> HttpResponse:
    """Newest first; by person, by what was done, by record, by days, by words."""
    reads.flush()  # what this process still holds; others write theirs within a second
    rows = AccessLog.objects.select_related("user").order_by("-pk")
    given = request.GET
    words = actions()
    who = whole(given.get("user", ""))
    if who:
        rows = rows.filter(user=who)
    if given.get("action") in words:
        rows = rows.filter(action=given["action"])
    about = parse(given.get("about", ""))
    if about:
        rows = rows.filter(entity=about[0], record_id=about[1])
    text = given.get("q", "").replace("\x00", "").strip()[:100]
    if text:
        rows = rows.filter(
            Q(detail__icontains=text) | Q(user__name__icontains=text) | Q(user__email__icontains=text)
        )
    first, last = _day(given.get("from", "")), _day(given.get("to", ""))
    if first:
        rows = rows.filter(at__gte=_midnight(first))
    if last:
        rows = rows.filter(at__lt=_midnight(last + datetime.timedelta(days=1)))
    before = whole(given.get("before", ""))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    context = {
        "rows": _lines(found[:PAGE], words), "next": found[PAGE - 1].pk if len(found) > PAGE else None, "people": User.objects.order_by("name"),
        "actions": words.items(), "who": who, "action": given.get("action", ""), "from": given.get("from", ""), "to": given.get("to", ""), "q": text,
        "about": f"{about[0]}:{about[1]}" if about else "", "about_title": _titles({f"{about[0]}:{about[1]}"}).get(f"{about[0]}:{about[1]}", "") if about else "",
        "filtered": bool(who or text or about or first or last or given.get("action")),
    }  # fmt: skip
    return render(request, "access/log.html", context)


def _day(text: str) -> datetime.date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 1900 < found.year < 9999 else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _titles(values: set[str]) -> dict[str, str]:
    return titles(values)


def _lines(rows: list[AccessLog], words: dict[str, str]) -> list[dict[str, Any]]:
    named = _titles({f"{row.entity}:{row.record_id}" for row in rows if row.record_id})
    made = []
    for row in rows:
        entity = registry.find(row.entity)
        what = str(entity) if entity else ""
        made.append(
            {
                "at": row.at, "user": row.user, "label": words.get(row.action, row.action), "entity": what, "detail": said(row.action, row.detail),
                "count": row.count if row.count != 1 else "",
                "url": entity.url(row.record_id) if entity and row.record_id else "",
                "title": named.get(f"{row.entity}:{row.record_id}", f"#{row.record_id}") if row.record_id else "",
            }
        )  # fmt: skip
    return made
