"""The web part: granian with processes and threads in front of Django."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

from django.conf import settings

from enishi.site import environment
from enishi.site.process import die_with_parent

THREADS = 8


def processes() -> int:
    """A process per core up to four; `ENISHI_WEB_PROCESSES` says otherwise."""
    return max(1, environment.number("ENISHI_WEB_PROCESSES", min(4, os.cpu_count() or 1)))


def serve() -> None:
    """Serves until SIGTERM or SIGINT; requests under way are finished first (at most ten seconds)."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server import Server

    from enishi.site.wsgi import application

    # Counters of calls and what is loaded below are shared by the fork; where Python's own way is another, granian would start afresh.
    multiprocessing.set_start_method("fork", force=True)
    main = os.getpid()
    # Loaded before granian forks its processes, so that they share the memory and are ready at once.
    _warm_up()

    def load(_target: str) -> Callable[..., Any]:
        die_with_parent(main, signal.SIGKILL)
        return application

    Server(
        "enishi.site.wsgi:application",
        address=settings.HOST.strip("[]"),
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=processes(),
        blocking_threads=environment.number("ENISHI_WEB_THREADS", THREADS),
        blocking_threads_idle_timeout=600,
        backlog=512,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        websockets=False,
        log_dictconfig=None,
        log_enabled=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=10,
    ).serve(target_loader=load)


def _warm_up() -> None:
    """Imports all pages and compiles what the first request would otherwise wait for."""
    from django.template.loader import get_template
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 (reading it imports every view)
    get_template("frame/base.html")
