"""Rows of a ledger that may mean known customers are answered by keys on a laptop and by thumb on a telephone."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.row("B4")]

KNOWN = "会社名,住所,TEL\n株式会社東和商事,東京都千代田区丸の内1-2-3,03-1111-2222\n有限会社みどり園芸,埼玉県川口市本町1-1,048-111-2222\n北海水産株式会社,北海道函館市末広町4-5,0138-11-1111\n株式会社桜井金属,大阪府大阪市北区梅田3-3,06-1111-1111\n"
ROWS = "会社名,住所,TEL,担当者\n東和商事,,,山田 太郎\nみどり園芸,,,林 花子\n北海水産,,,\n桜井金属,,,森 健\n"


def bring(page: Any, folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text)
    page.goto("/import/")
    page.set_input_files("input[type=file]", str(path))
    page.wait_for_url("**/import/*/")
    page.click("button:has-text('取り込む')")
    page.wait_for_selector("[data-status=done]", timeout=30_000)


def test_questions_are_answered_by_keys(page: Any, tmp_path: Path) -> None:
    bring(page, tmp_path, "今の顧客.csv", KNOWN)
    bring(page, tmp_path, "展示会の名刺.csv", ROWS)
    assert "4行" in page.inner_text(".notice:has-text('同じかもしれません')")
    page.click("text=1件ずつ確かめる")
    page.wait_for_selector("text=株式会社東和商事")
    assert page.locator("text=名前が同じ（表記の違い）").first.is_visible()
    page.keyboard.press("1")
    page.wait_for_selector("h2:has-text('3行目')")
    page.keyboard.press("n")
    page.wait_for_selector("h2:has-text('4行目')")
    page.keyboard.press("z")
    page.wait_for_selector("h2:has-text('3行目')")
    page.keyboard.press("2")
    page.wait_for_selector("h2:has-text('4行目')")
    page.keyboard.press("s")
    page.wait_for_selector("h2:has-text('5行目')")
    page.keyboard.press("u")
    page.wait_for_selector("text=すべての行に答えました")
    page.goto("/accounts/")
    names = page.locator("table.list tbody td.name").all_inner_texts()
    assert len(names) == 5 and any("みどり園芸" in one and "有限" not in one for one in names)
    page.goto("/contacts/")
    assert page.locator("table.list tbody tr").count() == 3


def test_the_rest_is_answered_alike_on_a_telephone(phone: Any, tmp_path: Path) -> None:
    others = str.maketrans(
        {"東": "西", "み": "ま", "北": "南", "桜": "梅"}
    )  # the program is the one of the test above
    bring(phone, tmp_path, "今の顧客.csv", KNOWN.translate(others))
    bring(phone, tmp_path, "展示会の名刺.csv", ROWS.translate(others))
    phone.click("text=1件ずつ確かめる")
    phone.click("button:has-text('同じ（更新）')")
    phone.wait_for_selector("h2:has-text('3行目')")
    phone.click("summary:has-text('まとめて')")
    phone.click("text=すべて、別の登録にする")
    phone.wait_for_selector("text=すべての行に答えました", timeout=30_000)
    phone.click("text=取り込みの結果へ")
    assert phone.inner_text("dt:has-text('「別」にした行') + dd") == "3行"
    phone.goto("/accounts/?q=梅井金属")
    assert phone.locator("table.list tbody tr").count() == 2
