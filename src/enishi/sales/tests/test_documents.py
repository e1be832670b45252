"""Quotes become orders, orders invoices; numbers, papers, payments; what was issued stands."""

import datetime
import hashlib
import io
import json
import shutil
import subprocess
import threading
import time
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from tests.support.environment import IN_CI, missing

from enishi.records import history, registry, write
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.models import Attachment, Operation
from enishi.sales.documents import flow, pdf
from enishi.sales.models import Invoice, Issuer, Order, OrderLine, Quote, QuoteLine

pytestmark = [pytest.mark.django_db, pytest.mark.row("C6")]
LINES = [
    {"text": "複合機用トナー", "quantity": "3", "unit": "本", "unit_price": "99"},
    {"text": "ミネラルウォーター 2L", "quantity": "2", "unit_price": "150.5", "tax_code": "reduced"},
]


@pytest.fixture
def company(db: Any) -> Issuer:
    return Issuer.objects.create(
        pk=1, name="東和商事株式会社", postal_code="101-0021", address="東京都千代田区外神田1-2-3", phone="03-1234-5678",
        registration="T9234567890123", bank="みずほ銀行 神田支店\n普通 1234567 トウワショウジ（カ",
    )  # fmt: skip


@pytest.fixture
def account(bob: Any) -> Any:
    return write.create(registry.get("account"), {"name": "株式会社みどり商事"}, by=bob).record


@pytest.fixture
def quote(company: Any, account: Any, bob: Any) -> Any:
    values = {"name": "トナー一式", "account": account.pk, "date": "2026-10-31", "lines": LINES}
    return write.create(registry.get("quote"), values, by=bob).record


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


@pytest.fixture
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "render", lambda html: b"%PDF-1.7 " + html.encode())
    monkeypatch.setattr(pdf, "available", lambda: True)


def test_sums_are_of_the_lines(quote: Any) -> None:
    assert [line.amount for line in quote.lines.order_by("position")] == [297, 301]
    assert (quote.net, quote.tax, quote.total) == (598, 29 + 24, 651)
    assert quote.expires_on == datetime.date(2026, 11, 30)


def test_lines_are_changed_with_their_document_and_taken_back(quote: Any, bob: Any) -> None:
    entity = registry.get("quote")
    keys = list(QuoteLine.objects.filter(quote=quote).order_by("position").values_list("pk", flat=True))
    more = [LINES[1], LINES[0], {"text": "送料", "unit_price": "800"}]
    done = write.write(entity, quote.pk, {"lines": json.dumps(more)}, by=bob)
    rows = list(QuoteLine.objects.filter(quote=quote).order_by("position"))
    assert [row.text for row in rows] == ["ミネラルウォーター 2L", "複合機用トナー", "送料"]
    assert [row.pk for row in rows[:2]] == keys[::-1]  # what says the same stays the same row
    assert fresh(quote).total == 301 + 297 + 800 + (297 + 800) // 10 + 24
    assert done.event is not None and "送料" in done.event.data["labels"]["lines"][1]
    history.undo_event(done.event.pk, by=bob)
    assert fresh(quote).total == 651
    assert QuoteLine.objects.filter(quote=quote).count() == 2


def test_what_is_wrong_in_a_line_is_said_with_its_number(quote: Any, bob: Any) -> None:
    bad = [LINES[0], {"text": "x", "quantity": "たくさん"}, {"quantity": "2", "nonsense": 1}]
    with pytest.raises(Refused) as caught:
        write.write(registry.get("quote"), quote.pk, {"lines": bad}, by=bob)
    assert "2行目" in str(caught.value) and "3行目" in str(caught.value)
    for raw in ("{", "5", [[]], '[{"product": 999999}]', [{"text": "x", "product": 10**18}]):
        with pytest.raises(Refused):
            write.write(registry.get("quote"), quote.pk, {"lines": raw}, by=bob)
    assert fresh(quote).total == 651


