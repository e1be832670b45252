"""The sample company: whoever tries the program finds the pages of a working day filled."""

import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import User
from enishi.insight.goals import kept
from enishi.insight.goals.models import Goal
from enishi.insight.reports import engine
from enishi.sales.models import Invoice, Order, Quote
from enishi.site import demo
from enishi.work.daily.models import DailyReport
from enishi.work.models import Activity, Task

pytestmark = [pytest.mark.django_db, pytest.mark.row("C8"), pytest.mark.row("C9")]


def test_it_has_goals_appointments_and_reports(alice: User, as_alice: Client) -> None:
    kept.forget()
    engine.forget()
    demo.load(alice)
    for model in (Quote, Order, Invoice):  # also what is stored as issued at once
        assert not model._default_manager.filter(tax=0).exists() and model._default_manager.exists()
    goals = Goal.objects.filter(period="month", start=timezone.localdate().replace(day=1), target__gt=0)
    for measure in ("won_amount", "visits", "calls"):
        assert goals.filter(scope="person", measure=measure).count() == User.objects.count() == 5
    whole = goals.get(scope="company")
    assert whole.name in as_alice.get("/goals/").text and "目標はまだ" not in as_alice.get("/forecast/").text
    led = Activity.objects.filter(next_task__isnull=False)
    assert led.count() >= 20 and not led.exclude(next_task__kind__in=("visit", "meeting")).exists()
    ahead = Task.objects.filter(done_at=None, due_at__gt=timezone.now(), kind__in=("visit", "meeting"))
    assert ahead.exists() and as_alice.get("/meetings/").status_code == 200
    reports = DailyReport.objects.filter(owner=alice)
    assert reports.count() >= 3 and not reports.filter(submitted_at=None).exists()
    assert reports.first().name in as_alice.get("/daily-reports/").text  # type: ignore[union-attr]
