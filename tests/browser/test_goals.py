"""A goal is set on a telephone and its numbers lead to their records."""

from typing import Any

import pytest
from django.utils import timezone

from enishi.records import registry, write
from enishi.records.models import Notification
from tests.browser import company

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def made(live_enishi: Any) -> None:
    """A deal that was won, one that is nearly, and a visit; all of alice's."""
    with live_enishi.data():
        alice = live_enishi.person("alice")
        held = company.build(alice)
        won = held["deals"][0]
        stage = won.pipeline.stages.get(outcome="won")
        write.write(registry.get("deal"), won.pk, {"stage": stage.pk, "owner": alice.pk}, by=alice)
        write.write(
            registry.get("deal"),
            held["deals"][4].pk,
            {"expected_close": timezone.localdate(), "owner": alice.pk},
            by=alice,
        )
        write.create(
            registry.get("activity"),
            {"kind": "visit", "text": "ご挨拶", "outcome": "success", "owner": alice.pk},
            by=alice,
        )


@pytest.mark.row("C8")
def test_a_goal_is_set_on_a_telephone_and_shown_today(phone: Any, made: None) -> None:
    phone.goto("/forecast/")
    phone.click(".page-head >> text=目標を立てる")
    phone.fill("#dialog [name=target]", "400万")
    phone.click("#dialog button.btn-primary")
    row = phone.locator(".goals-table tbody tr:has-text('¥4,000,000')")
    row.wait_for()
    assert "¥4,000,000" in row.inner_text() and "25%" in row.inner_text() and "¥6,000,000" in row.inner_text()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.goto("/today/")
    assert "25%" in phone.locator(".goal-bar").inner_text()
    phone.click(".goal-bar")
    phone.click(".goals-table td[data-label='実績'] a")
    phone.wait_for_selector("main >> text=設備更新 引き合い")


@pytest.mark.row("C10")
def test_meeting_figures_lead_to_their_records(phone: Any, made: None) -> None:
    phone.goto("/meetings/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.click(".meetings-table tbody td[data-label='成功'] a")
    phone.wait_for_selector("main >> text=訪問")


@pytest.mark.row("C9")
def test_a_daily_report_is_sent_in_on_a_telephone_and_commented(
    phone: Any, browse: Any, made: None, live_enishi: Any
) -> None:
    phone.goto("/daily/")
    assert "ご挨拶" in phone.input_value("#daily-done")
    phone.fill("#daily-result", "好感触でした")
    phone.click("text=提出する")
    phone.wait_for_selector("main >> text=提出済み")
    bob = browse("bob")
    bob.goto("/daily-reports/?preset=today")
    bob.click("td a >> nth=0")
    bob.fill(".daily-comment textarea", "よく聞けました")
    bob.click(".daily-comment button")
    bob.wait_for_selector(".card-left >> text=よく聞けました")
    with live_enishi.data():
        told = Notification.objects.get(user=live_enishi.person("alice"))
        assert "よく聞けました" in told.text
