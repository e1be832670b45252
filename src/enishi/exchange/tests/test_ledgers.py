"""Strangers' ledgers come in right without hands: heading found, columns told, counts, nothing lost."""

import csv
import datetime
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation

from enishi.access.models import User
from enishi.exchange import importing, readers
from enishi.exchange.mapping import Plan
from enishi.exchange.tests.ledgers import TRADES, Ledger, Rows
from enishi.exchange.tests.ledgers_forms import FORMS, LAYOUTS, MORE, PROGRAMS
from enishi.records import registry

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


def write_book(path: Path, ledger: Ledger) -> None:
    """An Excel file; dates as dates."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy/mm/dd"})
    formats = {column: book.add_format({"num_format": form}) for column, form in ledger.formats.items()}
    for title, rows in ({"Sheet1": ledger.rows} | ledger.more).items():
        sheet = book.add_worksheet(title)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value == "":
                    continue
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write(number, column, value, formats.get(column))
        for one in ledger.merges:
            sheet.merge_range(one, "")
    book.close()
    if ledger.merges:  # merging wrote blanks over the first cell
        rewrite_merged(path, ledger)


def rewrite_merged(path: Path, ledger: Ledger) -> None:
    """Merged cells keep the value of their first."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy/mm/dd"})
    sheet = book.add_worksheet("Sheet1")
    merged = {}
    for one in ledger.merges:
        merged[xl_cell_to_rowcol(one.split(":")[0])] = one
    for number, row in enumerate(ledger.rows):
        for column, value in enumerate(row):
            if (number, column) in merged:
                sheet.merge_range(merged[number, column], value)
            elif value != "":
                sheet.write(number, column, value)
    book.close()


def plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return f"{value.year}/{value.month}/{value.day}"
    return str(value)


def write(folder: Path, ledger: Ledger) -> Path:
    """The ledger as its file."""
    path = folder / ledger.name
    if path.suffix == ".xlsx":
        write_book(path, ledger)
    elif path.suffix in {".xls", ".ods"}:
        if not shutil.which("soffice"):
            pytest.skip("LibreOffice is missing")
        source = folder / f"{path.stem}.xlsx"
        write_book(source, ledger)
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to",
             path.suffix[1:], "--outdir", str(folder), str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    else:
        with path.open("w", encoding=ledger.encoding, newline="") as stream:
            csv.writer(stream, delimiter="\t" if path.suffix == ".tsv" else ledger.delimiter).writerows(
                [plain(value) for value in row] for row in ledger.rows
            )
    return path


def held(record: Any, name: str) -> Any:
    """A value as the samples write it: names for references and people, ISO for dates."""
    value = getattr(record, name)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if name == "owner":
        return value.name
    return str(value) if hasattr(value, "pk") else value


def check(user: User, folder: Path, ledger: Ledger) -> None:
    """Everything that is expected, all at once: a failure shows the whole difference."""
    path = write(folder, ledger)
    job = importing.begin(path, path.name, by=user)
    plan = Plan.from_json(job.plan)
    found = {column.heading: column.target for column in plan.columns}
    wrong = {
        heading: (found.get(heading, "no such column"), wanted)
        for heading, wanted in ledger.targets.items()
        if found.get(heading, "no such column") != wanted
    }
    assert not wrong, f"{plan.main}, {plan.header_rows} heading rows: {found}"
    importing.run(job)
    job.refresh_from_db()
    reasons = [row.reason for row in job.refused_rows.all()]
    assert (job.error, job.figures["created"], job.figures["refused"]) == (
        "", ledger.created, ledger.refused,
    ), (reasons, found)  # fmt: skip
    for entity, lookup, values in ledger.samples:
        rows = list(registry.get(entity).model._default_manager.filter(**lookup))
        assert len(rows) == 1, (entity, lookup, len(rows), job.figures)
        assert {name: held(rows[0], name) for name in values} == values, (entity, lookup)


@pytest.mark.parametrize("ledger", TRADES + MORE, ids=str)
def test_ledgers_of_the_trades(alice: User, bob: User, tmp_path: Path, ledger: Ledger) -> None:
    check(alice, tmp_path, ledger)


@pytest.mark.parametrize("ledger", PROGRAMS, ids=str)
def test_what_other_programs_give(alice: User, bob: User, tmp_path: Path, ledger: Ledger) -> None:
    check(alice, tmp_path, ledger)


@pytest.mark.parametrize("ledger", LAYOUTS, ids=str)
def test_layouts(alice: User, tmp_path: Path, ledger: Ledger) -> None:
    check(alice, tmp_path, ledger)


CARDS: dict[str, Rows] = {
    "並んだカード": [["会社名", "丸山商店", "担当者", "山田"], ["住所", "東京都", "電話", "03-1111-1111"], ["FAX", "", "メール", ""], ["備考", "", "業種", ""]],
    "重なったカード": [["氏名", "林"], ["電話", "03-1111-1111"], ["住所", "東京都"], [], ["氏名", "森"], ["電話", "03-1111-1112"], ["住所", "東京都"]],
}  # fmt: skip


@pytest.mark.parametrize("name", CARDS)
def test_cards_are_refused_with_what_to_do(alice: User, tmp_path: Path, name: str) -> None:
    path = write(tmp_path, Ledger(f"{name}.xlsx", CARDS[name], {}, {}))
    job = importing.begin(path, path.name, by=alice)
    with pytest.raises(readers.Unreadable, match="カードの形"):
        importing.preview(job)
    importing.run(job)
    assert "カードの形" in job.error


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("ledger", [TRADES[0], PROGRAMS[3], PROGRAMS[6]], ids=str)
def test_the_readers_language_makes_no_difference(
    alice: User, bob: User, tmp_path: Path, ledger: Ledger, language: str
) -> None:
    with translation.override(language):
        check(alice, tmp_path, ledger)


@pytest.mark.parametrize("ledger", FORMS, ids=str)
def test_forms_of_files(alice: User, tmp_path: Path, ledger: Ledger) -> None:
    check(alice, tmp_path, ledger)
