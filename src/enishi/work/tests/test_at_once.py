"""At the same time, with real transactions: taps on 今日, and days off that two people save."""

import datetime
from functools import partial
from typing import Any

import pytest
from django.test import Client
from tests.support import people

from enishi.records import registry, write
from enishi.records.testing import HTMX
from enishi.records.tests.test_idempotency import at_once
from enishi.work.models import Activity, CompanyWeek, DayOff, Task

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def alice(shared: None) -> Any:
    return people.make("alice")


def statuses(user: Any, address: str, *sent: dict[str, Any], **more: Any) -> list[int]:
    """What each of several browsers is answered that send at once."""
    jobs = []
    for one in sent:
        browser = Client()
        browser.force_login(user)
        jobs.append(partial(browser.post, address, one, **more))
    return sorted(getattr(one, "status_code", one) for one in at_once(jobs))


@pytest.mark.row("C5")
def test_taps_at_once_make_one_call_and_one_task(alice: Any) -> None:
    lead = write.create(registry.get("lead"), {"family_name": "佐藤"}, by=alice).record
    firm = write.create(registry.get("account"), {"name": "丸山製作所"}, by=alice).record
    taps: list[dict[str, Any]] = [{}] * 3
    assert statuses(alice, f"/leads/{lead.pk}/touched/", *taps, headers=HTMX) == [204, 204, 204]
    assert statuses(alice, f"/today/plan/?about=account:{firm.pk}", *taps, headers=HTMX) == [204, 422, 422]
    key = write.create(registry.get("task"), {"name": "電話"}, by=alice).record.pk
    assert statuses(alice, f"/tasks/{key}/done/", *taps, headers=HTMX) == [204, 204, 204]
    assert (Activity.objects.count(), Task.objects.count()) == (1, 2)


@pytest.mark.row("C4")
def test_days_off_that_two_people_save_at_once_are_there_once(alice: Any) -> None:
    address, days = "/settings/days-off/", [datetime.date(2026, 1, 1) + datetime.timedelta(days=n) for n in range(300)]  # fmt: skip
    lists = ["\n".join(f"{day} 休業" for day in some) for some in (days, days[::-1], days[150:] + days[:150])]
    sent: list[dict[str, Any]] = [{"action": "add", "days": one} for one in lists]
    for _again in range(4):
        assert statuses(alice, address, *sent) == [302, 302, 302]
        assert DayOff.objects.count() == 300
        DayOff.objects.all().delete()
    assert statuses(alice, address, *({"action": "week", "weekday": [one]} for one in "0123")) == [302] * 4
    assert CompanyWeek.objects.count() == 1
    DayOff.objects.create(day=days[0], name="休業")
    assert set(statuses(alice, address, *[{"action": "remove", "day": str(days[0])}] * 3)) <= {302, 404}
    back = f"{address}?action=restore&day={days[0]}&name=x"
    assert statuses(alice, back, {}, {}, {}, headers=HTMX) == [204, 204, 204]
    assert DayOff.objects.count() == 1
