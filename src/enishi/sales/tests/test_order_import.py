"""Sheets of sales come in as orders with lines: the history of purchases."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from enishi.exchange import importing
from enishi.people.models import Account
from enishi.records import history, registry, write
from enishi.sales.models import Order, OrderLine, Product

pytestmark = [pytest.mark.django_db, pytest.mark.row("C6")]
SHEET = """伝票番号,売上日,得意先名,商品コード,商品名,数量,単位,単価,金額
S-001,2026/4/1,株式会社丸山製作所,P01,純正トナー,2,本,"12,800","25,600"
S-001,2026/4/1,株式会社丸山製作所,P02,コピー用紙,10,箱,480,"4,800"
S-002,2026/4/3,みどり商事,P01,純正トナー,1,本,"12,800","12,800"
S-001,2026/4/1,株式会社丸山製作所,,送料,1,式,800,800
"""


def bring_in(tmp_path: Path, text: str, by: Any, entity: str = "order") -> Any:
    path = tmp_path / "sales.csv"
    path.write_text(text, encoding="utf-8-sig")
    job = importing.begin(path, path.name, by=by, entity=entity)
    return importing.run(job)


@pytest.mark.parametrize("entity", ["order", ""])
def test_several_rows_of_one_number_are_one_order(tmp_path: Path, bob: Any, entity: str) -> None:
    job = bring_in(tmp_path, SHEET, bob, entity)
    assert job.status == "done", job.error
    assert [(one.number, one.account.name, one.date.isoformat(), one.net) for one in Order.objects.order_by("number")] == [
        ("S-001", "株式会社丸山製作所", "2026-04-01", 31_200),
        ("S-002", "みどり商事", "2026-04-03", 12_800),
    ]  # fmt: skip
    lines = OrderLine.objects.filter(order__number="S-001").order_by("pk")
    assert [(line.text, str(line.quantity), line.amount) for line in lines] == [
        ("純正トナー", "2.000", 25_600), ("コピー用紙", "10.000", 4_800), ("送料", "1.000", 800),
    ]  # fmt: skip
    assert Product.objects.count() == 3 and Account.objects.count() == 2
    prices = {one.code: (float(one.price), one.unit) for one in Product.objects.exclude(code="")}
    assert prices == {"P01": (12_800.0, "本"), "P02": (480.0, "箱")}  # which quotes begin with
    assert Order.objects.get(number="S-001").total == 34_320
    again = bring_in(tmp_path, SHEET, bob)
    assert again.status == "done" and OrderLine.objects.count() == 4 and Order.objects.count() == 2
    history.undo_operation(job.operation_id, by=bob)
    assert not Order.objects.filter(deleted_at=None).exists()
    assert not OrderLine.objects.filter(deleted_at=None).exists()


def test_a_sheet_of_sales_changes_no_price_that_there_is(tmp_path: Path, bob: Any) -> None:
    write.create(registry.get("product"), {"name": "純正トナー", "code": "P01", "price": 15_000}, by=bob)
    bring_in(tmp_path, SHEET, bob)
    assert float(Product.objects.get(code="P01").price) == 15_000
    with_tax = "伝票番号,売上日,得意先名,商品コード,商品名,数量,税込単価,税込金額\nS-9,2026/4/1,みどり商事,P09,水,1,110,110\n"
    bring_in(tmp_path, with_tax, bob)
    order = Order.objects.get(number="S-9")
    assert Product.objects.get(code="P09").price is None or order.tax_mode != "included"


def test_members_are_known_by_their_number(tmp_path: Path, bob: Any) -> None:
    member = write.create(
        registry.get("contact"), {"family_name": "佐藤", "given_name": "花", "code": "M-7"}, by=bob
    ).record
    text = "会員番号,購入日,商品名,数量,金額\nM-7,2026/5/1,カット,1,5500\nM-8,2026/5/2,カット,1,5500\n"
    job = bring_in(tmp_path, text, bob)
    assert (job.status, job.figures["refused"]) == ("done", 1)
    order = Order.objects.get()
    assert (order.contact_id, order.net) == (member.pk, 5500)


def test_a_list_of_products_comes_in_from_their_page(tmp_path: Path, bob: Any) -> None:
    text = '商品コード,商品名,単位,標準単価,税区分\nP01,純正トナー,本,"12,800",10%\nP02,天然水,箱,980.5,8%\n'
    job = bring_in(tmp_path, text, bob, "product")
    assert job.status == "done", job.error
    found = [(one.code, one.name, float(one.price), one.tax_code) for one in Product.objects.order_by("code")]
    assert found == [("P01", "純正トナー", 12_800.0, "standard"), ("P02", "天然水", 980.5, "reduced")]


def test_sales_of_past_months_are_billed_and_who_bought_is_a_customer(
    tmp_path: Path, bob: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_more: datetime.date(2026, 11, 20))
    known = write.create(
        registry.get("account"), {"name": "株式会社三好", "status": "dormant"}, by=bob
    ).record
    heads = "伝票番号,売上日,得意先名,納期,商品名,数量,金額"
    rows = (
        "1,2024/12/3,青木商店,,茶,1,1000", "2,2026/9/30,株式会社三好,2026/9/30,茶,1,1000", "3,2026/10/1,青木商店,,茶,1,1000",
        "4,2026/9/30,青木商店,2026/12/10,茶,1,1000",
    )  # fmt: skip
    job = bring_in(tmp_path, "\n".join([heads, *rows]) + "\n", bob)
    assert job.status == "done", job.error
    assert list(Order.objects.order_by("number").values_list("status", flat=True)) == [
        "invoiced",
        "invoiced",
        "open",
        "open",
    ]
    assert Account.objects.get(name="青木商店").status == "active"
    known.refresh_from_db()
    assert known.status == "dormant"
    told = "伝票番号,売上日,得意先名,状態,商品名,数量,金額\n9,2024/12/3,青木商店,受注,茶,1,1000\n"
    assert bring_in(tmp_path, told, bob).status == "done" and Order.objects.get(number="9").status == "open"
