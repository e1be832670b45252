"""What may be wrong with the place Enishi runs at."""

import sqlite3
from typing import Any

from django.core.checks import Warning as CheckWarning
from django.core.checks import register
from django.db import connection
from django.utils.translation import gettext as _


def affected(version: tuple[int, int, int]) -> bool:
    """Whether an SQLite library has the WAL-reset corruption: 3.7.0 to 3.51.2, but for the repaired 3.44.6+ and 3.50.7+
    (sqlite.org/wal.html, "The WAL-Reset Bug")."""
    if version[:2] == (3, 44):
        return version < (3, 44, 6)
    if version[:2] == (3, 50):
        return version < (3, 50, 7)
    return (3, 7, 0) <= version < (3, 51, 3)


def sqlite_warning() -> str:
    """A sentence for admins where the library in use is an affected one, else ""."""
    version = sqlite3.sqlite_version_info
    if connection.vendor != "sqlite" or not affected((version[0], version[1], version[2])):
        return ""
    return _(
        "この機械のSQLite %(version)s には、まれにデータが壊れる不具合があります。"
        "pip install pysqlite3 を実行してから起動し直すか、PostgreSQLをお使いください。"
    ) % {"version": sqlite3.sqlite_version}


def database_size() -> int:
    """The bytes that the database takes on the disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


@register()
def sqlite_check(**_options: Any) -> list[CheckWarning]:
    """The same for `enishi django check`, and at every start."""
    text = sqlite_warning()
    return [CheckWarning(text, id="enishi.W001")] if text else []
