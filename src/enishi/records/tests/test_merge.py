"""Merging and taking it back: nothing is lost, and everything comes back."""

import os
import random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enishi.records import forwards, history, registry, write
from enishi.records.design import operations
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.merge import merge
from enishi.records.models import Event, EventSubject, Forward, Link, NotSame, SavedView
from enishi.records.proposals import chosen_in_merge
from enishi.records.search import find
from enishi.records.similar import similar_to
from enishi.records.testing import changed_tables, queries, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("B4")]


def make(entity: str, by: Any, /, **values: Any) -> Any:
    return write.create(registry.get(entity), values, by=by).record


def fresh(record: Any) -> Any:
    return type(record)._default_manager.get(pk=record.pk)


def without_news(held: dict[str, list[tuple[Any, ...]]], since: dict[str, int]) -> dict[str, Any]:
    """A snapshot without the events and operations made since, and without versions."""
    from django.apps import apps

    made: dict[str, Any] = {}
    for label, rows in held.items():
        model = apps.get_model(label)
        names = [
            one.attname for one in model._meta.concrete_fields if one.name not in {"last_login", "tokens"}
        ]
        kept = []
        for row in rows:
            values = dict(zip(names, row, strict=True))
            if label in {"records.Event", "records.Operation"} and int(values["id"]) > since[label]:
                continue
            if label == "records.EventSubject" and int(values["event_id"]) > since["records.Event"]:
                continue
            if "version" in values and label != "records.Event":
                values.pop("version")
            kept.append(values)
        made[label] = kept
    return made


def newest(held: dict[str, Any]) -> dict[str, int]:
    return {
        label: max((int(row[0]) for row in held[label]), default=0)
        for label in ("records.Event", "records.Operation")
    }


def assert_same(before: dict[str, Any], after: dict[str, Any]) -> None:
    since = newest(before)
    left, right = without_news(before, since), without_news(after, since)
    for label in changed_tables(left, right):
        gone = [row for row in left[label] if row not in right[label]]
        come = [row for row in right[label] if row not in left[label]]
        raise AssertionError(f"{label}\n- {gone[:5]}\n+ {come[:5]}")


@pytest.fixture
def two(alice: Any, bob: Any) -> dict[str, Any]:
    """Two accounts of one company, with everything that can hang on them."""
    a = make(
        "account",
        alice,
        name="株式会社丸山製作所",
        phone="03-1234-5678",
        tags=["VIP"],
        note="古い",
        code="A-1",
    )
    b = make(
        "account",
        bob,
        name="(株)丸山製作所",
        phone="03-9999-0000",
        tags=["展示会"],
        note="新しい",
        website="https://m.jp",
    )
    contact = make("contact", alice, family_name="渡邊", given_name="誠", account=b.pk, title="専務")
    deal = make("deal", alice, name="設備", account=b.pk, amount=500)
    make("deal", alice, name="設備2", account=a.pk, amount=100)
    make("task", alice, name="電話", about=f"account:{b.pk}", due_at="2026-12-01")
    make("task", alice, name="見積", about=f"deal:{deal.pk}", due_at="2026-12-02")
    make("activity", bob, kind="visit", text="訪問", about=f"account:{b.pk}", met=[contact.pk])
    write.write(registry.get("account"), b.pk, {"rank": "A"}, by=bob)
    SavedView.objects.create(
        entity="deal",
        name="丸山",
        user=alice,
        state={"filter": {"field": "account", "op": "is", "value": b.pk}},
    )
    return {"a": fresh(a), "b": fresh(b), "contact": fresh(contact), "deal": fresh(deal)}


def test_what_hung_on_the_merged_one_hangs_on_the_survivor(two: dict[str, Any], alice: Any) -> None:
    entity, a, b = registry.get("account"), two["a"], two["b"]
    done = merge(entity, a.pk, [b.pk], by=alice)
    kept = done.record
    assert kept.tags == sorted(["VIP", "展示会"]) and kept.rank == "A" and kept.website == "https://m.jp"
    assert "古い" in kept.note and "新しい" in kept.note
    assert kept.open_amount == 600 and kept.next_step == "電話" and kept.last_contact_at
    contact, deal = fresh(two["contact"]), fresh(two["deal"])
    assert contact.account_id == a.pk == deal.account_id
    affiliation = registry.get("affiliation").model.objects.get(deleted_at=None)
    assert (affiliation.account_id, affiliation.is_main) == (a.pk, True)
    about = set(registry.get("task").model.objects.values_list("about", flat=True))
    assert about == {f"account:{a.pk}", f"deal:{deal.pk}"}
    assert not Link.objects.filter(to_entity="account", to_id=b.pk).exists()
    assert (
        not EventSubject.objects.filter(entity="account", record_id=b.pk)
        .exclude(event__kind="merged")
        .exists()
    )
    subjects = EventSubject.objects.filter(entity="account", record_id=a.pk)
    assert {"visit", "task", "created", "merged"} <= set(subjects.values_list("kind", flat=True))
    assert SavedView.objects.get().state["filter"]["value"] == a.pk
    assert [hit.record.pk for hit in find("丸山製作所", alice, entities=[entity])] == [a.pk]
    assert forwards.lead(entity, [b.pk]) == {b.pk: a.pk}


