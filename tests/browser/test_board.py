"""The board: dragged by mouse, by finger, moved by keyboard; a refused drop asks or goes back."""

from typing import Any

import pytest

from tests.browser import company

pytestmark = [pytest.mark.browser, pytest.mark.row("C3")]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> dict[str, Any]:
    """A deal in each open stage."""
    with live_enishi.data():
        return company.build(live_enishi.person("alice"))


def column_of(page: Any, deal: Any) -> str:
    """The stage under which a deal's card stands."""
    return str(page.locator(f".column:has(#deal-{deal.pk}) .column-head b").inner_text())


def test_a_card_is_dragged_with_the_mouse_and_stays_there(page: Any, made: dict[str, Any]) -> None:
    page.goto("/deals/board/")
    deal = made["deals"][0]
    card = page.locator(f"#deal-{deal.pk}").bounding_box()
    target = page.locator(".column-cards").nth(1).bounding_box()
    page.mouse.move(card["x"] + 100, card["y"] + 70)
    page.mouse.down()
    page.mouse.move(card["x"] + 120, card["y"] + 80, steps=5)
    page.mouse.move(target["x"] + 100, target["y"] + 60, steps=15)
    page.mouse.up()
    page.wait_for_selector(".toast-box:has-text('動かしました')")
    page.reload()
    assert column_of(page, deal) == made["stages"][1].name


def test_a_card_is_dragged_with_a_finger(phone: Any, made: dict[str, Any]) -> None:
    phone.goto("/deals/board/")
    deal = made["deals"][5]
    card = phone.locator(f"#deal-{deal.pk}")
    card.scroll_into_view_if_needed()
    phone.wait_for_timeout(400)
    before = column_of(phone, deal)
    box = card.bounding_box()
    touch = phone.context.new_cdp_session(phone)
    x, y = max(box["x"], 12) + 60, box["y"] + 70
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    phone.wait_for_timeout(400)
    for step in range(26):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove", "touchPoints": [{"x": min(x + step * 12, 380), "y": y + 5}]},
        )
        phone.wait_for_timeout(30)
    phone.wait_for_timeout(1500)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    phone.wait_for_selector(".toast-box:has-text('動かしました')")
    phone.reload()
    assert column_of(phone, deal) != before


def test_a_card_is_moved_with_the_keyboard_and_the_step_stands_on_its_timeline(
    page: Any, made: dict[str, Any]
) -> None:
    page.goto("/deals/board/")
    deal = made["deals"][2]
    page.locator(f"#deal-{deal.pk}").focus()
    for key in (" ", "ArrowRight", " "):
        page.keyboard.press(key)
    page.wait_for_selector(".toast-box:has-text('動かしました')")
    page.goto(f"/deals/{deal.pk}/")
    event = page.locator(".event:has-text('ステージ変更')").first.inner_text()
    assert made["stages"][2].name in event
    assert made["stages"][3].name in event


def test_losing_asks_for_the_reason_and_giving_up_leaves_the_deal(page: Any, made: dict[str, Any]) -> None:
    page.expect_errors("422")
    page.goto("/deals/board/")
    deal = made["deals"][4]
    home = column_of(page, deal)
    page.locator(f"#deal-{deal.pk}").focus()
    for key in (" ", "ArrowRight", "ArrowRight", " "):
        page.keyboard.press(key)
    page.wait_for_selector("dialog[open] [name=lost_reason]")
    page.keyboard.press("Escape")
    page.reload()
    assert column_of(page, deal) == home
    page.locator(f"#deal-{deal.pk}").focus()
    for key in (" ", "ArrowRight", "ArrowRight", " "):
        page.keyboard.press(key)
    page.fill("dialog [name=lost_reason]", "競合")
    page.click("dialog button:has-text('動かす')")
    page.wait_for_selector(".toast-box:has-text('失注')")
    page.reload()
    assert column_of(page, deal) == "失注"


def test_what_another_person_moves_appears_by_itself(browse: Any, made: dict[str, Any]) -> None:
    alice, bob = browse("alice"), browse("bob")
    alice.goto("/deals/board/")
    bob.goto("/deals/board/")
    deal = made["deals"][3]
    bob.locator(f"#deal-{deal.pk}").focus()
    for key in (" ", "ArrowLeft", " "):
        bob.keyboard.press(key)
    bob.wait_for_selector(".toast-box:has-text('動かしました')")
    stage = column_of(bob, deal)
    alice.wait_for_selector(f".column:has-text('{stage}') #deal-{deal.pk}", timeout=15_000)
