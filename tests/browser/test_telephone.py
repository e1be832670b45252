"""Daily work on a telephone of 390 pixels."""

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import company

pytestmark = [pytest.mark.each_database, pytest.mark.browser]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> dict[str, Any]:
    """Customers to visit."""
    with live_enishi.data():
        return company.build(live_enishi.person("alice"))


@pytest.mark.row("F1")
def test_a_visit_is_recorded_in_a_few_reaches_of_the_thumb(phone: Any, made: dict[str, Any]) -> None:
    phone.goto("/today/")
    began = time.monotonic()
    phone.tap(".dock .plus")
    phone.fill("dialog record-picker input[type=text]", "丸山")
    phone.tap("dialog .picker-option:has-text('株式会社丸山製作所')")
    phone.tap("dialog .choice:has-text('渡邊')")
    phone.tap("dialog .choice:has-text('成功')")
    phone.fill("dialog textarea", "12月オープンに間に合わせたい。")
    phone.tap("dialog [data-day] >> nth=1")
    phone.fill("dialog [name=next_name]", "見積 第2版を持参")
    phone.tap("dialog button:has-text('保存')")
    phone.wait_for_selector(".toast-box:has-text('記録しました')")
    assert time.monotonic() - began < 20
    phone.goto(f"/contacts/{made['contact'].pk}/")
    phone.wait_for_selector(".event:has-text('12月オープン')")
    phone.goto(f"/accounts/{made['accounts'][0].pk}/")
    assert "見積" in phone.inner_text("#next-step")


@pytest.mark.row("F1")
def test_the_form_keeps_what_was_typed_where_nobody_was_chosen(phone: Any, made: dict[str, Any]) -> None:
    phone.expect_errors("422")
    phone.goto("/today/")
    phone.tap(".dock .plus")
    phone.fill("dialog textarea", "大事な話")
    phone.tap("dialog button:has-text('保存')")
    phone.wait_for_selector("dialog .error:has-text('選んでください')")
    assert phone.input_value("dialog textarea") == "大事な話"
    phone.fill("dialog record-picker input[type=text]", "展示会の山口さん")
    phone.tap("dialog button:has-text('保存')")
    phone.wait_for_selector("dialog .error:has-text('選んでください')")
    assert phone.input_value("dialog record-picker input[type=text]") == "展示会の山口さん"
    assert phone.input_value("dialog textarea") == "大事な話"


