"""The board of any entity that has one: columns are the values of its board field."""

import datetime
import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.records import registry
from enishi.records.entity import Board, Entity
from enishi.records.errors import NotFound
from enishi.records.lists import ListState
from enishi.records.pages.base import handled, person, whole
from enishi.records.pages.board_cards import RUNNING, Cards, RecordCards
from enishi.records.pages.lists import filter_chips
from enishi.records.prepared import fetch, first
from enishi.records.visible import allowed, shape, visible

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
    groups, chosen = [], None
    if entity.board.group:
        target: Entity = entity.field(entity.board.group).target  # type: ignore[attr-defined]
        groups = fetch(
            shape(target, user, "groups"), lambda: visible(target, user).order_by("position", "pk")
        )
        if not groups:
            raise NotFound(_("ボードの列がまだありません。設定の「パイプライン」で作ってください。"))
        chosen = next((one for one in groups if one.pk == whole(request.GET.get("group", ""))), groups[0])
        columns = board_columns(state, chosen)
        stamp = board_stamp(state, entity.field(entity.board.group).column, chosen.pk)
    else:
        columns = choice_columns(entity, state.queryset())
        stamp = f"{registry.design_number()}-{board_stamp(state)}"
    context = {
        "entity": entity,
        "groups": groups,
        "chosen": chosen,
        "columns": columns,
        "stamp": stamp,
        "chips": filter_chips(request, state),
        "state": state,
        "may": allowed(user, entity),
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


def board_stamp(state: ListState, column: str = "", key: int | None = None) -> str:
    """Changes whenever a card of the board changes; of the board of one group, its column and key."""
    shape, model = state.shape(), state.entity.model

    def last(*group: Any) -> Any:
        rows = state.queryset().filter(**{column: group[0]}) if group else state.queryset()
        return rows.order_by("-updated_at").values_list("updated_at", "pk")[:1]

    def gone() -> Any:
        rows = model._default_manager.filter(deleted_at__isnull=False)
        return rows.order_by("-deleted_at").values_list("deleted_at")[:1]

    parts = [
        *(first(shape and (shape, "last", column), last, *([] if key is None else [key])) or ()),
        *(first(("gone", model), gone) or ()),
    ]
    return "-".join(str(part.timestamp() if hasattr(part, "timestamp") else part) for part in parts)


def board_columns(state: ListState, chosen: Any) -> list[dict[str, Any]]:
    """The stages with their figures and first cards. What is closed leaves the board some weeks later."""
    entity, board, shape = state.entity, state.entity.board, state.shape()
    assert board is not None
    target: Any = entity.field(board.field)
    group = entity.field(board.group).column

    def in_order(key: Any) -> Any:
        rows = target.target.model._default_manager.filter(**{group: key}, deleted_at=None)
        return rows.order_by("position", "pk")

    stages = fetch(("stages", target.target.model), in_order, chosen.pk)
    running = [stage.pk for stage in stages if stage.outcome in RUNNING]
    rest = [stage.pk for stage in stages if stage.outcome not in RUNNING]
    since = timezone.now() - datetime.timedelta(days=CLOSED_DAYS)
    cards = Cards(entity)

    def rows(since: Any) -> Any:
        return state.queryset().filter(closed_at__gte=since) if since else state.queryset()

    def figures(number: int, *marks: Any) -> Any:
        return _figures(
            board, target, rows(*marks[number:]) if marks[number:] else rows(None), list(marks[:number])
        )

    def first_cards(key: Any, since: Any = None) -> Any:
        return cards.rows(rows(since)).filter(**{target.column: key})[:PER_COLUMN]

    sums: dict[int, tuple[int, int, int]] = {}
    for some, more in ((running, ()), (rest, (since,))):
        if some:
            asked = shape and (shape, "figures", len(some))
            found = fetch(asked, partial(figures, len(some)), *some, *more)
            sums |= {row[0]: row[1:] for row in found}
    made = []
    for stage in stages:
        count, total, weighted = sums.get(stage.pk, (0, 0, 0))
        behind = () if stage.outcome in RUNNING else (since,)
        some = fetch(shape and (shape, "cards"), first_cards, stage.pk, *behind) if count else []
        shown, html = cards.html(stage, some)
        made.append(
            {
                "stage": stage, "cards": html, "count": count, "total": total or 0, "weighted": weighted or 0,
                "more": max(0, count - shown), "no_sum": not board.amount,
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


def _figures(board: Board, target: Any, rows: Any, stages: list[int]) -> Any:
    """Stage, how many cards, their sum, their weighted sum."""
    amount = F(board.amount) if board.amount else Value(0)
    weighted = Sum(amount * F("probability") / 100)
    held = rows.filter(**{f"{target.column}__in": stages}).order_by().values_list(target.column)
    return held.annotate(n=Count("pk"), total=Sum(amount), weighted=weighted)
