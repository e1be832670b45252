"""The owner builds his own screens: on a laptop from nothing, then used on a telephone."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import company

pytestmark = [pytest.mark.browser, pytest.mark.row("A4")]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> dict[str, Any]:
    """The company that the new screens are connected with."""
    with live_enishi.data():
        return company.build(live_enishi.person("alice"))


def add_field(page: Any, kind: str, label: str) -> None:
    page.click("button:has-text('項目を足す')")
    page.click(f".palette-one:has-text('{kind}')")
    page.fill("#o-label", label)


def submit(page: Any, word: str) -> None:
    with page.expect_navigation():
        page.click(f"#dialog .btn-primary:has-text('{word}')")


def test_contracts_are_drawn_connected_used_and_dragged(browse: Any, made: dict[str, Any]) -> None:
    page = browse("alice")
    page.goto("/settings/")
    page.click("a:has-text('項目と画面の設定')")
    page.click("a:has-text('画面を増やす')")
    page.fill("#d-label", "保守契約")
    page.click(".icon-choices label >> nth=3")
    page.click("summary:has-text('くわしく設定する')")
    page.fill("#d-slug", "services")
    submit(page, "作る")
    add_field(page, "段階", "進み具合")
    for place, word in enumerate(("見積", "締結", "終了")):
        if place >= 2:
            page.click("button:has-text('選択肢を足す')")
        page.locator("choice-editor [aria-label='選択肢の名前']").nth(place).fill(word)
    page.locator("choice-editor select[data-outcome]").nth(2).select_option("won")
    submit(page, "足す")
    for kind, label in (("日付", "終了日"), ("金額", "月額")):
        add_field(page, kind, label)
        submit(page, "足す")
    page.click("button:has-text('ほかの画面とつなぐ')")
    page.select_option("#k-to", label="取引先")
    expect(page.locator("[data-connection-label]")).to_have_value("取引先")
    submit(page, "つなぐ")
    # A field goes up by its arrow, and stays there.
    page.locator("[data-field]:has-text('月額')").hover()
    with page.expect_response("**/layout/"):
        page.click("[aria-label='「月額」を上へ']")
    page.reload()
    names = page.locator("[data-section] [data-field] .truncate:not(.muted)").all_inner_texts()
    assert names.index("月額") < names.index("終了日")
    # A column is taken away.
    with page.expect_response("**/layout/"):
        page.uncheck("[data-column]:has-text('終了日') input")
    page.click("a:has-text('一覧を開く')")
    page.click("text=最初の1件を登録")
    page.fill("#dialog input[name=name]", "丸山製作所 保守")
    page.select_option("#dialog select:has(option:text('見積'))", label="見積")
    page.fill("#dialog input[role=combobox]", "丸山")
    page.click(".picker-option:has-text('丸山製作所')")
    page.fill("#dialog [name]:below(label:has-text('月額'))", "5万円")
    submit(page, "登録する")
    expect(page.locator("h1")).to_have_text("丸山製作所 保守")
    expect(page.locator(".fact:has-text('取引先')")).to_contain_text("株式会社丸山製作所")
    page.fill("textarea", "更新の相談をした")
    page.click("button:has-text('記録する')")
    expect(page.locator("#timeline")).to_contain_text("更新の相談をした")
    # Its account knows of it, and of what was talked about.
    page.click(".fact a:has-text('丸山製作所'), .card-left a:has-text('丸山製作所')") if page.locator(
        ".fact a:has-text('丸山製作所')"
    ).count() else page.goto(f"/accounts/{made['accounts'][0].pk}/")
    expect(page.locator(".card-left")).to_contain_text("丸山製作所 保守")
    expect(page.locator("#timeline")).to_contain_text("更新の相談をした")
    # Found by a condition across the connection.
    page.goto("/accounts/")
    page.click("button:has-text('条件を追加')")
    page.locator("condition-builder select").nth(1).select_option(label="保守契約 …")
    page.click("button:has-text('そのうち')")
    page.locator(".conditions-below select").first.select_option(label="月額")
    page.locator(".conditions-below select[data-operator]").select_option("gte")
    page.locator(".conditions-below input").fill("50000")
    page.click("#dialog .btn-primary")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("button:has-text('条件を追加')")  # the builder shows it again
    expect(page.locator(".conditions-below input")).to_have_value("50000")
    # The board, by finger.
    phone = browse("bob", phone=True)
    phone.goto("/services/board/")
    card = phone.locator("article:has-text('丸山製作所 保守')")
    card.focus()
    for key in ("Space", "ArrowRight"):
        phone.keyboard.press(key)
    with phone.expect_response("**/move/"):
        phone.keyboard.press("Space")
    phone.reload()
    expect(phone.locator("section:has-text('締結') article")).to_have_count(1)


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_the_designer_s_pages_are_accessible_and_fit_the_screen(
    browse: Any, made: dict[str, Any], phone: bool
) -> None:
    page = browse("alice", phone=phone)
    page.goto("/settings/design/sets/")
    with page.expect_navigation():
        page.click("section:has-text('卸売・商社') button")
    page.goto("/settings/design/")
    with page.expect_response("**/order/"):
        page.click("[aria-label='「契約書」を上へ']")
    page.reload()
    names = page.locator("design-order [data-entity] b").all_inner_texts()
    assert names.index("契約書") < names.index("物流会社")
    for path in ("/settings/design/", "/settings/design/account/", "/settings/design/sets/", "/suppliers/", "/contracts/board/", "/contracts/calendar/", "/products/new/"):  # fmt: skip
        assert page.goto(path).status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_products_and_suppliers_are_tied_from_either_card(browse: Any, made: dict[str, Any]) -> None:
    page = browse("alice")
    page.goto("/settings/design/sets/")
    with page.expect_navigation():
        page.click("section:has-text('卸売・商社') button")
    for path, name in (("/suppliers/new/", "北海道フーズ"), ("/products/new/", "干し芋")):
        page.goto(path)
        page.fill("input[name=name]", name)
        with page.expect_navigation():
            page.click("button:has-text('登録する')")
    page.click("[aria-label='仕入先を追加']")
    page.fill("#dialog input[role=combobox]", "北海道")
    page.click(".picker-option:has-text('北海道フーズ')")
    page.click("#dialog .btn-primary")
    expect(page.locator(".card-left")).to_contain_text("北海道フーズ")
    page.click(".card-left a:has-text('北海道フーズ')")
    expect(page.locator(".card-left")).to_contain_text("干し芋")
    page.click("[aria-label='「干し芋」とのつながりを外す']")
    expect(page.locator(".card-left")).not_to_contain_text("干し芋")
    with page.expect_navigation():
        page.click(".toast-box button:has-text('元に戻す')")
    expect(page.locator(".card-left")).to_contain_text("干し芋")
    # Two steps: products of a supplier that has no contract.
    page.goto("/products/")
    page.click("button:has-text('条件を追加')")
    for word in ("仕入先 …", "仕入契約 …"):
        row = page.locator(".condition-row").last
        row.locator("> select").select_option(label=word)
        if word == "仕入先 …":
            row.locator("button:has-text('そのうち')").click()
    page.locator("condition-builder [data-count]").last.select_option(label="がない")
    page.click("#dialog .btn-primary")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("button:has-text('条件を追加')")  # the builder shows it again
    expect(page.locator("condition-builder [data-count]")).to_have_count(2)
    expect(page.locator("condition-builder [data-count]").last).to_have_value("0")
