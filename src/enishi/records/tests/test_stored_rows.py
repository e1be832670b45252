"""Many rows by one statement (`records.rows`)."""

import pytest
from django.db import connection

from enishi.records.rows import FEW, insert_values

pytestmark = [pytest.mark.django_db, pytest.mark.row("A6")]
COLUMNS = ("id", "name", "note", "amount", "tags")
Row = tuple[int, str | None, str | None, int | None, str | None]


def stored(rows: list[Row]) -> list[Row]:
    """What a table holds once these rows were given to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE told (id integer, name varchar(20), note text, amount bigint, tags text)"
        )
        insert_values("told", COLUMNS, rows)
        cursor.execute("SELECT id, name, note, amount, tags FROM told ORDER BY id, name")
        found = cursor.fetchall()
        cursor.execute("DROP TABLE told")
    return found


@pytest.mark.parametrize("count", [0, 1, FEW - 1, FEW, 60])
def test_columns_in_which_nothing_stands_are_as_empty_as_they_were(count: int) -> None:
    for empty in (None, "", "[]", "{}"):
        rows: list[Row] = [(n, f"名前{n}", empty, None, "[]") for n in range(count)]
        assert stored(rows) == rows


def test_one_value_among_many_that_say_nothing_stays() -> None:
    rows: list[Row] = [(n, "", None, None, "{}") for n in range(60)]
    rows[59] = (59, None, "", 0, "[]")
    assert stored(rows) == rows


def test_rows_of_nothing_at_all_are_rows() -> None:
    rows: list[Row] = [(0, "", None, None, "[]")] * 40
    assert stored([(None, *row[1:]) for row in rows]) == [(None, *row[1:]) for row in rows]  # type: ignore[misc]
