"""What invoices and receipts say: what is withheld of, whose tax state, which day, to whom."""

import json
from typing import Any

import pypdfium2
import pytest

from enishi.access.models import Role, User
from enishi.records import attachments, registry, write
from enishi.records.limits import serving
from enishi.sales.documents import flow, issuer, paper, pdf
from enishi.sales.models import InvoiceLine, Issuer

pytestmark = [pytest.mark.django_db, pytest.mark.row("C6")]


@pytest.fixture
def company(db: Any) -> Issuer:
    return Issuer.objects.create(pk=1, name="東和商事株式会社", registration="T9234567890123")


@pytest.fixture
def account(bob: Any) -> Any:
    values = {
        "name": "株式会社みどり商事",
        "postal_code": "1000005",
        "prefecture": "東京都",
        "address": "千代田区丸の内1-1",
        "building": "丸ビル 5F",
    }
    return write.create(registry.get("account"), values, by=bob).record


@pytest.fixture
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "render", lambda html: b"%PDF-1.7 " + html.encode())
    monkeypatch.setattr(pdf, "available", lambda: True)


def invoice_of(account: Any, bob: Any, lines: list[dict[str, Any]], **more: Any) -> Any:
    values = {"account": account.pk, "date": "2026-10-31", "lines": lines} | more
    return write.create(registry.get("invoice"), values, by=bob).record


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def test_the_company_stands_with_its_head_and_a_number_that_can_be_read(
    company: Any, account: Any, bob: Any, as_alice: Any
) -> None:
    Issuer.objects.update(
        person="代表取締役　高橋 一郎", phone="0312345678", fax="０６６３４５６７８９", postal_code="1000005"
    )
    issuer.forget()
    page = paper.html("invoice", invoice_of(account, bob, [{"text": "講演料", "unit_price": "100000"}]))
    assert "東和商事株式会社</div><div>代表取締役　高橋 一郎</div>" in page
    assert "TEL 03-1234-5678" in page and "FAX 06-6345-6789" in page and "〒100-0005" in page
    sent = {
        "name": "東和商事", "phone": "09012345678", "fax": "内線のみ", "closing_day": "31", "pay_months": "1", "pay_day": "31", "quote_days": "30",
    }  # fmt: skip
    assert as_alice.post("/settings/papers/", sent).status_code == 302
    held = Issuer.objects.get()
    assert (held.phone, held.fax) == ("090-1234-5678", "内線のみ")


@pytest.mark.skipif(not pdf.available(), reason="Pango is missing")
def test_what_was_taken_back_says_so_on_its_paper(company: Any, account: Any, bob: Any, as_bob: Any) -> None:
    lines = [{"text": f"{n}日目", "unit_price": "1000"} for n in range(60)]
    made = invoice_of(account, bob, lines)
    flow.issue(registry.get("invoice"), made.pk, by=bob)
    kept = as_bob.get(f"/invoices/{made.pk}/pdf/").content
    assert "取消" not in words_of(kept)
    assert "入金を記録" in as_bob.get(f"/invoices/{made.pk}/").text
    flow.void(registry.get("invoice"), made.pk, "宛先の誤り", by=bob)
    stamped = as_bob.get(f"/invoices/{made.pk}/pdf/").content
    pages = words_of(stamped).split("\f")
    assert len(pages) > 1 and all("取消" in one for one in pages)
    card = as_bob.get(f"/invoices/{made.pk}/").text
    assert "入金を記録" not in card and f"/payments/new/?invoice={made.pk}" not in card
    with attachments.open_for(fresh(made).pdf, bob)[1] as stream:
        assert stream.read() == kept  # as it was issued
    order = write.create(registry.get("order"), {"account": account.pk, "lines": lines[:1]}, by=bob).record
    write.write(registry.get("order"), order.pk, {"status": "cancelled"}, by=bob, internal=True)
    assert "取消" in words_of(as_bob.get(f"/orders/{order.pk}/pdf/?kind=delivery").content)