def test_undo_gives_back_every_row(two: dict[str, Any], alice: Any) -> None:
    before = snapshot()
    done = merge(registry.get("account"), two["a"].pk, [two["b"].pk], by=alice)
    undone = history.undo_operation(done.operation.pk, by=alice)
    assert undone.kept == []
    assert_same(before, snapshot())
    assert len(find("丸山製作所", alice, entities=[registry.get("account")])) == 2
    again = merge(registry.get("account"), two["b"].pk, [two["a"].pk], by=alice)
    assert again.record.pk == two["b"].pk


def test_two_people_become_one_with_one_main_affiliation(alice: Any) -> None:
    x, y = make("account", alice, name="甲社"), make("account", alice, name="乙社")
    a = make(
        "contact",
        alice,
        family_name="渡辺",
        given_name="誠",
        account=x.pk,
        title="課長",
        mobile="090-1111-2222",
    )
    b = make(
        "contact",
        alice,
        family_name="渡邊",
        given_name="誠",
        account=y.pk,
        title="部長",
        email="w@example.jp",
    )
    deal = make("deal", alice, name="件", account=y.pk, contact=b.pk)
    met = make("activity", alice, kind="visit", text="面談", about=f"deal:{deal.pk}", met=[a.pk, b.pk])
    before = snapshot()
    done = merge(
        registry.get("contact"),
        a.pk,
        [b.pk],
        by=alice,
        picks={"account": b.pk, "title": b.pk, "department": b.pk},
    )
    kept = done.record
    assert (kept.account_id, kept.title, kept.email, kept.mobile) == (
        y.pk,
        "部長",
        "w@example.jp",
        "090-1111-2222",
    )
    mains = registry.get("affiliation").model.objects.filter(contact=a, deleted_at=None)
    assert {(one.account_id, one.is_main) for one in mains} == {(x.pk, False), (y.pk, True)}
    assert fresh(deal).contact_id == a.pk and fresh(met).met == [a.pk]
    history.undo_operation(done.operation.pk, by=alice)
    assert_same(before, snapshot())


def test_what_was_changed_since_stays_and_is_named(two: dict[str, Any], alice: Any, bob: Any) -> None:
    entity, a, b = registry.get("account"), two["a"], two["b"]
    done = merge(entity, a.pk, [b.pk], by=alice)
    write.write(entity, a.pk, {"rank": "C"}, by=bob)
    write.write(registry.get("deal"), two["deal"].pk, {"amount": 900}, by=bob)
    later = make("activity", bob, kind="call", text="そのあと", about=f"account:{a.pk}")
    undone = history.undo_operation(done.operation.pk, by=alice)
    assert undone.kept == ["株式会社丸山製作所: ランク"]
    kept, back, deal = fresh(a), fresh(b), fresh(two["deal"])
    assert (kept.rank, kept.tags, kept.note) == ("C", ["VIP"], "古い")
    assert back.deleted_at is None and (deal.account_id, deal.amount) == (b.pk, 900)
    assert (kept.open_amount, back.open_amount) == (100, 900)
    assert fresh(later).about == f"account:{a.pk}" and kept.last_contact_at is not None
    about = Link.objects.filter(relation="about", to_entity="account", to_id=b.pk, from_entity="task")
    assert about.count() == 2
    kinds = EventSubject.objects.filter(entity="account", record_id=b.pk).values_list("kind", flat=True)
    assert {"created", "visit", "task", "unmerged"} <= set(kinds)


def test_a_number_that_another_got_since_is_left_out(two: dict[str, Any], alice: Any) -> None:
    entity, a, b = registry.get("account"), two["a"], two["b"]
    done = merge(entity, b.pk, [a.pk], by=alice)  # the code goes along
    assert done.record.code == "A-1"
    write.write(entity, b.pk, {"code": "B-2"}, by=alice)
    make("account", alice, name="別の客", code="A-1")
    undone = history.undo_operation(done.operation.pk, by=alice)
    assert fresh(a).code == "" and fresh(b).code == "B-2"
    assert undone.kept == ["株式会社丸山製作所: 顧客番号"]


