"""What is held about a person: given out whole, taken away for good, not kept longer than its time."""

import datetime
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.utils import timezone

from enishi.access.models import AccessLog
from enishi.records import attachments, history, merge, personal, registry, retention, write
from enishi.records.design import operations
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.models import Event, MergedRow, RetentionRule
from enishi.records.search import find

pytestmark = [pytest.mark.django_db, pytest.mark.row("F7")]
WORDS = ("弁天", "小僧", "ベンテン", "090-8888", "benten@", "浜松屋", "甘いものが好き", "白浪", "知らざあ")


@pytest.fixture
def person(alice: Any, bob: Any, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """Somebody with everything that can hang on him."""
    settings.MEDIA_ROOT = tmp_path
    entity = registry.get("contact")
    account = write.create(registry.get("account"), {"name": "株式会社青空"}, by=alice).record
    contact = write.create(
        entity,
        {
            "family_name": "弁天", "given_name": "小僧", "family_kana": "ベンテン", "mobile": "090-8888-0001", "email": "benten@example.jp",
            "address": "浜松屋の向かい", "note": "甘いものが好き", "birthday": "1980-05-01", "account": account.pk, "rank": "A",
        },
        by=alice,
    ).record  # fmt: skip
    write.write(entity, contact.pk, {"note": "甘いものが好きだった"}, by=bob)
    deal = write.create(registry.get("deal"), {"name": "反物の件", "amount": 500_000, "account": account.pk, "contact": contact.pk}, by=alice).record  # fmt: skip
    other = write.create(entity, {"family_name": "日本"}, by=alice).record
    write.write(registry.get("deal"), deal.pk, {"contact": other.pk}, by=alice)
    write.write(registry.get("deal"), deal.pk, {"contact": contact.pk}, by=alice)
    task = write.create(registry.get("task"), {"name": "白浪に電話", "note": "知らざあ言って", "about": f"contact:{contact.pk}"}, by=alice).record  # fmt: skip
    visit = write.create(registry.get("activity"), {"kind": "visit", "text": "知らざあ言って聞かせやしょう", "about": f"contact:{contact.pk}"}, by=alice).record  # fmt: skip
    file = attachments.store(entity, contact.pk, SimpleUploadedFile("弁天の写真.txt", b"x"), by=alice)
    attachments.store(
        registry.get("activity"), visit.pk, SimpleUploadedFile("弁天の訪問.txt", b"y"), by=alice
    )
    for held, name in ((contact, "弁天の写真.txt"), (visit, "弁天の訪問.txt")):
        kind = "contact" if held is contact else "activity"
        AccessLog.objects.create(user=alice, action="file", entity=kind, record_id=held.pk, detail=name)
    # The lead he was, what he is called in a channel, a visit in the bin, a field that is out of use, who looked for him.
    lead = write.create(registry.get("lead"), {"family_name": "弁天", "given_name": "小僧", "mobile": "090-8888-0001", "note": "浜松屋で"}, by=alice).record  # fmt: skip
    type(lead).objects.filter(pk=lead.pk).update(contact=contact.pk, status="converted")
    channel = write.create(registry.get("channel"), {"name": "店"}, by=alice).record
    buyer = write.create(registry.get("channel_customer"), {"channel": channel.pk, "outside_id": "R-1", "name": "弁天小僧", "contact": contact.pk}, by=alice).record  # fmt: skip
    gone = write.create(registry.get("activity"), {"kind": "note", "text": "白浪の話", "about": f"contact:{contact.pk}"}, by=alice).record  # fmt: skip
    write.delete(registry.get("activity"), [gone.pk], by=alice)
    unused = operations.add_field("contact", "text", "趣味", {}, by=alice).key
    write.write(registry.get("contact"), contact.pk, {unused: "知らざあの稽古"}, by=alice)
    operations.retire_field("contact", unused, by=alice)
    entity = registry.get("contact")
    contact.refresh_from_db()
    asked = quote(
        json.dumps({"field": "name", "op": "contains", "value": "弁天 小僧"})
    )  # as programs send it
    for words in (
        "search 弁天小僧",
        "/api/v1/contacts?filter=%7B%22value%22%3A%22benten%40example.jp%22%7D",
        f"/api/v1/contacts?filter={asked}",
    ):
        AccessLog.objects.create(user=alice, action="api-read", entity="contact", detail=words)
    return {"entity": entity, "contact": contact, "deal": deal, "task": task, "visit": visit, "file": file, "account": account, "lead": lead, "buyer": buyer}  # fmt: skip


def everything() -> str:
    """All rows of all tables as one text."""
    made = []
    for model in apps.get_models():
        for row in model._default_manager.values():
            made.append(
                model.__name__ + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, default=str)
            )
    return "\n".join(made)


