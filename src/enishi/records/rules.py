"""入力ルール: what must be there from which stage on, what is asked only where another field says so, and how complete a record is."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records.entity import Ask, Entity
from enishi.records.fields import Choice, FieldKind, Reference
from enishi.records.visible import visible

LAST = 2**62  # behind all places
LOST, HOLD = "lost", "hold"  # of a record that rests nothing is called for
PLACE = re.compile(r"s([0-9]{1,18})\Z")


# --- required from a column of the board on ------------------------------------------------------------
# What is kept (`FieldKind.required_from`): of a choice its value; of a reference the stage in each pipeline, "s12,s40"; digits alone are
# a place that counts in every pipeline.
def stage_groups(entity: Entity) -> list[tuple[str, list[tuple[str, str]]]]:
    """The columns of an entity's board from which on a field may be required, by pipeline: its name and (what is kept, name) of each
    stage. A board of a choice is one group without a name; none without a board."""
    if entity.board is None:
        return []
    found = entity.fields[entity.board.field]
    if isinstance(found, Choice):
        return [("", [
            (one.value, str(one.label)) for one in found.options if not one.retired and one.outcome != LOST
        ])]  # fmt: skip
    if not isinstance(found, Reference):
        return []
    group = entity.board.group
    rows = found.target.model._default_manager.filter(deleted_at=None).exclude(outcome=LOST)
    made: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for stage in rows.filter(**{f"{group}__deleted_at": None}).select_related(group):
        above = getattr(stage, group)
        made.setdefault(str(above.pk), (str(above), []))[1].append((f"s{stage.pk}", str(stage)))
    return list(made.values())


def stages(entity: Entity) -> list[tuple[str, str]]:
    """`stage_groups` without the groups."""
    return [one for _name, some in stage_groups(entity) for one in some]


def stage_keys(kept: str) -> list[int]:
    """The stages that a rule over a board of stages names."""
    return [int(found[1]) for part in kept.split(",") if (found := PLACE.match(part))]


def starts(entity: Entity, kept: str, stages: Sequence[Any]) -> Any | None:
    """Of one pipeline's stages in their order the one from which on a kept rule calls for its field; None where it doesn't there."""
    keys = set(stage_keys(kept))
    if (
        keys and stages and not keys & {one.pk for one in stages}
    ):  # what a stage in the bin called for, the next one does
        assert entity.board is not None
        group = f"{entity.board.group}_id"
        rows = type(stages[0])._default_manager.filter(pk__in=keys, **{group: getattr(stages[0], group)})
        gone = list(rows.filter(deleted_at__isnull=False))
        ahead = [one for one in stages if one.outcome not in {LOST, HOLD}]
        keys |= {next((one.pk for one in ahead if one.position >= each.position), 0) for each in gone}
    for stage in stages:
        if stage.pk in keys or (kept.isdigit() and stage.outcome != LOST and stage.position >= int(kept)):
            return stage
    return None


def held_stages(entity: Entity, kept: str) -> list[str]:
    """A kept rule as the choices of `stage_groups` have it: of each pipeline the stage from which on it calls."""
    found = entity.fields[entity.board.field] if entity.board is not None else None
    if not kept or not isinstance(found, Reference) or entity.board is None:
        return [kept]
    made = []
    for _name, some in stage_groups(entity):
        keys = [int(value[1:]) for value, _label in some]
        rows = found.target.model._default_manager.in_bulk(keys)
        start = starts(entity, kept, [rows[key] for key in keys])
        made += [f"s{start.pk}"] if start is not None else []
    return made


def kept_words(entity: Entity, kept: str) -> str:
    """A kept rule over stages by their names, which mean the same elsewhere."""
    names = dict(stages(entity)) if stage_keys(kept) else {}
    return "\n".join(dict.fromkeys(names[one] for one in kept.split(",") if one in names)) or kept


def kept_of(entity: Entity, words: str) -> str:
    """The reverse of `kept_words`: of each pipeline the first stage of such a name."""
    wanted, made = set(words.split("\n")), []
    for _name, some in stage_groups(entity):
        made += [value for value, name in some if name in wanted][:1]
    return ",".join(made) or words


def _reached(entity: Entity, record: Any, wanted: str) -> bool:
    """Whether a record stands at this column of its board or beyond. One that was lost asks for nothing, one on hold only where the rule
    begins there."""
    assert entity.board is not None
    found = entity.fields[entity.board.field]
    value = found.get(record)
    if isinstance(found, Choice):
        order = [one.value for one in found.options]
        option = found.option(value)
        if option is None or option.outcome == LOST or wanted not in order:
            return False
        return order.index(value) >= order.index(wanted)
    try:
        stage = getattr(record, found.name, None)
    except ObjectDoesNotExist:  # which is refused by itself
        return False
    if stage is None or stage.outcome == LOST:
        return False
    keys = stage_keys(wanted)
    if stage.outcome == HOLD:
        return stage.pk in keys
    if not keys:
        return wanted.isdigit() and stage.position >= int(wanted)
    return any(
        stage.position >= _places(record, stage, f"{entity.board.group}_id").get(key, LAST) for key in keys
    )


def _places(record: Any, stage: Any, group: str) -> dict[int, int]:
    """The places of all stages of a stage's pipeline, those in the bin too: a rule doesn't go with its stage. Asked once for each record,
    however many rules there are."""
    pipeline = getattr(stage, group)
    held = record.__dict__.get("_places")
    if held is None or held[0] != pipeline:
        rows = type(stage)._default_manager.filter(**{group: pipeline}).values_list("pk", "position")
        held = record.__dict__["_places"] = pipeline, dict(rows)
    found: dict[int, int] = held[1]
    return found


def _calls(found: FieldKind) -> bool:
    """Whether a field may be called for by a column: one that is filled by hand and that the company hasn't taken out of sight."""
    return bool(found.required_from) and found.editable and not found.hidden