def words_of(content: bytes) -> str:
    """The words on the pages of a PDF."""
    with pdf.pdfium_at_work:
        found = pypdfium2.PdfDocument(content)
        pages = [page.get_textpage().get_text_bounded() for page in found]
        found.close()
    return "\f".join(pages).replace(" ", "")


def test_lists_sum_what_counts(company: Any, account: Any, bob: Any, as_bob: Any, quick_pdf: None) -> None:
    quotes = registry.get("quote")
    values = {"account": account.pk, "lines": [{"text": "紙", "unit_price": "1000"}]}
    one, other = (write.create(quotes, values, by=bob).record for _n in range(2))
    page = as_bob.get("/quotes/").text
    assert "¥2,200" in page and "を除く" not in page
    flow.issue(quotes, one.pk, by=bob)
    flow.new_version(one.pk, by=bob)
    page = as_bob.get("/quotes/").text
    assert "¥2,200" in page and "¥3,300" not in page and "取り消し・改版済みを除く" in page
    only = json.dumps({"field": "status", "op": "is", "value": "replaced"})
    page = as_bob.get("/quotes/", {"filter": only}).text
    assert "¥1,100" in page and "改版済みを除く" not in page
    for offered in ("/orders/new/?quote=", "/quotes/new/?first="):
        assert offered not in as_bob.get(f"/quotes/{other.pk}/").text


def test_tax_is_withheld_of_fees_only(
    company: Any, account: Any, bob: Any, as_bob: Any, quick_pdf: None
) -> None:
    """Of a fee of 100,000 with a book and laid out travel: 10,210 (国税庁 No.2792), not 17,357."""
    fee, book, travel = (
        {"text": "講演料", "unit_price": "100000"},
        {"text": "書籍", "unit_price": "50000", "withholding": "no"},
        {"text": "交通費立替", "unit_price": "20000", "tax_code": "outside"},
    )
    made = invoice_of(account, bob, [fee, book, travel], withholds="1")
    assert (made.net, made.tax, made.withheld, made.balance) == (170_000, 15_000, 10_210, 174_790)
    more = invoice_of(account, bob, [fee, book, travel | {"withholding": "yes"}], withholds="1")
    assert more.withheld == 12_252
    assert "対象額 ¥100,000" in paper.html("invoice", fresh(made))
    assert "源泉対象" in as_bob.get(f"/invoices/{made.pk}/field/lines/?edit").text
    usual = invoice_of(account, bob, [fee])
    assert "源泉対象" not in as_bob.get(f"/invoices/{usual.pk}/field/lines/?edit").text
    # What was issued by an older rule stays as it was issued.
    InvoiceLine.objects.filter(invoice=made).update(withholding="auto")
    flow.issue(registry.get("invoice"), more.pk, by=bob)
    InvoiceLine.objects.filter(invoice=more).update(withholding="auto")
    write.write(registry.get("invoice"), more.pk, {"note": "電話"}, by=bob)
    assert fresh(more).withheld == 12_252
    assert "対象額" not in paper.html("invoice", fresh(more))


def test_a_drafts_paper_withholds_what_its_invoice_will(
    company: Any, account: Any, bob: Any, quick_pdf: None
) -> None:
    """The company came to be exempt after the draft was saved: paper and invoice withhold of the whole fee."""
    made = invoice_of(
        account, bob, [{"text": "講演料", "unit_price": "110000"}], withholds="1", tax_mode="included"
    )
    assert "10,210" in paper.html("invoice", fresh(made))
    company.exempt = True
    company.save()
    assert "11,231" in paper.html("invoice", fresh(made))
    flow.issue(registry.get("invoice"), made.pk, by=bob)
    assert fresh(made).withheld == 11_231


