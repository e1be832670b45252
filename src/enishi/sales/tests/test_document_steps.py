"""Steps of papers that were a mistake: each is taken back as one, and what was made of a paper gives it its state back when it goes."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from enishi.records import history, registry, write
from enishi.records.errors import Refused
from enishi.records.models import Event, Operation
from enishi.records.testing import HTMX, toast
from enishi.sales.documents import flow, pdf
from enishi.sales.models import Invoice, Issuer, Order, Quote
from enishi.sales.pipelines import entering
from enishi.sales.pipelines.entity import stages_of
from enishi.sales.tests.test_order_import import bring_in

pytestmark = [pytest.mark.django_db, pytest.mark.row("C6")]
LINES = [{"text": "複合機用トナー", "quantity": "3", "unit_price": "99"}]


@pytest.fixture(autouse=True)
def company(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Issuer.objects.create(pk=1, name="東和商事株式会社")
    monkeypatch.setattr(pdf, "render", lambda html: b"%PDF-1.7 " + html.encode())
    monkeypatch.setattr(pdf, "available", lambda: True)


@pytest.fixture
def account(bob: Any) -> Any:
    return write.create(registry.get("account"), {"name": "株式会社みどり商事"}, by=bob).record


@pytest.fixture
def quote(account: Any, bob: Any) -> Any:
    values = {"account": account.pk, "date": "2026-10-31", "lines": LINES}
    made = write.create(registry.get("quote"), values, by=bob).record
    return flow.issue(registry.get("quote"), made.pk, by=bob)


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def undone(client: Client) -> Any:
    """Takes the last step back by its toast's address."""
    operation = Operation.objects.exclude(kind="undo").latest("pk")
    return client.post(f"/undo/operation/{operation.pk}/?to=/quotes/", headers=HTMX)


def test_each_step_of_a_quote_is_taken_back_as_one(quote: Any, bob: Any, as_bob: Client) -> None:
    deal = write.create(registry.get("deal"), {"name": "更新", "amount": "800"}, by=bob).record
    draft = Quote.objects.filter(pk=quote.pk)
    draft.update(deal=deal)
    stage = deal.stage_id
    for action, state, sent in (
        ("send", "issued", {}), ("decline", "sent", {}), ("version", "sent", {}), ("order", "sent", {"win_deal": "1"}),
    ):  # fmt: skip
        if action == "decline":
            flow.send(registry.get("quote"), quote.pk, by=bob)
        before = fresh(quote).status
        page = as_bob.post(f"/quotes/{quote.pk}/do/{action}/", sent, follow=True)
        assert before == state != fresh(quote).status, action
        assert f"/quotes/{quote.pk}/".replace("/", "%2F") in page.text and "/undo/operation/" in page.text
        answer = undone(as_bob)
        assert answer.status_code == 204 and answer.headers["X-Goes"] == "/quotes/", action
        assert "そのまま" not in json.loads(answer.headers["HX-Trigger"])["toast"]["message"], action
        assert fresh(quote).status == state, action
    assert fresh(quote).sent_on is not None and fresh(deal).stage_id == stage and fresh(deal).amount == 800
    assert not Order.objects.filter(deleted_at=None).exists()
    assert Quote.objects.filter(deleted_at=None).count() == 1


def test_what_goes_into_the_bin_gives_the_quote_its_state_back(quote: Any, bob: Any) -> None:
    quotes, orders = registry.get("quote"), registry.get("order")
    order = flow.order_quote(quote.pk, by=bob)
    write.delete(orders, [order.pk], by=bob)
    assert fresh(quote).status == "issued"
    write.restore(orders, [order.pk], by=bob)
    assert fresh(quote).status == "accepted"
    write.delete(orders, [order.pk], by=bob)
    flow.decline(quotes, quote.pk, by=bob)
    second = flow.new_version(quote.pk, by=bob)
    assert fresh(quote).status == "replaced"
    write.delete(quotes, [second.pk], by=bob)
    assert fresh(quote).status == "declined"
    write.restore(quotes, [second.pk], by=bob)
    assert fresh(quote).status == "replaced"
    write.delete(quotes, [second.pk], by=bob)
    third = flow.new_version(quote.pk, by=bob)
    assert (third.number, fresh(quote).status) == (f"{quote.number}.3", "replaced")


