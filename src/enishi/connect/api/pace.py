"""How often a token may call: counted over all processes that serve, in memory that they share."""

import mmap
import struct
import time

from django.conf import settings

# A place holds a token's key, the minute and the calls in it. The memory is made when the program is loaded, before it forks the processes
# that serve (`site.web`), so that all of them count in it. Nobody waits for a lock there: two calls at the very same moment may count as one.
_PLACE = struct.Struct("=QIIxxxxxxxx")
PLACES = 16_384
_counts = mmap.mmap(-1, _PLACE.size * PLACES)


def too_fast(key: int) -> int:
    """Seconds that a token (its key) has to wait, or 0: so many calls a minute (`settings.API_PER_MINUTE`) from this host."""
    now = time.time()
    minute, place = int(now // 60), key % PLACES * _PLACE.size
    held, began, count = _PLACE.unpack_from(_counts, place)
    count = count + 1 if (held, began) == (key, minute) else 1
    _PLACE.pack_into(_counts, place, key, minute, min(count, 2**32 - 1))
    return 60 - int(now % 60) if count > settings.API_PER_MINUTE else 0


def forget() -> None:
    """Nobody has called yet."""
    _counts[:] = bytes(len(_counts))
