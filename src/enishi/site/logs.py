"""The log: to the terminal and to HOME/log/, one file that several processes share and turn over together.

What a stranger sends can end up in a message (a path, a header, a file name), so no message may begin a line of its own.
"""

import fcntl
import logging
import os
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

MOST_BYTES = 10 * 1024 * 1024
OLD_FILES = 5
# C0 and C1 controls, and the separators that some readers take for the end of a line.
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x0A: "\\n",
    0x0D: "\\r",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
MOST_CHARACTERS = 4000


def one_line(text: str) -> str:
    """The text with everything escaped that could begin a new line or steer a terminal, and cut where it floods."""
    if len(text) > MOST_CHARACTERS:
        text = f"{text[:MOST_CHARACTERS]}… ({len(text)})"
    return text.translate(_ESCAPES)


class OneLine(logging.Formatter):
    """One line per message; the lines of a traceback are indented, so that none can pass for a message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        lines = super().formatException(ei).splitlines()
        return "\n".join(f"    | {one_line(line)}" for line in lines)


class SharedFile(WatchedFileHandler):
    """A log file that several processes write: the one that finds it full turns it over, the others follow."""

    def __init__(self, path: str) -> None:
        super().__init__(path, encoding="utf-8", delay=True, errors="backslashreplace")

    def _open(self) -> Any:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._turn_over_if_full()
        except OSError:  # a full or read-only disk must not stop the program
            return
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A full disk is no reason to print a traceback per line."""

    def _turn_over_if_full(self) -> None:
        path = Path(self.baseFilename)
        if not path.exists() or path.stat().st_size < MOST_BYTES:
            return
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_size >= MOST_BYTES:  # nobody else was quicker
                for number in range(OLD_FILES - 1, 0, -1):
                    older = path.with_suffix(f".log.{number}")
                    if older.exists():
                        older.replace(path.with_suffix(f".log.{number + 1}"))
                path.replace(path.with_suffix(".log.1"))


def configuration(path: Path, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything from `level` on to the file, warnings to the terminal."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "file": {"()": OneLine, "format": "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"},
            "terminal": {
                "()": OneLine,
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
                "datefmt": "%H:%M:%S",
            },
        },
        "handlers": {
            "file": {"()": SharedFile, "path": str(path), "formatter": "file"},
            "terminal": {"class": "logging.StreamHandler", "level": "WARNING", "formatter": "terminal"},
        },
        "root": {"handlers": ["file", "terminal"], "level": level},
        "loggers": {
            # Django's own handlers (mails to admins, coloured console) are replaced by the root's.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},  # a stranger's 404 is no warning
            "django.db.backends": {"level": "WARNING"},
            "granian": {"handlers": [], "level": "WARNING", "propagate": True},
            "_granian": {"handlers": [], "level": "WARNING", "propagate": True},
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
