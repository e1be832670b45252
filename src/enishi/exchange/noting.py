"""What has no field of its own is not lost: it goes into the note, with its heading in front."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from enishi.exchange import comments, headings, profiles
from enishi.exchange.sheet import Sheet
from enishi.records import registry

if TYPE_CHECKING:
    from enishi.exchange.mapping import Plan

MOST_NOTES = 300  # columns; of 20,000 letters that a note holds


def note_the_rest(sheet: Sheet, main: str, form: profiles.Profile | None = None) -> None:
    """What has no field of its own is not lost: it goes into the note, with its heading in front."""
    for column in sheet.columns:
        # By its contents or by another program's form a column may have been taken for what his role hides or only lets him read.
        if column.target and not headings.is_open(*column.target.split(".", 1)):
            column.target = ""
    entity = registry.find(main)
    if (
        entity is None
        or entity.imports.note not in entity.fields
        or not any(column.target for column in sheet.columns)
    ):
        return
    count = 0
    for column in sheet.columns:
        if column.target or count >= MOST_NOTES or not column.heading or not sheet.cells(column.index):
            continue
        if headings.is_ours(column.heading) or sheet.is_running_number(column):
            continue
        if form is not None and form.leaves(column.heading):
            continue
        column.target = f"{main}.{entity.imports.note}"
        count += 1


def note_late(plan: "Plan", late: Iterable[int]) -> None:
    """Columns whose first value stands further down than a proposal looks are noted like the others."""
    entity = registry.find(plan.main)
    if entity is None or entity.imports.note not in entity.fields or plan.profile:
        return
    note = f"{plan.main}.{entity.imports.note}"
    room = MOST_NOTES - sum(column.target == note for column in plan.columns)
    wanted = set(late)
    for column in plan.columns:
        if not column.heading and column.index in wanted and comments.are(column.sample):
            column.heading = comments.HEADING
        free = not column.target and column.index in wanted and column.heading
        if free and room > 0 and not headings.is_ours(column.heading):
            column.target, room = note, room - 1