def test_a_newer_version_that_was_taken_back_leaves_no_dead_end(quote: Any, bob: Any, as_bob: Client) -> None:
    quotes = registry.get("quote")
    second = flow.issue(quotes, flow.new_version(quote.pk, by=bob).pk, by=bob)
    assert fresh(quote).status == "replaced"
    as_bob.post(f"/quotes/{second.pk}/do/void/", {"reason": "条件の変更"})
    assert (fresh(second).status, fresh(quote).status) == ("void", "issued")
    third = flow.new_version(quote.pk, by=bob)
    assert (third.number, fresh(quote).status) == (f"{quote.number}.3", "replaced")


def test_a_quote_that_an_order_holds_is_not_freed_by_its_history(quote: Any, bob: Any) -> None:
    flow.send(registry.get("quote"), quote.pk, by=bob)
    flow.order_quote(quote.pk, by=bob)
    accepted, sent, issued = Event.objects.filter(entity="quote", record_id=quote.pk, kind="status").order_by(
        "-pk"
    )
    for event in (accepted, issued):
        with pytest.raises(Refused):
            history.undo_event(event.pk, by=bob)
    assert fresh(quote).status == "accepted" and sent.data["changes"]["status"] == ["issued", "sent"]


def test_an_issued_order_is_taken_back_and_made_anew(quote: Any, bob: Any, as_bob: Client) -> None:
    orders = registry.get("order")
    order = flow.order_quote(quote.pk, by=bob)
    write.write(orders, order.pk, {"customer_number": "PO-1", "note": "至急"}, by=bob)
    flow.issue(orders, order.pk, by=bob)
    with pytest.raises(Refused, match="「取り消す」から取り消して"):
        write.write(orders, order.pk, {"lines": []}, by=bob)
    assert f"/orders/{order.pk}/ask/void/" in as_bob.get(f"/orders/{order.pk}/").text
    assert "anew" in as_bob.get(f"/orders/{order.pk}/ask/void/").text
    assert as_bob.post(f"/orders/{order.pk}/do/void/", {"anew": "1"}).status_code == 422
    sent = {"reason": "数量の誤り", "anew": "1"}
    page = as_bob.post(f"/orders/{order.pk}/do/void/", sent, follow=True)
    made = Order.objects.latest("pk")
    assert page.redirect_chain[-1][0] == f"/orders/{made.pk}/"
    old = fresh(order)
    assert (old.status, old.void_reason, old.number) == ("cancelled", "数量の誤り", order.number)
    assert old.number in as_bob.get("/papers/").text
    assert (made.status, made.customer_number, made.note, made.total) == ("open", "PO-1", "至急", old.total)
    assert (made.quote_id, made.pdf, fresh(quote).status) == (quote.pk, None, "accepted")
    write.write(orders, made.pk, {"lines": [LINES[0] | {"quantity": "5"}]}, by=bob)
    again = flow.issue(orders, made.pk, by=bob)
    assert again.number not in {"", order.number} and again.pdf != old.pdf


def test_taking_an_order_back_is_undone_as_one_and_a_billed_one_stays(
    quote: Any, bob: Any, as_bob: Client
) -> None:
    orders = registry.get("order")
    order = flow.order_quote(quote.pk, by=bob)
    flow.issue(orders, order.pk, by=bob)
    as_bob.post(f"/orders/{order.pk}/do/void/", {"reason": "押し間違い", "anew": "1"})
    assert undone(as_bob).status_code == 204
    assert (fresh(order).status, fresh(order).void_reason) == ("open", "")
    assert Order.objects.filter(deleted_at=None).count() == 1 and fresh(quote).status == "accepted"
    flow.invoice_orders([order.pk], by=bob)
    with pytest.raises(Refused, match="先に請求を取り消してください"):
        flow.void(orders, order.pk, "誤り", by=bob)


