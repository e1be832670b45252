"""What must be filled to enter a stage. It is the same rule as 「この段階からは必須」 of a field (`records.rules`), seen from the pipeline."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from enishi.access.models import User
from enishi.records import registry, rules
from enishi.records.design import operations
from enishi.records.design.drawing import drawing, raise_number
from enishi.records.fields import FieldKind
from enishi.sales.models import Pipeline, Stage
from enishi.sales.pipelines.entity import stages_of


@dataclass
class Asked:
    """A field as the editor of one stage shows it: called for from here on, or from an earlier stage of the pipeline (`before`)."""

    found: FieldKind
    here: bool
    before: Stage | None


def candidates() -> list[FieldKind]:
    """The fields of a deal that a stage can call for: those that a person fills and that may be empty."""
    entity = registry.get("deal")
    board = entity.board
    fixed = {board.field, board.group, "owner"} if board else {"owner"}
    fixed |= {
        name for ask in entity.asks.values() for name in ask.fields if name not in ask.alone
    }  # of the end, asked for there
    return [
        one
        for one in entity.fields.values()
        if one.editable and not (one.hidden or one.required or one.filled or one.computed)
        and one.kind not in {"yes_no", "auto_number"} and one.name not in fixed
    ]  # fmt: skip


def called_for(stages: list[Stage]) -> dict[int, list[FieldKind]]:
    """Of each stage of a pipeline the fields that are called for from it on."""
    entity, made = registry.get("deal"), dict[int, list[FieldKind]]()
    for one in candidates():
        if one.required_from and (stage := rules.starts(entity, one.required_from, stages)):
            made.setdefault(stage.pk, []).append(one)
    return made


def asked_at(stage: Stage) -> list[Asked]:
    """Every field that the stage can call for, and whether it does."""
    entity, stages = registry.get("deal"), stages_of(stage.pipeline_id)
    places = [one.pk for one in stages]
    made = []
    for one in candidates():
        start = rules.starts(entity, one.required_from, stages) if one.required_from else None
        earlier = start is not None and places.index(start.pk) < places.index(stage.pk)
        made.append(Asked(one, start is not None and start.pk == stage.pk, start if earlier else None))
    return made


@drawing
def call_for(stage: Stage, names: Collection[str], *, by: User) -> None:
    """Makes a stage call for exactly these fields; what an earlier stage calls for stays there, other pipelines keep theirs.

    Raises:
        NotAllowed, Refused
    """
    raise_number()  # locks the design: what is read below is what stands there
    registry.refresh(now=True)
    entity = registry.get("deal")
    mine = {one.pk for one in stages_of(stage.pipeline_id)}
    for asked in asked_at(stage):
        wanted = asked.found.name in names
        if asked.before is not None or wanted == asked.here:
            continue
        kept: list[Any] = []
        for pipeline in Pipeline.objects.filter(deleted_at=None).exclude(pk=stage.pipeline_id):
            start = rules.starts(entity, asked.found.required_from, stages_of(pipeline.pk))
            kept += [start.pk] if start is not None and start.pk not in mine else []
        kept += [stage.pk] if wanted else []
        value = ",".join(f"s{key}" for key in kept)
        operations.change_field("deal", asked.found.name, {"required_from": value}, by=by)