def test_chains_lead_to_their_end_and_come_apart_from_it(alice: Any, as_alice: Any) -> None:
    entity = registry.get("account")
    a, b, c = (make("account", alice, name=f"客{n}") for n in range(3))
    first = merge(entity, b.pk, [a.pk], by=alice)
    second = merge(entity, c.pk, [b.pk], by=alice)
    assert forwards.lead(entity, [a.pk, b.pk]) == {a.pk: c.pk, b.pk: c.pk}
    answer = as_alice.get(f"/accounts/{a.pk}/history/?from=1")
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/{c.pk}/history/?from=1")
    assert as_alice.post(f"/accounts/{a.pk}/field/name/", {"name": "x"}).status_code == 404
    with pytest.raises(Refused):
        history.undo_operation(first.operation.pk, by=alice)
    history.undo_operation(second.operation.pk, by=alice)
    history.undo_operation(first.operation.pk, by=alice)
    assert not Forward.objects.exists() and fresh(a).deleted_at is None


def test_the_api_sends_readers_on(alice: Any, client: Any) -> None:
    from enishi.connect import tokens

    entity = registry.get("account")
    a, b = make("account", alice, name="客1"), make("account", alice, name="客2")
    merge(entity, a.pk, [b.pk], by=alice)
    _token, text = tokens.make(alice, "t", ["read", "write"], by=alice)
    head = {"Authorization": f"Bearer {text}"}
    answer = client.get(f"/api/v1/accounts/{b.pk}", headers=head)
    assert (answer.status_code, answer["Location"], answer.json()["id"]) == (
        301,
        f"/api/v1/accounts/{a.pk}",
        a.pk,
    )
    answer = client.patch(
        f"/api/v1/accounts/{b.pk}", {"fields": {"note": "x"}}, content_type="application/json", headers=head
    )
    assert (answer.status_code, answer.json()["id"]) == (404, a.pk)


def test_a_refusal_leaves_everything_as_it_was(two: dict[str, Any], alice: Any, bob: Any, carol: Any) -> None:
    entity, a, b = registry.get("account"), two["a"], two["b"]
    before = snapshot()
    with pytest.raises(NotAllowed):
        merge(entity, a.pk, [b.pk], by=carol)
    for keys in ([a.pk], [], [b.pk, 10**9]):
        with pytest.raises((Refused, NotFound)):
            merge(entity, a.pk, keys, by=alice)
    with pytest.raises(Refused):
        merge(entity, a.pk, [b.pk], {"email": "not a mail"}, by=alice)
    with pytest.raises(Refused):
        merge(entity, a.pk, [b.pk], by=alice, versions={b.pk: 1})
    with pytest.raises(Refused):
        merge(entity, a.pk, [b.pk], by=alice, picks={"created_at": b.pk})
    assert changed_tables(before, snapshot()) == []


def test_of_what_was_agreed_to_the_stricter_counts(alice: Any) -> None:
    choices = {
        "choices": [
            {"value": v, "label": label} for v, label in (("y", "同意"), ("n", "拒否"), ("u", "未確認"))
        ]
    }
    consent = operations.add_field("account", "choice", "メール配信の同意", choices, by=alice).key
    stop = operations.add_field("account", "yes_no", "DM停止", {}, by=alice).key
    may = operations.add_field("account", "yes_no", "案内の許可", {}, by=alice).key
    one = registry.get("account").fields[consent].options  # type: ignore[attr-defined]
    word = {str(option.label): option.value for option in one}
    a = make("account", alice, name="客", **{consent: word["同意"], may: True})
    b = make("account", alice, name="客2", **{consent: word["拒否"], stop: True})
    kept = merge(registry.get("account"), a.pk, [b.pk], by=alice).record
    fields = registry.get("account").fields
    assert (fields[consent].get(kept), fields[stop].get(kept), fields[may].get(kept)) == (
        word["拒否"],
        True,
        False,
    )


def test_telephones_that_nobody_chose_go_into_the_note(alice: Any) -> None:
    a = make("account", alice, name="客", phone="03-1111-1111")
    b = make("account", alice, name="客2", phone="03-2222-2222", email="b@example.jp")
    kept = merge(registry.get("account"), a.pk, [b.pk], by=alice).record
    assert kept.phone == "03-1111-1111" and kept.email == "b@example.jp" and "03-2222-2222" in kept.note


