"""What the builder offers, and its form as a report."""

import json
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from enishi.insight.reports.dimensions import TEAM, groups
from enishi.insight.reports.spec import MOST_MEASURES, OPERATIONS, measurable
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Date, FieldKind, Number, Person, Reference

# What every record of an entity pointed to has, and nobody groups by across a reference.
UNASKED = frozenset({"created_by", "updated_by", "created_at", "updated_at"})


def entities() -> list[Entity]:
    """What a report can be about: all that the person sees, in or out of the menu; lines, payments and whatever else belongs to a
    document or customer stand right behind it.
    """
    found = [one for one in registry.all_entities() if not one.admin_only]
    places = {one.name: one.code for one in found}
    return sorted(found, key=lambda one: (places.get(one.rights_of, one.code), bool(one.rights_of), one.code))


def dimension_choices(entity: Entity) -> list[tuple[str, str, str]]:
    """Path, words and kind ("date", "number", "") of all that records can be grouped by."""
    made = [(one.name, one.label, _kind(one)) for one in entity.fields.values() if groups(one)]
    for via in entity.fields.values():
        if via.custom or via.hidden:
            continue
        if isinstance(via, Person) and via.name not in UNASKED:
            made.append((f"{via.name}.{TEAM}", f"{via.label}：{_('チーム')}", ""))
        elif isinstance(via, Reference) and not via.target.admin_only:
            made += [
                (f"{via.name}.{one.name}", f"{via.label}：{one.label}", _kind(one))
                for one in via.target.fields.values()
                if one.name not in UNASKED and groups(one, via)
            ]
    return made


def _kind(one: FieldKind) -> str:
    return "date" if isinstance(one, Date) else "number" if isinstance(one, Number) else ""


def measure_choices(entity: Entity) -> list[tuple[str, str]]:
    """ "op:field" and words of all figures."""
    from enishi.insight.reports.spec import Measure

    made = [("count", _("件数"))]
    for op in OPERATIONS[1:]:
        for one in entity.fields.values():
            if measurable(one, op) and one.name not in UNASKED:
                made.append((f"{op}:{one.name}", Measure(op, one).label))
    return made


def date_choices(entity: Entity) -> list[tuple[str, str]]:
    """Fields that a period can be about."""
    return [
        (one.name, one.label) for one in entity.fields.values() if isinstance(one, Date) and not one.hidden
    ]


def from_form(form: QueryDict) -> dict[str, Any]:
    """The builder's form as what a report keeps; `Spec.of` judges it."""
    rows = [one for place in (0, 1) if (one := _dimension(form, f"row{place}"))]
    measures = []
    for text in form.getlist("measure")[:MOST_MEASURES]:
        op, _mark, name = text.partition(":")
        if op and {"op": op, "field": name} not in measures:
            measures.append({"op": op, "field": name})
    try:
        condition = json.loads(form.get("filter") or "{}")
    except (ValueError, RecursionError):
        condition = {}
    top = form.get("top", "")
    return {
        "rows": rows, "column": _dimension(form, "column"), "measures": measures, "filter": condition, "period": form.get("period", ""),
        "span": form.get("span", ""), "compare": form.get("compare", ""), "sort": form.get("sort", ""),
        "top": int(top) if top.isascii() and top.isdigit() and len(top) < 5 else 0, "chart": form.get("chart", "auto"), "man": bool(form.get("man")),
    }  # fmt: skip


def _dimension(form: QueryDict, name: str) -> dict[str, Any] | None:
    path = form.get(name, "")
    if not path:
        return None
    made: dict[str, Any] = {"field": path, "bucket": form.get(f"{name}_bucket", "")}
    edges = form.get(f"{name}_edges", "").replace("、", ",").replace("，", ",")
    numbers = [part.strip() for part in edges.split(",")]
    made["edges"] = [
        int(one)
        for one in numbers
        if one.lstrip("-").isascii() and one.lstrip("-").isdigit() and len(one) < 16
    ]
    return made
