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
from enishi.records.merge import merge
from enishi.records.models import EventSubject, Link, SavedView
from enishi.records.search import find
from enishi.records.testing import changed_tables, snapshot

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
            name
            for name in entity.fields
            if entity.fields[name].editable and not entity.fields[name].required
        ]
        picks = {name: some.choice(chosen) for name in some.sample(names, min(4, len(names)))}
        before = snapshot()
        done = merge(entity, chosen[0], chosen[1:], by=alice, picks=picks)
        rows = entity.model._default_manager.filter(pk__in=chosen, deleted_at=None)
        assert [row.pk for row in rows] == [chosen[0]]
        undone = history.undo_operation(done.operation.pk, by=alice)
        assert undone.kept == [] and undone.records == len(chosen) - 1
        assert_same(before, snapshot())
        transaction.set_rollback(True)
