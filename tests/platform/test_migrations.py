"""A new installation makes its tables at once; one that grew over the versions comes to the same."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.support.program import Program

pytestmark = [pytest.mark.row("F8"), pytest.mark.slow, pytest.mark.once]

# As the versions before went, one migration after the other, up to a version that lacks the last of people and of sales.
GROWN = """
import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "enishi.site.settings"
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
executor.loader.check_consistent_history(connection)
last = dict(executor.loader.graph.leaf_nodes()) | {"people": "0010_private_customers", "sales": "0011_billing"}
last.pop("insight")
executor.migrate(list(last.items()))
"""


def tables(path: Path) -> dict[str, set[str]]:
    """Each table with its columns and its indexes. In which order columns came and what the database puts where nothing is given (the
    program always gives something) is left out."""
    with sqlite3.connect(path) as held:
        made = {}
        for name, text in held.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
            columns = re.split(r", (?=\"|CONSTRAINT)", re.sub(r" DEFAULT '\w*'", "", text or ""))
            indexes = held.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql <> ''", (name,)
            )
            head, _mark, first = columns[0].partition("(")
            made[name] = {
                head,
                *(one.rstrip(")") for one in [first, *columns[1:]]),
                *(sql for (sql,) in indexes),
            }
    return made


def test_what_grew_comes_to_the_same_tables(installation: Program, migrated: Program) -> None:
    subprocess.run([sys.executable, "-c", GROWN], env=installation.environment, check=True, timeout=240)
    before = tables(installation.home / "enishi.sqlite3")
    assert before != tables(migrated.home / "enishi.sqlite3")
    installation.command("migrate")
    assert tables(installation.home / "enishi.sqlite3") == tables(migrated.home / "enishi.sqlite3")
    assert "最新" in installation.command("migrate").stdout


def test_all_of_an_app_is_put_together_in_one(db: Any) -> None:
    ours = MigrationLoader(None, replace_migrations=False).disk_migrations
    for (app, name), one in ours.items():
        if type(one).__module__.startswith("enishi") and one.replaces:
            parts = {key for key in ours if key[0] == app and not ours[key].replaces}
            assert set(one.replaces) <= parts, name
            assert max(one.replaces) == (app, re.sub(r"^0001_squashed_", "", name)), name
