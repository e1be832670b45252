"""What a customer (an account, or a private customer among the contacts) shows of his purchases and of those to come. The figures are the
program's own: `enishi.sales.channels` adds up, `enishi.insight.purchases` fits in the worker; both store on the customer, so that lists filter
and sort by them like by anything else."""

import datetime
from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from enishi.japanese import calendar
from enishi.records.entity import Preset, PresetGroup
from enishi.records.fields import Choice, Date, Exact, FieldKind, Money, Number, Option, Percent

SOON = 14  # days ahead that count as soon
GROUP = "next_purchase"  # the presets that make the page 次の購入
# What the figures are made of: who doesn't see all orders and their sums doesn't have them.
TELLS = (("order", ""), ("order", "account"), ("order", "date"), ("order", "status"), ("order", "total"))
STATES = (
    Option("on", _("続いている"), "green", ("active",)),
    Option("leaving", _("離れかけ"), "amber", ("leaving",)),
    Option("gone", _("離れた"), "grey", ("gone",)),
)
BASES = (
    Option("model", _("モデル（BG/NBD）"), "accent"),
    Option("median", _("購入間隔の中央値")),
    Option("few", _("購入がまだ少ない")),
)
COLUMNS = ("buy_last_on", "buy_next_on", "buy_alive", "buy_value", "owner")
SHOWN = (
    "buy_next_on",
    "buy_alive",
    "buy_often",
    "buy_value",
    "buy_last_on",
    "buy_count",
    "buy_every",
    "buy_basis",
)


class Fitted(Choice):
    """A choice that the program makes; empty where nothing was fitted."""

    nullable = True

    def schema(self) -> dict[str, Any]:
        made = super().schema()
        return {**made, "type": ["string", "null"], "enum": [*made["enum"], None]}


class LastPurchase(Date):
    """The day of the last purchase; lists say with it how often that is and how late the next one: 「前回 9/12、およそ32日おき、13日過ぎています」."""

    whole = True
    beside = ("buy_every", "buy_next_on", "buy_count")

    def cells(self, records: Sequence[Any]) -> list[str]:
        today = timezone.localdate()
        return [escape(reason(record, today)) for record in records]

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]


class Alive(Percent):
    """The chance that somebody still buys. Of who bought once the model (BG/NBD) says 100 % whatever happens: lists and cards say so."""

    beside = ("buy_count",)

    def value_text(self, record: Any) -> str:
        text = super().value_text(record)
        if text and record.buy_count == 1:
            return _t("%(chance)s（1回だけのお客様は、モデルでは必ず100%%です）") % {"chance": text}
        return text

    def cell(self, record: Any) -> str:
        if self.get(record) is None or record.buy_count != 1:
            return super().cell(record)
        short = _t("%(chance)s（初回）") % {"chance": self.text(self.get(record))}
        return f'<span title="{escape(self.value_text(record))}">{escape(short)}</span>'


def reason(record: Any, today: datetime.date, *, wait_first: bool = False) -> str:
    """Why a customer stands in the list, in words; "" without purchases. `wait_first`: how long until then, before all else."""
    last: datetime.date | None = record.buy_last_on
    if last is None:
        return ""
    day = f"{last.month}/{last.day}" if last.year == today.year else calendar.format_date(last, weekday=False)
    first = _t("前回 %(day)s（初めて）") if record.buy_count == 1 else _t("前回 %(day)s")
    parts = [first % {"day": day}]
    if record.buy_every:
        every = ngettext("およそ%(days)d日おき", "およそ%(days)d日おき", record.buy_every)
        parts.append(every % {"days": record.buy_every})
    if record.buy_next_on:
        parts.insert(0 if wait_first else len(parts), _wait((record.buy_next_on - today).days))
    return _t("、").join(parts)


def _wait(days: int) -> str:
    if days < 0:
        return ngettext("%(days)d日過ぎています", "%(days)d日過ぎています", -days) % {"days": -days}
    if days == 0:
        return _t("今日あたりです")
    return ngettext("あと%(days)d日", "あと%(days)d日", days) % {"days": days}


def fields(entity: str) -> tuple[FieldKind, ...]:
    """The figures of an entity of customers as fields: read, never written by hand."""
    days, times = pgettext_lazy("unit", "日"), pgettext_lazy("unit", "回")
    tells = tuple(dict.fromkeys((*TELLS, ("order", entity))))
    held: dict[str, Any] = {"editable": False, "tells": tells}
    known = "channel_customer"
    return (
        Number("channel_orders", editable=False, unit=times, tells=((known, ""), (known, "order_count"))),
        Money(
            "channel_value",
            editable=False,
            sortable=True,
            taxed=_("税込"),
            tells=((known, ""), (known, "lifetime_value")),
        ),
        Date("channel_last_on", editable=False, sortable=True, tells=((known, ""), (known, "last_order_on"))),
        LastPurchase(
            "buy_last_on", **{**held, "tells": (*tells, *((entity, name) for name in LastPurchase.beside))}
        ),
        Number("buy_count", unit=times, **held),
        Number("buy_every", unit=days, **held),
        Date("buy_next_on", sortable=True, **held),
        Alive("buy_alive", **{**held, "tells": (*tells, *((entity, name) for name in Alive.beside))}),
        Exact("buy_often", places=1, unit=times, **held),
        Money("buy_value", sortable=True, taxed=_("税込"), **held),
        Fitted("buy_state", options=STATES, **held),
        Fitted("buy_basis", options=BASES, **held),
    )


def group() -> PresetGroup:
    """The page 次の購入 itself; each kind of customers has its part of it."""
    return PresetGroup(
        GROUP, _("次の購入"), icon="calendar-clock",
        hint=_("受注（購買履歴）から、お客様ごとに次に買いそうな日を毎日見込みます。受注の登録か、売上の表の取り込みから始めてください。"),
        offers=(("call", _("電話を記録"), "phone"), ("task", _("タスクを作る"), "square-check")),
    )  # fmt: skip


def presets() -> tuple[Preset, ...]:
    """The parts of the page 次の購入."""
    on = {"field": "buy_state", "op": "is", "value": "on"}
    made = (
        ("buy_soon", _("そろそろ"), {"all": [on, {"field": "buy_next_on", "op": "next_days", "value": SOON}]}, "buy_next_on"),
        ("buy_late", _("過ぎている"), {"all": [on, {"field": "buy_next_on", "op": "before_days", "value": 1}]}, "-buy_next_on"),
        ("buy_leaving", _("離れかけ"), {"field": "buy_state", "op": "is", "value": "leaving"}, "-buy_value"),
        ("buy_top", _("上位"), {"all": [on, {"field": "buy_value", "op": "gt", "value": 0}]}, "-buy_value"),
    )  # fmt: skip
    return tuple(
        Preset(key, label, condition, sort, columns=COLUMNS, group=GROUP)
        for key, label, condition, sort in made
    )
