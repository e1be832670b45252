"""Leads: what every entity does; converting into what is new or there already, taken back as one, once whatever is clicked."""

import threading
import time
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from enishi.people.models import Account, Contact
from enishi.records import registry, write
from enishi.records.errors import Refused
from enishi.records.history import undo_event, undo_operation
from enishi.records.models import EventSubject, Operation
from enishi.records.testing import HTMX, EntityTests
from enishi.records.timeline import page
from enishi.sales.leads.operations import Into, convert_lead, likely_same
from enishi.sales.models import Deal, Lead
from enishi.work.models import Task

NEW = {"account": Into(), "contact": Into(), "deal": Into()}


class TestLeads(EntityTests):
    entity = "lead"
    edits = ("company", "株式会社みどり", "株式会社みどり")

    def values(self, number: int) -> dict[str, Any]:
        return {
            "family_name": "渡邊", "given_name": f"誠{number}", "company": f"みどり商事{number}", "mobile": f"090-1234-{number:04}",
            "source": "展示会", "budget": "500,000", "heat": "hot", "met_on": "2026-10-02",
        }  # fmt: skip


def make(by: Any, **more: Any) -> Any:
    values = {
        "family_name": "高橋", "given_name": "直子", "family_kana": "タカハシ", "given_kana": "ナオコ", "company": "株式会社青葉工業",
        "title": "総務部長", "mobile": "090-1111-2222", "email": "takahashi@example.jp", "source": "展示会", "budget": "1200000",
        "need": "複合機の入れ替え", "tags": ["VIP"], "address": "東京都港区芝1-1",
    }  # fmt: skip
    return write.create(registry.get("lead"), values | more, by=by).record


def state(*models: Any) -> dict[str, list[dict[str, Any]]]:
    """The rows of these models, but for what every write moves on."""
    moves = {"version", "updated_at", "updated_by_id", "last_contact_at"}
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name not in moves}
            for row in model.objects.filter(deleted_at=None).order_by("pk").values()
        ]
        for model in models
    }


pytestmark = pytest.mark.row("C1")


@pytest.mark.django_db
def test_a_lead_becomes_an_account_a_contact_and_a_deal_and_all_is_taken_back(bob: Any) -> None:
    lead = make(bob)
    call = write.create(registry.get("activity"), {"kind": "call", "text": "初回の電話", "about": f"lead:{lead.pk}"}, by=bob).record  # fmt: skip
    task = write.create(registry.get("task"), {"name": "訪問する", "about": f"lead:{lead.pk}", "due_at": "2026-12-01"}, by=bob).record  # fmt: skip
    models = (Lead, Account, Contact, Deal, Task)
    before = state(*models)
    done = convert_lead(lead.pk, NEW, by=bob)
    account, contact, deal = (done.records[kind] for kind in NEW)
    assert (account.name, account.source, account.tags) == ("株式会社青葉工業", "展示会", ["VIP"])
    assert (contact.name, contact.account_id, contact.title) == ("高橋 直子", account.pk, "総務部長")
    assert (deal.account_id, deal.contact_id, deal.amount) == (account.pk, contact.pk, 1_200_000)
    assert deal.note == "複合機の入れ替え"
    lead.refresh_from_db()
    assert (lead.status, lead.account_id, lead.contact_id, lead.deal_id) == ("converted", account.pk, contact.pk, deal.pk)  # fmt: skip
    task.refresh_from_db()
    assert task.about == f"deal:{deal.pk}"
    for kind, record in done.records.items():
        told = [one.event for one in page(registry.get(kind), record.pk, bob).items]
        assert any(one.entity == "activity" and one.record_id == call.pk for one in told), kind
    undo_operation(done.operation.pk, by=bob)
    assert state(*models) == before
    gone = EventSubject.objects.filter(entity="deal", record_id=deal.pk, event__entity="activity")
    assert not gone.exists()
    again = convert_lead(lead.pk, NEW, by=bob)  # and may be converted anew
    assert Lead.objects.get(pk=lead.pk).contact_id == again.records["contact"].pk
    event = again.operation.events.get(entity="lead")
    undo_event(event.pk, by=bob)  # from the timeline: the whole conversion, not only what it says of the lead
    assert state(*models) == before


@pytest.mark.django_db
def test_who_is_there_already_is_filled_and_not_overwritten(as_bob: Client, bob: Any) -> None:
    account = write.create(registry.get("account"), {"name": "青葉工業㈱", "source": "紹介", "tags": ["重要"]}, by=bob).record  # fmt: skip
    contact = write.create(registry.get("contact"), {"family_name": "高橋", "given_name": "直子", "account": account.pk, "mobile": "090-1111-2222"}, by=bob).record  # fmt: skip
    lead = make(bob)
    likely = likely_same(lead, bob)
    assert [one.record.pk for one in likely["account"]] == [account.pk]
    assert [one.record.pk for one in likely["contact"]] == [contact.pk]
    namesake = make(bob, company="別会社", email="other@example.jp", mobile="")
    page = as_bob.get(f"/leads/{namesake.pk}/convert/").content.decode()
    assert f'name="contact" value="{contact.pk}">' in page  # offered, and not chosen beforehand
    before = state(Account, Contact)
    done = convert_lead(lead.pk, {"account": Into(account.pk), "contact": Into(contact.pk)}, by=bob)
    account.refresh_from_db()
    contact.refresh_from_db()
    assert (account.name, account.source, account.tags) == ("青葉工業㈱", "紹介", ["VIP", "重要"])
    assert (account.prefecture, contact.email) == ("東京都", "takahashi@example.jp")
    undo_operation(done.operation.pk, by=bob)
    assert state(Account, Contact) == before


