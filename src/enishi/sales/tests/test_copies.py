"""What a copy of a record begins with: what it is, with its lines, and not how it went; sent as a browser sends the form."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import User
from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.testing import HTMX
from enishi.sales.models import Deal, Invoice, Order, Quote

pytestmark = [pytest.mark.django_db, pytest.mark.row("C2")]
LINES = [
    {"text": "トナー", "quantity": "3", "unit": "本", "unit_price": "99", "discount_percent": "5"},
    {"text": "水", "quantity": "2", "unit_price": "150.5", "tax_code": "reduced", "discount": "1"},
]
TODAY = timezone.localdate


def make(kind: str, by: Any, **values: Any) -> Any:
    return write.create(registry.get(kind), values, by=by).record


def form(client: Client, name: str, record: Any) -> dict[str, str]:
    """What a browser sends of the form of a copy when nothing in it is touched."""
    page = client.get(f"{registry.get(name).url(record.pk)}clone/")
    assert page.status_code == 200, (name, page.content.decode()[:300])
    sent = {"copy_of": str(page.context["copy_of"])}
    for one in (*page.context["quick"], *page.context["rest"]):
        found, text = one["field"], one["text"]
        if found.kind == "lines":  # the grid sends what it shows, without the amounts that it reckons
            rows = json.loads(text or "[]")
            text = json.dumps([{key: held for key, held in row.items() if key != "amount"} for row in rows])
        if found.kind == "yes_no":
            sent |= {f"{found.name}__shown": "1"} | ({found.name: "1"} if one["value"] else {})
        elif found.kind != "choices":
            sent[found.name] = text
    return sent


def copied(client: Client, name: str, record: Any, **more: str) -> Any:
    entity = registry.get(name)
    answer = client.post(f"{entity.list_url}new/", form(client, name, record) | more)
    assert answer.status_code == 302, (name, answer.context and [answer.context["general"], *((one["name"], one["errors"]) for one in (*answer.context["quick"], *answer.context["rest"]) if one["errors"])])  # fmt: skip
    made = entity.model._default_manager.latest("pk")
    assert made.pk != record.pk
    return made


def lines(name: str, record: Any) -> list[dict[str, Any]]:
    return [dict(line) for line in registry.get(name).whole.lines[0].get(registry.get(name).model._default_manager.get(pk=record.pk))]  # fmt: skip


def test_documents_and_deals_are_copied_with_every_line_and_the_same_total(
    as_alice: Client, alice: Any, bob: Any
) -> None:
    account = make("account", alice, name="丸山工業")
    product = make("product", alice, name="水", price="150")
    old = datetime.date(2026, 1, 31)
    rows = [LINES[0], LINES[1] | {"product": product.pk}]
    for name in ("quote", "order", "invoice", "deal"):
        dated = {} if name == "deal" else {"date": old, "discount": "7", "tax_mode": "included", "rounding": "ceil"}  # fmt: skip
        record = make(name, alice, name="定期便", account=account.pk, lines=rows, owner=bob.pk, **dated)
        made = copied(as_alice, name, record)
        assert [one | {"unit_price": float(one["unit_price"])} for one in lines(name, made)] == [
            one | {"unit_price": float(one["unit_price"])} for one in lines(name, record)
        ], name
        assert [one["amount"] for one in lines(name, made)] == [282, 300]
        assert made.account_id == account.pk and made.name in {"定期便のコピー", "定期便"}
        if name == "deal":
            assert (made.amount, made.amount_from_lines) == (582, True)
        else:
            assert (made.net, made.tax, made.total) == (record.net, record.tax, record.total) and made.total
            assert (made.date, made.issued_at) == (TODAY(), None), name
            assert (made.number != "") == (name == "order") and made.number != (record.number or "-"), name
    # What the form shows is what counts: a line fewer, none at all.
    left = form(as_alice, "deal", record)
    for kept, amount in (([json.loads(left["lines"])[0]], 282), ([], 582)):
        assert as_alice.post("/deals/new/", left | {"lines": json.dumps(kept)}).status_code == 302
        made = Deal.objects.latest("pk")
        assert len(lines("deal", made)) == len(kept) and made.amount == amount
    # An amount of one's own stays one.
    own = make("deal", alice, name="一式", lines=rows, amount_from_lines=False, amount=500)
    assert (own.amount, copied(as_alice, "deal", own).amount) == (500, 500)
    made = copied(as_alice, "price_list", make("price_list", alice, name="特約店", prices=[{"product": product.pk, "price": "120"}]))  # fmt: skip
    assert [(dict(one)["product"], dict(one)["price"]) for one in registry.get("price_list").lines[0].get(made)] == [(product.pk, 120)]  # fmt: skip


def test_a_copy_leaves_out_how_the_first_one_went(as_alice: Client, alice: Any, bob: Any) -> None:
    day, past = TODAY(), datetime.date(2026, 1, 31)
    account = make("account", alice, name="丸山工業", corporate_number="7000012050002", started_on=past, code="K1")  # fmt: skip
    assert (account.corporate_number, account.started_on) == ("7000012050002", past)
    made = copied(as_alice, "account", account)
    assert (made.corporate_number, made.started_on, made.code) == ("", None, "")
    who = make("contact", alice, family_name="中村", account=account.pk, birthday=past, last_purchase_on=past, purchase_total=900)  # fmt: skip
    made = copied(as_alice, "contact", who)
    assert (made.birthday, made.last_purchase_on, made.purchase_total) == (None, None, None)
    assert (made.family_name, made.account_id) == ("中村", account.pk)
    task = make("task", alice, name="電話", about=f"account:{account.pk}", due_at=timezone.now())
    write.write(registry.get("task"), task.pk, {"done_at": timezone.now()}, by=alice)
    made = copied(as_alice, "task", task)
    assert (made.done_at, made.due_at, made.remind_at, made.about) == (None, None, None, task.about)
    quote = make("quote", alice, account=account.pk, lines=LINES, date=past, expires_on=past)
    made = copied(as_alice, "quote", quote)
    assert made.date == day and made.expires_on > day
    order = make("order", alice, account=account.pk, lines=LINES, date=past, delivery_on=past, delivered_on=past, customer_number="PO-1", quote=quote.pk, status="delivered")  # fmt: skip
    made = copied(as_alice, "order", order)
    assert (made.status, made.date, made.delivery_on, made.delivered_on, made.customer_number, made.quote_id) == ("open", day, None, None, "", None)  # fmt: skip


def test_a_copied_invoice_bills_nothing_twice_and_its_lines_have_no_day_yet(
    as_alice: Client, alice: Any
) -> None:
    from enishi.sales.documents.flow import invoice_orders

    account = make("account", alice, name="丸山工業")
    order = make("order", alice, account=account.pk, lines=LINES, date=datetime.date(2026, 1, 31))
    invoice = invoice_orders([order.pk], by=alice)
    assert Order.objects.get(pk=order.pk).status == "invoiced"
    old = {"date": order.date, "due_on": order.date}
    write.write(registry.get("invoice"), invoice.pk, old, by=alice)
    made = copied(as_alice, "invoice", invoice)
    assert made.total == invoice.total and made.date == TODAY() and made.due_on >= made.date
    assert [(one["order_line"], one["day"]) for one in lines("invoice", made)] == [(None, None)] * 2
    write.delete(registry.get("invoice"), [invoice.pk], by=alice)
    assert Order.objects.get(pk=order.pk).status == "open"  # the copy doesn't stand for it


def test_lines_of_an_older_ledger_keep_their_amounts_in_a_copy_and_where_another_line_is_changed(
    as_alice: Client, alice: Any, tmp_path: Any
) -> None:
    from enishi.exchange import importing

    path = tmp_path / "orders.csv"
    path.write_text("受注番号,受注日,取引先,品名,金額\n7,2026/1/5,丸山,保守一式,5000\n7,2026/1/5,丸山,出張,3000\n", encoding="utf-8")  # fmt: skip
    importing.run(importing.begin(path, "orders.csv", by=alice, entity="order"))
    order = Order.objects.get()
    assert [one["amount"] for one in lines("order", order)] == [5000, 3000]
    made = copied(as_alice, "order", order)
    assert ([one["amount"] for one in lines("order", made)], made.total) == ([5000, 3000], order.total)
    rows = registry.get("order").lines[0].to_json(registry.get("order").lines[0].get(made))
    sent = [{key: held for key, held in row.items() if key != "amount"} for row in rows]
    sent[1]["unit_price"] = "4000"
    answer = as_alice.post(f"/orders/{made.pk}/field/lines/", {"lines": json.dumps(sent)}, headers=HTMX)
    assert answer.status_code == 200
    assert [one["amount"] for one in lines("order", made)] == [5000, 4000]
    # A product that is gone since stays on the line that has it, and keeps nobody from changing the lines.
    product, other = (make("product", alice, name=name, price="10").pk for name in ("水", "茶"))
    order = make("order", alice, account=made.account_id, lines=[{"product": product, "quantity": "1"}])
    write.delete(registry.get("product"), [product, other], by=alice)
    for key, status in ((product, 200), (other, 422)):
        sent = [{"product": key, "text": "水", "quantity": "5", "unit_price": "10"}]
        answer = as_alice.post(f"/orders/{order.pk}/field/lines/", {"lines": json.dumps(sent)}, headers=HTMX)
        assert answer.status_code == status
    assert [(one["product"], one["amount"]) for one in lines("order", order)] == [(product, 50)]


def test_a_copy_is_stored_though_what_it_points_to_is_gone(as_alice: Client, alice: Any, bob: Any) -> None:
    options: Any = {"choices": [{"label": "初回"}, {"label": "更新"}]}
    own = operations.add_field("quote", "choice", "区分", options, by=alice).key
    person = operations.add_field("quote", "user", "作成者", {}, by=alice).key
    account, product = make("account", alice, name="丸山"), make("product", alice, name="水", price="150")
    helper = User.objects.create_user("dan@example.jp", "とても長い合言葉です", name="段")
    values = {"account": account.pk, "lines": [LINES[1] | {"product": product.pk}], own: "初回", person: helper.pk}  # fmt: skip
    quote = make("quote", alice, **values)
    task = make("task", alice, name="電話", about=f"account:{account.pk}")
    begun, gone = form(as_alice, "quote", quote), make("quote", alice, name="元", lines=LINES)
    late = form(as_alice, "quote", gone)
    prices = make("price_list", alice, name="特約店", prices=[{"product": product.pk, "price": "120"}])
    first = registry.get("quote").fields[own].options[0].value  # type: ignore[attr-defined]
    kept: Any = {"choices": [{"value": first, "label": "初回", "retired": True}, {"label": "更新"}]}
    operations.change_field("quote", own, kept, by=alice)
    User.objects.filter(pk=helper.pk).update(is_active=False)
    for name, record in (("product", product), ("account", account), ("quote", gone)):
        write.delete(registry.get(name), [record.pk], by=alice)
    made = copied(as_alice, "quote", quote)
    assert (made.account_id, lines("quote", made)[0]["product"], made.custom[own]) == (None, None, first)
    assert lines("quote", made)[0]["text"] == "水" and made.total == quote.total
    assert copied(as_alice, "task", task).about == ""
    assert not registry.get("price_list").lines[0].get(copied(as_alice, "price_list", prices))
    # The pattern itself went away while the form was open: what was typed is stored.
    assert as_alice.post("/quotes/new/", late).status_code == 302
    assert len(lines("quote", Quote.objects.latest("pk"))) == 2
    # Of a form that was open before, it is said what to choose anew, and nothing is lost.
    answer = as_alice.post("/quotes/new/", begun)
    assert answer.status_code == 422 and "見つかりません。選び直してください" in answer.content.decode()
    assert "水" in answer.content.decode() and not Invoice.objects.exists()


def test_who_does_not_see_what_is_tied_gets_a_copy_without_it(as_bob: Client, alice: Any, bob: Any) -> None:
    from enishi.access.models import Role

    every = dict.fromkeys(("see", "create", "change"), "all")
    rights = {"default": every, "entities": {"account": {"see": "own"}}, "fields": {"deal": {"amount": "hidden"}}}  # fmt: skip
    bob.role = Role.objects.create(name="一部", rights=rights).key
    bob.save()
    account = make("account", alice, name="秘密工業")
    who = make("contact", alice, family_name="中村")
    deal = make("deal", alice, name="設備", account=account.pk, amount=700, stakeholders=[{"id": who.pk, "role": "決裁者"}], lines=LINES, amount_from_lines=False)  # fmt: skip
    sent = form(as_bob, "deal", deal)
    assert "秘密工業" not in str(sent) and "amount" not in sent
    made = copied(as_bob, "deal", deal)
    assert made.account_id is None and made.amount != 700 and len(lines("deal", made)) == 2
    assert dict(registry.get("deal").field("stakeholders").get(made)) == {who.pk: "決裁者"}
