"""What goes on when a worker died (imports, searches, cleansing), and what is forgotten after its time."""

from enishi.exchange import files, tasks
from enishi.exchange.cleansing import tasks as cleansing
from enishi.exchange.duplicates import tasks as duplicates
from enishi.exchange.roundtrip import sending
from enishi.kit.periodic import every


@every(minutes=1)
def revive_imports() -> None:
    """Queues them again."""
    tasks.revive()


@every(minutes=1)
def revive_searches() -> None:
    """Queues searches for duplicates again."""
    duplicates.revive()


@every(minutes=1)
def revive_cleansing() -> None:
    """Queues searches and what was agreed to again."""
    cleansing.revive()


@every(minutes=24 * 60)
def forget_sent_sheets() -> None:
    """Marks of sheets that won't come back any more, and rows of those that did."""
    sending.forget_old()


@every(minutes=24 * 60)
def forget_old_files() -> None:
    """Files that came in half a year ago."""
    files.forget_old()


@every(minutes=24 * 60)
def forget_old_cleansing() -> None:
    """Searches older than a month."""
    cleansing.forget_old()