def test_all_that_is_held_comes_as_one_file(person: dict[str, Any], as_alice: Client, as_bob: Client) -> None:
    address = f"/contacts/{person['contact'].pk}/personal/"
    as_bob.get(f"/contacts/{person['contact'].pk}/")
    for client_method in (as_bob.get, as_bob.post):
        assert client_method(address).status_code == 403
    assert as_bob.post(f"{address}file/").status_code == 403
    answer = as_alice.post(f"{address}file/")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data, page = json.loads(archive.read("personal-data.json")), archive.read("personal-data.html").decode()
    for ending in ("弁天の写真.txt", "弁天の訪問.txt"):
        assert any(name.endswith(ending) for name in archive.namelist()), ending
    assert "知らざあの稽古" in page and "白浪の話" in page
    for word in (
        "弁天",
        "090-8888-0001",
        "benten@example.jp",
        "浜松屋の向かい",
        "反物の件",
        "白浪に電話",
        "知らざあ",
        "甘いものが好き",
    ):
        assert word in page and word in json.dumps(data, ensure_ascii=False), word
    assert {"馬場 勉"} <= {one["by"] for one in data["seen_by"]}
    assert any(change["to"] == "甘いものが好きだった" for one in data["history"] for change in one["changes"])
    assert AccessLog.objects.filter(action="personal-data", record_id=person["contact"].pk).exists()


def test_the_dry_run_says_what_goes_and_what_stays_and_changes_nothing(
    person: dict[str, Any], as_alice: Client
) -> None:
    before = everything()
    page = as_alice.get(f"/contacts/{person['contact'].pk}/personal/").content.decode()
    goes, stays = page.split("残るものと、その理由")
    for word in (
        "弁天",
        "090-8888-0001",
        "浜松屋",
        "弁天の写真.txt",
        "弁天の訪問.txt",
        "白浪に電話",
        "リード: 弁天",
        "チャネル別顧客: 弁天",
        "知らざあの稽古",
    ):
        assert word in goes, word
    assert "反物の件" in stays and "7年" in stays and "反物の件" not in goes
    assert everything() == before
    assert as_alice.post(f"/contacts/{person['contact'].pk}/personal/anonymise/").status_code == 422
    assert everything() == before


def test_nothing_of_the_person_is_left_anywhere(person: dict[str, Any], as_alice: Client, alice: Any, settings: Any, django_capture_on_commit_callbacks: Any) -> None:  # fmt: skip
    key = person["contact"].pk
    before = everything()
    assert all(word in before for word in WORDS)
    path = Path(settings.MEDIA_ROOT) / person["file"].path
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_alice.post(f"/contacts/{key}/personal/anonymise/", {"sure": "1"})
    assert answer.status_code == 302
    after = everything()
    assert [line[:400] for line in after.splitlines() if any(word in line for word in WORDS)] == []
    assert (
        not path.exists() and "5Cu5f01" in before and "5Cu5f01" not in after
    )  # 弁 in what a program asked for
    contact = type(person["contact"]).objects.get(pk=key)
    assert (
        contact.name == f"匿名 {key}" and contact.rank == "A" and contact.account_id == person["account"].pk
    )
    assert contact.birthday is None and contact.deleted_at is None
    person["deal"].refresh_from_db()
    assert (
        person["deal"].contact_id == key
        and person["deal"].amount == 500_000
        and person["deal"].name == "反物の件"
    )
    for address in (
        f"/contacts/{key}/",
        f"/contacts/{key}/history/",
        f"/deals/{person['deal'].pk}/",
        f"/tasks/{person['task'].pk}/",
        "/contacts/",
    ):
        assert as_alice.get(address).status_code == 200, address
    assert find("弁天", alice) == [] and [hit.record.pk for hit in find(f"匿名 {key}", alice)]
    assert Event.objects.filter(entity="contact", record_id=key, kind="anonymised").count() == 1
    for event in Event.objects.filter(entity="contact", record_id=key):
        try:
            history.undo_event(event.pk, by=alice)
        except (Refused, NotFound):
            continue
        assert [word for word in WORDS if word in everything()] == []


