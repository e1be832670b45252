"""次の購入 from a changed order through the worker to the list, the card and the call."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.insight.periodic import fit_purchases
from enishi.insight.purchases import runs
from enishi.insight.purchases.models import PurchaseFit
from enishi.records import registry, write
from enishi.records.errors import Refused
from enishi.records.models import SavedView
from enishi.site.worker import Worker
from tests.platform.test_worker import work

pytestmark = [pytest.mark.django_db, pytest.mark.row("C7")]


def test_an_order_becomes_a_day_to_call(alice: Any, as_alice: Client) -> None:
    fit_purchases()
    assert not PurchaseFit.objects.exists()  # a base without orders isn't looked at
    assert "受注がまだありません" in as_alice.get("/accounts/?preset=buy_soon").content.decode()
    today = timezone.localdate()
    account = write.create(registry.get("account"), {"name": "茶舗 みやび"}, by=alice).record
    product = write.create(registry.get("product"), {"name": "煎茶", "price": "800"}, by=alice).record

    def buy(days: int) -> Any:
        line = {"product": product.pk, "quantity": "2", "unit_price": "800"}
        values = {
            "account": account.pk,
            "date": (today - datetime.timedelta(days=days)).isoformat(),
            "lines": [line],
        }
        return write.create(registry.get("order"), values, by=alice).record

    made = [buy(days) for days in (150, 120, 90, 60, 25)]
    fit_purchases()
    fit_purchases()  # a second look queues no second run
    assert work(Worker()) == 1
    page = as_alice.get("/accounts/?preset=buy_soon").content.decode()
    assert "茶舗 みやび" in page and "あと5日" in page and f"about=account:{account.pk}&amp;kind=call" in page
    assert "茶舗 みやび" not in as_alice.get("/accounts/?preset=buy_late").content.decode()
    card = as_alice.get(f"/accounts/{account.pk}/").content.decode()
    assert "およそ30日おき、あと5日" in card
    # Nobody writes them by hand; as conditions they serve like any other field.
    with pytest.raises(Refused):
        write.write(registry.get("account"), account.pk, {"buy_value": "1"}, by=alice)
    as_alice.post("/accounts/views/?preset=buy_soon", {"name": "電話する"})
    assert "茶舗 みやび" in as_alice.get(f"/accounts/?view={SavedView.objects.get().pk}").content.decode()
    found = as_alice.get(
        '/accounts/?filter={"field":"buy_every","op":"between","value":[29,31]}&columns=buy_every,buy_value&sort=-buy_value'
    )
    assert "茶舗 みやび" in found.content.decode() and "30日" in found.content.decode()
    # What was cancelled is no purchase; nothing runs before its time, then only what changed is written.
    write.write(registry.get("order"), made[-1].pk, {"status": "cancelled"}, by=alice)
    assert not runs.start_if_due()
    PurchaseFit.objects.update(ended_at=timezone.now() - datetime.timedelta(hours=1))
    fit_purchases()
    assert work(Worker()) == 1
    account.refresh_from_db()
    assert account.buy_last_on == today - datetime.timedelta(days=60)
    assert runs.last_done().figures["changed"] == 1  # type: ignore[union-attr]
    # A run whose worker died is taken up again.
    lost = PurchaseFit.objects.create(status="running", beat_at=timezone.now() - datetime.timedelta(hours=1))
    fit_purchases()
    assert work(Worker()) == 1
    lost.refresh_from_db()
    assert lost.status == "failed"
