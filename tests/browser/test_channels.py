"""Channels on the account's card, with their sum, on a laptop and on a telephone."""

from typing import Any

import pytest

from enishi.records import registry, write
from tests.browser import company

pytestmark = [pytest.mark.browser, pytest.mark.row("A3")]


@pytest.fixture(scope="module")
def account(live_enishi: Any) -> int:
    """An account that buys in the shop and in the web store."""
    with live_enishi.data():
        alice = live_enishi.person("alice")
        account = company.build(alice)["accounts"][0].pk
        for name, number, prices in (
            ("神田本店", "S-01001", (5_000, 700)),
            ("Webストア", "W001038", (1_300,)),
        ):
            channel = write.create(registry.get("channel"), {"name": name}, by=alice).record
            values = {"channel": channel.pk, "outside_id": number, "account": account}
            customer = write.create(registry.get("channel_customer"), values, by=alice).record
            for day, price in enumerate(prices, 1):
                lines = [{"text": "茶", "unit_price": str(price), "tax_code": "outside"}]
                order = {"channel_customer": customer.pk, "date": f"2026-05-0{day}", "lines": lines}
                write.create(registry.get("order"), order, by=alice)
        return int(account)


def reads(page: Any, account: int) -> None:
    page.goto(f"/accounts/{account}/")
    sums = page.locator("#channel-sums")
    sums.scroll_into_view_if_needed()
    said = sums.inner_text()
    assert all(text in said for text in ("3回", "¥7,000", "2026/05/02")), said
    held = page.locator(".sheet:has(h2:has-text('チャネル別顧客'))")
    said = held.inner_text()
    assert all(
        text in said for text in ("神田本店", "S-01001", "¥5,700", "Webストア", "W001038", "¥1,300")
    ), said
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_an_order_counts_on_the_account(page: Any, account: int) -> None:
    reads(page, account)
    page.click(".sheet:has(h2:has-text('チャネル別顧客')) a[href^='/channel-customers/']:not([href*='new'])")
    page.wait_for_url("**/channel-customers/*/")
    page.wait_for_selector("main >> text=累計購入額")


def test_channels_on_a_telephone(phone: Any, account: int) -> None:
    reads(phone, account)
    phone.goto("/menu/")
    phone.click("main a[href='/channel-customers/']")
    phone.wait_for_selector("main >> text=W001038")
