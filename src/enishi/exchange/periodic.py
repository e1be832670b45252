"""Imports and searches whose worker died go on."""

from enishi.exchange import tasks
from enishi.exchange.duplicates import tasks as duplicates
from enishi.kit.periodic import every


@every(minutes=1)
def revive_imports() -> None:
    """Queues them again."""
    tasks.revive()


@every(minutes=1)
def revive_searches() -> None:
    """Queues them again."""
    duplicates.revive()
