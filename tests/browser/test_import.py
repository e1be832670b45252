"""A shop owner's way in: drag the ledger in, look at the proposal, bring it in, take it back."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

pytestmark = [pytest.mark.each_database, pytest.mark.browser, pytest.mark.row("B1")]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with a title, a heading in the third row, an impossible date and a sum."""
    path = tmp_path / "得意先台帳.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("得意先")
    sheet.write(0, 0, "得意先台帳（2026年度）")
    rows = [
        ["No.", "会社名", "フリガナ", "担当者", "TEL", "〒", "住所", "取引開始日", "備考"],
        *(
            [
                n,
                f"株式会社試作{n:03}",
                "シサク",
                f"{'佐藤鈴木高橋田中伊藤渡辺山本中村小林加藤'[n % 10 * 2 :][:2]} {'太郎花子健一美咲'[n % 4 * 2 :][:2]}",
                f"03-1234-{n:04}",
                1000005,
                "東京都千代田区丸の内1-1",
                "令和5年4月1日",
                "",
            ]
            for n in range(1, 31)
        ),
        [31, "株式会社日付違い", "", "", "", "", "", "2026/13/45", ""],
        ["", "合計", "", "", "", "", "", "", "31社"],
    ]
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.close()
    return path


def test_a_ledger_comes_in_and_goes_again(page: Any, ledger: Path) -> None:
    page.goto("/accounts/")
    page.click("text=Excelから取り込む")
    page.set_input_files("input[type=file]", str(ledger))
    page.wait_for_url("**/import/*/")
    assert page.locator("select#c1").input_value() == "account.name"
    assert page.locator("select#c3").input_value() == "contact.name"
    assert "31行" in page.inner_text(".page-head")
    assert page.locator("td .text-red:has-text('日付')").count() == 1
    page.click("button:has-text('取り込む')")
    page.wait_for_selector("[data-status=done]", timeout=30_000)
    assert "30" in page.inner_text("dt:has-text('取引先') + dd")
    with page.expect_download() as download:
        page.click("a:has-text('取り込めなかった行')")
    assert download.value.suggested_filename.endswith(".xlsx")
    url = page.url
    page.goto("/accounts/?q=試作")
    assert page.locator("table.list tbody tr").count() == 30
    page.goto(url)
    page.click("button:has-text('取り消す')")
    page.wait_for_selector("[data-status=undone]", timeout=30_000)
    page.goto("/accounts/")
    page.wait_for_selector("text=取引先はまだありません")


def test_a_file_that_is_no_ledger_is_refused_with_what_to_do(page: Any, tmp_path: Path) -> None:
    page.expect_errors("422")
    path = tmp_path / "写真.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 500)
    page.goto("/import/")
    page.set_input_files("input[type=file]", str(path))
    assert "Excelファイルではありません" in page.wait_for_selector("[role=alert]").inner_text()


def test_a_list_is_exported_as_it_is_shown(page: Any, ledger: Path) -> None:
    page.goto("/import/")
    page.set_input_files("input[type=file]", str(ledger))
    page.wait_for_url("**/import/*/")
    page.click("button:has-text('取り込む')")
    page.wait_for_selector("[data-status=done]", timeout=30_000)
    page.goto("/accounts/?q=試作00&columns=phone,started_on")
    page.click("button:has-text('書き出し')")
    with page.expect_download() as download:
        page.click("dialog button:has-text('書き出す')")
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0).to_python()
    assert rows[0] == ["名前", "電話", "取引開始日"]
    assert len(rows) == 10
