"""Dashboards: a grid of tiles, each counted by a request of its own."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.insight import store
from enishi.insight.models import Dashboard, Shared
from enishi.insight.reports.pages import brought_back, shown_context, told_with_undo
from enishi.insight.reports.shown import show
from enishi.japanese.text import clean
from enishi.kit import htmx
from enishi.records.errors import NotAllowed, NotFound, RecordError, Refused
from enishi.records.pages.base import dialog, handled, person

MOST_TILES = 24
LOOKS = ("chart", "table", "number")
HALF, FULL, PHONE = 500, 1020, 330


@require_GET
@handled
def page(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    """The grid; tiles come one by one."""
    user = person(request)
    board = store.dashboard(user, dashboard_key)
    context = {"board": board, "may_change": store.may_change(user, board.row), "may_write": user.may_write}
    return render(request, "insight/dashboard.html", context)


@require_GET
@handled
def tile(request: HttpRequest, dashboard_key: str, place: int) -> HttpResponse:
    """One tile; what can't be shown to this person says so and disturbs no other."""
    user = person(request)
    board = store.dashboard(user, dashboard_key)
    if place >= len(board.tiles):
        raise NotFound
    held = board.tiles[place]
    try:
        named = store.report(user, str(held.get("report")))
        shown = show(named.spec(), user)
    except NotFound:
        return render(
            request,
            "insight/problem.html",
            {"problem": _("このレポートは削除されたか、共有されていません。")},
        )
    except RecordError as error:
        return render(request, "insight/problem.html", {"problem": str(error)})
    look = held.get("look") if shown.spec.rows else "number"
    widths = (FULL if held.get("wide") else HALF, PHONE)
    context = {"named": named, "look": look, **shown_context(shown, user, *widths)}
    return render(request, "insight/tile.html", context)


def _tile(key: str, width: str, look: str) -> dict[str, Any]:
    return {"report": key, "wide": width == "wide", "look": look if look in LOOKS else "chart"}


@handled
def put_on(request: HttpRequest, report_key: str) -> HttpResponse:
    """From a report's own page: which dashboard it goes on (one of those that the person may change, or a new one), and as what."""
    user = person(request)
    if not user.may_write:
        raise NotAllowed
    named = store.report(user, report_key)
    boards = [one for one in store.dashboards(user) if store.may_change(user, one.row)]
    if request.method != "POST":
        return dialog(request, "insight/put_on.html", {"named": named, "boards": boards})
    wanted, name = request.POST.get("board", ""), clean(request.POST.get("name", "")).strip()[:80]
    tile = _tile(named.key, request.POST.get("width", ""), request.POST.get("look", ""))
    with transaction.atomic():
        if wanted:
            store.require_change(user, store.dashboard(user, wanted).row)
            row = Dashboard.objects.select_for_update().get(pk=int(wanted))
        elif name:
            row = Dashboard(owner=user, name=name)
        else:
            raise Refused({"name": [_("ダッシュボードの名前を入力してください。")]})
        if len(row.tiles) >= MOST_TILES:
            raise Refused(
                {"": [_("1つのダッシュボードに置けるのは%(most)d個までです。") % {"most": MOST_TILES}]}
            )
        row.tiles = [*row.tiles, tile]
        row.save()
    messages.success(request, _("「%(report)s」を載せました。") % {"report": named.name})
    return htmx.go(request, reverse("dashboard", args=[row.pk]))


@handled
def new(request: HttpRequest) -> HttpResponse:
    """Another dashboard, beginning with nothing or with one that there is."""
    user = person(request)
    if request.method == "POST":
        return _save(request, None)
    source = request.GET.get("from", "")
    board = store.dashboard(user, source) if source else None
    name = _("%(name)sの写し") % {"name": board.name} if board else ""
    return _form(request, None, name, board.tiles if board else [])


@handled
def edit(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    """Which tiles, in which order and width."""
    user = person(request)
    board = store.dashboard(user, dashboard_key)
    store.require_change(user, board.row)
    if request.method == "POST":
        return _save(request, board.row)
    return _form(request, board.row, board.name, board.tiles)


def _form(
    request: HttpRequest, row: Dashboard | None, name: str, tiles: list[dict[str, Any]], *, problem: str = ""
) -> HttpResponse:
    reports = store.reports(person(request))
    names = {one.key: one.name for one in reports}
    context = {
        "row": row, "name": name, "reports": reports, "share": row.share if row else "mine", "shares": Shared.Share.choices, "problem": problem,
        "tiles": [(one, names.get(str(one.get("report")), _("（見られないレポート）"))) for one in tiles],
    }  # fmt: skip
    return render(request, "insight/dashboard_edit.html", context, status=422 if problem else 200)


def _save(request: HttpRequest, row: Dashboard | None) -> HttpResponse:
    user = person(request)
    if not user.may_write:
        raise NotAllowed
    name = clean(request.POST.get("name", "")).strip()[:80]
    tiles: list[dict[str, Any]] = []
    columns = (request.POST.getlist("report"), request.POST.getlist("width"), request.POST.getlist("look"))
    for key, width, look in zip(*columns, strict=False):
        if key and len(key) <= 40 and key.replace("-", "").isalnum() and len(tiles) < MOST_TILES:
            tiles.append(_tile(key, width, look))
    if not name:
        return _form(request, row, name, tiles, problem=_("ダッシュボードの名前を入力してください。"))
    share = request.POST.get("share", "mine")
    row = row or Dashboard(owner=user)
    row.name, row.tiles = name, tiles
    row.share = share if share in Shared.Share.values else Shared.Share.MINE
    row.save()
    messages.success(request, _("ダッシュボードを保存しました。"))
    return redirect("dashboard", row.pk)


@require_POST
@handled
def delete(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    """Takes a dashboard away; it can be had back."""
    user = person(request)
    row = store.dashboard(user, dashboard_key).row
    store.require_change(user, row)
    assert row is not None
    row.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at"])
    text = _("ダッシュボード「%(name)s」を削除しました。") % {"name": row.name}
    told_with_undo(request, text, reverse("dashboard-restore", args=[row.pk]))
    return redirect("reports")


@require_POST
@handled
def restore(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    """Brings a deleted dashboard back."""
    return brought_back(request, Dashboard, dashboard_key, reverse("reports"))
