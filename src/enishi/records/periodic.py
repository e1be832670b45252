"""What records tidy up by themselves."""

import datetime

from django.utils import timezone

from enishi.kit.periodic import every
from enishi.records import bin as records_bin
from enishi.records import handover, retention
from enishi.records.models import Handover, IdempotencyKey


@every(minutes=60)
def empty_bin() -> None:
    """Erases what has rested in the bin for 30 days."""
    records_bin.empty_old()


@every(minutes=60)
def forget_idempotency_keys() -> None:
    """A form is not sent again after a week."""
    IdempotencyKey.objects.filter(at__lt=timezone.now() - datetime.timedelta(days=7)).delete()


@every(minutes=10)
def due_handovers() -> None:
    """Handovers whose day has come; also those that a worker left half done."""
    begun = (Handover.Status.WAITING, Handover.Status.RUNNING)
    for row in Handover.objects.filter(status__in=begun, on__lte=timezone.localdate()):
        handover.run(row)


@every(minutes=60 * 24)
def end_of_retention() -> None:
    """Persons whose time is over, where the rule runs by itself."""
    retention.run_automatic()
