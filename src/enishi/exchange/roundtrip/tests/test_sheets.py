"""Sheets as people bring them: columns moved, renamed, left out and added; rows sorted and copied; rights; the command line; size."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enishi.access.models import Role, User
from enishi.exchange import cli, readers
from enishi.exchange.models import ImportJob, ReturnedRow, SentRow, SentSheet
from enishi.exchange.roundtrip import operations, reading, sending
from enishi.exchange.roundtrip.tests.sheets import Rows, Sheet, save
from enishi.people.models import Account
from enishi.records import registry, write
from enishi.records.models import Operation

pytestmark = [pytest.mark.django_db, pytest.mark.row("B3")]
COLUMNS = ("code", "phone", "rank", "owner", "open_amount")
CODE, PHONE, RANK, OWNER, AMOUNT, MARK = range(1, 7)


@pytest.fixture
def sheet(tmp_path: Path, alice: User) -> Sheet:
    rows = [
        {"name": f"第{n:02}商会", "code": f"{n:04}", "phone": f"03-1234-{n:04}", "rank": "B"}
        for n in range(1, 21)
    ]
    write.create_many(registry.get("account"), rows, by=alice, operation=None)
    return Sheet(tmp_path, "account", COLUMNS, alice)


# --- columns and rows -----------------------------------------------------------------------------------
def test_sorted_filtered_and_moved_about_it_is_still_known(sheet: Sheet) -> None:
    def about(rows: Rows) -> Rows:
        head, *body = rows
        turned = [[row[place] for place in (MARK, RANK, PHONE, 0, CODE)] for row in [head, *reversed(body)]]
        turned[0][2] = "電話だよ"  # renamed
        turned[0][3] = ""  # and taken out
        turned[3][2] = "06-1-1"  # the 18th
        return turned

    back = sheet.edit(about).back()
    assert back.figures == {"unchanged": 19, "changed": 1}
    assert back.said() == [("phone", "03-1234-0018", "06-1-1")]
    notes = back.job.plan["round_trip"]["notes"]
    assert (
        notes["renamed"] == [["電話だよ", "電話"], ["（見出しなし）", "会社名"]] or len(notes["renamed"]) == 2
    )
    assert set(notes["missing"]) == {"担当", registry.get("account").field("open_amount").label}


def test_titles_second_headings_blank_rows_and_totals_are_no_rows(sheet: Sheet) -> None:
    def above(rows: Rows) -> Rows:
        head, *body = rows
        second = ["name", "code", "phone", "rank", "owner", "", ""]
        total = ["合計", "", "", "", "", 20, ""]
        return [["取引先一覧（2026年）"], [], head, second, *body[:9], [], head, *body[9:], total]

    back = sheet.edit(above).back()
    assert back.figures == {"unchanged": 20}


def test_without_a_heading_the_columns_are_known_by_their_cells(sheet: Sheet) -> None:
    back = sheet.edit(lambda rows: rows[1:]).cell(0, PHONE, "06-1-1").back()
    assert back.figures == {"unchanged": 19, "changed": 1}


def test_added_columns_fill_fields_and_others_are_told(sheet: Sheet) -> None:
    def add(rows: Rows) -> None:
        rows[0] += ["FAX", "社内メモ欄"]
        rows[1] += ["03-9999-0001", "メモ"]
        rows[2] += ["", ""]

    back = sheet.edit(add).back()
    assert back.said() == [("fax", "", "03-9999-0001")]
    notes = back.job.plan["round_trip"]["notes"]
    assert (notes["added"], notes["unknown"]) == (["FAX"], ["社内メモ欄"])
    assert notes["fixed"] == [registry.get("account").field("open_amount").label]


def test_copied_rows_are_asked_about(sheet: Sheet) -> None:
    def copy(rows: Rows) -> None:
        rows.append(list(rows[1]))  # as it is
        rows.append([*rows[2][:0], "写して直した商会", "", *rows[2][2:]])
        rows[3][PHONE] = "06-1-1"
        rows.append([*rows[3][:PHONE], "06-2-2", *rows[3][PHONE + 1 :]])  # two changed ones of one mark

    back = sheet.edit(copy).back()
    assert [row.title for row in back.of("new")] == ["写して直した商会", "第03商会"]
    assert not any(row.chosen for row in back.of("new"))
    (changed,) = back.of("changed")
    assert not changed.chosen
    assert "ほかにも" in changed.note
    assert operations.waiting(back.job) == 0


def test_defaced_and_foreign_marks_are_told(sheet: Sheet, alice: User, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    other = Sheet(tmp_path / "b", "account", ("fax",), alice).rows()

    def deface(rows: Rows) -> None:
        rows[1][MARK] = rows[1][MARK][:-1] + ("B" if rows[1][MARK][-1] != "B" else "C")
        rows[2][MARK] = other[1][-1]
        rows[3][MARK] = "あとで"

    back = sheet.edit(deface).back()
    assert back.figures == {"unchanged": 17, "bad": 3, "gone": 3}, back.job.plan
    assert "ほかの書き出し" in back.of("bad")[1].errors[0]["text"]


def test_other_sheets_of_the_book_are_named_and_not_read(sheet: Sheet, tmp_path: Path) -> None:
    import xlsxwriter

    rows = sheet.rows()
    book = xlsxwriter.Workbook(str(sheet.path))
    for name in ("編集", "控え"):
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    back = sheet.back()
    assert back.figures == {"unchanged": 20}
    assert back.job.plan["round_trip"]["notes"]["others"] == ["控え"]


def test_an_ordinary_ledger_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("会社名,備考\n甲,EN-1-2-3\nEN-A-B-C-DDDDDDDD,\n")
    assert reading.recognise(path, path.name) is None


def test_a_sheet_whose_rows_are_forgotten_is_compared_by_the_history(sheet: Sheet, bob: User) -> None:
    first = Account.objects.get(code="0001")
    write.write(registry.get("account"), first.pk, {"phone": "090-1111-2222"}, by=bob)
    SentRow.objects.all().delete()
    back = sheet.cell(2, RANK, "A").cell(1, RANK, "C").back()
    assert back.figures == {"unchanged": 18, "changed": 1, "both": 1}


def test_old_sheets_are_forgotten(sheet: Sheet) -> None:
    assert sending.forget_old() == 0
    SentSheet.objects.update(at="2020-01-01T00:00Z")
    assert sending.forget_old() == 1
    assert not SentRow.objects.exists()


# --- rights ---------------------------------------------------------------------------------------------
@pytest.fixture
def clerk(db: None) -> User:
    """Sees everybody's customers, changes his own, may not see ranks nor change telephones."""
    reach = {"see": "all", "create": "none", "change": "own", "delete": "none", "export": "all"}
    rights = {
        "default": reach,
        "entities": {},
        "fields": {"account": {"rank": "hidden", "phone": "fixed"}},
        "imports": True,
    }
    role = Role.objects.create(name="事務", rights=rights)
    return User.objects.create_user("clerk@example.jp", "kitsune-udon-2026", name="事務 花子", role=role.key)


