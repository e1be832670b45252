"""Whether web, database and worker are well."""

import datetime
import logging
import os
import socket

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from enishi.site.models import Beat

logger = logging.getLogger(__name__)

STALE_SECONDS = 30


def _is_fresh(at: datetime.datetime) -> bool:
    # A beat out of the future was written before the clock was set back: it says nothing about now.
    return abs((timezone.now() - at).total_seconds()) <= STALE_SECONDS


def alive_workers() -> set[str]:
    """The workers that have given a sign of life lately. One of this machine whose process is gone is dead at once."""
    here = socket.gethostname()
    return {
        beat.worker
        for beat in Beat.objects.all()
        if _is_fresh(beat.at) and (beat.host != here or _process_exists(beat.pid))
    }


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (
        PermissionError
    ):  # somebody else's: another installation reused the number, or another user runs ours
        return True
    return True


def parts() -> dict[str, bool]:
    """Which parts are well. This runs in the web process, so the web is."""
    found = {"web": True, "database": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found["database"] = True
        found["worker"] = bool(alive_workers())
    except Error as error:
        logger.warning("health: %s", error)
    return found


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where all is well, else 503 with the name of what is not; nothing that would help a stranger."""
    found = parts()
    well = all(found.values())
    return JsonResponse({"ok": well, **found}, status=200 if well else 503)
