"""Imports whose worker died go on."""

from enishi.exchange import tasks
from enishi.kit.periodic import every


@every(minutes=1)
def revive_imports() -> None:
    """Queues them again."""
    tasks.revive()
