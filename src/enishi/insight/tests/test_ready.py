"""F4: the reports that are there from the beginning."""

from typing import Any

import pytest
from django.test import Client

from enishi.insight import ready
from enishi.insight.reports.engine import compute
from enishi.records import registry, write
from enishi.records.limits import serving
from enishi.sales.models import Invoice, Order

pytestmark = [pytest.mark.django_db, pytest.mark.row("F4")]


def test_every_ready_report_asks_for_what_there_is(alice: Any, as_alice: Client) -> None:
    with serving(alice):
        assert [key for key in ready.REPORTS if ready.available(key) is None] == []
    assert {key for one in ready.DASHBOARDS.values() for key, _wide in one.tiles} <= set(ready.REPORTS)
    for key in ready.REPORTS:
        assert as_alice.get(f"/reports/{key}/").status_code == 200, key


def test_what_is_sold_and_unpaid_leaves_out_what_was_taken_back(alice: Any) -> None:
    account = write.create(registry.get("account"), {"name": "丸山商店"}, by=alice).record
    product = write.create(registry.get("product"), {"name": "味噌"}, by=alice).record
    line = {"product": product.pk, "quantity": "2", "unit_price": "1000", "tax_code": "standard"}
    for name in ("order", "invoice"):
        for _copy in range(3):
            write.create(registry.get(name), {"account": account.pk, "lines": [line]}, by=alice)
    Order.objects.filter(pk=Order.objects.latest("pk").pk).update(status="cancelled")
    paid, open_one, draft = Invoice.objects.order_by("pk")
    Invoice.objects.filter(pk__in=[paid.pk, open_one.pk]).update(status="issued", number="x", balance=2200)
    Invoice.objects.filter(pk=paid.pk).update(status="paid", balance=0)

    def total(key: str) -> list[Any]:
        spec = ready.available(key)
        assert spec is not None
        return list(compute(spec, alice).total)

    assert draft.status == "draft"
    with serving(alice):
        assert (
            total("orders-by-account") == total("orders-by-month") == total("orders-by-channel") == [4400, 2]
        )
        assert total("sales-by-product") == [4000, 4]
        assert total("billed-by-month") == [4400, 2200, 2]
        assert total("unpaid-by-account") == total("unpaid-by-due") == [2200, 1]
