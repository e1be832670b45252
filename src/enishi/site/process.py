"""Child processes that can't outlive their parent, and the locks by which programs on one data folder know of each other."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from enishi.kit.command import Problem

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """Asks the kernel for a signal when the parent process ends, however it ends (Linux; elsewhere nothing happens)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel knew
        os.kill(os.getpid(), number)


def close_databases() -> None:
    """No connection, and no thread of a pool, may be carried over a fork."""
    for held in connections.all(initialized_only=True):
        held.close()
        close_pool = getattr(held, "close_pool", None)  # PostgreSQL's only
        if close_pool:
            close_pool()


def use_pool() -> None:
    """From here on this process's threads share a few connections to PostgreSQL (SQLite keeps one per thread)."""
    close_databases()
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["pool"] = settings.DATABASE_POOL


@contextlib.contextmanager
def using_home(home: Path, *, alone: bool = False) -> Iterator[None]:
    """Holds the data folder: programs share it, a restore has it alone.

    Raises:
        Problem: where somebody else holds it.
    """
    with (home / "in-use.lock").open("w") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            if alone:
                raise Problem(
                    f"このデータフォルダー（{home}）でEnishiが動いています。止めてからもう一度実行してください。",
                    f"Enishi is running on this data folder ({home}). Stop it and try again.",
                ) from None
            raise Problem(
                f"このデータフォルダー（{home}）は復元の最中です。終わってから起動してください。",
                f"This data folder ({home}) is being restored. Start again when that is done.",
            ) from None
        yield


def refuse_used_port(host: str, port: int) -> None:
    """Says so before anything is started where the port is taken.

    Raises:
        Problem: naming the port and how to choose another.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except PermissionError:
            raise Problem(
                f"ポート{port}を使う権限がありません。ENISHI_PORT=8000 のように1024以上の番号を指定してください。",
                f"Not allowed to use port {port}. Choose one from 1024 on, e.g. ENISHI_PORT=8000.",
            ) from None
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == 99:
                raise Problem(
                    f"ENISHI_HOST={host} というアドレスはこの機械にありません。",
                    f"This machine has no address ENISHI_HOST={host}.",
                ) from None
            raise Problem(
                f"ポート{port}はほかのプログラムが使っています。ENISHI_PORT={port + 1} enishi run のように別の番号で起動してください。",
                f"Port {port} is in use. Start with another one, e.g. ENISHI_PORT={port + 1} enishi run.",
            ) from None