def test_a_deal_is_won_for_what_was_ordered_and_what_is_paid_too_much_is_said(
    quote: Any, bob: Any, as_bob: Any, quick_pdf: None
) -> None:
    deal = write.create(registry.get("deal"), {"name": "更新", "amount": "800"}, by=bob).record
    write.write(registry.get("quote"), quote.pk, {"deal": deal.pk}, by=bob)
    flow.issue(registry.get("quote"), quote.pk, by=bob)
    assert "（¥598）" in as_bob.get(f"/quotes/{quote.pk}/ask/order/").text
    order = flow.order_quote(quote.pk, by=bob, win_deal=True)
    assert (fresh(deal).outcome, fresh(deal).amount) == ("won", 598)
    invoice = flow.invoice_orders([order.pk], by=bob)
    flow.issue(registry.get("invoice"), invoice.pk, by=bob)
    page = as_bob.post(f"/invoices/{invoice.pk}/pay/", {"amount": "700"}, follow=True)
    assert json.dumps("請求額より¥49多い入金です。")[1:-1] in page.text  # as toasts are handed over


def test_from_quote_to_payment(quote: Any, bob: Any, quick_pdf: None) -> None:
    quotes, orders, invoices = (registry.get(name) for name in ("quote", "order", "invoice"))
    issued = flow.issue(quotes, quote.pk, by=bob)
    year = datetime.date.today().year
    assert (issued.number, issued.status) == (f"見-{year}-0001", "issued")
    order = flow.order_quote(quote.pk, by=bob)
    assert (order.number, order.total, order.quote_id) == (f"注-{year}-0001", 651, quote.pk)
    assert fresh(quote).status == "accepted"
    first = order.lines.order_by("position")[0]
    invoice = flow.invoice_orders([order.pk], by=bob, lines=[first.pk])
    assert (invoice.total, fresh(order).status) == (326, "open")
    rest = flow.invoice_orders([order.pk], by=bob)
    assert (rest.total, fresh(order).status) == (301 + 24, "invoiced")
    with pytest.raises(Refused, match="まだ請求していない"):
        flow.invoice_orders([order.pk], by=bob)
    flow.issue(invoices, invoice.pk, by=bob)
    flow.send(invoices, invoice.pk, by=bob)
    payments = registry.get("payment")
    made = write.create(payments, {"invoice": invoice.pk, "amount": "100"}, by=bob)
    assert (fresh(invoice).status, fresh(invoice).balance) == ("partly", 226)
    write.create(payments, {"invoice": invoice.pk, "amount": "116", "fee": "110"}, by=bob)
    assert (fresh(invoice).status, fresh(invoice).balance) == ("paid", 0)
    write.delete(payments, [made.record.pk], by=bob)
    assert (fresh(invoice).status, fresh(invoice).balance) == ("partly", 100)
    assert registry.get("order") is orders


def test_orders_of_a_month_make_one_invoice(account: Any, bob: Any, company: Any) -> None:
    orders = registry.get("order")
    keys = [
        write.create(orders, {"account": account.pk, "date": day, "lines": [LINES[0] | {"quantity": "1"}]}, by=bob).record.pk
        for day in ("2026-09-03", "2026-09-10", "2026-09-28")
    ]  # fmt: skip
    made = flow.invoice_orders(keys, by=bob)
    assert (made.net, made.tax, made.date) == (
        297,
        29,
        datetime.date(2026, 9, 30),
    )  # rounded once, on the closing day
    assert [line.day.day for line in made.lines.order_by("position")] == [3, 10, 28]
    assert set(Order.objects.values_list("status", flat=True)) == {"invoiced"}
    assert made.due_on == datetime.date(2026, 10, 31)


def test_what_was_issued_stands(quote: Any, bob: Any, quick_pdf: None) -> None:
    quotes = registry.get("quote")
    flow.issue(quotes, quote.pk, by=bob)
    held = fresh(quote)
    kept = Attachment.objects.get(pk=held.pdf)
    assert len(kept.sha256) == 64 and kept.name.startswith("20261031_㈱みどり商事_651")
    for values in ({"lines": []}, {"name": "別"}, {"account": ""}, {"date": "2026-11-01"}):
        with pytest.raises(Refused, match="発行した書類"):
            write.write(quotes, quote.pk, values, by=bob)
    write.write(quotes, quote.pk, {"note": "電話で確認"}, by=bob)
    with pytest.raises(Refused):
        write.delete(quotes, [quote.pk], by=bob)
    with pytest.raises(Refused):
        write.create(registry.get("quote_line"), {"quote": quote.pk, "text": "x"}, by=bob)
    line = QuoteLine.objects.filter(quote=quote)[0]
    with pytest.raises(Refused):
        write.write(registry.get("quote_line"), line.pk, {"quantity": "9"}, by=bob)
    from enishi.records import attachments
    from enishi.records.models import Event

    with pytest.raises(Refused):
        attachments.remove(kept.pk, by=bob)
    event = Event.objects.filter(entity="quote", record_id=quote.pk, kind="status").latest("pk")
    with pytest.raises(Refused):
        history.undo_event(event.pk, by=bob)
    with pytest.raises(Refused):
        flow.issue(quotes, quote.pk, by=bob)
    assert fresh(quote).status == "issued" and fresh(quote).total == 651


