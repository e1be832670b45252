"""Who should buy next: from the menu to a task in two taps, on a telephone too; what the figures are made of."""

from typing import Any

import pytest
from django.utils import timezone

from enishi.insight.purchases import runs
from enishi.insight.tests.test_purchases import orders, shop, simulated
from enishi.people.models import Account
from enishi.records import registry, write
from enishi.work.models import Task

pytestmark = [pytest.mark.browser, pytest.mark.row("C7")]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> str:
    """A company of 300 customers, of whom forty bought printers, toner and paper; the address of one who has no toner yet."""
    with live_enishi.data():
        alice = live_enishi.person("alice")
        buyers, _products = shop(alice)
        rows = [
            {"name": f"株式会社{word}{n}商店", "phone": f"03-5555-{n:04}", "owner": alice.pk}
            for n in range(65)
            for word in ("東", "西", "南", "北")
        ]
        customers = write.create_many(registry.get("account"), rows, by=alice, operation=None)
        orders(simulated([*customers, *buyers[10:15]], timezone.localdate()))
        assert runs.run_now().figures["model"] == "bgnbd"
        return f"/accounts/{buyers[14].pk}/"


def test_a_tap_makes_a_task_of_who_should_buy(phone: Any, made: str, live_enishi: Any) -> None:
    phone.goto("/menu/")
    phone.click("main >> text=次の購入")
    row = phone.locator(".table-sheet tbody tr").first
    row.wait_for()
    assert "およそ" in row.inner_text() and "あと" in row.inner_text()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    row.locator("button[title=タスクを作る]").click()
    phone.fill("#dialog [name=text]", "補充の確認")
    phone.click("#dialog button.btn-primary")
    phone.wait_for_selector("#dialog", state="hidden")
    with live_enishi.data():
        assert Task.objects.get(name="補充の確認").about.startswith("account:")
    phone.goto(made)
    assert "75%" in phone.locator("#next-purchase").inner_text()


def test_what_the_figures_are_made_of(page: Any, made: str, live_enishi: Any) -> None:
    with live_enishi.data():
        best = Account.objects.filter(buy_state="on", buy_value__gt=0).order_by("-buy_value", "-pk")[0].name
    page.goto("/accounts/?preset=buy_top")
    assert best in page.locator(".table-sheet tbody tr").first.inner_text()
    page.click("text=見込みの根拠")
    said = page.locator(".purchase-panel").inner_text()
    assert "見込み" in said and "実際" in said and "BG/NBD" in said and "検証" in said
    page.goto("/today/")
    assert "次の購入" in page.locator("main").inner_text()
