"""The rows of an import, read and parsed ahead of being stored.

Parsing takes about as long as storing, and neither can wait for the other without a core standing idle: for a large file a
process of its own (`python -m enishi.exchange.ahead`) parses the next batch while this one is stored, and while nobody takes
what it has, drafts its records too. It only ever reads.
Should it die, the rows that are left are parsed here.
"""

import array
import contextlib
import fcntl
import gc
import itertools
import logging
import os
import pickle
import subprocess
import sys
import termios
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enishi.access.models import User
    from enishi.exchange.mapping import Plan
    from enishi.exchange.models import ImportJob
    from enishi.exchange.parsed import Parsed

Batch = tuple[int, "list[Parsed]"]  # the place of its last row among the file's rows, and the rows
FIRST = 2  # batches that are parsed here, while the other process starts
PIPE = 1 << 20  # bytes: a batch or two that are ready while another one is stored
LARGE = 400_000  # bytes of a file from which on a process of its own is worth its start

logger = logging.getLogger("enishi.exchange")


def rough_count(job: "ImportJob", plan: "Plan") -> int:
    """How many rows the sheets have, headings and all: for a progress bar."""
    from enishi.exchange.datarows import tables_of

    return sum(table.rough_length() for table in tables_of(job, plan))


@contextlib.contextmanager
def few_collections() -> Iterator[None]:
    """Looks for garbage in circles once per some thousand rows. Batches make objects by the ten thousand that all go by
    themselves; looking through them, and through all of Django, again and again took an eighth of an import."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


@contextlib.contextmanager
def batches(job: "ImportJob", plan: "Plan", size: int, *, here: bool = False) -> Iterator[Iterator[Batch]]:
    """The rows behind those that are done, in batches. `here`: read by this process alone, which sees what it has not committed."""
    if here or os.path.getsize(job.path) < LARGE or (os.cpu_count() or 1) < 2:  # noqa: PTH202 (job.path is text)
        yield _parsed(job, plan, job.done, size)
        return
    begun = job.done + FIRST * size
    child = _start(job, begun, size)
    try:
        yield itertools.chain(
            itertools.islice(_parsed(job, plan, job.done, size), FIRST),
            _received(child, job, plan, begun, size),
        )
    finally:
        child.kill()
        assert child.stdout is not None
        child.stdout.close()
        child.wait()


def _parsed(job: "ImportJob", plan: "Plan", done: int, size: int) -> Iterator[Batch]:
    """Parses here."""
    from enishi.exchange.datarows import all_rows, passed_over
    from enishi.exchange.rows import RowReader

    reader = RowReader(plan)
    batch: list[Parsed] = []
    place = 0
    for place, (number, cells, is_record) in enumerate(all_rows(job, plan), 1):
        if place > done:
            batch.append(reader.read(number, cells) if is_record else passed_over(number, cells))
            if len(batch) == size:
                yield place, batch
                batch = []
    if batch:
        yield place, batch


def _start(job: "ImportJob", done: int, size: int) -> "subprocess.Popen[bytes]":
    from django.db import connection
    from django.utils import timezone, translation

    child = subprocess.Popen(
        [sys.executable, "-m", "enishi.exchange.ahead"],
        env={"DJANGO_SETTINGS_MODULE": "enishi.site.settings", **os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(OSError):  # where the system allows less
        fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, PIPE)
    told = {
        "database": connection.settings_dict["NAME"],
        "language": translation.get_language(),
        "user": job.user_id,
        "zone": timezone.get_current_timezone_name(),
        "path": job.path,
        "file_name": job.file_name,
        "plan": job.plan,
        "done": done,
        "size": size,
    }
    with contextlib.suppress(BrokenPipeError), child.stdin as stream:
        pickle.dump(told, stream)
    return child


def _received(
    child: "subprocess.Popen[bytes]", job: "ImportJob", plan: "Plan", place: int, size: int
) -> Iterator[Batch]:
    """What the other process parsed; and if it doesn't come to its end, the rest parsed here, where what ails it shows."""
    assert child.stdout is not None
    try:
        while (batch := pickle.load(child.stdout)) is not None:  # noqa: S301 (from our own process)
            place = batch[0]
            yield batch
    except (EOFError, pickle.UnpicklingError):
        logger.warning("the process that reads %s ended early; going on without it", job.file_name)
        yield from _parsed(job, plan, place, size)


# --- the other process ------------------------------------------------------------------------------
def main(told: dict[str, Any], out: IO[bytes]) -> None:
    """Parses the file; batches go to `out`, and None behind the last."""
    import django

    django.setup()
    from django.db import connections
    from django.utils import timezone, translation

    from enishi.access.models import User
    from enishi.exchange.mapping import Plan
    from enishi.exchange.models import ImportJob
    from enishi.exchange.readers import Unreadable
    from enishi.records import registry

    connections.settings["default"]["NAME"] = told["database"]
    registry.rebuild()
    translation.activate(told["language"])
    timezone.activate(told["zone"])
    job = ImportJob(path=told["path"], file_name=told["file_name"], plan=told["plan"], done=told["done"])
    with (
        few_collections(),
        contextlib.suppress(BrokenPipeError, Unreadable),
    ):  # nobody listens any more; the other side finds out itself
        send(job, Plan.from_json(job.plan), told["size"], User(pk=told["user"]), out)


def waiting(out: IO[bytes]) -> int:
    """Bytes in a pipe that nobody has taken yet."""
    held = array.array("i", [0])
    fcntl.ioctl(out, termios.FIONREAD, held)
    return held[0]


def send(job: "ImportJob", plan: "Plan", size: int, by: "User", out: IO[bytes]) -> None:
    """All batches and None; drafted while the other side has something to do, so that both are busy to the end."""
    from django.db import connection

    from enishi.exchange.importer import Importer

    importer = Importer(plan, by, None)
    # On SQLite the side that stores must let others write between two batches, and drafts every fourth row meanwhile.
    pauses, last = connection.vendor == "sqlite", 0
    for batch in _parsed(job, plan, job.done, size):
        if waiting(out) >= last:  # the batch before is still there
            importer.pack_drafts([row for place, row in enumerate(batch[1]) if not pauses or place % 4])
        sent = pickle.dumps(batch, pickle.HIGHEST_PROTOCOL)
        out.write(sent)
        out.flush()
        last = len(sent)
    pickle.dump(None, out)
    out.flush()


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "wb", buffering=1 << 20) as stream:
        os.dup2(2, 1)  # whatever else is printed must not get between the batches
        main(pickle.load(sys.stdin.buffer), stream)  # noqa: S301 (from our own process)