def test_a_new_version_leaves_the_old_one(quote: Any, bob: Any, quick_pdf: None) -> None:
    flow.issue(registry.get("quote"), quote.pk, by=bob)
    second = flow.new_version(quote.pk, by=bob)
    number = fresh(quote).number
    assert (second.number, second.revision, second.total, second.status) == (f"{number}.2", 2, 651, "draft")
    assert fresh(quote).status == "replaced"
    flow.issue(registry.get("quote"), second.pk, by=bob)
    third = flow.new_version(second.pk, by=bob)
    assert (third.number, third.first_id) == (f"{number}.3", quote.pk)
    assert Quote.objects.count() == 3


def test_numbers_have_no_holes(
    account: Any, bob: Any, company: Any, quick_pdf: None, monkeypatch: Any
) -> None:
    invoices = registry.get("invoice")
    keys = [
        write.create(invoices, {"account": account.pk, "lines": LINES}, by=bob).record.pk for _n in range(4)
    ]
    flow.issue(invoices, keys[0], by=bob)

    def broken(html: str) -> bytes:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(pdf, "render", broken)
        with pytest.raises(RuntimeError):
            flow.issue(invoices, keys[1], by=bob)
    flow.issue(invoices, keys[2], by=bob)
    flow.void(invoices, keys[2], "宛名違い", by=bob)
    flow.issue(invoices, keys[3], by=bob)
    numbers = sorted(Invoice.objects.exclude(number="").values_list("number", flat=True))
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003"]
    assert fresh(Invoice.objects.get(pk=keys[2])).void_reason == "宛名違い"


def test_a_deal_follows_its_lines_until_somebody_says_otherwise(account: Any, bob: Any, company: Any) -> None:
    deals = registry.get("deal")
    deal = write.create(deals, {"name": "入替", "account": account.pk, "lines": LINES}, by=bob).record
    assert (deal.amount, deal.amount_from_lines) == (598, True)
    write.write(deals, deal.pk, {"amount": "500"}, by=bob)
    assert (fresh(deal).amount, fresh(deal).amount_from_lines) == (500, False)
    write.write(deals, deal.pk, {"lines": LINES[:1]}, by=bob)
    assert fresh(deal).amount == 500
    write.write(deals, deal.pk, {"amount_from_lines": "1"}, by=bob)
    assert fresh(deal).amount == 297
    quote = flow.quote_deal(deal.pk, by=bob)
    assert (quote.deal_id, quote.net) == (deal.pk, 297)


def test_the_price_of_the_customers_price_list(account: Any, bob: Any, as_bob: Client) -> None:
    product = write.create(
        registry.get("product"), {"name": "トナー", "price": "9800", "unit": "本"}, by=bob
    ).record
    prices = write.create(
        registry.get("price_list"),
        {"name": "特約店", "prices": [{"product": product.pk, "price": "8,500.5"}]},
        by=bob,
    ).record
    write.create(
        registry.get("terms"),
        {"account": account.pk, "price_list": prices.pk, "closing_day": "20", "pay_day": "10"},
        by=bob,
    )
    usual = as_bob.get("/products/lines/?q=トナー").json()["results"][0]
    own = as_bob.get(f"/products/lines/?q=トナー&account={account.pk}").json()["results"][0]
    assert (usual["fill"]["unit_price"], own["fill"]["unit_price"]) == ("9800", "8500.5")
    values = {
        "account": account.pk,
        "date": "2026-10-21",
        "lines": [{"product": product.pk, "quantity": "2"}],
    }
    invoice = write.create(registry.get("invoice"), values, by=bob).record
    assert (invoice.name, invoice.net, invoice.due_on) == ("トナー", 17001, datetime.date(2026, 12, 10))
    for name, more in (("order", {}), ("quote", {}), ("deal", {"name": "入替"})):
        sent = {key: value for key, value in values.items() if key != "date" or name != "deal"}
        made = write.create(registry.get(name), sent | more, by=bob).record
        assert made.lines.get().unit_price == Decimal("8500.5")
    line = {"order": Order.objects.get().pk, "product": product.pk, "quantity": "1"}
    assert write.create(registry.get("order_line"), line, by=bob).record.unit_price == Decimal("8500.5")
    values["lines"] = [
        {"product": product.pk, "unit_price": "9800"},
        {"product": product.pk, "discount": "500"},
    ]
    made = write.create(registry.get("invoice"), values, by=bob).record
    assert [one.amount for one in made.lines.order_by("position")] == [9800, 8001]  # what is said holds
    del values["account"]
    assert write.create(registry.get("invoice"), values, by=bob).record.net == 9800 + 9300


