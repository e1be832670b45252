"""What goals are measured by: what came in, and what is to come, by owner; each counted in the database, at most seven queries."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Sum

from enishi.access.models import User
from enishi.insight.addresses import between, list_address, owned_by
from enishi.records import registry
from enishi.records.conditions import Scope, compile_condition
from enishi.records.conditions.tree import Tree
from enishi.records.fields import Money
from enishi.records.visible import visible
from enishi.sales.deals.forecast import COUNTED, category_expression, category_tree

HELD = ["visit", "meeting"]
# What a figure stands on: a role that hides any of it hides the figure.
DEALS = {"outcome", "owner"}
OPEN = DEALS | {"expected_close", "probability", "forecast_category"}
SEEN: dict[str, tuple[str, set[str]]] = {
    "won_amount": ("deal", DEALS | {"closed_at", "amount"}), "won_deals": ("deal", DEALS | {"closed_at"}),
    "open_amount": ("deal", OPEN | {"amount"}), "open_deals": ("deal", OPEN),
    "new_deals": ("deal", {"owner", "created_at"}),
    "sales": ("order", {"owner", "status", "date", "total"}), "invoiced": ("invoice", {"owner", "status", "date", "total"}),
    "visits": ("activity", {"owner", "kind", "at"}), "calls": ("activity", {"owner", "kind", "at"}),
    "planned_visits": ("task", {"owner", "kind", "due_at", "done_at"}), "planned_calls": ("task", {"owner", "kind", "due_at", "done_at"}),
}  # fmt: skip
# Sums of documents by their day, with tax: those that don't count. What is paid back is below zero and lessens the sum.
DOCUMENTS = {"sales": ["cancelled"], "invoiced": ["draft", "void"]}
KINDS = {"visits": HELD, "planned_visits": HELD, "calls": ["call"], "planned_calls": ["call"]}


def tree_of(key: str, first: datetime.date, last: datetime.date) -> Tree:
    """The condition of the records behind a figure."""
    if key in {"won_amount", "won_deals"}:
        return {"all": [{"field": "outcome", "op": "is", "value": "won"}, between("closed_at", first, last)]}
    if key == "new_deals":
        return between("created_at", first, last)
    if key in DOCUMENTS:
        counted = {"field": "status", "op": "not_in", "value": DOCUMENTS[key]}
        return {"all": [counted, between("date", first, last)]}
    if key in {"visits", "calls"}:
        return {"all": [{"field": "kind", "op": "in", "value": KINDS[key]}, between("at", first, last)]}
    if key in {"planned_visits", "planned_calls"}:
        return {
            "all": [
                {"field": "done_at", "op": "empty"},
                {"field": "kind", "op": "in", "value": KINDS[key]},
                between("due_at", first, last),
            ]
        }
    return {
        "all": [{"field": "outcome", "op": "is", "value": "open"}, between("expected_close", first, last)]
    }


def open_tree(names: Iterable[str], first: datetime.date, last: datetime.date) -> Tree:
    """Open deals of these categories that are expected in the span."""
    return {"all": [tree_of("open_deals", first, last), category_tree(list(names))]}


def taxed(measure: str) -> str:
    """Whether the yen of a measure of deals are with tax, in words; "" of the others, which say so in their names."""
    deals = registry.find("deal") if measure == "won_amount" else None
    amount = deals.fields.get("amount") if deals is not None else None
    return amount.taxed if isinstance(amount, Money) else ""


Owned = dict[int | None, float]


@dataclass
class Ledger:
    """All figures of one span, as far as the person sees what they stand on."""

    user: User
    first: datetime.date
    last: datetime.date
    held: dict[str, Owned]

    @classmethod
    def of(
        cls,
        user: User,
        first: datetime.date,
        last: datetime.date,
        measures: Iterable[str],
        *,
        forecast: bool = True,
        owner: int | None = None,
    ) -> "Ledger":
        """Counts what these measures need.

        Args:
            forecast: with what is to come.
            owner: only this person's.
        """
        made, wanted = cls(user, first, last, {}), set(measures)
        made._deals(wanted, forecast, owner)
        made._documents(wanted, owner)
        made._by_kind(wanted & {"visits", "calls"}, "", owner)
        if forecast:
            made._by_kind(wanted & {"visits", "calls"}, "planned_", owner)
        return made

    def seen(self, key: str) -> bool:
        """Whether the person may see what a figure stands on."""
        name, fields = SEEN[key]
        entity = registry.find(name)
        return entity is not None and fields <= set(entity.fields)

    def _rows(self, key: str, owner: int | None, tree: Tree | None = None) -> Any:
        entity = registry.get(SEEN[key][0])
        wanted = compile_condition(entity, tree or tree_of(key, self.first, self.last), Scope.of(self.user))
        rows = visible(entity, self.user).filter(wanted).order_by()
        return rows if owner is None else rows.filter(owner=owner)

    def _deals(self, wanted: set[str], forecast: bool, owner: int | None) -> None:
        won = {key for key in ("won_amount", "won_deals") if key in wanted and self.seen(key)}
        if won:
            amount = {"total": Sum("amount")} if "won_amount" in won else {}
            rows = self._rows("won_deals", owner).values("owner_id").annotate(n=Count("pk"), **amount)
            found = list(rows)
            self.held["won_deals"] = {row["owner_id"]: row["n"] for row in found}
            if amount:
                self.held["won_amount"] = {row["owner_id"]: int(row["total"] or 0) for row in found}
        if "new_deals" in wanted and self.seen("new_deals"):
            rows = self._rows("new_deals", owner).values_list("owner_id").annotate(n=Count("pk"))
            self.held["new_deals"] = dict(rows)
        if forecast and won and self.seen("open_deals"):
            self._open("won_amount" in won and self.seen("open_amount"), owner)

    def _documents(self, wanted: set[str], owner: int | None) -> None:
        """Orders and invoices: yen with tax."""
        for key in DOCUMENTS:
            if key in wanted and self.seen(key):
                rows = self._rows(key, owner).values_list("owner_id").annotate(total=Sum("total"))
                self.held[key] = {whose: int(total or 0) for whose, total in rows}

    def _open(self, priced: bool, owner: int | None) -> None:
        """Open deals by category: how many, how much, and both weighted by probability (in percent)."""
        sums: dict[str, Any] = {"n": Count("pk"), "n_weighted": Sum("probability")}
        if priced:
            sums |= {"total": Sum("amount"), "total_weighted": Sum(F("amount") * F("probability"))}
        rows = self._rows("open_deals", owner).annotate(category=category_expression())
        unit = {"n": "won_deals", "total": "won_amount"}
        for name in unit if priced else ("n",):
            for part in (*COUNTED, "weighted"):
                self.held[f"{unit[name]}:{part}"] = {}
        for row in rows.values("owner_id", "category").annotate(**sums):
            if row["category"] not in COUNTED:
                continue
            for name in unit if priced else ("n",):
                self.held[f"{unit[name]}:{row['category']}"][row["owner_id"]] = int(row[name] or 0)
                weighted = self.held[f"{unit[name]}:weighted"]
                weighted[row["owner_id"]] = (
                    weighted.get(row["owner_id"], 0) + int(row[f"{name}_weighted"] or 0) / 100
                )

    def _by_kind(self, wanted: set[str], prefix: str, owner: int | None) -> None:
        keys = [f"{prefix}{name}" for name in sorted(wanted) if self.seen(f"{prefix}{name}")]
        if not keys:
            return
        kinds = sorted({kind for key in keys for kind in KINDS[key]})
        field = "due_at" if prefix else "at"
        parts: list[Tree] = [
            {"field": "kind", "op": "in", "value": kinds},
            between(field, self.first, self.last),
        ]
        if prefix:
            parts.append({"field": "done_at", "op": "empty"})
        for key in keys:
            self.held[key] = {}
        rows = (
            self._rows(keys[0], owner, {"all": parts}).values_list("owner_id", "kind").annotate(n=Count("pk"))
        )
        for whose, kind, n in rows:
            for key in keys:
                if kind in KINDS[key]:
                    self.held[key][whose] = self.held[key].get(whose, 0) + n

    def sum(self, key: str, owners: frozenset[int] | None) -> float | None:
        """A figure of these owners (None: of all); None where the person may not see it."""
        held = self.held.get(key)
        if held is None:
            return None
        return sum(value for whose, value in held.items() if owners is None or whose in owners)

    def address(self, key: str, owners: frozenset[int] | None, tree: Tree | None = None) -> str:
        """The list of the records behind a figure."""
        entity = registry.get(SEEN[key][0])
        return list_address(entity, tree or tree_of(key, self.first, self.last), owned_by(owners))
