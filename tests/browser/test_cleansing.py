"""A clerk tidies a ledger: from the list to the proposals, some of them agreed to, one left, all taken back."""

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.row("B5")]


def test_some_are_agreed_to_and_taken_back(browse: Any, live_enishi: Any) -> None:
    with live_enishi.data():
        from enishi.records import registry, write

        alice = live_enishi.person("alice")
        rows = [{"name": f"㈱整備{n}", "note": "ｶﾅ"} for n in range(4)]
        write.create_many(registry.get("account"), rows, by=alice, operation=None)
    page = browse("alice")
    page.goto("/accounts/?q=整備")
    page.click(".filter-row a:has-text('データ整備')")
    page.wait_for_selector("text=取引先 4件")
    page.click("button:has-text('調べる')")
    line = page.wait_for_selector("article:has-text('「株式会社」にする')")
    assert "4件" in line.inner_text() and "株式会社整備0" in line.inner_text()
    page.click("article:has-text('「株式会社」にする') a:has-text('選んで直す')")
    page.wait_for_selector("text=この画面のすべてを選ぶ")
    assert page.locator("input[data-tick]:checked").count() == 4
    page.click("[data-tick-all]")
    assert page.locator("input[data-tick]:checked").count() == 0
    page.locator("input[data-tick]").nth(1).check()
    page.click("button:has-text('選んだものを直す')")
    page.wait_for_selector(".toast-box:has-text('1件を直しました')")
    assert page.locator("input[data-tick]").count() == 3
    page.click("a:has-text('提案の一覧')")
    page.click("article:has-text('半角カナを全角') button:has-text('すべて直す')")
    page.wait_for_selector(".toast-box:has-text('4件を直しました')")
    assert page.locator("article:has-text('半角カナを全角')").count() == 0
    page.goto("/accounts/?q=整備&columns=note")
    assert page.locator("td.name:has-text('株式会社整備1')").count() == 1
    assert page.locator("table.list tbody :text-is('カナ')").count() == 4
    page.go_back()
    for _each in range(2):
        page.locator("button:has-text('元に戻す'):not(.toast-box *)").first.click()
        page.wait_for_selector(".toast-box:has-text('戻しました')")
    page.goto("/accounts/?q=整備&columns=note")
    assert page.locator("td.name:has-text('㈱整備')").count() == 4
    assert page.locator("table.list tbody :text-is('ｶﾅ')").count() == 4


def test_the_pages_on_a_telephone(browse: Any, live_enishi: Any) -> None:
    page = browse("alice", phone=True)
    page.goto("/cleansing/")
    page.click(".choice:has-text('取引先')")
    page.click("button:has-text('調べる')")
    page.wait_for_selector("[data-status=done]")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
