"""Deals that stand still [滞留]: longer in their stage than the stage allows. Nothing is stored for it: the stages say how long, and the
index over stage and moment finds them."""

import datetime
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.records.fields import YesNo
from enishi.records.prepared import fetch
from enishi.sales.models import Deal, Stage

RUNNING = ("open", "hold")


def _timed(*_values: Any) -> Any:
    rows = Stage.objects.filter(deleted_at=None, outcome__in=RUNNING, stale_days__gt=0)
    return rows.order_by("pk").values_list("pk", "stale_days")


def limits() -> dict[int, int]:
    """After how many days a deal stands still in a stage, by stage; those without a limit are left out."""
    return dict(fetch("stale stages", _timed))


def days_over(record: Any, known: dict[int, int], now: datetime.datetime) -> int:
    """How many days a deal has stood in its stage, where that is too long; else 0."""
    least = known.get(record.stage_id, 0)
    if not least or record.outcome not in RUNNING:
        return 0
    days = (now - record.stage_changed_at).days
    return days if days >= least else 0


def chip(days: int) -> str:
    """「滞留 18日」."""
    text = _("滞留 %(days)d日") % {"days": days}
    return f'<span class="chip chip-amber">{escape(text)}</span>'


class Stale(YesNo):
    """Whether a deal stands still. It has no column of its own."""

    computed, moving = True, True
    beside = ("stage_id", "outcome")

    @property
    def column(self) -> str:
        return "stage_changed_at"

    def bind(self, entity: Any) -> None:
        self.entity = entity

    def get(self, record: Any) -> bool:
        return bool(days_over(record, limits(), timezone.now()))

    def values(self, records: Sequence[Any]) -> list[Any]:
        known, now = limits(), timezone.now()
        return [bool(days_over(record, known, now)) for record in records]

    def exported(self, keys: Sequence[int]) -> list[str]:
        """Texts for the deals of these keys, in one query."""
        known, now = limits(), timezone.now()
        rows = Deal.objects.only("stage_id", "outcome", "stage_changed_at").in_bulk(list(keys))
        return [self.text(bool(days_over(rows[key], known, now))) if key in rows else "" for key in keys]

    def cells(self, records: Sequence[Any]) -> list[str]:
        known, now = limits(), timezone.now()
        return [chip(days) if (days := days_over(record, known, now)) else "" for record in records]

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]

    def lookup(self, suffix: str = "exact") -> Callable[[Any], Q]:
        return lambda value: self.leaf_q("is", value, None) or Q()

    def leaf_q(self, op: str, value: Any, user: Any) -> Q | None:
        now, known, some = timezone.now(), limits(), Q(pk__in=[])
        if not known:
            return some if value else ~some
        for days in set(known.values()):
            held = [stage for stage, least in known.items() if least == days]
            some |= Q(stage__in=held, stage_changed_at__lte=now - datetime.timedelta(days=days))
        # What is true of all of them, said once more: SQLite takes its index by this and not by the alternatives.
        least = now - datetime.timedelta(days=min(known.values()))
        some &= Q(stage__in=list(known), stage_changed_at__lte=least)
        return some if value else ~some

    def leaf_holds(self, op: str, held: Any, value: Any) -> bool | None:
        return bool(held) == bool(value)