def test_half_of_a_step_is_not_taken_back(quote: Any, bob: Any, as_bob: Client) -> None:
    """The order made anew went on its way since: the old one doesn't come to life beside it."""
    orders = registry.get("order")
    order = flow.order_quote(quote.pk, by=bob)
    flow.issue(orders, order.pk, by=bob)
    as_bob.post(f"/orders/{order.pk}/do/void/", {"reason": "誤り", "anew": "1"})
    made = Order.objects.latest("pk")
    issued = flow.issue(orders, made.pk, by=bob)
    answer = undone(as_bob)
    assert answer.status_code == 422 and "元に戻せません" in toast(answer)["message"]
    assert issued.number in toast(answer)["message"]
    assert (fresh(order).status, fresh(made).status, fresh(quote).status) == ("cancelled", "open", "accepted")
    assert fresh(made).deleted_at is None


def test_an_order_that_was_taken_back_frees_its_quote(quote: Any, bob: Any) -> None:
    order = flow.order_quote(quote.pk, by=bob)
    flow.issue(registry.get("order"), order.pk, by=bob)
    flow.void(registry.get("order"), order.pk, "注文の取りやめ", by=bob)
    assert fresh(quote).status == "issued"
    again = flow.order_quote(quote.pk, by=bob)
    assert (again.status, fresh(quote).status) == ("open", "accepted")


def test_a_billed_order_stays(quote: Any, bob: Any) -> None:
    """Not binned, not cancelled by hand, not given to another customer; free again once its invoice is gone."""
    orders, invoices = registry.get("order"), registry.get("invoice")
    order = flow.order_quote(quote.pk, by=bob)
    draft = flow.invoice_orders([order.pk], by=bob)
    other = write.create(registry.get("account"), {"name": "別の会社"}, by=bob).record
    with pytest.raises(Refused, match="請求に載っています"):
        write.delete(orders, [order.pk], by=bob)
    with pytest.raises(Refused, match="請求に載っています"):
        write.write(orders, order.pk, {"status": "cancelled"}, by=bob)
    with pytest.raises(Refused, match="取引先は変えられません"):
        write.write(orders, order.pk, {"account": other.pk}, by=bob)
    assert fresh(order).deleted_at is None and fresh(order).account_id == order.account_id
    write.delete(invoices, [draft.pk], by=bob)
    write.write(orders, order.pk, {"account": other.pk}, by=bob)
    write.delete(orders, [order.pk], by=bob)
    assert fresh(order).deleted_at is not None


def test_a_restored_draft_bills_nothing_twice(quote: Any, bob: Any) -> None:
    invoices = registry.get("invoice")
    order = flow.order_quote(quote.pk, by=bob)
    first = flow.invoice_orders([order.pk], by=bob)
    write.delete(invoices, [first.pk], by=bob)
    second = flow.invoice_orders([order.pk], by=bob)
    write.restore(invoices, [first.pk], by=bob)
    for draft in (first, second):
        with pytest.raises(Refused, match="受注の3を超えます"):
            flow.issue(invoices, draft.pk, by=bob)
    write.delete(invoices, [first.pk], by=bob)
    assert flow.issue(invoices, second.pk, by=bob).number


def test_no_line_ticked_is_no_invoice(quote: Any, bob: Any, as_bob: Client) -> None:
    order = flow.order_quote(quote.pk, by=bob)
    assert 'name="lines_shown"' in as_bob.get(f"/orders/{order.pk}/ask/invoice/").text
    answer = as_bob.post(f"/orders/{order.pk}/do/invoice/", {"lines_shown": "1"}, headers=HTMX)
    assert answer.status_code == 422 and "1行以上選んでください" in toast(answer)["message"]
    assert not Invoice.objects.exists()
    assert as_bob.post(f"/orders/{order.pk}/do/invoice/", {}).status_code == 302
    assert Invoice.objects.count() == 1


def test_why_a_quote_was_taken_back_is_kept(quote: Any, as_bob: Client) -> None:
    assert "取り消した理由" not in as_bob.get(f"/quotes/{quote.pk}/").text  # nothing to tell yet
    as_bob.post(f"/quotes/{quote.pk}/do/void/", {"reason": "条件の変更"})
    assert (fresh(quote).status, fresh(quote).void_reason) == ("void", "条件の変更")
    assert "条件の変更" in as_bob.get(f"/quotes/{quote.pk}/").text


