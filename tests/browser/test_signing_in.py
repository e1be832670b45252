"""Signing in before a screen, on a laptop and on a telephone."""

import re
from typing import Any

import pytest

from enishi.access.models import User
from tests.support.browser import Browse
from tests.support.people import PASSWORD
from tests.support.program import Program

pytestmark = [pytest.mark.browser, pytest.mark.row("F2")]


@pytest.mark.parametrize("phone", [False, True])
def test_sign_in_and_out(browse: Browse, phone: bool) -> None:
    page = browse(None, phone=phone)
    page.goto("/me/")
    page.wait_for_url("**/signin/?next=/me/")
    page.get_by_label("メールアドレス").fill("carol@example.jp")
    page.get_by_label("パスワード").fill("wrong-password")
    page.expect_errors("422")
    page.get_by_role("button", name="サインイン").click()
    page.get_by_text("メールアドレスまたはパスワードが違います").wait_for()
    assert page.get_by_label("メールアドレス").input_value() == "carol@example.jp"
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url("**/me/")
    page.get_by_role("heading", name="自分の設定").wait_for()


@pytest.mark.row("F6")
def test_the_whole_sign_in_is_there_in_english(browse: Browse) -> None:
    page = browse(None)
    page.goto("/signin/")
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en"


def test_forgotten_password(browse: Browse, live_enishi: Program) -> None:
    page = browse(None)
    page.goto("/signin/")
    page.get_by_role("link", name="パスワードを忘れたとき").click()
    page.get_by_label("メールアドレス").fill("bob@example.jp")
    page.get_by_role("button", name="リンクを送る").click()
    page.get_by_role("heading", name="メールを確かめてください").wait_for()
    live_enishi.mails.wait()  # sent by the worker, a process of its own
    link = re.search(r"https?://\S+/password/\S+", live_enishi.mails.body())
    assert link
    page.goto(link[0])
    page.get_by_label("新しいパスワード", exact=True).fill("atarashii-kagi-77")
    page.get_by_label("新しいパスワード（もう一度）").fill("atarashii-kagi-77")
    page.get_by_role("button", name="このパスワードにする").click()
    page.get_by_role("heading", name="パスワードを変更しました").wait_for()
    with live_enishi.data():
        assert User.objects.get(email="bob@example.jp").check_password("atarashii-kagi-77")


@pytest.mark.parametrize("phone", [False, True])
def test_admin_adds_somebody_who_begins(browse: Browse, live_enishi: Program, phone: bool) -> None:
    mail = f"new{int(phone)}@example.jp"
    admin = browse("alice", phone=phone)
    admin.goto("/settings/users/")
    admin.get_by_role("link", name="利用者を追加").click()
    admin.get_by_label("氏名").fill("新田 真")
    admin.get_by_label("メールアドレス").fill(mail)
    admin.get_by_role("button", name="追加する").click()
    link = admin.get_by_label("リンク", exact=True).input_value()
    admin.reload()
    assert admin.get_by_label("リンク", exact=True).count() == 0
    new = browse(None, phone=phone)
    new.goto(link)
    new.get_by_label("パスワード", exact=True).fill("hajimete-no-kagi")
    new.get_by_label("パスワード（もう一度）").fill("hajimete-no-kagi")
    new.get_by_role("button", name="決めて始める").click()
    new.wait_for_url("**/today/")
    # Stopping ends what is open at once.
    admin.goto("/settings/users/")
    admin.get_by_role("link", name=mail).click()
    admin.get_by_role("button", name="利用を停止する").click()
    admin.get_by_text("停止中").first.wait_for()
    new.goto("/me/")
    new.wait_for_url("**/signin/**")


@pytest.mark.parametrize("phone", [False, True])
def test_own_settings(browse: Browse, live_enishi: Program, phone: bool) -> None:
    page = browse("carol", phone=phone)
    page.goto("/me/")
    page.get_by_label("画面の明るさ").select_option("dark")
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto("/me/password/")
    page.goto("/settings/")


def test_viewer_gets_a_page_that_says_why(browse: Browse) -> None:
    page: Any = browse("carol")
    page.expect_errors("403")
    page.goto("/settings/users/")
    page.get_by_text("管理者だけ").wait_for()
