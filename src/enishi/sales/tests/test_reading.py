"""What is read of documents costs as many questions to the database for many of them as for two."""

from typing import Any

import pytest
from django.test import Client

from enishi.records import registry, write
from enishi.records.testing import queries
from enishi.sales.documents import flow, pdf
from enishi.sales.models import Issuer

pytestmark = [pytest.mark.django_db, pytest.mark.row("C6")]
PAGES = ("/orders/", "/invoices/", "/papers/", "/api/v1/orders")


def lines(count: int) -> list[dict[str, str]]:
    return [{"text": f"トナー {n}", "quantity": "2", "unit_price": "99"} for n in range(count)]


def asked(client: Client, secret: str) -> dict[str, int]:
    """How many questions each page asks."""
    token = {"Authorization": f"Bearer {secret}"}
    return {url: len(queries(client, url, headers=token if "/api/" in url else {})) for url in PAGES}


def test_nothing_asks_per_document_or_line(as_bob: Client, bob: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from enishi.connect.tokens import make

    monkeypatch.setattr(pdf, "render", lambda html: b"%PDF-1.7 " + html.encode())
    monkeypatch.setattr(pdf, "available", lambda: True)
    Issuer.objects.create(pk=1, name="東和商事株式会社")
    _token, secret = make(bob, "sales", ["read"], by=bob)

    def fill(count: int, each: int) -> None:
        for n in range(count):
            account = write.create(registry.get("account"), {"name": f"株式会社みどり{n}"}, by=bob).record
            for name in ("order", "invoice"):
                values = {"account": account.pk, "lines": lines(each)}
                made = write.create(registry.get(name), values, by=bob).record
                flow.issue(registry.get(name), made.pk, by=bob)

    fill(2, 1)
    few = asked(as_bob, secret)
    fill(6, 5)
    assert asked(as_bob, secret) == few