def test_only_what_the_person_may_change_is_changed(sheet: Sheet, clerk: User) -> None:
    mine = Account.objects.get(code="0001")
    Account.objects.filter(pk=mine.pk).update(owner=clerk)

    def edit(rows: Rows) -> None:
        for row in rows[1:3]:
            row[CODE], row[PHONE], row[RANK] = f"9{row[CODE]}", "06-1-1", "A"
        del rows[5]
        rows.append(["新しい商会", "", "", "", "", "", ""])

    back = sheet.edit(edit).back(clerk)
    assert back.said() == [("code", "0001", "90001"), ("name", "", "新しい商会")]
    assert back.figures == {"unchanged": 17, "changed": 1, "bad": 2}  # no rows are proposed for the bin
    texts = [
        row.errors[0]["text"] for row in ReturnedRow.objects.filter(job=back.job, bad=True).order_by("pk")
    ]
    assert "変更する権利" in texts[0]
    assert "登録する権利" in texts[1]
    notes = back.job.plan["round_trip"]["notes"]
    assert {"電話", "ランク"} <= set(notes["fixed"])
    back.apply()
    mine.refresh_from_db()
    assert (mine.code, mine.phone, mine.rank) == ("90001", "03-1234-0001", "B")


# --- the command line -------------------------------------------------------------------------------------
def test_the_command_counts_and_applies_what_is_beyond_doubt(
    sheet: Sheet, bob: User, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.HOME = tmp_path
    first = Account.objects.get(code="0001")
    write.write(registry.get("account"), first.pk, {"phone": "090-1111-2222"}, by=bob)

    def edit(rows: Rows) -> None:
        rows[1][PHONE], rows[2][PHONE] = "06-1-1", "06-2-2"
        del rows[3]
        rows.append(["新しい商会", "", "", "", "", "", ""])

    sheet.edit(edit)
    assert cli.import_file([str(sheet.path), "--json"]) == 0
    held = json.loads(capsys.readouterr().out)
    expected = {
        "entity": "account", "rows": 20, "unchanged": 17, "changed_there": 1, "changed_here": 0, "both": 1, "asked": 1, "new": 1,
        "gone": 1, "no_longer_here": 0, "bad": 0,
    }  # fmt: skip
    assert held["round_trip"] == {**expected, "applied": None}
    assert Operation.objects.filter(kind="import").count() == 0
    assert cli.import_file([str(sheet.path), "--json", "--apply"]) == 0
    held = json.loads(capsys.readouterr().out)
    assert held["round_trip"] == {
        **expected,
        "applied": {"updated": 1, "created": 1, "deleted": 0, "refused": 0},
    }
    assert Account.objects.get(code="0002").phone == "06-2-2"
    assert Account.objects.get(code="0001").phone == "090-1111-2222"
    assert cli.undo(["import", str(held["import"])]) == 0
    assert Account.objects.get(code="0002").phone == "03-1234-0002"
    assert cli.import_file([str(sheet.path)]) == 0
    assert "--apply" in capsys.readouterr().out


# --- size -------------------------------------------------------------------------------------------------
def test_queries_grow_with_batches_not_rows(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"name": f"第{n:04}商会", "code": f"{n:05}", "phone": "03-1234-5678"} for n in range(400)]
    write.create_many(registry.get("account"), rows, by=alice, operation=None)

    def edit(cells: Rows) -> None:
        for row in cells[1:201]:
            row[PHONE], row[OWNER] = "06-1111-1111", ""
        del cells[201:301]
        cells.extend([f"新{n}", "", "", "A", "青木 有栖", "", ""] for n in range(100))

    sheet = Sheet(tmp_path, "account", COLUMNS, alice).edit(edit)
    with CaptureQueriesContext(connection) as asked:
        back = sheet.back()
    assert back.figures == {"unchanged": 100, "changed": 200, "new": 100, "gone": 100}
    assert len(asked) < 60
    with CaptureQueriesContext(connection) as asked:
        back.apply()
    assert len(asked) < 400
    assert Account.objects.filter(phone="06-1111-1111", owner=None).count() == 200


def test_memory_stays_flat(alice: User, tmp_path: Path) -> None:
    """Rows of a csv with marks that lead nowhere: three times as many take no more."""
    write.create(registry.get("account"), {"name": "甲"}, by=alice)
    sheet = Sheet(tmp_path, "account", ("code", "phone"), alice, "utf-8-sig")
    head, row = sheet.rows()
    used = []
    for count in (800, 2400):
        save(sheet.path, [head, row, *([f"商会{n % 500}", "", "", ""] for n in range(count))], "utf-8-sig")
        tracemalloc.start()
        back = sheet.back()
        used.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert back.figures["new"] == count
    assert used[1] < used[0] * 1.3


def test_a_file_without_marks_by_now_ends_with_what_to_do(sheet: Sheet, alice: User) -> None:
    found = SentSheet.objects.get()
    sheet.path.write_bytes(b"x,y\n1,2\n")
    job = operations.run(operations.take_in(sheet.path, "x.csv", found, by=alice))
    assert isinstance(job, ImportJob)
    assert job.status == "failed"
    assert "Enishi番号" in job.error
    with pytest.raises(readers.Unreadable):
        reading.layout(sheet.path, "x.csv", registry.get("account"))
