# ruff: noqa: F811
"""The first order makes a customer of a prospect, and is taken back together with what it made."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enishi.records import history, registry, write
from enishi.records.models import Event, Operation
from enishi.records.testing import HTMX
from enishi.sales.documents import flow
from enishi.sales.tests.test_document_steps import LINES, account, company, fresh, quote, undone

pytestmark = [pytest.mark.django_db, pytest.mark.row("C6")]


__all__ = ["account", "company", "quote"]  # fixtures that are used by their names


def order(account: Any, by: Any) -> Any:
    return write.create(registry.get("order"), {"account": account.pk, "lines": LINES}, by=by)


def test_a_quote_that_becomes_an_order_makes_a_customer(
    quote: Any,
    account: Any,
    bob: Any,
    as_bob: Client,
) -> None:
    assert fresh(account).status == "prospect"
    as_bob.post(f"/quotes/{quote.pk}/do/order/", {})
    assert fresh(account).status == "active"
    event = Event.objects.filter(entity="account", record_id=account.pk).latest("version")
    assert event.data["changes"]["status"] == ["prospect", "active"] and event.operation_id
    assert "はじめての受注で、取引中になりました。" in as_bob.get(f"/accounts/{account.pk}/").content.decode()
    assert undone(as_bob).status_code == 204
    assert fresh(account).status == "prospect"


def test_an_order_taken_by_hand_is_undone_with_its_customer(account: Any, bob: Any, as_bob: Client) -> None:
    made = order(account, bob)
    assert fresh(account).status == "active"
    assert as_bob.post(f"/undo/event/{made.event.pk}/", headers=HTMX).status_code == 204
    assert fresh(account).status == "prospect"
    history.undo_event(Event.objects.filter(entity="order", kind="deleted").latest("pk").pk, by=bob)
    assert fresh(account).status == "active"


def test_a_cancelled_first_order_was_none_but_the_second_holds(account: Any, bob: Any) -> None:
    first, second = order(account, bob).record, order(account, bob).record
    write.write(registry.get("order"), first.pk, {"status": "cancelled"}, by=bob, internal=True)
    assert fresh(account).status == "active"
    write.write(registry.get("order"), second.pk, {"status": "cancelled"}, by=bob, internal=True)
    assert fresh(account).status == "prospect"


@pytest.mark.parametrize("state", ["dormant", "active"])
def test_what_a_person_said_of_an_account_stays(account: Any, bob: Any, state: str) -> None:
    write.write(registry.get("account"), account.pk, {"status": state}, by=bob)
    made = order(account, bob)
    assert fresh(account).status == state
    history.undo_event(made.event.pk, by=bob)
    assert fresh(account).status == state


def test_several_at_once_are_undone_as_one(account: Any, bob: Any) -> None:
    operation = Operation.objects.create(kind="bulk", user=bob, summary="まとめて")
    other = write.create(registry.get("account"), {"name": "別の店"}, by=bob).record
    rows = [{"account": one.pk, "lines": LINES} for one in (account, other)]
    write.create_many(registry.get("order"), rows, by=bob, operation=operation)
    assert {fresh(account).status, fresh(other).status} == {"active"}
    history.undo_operation(operation.pk, by=bob)
    assert {fresh(account).status, fresh(other).status} == {"prospect"}


def test_an_issued_order_that_is_made_anew_keeps_its_customer(account: Any, bob: Any) -> None:
    made = order(account, bob).record
    flow.issue(registry.get("order"), made.pk, by=bob)
    flow.void(registry.get("order"), made.pk, "数量の誤り", by=bob, anew=True)
    assert fresh(account).status == "active"


def test_later_steps_of_an_order_leave_what_a_person_said(account: Any, bob: Any) -> None:
    made = order(account, bob).record
    write.write(registry.get("account"), account.pk, {"status": "prospect"}, by=bob)
    write.write(registry.get("order"), made.pk, {"status": "delivered"}, by=bob)
    assert fresh(account).status == "prospect"
    write.write(registry.get("order"), made.pk, {"status": "cancelled"}, by=bob)
    write.write(registry.get("order"), made.pk, {"status": "open"}, by=bob)
    assert fresh(account).status == "active"  # it came back


def test_many_first_orders_cost_queries_by_the_batch(bob: Any) -> None:
    accounts = [write.create(registry.get("account"), {"name": f"店{n}"}, by=bob).record for n in range(12)]
    rows = [{"account": one.pk, "lines": LINES} for one in accounts]
    entity = registry.get("order")
    with CaptureQueriesContext(connection) as asked:
        write.create_many(entity, rows, by=bob, operation=None)
    assert sum('UPDATE "records_event"' in one["sql"] for one in asked) == 1
    assert {fresh(one).status for one in accounts} == {"active"}
    write.delete(entity, list(entity.model._default_manager.values_list("pk", flat=True)), by=bob)
    assert {fresh(one).status for one in accounts} == {"prospect"}
