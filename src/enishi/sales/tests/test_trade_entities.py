"""Products, price lists, quotes, orders, invoices and payments do what every entity does."""

import json
from typing import Any

import pytest

from enishi.records import registry, write
from enishi.records.testing import EntityTests


class TestProducts(EntityTests):
    entity = "product"

    def values(self, number: int) -> dict[str, Any]:
        return {"name": f"複合機{number}", "code": f"P{number}", "price": "12,800", "unit": "台"}

    def test_prices_are_no_sum(self, as_alice: Any, alice: Any) -> None:
        for number in range(2):
            write.create(registry.get("product"), self.values(number), by=alice)
        page = as_alice.get("/products/").text
        assert "12,800" in page and "25,600" not in page


class TestPriceLists(EntityTests):
    entity = "price_list"

    def values(self, number: int) -> dict[str, Any]:
        return {"name": f"特約店{number}"}


LINES = json.dumps(
    [
        {"text": "複合機用トナー", "quantity": "3", "unit": "本", "unit_price": "99"},
        {"text": "ミネラルウォーター", "quantity": "2", "unit_price": "150", "tax_code": "reduced"},
    ]
)


class DocumentTests(EntityTests):
    """What holds for all documents."""

    @pytest.fixture(autouse=True)
    def _account(self, alice: Any) -> None:
        self.account = write.create(registry.get("account"), {"name": "みどり商事"}, by=alice).record

    def values(self, number: int) -> dict[str, Any]:
        return {
            "name": f"トナー{number}回目",
            "account": self.account.pk,
            "date": "2026-10-31",
            "lines": LINES,
        }


class TestQuotes(DocumentTests):
    entity = "quote"


class TestOrders(DocumentTests):
    entity = "order"


class TestInvoices(DocumentTests):
    entity = "invoice"
