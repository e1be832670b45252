"""The owner makes a role in the browser; who has it sees what it says, on a telephone too. And a person's data are given out and taken away."""

from typing import Any

import pytest
from playwright.sync_api import expect

from enishi.records import registry, write
from tests.browser import company

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> dict[str, Any]:
    with live_enishi.data():
        return company.build(live_enishi.person("alice"))


@pytest.mark.row("F2")
def test_a_role_is_drawn_given_and_holds(browse: Any, live_enishi: Any, made: dict[str, Any]) -> None:
    with live_enishi.data():
        from enishi.access.models import User

        alice = live_enishi.person("alice")
        walker = User.objects.create_user(
            "walker@example.jp", "とても長い合言葉です", name="外村 回", role="member"
        )
        account = write.create(
            registry.get("account"), {"name": "自分の担当商店", "owner": walker.pk}, by=alice
        ).record
        write.create(registry.get("deal"), {"name": "自分の案件", "amount": 7_654_321, "account": account.pk, "owner": walker.pk}, by=alice)  # fmt: skip
        write.create(registry.get("account"), {"name": "よその得意先"}, by=alice)
    page = browse("alice")
    page.goto("/settings/")
    page.get_by_role("link", name="利用者・役割・チーム").click()
    page.get_by_role("link", name="チーム").click()
    page.get_by_label("チーム名").last.fill("西日本営業部")
    page.get_by_role("button", name="作る").click()
    expect(page.locator("summary", has_text="西日本営業部")).to_be_visible()
    page.get_by_role("link", name="役割と権利").click()
    page.get_by_label("役割の名前").fill("外回り")
    page.get_by_role("button", name="作る").click()
    page.wait_for_url("**/settings/roles/*/")
    for entity in ("取引先", "案件"):
        for action in ("見る", "変更", "削除"):
            page.get_by_label(f"{entity}: {action}").select_option("own")
    page.get_by_label("取引先: 書き出し").select_option("none")
    page.locator("summary", has_text="案件").click()
    page.get_by_label("金額", exact=True).select_option("hidden")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("2秒以内")).to_be_visible()
    page.goto("/settings/users/")
    page.get_by_role("link", name="外村 回").click()
    page.get_by_label("役割").select_option(label="外回り")
    page.get_by_label("チーム").select_option(label="西日本営業部")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("保存しました")).to_be_visible()

    phone = browse(walker, phone=True)
    phone.goto("/accounts/")
    expect(phone.get_by_text("自分の担当商店")).to_be_visible()
    expect(phone.get_by_text("よその得意先")).to_have_count(0)
    phone.goto("/search/?q=よその")
    expect(phone.get_by_text("見つかりません")).to_be_visible()
    phone.goto("/deals/board/")
    expect(phone.get_by_text("自分の案件")).to_be_visible()
    assert "7,654,321" not in phone.content()
    laptop = browse(walker)
    laptop.goto("/accounts/")
    expect(laptop.get_by_role("button", name="書き出し")).to_have_count(0)


@pytest.mark.row("F7")
def test_a_person_is_given_out_and_made_anonymous(
    browse: Any, live_enishi: Any, made: dict[str, Any]
) -> None:
    with live_enishi.data():
        alice = live_enishi.person("alice")
        contact = write.create(registry.get("contact"), {"family_name": "弁天", "given_name": "小僧", "mobile": "090-8888-0001"}, by=alice).record  # fmt: skip
    page = browse("alice")
    page.goto(f"/contacts/{contact.pk}/")
    page.get_by_label("そのほかの操作").click()
    page.get_by_role("link", name="個人データの開示・匿名化").click()
    with page.expect_download() as held:
        page.get_by_role("button", name="書き出す").click()
    assert held.value.suggested_filename.endswith(".zip")
    page.get_by_label("元に戻せないことを確かめました").check()
    page.get_by_role("button", name="匿名化する").click()
    page.wait_for_url(f"**/contacts/{contact.pk}/")
    expect(page.get_by_role("heading", name=f"匿名 {contact.pk}")).to_be_visible()
    assert "弁天" not in page.content() and "8888" not in page.content()
    page.goto("/settings/retention/")
    page.goto("/settings/access-log/")
    expect(page.locator(".chip", has_text="匿名化")).to_be_visible()
