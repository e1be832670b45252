"""A company that begins today: every page says what goes there and what to do next (A5, C3, F4)."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.insight.purchases.models import PurchaseFit
from enishi.records import registry, write
from enishi.sales.models import Pipeline
from enishi.site import start

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5"), pytest.mark.row("F8")]


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_the_board_has_its_stages_before_the_first_deal(as_alice: Client) -> None:
    assert start.first_pipeline() and not start.first_pipeline()
    assert "提案・見積" in text(as_alice, "/deals/board/") and Pipeline.objects.count() == 1
    Pipeline.objects.update(deleted_at=timezone.now())  # taken out by somebody: that is his word
    assert not start.first_pipeline()


def test_a_preset_of_nothing_says_what_goes_there(alice: Any, as_alice: Client) -> None:
    page = text(as_alice, "/tasks/?preset=mine")
    assert "タスクはまだありません" in page and "条件に合うものがありません" not in page
    write.create(registry.get("task"), {"name": "電話", "done_at": timezone.now().isoformat()}, by=alice)
    assert "条件に合うものがありません" in text(as_alice, "/tasks/?preset=mine")


def test_figures_of_nothing_lead_to_what_is_missing(as_alice: Client) -> None:
    report = text(as_alice, "/reports/sales-by-product/")  # of lines: it leads to what they stand in
    assert "受注はまだありません" in report and 'href="/orders/"' in report
    assert "100%" not in text(as_alice, "/accounts/quality/")
    assert 'href="/leads/"' in text(as_alice, "/leads/figures/").partition("まだありません。")[2]
    assert 'href="/reports/"' in text(as_alice, "/report-mails/").partition("まだありません。")[2]
    assert "下書きしました" not in text(as_alice, "/daily/")


def test_the_forecast_of_purchases_begins_when_it_is_looked_for(alice: Any, as_alice: Client) -> None:
    account = write.create(registry.get("account"), {"name": "茶舗 みやび"}, by=alice).record
    values = {"account": account.pk, "date": timezone.localdate().isoformat()}
    write.create(registry.get("order"), values | {"lines": [{"text": "煎茶", "quantity": "1"}]}, by=alice)
    for _again in range(2):
        page = text(as_alice, "/accounts/?preset=buy_soon")
        assert "見込みを計算しています" in page and "まだ計算されていません" not in page
    assert PurchaseFit.objects.count() == 1


def test_lines_of_a_product_say_when_and_to_whom(alice: Any, as_alice: Client) -> None:
    product = write.create(registry.get("product"), {"name": "煎茶", "price": "800"}, by=alice).record
    for name, day in (("茶舗 みやび", "2026-04-01"), ("甘味 よしの", "2026-05-02")):
        account = write.create(registry.get("account"), {"name": name}, by=alice).record
        line = {"product": product.pk, "quantity": "2", "unit_price": "800"}
        write.create(registry.get("order"), {"account": account.pk, "date": day, "lines": [line]}, by=alice)
        write.create(registry.get("order"), {"account": account.pk, "date": "2025-01-31"}, by=alice)
        history = text(as_alice, f"/accounts/{account.pk}/").partition("購買履歴")[2]
        assert (
            0 < history.find(day.replace("-", "/")) < history.find("2025/01/31")
        )  # not what was touched last
    card = text(as_alice, f"/products/{product.pk}/")
    assert 0 < card.find("2026/05/02 甘味 よしの") < card.find("2026/04/01 茶舗 みやび")  # the newest first


def test_a_refused_form_has_a_way_back(alice: Any, as_alice: Client) -> None:
    quote = write.create(registry.get("quote"), {"name": "茶葉"}, by=alice).record
    address = f"/quotes/{quote.pk}/"
    card = text(as_alice, address)
    assert 'href="/settings/papers/"' in card and f'hx-post="{address}do/issue/"' in card
    as_script = as_alice.post(f"{address}do/issue/", headers={"HX-Request": "true"})
    assert as_script.status_code == 422 and "自社の名称" in str(json.loads(as_script.headers["HX-Trigger"]))
    for came, shown in ((f"http://testserver{address}", True), ("http://elsewhere.example/", False)):
        answer = as_alice.post(f"{address}do/issue/", headers={"Referer": came})
        assert answer.status_code == 422 and ("前の画面へ戻る" in answer.content.decode()) == shown
        assert "elsewhere" not in answer.content.decode()


def test_todays_figure_leads_to_just_its_deals(alice: Any, bob: Any, as_alice: Client) -> None:
    start.first_pipeline()
    won = registry.get("deal")
    stage = {one.name: one.pk for one in Pipeline.objects.get().stages.all()}["受注"]
    for owner, name in ((alice, "わたしの案件"), (bob, "ほかの人の案件")):
        write.create(won, {"name": name, "amount": "120000", "stage": stage, "owner": owner.pk}, by=alice)
    page = text(as_alice, "/today/")
    address = page.partition('href="/deals/?preset=won')[2].partition('"')[0].replace("&amp;", "&")
    assert "12万円" in page
    listed = text(as_alice, f"/deals/?preset=won{address}")
    assert "わたしの案件" in listed and "ほかの人の案件" not in listed


def test_all_that_fit_can_be_chosen(alice: Any, as_alice: Client) -> None:
    tasks = registry.get("task")
    held = [write.create(tasks, {"name": f"電話 {n}"}, by=alice).record.pk for n in range(60)]
    write.create(tasks, {"name": "訪問"}, by=alice)
    page = text(as_alice, "/tasks/?q=電話")
    assert "data-everything" in page
    answer = as_alice.get("/tasks/?q=電話&part=ids").json()
    assert sorted(answer["ids"]) == held and not answer["cut"]
    assert as_alice.get("/tasks/?filter={&part=ids").status_code == 400
