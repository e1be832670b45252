"""A board's cards as text (see `rows`): a template per card would cost more than all the queries."""

from html import escape
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.japanese import amounts, calendar
from enishi.records.entity import Entity
from enishi.records.limits import names_all

RUNNING = ("open", "hold")  # outcomes of stages in which a card is still worked on


class Cards:
    """Makes the cards of one board; looks words, icons and clock up once."""

    def __init__(self, entity: Entity) -> None:
        from enishi.records.templatetags.ui import icon

        board = entity.board
        assert board is not None
        self.name, self.slug = entity.name, entity.slug
        self.now, self.zone = timezone.now(), timezone.get_current_timezone()
        whom: list[Any] = [one for name in board.whom if names_all((one := entity.field(name)).target)]  # type: ignore[attr-defined]
        self.shows = set(entity.fields)
        self.columns = [
            "pk", "version", entity.title_field, board.amount or "pk", "stage_changed_at", "next_step", "next_step_at",
            "closed_at", "lost_reason", *(f"{one.name}__{one.target.title_field}" for one in whom),
        ]  # fmt: skip
        self.priced = bool(board.amount)
        self.days = _("%(days)d日")
        self.calendar = icon("calendar")
        self.planned = _("予定あり")  # for who may not read what
        self.none = f'<span class="text-red">{icon("circle-alert")} {escape(_("次の予定なし"))}</span>'

    def rows(self, queryset: Any) -> Any:
        """What cards show of records, the latest in its stage first."""
        return queryset.values_list(*self.columns).order_by("-stage_changed_at", "-pk")

    def html(self, stage: Any, rows: Any) -> tuple[int, SafeString]:
        """How many cards, and the cards of such rows."""
        cards = [self._card(stage, row) for row in rows]
        return len(cards), mark_safe("".join(cards))  # noqa: S308 (parts are escaped)

    def _card(self, stage: Any, row: tuple[Any, ...]) -> str:
        key, version, name, amount, since, step, step_at, closed_at, reason, *whom = row
        days = (self.now - since).days
        amount = amount if self.priced else None
        step, reason = (
            step if "next_step" in self.shows else step and self.planned,
            reason if "lost_reason" in self.shows else "",
        )
        stale = stage.outcome in RUNNING and stage.stale_days and days >= stage.stale_days
        if step:
            foot = f"{self.calendar} {self._day(step_at)} {escape(step)}"
        elif stage.outcome in RUNNING:
            foot = self.none
        else:
            foot = f'<span class="muted">{self._day(closed_at)} {escape(reason)}</span>'
        title = escape(name)
        return (
            f'<article class="deal-card" tabindex="0" id="{self.name}-{key}" data-version="{version}" data-move="/{self.slug}/{key}/move/" '
            f'aria-describedby="board-help" aria-label="{title}"><a class="font-medium" href="/{self.slug}/{key}/">{title}</a>'
            f'<span class="muted text-[13px]">{escape(next((one for one in whom if one), ""))}</span>'
            f'<span class="flex items-baseline justify-between"><b>{"—" if amount is None else amounts.format_yen(amount)}</b>'
            f'<span class="text-[12.5px] {"text-amber font-bold" if stale else "muted"}">{self.days % {"days": days}}</span></span>'
            f'<span class="foot">{foot}</span></article>'
        )

    def _day(self, moment: Any) -> str:
        return calendar.format_short(moment.astimezone(self.zone).date()) if moment else ""


class RecordCards:
    """Cards of an entity whose board is a choice: its name, whom it belongs to, its amount, its next step."""

    def __init__(self, entity: Entity) -> None:
        from enishi.records.templatetags.ui import icon

        board = entity.board
        assert board is not None
        self.entity, self.now = entity, timezone.now()
        self.zone, self.calendar = timezone.get_current_timezone(), icon("calendar")
        self.amount = entity.field(board.amount) if board.amount else None
        self.whom = next((one for one in entity.linked if one.forward and not one.many), None)
        self.days = _("%(days)d日")

    def rows(self, queryset: Any) -> Any:
        """The latest changed first."""
        columns = self.entity.row_columns([])
        rows = queryset.only(*columns, "version", "custom", "updated_at") if columns else queryset
        return rows.order_by("-updated_at", "-pk")

    def html(self, column: Any, records: list[Any]) -> tuple[int, SafeString]:
        """How many cards, and the cards."""
        whom = self._names(records)
        cards = [self._card(record, name) for record, name in zip(records, whom, strict=True)]
        return len(cards), mark_safe("".join(cards))  # noqa: S308 (parts are escaped)

    def _names(self, records: list[Any]) -> list[str]:
        if self.whom is None:
            return [""] * len(records)
        values = self.whom.values(records)
        names = self.whom.titles(values)
        return [next((names[key] for key, _role in value if key in names), "") for value in values]

    def _card(self, record: Any, whom: str) -> str:
        entity, key = self.entity, record.pk
        title = escape(entity.title(record))
        foot = ""
        if getattr(record, "next_step", ""):
            at = record.next_step_at
            step = record.next_step if "next_step" in entity.fields else _("予定あり")
            day = calendar.format_short(at.astimezone(self.zone).date()) if at else ""
            today = self.now.astimezone(self.zone).date()
            late = " text-red" if at and at.astimezone(self.zone).date() < today else ""
            foot = f'<span class="foot{late}">{self.calendar} {day} {escape(step)}</span>'
        amount = escape(self.amount.value_text(record)) or "—" if self.amount else ""
        days = self.days % {"days": max(0, (self.now - record.updated_at).days)}
        return (
            f'<article class="deal-card" tabindex="0" id="{entity.name}-{key}" data-version="{record.version}" data-move="/{entity.slug}/{key}/move/" '
            f'aria-describedby="board-help" aria-label="{title}"><a class="font-medium" href="/{entity.slug}/{key}/">{title}</a>'
            f'<span class="muted text-[13px]">{escape(whom)}</span>'
            f'<span class="flex items-baseline justify-between"><b>{amount}</b><span class="text-[12.5px] muted">{days}</span></span>{foot}</article>'
        )
