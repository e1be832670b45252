"""データ整備: found, looked at, agreed to, taken back; only what a person may change, and nothing before he agrees."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enishi.access.models import Role, User
from enishi.exchange.cleansing import looking, operations, scan, tasks
from enishi.exchange.cleansing.differences import marked
from enishi.exchange.cleansing.models import (
    Cleansing,
    CleansingFix,
    CleansingIgnored,
    CleansingLine,
    CleansingRow,
)
from enishi.exchange.periodic import forget_old_cleansing
from enishi.people.models import Account, Contact
from enishi.records import history, registry, write
from enishi.records.design import operations as design
from enishi.records.models import Event, Operation
from enishi.records.testing import HTMX, changed_tables, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]


def account(by: User, name: str, **stored: Any) -> Account:
    """An account as older programs left it: what a form would have cleaned is put into the row itself."""
    made = write.create(registry.get("account"), {"name": name}, by=by).record
    Account.objects.filter(pk=made.pk).update(**stored)
    return Account.objects.get(pk=made.pk)


def search(by: User, entity: str = "account", **more: Any) -> Cleansing:
    return scan.begin(by, entity=registry.get(entity), **more)


def line(found: Cleansing, field: str, rule: str) -> CleansingLine:
    return found.lines.get(field=field, rule=rule)


def keys(found: Cleansing) -> set[tuple[str, str, bool, int]]:
    return {
        (one.field, one.rule, one.sure, one.rows.count()) for one in found.lines.all() if one.rows.exists()
    }


@pytest.fixture
def ledger(bob: User) -> list[Account]:
    """Six spellings and one that is as it should be."""
    return [
        account(bob, "㈱丸山製作所", phone="０３（１２３４）５６７８"),
        account(bob, "(有)みなと", phone="0312345678", email="Info@Minato.CO.JP"),
        account(bob, "株式会社　東和", phone="03-1234-5678"),
        account(bob, "Aoi Co., Ltd.", email="aoi@gmial.com"),
        account(bob, "縁商店", prefecture="", address="東京都千代田区丸の内一丁目2番3号 縁ビル5F"),
        account(bob, "株式会社正しい", phone="03-1111-2222", postal_code="100-0005", prefecture="東京都", address="千代田区丸の内1-1"),
    ]  # fmt: skip


def test_a_list_is_looked_at_and_nothing_is_written(ledger: list[Account], bob: User) -> None:
    before = snapshot("exchange.Cleansing", "exchange.CleansingLine", "exchange.CleansingRow")
    found = search(bob)
    assert found.status == "done" and (found.done, found.total) == (6, 6)
    assert keys(found) == {
        ("name", "legal-form", True, 2), ("name", "legal-form-space", True, 1), ("name", "legal-form-english", False, 1),
        ("phone", "phone-form", True, 2), ("email", "email-form", True, 1), ("email", "email-typo", False, 1),
        ("address", "prefecture-out", True, 1), ("address", "house-hyphen", True, 1), ("address", "building-out", True, 1),
        ("postal_code", "postal-fill", True, 1),
    }  # fmt: skip
    assert (
        changed_tables(
            before, snapshot("exchange.Cleansing", "exchange.CleansingLine", "exchange.CleansingRow")
        )
        == []
    )


def test_a_line_is_agreed_to_and_taken_back_to_the_letter(ledger: list[Account], bob: User) -> None:
    found = search(bob)
    stored = list(
        Account.objects.order_by("pk").values_list("phone", "name", "address", "prefecture", "building")
    )
    fix = operations.agree(line(found, "phone", "phone-form"), by=bob)
    assert (fix.status, fix.written, fix.changed, fix.refused_count) == ("done", 2, 0, 0)
    assert list(Account.objects.order_by("pk").values_list("phone", flat=True)[:2]) == [
        "03-1234-5678",
        "03-1234-5678",
    ]
    event = Event.objects.get(entity="account", record_id=ledger[0].pk, kind="changed")
    assert event.actor == bob and event.data["changes"]["phone"] == [
        "０３（１２３４）５６７８",
        "03-1234-5678",
    ]
    operation = Operation.objects.get(pk=fix.operation_id)
    assert operation.kind == "bulk" and "電話" in operation.summary and operation.user == bob
    assert not line(found, "phone", "phone-form").rows.exists()
    operations.undo(fix, by=bob)
    assert (
        list(Account.objects.order_by("pk").values_list("phone", "name", "address", "prefecture", "building"))
        == stored
    )
    assert line(found, "phone", "phone-form").rows.count() == 2  # and is proposed again


def test_lines_of_one_field_follow_each_other(ledger: list[Account], bob: User) -> None:
    """Of an address the prefecture, then the house number, then the building: each on what the one before has made."""
    found = search(bob)
    for rule in ("prefecture-out", "house-hyphen", "building-out"):
        fix = operations.agree(line(found, "address", rule), by=bob)
        assert (fix.written, fix.changed) == (1, 0), rule
    record = Account.objects.get(pk=ledger[4].pk)
    assert (record.prefecture, record.address, record.building) == (
        "東京都",
        "千代田区丸の内1-2-3",
        "縁ビル5F",
    )
    assert {one[1] for one in keys(search(bob)) if one[0] == "address"} == set()


def test_what_changed_since_is_looked_at_anew_and_not_overwritten(ledger: list[Account], bob: User) -> None:
    found = search(bob)
    write.write(registry.get("account"), ledger[0].pk, {"phone": "06-9999-8888"}, by=bob)
    Account.objects.filter(pk=ledger[1].pk).update(phone="０９０１２３４５６７８")
    fix = operations.agree(line(found, "phone", "phone-form"), by=bob)
    assert (fix.written, fix.changed) == (0, 2)
    assert Account.objects.get(pk=ledger[0].pk).phone == "06-9999-8888"
    assert Account.objects.get(pk=ledger[1].pk).phone == "０９０１２３４５６７８"
    assert [row.record_id for row in line(found, "phone", "phone-form").rows.all()] == [ledger[1].pk]
    fix = operations.agree(line(found, "phone", "phone-form"), by=bob)  # what he sees now he may agree to
    assert fix.written == 1 and Account.objects.get(pk=ledger[1].pk).phone == "090-1234-5678"


def test_what_asks_is_never_written_unseen(ledger: list[Account], bob: User, as_bob: Client) -> None:
    found = search(bob)
    asks = line(found, "email", "email-typo")
    address = f"/cleansing/{found.pk}/lines/{asks.pk}/"
    assert as_bob.post(address, {"action": "all"}).status_code == 422
    assert Account.objects.get(pk=ledger[3].pk).email == "aoi@gmial.com"
    page = as_bob.get(f"/cleansing/{found.pk}/").content.decode()
    assert page.count('value="all"') == sum(one.sure for one in found.lines.all())
    shown = as_bob.get(address).content.decode()
    assert f'value="{ledger[3].pk}" data-tick aria-label="Aoi Co., Ltd.">' in shown  # not ticked beforehand
    assert as_bob.post(address, {"action": "chosen", "row": ledger[3].pk}).status_code == 302
    assert Account.objects.get(pk=ledger[3].pk).email == "aoi@gmail.com"


def test_some_rows_are_chosen_and_others_left_for_good(
    ledger: list[Account], bob: User, as_bob: Client
) -> None:
    found = search(bob)
    forms = line(found, "name", "legal-form")
    address = f"/cleansing/{found.pk}/lines/{forms.pk}/"
    as_bob.post(address, {"action": "ignore", "row": ledger[0].pk})
    as_bob.post(address, {"action": "chosen", "row": ledger[1].pk})
    assert [one.name for one in Account.objects.order_by("pk")[:2]] == ["㈱丸山製作所", "有限会社みなと"]
    assert ("name", "legal-form") not in {one[:2] for one in keys(search(bob))}
    Account.objects.filter(pk=ledger[0].pk).update(name="㈱丸山")  # another value is asked about again
    assert ("name", "legal-form", True, 1) in keys(search(bob))


def test_a_line_is_silent_for_the_one_who_said_so_until_he_calls_it_back(
    ledger: list[Account], bob: User, as_bob: Client, as_alice: Client, alice: User
) -> None:
    found = search(bob)
    phones = line(found, "phone", "phone-form")
    address = f"/cleansing/{found.pk}/lines/{phones.pk}/"
    as_bob.post(address, {"action": "ignore-line"})
    again = search(bob)
    page = as_bob.get(f"/cleansing/{again.pk}/").content.decode()
    assert page.count("電話の書き方をそろえる") == 1 and "また提案する" in page
    hers = search(alice)
    assert "また提案する" not in as_alice.get(f"/cleansing/{hers.pk}/").content.decode()
    as_bob.post(address, {"action": "recall-line"})
    assert "また提案する" not in as_bob.get(f"/cleansing/{again.pk}/").content.decode()


def test_a_refused_row_is_told_and_the_others_are_written(bob: User) -> None:
    """Two codes that become the same: the second keeps its own."""
    first, second, third = (
        account(bob, f"客{n}", code=code) for n, code in enumerate(("A-1", "Ａ－１", "Ｂ－２"))
    )
    found = search(bob)
    fix = operations.agree(line(found, "code", "ascii-width"), by=bob)
    assert (fix.written, fix.refused_count) == (1, 1) and "客1" in fix.refused[0]
    assert [Account.objects.get(pk=one.pk).code for one in (first, second, third)] == ["A-1", "Ａ－１", "B-2"]
    assert line(found, "code", "ascii-width").rows.count() == 1


def test_persons_and_what_the_owner_drew_are_tidied_by_their_kinds(alice: User) -> None:
    contact = write.create(
        registry.get("contact"), {"family_name": "山田", "given_name": "太郎 先生"}, by=alice
    ).record
    drawn = design.add_entity("仕入先", slug="suppliers", by=alice).name
    place = design.add_field(drawn, "address", "所在地", {}, by=alice).key
    phone = design.add_field(drawn, "telephone", "連絡電話", {}, by=alice).key
    entity = registry.get(drawn)
    made = write.create(
        entity, {"name": "ﾏﾙﾔﾏ商会", place: "東京都千代田区丸の内１丁目１番"}, by=alice
    ).record
    entity.model._default_manager.filter(pk=made.pk).update(custom={**made.custom, phone: "0312345678"})
    found = scan.begin(alice)
    assert {(one.entity, one.field, one.rule) for one in found.lines.all()} >= {
        ("contact", "given_name", "honorific"), (drawn, "name", "kana-width"), (drawn, place, "house-hyphen"), (drawn, phone, "phone-form"),
    }  # fmt: skip
    for one in list(found.lines.filter(sure=True)):
        if one.rows.exists():
            operations.agree(one, by=alice)
    made, person = entity.model._default_manager.get(pk=made.pk), Contact.objects.get(pk=contact.pk)
    assert made.name == "マルヤマ商会" and made.custom[phone] == "03-1234-5678"
    assert made.custom[place] == "〒100-0005 東京都千代田区丸の内1-1"
    assert (person.name, person.honorific) == ("山田 太郎", "先生")
    assert not CleansingRow.objects.filter(line__cleansing=scan.begin(alice), line__sure=True).exists()


def test_a_filter_and_ticked_rows_narrow_the_search(ledger: list[Account], as_bob: Client, bob: User) -> None:
    query = json.dumps({"field": "name", "op": "contains", "value": "丸山"}, ensure_ascii=False)
    page = as_bob.get("/cleansing/", {"entity": "account", "filter": query, "sort": "-name"}).content.decode()
    assert "取引先 1件" in page and "今の条件" in page
    answer = as_bob.post(
        "/cleansing/", {"entity": "account", "query": f"filter={query}", "ids": "", "house": "words"}
    )
    found = Cleansing.objects.get(user=bob)
    assert answer.headers["Location"] == f"/cleansing/{found.pk}/" and (found.done, found.house) == (
        1,
        "words",
    )
    ticked = f"{ledger[1].pk},{ledger[3].pk},x"
    assert "取引先 2件" in as_bob.get("/cleansing/", {"entity": "account", "ids": ticked}).content.decode()
    as_bob.post("/cleansing/", {"entity": "account", "query": "", "ids": ticked, "house": "hyphen"})
    assert Cleansing.objects.filter(user=bob).first().done == 2  # type: ignore[union-attr]


def test_the_pages_lead_to_each_other(ledger: list[Account], as_bob: Client, bob: User) -> None:
    assert "/cleansing/?entity=account" in as_bob.get("/accounts/").content.decode()
    assert 'href="/cleansing/"' in as_bob.get("/settings/").content.decode()
    found = search(bob)
    page = as_bob.get(f"/cleansing/{found.pk}/").content.decode()
    assert "<del>㈱</del>丸山製作所" in page and "<ins>株式会社</ins>丸山製作所" in page
    assert f"/cleansing/{found.pk}/lines/{line(found, 'name', 'legal-form').pk}/" in page
    answer = as_bob.post(
        f"/cleansing/{found.pk}/lines/{line(found, 'name', 'legal-form').pk}/", {"action": "all"}
    )
    assert answer.status_code == 302
    page = as_bob.get(f"/cleansing/{found.pk}/").content.decode()
    fix = CleansingFix.objects.get()
    assert "2件を直しました" in page and f"/cleansing/fixes/{fix.pk}/undo/" in page
    answer = as_bob.post(f"/cleansing/fixes/{fix.pk}/undo/", headers=HTMX)
    assert answer.status_code == 204 and Account.objects.get(pk=ledger[0].pk).name == "㈱丸山製作所"
    assert as_bob.post(f"/cleansing/fixes/{fix.pk}/undo/").status_code == 422


def test_rows_are_paged_by_key(bob: User, as_bob: Client) -> None:
    write.create_many(
        registry.get("account"), [{"name": f"㈱丸山{n:03}"} for n in range(120)], by=bob, operation=None
    )
    found = search(bob)
    address = f"/cleansing/{found.pk}/lines/{line(found, 'name', 'legal-form').pk}/"
    seen, query = [], ""
    while query is not None:
        page = as_bob.get(address + query).content.decode()
        seen += [part.partition('"')[0] for part in page.split('name="row" value="')[1:]]
        query = (
            "?" + page.split('href="?after=')[1].partition('"')[0].join(["after=", ""])
            if 'href="?after=' in page
            else None
        )
    assert len(seen) == 120 and len(set(seen)) == 120


# --- rights -----------------------------------------------------------------------------------------
@pytest.mark.row("F2")
def test_only_what_a_person_may_change(
    ledger: list[Account], bob: User, as_bob: Client, as_carol: Client
) -> None:
    assert as_carol.get("/cleansing/").status_code == 403
    assert as_carol.get("/cleansing/?entity=account").status_code == 403
    assert as_carol.post("/cleansing/", {"entity": "account"}).status_code == 403
    assert "/cleansing/" not in as_carol.get("/accounts/").content.decode()
    role = Role.objects.create(name="担当だけ", rights={"entities": {"account": {"see": "all", "change": "own"}}, "fields": {"account": {"email": "hidden", "phone": "fixed"}}, "imports": False})  # fmt: skip
    dan = User.objects.create_user("dan@example.jp", "とても長い合言葉です", name="団", role=role.key)
    Account.objects.filter(pk__in=[ledger[0].pk, ledger[1].pk]).update(owner=dan)
    client = Client()
    client.force_login(dan)
    client.post("/cleansing/", {"entity": "account", "query": "", "ids": "", "house": "hyphen"})
    found = Cleansing.objects.get(user=dan)
    assert found.total == 2 and keys(found) == {("name", "legal-form", True, 2)}
    theirs = search(bob)
    phones = line(theirs, "phone", "phone-form")
    for address in (f"/cleansing/{theirs.pk}/", f"/cleansing/{theirs.pk}/lines/{phones.pk}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/cleansing/{theirs.pk}/lines/{phones.pk}/", {"action": "all"}).status_code == 404
    fix = operations.agree(phones, by=bob)
    assert client.post(f"/cleansing/fixes/{fix.pk}/undo/").status_code == 404


@pytest.mark.row("F2")
def test_a_right_that_is_lost_after_the_search_counts(
    ledger: list[Account], bob: User, as_bob: Client
) -> None:
    found = search(bob)
    role = Role.objects.create(name="見るだけ", rights={"entities": {"account": {"see": "all", "change": "own"}}, "fields": {"account": {"phone": "fixed"}}, "imports": False})  # fmt: skip
    User.objects.filter(pk=bob.pk).update(role=role.key)
    Account.objects.update(owner=None)
    bob = User.objects.get(pk=bob.pk)
    client = Client()
    client.force_login(bob)
    phones, forms = line(found, "phone", "phone-form"), line(found, "name", "legal-form")
    before = snapshot("exchange.CleansingFix", "exchange.CleansingRow", "records.Operation")
    assert client.post(f"/cleansing/{found.pk}/lines/{phones.pk}/", {"action": "all"}).status_code == 404
    client.post(f"/cleansing/{found.pk}/lines/{forms.pk}/", {"action": "all"})
    assert (
        changed_tables(
            before, snapshot("exchange.CleansingFix", "exchange.CleansingRow", "records.Operation")
        )
        == []
    )
    assert "㈱丸山製作所" not in client.get(f"/cleansing/{found.pk}/").content.decode()


# --- many -------------------------------------------------------------------------------------------
def test_twenty_thousand_rows_cost_queries_by_the_batch(
    bob: User, django_capture_on_commit_callbacks: Any
) -> None:
    write.create_many(registry.get("account"), [{"name": f"㈱丸山{n:05}", "note": "ｶﾅ"} for n in range(700)], by=bob, operation=None)  # fmt: skip
    template = Account.objects.order_by("pk").values().last()
    assert template is not None
    template.pop("id")
    Account.objects.bulk_create([Account(**{**template, "name": f"㈱東和{n:05}"}) for n in range(19_300)])
    found = search(bob)
    assert found.status == "queued" and found.total == 20_000
    with CaptureQueriesContext(connection) as held:
        tasks.scan.func(found.pk)
    found.refresh_from_db()
    assert (found.status, found.done) == ("done", 20_000)
    assert ("name", "legal-form", True, 20_000) in keys(found)
    assert len(held) < 20 * 14 + 60  # of batches of a thousand, none by the row
    forms = line(found, "name", "legal-form")
    fix = operations.agree(forms, by=bob, ids=list(forms.rows.values_list("record_id", flat=True)[:600]))
    assert fix.status == "queued"
    tasks.fix.func(fix.pk)
    fix.refresh_from_db()
    assert (fix.status, fix.seen, fix.written) == ("done", 600, 600)
    assert forms.rows.count() == 19_400


def test_a_search_and_a_fix_go_on_where_they_were_killed(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    write.create_many(
        registry.get("account"), [{"name": f"㈱丸山{n:02}"} for n in range(25)], by=bob, operation=None
    )
    monkeypatch.setattr(scan, "BATCH", 10)
    monkeypatch.setattr(operations, "BATCH", 10)
    monkeypatch.setattr(scan, "AT_ONCE", 0)
    monkeypatch.setattr(operations, "AT_ONCE", 0)
    stores = iter(range(9))
    whole_store = scan.Scanner.store

    def killed(self: Any, found: Any) -> None:
        if next(stores) == 1:
            raise KeyboardInterrupt
        whole_store(self, found)

    found = search(bob)
    monkeypatch.setattr(scan.Scanner, "store", killed)
    with pytest.raises(KeyboardInterrupt):
        tasks.scan.func(found.pk)
    found.refresh_from_db()
    assert (found.status, found.done) == ("running", 10)
    tasks.scan.func(found.pk)
    found.refresh_from_db()
    assert (found.status, found.done) == ("done", 25)
    forms = line(found, "name", "legal-form")
    assert forms.rows.count() == 25
    fix = operations.agree(forms, by=bob)
    writes = iter(range(9))
    whole_write = operations._written

    def killed_write(*told: Any, **more: Any) -> int:
        if next(writes) == 1:
            raise KeyboardInterrupt
        return whole_write(*told, **more)

    monkeypatch.setattr(operations, "_written", killed_write)
    with pytest.raises(KeyboardInterrupt):
        tasks.fix.func(fix.pk)
    tasks.fix.func(fix.pk)
    fix.refresh_from_db()
    assert (fix.status, fix.seen, fix.written) == ("done", 25, 25)
    assert Event.objects.filter(operation=fix.operation).count() == 25
    history.undo_operation(fix.operation_id, by=bob)  # type: ignore[arg-type]
    assert Account.objects.filter(name__startswith="㈱").count() == 25


def test_no_value_lies_in_tables_of_its_own_and_old_searches_go(ledger: list[Account], bob: User) -> None:
    found = search(bob)
    for model in (Cleansing, CleansingLine, CleansingRow, CleansingIgnored):
        for row in model.objects.values_list():
            assert not any(word in str(row) for word in ("丸山", "１２３４", "minato"))
    assert len({row.digest for row in CleansingRow.objects.all()}) == CleansingRow.objects.count()
    Cleansing.objects.update(asked_at="2020-01-01T00:00:00Z")
    forget_old_cleansing()
    assert not Cleansing.objects.filter(pk=found.pk).exists() and not CleansingRow.objects.exists()


def test_what_differs_is_marked_and_nothing_is_markup() -> None:
    before, after = marked("<b>　Ａ", "<b> A")
    assert before == "&lt;b&gt;<del>□Ａ</del>" and after == "&lt;b&gt;<ins>␣A</ins>"
    long, short = marked("あ" * 900 + "ｶ", "あ" * 900 + "カ")
    assert len(long) < 400 and "<del>ｶ</del>" in long and "<ins>カ</ins>" in short


def test_every_rule_has_its_place_and_words() -> None:
    from enishi.japanese.tidy.proposals import RULES

    for rule in RULES.values():
        assert "%(field)s" in str(rule.title) and str(rule.why).endswith("。")
    assert {one.name for one in looking.fields_of(registry.get("account"))} >= {"name", "kana", "phone", "fax", "email", "address", "website", "industry"}  # fmt: skip