def test_a_product_says_whether_tax_is_withheld_of_it(company: Any, account: Any, bob: Any) -> None:
    book = write.create(
        registry.get("product"), {"name": "書籍", "price": "50000", "withholding": "no"}, by=bob
    ).record
    lines = [{"text": "講演料", "unit_price": "100000"}, {"product": book.pk, "withholding": "auto"}]
    assert invoice_of(account, bob, lines, withholds="1").withheld == 10_210
    order = write.create(
        registry.get("order"), {"account": account.pk, "lines": [{"product": book.pk}]}, by=bob
    ).record
    made = flow.invoice_orders([order.pk], by=bob)
    assert [one.withholding for one in made.lines.all()] == ["no"]
    write.write(registry.get("invoice"), made.pk, {"withholds": "1"}, by=bob)
    assert fresh(made).withheld == 0


def test_a_receipt_is_of_the_tax_state_of_its_invoice(
    company: Any, account: Any, bob: Any, quick_pdf: None
) -> None:
    """Issued while exempt for 20,000; the company that is taxed now shows no tax of it, and the other way round."""
    invoices, lines = registry.get("invoice"), [{"text": "講演料", "unit_price": "20000"}]
    taxed = flow.issue(invoices, invoice_of(account, bob, lines).pk, by=bob)
    draft = invoice_of(account, bob, lines)
    company.exempt = True
    company.save()
    exempt = flow.issue(invoices, draft.pk, by=bob)  # reckoned as it is issued, whatever it was as a draft
    assert (taxed.total, exempt.total, exempt.tax, exempt.balance) == (22_000, 20_000, 0, 20_000)
    assert "¥2,000" in paper.html("receipt", taxed) and "登録番号" in paper.html("receipt", taxed)
    company.exempt = False
    company.save()
    for row in (exempt, taxed):
        kept = row.exempt
        for one in (kept, None):  # None: issued when it was not kept yet
            row.exempt = one
            said = paper.html("receipt", row)
            assert ("消費税" in said, "登録番号" in said) == (row is taxed, row is taxed)
            assert registry.get("invoice").sums(row).gross == row.total


def test_a_receipt_is_dated_by_the_last_payment(
    company: Any, account: Any, bob: Any, quick_pdf: None
) -> None:
    invoices, payments = registry.get("invoice"), registry.get("payment")
    made = invoice_of(account, bob, [{"text": "講演料", "unit_price": "100000"}], withholds="1")
    flow.issue(invoices, made.pk, by=bob)
    for day, amount in (("2026-11-20", "50000"), ("2026-11-27", "49790"), ("2026-11-05", "1000")):
        done = write.create(payments, {"invoice": made.pk, "date": day, "amount": amount}, by=bob)
    write.write(payments, done.record.pk, {"amount": "-1", "date": "2026-11-06"}, by=bob)
    write.delete(payments, [done.record.pk], by=bob)
    said = paper.html("receipt", fresh(made))
    assert "<th>領収日</th><td>2026年11月27日</td>" in said
    assert "差引領収額" in said and "請求額" not in said.replace("ご請求申し上げ", "")
    assert "差引ご請求額" in paper.html("invoice", fresh(made))


def test_who_issues_invoices_without_a_right_number_is_told(
    company: Any, account: Any, bob: Any, as_alice: Any, as_bob: Any
) -> None:
    sent = {
        "name": "東和商事株式会社",
        "closing_day": "31",
        "pay_months": "1",
        "pay_day": "31",
        "quote_days": "30",
    }
    page = as_alice.post("/settings/papers/", sent | {"registration": "T1234567890123"})
    assert page.status_code == 422 and "検査数字が合いません" in page.text
    assert as_alice.post("/settings/papers/", sent | {"registration": "Ｔ9234567890123"}).status_code == 302
    assert "検査数字" not in as_alice.get("/settings/papers/").text
    # A sole trader's number has no check digit that one may rely on.
    assert (
        as_alice.post(
            "/settings/papers/", sent | {"name": "丸山商店", "registration": "T1234567890123"}
        ).status_code
        == 302
    )
    assert "個人事業者の番号ならこのまま" in as_alice.get("/settings/papers/").text
    made = invoice_of(account, bob, [{"text": "講演料", "unit_price": "100"}])
    words = "適格請求書（インボイス）になりません"
    assert words not in as_bob.get(f"/invoices/{made.pk}/").text
    assert as_alice.post("/settings/papers/", sent).status_code == 302
    assert (
        words in as_alice.get("/settings/papers/").text and words in as_bob.get(f"/invoices/{made.pk}/").text
    )
    assert as_alice.post("/settings/papers/", sent | {"exempt": "1"}).status_code == 302
    assert words not in as_alice.get("/settings/papers/").text + as_bob.get(f"/invoices/{made.pk}/").text