def test_lines_go_into_the_bin_with_their_order(account: Any, bob: Any) -> None:
    orders = registry.get("order")
    order = write.create(orders, {"account": account.pk, "lines": LINES}, by=bob).record
    write.delete(orders, [order.pk], by=bob)
    assert not OrderLine.objects.filter(deleted_at=None).exists()
    write.restore(orders, [order.pk], by=bob)
    assert OrderLine.objects.filter(deleted_at=None).count() == 2


def test_orders_that_contain_a_product(account: Any, bob: Any) -> None:
    from enishi.records.conditions import Scope, compile_condition

    product = write.create(registry.get("product"), {"name": "トナー"}, by=bob).record
    orders = registry.get("order")
    hit = write.create(orders, {"account": account.pk, "lines": [{"product": product.pk}]}, by=bob).record
    write.create(orders, {"account": account.pk, "lines": LINES}, by=bob)
    tree = {
        "has": {
            "entity": "order_line",
            "field": "order",
            "where": {"field": "product", "op": "is", "value": product.pk},
        }
    }
    found = Order.objects.filter(compile_condition(orders, tree, Scope.of(bob)))
    assert [one.pk for one in found] == [hit.pk]


def test_rights_of_lines_and_papers_are_the_documents(
    quote: Any, carol: Any, bob: Any, as_carol: Client
) -> None:
    for step in (
        lambda: flow.issue(registry.get("quote"), quote.pk, by=carol),
        lambda: flow.order_quote(quote.pk, by=carol),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            step()
    assert as_carol.post(f"/quotes/{quote.pk}/do/issue/").status_code == 403
    assert fresh(quote).number == "" and Operation.objects.count() == 0


def test_without_the_libraries_a_page_says_so(quote: Any, as_bob: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(pdf, "available", lambda: False)
    for answer in (as_bob.get(f"/quotes/{quote.pk}/pdf/"), as_bob.post(f"/quotes/{quote.pk}/do/issue/")):
        assert answer.status_code == 422 and "Pango" in answer.content.decode()


def test_exempt_companies_show_no_tax(company: Any, account: Any, bob: Any) -> None:
    company.exempt = True
    company.save()
    made = write.create(registry.get("invoice"), {"account": account.pk, "lines": LINES}, by=bob).record
    assert (made.net, made.tax, made.total) == (598, 0, 598)


def test_withholding(company: Any, account: Any, bob: Any) -> None:
    values = {"account": account.pk, "withholds": "1", "lines": [{"text": "顧問料", "unit_price": "1500000"}]}
    made = write.create(registry.get("invoice"), values, by=bob).record
    assert (made.total, made.withheld, made.balance) == (1_650_000, 204_200, 1_445_800)


@pytest.mark.skipif(not IN_CI and not pdf.available(), reason="Pango is missing")
def test_the_paper_says_what_a_qualified_invoice_must(
    company: Any, account: Any, bob: Any, tmp_path: Any
) -> None:
    """Issuer and number, day, contents with ※, sums and tax per rate, recipient with 御中 alone."""
    values = {"account": account.pk, "date": "2026-10-31", "lines": LINES, "name": "10月分"}
    invoice = write.create(registry.get("invoice"), values, by=bob).record
    issued = flow.issue(registry.get("invoice"), invoice.pk, by=bob)
    kept = Attachment.objects.get(pk=issued.pdf)
    path = Path(settings.MEDIA_ROOT) / kept.path
    assert hashlib.sha256(path.read_bytes()).hexdigest() == kept.sha256
    if shutil.which("pdftotext") is None:
        missing("pdftotext (poppler-utils)")
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, check=True
    ).stdout.decode()
    for words in (
        "請求書", "株式会社みどり商事 御中", "東和商事株式会社", "T9234567890123", "2026年10月31日", issued.number, "ミネラルウォーター 2L ※", "10%対象", "¥29",
        "8%対象※", "¥24", "¥651", "軽減税率", "みずほ銀行", "2026年11月30日",
    ):  # fmt: skip
        assert words in text, words
    assert "様" not in text
    answer = Client()
    answer.force_login(bob)
    assert answer.get(f"/invoices/{invoice.pk}/pdf/").content == path.read_bytes()
    found = answer.get(
        "/papers/?first=2026-10-01&last=2026-10-31&least=600&most=700&partner=みどり"
    ).content.decode()
    assert issued.number in found
    assert issued.number not in answer.get("/papers/?least=700").content.decode()
    archive = zipfile.ZipFile(
        io.BytesIO(b"".join(answer.get("/papers/zip/?partner=みどり").streaming_content))
    )
    assert "20261031_㈱みどり商事_651.pdf" in archive.namelist()
    assert kept.sha256 in archive.read("index.csv").decode()


def test_nothing_is_fetched_for_a_paper() -> None:
    for url in (
        "http://example.jp/x.png",
        "file:///etc/passwd",
        "data:text/html;base64,AAAA",
        "data:image/svg+xml;base64,AAAA",
    ):
        with pytest.raises(ValueError, match="nothing"):
            pdf._fetch(url)


def test_words_of_papers_are_merged_and_never_run(
    company: Any, quote: Any, as_alice: Client, as_bob: Client
) -> None:
    from enishi.sales.documents import paper

    sent = {
        "name": "東和商事株式会社", "registration": "t9234567890123", "closing_day": "20", "pay_months": "1", "pay_day": "31", "quote_days": "14",
        "quote_greeting": "{取引先}へ {番号} %s <b>", "form_quote": "Q{yyyy}-{n:3}",
    }  # fmt: skip
    assert as_bob.post("/settings/papers/", sent).status_code == 403
    for text in ("{住所}", "{{ company }}", "{% now 'Y' %}"):
        assert as_alice.post("/settings/papers/", sent | {"quote_remarks": text}).status_code == 422
    assert as_alice.post("/settings/papers/", sent | {"form_quote": "Q"}).status_code == 422
    assert as_alice.post("/settings/papers/", sent | {"registration": "T12"}).status_code == 422
    assert as_alice.post("/settings/papers/", sent).status_code == 302
    page = paper.html("quote", fresh(quote))
    assert "株式会社みどり商事 御中へ  %s &lt;b&gt;" in page


def test_the_api_takes_and_gives_lines(company: Any, account: Any, bob: Any) -> None:
    from enishi.connect.tokens import make

    _token, secret = make(bob, "sales", ["read", "write"], by=bob)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    body = {"fields": {"account": account.pk, "lines": LINES}}
    made = client.post("/api/v1/orders", json.dumps(body), content_type="application/json").json()
    assert made["fields"]["total"] == 651
    assert [line["quantity"] for line in made["fields"]["lines"]] == ["3", "2"]
    again = client.patch(
        f"/api/v1/orders/{made['id']}", json.dumps({"fields": {"lines": made["fields"]["lines"][:1]}, "version": made["version"]}), content_type="application/json"
    )  # fmt: skip
    assert again.json()["fields"]["total"] == 326


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_get_different_numbers(
    company: Any, account: Any, bob: Any, quick_pdf: None
) -> None:
    invoices = registry.get("invoice")
    keys = [
        write.create(invoices, {"account": account.pk, "lines": LINES}, by=bob).record.pk for _n in range(6)
    ]

    def work(mine: list[int]) -> None:
        for key in mine:
            for _try in range(500):
                try:
                    flow.issue(invoices, key, by=bob)
                    break
                except OperationalError:  # a database in memory locks whole tables and doesn't wait
                    time.sleep(0.02)
        connection.close()

    threads = [threading.Thread(target=work, args=(keys[start::2],)) for start in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert [number[-4:] for number in numbers] == [f"{n:04}" for n in range(1, 7)]


def test_what_stands_cant_be_taken_off_on_its_card(
    quote: Any, as_bob: Client, bob: Any, quick_pdf: None
) -> None:
    issued = flow.issue(registry.get("quote"), quote.pk, by=bob)
    page = as_bob.get(f"/quotes/{quote.pk}/").content.decode()
    assert f"/files/{issued.pdf}/" in page
    assert f"/files/{issued.pdf}/remove/" not in page
