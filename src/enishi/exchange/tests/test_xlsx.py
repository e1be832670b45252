"""The xlsx that goes out is one that others read, with every cell as it was."""

import datetime
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from enishi.exchange import xlsx

pytestmark = pytest.mark.row("B2")

HEADING = ["名前", "数", "日", "時", "ほか"]
ROWS: list[list[Any]] = [
    ["株式会社丸山", 1, datetime.date(2026, 11, 23), datetime.datetime(2026, 11, 23, 9, 30), True],
    ['=HYPERLINK("http://x")', -1_000_000_000, datetime.date(1900, 3, 1), None, ""],
    ["<b>&amp;</b>", 0.5, datetime.date(1900, 3, 1), datetime.datetime(1999, 12, 31, 23, 59), "+1"],
    [
        "  前後の空白　",
        10**14,
        datetime.date(2999, 12, 31),
        datetime.datetime(2024, 2, 29, 0, 1),
        "一行目\n二行目",
    ],
    ["𠮷野家 🍣 ｶﾞ", 0, None, None, "_x0041_ は文字のまま"],
]


def read(path: Path, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert xlsx.write(path, iter([HEADING, *ROWS])) == len(ROWS)
    found = read(path)
    assert found[0] == HEADING
    for row, expected in zip(found[1:], ROWS, strict=True):
        assert row == ["" if value is None else "True" if value is True else value for value in expected]


def test_days_before_excels_calendar_are_text(tmp_path: Path) -> None:
    xlsx.write(tmp_path / "a.xlsx", iter([["日"], [datetime.date(1868, 9, 8)], [datetime.date(1900, 1, 1)]]))
    text = (zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet1.xml")).decode()
    assert "1868-09-08" in text
    assert "<v>1</v>" in text  # Excel counts 1900-01-01 as 1


@pytest.mark.parametrize("odd", ["\x00", "\x0b", "\x1b", "\r", "\ud800", "\ufffe", "]]>", "'", '"'])
def test_no_character_breaks_the_file(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "a.xlsx"
    xlsx.write(path, iter([["名前"], [f"前{odd}後"]]))
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            ElementTree.fromstring(book.read(name))
    assert read(path)[1][0].startswith("前")
    assert read(path)[1][0].endswith("後")


def test_an_empty_list_has_its_heading(tmp_path: Path) -> None:
    assert xlsx.write(tmp_path / "a.xlsx", iter([HEADING])) == 0
    assert read(tmp_path / "a.xlsx") == [HEADING]


def test_what_does_not_fit_a_sheet_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 4)
    for count in (3, 4, 7):
        path = tmp_path / f"{count}.xlsx"
        assert xlsx.write(path, iter([["番号"], *([n] for n in range(count))])) == count
        sheets = range(-(-count // 3))
        assert len(CalamineWorkbook.from_path(str(path)).sheet_names) == len(sheets)
        found = [row[0] for sheet in sheets for row in read(path, sheet)[1:]]
        assert found == list(range(count))
        assert all(read(path, sheet)[0] == ["番号"] for sheet in sheets)


def test_columns_behind_z(tmp_path: Path) -> None:
    wide = [f"列{n}" for n in range(60)]
    xlsx.write(tmp_path / "a.xlsx", iter([wide, list(range(60))]))
    assert read(tmp_path / "a.xlsx") == [wide, list(range(60))]
    assert [xlsx._letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
def test_libreoffice_reads_it(tmp_path: Path) -> None:
    xlsx.write(tmp_path / "a.xlsx", iter([HEADING, *ROWS]))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", "--outdir", str(tmp_path), str(tmp_path / "a.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "名前,数,日,時,ほか"
    assert "株式会社丸山,1,11/23/2026,11/23/2026 09:30:00,True" in text
    assert "_x0041_ は文字のまま" in text
    assert "𠮷野家 🍣 ｶﾞ" in text
