"""Imports and cleansing whose worker died go on; old searches are forgotten."""

from enishi.exchange import tasks
from enishi.exchange.cleansing import tasks as cleansing
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


@every(minutes=1)
def revive_cleansing() -> None:
    """Queues searches and what was agreed to again."""
    cleansing.revive()


@every(minutes=60 * 24)
def forget_old_cleansing() -> None:
    """Searches older than a month."""
    cleansing.forget_old()
