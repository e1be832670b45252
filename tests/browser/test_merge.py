"""The same customer three times: merged side by side, found while typing, reviewed by keyboard."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from enishi.exchange.duplicates.models import DuplicatePair, DuplicateRun
from enishi.records import registry, write

pytestmark = [pytest.mark.browser, pytest.mark.row("B4")]
NAMES = (
    "株式会社霞製作所",
    "(株)霞製作所",
    "有限会社ひばり堂",
    "㈲ひばり堂",
    "合同会社つばめ",
    "つばめ合同会社",
)


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> list[int]:
    """Three companies, each twice; two of the pairs wait in the queue."""
    with live_enishi.data():
        alice = live_enishi.person("alice")
        keys = [
            write.create(
                registry.get("account"),
                {"name": name, "phone": f"03-7777-00{n:02}", "rank": "AB"[n % 2]},
                by=alice,
            ).record.pk
            for n, name in enumerate(NAMES)
        ]
        for n, score in ((2, 0.97), (4, 0.91)):
            DuplicatePair.objects.create(
                entity="account", low_id=keys[n], high_id=keys[n + 1], cluster=keys[n], score=score, decision="ask",
                reasons=[{"field": "name", "weight": 8.5, "level": "exact"}],
            )  # fmt: skip
    return keys


def test_two_rows_are_merged_and_come_back(browse: Any, made: list[int]) -> None:
    page = browse("alice")
    page.goto("/accounts/?q=霞製作所")
    boxes = page.locator("input[data-tick]")
    boxes.nth(0).check()
    expect(page.locator(".bulk-bar button:has-text('統合')")).to_be_hidden()
    boxes.nth(1).check()
    page.click(".bulk-bar button:has-text('統合')")
    expect(page.locator("h1")).to_have_text("取引先 2件を1件に統合")
    page.check(f"input[name=keep][value='{made[0]}']")
    row = page.locator(".merge-row", has_text="電話")
    row.locator(f"input[value='{made[1]}']").check()
    expect(row.locator("[data-result]")).to_have_text("03-7777-0001")
    rank = page.locator(".merge-row", has_text="ランク")
    rank.locator("input[value=write]").check()
    rank.locator("select").select_option("C")
    page.click("button:has-text('統合する')")
    expect(page.locator("h1")).to_contain_text("霞製作所")
    expect(page.locator("[data-fact=phone]")).to_contain_text("03-7777-0001")
    expect(page.locator("#timeline")).to_contain_text("統合")
    page.goto(f"/accounts/{made[1]}/")  # the old key leads on
    expect(page).to_have_url(f"{page.url.split('/accounts')[0]}/accounts/{made[0]}/")
    page.goto("/settings/")
    with page.expect_navigation():
        page.locator(".today-row", has_text="統合").locator("button").first.click()
    page.goto(f"/accounts/{made[1]}/")
    expect(page.locator("[data-fact=rank]")).to_contain_text("B")


def test_while_typing_on_a_telephone_the_same_one_shows(browse: Any, made: list[int]) -> None:
    page = browse("alice", phone=True)
    page.goto("/accounts/")
    page.click(".page-head .btn-primary")
    page.locator("#dialog input[name=name]").press_sequentially("霞製作所（株）")
    found = page.locator("#dialog .similar-one").first
    expect(found).to_contain_text("名前が同じ")
    expect(page.locator("#dialog input[name=name]")).to_be_focused()
    box = page.evaluate("() => document.documentElement.scrollWidth")
    assert box <= 390
    found.locator("text=これを使う").click()
    expect(page.locator("h1")).to_contain_text("霞製作所")


def test_the_queue_is_worked_off_by_keyboard(browse: Any, made: list[int]) -> None:
    page = browse("alice")
    page.goto("/accounts/")
    page.click(".filter-row a:has-text('重複の確認')")
    expect(page.locator(".cluster")).to_have_count(2)
    expect(page.locator(".cluster").first).to_have_attribute("aria-current", "")
    page.keyboard.press("j")
    expect(page.locator(".cluster").nth(1)).to_have_attribute("aria-current", "")
    page.keyboard.press("k")
    page.keyboard.press("m")
    expect(page.locator(".cluster")).to_have_count(1)
    expect(page.locator(".toast-box")).to_contain_text("統合しました")
    expect(page.locator(".cluster").first).to_have_attribute("aria-current", "")
    page.keyboard.press("n")
    expect(page.locator(".cluster")).to_have_count(0)
    expect(page.locator(".sheet[data-none]")).to_be_visible()
    expect(page.locator("#dialog")).not_to_have_attribute("open", "")  # the same key records elsewhere
    with page.expect_navigation():
        page.keyboard.press("u")
    expect(page.locator(".cluster")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("取引先 2件を1件に統合")


def test_what_a_search_found_stands_there_when_it_ends(browse: Any, live_enishi: Any) -> None:
    with live_enishi.data():
        alice = live_enishi.person("alice")
        names = ("清水", "清水", "小川", "小川")
        keys = [
            write.create(registry.get("contact"), {"family_name": name}, by=alice).record.pk for name in names
        ]
        now = timezone.now()
        run = DuplicateRun.objects.create(entity="contact", user=alice, status="running", began_at=now, beat_at=now, total=4, done=1)  # fmt: skip
    page = browse("alice")
    page.goto("/duplicates/?entity=contact")
    expect(page.get_by_text("確認するものはありません")).to_be_visible()
    expect(page.locator("#duplicate-run")).to_contain_text("25%")

    def found(n: int) -> None:
        with live_enishi.data():
            DuplicatePair.objects.create(
                entity="contact", low_id=keys[n], high_id=keys[n + 1], cluster=keys[n], score=0.9, decision="ask",
                reasons=[{"field": "name", "weight": 8.5, "level": "exact"}],
            )  # fmt: skip
            DuplicateRun.objects.filter(pk=run.pk).update(status="done", ended_at=timezone.now())

    found(0)
    expect(page.locator(".cluster")).to_contain_text("清水")
    expect(page.get_by_text("確認するものはありません")).to_be_hidden()
    # Whoever is deciding keeps what he looks at, and is told.
    with live_enishi.data():
        DuplicateRun.objects.filter(pk=run.pk).update(status="running", ended_at=None)
    page.reload()
    page.locator(".cluster").evaluate("one => { one.dataset.kept = '1' }")
    found(2)
    expect(page.get_by_role("link", name="結果を見る")).to_be_visible()
    expect(page.locator(".cluster[data-kept]")).to_be_visible()
