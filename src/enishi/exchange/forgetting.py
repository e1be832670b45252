"""What sheets that came in keep of somebody who was made anonymous: his row of a sheet that was corrected in Excel, his question."""

from collections.abc import Sequence

from django.db.models import Q

from enishi.exchange.asking.models import WaitingRow
from enishi.exchange.mapping import Plan
from enishi.exchange.models import ImportJob
from enishi.exchange.roundtrip.models import ReturnedRow
from enishi.records.entity import Entity
from enishi.records.personal import forgotten


@forgotten.connect
def forget(entity: Entity, keys: Sequence[int]) -> None:
    """Empties the rows that were found to be about these records. Rows that nobody has answered and that may be about somebody else
    stay as they are, like the file itself, which the dry run names."""
    returned = ReturnedRow.objects.filter(record_id__in=keys, job__entity=entity.name)
    returned.update(title="", changes=[], errors=[], note="")
    answered = Q(state=WaitingRow.State.SAME, record_id__in=keys)
    WaitingRow.objects.filter(answered, entity=entity.name).update(cells=[])
    # The first cells of each column served the proposal; of what came in nobody needs them any more.
    for job in ImportJob.objects.exclude(status=ImportJob.Status.DRAFT).only("plan").iterator():
        plan = Plan.from_json(job.plan) if job.plan.get("columns") else None
        if plan is not None and (plan.repeated or any(set(one.sample) - {"…"} for one in plan.columns)):
            for one in plan.columns:
                one.sample = ["…"] if one.sample else []
            plan.repeated = []
            job.plan = plan.to_json()
            job.save(update_fields=["plan"])