def test_an_order_taken_by_hand_has_its_number_at_once(
    account: Any, bob: Any, as_bob: Client, tmp_path: Path
) -> None:
    orders = registry.get("order")
    values = {"account": account.pk, "lines": LINES, "date": "2026-10-31"}
    first = write.create(orders, values, by=bob).record
    assert fresh(first).number.endswith("-0001")
    with pytest.raises(Refused):
        write.create(orders, values | {"date": ""}, by=bob)
    second = write.create(orders, values, by=bob).record
    assert fresh(second).number.endswith("-0002")
    assert fresh(first).number in as_bob.get(f"/orders/{first.pk}/pdf/?kind=delivery").content.decode()
    history_of = "会員番号,購入日,取引先名,商品名,数量,金額\n,2026/5/1,株式会社みどり商事,カット,1,5500\n"
    assert bring_in(tmp_path, history_of, bob).status == "done"
    assert Order.objects.latest("pk").number == ""  # the history of purchases uses up no number
    third = write.create(orders, values, by=bob).record
    assert fresh(third).number.endswith("-0003")


def test_a_second_tap_makes_no_second_quote(account: Any, bob: Any, as_bob: Client) -> None:
    deal = write.create(
        registry.get("deal"), {"name": "更新", "account": account.pk, "lines": LINES}, by=bob
    ).record
    page = as_bob.get(f"/deals/{deal.pk}/").text
    assert "data-once" in page.partition(f"/deals/{deal.pk}/do/quote/")[2].partition("</form>")[0]
    for _tap in range(2):
        answer = as_bob.post(f"/deals/{deal.pk}/do/quote/", {"idempotency_key": "k1"})
        assert answer.status_code == 302
    made = Quote.objects.get()
    assert answer["Location"] == f"/quotes/{made.pk}/" and Operation.objects.count() == 1


def test_what_the_won_stage_calls_for_is_asked_with_the_order(
    quote: Any, alice: Any, bob: Any, as_bob: Client
) -> None:
    deal = write.create(registry.get("deal"), {"name": "更新", "amount": "800"}, by=bob).record
    Quote.objects.filter(pk=quote.pk).update(deal=deal, expires_on="2020-01-31")
    won = next(one for one in stages_of(deal.pipeline_id) if one.outcome == "won")
    entering.call_for(won, ["expected_close"], by=alice)
    address = f"/quotes/{quote.pk}/ask/order/"
    asked = as_bob.get(address, headers=HTMX).text
    assert 'name="expected_close"' in asked and 'name="closed_at"' in asked and "（¥297）" in asked
    assert "が切れた見積です" in asked and "2020" in asked  # an offer that is over is no order without a word
    assert 'name="expected_close"' not in as_bob.get(f"{address}?win_shown=1", headers=HTMX).text
    sent = {
        "win_deal": "1",
        "win_shown": "1",
        "amount": "300",
        "expected_close": "",
        "closed_at": "2026-11-02",
    }
    refused = as_bob.post(f"/quotes/{quote.pk}/do/order/", sent, headers=HTMX)
    assert refused.status_code == 422 and 'name="expected_close"' in refused.text
    assert "受注予定日を入力してください" in refused.text and 'value="300"' in refused.text
    assert not Order.objects.exists() and fresh(quote).status == "issued"
    done = as_bob.post(f"/quotes/{quote.pk}/do/order/", sent | {"expected_close": "2026-11-30"}, headers=HTMX)
    assert done.status_code < 400
    held = fresh(deal)
    assert (held.outcome, held.amount, held.expected_close.isoformat()) == ("won", 300, "2026-11-30")
    assert undone(as_bob).status_code == 204
    assert (fresh(deal).outcome, fresh(deal).amount, fresh(quote).status) == ("open", 800, "issued")


def test_too_many_orders_for_one_invoice_are_refused_in_words(as_bob: Client) -> None:
    answer = as_bob.post("/orders/bill/", {"ids": ",".join(map(str, range(1, 502)))}, headers=HTMX)
    assert answer.status_code == 422
    assert "500件まで" in toast(answer)["message"] and "501件" in toast(answer)["message"]


def test_the_list_of_invoices_leads_to_what_came_in(as_bob: Client) -> None:
    assert 'href="/payments/"' in as_bob.get("/invoices/").text
    assert 'href="/payments/"' not in as_bob.get("/orders/").text


