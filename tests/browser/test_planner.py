"""A visit planned from the calendar stands there at its time."""

import datetime
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.row("C4")]


def test_plan_a_visit(page: Any, live_enishi: Any) -> None:
    page.goto("/today/")
    page.click(".side-link:has-text('予定')")
    page.wait_for_selector(".planner-week")
    page.click(".month-day.today .planner-plus")
    page.fill("#dialog [name=name]", "丸山商店を訪問")
    page.click("#dialog button.btn-primary")
    line = page.wait_for_selector(".month-day.today .month-one:has-text('丸山商店を訪問')")
    assert "10:00" in line.inner_text()
    with live_enishi.data():
        from enishi.work.models import Task

        made = Task.objects.get(name="丸山商店を訪問")
        assert (made.kind, made.all_day, made.due_at.astimezone(datetime.UTC).hour) == ("visit", False, 1)
