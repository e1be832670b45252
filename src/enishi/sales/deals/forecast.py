"""How sure it is that a deal comes in its time [見通し]: said by a person, else derived from its probability."""

from collections.abc import Sequence
from html import escape
from typing import Any

from django.db.models import Case, CharField, F, Value, When
from django.utils.translation import gettext_lazy as _

from enishi.records.fields import Choice, Option

CATEGORIES = (
    Option("committed", _("確実"), "green", ("確定", "コミット", "commit", "committed")),
    Option("best", _("うまくいけば"), "accent", ("最良", "アップサイド", "best case", "upside")),
    Option("pipeline", _("パイプライン"), "grey", ("進行中", "pipeline")),
    Option("omitted", _("見通しに入れない"), "grey", ("除外", "対象外", "omitted")),
)
# From which probability (%) on, best first; below the last it is left out.
FROM = (("committed", 80), ("best", 50), ("pipeline", 1))
COUNTED = tuple(name for name, _least in FROM)


def derived(probability: int | None) -> str:
    """The category of a probability in percent."""
    return next((name for name, least in FROM if (probability or 0) >= least), "omitted")


def category_expression() -> Case:
    """The category of a deal in the database: what was said, else what follows from the probability."""
    return Case(
        When(forecast_category__gt="", then=F("forecast_category")),
        *(When(probability__gte=least, then=Value(name)) for name, least in FROM),
        default=Value("omitted"),
        output_field=CharField(),
    )


def category_tree(names: Sequence[str]) -> dict[str, Any]:
    """The same as a condition: deals of any of these categories (of `COUNTED`)."""
    ranges: list[dict[str, Any]] = []
    above = 101
    for name, least in FROM:
        if name in names:
            ranges.append({"field": "probability", "op": "between", "value": [least, above - 1]})
        above = least
    empty = {"field": "forecast_category", "op": "empty"}
    said = {"field": "forecast_category", "op": "in", "value": list(names)}
    return {"any": [said, *({"all": [empty, one]} for one in ranges)]}


class Category(Choice):
    """The category; where nobody said one, lists and cards show in grey what follows from the probability."""

    beside = ("probability", "outcome")

    def cells(self, records: Sequence[Any]) -> list[str]:
        made = super().cells(records)
        if self.entity is None or not {"probability", "outcome"} <= set(self.entity.fields):
            return made
        return [
            cell or (f'<span class="muted">{escape(self.text(derived(record.probability)))}</span>' if record.outcome == "open" else "")
            for record, cell in zip(records, made, strict=True)
        ]  # fmt: skip
