"""What sheets that came in keep of somebody who was made anonymous: his row of a sheet that was corrected in Excel, his question."""

from collections.abc import Sequence

from django.db.models import Q

from enishi.exchange.asking.models import WaitingRow
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