def test_what_was_taken_back_is_owed_by_nobody(quote: Any, bob: Any, as_bob: Client) -> None:
    invoices = registry.get("invoice")
    order = flow.order_quote(quote.pk, by=bob)
    issued = flow.issue(invoices, flow.invoice_orders([order.pk], by=bob).pk, by=bob)
    assert fresh(issued).balance == issued.total > 0
    flow.void(invoices, issued.pk, "宛名違い", by=bob)
    assert (fresh(issued).status, fresh(issued).balance) == ("void", 0)
    again = flow.invoice_orders([order.pk], by=bob)
    assert again.balance == issued.total


def test_papers_lead_to_each_other(quote: Any, account: Any, bob: Any, as_bob: Client) -> None:
    deal = write.create(registry.get("deal"), {"name": "更新", "account": account.pk}, by=bob).record
    Quote.objects.filter(pk=quote.pk).update(deal=deal)
    order = flow.order_quote(quote.pk, by=bob)
    invoice = flow.issue(registry.get("invoice"), flow.invoice_orders([order.pk], by=bob).pk, by=bob)
    values = {"invoice": invoice.pk, "date": "2026-11-20", "amount": "100"}
    payment = write.create(registry.get("payment"), values, by=bob).record
    leads = {
        f"/quotes/{quote.pk}/": (f"/deals/{deal.pk}/", f"/orders/{order.pk}/"),
        f"/orders/{order.pk}/": (f"/deals/{deal.pk}/", f"/quotes/{quote.pk}/", f"/invoices/{invoice.pk}/"),
        f"/invoices/{invoice.pk}/": (f"/deals/{deal.pk}/", f"/orders/{order.pk}/"),
        f"/payments/{payment.pk}/": (f"/invoices/{invoice.pk}/",),
    }
    for address, others in leads.items():
        page = as_bob.get(address).text
        assert all(f'<a class="link py-1" href="{one}">' in page for one in others), address


def test_sums_on_the_card_add_up(account: Any, bob: Any, as_bob: Client) -> None:
    """Subtotal, what is taken off it, and only then what is taxed; below what is withheld stands what is to be paid."""
    lines = [{"text": "設計", "unit_price": "100000"}, {"text": "監理", "unit_price": "50000"}]
    values = {"account": account.pk, "lines": lines, "discount": "10000", "withholds": "1"}
    made = write.create(registry.get("invoice"), values, by=bob).record
    sums = dict(registry.get("invoice").line_sums(fresh(made)))
    assert (sums["小計"], sums["値引き"], sums["税抜金額"]) == ("¥150,000", "-¥10,000", "¥140,000")
    assert (
        sums["合計（税込）"] == "¥154,000" and sums["差引ご請求額"] == f"¥{154_000 - fresh(made).withheld:,}"
    )
    assert "小計" not in dict(
        registry.get("quote").line_sums(
            write.create(registry.get("quote"), {"account": account.pk, "lines": lines}, by=bob).record
        )
    )


def test_what_is_made_beside_a_deal_is_its_customers(account: Any, bob: Any, as_bob: Client) -> None:
    deal = write.create(registry.get("deal"), {"name": "更新", "account": account.pk}, by=bob).record
    page = as_bob.get(f"/quotes/new/?deal={deal.pk}").text
    assert f'name="account" value="{account.pk}"' in page and account.name in page


def test_what_was_issued_opens_no_editor_and_its_pdf_says_what_it_is(
    quote: Any, bob: Any, as_bob: Client
) -> None:
    page = as_bob.get(f"/quotes/{quote.pk}/").text
    assert (
        f"/quotes/{quote.pk}/field/discount/?edit" not in page
        and f"/quotes/{quote.pk}/field/note/?edit" in page
    )
    from urllib.parse import unquote

    answer = as_bob.get(f"/quotes/{quote.pk}/pdf/")
    assert f"御見積書_{quote.number}_㈱みどり商事.pdf" in unquote(answer.headers["Content-Disposition"])


def test_a_line_about_what_is_in_the_bin_leads_there(quote: Any, bob: Any, as_bob: Client) -> None:
    order = flow.order_quote(quote.pk, by=bob)
    write.delete(registry.get("order"), [order.pk], by=bob)
    answer = as_bob.get(f"/orders/{order.pk}/")
    assert answer.status_code == 404 and "ごみ箱にあります" in answer.text and 'href="/bin/"' in answer.text
    assert "ごみ箱にあります" not in as_bob.get("/orders/999999/").text
