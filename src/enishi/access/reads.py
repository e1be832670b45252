"""Who looked at which record: kept without making the page wait.

A page puts its line into a buffer of its process; a thread writes what has gathered every second, and the end of the process
writes the rest. What a crash of the whole machine takes is at most that second. Somebody who looks at the same record again within
some minutes makes no new line.
"""

import atexit
import logging
import threading
import time
from contextlib import suppress

from django.conf import settings
from django.db import connection
from django.utils import timezone

from enishi.access.models import AccessLog, User

AGAIN_SECONDS = 300
MOST_REMEMBERED = 50_000
logger = logging.getLogger("enishi.access")
_lock = threading.Lock()
_buffer: list[AccessLog] = []
_last: dict[tuple[int, str, int], float] = {}
_thread: list[threading.Thread] = []


def note_read(user: User, entity: str, record_id: int) -> None:
    """Remembers that somebody opened a record's card."""
    now, key = time.monotonic(), (user.pk, entity, record_id)
    with _lock:
        if now - _last.get(key, float("-inf")) < AGAIN_SECONDS:
            return
        if len(_last) > MOST_REMEMBERED:
            _last.clear()
        _last[key] = now
        _buffer.append(
            AccessLog(
                user_id=user.pk, at=timezone.now(), action="read", entity=entity, record_id=record_id, count=1
            )
        )
        waits = settings.READ_LOG_SECONDS > 0
        if waits and not (_thread and _thread[0].is_alive()):
            _thread[:] = [threading.Thread(target=_write_on, name="reads", daemon=True)]
            _thread[0].start()
    if not waits:
        flush()


def flush() -> int:
    """Writes what has gathered; returns how many lines. What can't be written now stays for the next time."""
    with _lock:
        rows, _buffer[:] = _buffer[:], []
    if not rows:
        return 0
    try:
        AccessLog.objects.bulk_create(rows)
    except Exception:
        with _lock:
            _buffer[:0] = rows[-MOST_REMEMBERED:]
        raise
    return len(rows)


def forget() -> None:
    """Empties buffer and memory (tests take their rows back)."""
    with _lock:
        _buffer.clear()
        _last.clear()


def _write_on() -> None:
    """Ends when nothing has come for a while; the next line begins it anew."""
    idle = 0
    while idle < 30:
        time.sleep(settings.READ_LOG_SECONDS)
        try:
            idle = 0 if flush() else idle + 1
        except Exception:
            logger.exception("the access log can't be written; its lines wait")
        finally:
            connection.close()


@atexit.register
def _last_flush() -> None:
    with suppress(Exception):
        flush()