@pytest.mark.row("F1")
def test_a_choice_presses_nothing_that_lies_below_the_list(phone: Any, made: dict[str, Any]) -> None:
    """The list is gone after the finger's touch; its click must not fall on 結果, やめる or a date."""
    phone.goto("/today/")
    phone.tap(".dock .plus")
    phone.fill("dialog record-picker input[type=text]", "丸山")
    option = phone.locator("dialog .picker-option[data-label='株式会社丸山製作所']")
    option.wait_for()
    box = option.bounding_box()
    for share in (0.1, 0.5, 0.9):
        phone.fill("dialog record-picker input[type=text]", "")
        phone.fill("dialog record-picker input[type=text]", "丸山")
        option.wait_for()
        box = option.bounding_box()
        phone.touchscreen.tap(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        phone.wait_for_timeout(300)
        assert phone.input_value("dialog record-picker input[type=text]") == "株式会社丸山製作所"
        assert phone.locator("dialog[open]").count() == 1
        assert phone.locator("dialog [name=outcome]:checked").count() == 0
    deal = made["deals"][0]
    phone.goto(f"/deals/{deal.pk}/")
    phone.tap("[data-fact=stage] .fact-value, [data-fact=stage] button, [data-fact=stage]")
    phone.wait_for_selector("[data-fact=stage] record-picker input[type=text]")
    phone.tap("[data-fact=stage] record-picker input[type=text]")
    other = phone.locator(f"[data-fact=stage] .picker-option:has-text('{made['stages'][2].name}')")
    other.wait_for()  # all stages are offered, not only the present one
    box = other.bounding_box()
    phone.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.wait_for_timeout(300)
    assert phone.input_value("[data-fact=stage] record-picker input[type=text]") == made["stages"][2].name


@pytest.mark.row("A9")
def test_the_bell_tells_its_news(browse: Any, live_enishi: Any, made: dict[str, Any]) -> None:
    from enishi.records.models import Notification

    with live_enishi.data():
        person = live_enishi.person("alice")
        Notification.objects.bulk_create(  # with two digits the number is a word to screen readers
            [
                Notification(user=person, text=f"期限が今日です {number}", url="/tasks/")
                for number in range(12)
            ]
        )
        Notification.objects.create(user=person, text="新しいリードが割り当てられました", url="/leads/")
    for is_phone in (True, False):
        page = browse("alice", phone=is_phone)
        page.goto("/today/")
        page.click("summary[aria-label^='お知らせ']")
        page.wait_for_selector(".menu-panel:has-text('新しいリードが割り当てられました')")


@pytest.mark.row("C5")
def test_a_task_is_done_with_one_tap_on_today(phone: Any, made: dict[str, Any]) -> None:
    phone.goto("/today/")
    phone.wait_for_selector(".today-row:has-text('見積の返事')")
    phone.tap(".today-row:has-text('見積の返事') button:has-text('完了')")
    phone.wait_for_selector(".toast-box:has-text('完了にしました')")
    expect(phone.locator("#today")).not_to_contain_text("見積の返事")


@pytest.mark.row("A5")
def test_a_list_row_calls_and_targets_are_large_enough(phone: Any, made: dict[str, Any]) -> None:
    phone.goto("/accounts/?q=丸山")
    assert phone.get_attribute("td.reach a[aria-label^='電話']", "href") == "tel:0312345678"
    small = phone.evaluate(
        "[...document.querySelectorAll('.dock a, .dock button, .reach a, .page .btn')].filter((one) => one.offsetParent && one.getBoundingClientRect().height < 40).map((one) => one.outerHTML.slice(0, 80))"
    )
    assert not small


@pytest.mark.row("E5")
def test_the_last_digits_of_a_number_find_who_called(phone: Any, made: dict[str, Any]) -> None:
    phone.goto("/search/?q=5678")
    phone.wait_for_selector(".hit:has-text('株式会社丸山製作所')")
    phone.goto("/search/?q=0312345678")
    phone.wait_for_selector(".hit:has-text('株式会社丸山製作所')")


@pytest.mark.row("F6")
@pytest.mark.parametrize("is_phone", [True, False], ids=["phone", "laptop"])
def test_what_went_wrong_is_said_over_an_open_dialog(
    browse: Any, made: dict[str, Any], is_phone: bool
) -> None:
    page = browse("alice", phone=is_phone)
    page.goto(f"/accounts/{made['accounts'][0].pk}/")
    page.evaluate("htmx.ajax('GET', '/record/', {target: '#dialog', swap: 'innerHTML'})")
    page.wait_for_selector("dialog[open] textarea")
    page.fill("dialog[open] textarea", "電波のないところで書いた")
    page.expect_errors("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page.context.set_offline(True)
    page.click("dialog[open] button:has-text('保存')")
    box = page.wait_for_selector(".toast-box.error:has-text('通信できませんでした')")
    place = box.bounding_box()
    on_top = page.evaluate(
        "([x, y]) => !!document.elementFromPoint(x, y)?.closest('.toast-box')",
        [place["x"] + place["width"] / 2, place["y"] + place["height"] / 2],
    )
    assert on_top and place["y"] >= 0
    page.context.set_offline(False)
    page.click(".toast-box.error button")  # × is in reach
    page.wait_for_selector(".toast-box", state="detached")
    assert page.input_value("dialog[open] textarea") == "電波のないところで書いた"
    page.click("dialog[open] button:has-text('保存')")
    page.wait_for_selector("dialog", state="hidden")
    page.wait_for_selector("body > #toasts .toast-box")