def test_with_tax_in_the_prices_the_sum_of_the_column_is_with_tax(
    company: Any, account: Any, bob: Any
) -> None:
    lines = [
        {"text": "講演料", "unit_price": "11000"},
        {"text": "水", "unit_price": "1080", "tax_code": "reduced"},
    ]
    said = paper.html("invoice", invoice_of(account, bob, lines, tax_mode="included"))
    assert "<th>税込金額・うち消費税 計</th><td>¥12,080</td><td>¥1,080</td>" in said
    said = paper.html("invoice", invoice_of(account, bob, lines))
    assert "<th>税抜金額・消費税 計</th><td>¥12,080</td><td>¥1,186</td>" in said


def test_a_paper_bears_the_address_that_its_maker_may_see(company: Any, account: Any, bob: Any) -> None:
    lines = [{"text": "講演料", "unit_price": "100"}]
    made = invoice_of(account, bob, lines)
    words = "〒100-0005<br>東京都千代田区丸の内1-1<br>丸ビル 5F"
    assert words in paper.html("invoice", made)
    values = {
        "name": "山田 花子",
        "postal_code": "1500001",
        "prefecture": "東京都",
        "address": "渋谷区神宮前1",
    }
    person = write.create(registry.get("contact"), values, by=bob).record
    private = write.create(registry.get("invoice"), {"contact": person.pk, "lines": lines}, by=bob).record
    assert "〒150-0001<br>東京都渋谷区神宮前1</p>" in paper.html("invoice", private)
    sees_no_address = {"default": {"see": "all"}, "fields": {"account": {"address": "hidden"}}}
    sees_no_person = {"default": {"see": "all"}, "entities": {"contact": {"see": "none"}}}
    for rights, record in ((sees_no_address, made), (sees_no_person, private)):
        role = Role.objects.create(
            name=f"役割{record.pk}", rights={"entities": {}, "fields": {}, "imports": False} | rights
        )
        user = User.objects.create_user(
            f"{role.key}@example.jp", "とても長い合言葉です", name="外", role=role.key
        )
        with serving(user):
            said = paper.html("invoice", fresh(record))
        assert "丸の内" not in said and "丸ビル" not in said and "神宮前" not in said


def test_a_kept_paper_with_an_address_is_read_by_who_may_see_it(
    company: Any, account: Any, bob: Any, quick_pdf: None
) -> None:
    """What is made anew leaves out what a role hides; what was issued bears it for good."""
    invoices, lines = registry.get("invoice"), [{"text": "講演料", "unit_price": "100"}]
    draft = invoice_of(account, bob, lines)
    issued = flow.issue(invoices, invoice_of(account, bob, lines).pk, by=bob)
    rights = {"default": {"see": "all"}, "fields": {"account": {"address": "hidden"}}}
    role = Role.objects.create(name="住所なし", rights={"entities": {}, "imports": False} | rights)
    user = User.objects.create_user(
        f"{role.key}@example.jp", "とても長い合言葉です", name="外", role=role.key
    )
    with serving(user):
        assert registry.get("invoice").unread([draft, issued]) == {issued.pk}
        assert registry.get("invoice").concealed_files([draft.pk, issued.pk]) == {issued.pdf}
    assert registry.get("invoice").unread([draft, issued]) == set()
