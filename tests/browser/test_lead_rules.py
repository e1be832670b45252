"""Who gets leads is drawn on a telephone; a hot one waits on 今日 and is done in one tap; a report is sent by mail."""

from typing import Any

import pytest

from enishi.records import registry, write
from enishi.sales.models import Lead
from tests.browser import company

pytestmark = [pytest.mark.browser, pytest.mark.row("C1")]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> None:
    """A company with a hot lead of alice's."""
    with live_enishi.data():
        alice = live_enishi.person("alice")
        company.build(alice)
        values = {"family_name": "高橋", "heat": "hot", "mobile": "090-1111-2222", "owner": alice.pk}
        write.create(registry.get("lead"), values, by=alice)


def test_a_rule_is_drawn_and_gives_the_next_lead(phone: Any, made: None, live_enishi: Any) -> None:
    with live_enishi.data():
        bob = live_enishi.person("bob")
    phone.goto("/settings/lead-rules/new/")
    phone.fill("[name=name]", "関東")
    phone.click("summary:has-text('関東')")
    phone.click("label:has-text('東京都')")
    phone.click(f"label:has-text('{bob.name}')")
    phone.click("main .btn-primary:has-text('保存')")
    phone.wait_for_selector(f"text=次の人: {bob.name}")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    with live_enishi.data():
        values = {"family_name": "鈴木", "address": "東京都港区芝1-1"}
        lead = write.create(registry.get("lead"), values, by=live_enishi.person("alice")).record
    phone.goto(f"/leads/{lead.pk}/")
    phone.wait_for_selector("text=割り当てルール「関東」")


def test_a_hot_lead_is_done_in_one_tap_and_taken_back(phone: Any, made: None, live_enishi: Any) -> None:
    phone.goto("/today/")
    phone.click(".today-row:has-text('高橋') >> text=連絡した")
    phone.wait_for_selector(".today-row:has-text('温度感が高い')", state="detached")
    phone.click(".toast-box >> text=元に戻す")
    phone.wait_for_selector(".today-row:has-text('高橋'):has-text('温度感が高い')")
    with live_enishi.data():
        assert Lead.objects.get(family_name="高橋").status == "new"


def test_the_questions_lead_to_a_heat_and_a_report_gets_its_time(page: Any, made: None) -> None:
    page.goto("/settings/lead-questions/")
    page.click("text=4つの質問を入れる")
    page.wait_for_selector("text=点を保存")
    page.goto("/reports/pipeline/mail/")
    page.click("label:has-text('毎月')")
    page.select_option("[name=day]", "31")
    page.click("main .btn-primary:has-text('保存')")
    page.wait_for_selector("text=毎月 月末 8時")
