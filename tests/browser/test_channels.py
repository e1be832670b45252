"""Channels on the account's card, with their sum, on a laptop and on a telephone."""

from pathlib import Path
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


PURCHASES = (
    "<html><meta charset=Shift_JIS><table><tr><th>チャネル<th>会員番号<th>顧客名<th>購入日<th>金額"
    "<tr><td>神田本店<td>S-77777<td>山田 一郎<td>2026/11/1<td>5,500</table>"
)
LEADS = "会社名,氏名,電話,予算\n青木商店,青木 一郎,03-1111-2222,50万円\n"


@pytest.mark.row("B1")
@pytest.mark.parametrize(
    ("start", "name", "text", "says"),
    [
        ("/channel-customers/", "売上.xls", PURCHASES, ("チャネル別顧客", "S-77777")),
        ("/orders/", "売上.xls", PURCHASES.replace("77777", "88888"), ("受注", "¥5,500")),
        ("/leads/", "引合.csv", LEADS, ("リード", "青木")),
    ],
)
def test_a_sheet_stays_what_it_was_brought_in_as(
    page: Any, account: int, tmp_path: Path, start: str, name: str, text: str, says: tuple[str, str]
) -> None:
    """What no sheet is proposed as by itself was missing among the choices, so that the first press made accounts of it."""
    path = tmp_path / name
    path.write_text(text, encoding="cp932")
    page.goto(start)
    page.click("a:has-text('取り込み')")
    page.set_input_files("input[type=file]", path)
    page.wait_for_url("**/import/*/")
    page.click("button:has-text('取り込む')")
    page.wait_for_selector("text=取り込みが終わりました")
    assert f"新しく登録: {says[0]}" in page.locator("main").inner_text()
    page.goto(start)
    page.wait_for_selector(f"main >> text={says[1]}")
