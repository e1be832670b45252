"""A lead becomes a customer, in the browser, on a laptop and on a telephone."""

from typing import Any

import pytest

from enishi.records import registry, write
from enishi.sales.models import Deal, Lead
from tests.browser import company

pytestmark = [pytest.mark.browser, pytest.mark.row("C1")]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> None:
    """A company with an account that is known and two people who asked."""
    with live_enishi.data():
        alice = live_enishi.person("alice")
        company.build(alice)
        write.create(registry.get("account"), {"name": "青葉工業㈱"}, by=alice)
        for given in ("直子", "健"):
            values = {
                "family_name": "高橋",
                "given_name": given,
                "company": "株式会社青葉工業",
                "source": "展示会",
            }
            write.create(registry.get("lead"), values, by=alice)


def walk(page: Any, given: str) -> None:
    page.goto("/leads/")
    page.click(f"text=高橋 {given}")
    page.wait_for_selector("text=同じ相手かもしれません")
    page.click("text=転換する")
    account = page.locator("label:has-text('青葉工業㈱') input[name=account]")
    assert account.is_checked()
    page.fill("#f-deal-name", f"{given}さんの案件")
    page.fill("#f-deal-amount", "90万")
    page.locator("main button.btn-primary:has-text('転換する')").click()
    page.wait_for_selector(".toast-box:has-text('転換しました')")
    page.wait_for_selector(f".document-bar >> text={given}さんの案件")


def test_a_lead_is_converted_on_a_laptop_and_taken_back(page: Any, made: None, live_enishi: Any) -> None:
    walk(page, "直子")
    with page.expect_navigation():
        page.click(".toast-box >> text=元に戻す")
    page.wait_for_selector(".document-bar >> text=転換する")
    with live_enishi.data():
        assert not Deal.objects.filter(name="直子さんの案件", deleted_at=None).exists()
        assert Lead.objects.get(given_name="直子").status == "new"


def test_a_lead_is_converted_on_a_telephone(phone: Any, made: None, live_enishi: Any) -> None:
    walk(phone, "健")
    with live_enishi.data():
        assert Deal.objects.get(name="健さんの案件").account.name == "青葉工業㈱"


def test_figures_by_source_fit_a_telephone(phone: Any, made: None) -> None:
    phone.goto("/leads/figures/")
    table = phone.locator(".stacked-table")
    assert table.evaluate("one => one.parentElement.scrollWidth <= one.parentElement.clientWidth")
    shown = table.locator("tbody td.num").first.evaluate("one => getComputedStyle(one, '::before').content")
    assert "リード" in shown  # each figure says what it is
    assert table.locator("tbody td.num > a").first.bounding_box()["height"] >= 32
