"""Imports whose worker died go on."""

from enishi.exchange import tasks
from enishi.exchange.roundtrip import sending
from enishi.kit.periodic import every


@every(minutes=1)
def revive_imports() -> None:
    """Queues them again."""
    tasks.revive()


@every(minutes=24 * 60)
def forget_sent_sheets() -> None:
    """Marks of sheets that won't come back any more, and rows of those that did."""
    sending.forget_old()