def test_companies_are_no_persons_and_only_admins_do_it(person: dict[str, Any], bob: Any, alice: Any) -> None:
    accounts = registry.get("account")
    with pytest.raises(NotFound):
        personal.anonymise(accounts, person["account"].pk, by=alice)
    with pytest.raises(NotAllowed):
        personal.anonymise(person["entity"], person["contact"].pk, by=bob)
    house = write.create(
        accounts, {"name": "弁天家", "kind": "household", "phone": "03-1111-2222"}, by=alice
    ).record
    personal.anonymise(accounts, house.pk, by=alice)
    house.refresh_from_db()
    assert house.name == f"匿名 {house.pk}" and house.phone == "" and house.kind == "household"


def test_who_is_long_gone_is_due_and_who_is_not_stays(
    person: dict[str, Any], alice: Any, as_alice: Client
) -> None:
    entity = person["entity"]
    old = write.create(entity, {"family_name": "古田"}, by=alice).record
    busy = write.create(entity, {"family_name": "新田"}, by=alice).record
    selling = write.create(entity, {"family_name": "商田"}, by=alice).record
    write.create(
        registry.get("deal"),
        {"name": "続く件", "account": person["account"].pk, "contact": selling.pk},
        by=alice,
    )
    long_ago = timezone.now() - datetime.timedelta(days=366 * 6)
    entity.model._default_manager.filter(pk__in=[old.pk, selling.pk]).update(updated_at=long_ago)
    assert as_alice.post("/settings/retention/", {"entity": "contact", "years": "5"}).status_code == 302
    rule = RetentionRule.objects.get(entity="contact")
    assert [row.pk for row in retention.due(rule)] == [old.pk] and busy.pk
    assert "古田" in as_alice.get("/settings/retention/").content.decode()
    assert retention.run_automatic() == 0  # by hand, as it was set
    assert as_alice.post("/settings/retention/", {"entity": "contact", "action": "run"}).status_code == 422
    as_alice.post("/settings/retention/", {"entity": "contact", "years": "5", "automatic": "1"})
    assert retention.run_automatic() == 1 and retention.run_automatic() == 0
    old.refresh_from_db()
    assert old.name == f"匿名 {old.pk}"
    type(old).objects.filter(pk=old.pk).update(updated_at=long_ago)
    assert list(retention.due(rule)) == []  # once is enough
    assert as_alice.post("/settings/retention/", {"entity": "contact", "years": ""}).status_code == 302
    assert not RetentionRule.objects.exists()
    assert as_alice.post("/settings/retention/", {"entity": "deal", "years": "5"}).status_code == 404
    assert as_alice.post("/settings/retention/", {"entity": "contact", "years": "4"}).status_code == 422


def test_a_rule_for_customers_of_a_channel_breaks_nothing(as_alice: Client, alice: Any) -> None:
    channel = write.create(registry.get("channel"), {"name": "店"}, by=alice).record
    entity = registry.get("channel_customer")
    old = write.create(
        entity, {"channel": channel.pk, "outside_id": "R-1", "name": "弁天小僧"}, by=alice
    ).record
    entity.model._default_manager.update(updated_at=timezone.now() - datetime.timedelta(days=366 * 6))
    sent = {"entity": "channel_customer", "years": "5", "automatic": "1"}
    assert as_alice.post("/settings/retention/", sent).status_code == 302
    assert "弁天小僧" in as_alice.get("/settings/retention/").content.decode()
    assert retention.run_automatic() == 1
    old.refresh_from_db()
    assert "弁天" not in old.name