@pytest.mark.django_db
def test_what_has_no_field_goes_on_in_the_note(bob: Any) -> None:
    more = {"note": "競合はA社\n決裁は専務", "campaign": "秋の展示会", "timing": "来春", "heat": "hot"}
    lines = "施策・展示会名：秋の展示会\n導入時期：来春\n温度感：高い\n備考：競合はA社\n決裁は専務"
    deal = convert_lead(make(bob, **more).pk, NEW, by=bob).records["deal"]
    assert deal.note == f"複合機の入れ替え\n{lines}"
    other = make(bob, **more, family_name="佐藤", mobile="", email="")
    done = convert_lead(other.pk, {"account": Into(), "contact": Into()}, by=bob)
    assert done.records["contact"].note == f"ご要望・課題：複合機の入れ替え\n予算：¥1,200,000\n{lines}"
    assert not done.records["account"].note
    # A deal that is there keeps what its note says and its amount; taken back, it is as it was.
    write.write(registry.get("deal"), deal.pk, {"note": "社内メモ"}, by=bob)
    before = state(Deal)
    third = make(bob, **more, family_name="鈴木", mobile="", email="", budget="500000")
    again = convert_lead(third.pk, {"account": Into(), "deal": Into(deal.pk)}, by=bob)
    deal.refresh_from_db()
    assert deal.amount == 1_200_000
    assert deal.note == f"社内メモ\nご要望・課題：複合機の入れ替え\n予算：¥500,000\n{lines}"
    undo_operation(again.operation.pk, by=bob)
    assert state(Deal) == before
    # The beginning of a line that stands there is another line.
    write.write(registry.get("deal"), deal.pk, {"note": "予算：¥500,000"}, by=bob)
    small = make(bob, family_name="森", mobile="", email="", budget="50")
    convert_lead(small.pk, {"account": Into(), "deal": Into(deal.pk)}, by=bob)
    deal.refresh_from_db()
    assert "予算：¥500,000" in deal.note.splitlines() and "予算：¥50" in deal.note.splitlines()


@pytest.mark.django_db
def test_own_fields_of_the_same_name_go_along(alice: Any) -> None:
    from enishi.records.design import operations

    for entity in ("lead", "account"):
        operations.add_field(entity, "choice", "予算区分", {"choices": [{"label": "大"}, {"label": "小"}]}, by=alice)  # fmt: skip
    own = registry.get("lead").own[0]
    lead = make(alice, **{own.name: "小"})
    account = convert_lead(lead.pk, {"account": Into()}, by=alice).records["account"]
    assert registry.get("account").own[0].value_text(account) == "小"


@pytest.mark.django_db
def test_a_refused_part_leaves_everything_as_it_was(bob: Any) -> None:
    lead = make(bob)
    before = state(Lead, Account, Contact, Deal)
    with pytest.raises(Refused, match="案件"):
        convert_lead(lead.pk, NEW | {"deal": Into(values={"name": ""})}, by=bob)
    assert state(Lead, Account, Contact, Deal) == before
    assert not Operation.objects.exists()
    with pytest.raises(Refused):
        convert_lead(lead.pk, {"deal": Into()}, by=bob)


