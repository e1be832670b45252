"""The board of any entity that has one: columns are the values of its board field."""

import datetime
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.records.conditions import Scope, compile_condition
from enishi.records.entity import Entity
from enishi.records.errors import NotFound
from enishi.records.lists import ListState
from enishi.records.pages.base import handled, person, whole
from enishi.records.pages.lists import filter_chips
from enishi.records.visible import visible

PER_COLUMN = 25
CLOSED_DAYS = 60  # won and lost cards leave the board after this time; the list keeps them


@require_GET
@handled
def board_page(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Columns with counts, sums and weighted sums, and the first cards of each."""
    if entity.board is None:
        raise NotFound
    user = person(request)
    state = ListState.of(entity, user, request.GET)
    group_field = entity.field(entity.board.group)
    groups = list(visible(group_field.target, user).order_by("position", "pk"))  # type: ignore[attr-defined]
    if not groups:
        raise NotFound(_("ボードの列がまだありません。設定の「パイプライン」で作ってください。"))
    chosen = next((one for one in groups if one.pk == whole(request.GET.get("group", ""))), groups[0])
    rows = visible(entity, user).filter(**{group_field.column: chosen.pk})
    if state.condition:
        rows = rows.filter(compile_condition(entity, state.condition, Scope.of(user)))
    columns = board_columns(entity, rows, chosen, request)
    stamp = board_stamp(entity, rows)
    context = {
        "entity": entity,
        "groups": groups,
        "chosen": chosen,
        "columns": columns,
        "stamp": stamp,
        "chips": filter_chips(request, state),
        "state": state,
        "may_write": user.may_write,
        "live_query": request.GET.urlencode(),
        "empty": not any(column["count"] for column in columns),
    }
    if request.GET.get("part") == "live":
        if request.GET.get("stamp") == stamp:
            return HttpResponse(status=204)
        response = render(request, "records/board_columns.html", context)
        response.headers["X-Stamp"] = stamp
        return response
    return render(request, "records/board.html", context)


def board_stamp(entity: Entity, rows: Any) -> str:
    """Changes whenever a card of the board changes."""
    last = rows.order_by("-updated_at").values_list("updated_at", "pk").first()
    gone = (
        entity.model._default_manager.filter(deleted_at__isnull=False)
        .order_by("-deleted_at")
        .values_list("deleted_at")
        .first()
    )
    return f"{last}{gone}"


def board_columns(entity: Entity, rows: Any, chosen: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """One query for the figures and one per column for its first cards."""
    board = entity.board
    assert board is not None
    target: Any = entity.field(board.field)
    stages = list(
        target.target.model.objects.filter(
            **{entity.field(board.group).column: chosen.pk}, deleted_at=None
        ).order_by("position", "pk")
    )
    recent = timezone.now() - datetime.timedelta(days=CLOSED_DAYS)
    rows = rows.filter(Q(outcome__in=["open", "hold"]) | Q(closed_at__gte=recent))
    figures = {
        row[target.column]: row
        for row in rows.order_by()
        .values(target.column)
        .annotate(
            count=Count("pk"), total=Sum(board.amount), weighted=Sum(F(board.amount) * F("probability") / 100)
        )
    }
    now, made = timezone.now(), []
    for stage in stages:
        found = figures.get(stage.pk, {})
        cards = list(
            rows.filter(**{target.column: stage.pk})
            .select_related("account", "contact", "owner")
            .order_by("-stage_changed_at", "-pk")[:PER_COLUMN]
        )
        for card in cards:
            card.days = (now - card.stage_changed_at).days
            card.stale = (
                stage.outcome in {"open", "hold"} and stage.stale_days and card.days >= stage.stale_days
            )
        made.append(
            {
                "stage": stage,
                "cards": cards,
                "count": found.get("count", 0),
                "total": found.get("total") or 0,
                "weighted": found.get("weighted") or 0,
                "more": max(0, found.get("count", 0) - len(cards)),
            }
        )
    return made
