"""入力ルール: what must be there from which stage on, what is asked only where another field says so, and how complete a record is."""

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records.entity import Entity
from enishi.records.fields import Choice, FieldKind, Reference
from enishi.records.visible import visible

LOST = "lost"


def stages(entity: Entity) -> list[tuple[str, str]]:
    """The columns of an entity's board from which on a field may be required: (what is kept, name); none without a board."""
    if entity.board is None:
        return []
    found = entity.fields[entity.board.field]
    if isinstance(found, Choice):
        return [
            (one.value, str(one.label)) for one in found.options if not one.retired and one.outcome != LOST
        ]
    if isinstance(found, Reference):
        rows = found.target.model._default_manager.filter(deleted_at=None).exclude(outcome=LOST)
        names: dict[int, str] = {}
        for stage in rows.order_by("pipeline", "position"):
            names.setdefault(stage.position, str(stage))
        return [(str(position), name) for position, name in sorted(names.items())]
    return []


def _reached(entity: Entity, record: Any, wanted: str) -> bool:
    """Whether a record stands at this column of its board or beyond; one that was lost asks for nothing."""
    assert entity.board is not None
    found = entity.fields[entity.board.field]
    value = found.get(record)
    if isinstance(found, Choice):
        order = [one.value for one in found.options]
        option = found.option(value)
        if option is None or option.outcome == LOST or wanted not in order:
            return False
        return order.index(value) >= order.index(wanted)
    stage = getattr(record, found.name, None)
    return stage is not None and stage.outcome != LOST and wanted.isdigit() and stage.position >= int(wanted)


def is_asked(found: FieldKind, record: Any) -> bool:
    """Whether a field is asked of this record: it is not where the field it hangs on says something else."""
    if not found.visible_if or found.entity is None:
        return True
    other = found.entity.fields.get(found.visible_if[0])
    if other is None:
        return True
    held = other.get(record)
    said = held if isinstance(held, list) else [other.input_text(held)]
    return bool(set(said) & set(found.visible_if[1]))


def check(entity: Entity, record: Any, changed: set[str], errors: dict[str, list[str]]) -> None:
    """Adds what is missing by these rules. Only a step on the board or the field itself calls for it: an older record can
    still be corrected elsewhere. Rows of a file are let in as they are."""
    if record.importing:
        return
    for name, found in entity.fields.items():
        if (
            name in errors
            or not (found.required_from or found.required_if_asked)
            or not found.is_empty(found.get(record))
        ):
            continue
        touched = (
            name in changed or (found.visible_if and found.visible_if[0] in changed) or record.pk is None
        )
        stepped = entity.board is not None and entity.board.field in changed
        missing = found.required_if_asked and touched and is_asked(found, record)
        if found.required_from and (stepped or name in changed) and is_asked(found, record):
            missing = missing or _reached(entity, record, found.required_from)
        if missing:
            errors[name] = [_("%(label)sを入力してください。") % {"label": found.label}]


# --- how complete -----------------------------------------------------------------------------------
def wanted(entity: Entity) -> list[FieldKind]:
    """Fields that the owner wants filled; those that the first form asks where he has named none."""
    named = [one for one in entity.fields.values() if one.wanted and not one.hidden]
    return named or [entity.fields[name] for name in entity.quick_fields if not entity.fields[name].linked]


def missing(entity: Entity, record: Any) -> list[str]:
    """Labels of the wanted fields that a record lacks; nothing where the owner has named none."""
    return [
        one.label
        for one in entity.fields.values()
        if one.wanted and not one.hidden and one.is_empty(one.get(record)) and is_asked(one, record)
    ]


def figures(entity: Entity, user: User) -> dict[str, Any]:
    """How many records there are, and of each wanted field how many lack it; in one query."""
    fields = wanted(entity)
    rows = visible(entity, user)
    counted = rows.aggregate(
        total=Count("pk"), **{f"n_{one.name}": Count("pk", filter=one.empty_q()) for one in fields}
    )
    total = counted["total"]
    lines = [{"field": one, "missing": counted[f"n_{one.name}"]} for one in fields]
    filled = sum(total - line["missing"] for line in lines)
    for line in lines:
        line["percent"] = 100 * (total - line["missing"]) // total if total else 100  # 100 is nothing missing
    return {
        "total": total,
        "lines": lines,
        "score": 100 * filled // (total * len(fields)) if total and fields else 100,
    }