def test_a_sole_trader_takes_nobody_along_and_merged_leads_go_too(alice: Any) -> None:
    account = write.create(registry.get("account"), {"name": "丸山工房", "kind": "sole"}, by=alice).record
    contact = write.create(
        registry.get("contact"), {"family_name": "弁天", "given_name": "小僧"}, by=alice
    ).record
    lead = registry.get("lead")
    first, second, own = (
        write.create(lead, {"family_name": name, "given_name": "小僧", "phone": phone}, by=alice).record
        for name, phone in (("弁天", "03-1111-2222"), ("辨天", "03-1111-2229"), ("丸山", "03-1111-3333"))
    )
    type(first).objects.filter(pk=first.pk).update(account=account.pk, contact=contact.pk)
    type(first).objects.filter(pk=own.pk).update(account=account.pk)
    personal.anonymise(registry.get("account"), account.pk, by=alice)
    first.refresh_from_db()
    own.refresh_from_db()
    assert first.name == "弁天 小僧" and "丸山" not in own.name
    merge.merge(lead, first.pk, [second.pk], by=alice)
    AccessLog.objects.create(
        user=alice, action="search", entity="", count=1, detail="q=辨天　小僧 / 0311112229"
    )
    personal.anonymise(registry.get("contact"), contact.pk, by=alice)
    for row in (first, second):
        row.refresh_from_db()
        assert "小僧" not in row.name and not row.phone
    assert not AccessLog.objects.filter(detail__contains="小僧").exists() and not MergedRow.objects.exists()


@pytest.mark.parametrize("what", ["order", "invoice", "drawn"])
def test_who_is_still_dealt_with_is_not_due(what: str, alice: Any) -> None:
    contract = operations.add_entity("契約", slug="keiyaku", by=alice).name
    ends = operations.add_field(contract, "date", "終了日", {}, by=alice).key
    tie = operations.add_connection(
        contract, "account", label="相手", back_label="契約", many=False, by=alice
    )
    account = registry.get("account")
    held, free = (
        write.create(account, {"name": name, "kind": "sole"}, by=alice).record
        for name in ("丸山工房", "角田工房")
    )
    if what == "drawn":
        entity = registry.get(contract)
        name = next(found.name for found in entity.linked)
        write.create(entity, {"name": "保守", ends: "2090-01-01", name: [held.pk]}, by=alice)
    else:
        write.create(registry.get(what), {"account": held.pk, "date": "2026-01-05"}, by=alice)
    long_ago = timezone.now() - datetime.timedelta(days=366 * 6)
    for entity in registry.all_entities():
        entity.model._default_manager.update(updated_at=long_ago)
    if what == "order":
        registry.get("order").model._default_manager.update(
            date=datetime.date(2019, 1, 1), status="delivered"
        )
    if what == "invoice":
        registry.get("invoice").model._default_manager.update(
            date=datetime.date(2019, 1, 1), due_on=None, status="sent"
        )
    rule = RetentionRule.objects.create(entity="account", years=3, by=alice)
    assert [row.pk for row in retention.due(rule)] == [free.pk] and tie


@pytest.mark.parametrize("name", ["- -", "A -", "----"])
def test_a_name_that_says_nothing_takes_no_line_of_others_away(name: str, alice: Any) -> None:
    family, _space, given = name.partition(" ")
    contact = write.create(
        registry.get("contact"), {"family_name": family, "given_name": given}, by=alice
    ).record
    lines = [
        AccessLog.objects.create(user=alice, action=action, detail="q=A商店 / -")
        for action in ("search", "role-change", "user-add")
    ]
    personal.anonymise(registry.get("contact"), contact.pk, by=alice)
    assert all(AccessLog.objects.get(pk=one.pk).detail == "q=A商店 / -" for one in lines)


def test_what_was_held_of_him_under_another_key_is_in_his_file(alice: Any) -> None:
    contact = registry.get("contact")
    one, two = (
        write.create(contact, {"family_name": "弁天", "given_name": "小僧", "email": mail}, by=alice).record
        for mail in ("a@example.jp", "b@example.jp")
    )
    write.write(contact, two.pk, {"email": "before@example.jp"}, by=alice)
    AccessLog.objects.create(user=alice, action="read", entity="contact", record_id=two.pk)
    merge.merge(contact, one.pk, [two.pk], by=alice)
    told = personal.held(contact, one.pk, by=alice)
    assert (
        "before@example.jp" in json.dumps(told["history"], ensure_ascii=False) and len(told["seen_by"]) == 1
    )
