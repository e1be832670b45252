"""F4: the reports that are there from the beginning."""

from typing import Any

import pytest
from django.test import Client

from enishi.insight import ready
from enishi.records.limits import serving

pytestmark = [pytest.mark.django_db, pytest.mark.row("F4")]


def test_every_ready_report_asks_for_what_there_is(alice: Any, as_alice: Client) -> None:
    with serving(alice):
        assert [key for key in ready.REPORTS if ready.available(key) is None] == []
    assert {key for one in ready.DASHBOARDS.values() for key, _wide in one.tiles} <= set(ready.REPORTS)
    for key in ready.REPORTS:
        assert as_alice.get(f"/reports/{key}/").status_code == 200, key