def test_an_import_finds_the_survivor_by_the_number_of_the_merged(alice: Any, tmp_path: Any) -> None:
    from enishi.exchange import importing

    a, b = make("account", alice, name="客", code="K-1"), make("account", alice, name="客2", code="K-2")
    merge(registry.get("account"), a.pk, [b.pk], by=alice)
    path = tmp_path / "x.csv"
    path.write_text("会社名,得意先コード,ランク\n客2,K-2,A\n")
    job = importing.begin(path, "x.csv", by=alice, entity="account")
    importing.run(job)
    assert fresh(a).rank == "A" and registry.get("account").model.objects.filter(deleted_at=None).count() == 1


def test_merged_records_are_not_in_the_bin_and_go_with_their_survivor(alice: Any, as_alice: Any) -> None:
    import datetime

    from django.utils import timezone

    from enishi.records import bin as bins

    entity = registry.get("account")
    a, b = make("account", alice, name="残る客"), make("account", alice, name="消えた客")
    merge(entity, a.pk, [b.pk], by=alice)
    assert "消えた客" not in as_alice.get("/bin/").content.decode()
    later = timezone.now() + datetime.timedelta(days=40)
    assert bins.empty_old(later) == 0
    write.delete(entity, [a.pk], by=alice)
    assert bins.empty_old(later) == 2 and not Forward.objects.exists()


def test_anonymising_the_survivor_takes_the_merged_names_too(alice: Any) -> None:
    from enishi.records import personal

    a = make("contact", alice, family_name="佐藤", given_name="花", email="hana@example.jp")
    b = make("contact", alice, family_name="サトウ", given_name="ハナコ", mobile="090-9999-8888")
    merge(registry.get("contact"), a.pk, [b.pk], by=alice)
    personal.anonymise(registry.get("contact"), a.pk, by=alice)
    text = str(snapshot("access.User"))
    for word in ("ハナコ", "サトウ", "8888", "hana@"):
        assert word not in text, word


def test_not_the_same_is_kept_follows_merges_and_can_be_taken_back(alice: Any, carol: Any) -> None:
    entity = registry.get("account")
    a, b, c = (make("account", alice, name="同じ商店", phone="03-1234-5678") for _n in range(3))
    with pytest.raises(NotAllowed):
        forwards.say_not_same(entity, [a.pk, b.pk], by=carol)
    forwards.say_not_same(entity, [b.pk, a.pk], by=alice)
    assert [one.record.pk for one in similar_to(entity, a, alice)] == [c.pk]
    merge(entity, c.pk, [b.pk], by=alice)
    assert set(NotSame.objects.values_list("low_id", "high_id")) == {(a.pk, c.pk)}
    assert similar_to(entity, a, alice) == []
    forwards.take_back_not_same(entity, [a.pk, c.pk], by=alice)
    assert [one.record.pk for one in similar_to(entity, a, alice)] == [c.pk]


# --- pages ----------------------------------------------------------------------------------------------
def test_the_page_asks_and_merges(two: dict[str, Any], as_alice: Any, alice: Any) -> None:
    a, b = two["a"], two["b"]
    page = as_alice.get(f"/accounts/merge/?ids={a.pk},{b.pk}").content.decode()
    assert (
        "連絡先 1件" in page and "案件 1件" in page and f'value="{b.pk}"' in page and "03-9999-0000" in page
    )
    form = {
        "ids": f"{a.pk},{b.pk}", "keep": str(b.pk), "go": "1", "pick-phone": str(a.pk), "pick-rank": "write", "write-rank": "B",
        f"version-{a.pk}": str(a.version), f"version-{b.pk}": str(b.version),
    }  # fmt: skip
    answer = as_alice.post("/accounts/merge/", {**form, "write-rank": "ない"})
    assert answer.status_code == 422 and fresh(a).deleted_at is None
    answer = as_alice.post("/accounts/merge/", form)
    assert answer["Location"] == f"/accounts/{b.pk}/"
    kept = fresh(b)
    assert (kept.phone, kept.rank) == ("03-1234-5678", "B")
    assert "03-9999-0000" not in kept.note  # the box was off
    card = as_alice.get(f"/accounts/{b.pk}/").content.decode()
    assert (
        "統合" in card
        and f"/undo/operation/{Event.objects.filter(kind='merged').first().operation_id}/" in card
    )


def test_comparing_costs_as_many_queries_for_five_as_for_two(alice: Any, as_alice: Any) -> None:
    keys = [make("account", alice, name=f"客{n}", phone=f"03-1234-000{n}").pk for n in range(5)]
    for key in keys:
        make("deal", alice, name="件", account=key)
        make("task", alice, name="用", about=f"account:{key}")
    found = [len(queries(as_alice, f"/accounts/merge/?ids={','.join(map(str, keys[:n]))}")) for n in (2, 5)]
    assert found[0] == found[1]


