"""The ledger as its users touch it: lists, cards, editing in place, two people at once, search, bulk changes."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import company

pytestmark = pytest.mark.browser
ARTIFACTS = Path(__file__).resolve().parent.parent.parent / "test-artifacts"


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> dict[str, Any]:
    """A company with a few dozen records."""
    with live_enishi.data():
        return company.build(live_enishi.person("alice"))


PAGES = ["/today/", "/accounts/", "/contacts/", "/deals/", "/deals/board/", "/tasks/", "/activities/", "/search/?q=丸", "/bin/", "/import/",
         "/settings/", "/settings/users/", "/settings/changes/", "/settings/handover/?person=1", "/settings/tokens/", "/api/v1/docs/", "/settings/design/deal/", "/accounts/quality/", "/me/", "/menu/", "/gallery/", "/accounts/new/", "/pipelines/", "/accounts/1/", "/contacts/1/",
         "/deals/1/", "/tasks/1/", "/pipelines/1/", "/accounts/1/history/"]  # fmt: skip
SELLING = ["/leads/", "/leads/board/", "/leads/new/", "/leads/figures/", "/settings/lead-rules/", "/settings/lead-rules/new/", "/settings/lead-questions/", "/products/", "/products/new/",
           "/price-lists/", "/channels/", "/channel-customers/", "/quotes/", "/quotes/new/", "/orders/", "/orders/new/", "/invoices/", "/invoices/new/", "/payments/", "/papers/", "/settings/papers/",
           "/calendar/", "/calendar/?view=day", "/calendar/?view=month", "/calendar/?view=agenda", "/calendar/route/", "/calendar/feed/", "/settings/days-off/", "/goals/", "/goals/new/", "/forecast/",
           "/daily/", "/daily-reports/", "/meetings/", "/reports/", "/reports/new/?entity=order", "/dashboards/new/", "/report-mails/", "/settings/fiscal-year/", "/accounts/?preset=buy_late",
           "/contacts/?preset=buy_soon"]  # fmt: skip


@pytest.mark.row("F6")
@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.once
def test_every_page_is_accessible_and_fits_the_screen(
    browse: Any, made: dict[str, Any], phone: bool, dark: bool
) -> None:
    page = browse("alice", phone=phone, color_scheme="dark" if dark else "light")
    for path in [
        *PAGES,
        *(SELLING if phone == dark else []),
    ]:  # half of the ways: each page at each size and in each light
        assert page.goto(path).status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{path} is wider than the screen"
        )
        name = f"{'phone' if phone else 'laptop'}{'-dark' if dark else ''}{path.split('?')[0].replace('/', '.')}png"
        page.screenshot(path=str(ARTIFACTS / name))


@pytest.mark.row("A6")
def test_a_value_is_changed_in_place_and_put_back(page: Any, made: dict[str, Any]) -> None:
    page.goto(f"/accounts/{made['accounts'][0].pk}/")
    page.click("[data-fact=phone] button")
    page.fill("[data-fact=phone] input.input", "03-9999-1111")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-fact=phone] button:has-text('03-9999-1111')")
    with page.expect_navigation():
        page.click(".toast-box button:has-text('元に戻す')")
    page.wait_for_selector("[data-fact=phone] button:has-text('03-1234-5678')")


@pytest.mark.row("A6")
def test_escape_gives_up_and_stores_nothing(page: Any, made: dict[str, Any]) -> None:
    page.goto(f"/accounts/{made['accounts'][0].pk}/")
    page.click("[data-fact=kana] button")
    page.fill("[data-fact=kana] input.input", "チガウ")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-fact=kana] button:has-text('マルヤマセイサクショ')")


@pytest.mark.row("F6")
def test_enter_that_confirms_kanji_saves_nothing(page: Any, made: dict[str, Any]) -> None:
    page.goto(f"/accounts/{made['accounts'][0].pk}/")
    page.click("[data-fact=building] button")
    page.wait_for_selector("[data-fact=building] input.input")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "まるびる", "selectionStart": 4, "selectionEnd": 4})
    session.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229},
    )
    session.send("Input.insertText", {"text": "丸ビル"})
    page.wait_for_timeout(400)
    assert not posted
    assert page.input_value("[data-fact=building] input.input") == "丸ビル"


@pytest.mark.row("A9")
def test_two_people_change_the_same_field_and_are_asked(browse: Any, made: dict[str, Any]) -> None:
    alice, bob = browse("alice"), browse("bob")
    bob.expect_errors("409")
    url = f"/accounts/{made['accounts'][1].pk}/"
    for one in (alice, bob):
        one.goto(url)
        one.click("[data-fact=address] button")
        one.wait_for_selector("[data-fact=address] input.input")
    alice.fill("[data-fact=address] input.input", "大宮1-1")
    alice.keyboard.press("Enter")
    alice.wait_for_selector("[data-fact=address] button:has-text('大宮1-1')")
    bob.fill("[data-fact=address] input.input", "浦和2-2")
    bob.keyboard.press("Enter")
    notice = bob.wait_for_selector("[data-fact=address] [role=alert]").inner_text()
    assert "大宮1-1" in notice
    assert "浦和2-2" in notice
    bob.click("text=自分の値にする")
    bob.wait_for_selector("[data-fact=address] button:has-text('浦和2-2')")
    alice.wait_for_selector("[data-fact=address] button:has-text('浦和2-2')", timeout=15_000)


@pytest.mark.row("A9")
def test_two_people_change_different_fields_and_both_survive(browse: Any, made: dict[str, Any]) -> None:
    alice, bob = browse("alice"), browse("bob")
    url = f"/accounts/{made['accounts'][2].pk}/"
    for one, name in ((alice, "kana"), (bob, "building")):
        one.goto(url)
        one.click(f"[data-fact={name}] button")
        one.wait_for_selector(f"[data-fact={name}] input.input")
    alice.fill("[data-fact=kana] input.input", "タカサキショウテン")
    alice.keyboard.press("Enter")
    alice.wait_for_selector("[data-fact=kana] button:has-text('タカサキ')")
    bob.fill("[data-fact=building] input.input", "桜ビル3F")
    bob.keyboard.press("Enter")
    bob.wait_for_selector("[data-fact=building] button:has-text('桜ビル')")
    bob.goto(url)
    assert "タカサキショウテン" in bob.inner_text("[data-fact=kana]")


@pytest.mark.row("A7")
def test_a_visit_recorded_on_the_card_stands_on_the_timeline_with_its_next_step(
    page: Any, made: dict[str, Any]
) -> None:
    page.goto(f"/accounts/{made['accounts'][5].pk}/")
    page.click(".composer .choice:has-text('訪問')")
    page.fill(".composer textarea", "新ラインの増設を検討中。")
    page.click(".composer .choice:has-text('成功')")
    page.fill(".composer [name=next_on]", "2027-01-15")
    page.fill(".composer [name=next_name]", "見積を持参")
    page.click(".composer button:has-text('記録する')")
    page.wait_for_selector("#timeline :text('新ラインの増設を検討中。')")
    page.wait_for_selector("#card-head .banner:has-text('見積を持参')")
    assert page.input_value(".composer textarea") == ""


@pytest.mark.row("A1")
def test_a_new_account_is_made_and_a_likely_double_is_shown(page: Any, made: dict[str, Any]) -> None:
    page.goto("/accounts/")
    page.click(".actions .btn-primary")
    page.fill("dialog [name=name]", "(株)丸山製作所")
    page.keyboard.press("Tab")
    page.wait_for_selector("dialog .notice a:has-text('株式会社丸山製作所')")
    page.fill("dialog [name=name]", "新規開拓株式会社")
    page.click("dialog button:has-text('登録する')")
    page.wait_for_url("**/accounts/*/")
    assert page.inner_text("h1").startswith("新規開拓株式会社")


@pytest.mark.row("A1")
def test_what_was_typed_stays_where_something_is_wrong(page: Any, made: dict[str, Any]) -> None:
    page.expect_errors("422")
    page.goto("/accounts/")
    page.click(".actions .btn-primary")
    page.fill("dialog [name=name]", "間違い株式会社")
    page.click("dialog summary:has-text('くわしく')")
    page.fill("dialog [name=postal_code]", "12")
    page.click("dialog button:has-text('登録する')")
    page.wait_for_selector("dialog .error:has-text('7桁')")
    assert page.input_value("dialog [name=name]") == "間違い株式会社"
    assert page.input_value("dialog [name=postal_code]") == "12"


@pytest.mark.row("A1")
def test_a_postal_code_fills_the_address(page: Any, made: dict[str, Any]) -> None:
    page.goto("/accounts/new/")
    page.click("summary:has-text('くわしく')")
    page.fill("[name=postal_code]", "100-0005")
    page.keyboard.press("Tab")
    expect(page.locator("[name=prefecture]")).to_have_value("東京都")
    assert page.input_value("[name=address]") == "千代田区丸の内"


@pytest.mark.row("A5")
def test_two_characters_find_a_customer_from_anywhere(page: Any, made: dict[str, Any]) -> None:
    page.goto("/today/")
    page.keyboard.press("/")
    page.keyboard.type("丸山")
    page.wait_for_selector("#search-results .hit:has-text('株式会社丸山製作所')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/*/")


@pytest.mark.row("A5")
def test_a_condition_is_built_by_clicking_and_its_address_can_be_shared(
    browse: Any, made: dict[str, Any]
) -> None:
    alice, bob = browse("alice"), browse("bob")
    alice.goto("/accounts/")
    alice.click("button:has-text('条件を追加')")
    alice.select_option("dialog [data-rows] select >> nth=0", "rank")
    alice.select_option("dialog [data-input]", ["A"])
    alice.click("dialog button:has-text('絞り込む')")
    alice.wait_for_selector(".chip:has-text('ランク: A')")
    bob.goto(alice.url.removeprefix(alice.url.split("/accounts")[0]))
    assert bob.locator("table.list tbody tr").count() == 1
    # And one of these: a group, which stands there again.
    alice.click("button:has-text('条件を追加')")
    alice.click("dialog button:has-text('条件のグループを足す')")
    group = alice.locator("dialog .condition-group")
    expect(group.locator("[data-group-join]")).to_have_value("any")
    for place, word in enumerate(("丸山", "ない名前")):
        row = group.locator(".condition-row").nth(place)
        row.locator("> select").select_option("name")
        row.locator("[data-operator]").select_option("contains")
        row.locator("input[data-input]").fill(word)
    alice.click("dialog button:has-text('絞り込む')")
    alice.wait_for_selector(".chip:has-text('名前: 丸山 を含む または 名前: ない名前 を含む')")
    named = [{"field": "name", "op": "contains", "value": word} for word in ("丸山", "ない名前")]
    tree = json.loads(parse_qs(urlsplit(alice.url).query)["filter"][0])
    assert tree["all"][1] == {"any": named} and alice.locator("table.list tbody tr").count() == 1
    alice.click("button:has-text('条件を追加')")
    expect(alice.locator("dialog .condition-group .condition-row")).to_have_count(2)
    alice.locator("dialog .condition-group > button").click()
    alice.click("dialog button:has-text('絞り込む')")
    expect(alice.locator(".chip:has-text('ない名前')")).to_have_count(0)
    # Deals by what their customer is.
    alice.goto("/deals/")
    alice.click("button:has-text('条件を追加')")
    alice.select_option("dialog [data-rows] select >> nth=0", "of-account")
    row = alice.locator("dialog .conditions-below .condition-row")
    row.locator("> select").select_option("name")
    row.locator("[data-operator]").select_option("contains")
    row.locator("input[data-input]").fill("丸山")
    alice.click("dialog button:has-text('絞り込む')")
    alice.wait_for_selector(".chip:has-text('取引先（名前: 丸山 を含む）')")
    expect(alice.locator("table.list tbody tr:not(:has-text('株式会社丸山製作所'))")).to_have_count(0)
    assert alice.locator("table.list tbody tr").count() == 2
    alice.click("button:has-text('条件を追加')")
    expect(alice.locator("dialog .conditions-below input[data-input]")).to_have_value("丸山")


@pytest.mark.row("A5")
def test_a_bulk_change_is_made_and_undone_as_one(page: Any, made: dict[str, Any]) -> None:
    page.goto("/accounts/?sort=sort_key")
    for place in (3, 4, 5):
        page.locator("input[data-tick]").nth(place).check()
    page.click(".bulk-bar button:has-text('状態')")
    page.select_option("dialog select", "dormant")
    page.click("dialog button:has-text('変更する')")
    page.wait_for_selector(".toast-box:has-text('3件を変更')")
    assert page.locator("table.list td:not(.name) > .chip:has-text('休眠')").count() == 3
    with page.expect_navigation():
        page.click(".toast-box button:has-text('元に戻す')")
    expect(page.locator("table.list td:not(.name) > .chip:has-text('休眠')")).to_have_count(0)


@pytest.mark.row("A5")
def test_rows_are_walked_with_the_keyboard(page: Any, made: dict[str, Any]) -> None:
    page.goto("/accounts/?sort=sort_key")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.wait_for_selector(".bulk-bar:visible")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/*/")


@pytest.mark.row("A5")
def test_the_second_page_goes_on_where_the_first_ended(page: Any, made: dict[str, Any]) -> None:
    page.goto("/accounts/?sort=sort_key")
    first = page.locator("td.name a").all_inner_texts()
    page.click("a:has-text('次の50件')")
    page.wait_for_selector("a:has-text('先頭へ')")
    second = page.locator("td.name a").all_inner_texts()
    assert len(first) == 50
    assert second
    assert not set(first) & set(second)


@pytest.mark.row("A5")
def test_a_view_is_saved_and_found_again(page: Any, made: dict[str, Any]) -> None:
    page.goto('/accounts/?filter={"field":"rank","op":"is","value":"A"}&columns=status,phone')
    page.click("button:has-text('ビュー')")
    page.fill("dialog [name=name]", "Aランクの電話帳")
    page.click("dialog button:has-text('残す')")
    page.wait_for_selector(".segmented a[aria-current]:has-text('Aランクの電話帳')")
    assert page.locator("th:has-text('電話')").count() == 1


@pytest.mark.row("A8")
def test_a_deleted_record_rests_in_the_bin_and_comes_back(page: Any, made: dict[str, Any]) -> None:
    page.goto(f"/accounts/{made['accounts'][20].pk}/")
    name = page.inner_text("h1")
    page.click("summary[aria-label='そのほかの操作']")
    page.click("button:has-text('ごみ箱へ移す')")
    page.wait_for_url("**/accounts/")
    page.goto("/bin/")
    page.locator(f".today-row:has-text('{name}') button").click()
    page.wait_for_url("**/accounts/*/")
    assert page.inner_text("h1") == name


@pytest.mark.row("A6")
def test_a_file_is_kept_on_a_card_and_given_back(page: Any, made: dict[str, Any], tmp_path: Any) -> None:
    path = tmp_path / "見積書 第2版.pdf"
    path.write_bytes(b"%PDF-1.4 test")
    page.goto(f"/accounts/{made['accounts'][0].pk}/")
    page.set_input_files("input[type=file]", str(path))
    link = page.wait_for_selector("a:has-text('見積書 第2版.pdf')")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "見積書 第2版.pdf"


@pytest.mark.row("F2")
def test_a_viewer_sees_and_cannot_change(browse: Any, made: dict[str, Any]) -> None:
    carol = browse("carol")
    carol.goto(f"/accounts/{made['accounts'][0].pk}/")
    assert carol.locator("button.fact-value").count() == 0
    assert carol.locator(".composer").count() == 0
    carol.goto("/accounts/")
    assert carol.locator(".actions .btn-primary").count() == 0


@pytest.mark.row("F6")
def test_the_program_speaks_english_to_those_who_want_it(browse: Any, made: dict[str, Any]) -> None:
    bob = browse("bob")
    bob.goto("/today/")
    bob.click("summary[aria-label^='自分のメニュー']")
    bob.click("button:has-text('English')")
    bob.wait_for_selector("html[lang=en]")
    bob.click("summary.avatar")
    bob.click("button:has-text('日本語')")
    bob.wait_for_selector("html[lang=ja]")