# --- what a step asks for ------------------------------------------------------------------------------
def ask_of(entity: Entity, value: Any) -> Ask | None:
    """What a step to this column of the board asks for."""
    if not entity.asks or entity.board is None or not value:
        return None
    found = entity.fields[entity.board.field]
    if isinstance(found, Choice):
        return entity.asks.get(str(value))
    assert isinstance(found, Reference)
    rows = found.target.model._default_manager.filter(pk=value)
    return entity.asks.get(rows.values_list("outcome", flat=True).first() or "")


def calls_for(entity: Entity, ask: Ask) -> list[str]:
    """The fields without which a step isn't stored: those that its maker may write."""
    return [
        name
        for name in ask.must
        if (one := entity.fields.get(name)) is not None
        and one.editable
        and not one.may_lack
        and not one.hidden
    ]


def lacks_at(entity: Entity, record: Any, value: Any) -> list[str]:
    """The fields that a record would lack in this column of the board. The record is put there: it is not to be stored afterwards."""
    assert entity.board is not None
    entity.fields[entity.board.field].put(record, value)
    return [
        name
        for name, one in entity.fields.items()
        if _calls(one)
        and one.is_empty(one.get(record))
        and is_asked(one, record)
        and _reached(entity, record, one.required_from)
    ]


def must_when(entity: Entity, name: str) -> Ask | None:
    """The step that can't do without a field, unless the owner lets it."""
    return next((ask for ask in entity.asks.values() if name in ask.must), None)


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


def check(
    entity: Entity,
    record: Any,
    changed: set[str],
    errors: dict[str, list[str]],
    seen: Entity | None = None,
) -> None:
    """Adds what is missing by these rules. Only a step on the board or the field itself calls for it: an older record can
    still be corrected elsewhere. Rows of a file are let in as they are.

    Args:
        seen: the entity as the person sees it who writes: what he may not fill isn't asked of him, he is told that it is missing.
    """
    if record.importing:
        return
    _check_asked(entity, record, changed, errors, seen or entity)
    barred: list[str] = []
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
        mine = (seen or entity).fields.get(name)
        asked_now = found.visible_if and found.visible_if[0] in changed
        if _calls(found) and (stepped or asked_now or name in changed) and is_asked(found, record):
            called = _reached(entity, record, found.required_from)
            if called and not missing and not (mine is not None and mine.editable):
                barred.append(mine.label if mine is not None else "")
                continue
            missing = missing or called
        if missing:
            errors[name] = [_("%(label)sを入力してください。") % {"label": found.label}]
    if barred and entity.board is not None:
        errors.setdefault(entity.board.field, []).append(_barred(barred))


def _barred(labels: Sequence[str]) -> str:
    """What keeps somebody from a step who may not fill it himself; what he doesn't see isn't named."""
    named = _("、").join(f"「{label}」" for label in labels if label)
    if not named:
        return _("この先の段階に必要な項目が空です。お使いの権限では見られない項目です。管理者に入力を依頼してください。")  # fmt: skip
    return _("この先の段階には%(labels)sが必要ですが、空です。お使いの権限では入力できません。入力できる人に依頼してください。") % {"labels": named}  # fmt: skip


def _check_asked(
    entity: Entity, record: Any, changed: set[str], errors: dict[str, list[str]], seen: Entity
) -> None:
    if entity.board is None or entity.board.field not in changed or not entity.asks:
        return
    found = entity.fields[entity.board.field]
    if found.name in errors:  # there may be no such stage
        return
    stage = None if isinstance(found, Choice) else getattr(record, found.name, None)
    ask = entity.asks.get(
        str(found.get(record)) if isinstance(found, Choice) else getattr(stage, "outcome", "")
    )
    for name in calls_for(seen, ask) if ask else ():
        one = entity.fields[name]
        if name not in errors and one.is_empty(one.get(record)):
            said = (
                _("%(label)sを選んでください。")
                if isinstance(one, Choice)
                else _("%(label)sを入力してください。")
            )
            errors[name] = [said % {"label": one.label}]


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
