"""Jobs of the worker that belong to no single entity."""

import logging
import time

from django.db import transaction
from django_tasks import task

from enishi.records import handover
from enishi.records.errors import RecordError
from enishi.records.models import FieldDesign, Handover, Operation

TELL_SECONDS = 1.0
STEP = 500
logger = logging.getLogger(__name__)


@task()
def index_field(field_id: int) -> None:
    """Makes the index of an own field, so that its lists are sorted and filtered by it at any size."""
    from enishi.records.design import indexes

    row = FieldDesign.objects.filter(pk=field_id).first()
    if row is not None:
        indexes.make(row)


@task()
def compute_entity(name: str) -> None:
    """Computes an entity's fields anew, after a formula was drawn or changed."""
    from enishi.records import formulas, registry

    entity = registry.find(name)
    if entity is not None:
        formulas.recompute(entity)


@task()
def number_entity(name: str, field: str) -> None:
    """Gives their numbers to the records that were there before the field of automatic numbers, oldest first, in steps."""
    from enishi.records import registry, search
    from enishi.records.fields.automatic import AutoNumber
    from enishi.records.rows import update_rows

    entity = registry.find(name)
    found = entity.fields.get(field) if entity is not None else None
    if entity is None or not isinstance(found, AutoNumber):
        return
    while True:
        with transaction.atomic():
            rows = entity.model._default_manager.filter(found.empty_q()).order_by("pk")
            records = list(rows.select_for_update(of=("self",), no_key=True)[:STEP])
            if not records:
                return
            found.number(records)
            update_rows(entity.model, records, ("custom",))
            search.index(entity, [record for record in records if record.deleted_at is None])


def compute_what_stands_on(name: str) -> None:
    """After the program has reckoned many records of an entity anew: the owner's formulas that may use it, on them and above them."""
    from enishi.records import formulas, registry

    entity = registry.get(name)
    owners = [name] if entity.formulas else []
    owners += [owner.name for owner, _formula, _reference in formulas.rollups(entity)]
    for one in dict.fromkeys(owners):
        compute_entity.enqueue(one)


@task()
def undo_operation(operation_id: int, user_id: int) -> None:
    """Takes back what one action did to more records than a page waits for."""
    from enishi.access.models import User
    from enishi.records import history
    from enishi.records.errors import RecordError

    told = [0.0, 0, 0]

    def progress(done: int, total: int) -> None:
        told[1:] = done, total
        if time.monotonic() - told[0] > TELL_SECONDS:
            told[0] = time.monotonic()
            history.tell_undoing(operation_id, done, total)

    try:
        history.undo_operation(operation_id, by=User.objects.get(pk=user_id), progress=progress)
    except RecordError as error:
        row = Operation.objects.filter(pk=operation_id, undone_at=None)
        if row.exists():  # else somebody was faster
            history.tell_undoing(operation_id, int(told[1]), int(told[2]), error=str(error))


@task()
def hand_over(handover_id: int) -> None:
    """Hands over what one person looks after."""
    row = Handover.objects.filter(pk=handover_id).first()
    if row is not None:
        handover.run(row)


@task()
def undo_handover(handover_id: int, user_id: int) -> None:
    """Gives everything back."""
    from enishi.access.models import User

    row = Handover.objects.select_related("operation").get(pk=handover_id)
    try:
        handover.undo(row, by=User.objects.get(pk=user_id))
    except RecordError as error:  # nothing hangs in "being taken back", with no button left
        logger.warning("handover %s: %s", handover_id, error)
        Handover.objects.filter(pk=handover_id).update(status=Handover.Status.DONE)