@pytest.mark.django_db(transaction=True)
def test_two_who_convert_at_once_make_one(bob: Any) -> None:
    lead = make(bob)
    said: list[str] = []
    start = threading.Barrier(3)

    def run() -> None:
        start.wait()
        for _try in range(500):
            try:
                convert_lead(lead.pk, NEW, by=bob)
                said.append("done")
            except Refused as error:
                said.append(str(error))
            except OperationalError:  # a database in memory locks whole tables and doesn't wait
                time.sleep(0.01)
                continue
            break
        connection.close()

    threads = [threading.Thread(target=run) for _each in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(word == "done" for word in said) == [False, False, True], said
    assert (Account.objects.count(), Contact.objects.count(), Deal.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_the_page_proposes_converts_and_leads_a_second_click_to_the_first(as_bob: Client, bob: Any) -> None:
    lead = make(bob)
    known = write.create(registry.get("account"), {"name": "青葉工業㈱"}, by=bob).record
    page = as_bob.get(f"/leads/{lead.pk}/").content.decode()
    assert f'href="/leads/{lead.pk}/convert/"' in page and "同じ相手かもしれません" in page
    page = as_bob.get(f"/leads/{lead.pk}/convert/").content.decode()
    assert f'value="{known.pk}" checked' in page and "名前が同じ" in page
    sent = {
        "account": str(known.pk), "contact": "new", "contact-family_name": "高橋", "contact-given_name": "直子", "deal": "new",
        "deal-name": "複合機3台", "deal-amount": "90万", "version": str(lead.version),
    }  # fmt: skip
    for _click in range(2):
        answer = as_bob.post(f"/leads/{lead.pk}/convert/", sent)
        assert answer.status_code == 302
    deal = Deal.objects.get()
    assert (deal.name, deal.amount, deal.account_id) == ("複合機3台", 900_000, known.pk)
    page = as_bob.get(f"/leads/{lead.pk}/").content.decode()
    assert f"/deals/{deal.pk}/" in page and "転換済み" in page and f"/leads/{lead.pk}/convert/" not in page
    assert f"/leads/{lead.pk}/" in as_bob.get(f"/accounts/{known.pk}/").content.decode()


@pytest.mark.django_db
def test_what_cannot_be_read_comes_back_and_nothing_is_stored(as_bob: Client, bob: Any) -> None:
    lead = make(bob)
    sent = {
        "account": "new",
        "account-name": "青葉",
        "deal": "new",
        "deal-name": "入れ替え",
        "deal-amount": "たくさん",
    }
    answer = as_bob.post(f"/leads/{lead.pk}/convert/", sent)
    assert answer.status_code == 422 and 'value="たくさん"' in answer.content.decode()
    assert not Account.objects.exists()
    for word in ("x", "9" * 30, "999999", "pick"):
        answer = as_bob.post(f"/leads/{lead.pk}/convert/", {"account": word})
        assert answer.status_code in {404, 422}, word


@pytest.mark.django_db
def test_disqualifying_asks_why_and_reopening_forgets_it(as_bob: Client, bob: Any) -> None:
    lead = make(bob)
    answer = as_bob.post(f"/leads/{lead.pk}/move/", {"value": "disqualified"}, headers=HTMX)
    assert answer.status_code == 422 and 'name="reason"' in answer.content.decode()
    sent = {"value": "disqualified", "reason": "予算なし"}
    assert as_bob.post(f"/leads/{lead.pk}/move/", sent, headers=HTMX).status_code == 204
    assert Lead.objects.get().reason == "予算なし"
    assert as_bob.post(f"/leads/{lead.pk}/move/", {"value": "working"}, headers=HTMX).status_code == 204
    assert Lead.objects.get().reason == ""
    answer = as_bob.post(f"/leads/{lead.pk}/move/", {"value": "converted"}, headers=HTMX)
    assert answer.status_code == 422 and Lead.objects.get().status == "working"


@pytest.mark.django_db
def test_figures_by_source_lead_to_the_lists_behind_them(as_bob: Client, as_carol: Client, bob: Any) -> None:
    first = make(bob)
    make(bob, family_name="佐藤", email="sato@example.jp", mobile="", source="紹介")
    make(bob, family_name="鈴木", email="suzuki@example.jp", mobile="")
    deal = convert_lead(first.pk, NEW, by=bob).records["deal"]
    won = registry.get("stage").model.objects.get(outcome="won", pipeline=deal.pipeline_id)
    write.write(registry.get("deal"), deal.pk, {"stage": won.pk}, by=bob)
    page = as_carol.get("/leads/figures/")
    lines = {one["source"]: one for one in page.context["lines"]}
    told = {key: lines["展示会"][key] for key in ("n", "busy", "converted", "deals", "won", "amount", "rate")}
    assert told == {"n": 2, "busy": 1, "converted": 1, "deals": 1, "won": 1, "amount": 1_200_000, "rate": 50}
    assert lines["紹介"]["n"] == 1 and lines["紹介"]["amount"] == 0
    total = page.context["total"]
    assert {key: total[key] for key in told} == {**told, "n": 3, "rate": 33} and total["refused"] == 0
    assert "<tfoot>" in page.text
    listed = as_bob.get(lines["展示会"]["converted_url"]).content.decode()
    assert f'href="/leads/{first.pk}/"' in listed and "佐藤" not in listed
    assert as_bob.get("/leads/figures/?days=x").status_code == 200


@pytest.mark.django_db
def test_a_list_of_visitors_to_a_fair_is_read_in_as_leads_and_a_list_of_cards_is_not(
    tmp_path: Any, alice: Any
) -> None:
    from enishi.exchange import importing, mapping

    rows = [["氏名", "会社名", "メール", "展示会名", "名刺交換日", "温度感"], ["高橋直子", "青葉工業", "t@example.jp", "オフィスEXPO", "2026/10/2", "高"]]  # fmt: skip
    assert mapping.propose("来場者", rows).main == "contact"
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(",".join(row) for row in rows))
    job = importing.begin(path, "leads.csv", by=alice, entity="lead")
    importing.run(job)
    lead = Lead.objects.get()
    assert (lead.family_name, lead.company, lead.campaign, lead.heat) == (
        "高橋",
        "青葉工業",
        "オフィスEXPO",
        "hot",
    )
    assert str(lead.met_on) == "2026-10-02" and not Contact.objects.exists()
