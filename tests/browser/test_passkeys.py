"""Passkeys and the authenticator app before a screen; the finger is Chromium's virtual authenticator."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import Browse
from tests.support.people import PASSWORD
from tests.support.program import Program

pytestmark = [pytest.mark.browser, pytest.mark.row("F2")]


def finger(page: Any) -> None:
    """A machine that knows its owner's finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(page: Any, mail: str) -> None:
    page.goto("/signin/")
    page.get_by_label("メールアドレス").fill(mail)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()


@pytest.mark.parametrize("phone", [False, True])
def test_a_finger_opens_without_a_password(browse: Browse, live_enishi: Program, phone: bool) -> None:
    with live_enishi.data():
        from enishi.access.models import User

        mail = f"finger{phone}@example.jp"
        User.objects.create_user(mail, PASSWORD, name="指 紋子", role="member")
    page = browse(None, phone=phone)
    finger(page)
    sign_in(page, mail)
    page.wait_for_url("**/today/")
    page.goto("/me/")
    page.get_by_role("link", name="2段階認証・パスキー・端末").click()
    page.get_by_role("link", name="パスキーを登録する").click()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    page.get_by_label("このパスキーの名前").fill("仕事のノート")
    page.get_by_role("button", name="この端末で登録する").click()
    page.wait_for_url("**/me/safety/codes/")
    expect(page.locator("[data-recovery] li")).to_have_count(10)
    page.goto("/me/safety/")
    expect(page.get_by_text("仕事のノート")).to_be_visible()
    expect(page.get_by_text("この端末", exact=True)).to_be_visible()
    page.context.clear_cookies()
    page.goto("/signin/")
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/today/")
    # With the password it is the second factor.
    page.context.clear_cookies()
    sign_in(page, mail)
    page.wait_for_url("**/signin/code/**")
    page.goto("/signin/code/")
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/today/")
    # And it is taken away again.
    page.goto("/me/safety/")
    page.get_by_role("link", name="外す").first.click()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    page.get_by_role("button", name="外す").click()
    page.wait_for_url("**/me/safety/**")
    expect(page.get_by_text("仕事のノート")).to_have_count(0)


def test_the_app_is_registered_and_asked_for(browse: Browse, live_enishi: Program) -> None:
    from tests.platform.test_second_factor import code_of

    with live_enishi.data():
        from enishi.access.models import User

        User.objects.create_user("app@example.jp", PASSWORD, name="安全 守", role="member")
    page = browse(None)
    sign_in(page, "app@example.jp")
    page.wait_for_url("**/today/")
    page.goto("/me/safety/")
    page.get_by_role("link", name="認証アプリを登録する").click()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    page.wait_for_url("**/me/safety/app/")
    secret = page.locator("#secret").input_value()
    page.get_by_label("6桁のコード").fill("000000")
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("コードが違います")).to_be_visible()
    page.get_by_label("6桁のコード").fill(code_of(page.locator("#secret").input_value() or secret))
    page.get_by_role("button", name="登録する").click()
    page.wait_for_url("**/me/safety/codes/")
    code = page.locator("[data-recovery] li").first.inner_text()
    page.context.clear_cookies()
    sign_in(page, "app@example.jp")
    page.get_by_label("認証アプリの6桁のコード、または回復コード").fill(code)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url("**/today/")
