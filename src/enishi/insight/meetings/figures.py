"""Meetings and visits by owner and period: held, successful, led to a next appointment, planned for the period after. Two queries."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q

from enishi.access.models import User
from enishi.insight import fiscal
from enishi.insight.addresses import between, list_address, owned_by
from enishi.insight.goals.figures import HELD
from enishi.insight.goals.lines import span_days
from enishi.insight.reports.buckets import Month, Week
from enishi.records import registry
from enishi.records.conditions import Scope, compile_condition
from enishi.records.conditions.tree import Tree
from enishi.records.visible import visible

FIGURES = ("held", "success", "next", "planned")
Span = tuple[datetime.date, datetime.date]
# What a figure stands on: a role that hides any of it hides the figure.
SEEN: dict[str, tuple[str, set[str]]] = {
    "held": ("activity", {"owner", "kind", "at"}), "success": ("activity", {"owner", "kind", "at", "outcome"}),
    "next": ("activity", {"owner", "kind", "at", "next_task"}), "planned": ("task", {"owner", "kind", "due_at"}),
}  # fmt: skip
KIND: Tree = {"field": "kind", "op": "in", "value": HELD}


def after(unit: str, span: Span) -> Span:
    """The span after one."""
    return span_days(unit, span[1] + datetime.timedelta(days=1))


def spans_up_to(unit: str, span: Span, number: int) -> list[Span]:
    """So many spans, the given one last."""
    made = [span]
    while len(made) < number:
        made.insert(0, span_days(unit, made[0][0] - datetime.timedelta(days=1)))
    return made


def seen(name: str) -> bool:
    """Whether the person who is served sees what a figure stands on."""
    entity_name, fields = SEEN[name]
    entity = registry.find(entity_name)
    if entity is None or not fields <= set(entity.fields):
        return False
    tasks = registry.find("task")
    return name != "next" or (tasks is not None and "kind" in tasks.fields)


def tree_of(name: str, unit: str, span: Span) -> Tree:
    """The condition of the records behind a figure of a span."""
    if name == "planned":
        return {"all": [KIND, between("due_at", *after(unit, span))]}
    parts: list[Tree] = [KIND, between("at", *span)]
    if name in MORE:
        parts.append(MORE[name])
    return {"all": parts}


MORE: dict[str, Tree] = {
    "success": {"field": "outcome", "op": "is", "value": "success"},
    "next": {"of": {"field": "next_task", "where": KIND}},
}


@dataclass
class Counted:
    """Figures by (name, owner, first day of the span); what the person doesn't see is missing from `names`."""

    unit: str
    names: tuple[str, ...]
    held: dict[tuple[str, int | None, datetime.date], int] = field(default_factory=dict)

    @classmethod
    def of(cls, user: User, unit: str, spans: list[Span], owners: frozenset[int] | None) -> "Counted":
        """Counts spans that follow each other.

        Args:
            owners: only theirs; None: of all.
        """
        made = cls(unit, tuple(name for name in FIGURES if seen(name)))
        scope = Scope.of(user)
        if "held" in made.names:
            entity = registry.get("activity")
            sums: dict[str, Any] = {"held": Count("pk")}
            for name in ("success", "next"):
                if name in made.names:
                    sums[name] = Count("pk", filter=compile_condition(entity, MORE[name], scope))
            wanted: Tree = {"all": [KIND, between("at", spans[0][0], spans[-1][1])]}
            made._read(entity, user, owners, wanted, "at", sums, {})
        if "planned" in made.names:
            entity = registry.get("task")
            following = {after(unit, span)[0]: span[0] for span in spans}
            wanted = {"all": [KIND, between("due_at", min(following), after(unit, spans[-1])[1])]}
            made._read(entity, user, owners, wanted, "due_at", {"planned": Count("pk")}, following)
        return made

    def _read(
        self, entity: Any, user: User, owners: frozenset[int] | None, wanted: Tree, moment: str, sums: dict[str, Any],
        following: dict[datetime.date, datetime.date],
    ) -> None:  # fmt: skip
        rows = visible(entity, user).filter(compile_condition(entity, wanted, Scope.of(user))).order_by()
        if owners is not None:
            rows = rows.filter(Q(owner__in=sorted(owners)))
        bucket = (Week if self.unit == "week" else Month)(F(moment), moment=True, text=False)
        for row in rows.annotate(span=bucket).values("owner_id", "span").annotate(**sums):
            value = row["span"]
            first = datetime.date.fromisoformat(value) if self.unit == "week" else fiscal.month_start(value)
            first = following.get(first, first)
            for name in sums:
                if row[name]:
                    self.held[name, row["owner_id"], first] = row[name]

    def owners(self, first: datetime.date) -> set[int | None]:
        """Who has any figure in the span that begins on this day."""
        return {owner for _name, owner, start in self.held if start == first}

    def sum(self, name: str, owners: Iterable[int | None] | None, first: datetime.date) -> int:
        """A figure of these owners (None: of all) in the span that begins on this day."""
        wanted = None if owners is None else set(owners)
        return sum(
            value
            for (figure, owner, start), value in self.held.items()
            if figure == name and start == first and (wanted is None or owner in wanted)
        )

    def address(self, name: str, owners: Iterable[int | None] | None, span: Span) -> str:
        """The list of the records behind a figure."""
        entity = registry.get(SEEN[name][0])
        return list_address(entity, tree_of(name, self.unit, span), owned_by(owners))
