"""The board of any entity that has one: columns are the values of its board field."""

import datetime
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.records import registry
from enishi.records.conditions import Scope, compile_condition
from enishi.records.entity import Board, Entity
from enishi.records.errors import NotFound
from enishi.records.lists import ListState
from enishi.records.pages.base import handled, person, whole
from enishi.records.pages.board_cards import RUNNING, Cards, RecordCards
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
    rows = visible(entity, user)
    if state.condition:
        rows = rows.filter(compile_condition(entity, state.condition, Scope.of(user)))
    groups, chosen = [], None
    if entity.board.group:
        group_field = entity.field(entity.board.group)
        groups = list(visible(group_field.target, user).order_by("position", "pk"))  # type: ignore[attr-defined]
        if not groups:
            raise NotFound(_("ボードの列がまだありません。設定の「パイプライン」で作ってください。"))
        chosen = next((one for one in groups if one.pk == whole(request.GET.get("group", ""))), groups[0])
        columns = board_columns(entity, rows, chosen)
        stamp = board_stamp(entity, rows.filter(**{group_field.column: chosen.pk}))
    else:
        columns = choice_columns(entity, rows)
        stamp = f"{registry.design_number()}-{board_stamp(entity, rows)}"
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
    return "-".join(
        str(part.timestamp() if hasattr(part, "timestamp") else part)
        for part in (*(last or ()), *(gone or ()))
    )


def board_columns(entity: Entity, rows: Any, chosen: Any) -> list[dict[str, Any]]:
    """The stages with their figures and first cards. What is closed leaves the board some weeks later."""
    board = entity.board
    assert board is not None
    target: Any = entity.field(board.field)
    stages = list(
        target.target.model.objects.filter(
            **{entity.field(board.group).column: chosen.pk}, deleted_at=None
        ).order_by("position", "pk")
    )
    running = [stage.pk for stage in stages if stage.outcome in RUNNING]
    rest = [stage.pk for stage in stages if stage.outcome not in RUNNING]
    recent = rows.filter(closed_at__gte=timezone.now() - datetime.timedelta(days=CLOSED_DAYS))
    figures = {**_figures(board, target, rows, running), **_figures(board, target, recent, rest)}
    cards, made = Cards(entity), []
    open_cards, closed_cards = cards.rows(rows), cards.rows(recent)
    for stage in stages:
        count, total, weighted = figures.get(stage.pk, (0, 0, 0))
        some = open_cards if stage.outcome in RUNNING else closed_cards
        shown, html = cards.html(
            stage, some.filter(**{target.column: stage.pk})[:PER_COLUMN] if count else ()
        )
        made.append(
            {
                "stage": stage, "cards": html, "count": count, "total": total or 0, "weighted": weighted or 0,
                "more": max(0, count - shown),
            }
        )  # fmt: skip
    return made


@dataclass(frozen=True)
class Column:
    """A column that is a value of a choice; "" holds what has none."""

    pk: str
    name: str
    outcome: str = "open"
    stale_days: int = 0


def choice_columns(entity: Entity, rows: Any) -> list[dict[str, Any]]:
    """The values of a choice with their figures and first cards. What has ended leaves the board some weeks later."""
    board = entity.board
    assert board is not None
    field: Any = entity.field(board.field)
    every = [
        Column("", _("（未設定）")),
        *(
            Column(one.value, str(one.label), one.outcome or "open")
            for one in field.options
            if not one.retired
        ),
    ]
    summed: Any = entity.field(board.amount).expression() if board.amount else Value(0)
    since = timezone.now() - datetime.timedelta(days=CLOSED_DAYS)
    ended = [one.pk for one in every if one.outcome not in RUNNING]
    shown = rows.exclude(field.lookup("in")(ended) & Q(updated_at__lt=since)) if ended else rows
    held = shown.annotate(board_column=field.expression()).order_by().values_list("board_column")
    figures = {row[0] or "": row[1:] for row in held.annotate(n=Count("pk"), total=Sum(summed))}
    cards, made = RecordCards(entity), []
    for one in every:
        count, total = figures.get(one.pk, (0, 0))
        if not count and not one.pk:
            continue
        wanted = field.lookup()(one.pk) if one.pk else field.empty_q()
        records = cards.rows(shown.filter(wanted))[:PER_COLUMN] if count else ()
        number, html = cards.html(one, list(records))
        made.append(
            {
                "stage": one, "cards": html, "count": count, "total": total or 0, "weighted": 0,
                "more": max(0, count - number), "no_sum": not board.amount, "plain": True,
                "list_query": urlencode(
                    {"filter": json.dumps({"field": field.name, "op": "is" if one.pk else "empty", **({"value": one.pk} if one.pk else {})})}
                ),
            }
        )  # fmt: skip
    return made


def _figures(board: Board, target: Any, rows: Any, stages: list[int]) -> dict[int, tuple[int, int, int]]:
    """Stage → how many cards, their sum, their weighted sum."""
    found = (
        rows.filter(**{f"{target.column}__in": stages})
        .order_by()
        .values_list(target.column)
        .annotate(
            n=Count("pk"), total=Sum(board.amount), weighted=Sum(F(board.amount) * F("probability") / 100)
        )
    )
    return {row[0]: row[1:] for row in found}
