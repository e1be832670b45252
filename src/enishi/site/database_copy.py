"""The database of an installation as one file: copied at one moment while others write, and what is counted in such a file."""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from enishi.kit.command import Problem

SQLITE, POSTGRESQL = "database.sqlite3", "database.dump"
_COPY = re.compile(rb'^COPY (?:"?[\w]+"?\.)?"?([\w]+)"? \(')


def broken(why: str) -> Problem:
    """What is said of a backup that can't be read."""
    return Problem(f"バックアップが壊れています（{why}）。", f"The backup is broken ({why}).")


@contextlib.contextmanager
def taken(folder: Path) -> Iterator[tuple[str, Path, dict[str, int], list[str]]]:
    """A copy of the database at one moment, with its counts and migrations at that moment."""
    if connection.vendor == "sqlite":
        copy = folder / f".enishi-{os.getpid()}.sqlite3"
        try:
            _copy_sqlite(Path(settings.DATABASES["default"]["NAME"]), copy)
            with contextlib.closing(sqlite3.connect(copy)) as held:
                yield SQLITE, copy, sqlite_counts(held), _sqlite_migrations(held)
        finally:
            copy.unlink(missing_ok=True)
    else:
        copy = folder / f".enishi-{os.getpid()}.dump"
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SELECT pg_export_snapshot()")
                run(
                    "pg_dump",
                    "--format=custom",
                    "--no-owner",
                    "--no-acl",
                    f"--snapshot={cursor.fetchone()[0]}",
                    f"--file={copy}",
                )
                tables = connection.introspection.table_names(cursor)
                counts = {}
                for table in sorted(tables):
                    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 (a table's own name)
                    counts[table] = cursor.fetchone()[0]
                cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
                migrations = [row[0] for row in cursor.fetchall()]
            copy.chmod(0o600)
            yield POSTGRESQL, copy, counts, migrations
        finally:
            copy.unlink(missing_ok=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        contextlib.closing(sqlite3.connect(source, timeout=60)) as here,
        contextlib.closing(sqlite3.connect(target)) as there,
    ):
        # In one step: with WAL, writers go on meanwhile and the copy is of one moment.
        here.backup(there, pages=-1)
        there.execute("PRAGMA journal_mode=DELETE")


def sqlite_counts(held: sqlite3.Connection) -> dict[str, int]:
    """Rows per table; the inner tables of the search index are counted as well, being tables."""
    names = [
        row[0]
        for row in held.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
        )
    ]
    return {name: held.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 (a table's own name)


def _sqlite_migrations(held: sqlite3.Connection) -> list[str]:
    return [row[0] for row in held.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")]


# --- PostgreSQL's programs ---------------------------------------------------------------------------------


def program(name: str) -> str:
    """The newest installed one: a dump program must not be older than its server."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    program = str(found[-1]) if found else shutil.which(name)
    if not program:
        raise Problem(
            f"{name} がありません。postgresql-client をインストールしてください。",
            f"{name} is missing. Install postgresql-client.",
        )
    return program


def environment() -> dict[str, str]:
    """The variables by which PostgreSQL's programs find the database of this installation."""
    held = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    given = {variable: str(held[name]) for variable, name in names.items() if held.get(name)}
    options = held.get("OPTIONS", {})
    given |= {
        f"PG{name.upper()}": str(options[name]) for name in ("sslmode", "sslrootcert") if name in options
    }
    return {**os.environ, **given}


def run(name: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's programs on the database of this installation.

    Raises:
        Problem: with what it said.
    """
    done = subprocess.run(
        [program(name), *arguments], env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        why = " ".join((done.stderr or done.stdout).split())[-500:]
        raise Problem(f"{name} が失敗しました: {why}", f"{name} failed: {why}")


def dump_counts(dump: Path) -> dict[str, int]:
    """Reads a whole dump, as a restore would, and counts the rows of each table."""
    counts: dict[str, int] = {}
    command = [program("pg_restore"), "--data-only", "--file=-", str(dump)]
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
            assert process.stdout
            table = ""
            for line in process.stdout:
                if table:
                    if line == b"\\.\n":
                        table = ""
                    else:
                        counts[table] += 1
                elif match := _COPY.match(line):
                    table = match[1].decode()
                    counts[table] = 0
        if process.returncode:
            errors.seek(0)
            raise broken(" ".join(errors.read().decode(errors="replace").split())[-300:])
    return counts