# --- by chance ----------------------------------------------------------------------------------------
def company(some: random.Random, people: tuple[Any, ...], supplier: str) -> dict[str, list[int]]:
    """A small base out of a seed, with everything that can point to everything; keys by entity."""
    keys: dict[str, list[int]] = {
        "account": [],
        "contact": [],
        "deal": [],
        "task": [],
        "activity": [],
        supplier: [],
    }

    def put(entity: str, **values: Any) -> None:
        keys[entity].append(make(entity, some.choice(people), **values).pk)

    def word() -> str:
        return "".join(some.choice("東京丸山商店") for _ in range(some.randint(1, 4)))

    def one(entity: str) -> Any:
        return some.choice([*keys[entity], ""])

    own = registry.get(supplier).own
    tie = next(one_field for one_field in own if one_field.linked)
    number = next(one_field for one_field in own if one_field.kind == "money")
    for n in range(4):
        put(
            "account", name=f"{word()}{n}", phone=some.choice(["", f"03-1234-000{n}"]), code=some.choice(["", f"K{n}"]),
            tags=some.sample(["甲", "乙", "丙"], some.randint(0, 2)), note=some.choice(["", word()]),
        )  # fmt: skip
    for n in range(4):
        put(
            "contact",
            family_name=word(),
            given_name=str(n),
            account=one("account"),
            title=some.choice(["", "部長"]),
        )
    for n in range(3):
        put("deal", name=f"件{n}", account=one("account"), contact=one("contact"), amount=n)
    for n in range(3):
        tied = some.sample(keys["account"], some.randint(0, 3))
        put(supplier, **{"name": f"仕入{n}", tie.name: tied, number.name: some.choice(["", n])})

    def about() -> str:
        entity = some.choice(["account", "contact", "deal", supplier])
        return f"{entity}:{some.choice(keys[entity])}"

    for n in range(4):
        put("task", name=f"用{n}", about=about(), due_at=some.choice(["", "2026-12-01"]))
        met = some.sample(keys["contact"], some.randint(0, 3))
        put("activity", kind=some.choice(["note", "visit"]), text=word(), about=about(), met=met)
    for _n in range(4):
        entity = some.choice(["account", "contact"])
        write.write(registry.get(entity), some.choice(keys[entity]), {"note": word()}, by=some.choice(people))
    if some.random() < 0.5:
        write.delete(registry.get("task"), [some.choice(keys["task"])], by=people[0])
        keys["task"] = list(
            registry.get("task").model.objects.filter(deleted_at=None).values_list("pk", flat=True)
        )
    forwards.say_not_same(registry.get("account"), some.sample(keys["account"], 2), by=people[0])
    return keys


@pytest.fixture
def suppliers(alice: Any) -> Any:
    """A drawn entity, tied to accounts, with a sum over them."""
    name = operations.add_entity("仕入先", slug="suppliers", by=alice).name
    operations.add_field(name, "money", "金額", {}, by=alice)
    operations.add_connection(name, "account", label="取引先", back_label="仕入先", many=True, by=alice)
    return registry.get(name)


@settings(
    max_examples=int(os.environ.get("ENISHI_TEST_MERGES", "12")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32))
def test_a_merge_taken_back_leaves_every_row_as_it_was(
    seed: int, alice: Any, bob: Any, suppliers: Any
) -> None:
    some = random.Random(seed)
    with transaction.atomic():
        keys = company(some, (alice, bob), suppliers.name)
        entity = registry.get(
            some.choice(["account", "account", "contact", "deal", "task", "activity", suppliers.name])
        )
        chosen = some.sample(keys[entity.name], min(len(keys[entity.name]), some.randint(2, 3)))
        names = [
            name for name, found in entity.fields.items()
            if chosen_in_merge(found) and found.editable and not found.required
        ]  # fmt: skip
        picks = {name: some.choice(chosen) for name in some.sample(names, min(4, len(names)))}
        before = snapshot()
        done = merge(entity, chosen[0], chosen[1:], by=alice, picks=picks)
        rows = entity.model._default_manager.filter(pk__in=chosen, deleted_at=None)
        assert [row.pk for row in rows] == [chosen[0]]
        undone = history.undo_operation(done.operation.pk, by=alice)
        assert undone.kept == [] and undone.records == len(chosen) - 1
        assert_same(before, snapshot())
        transaction.set_rollback(True)
