"""From a quote to its money, in the browser; a quote on a telephone."""

from typing import Any

import pytest

from enishi.records import registry, write
from enishi.sales.documents import pdf
from enishi.sales.models import Invoice, Issuer
from tests.browser import company
from tests.support.environment import IN_CI

pytestmark = [
    pytest.mark.browser,
    pytest.mark.row("C6"),
    pytest.mark.skipif(not IN_CI and not pdf.available(), reason="Pango is missing"),
]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> dict[str, Any]:
    """A company with two products."""
    with live_enishi.data():
        alice = live_enishi.person("alice")
        held = company.build(alice)
        Issuer.objects.create(pk=1, name="東和商事株式会社")
        for values in (
            {"name": "純正トナー", "price": "99", "unit": "本"},
            {"name": "天然水 2L", "price": "150", "tax_code": "reduced"},
        ):
            write.create(registry.get("product"), values, by=alice)
        return held


def fill(page: Any, row: int, words: str, quantity: str) -> None:
    """A line: the product found by a word, and how many."""
    line = page.locator(".lg-row").nth(row)
    line.locator("[data-name=text]").fill(words)
    line.locator(f".picker-option:has-text('{words}')").first.click()
    line.locator("[data-name=quantity]").fill(quantity)


def quote(page: Any) -> None:
    """A quote of two lines, typed in and registered."""
    page.goto("/quotes/new/")
    page.fill("#f-account", "丸山")
    page.locator("#f-account-list .picker-option:has-text('丸山')").first.click()
    fill(page, 0, "トナー", "3")
    page.click("text=行を足す")
    fill(page, 1, "天然水", "2")
    page.wait_for_selector(".lg-foot .lines-sums >> text=¥650")  # 297 + 300 + 29 + 24, while one types
    page.click("text=登録する")
    page.wait_for_selector(".lines-table")


def walk(page: Any) -> None:
    quote(page)
    page.click("text=発行する")
    page.wait_for_selector(".toast-box:has-text('発行しました')")
    assert page.locator("h1").inner_text().startswith("見-")
    page.click(".document-bar >> text=注文にする")
    page.click("#dialog >> button.btn-primary")
    page.wait_for_url("**/orders/*/")
    page.click(".document-bar >> text=請求する")
    page.click("#dialog >> button.btn-primary")
    page.wait_for_url("**/invoices/*/")
    page.click(".document-bar >> text=発行する")
    page.wait_for_selector(".toast-box:has-text('発行しました')")
    page.click(".document-bar >> text=入金を記録")
    page.click("#dialog >> button.btn-primary")
    page.wait_for_selector(".chip:has-text('入金済み')")


def test_from_quote_to_payment_on_a_laptop(page: Any, made: dict[str, Any], live_enishi: Any) -> None:
    walk(page)
    with live_enishi.data():
        invoice = Invoice.objects.latest("pk")
        assert (invoice.total, invoice.balance, invoice.status) == (650, 0, "paid")


def test_a_key_meant_for_the_proposals_keeps_the_lines_of_a_deal(page: Any, made: dict[str, Any]) -> None:
    page.goto(f"/deals/{made['deals'][0].pk}/")
    page.click("text=明細を入れる")
    name = page.locator(".lg-row input[data-name=text]")
    name.fill("高圧洗浄機")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert name.input_value() == "高圧洗浄機"


def test_a_quote_is_typed_on_a_telephone(phone: Any, made: dict[str, Any]) -> None:
    quote(phone)
    assert phone.locator(".document-bar >> text=発行する").is_visible()
    assert "¥650" in phone.locator(".lines-sums").inner_text()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    # A copy begins with the lines, and what the grid shows of them is what is stored.
    phone.goto(f"{phone.url}clone/")
    phone.wait_for_selector(".lg-foot .lines-sums >> text=¥650")
    assert phone.locator(".lg-row").count() == 2
    phone.locator(".lg-row").nth(1).locator("[data-name=quantity]").fill("4")
    phone.wait_for_selector(".lg-foot .lines-sums >> text=¥974")  # 297 + 600 + 29 + 48
    phone.click("text=登録する")
    phone.wait_for_selector(".lines-table")
    assert "¥974" in phone.locator(".lines-sums").inner_text() and "天然水" in phone.content()
