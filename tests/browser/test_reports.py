"""Reports in the browser: built with a preview, kept, followed to their records; a dashboard put in order."""

from typing import Any

import pytest

from tests.browser import company

pytestmark = [pytest.mark.each_database, pytest.mark.browser, pytest.mark.row("F4")]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> dict[str, Any]:
    """Deals in each open stage."""
    with live_enishi.data():
        return company.build(live_enishi.person("alice"))


def test_a_report_is_built_and_leads_to_its_records(page: Any, made: dict[str, Any]) -> None:
    page.goto("/reports/new/?entity=deal")
    page.wait_for_selector("#preview .report-table")
    page.select_option("[name=row0]", "account")
    page.select_option("[name=measure] >> nth=0", "sum:amount")
    page.wait_for_selector("#preview th:has-text('株式会社丸山製作所')")
    page.select_option("[name=row0]", "created_at")
    page.wait_for_selector("[name=row0_bucket]:visible")
    page.wait_for_selector("#preview th:has-text('（月）')")
    page.select_option("[name=row0]", "account")
    page.fill("[name=name]", "取引先ごとの金額")
    page.click("form#report-form .btn-primary")
    page.wait_for_url("**/reports/*/")
    with page.expect_navigation():
        page.click(".report-table td a >> nth=0")
    assert "/deals/?filter=" in page.url
    page.wait_for_selector(".table-sheet tbody tr")


def test_a_dashboard_is_ordered_with_the_keyboard(phone: Any, made: dict[str, Any]) -> None:
    phone.goto("/dashboards/new/?from=sales-head")
    first = phone.locator(".tile-row [data-name]").nth(0).inner_text()
    phone.locator("[data-tiles] [data-down]").nth(0).press("Enter")
    assert phone.locator("[data-tiles] [data-name]").nth(1).inner_text() == first
    phone.click("form .btn-primary >> text=保存")
    phone.wait_for_selector(f".tile:nth-child(2) h2:has-text('{first}')")
    phone.wait_for_selector(".tile svg.narrow")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
