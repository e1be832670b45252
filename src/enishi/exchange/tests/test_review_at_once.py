"""Several people at once: one search, and nothing merged by what a record no longer is."""

from typing import Any

import pytest
from django.utils import timezone
from tests.support import people

from enishi.exchange.duplicates import operations, review
from enishi.exchange.duplicates.models import DuplicateRun
from enishi.exchange.tests.test_review import pair
from enishi.records import registry, write
from enishi.records.tests.test_idempotency import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.row("B4")]


@pytest.fixture
def alice(shared: None) -> Any:
    return people.make("alice")


def test_of_searches_started_at_once_one_runs(alice: Any) -> None:
    entity = registry.get("account")
    for _round in range(4):
        found = at_once([lambda: operations.start(entity, alice)] * 3)
        assert len({getattr(one, "pk", one) for one in found}) == 1
        assert DuplicateRun.objects.filter(status__in=["queued", "running"]).count() == 1
        DuplicateRun.objects.update(status="done")


def test_what_changed_while_the_search_ran_is_not_merged_by_itself(alice: Any) -> None:
    entity = registry.get("account")
    one, other = (write.create(entity, {"name": name}, by=alice).record for name in ("甲商事", "甲商事(株)"))
    pair(one, other, score=0.99, sure=True)
    run = DuplicateRun.objects.create(entity="account", user=alice, status="done", began_at=timezone.now())
    write.write(entity, other.pk, {"name": "乙工業"}, by=alice)
    assert review.merge_sure(entity, by=alice) == (None, 0, 0)
    run.began_at = timezone.now()
    run.save()
    operation, gone, left = review.merge_sure(entity, by=alice)
    assert operation is not None and (gone, left) == (1, 0)
