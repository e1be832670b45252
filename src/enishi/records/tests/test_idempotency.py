"""At the same time, with real transactions: one key makes one record, edits of several people all arrive."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from tests.support import people

from enishi.records import registry, write
from enishi.records.bulk import check_drafts, create_drafted, draft_many
from enishi.records.design import operations
from enishi.records.errors import Conflict
from enishi.records.models import Event, Link
from enishi.work import recording

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.row("A9")]


@pytest.fixture
def alice(shared: None) -> Any:
    return people.make("alice")


@pytest.fixture
def bob(shared: None) -> Any:
    return people.make("bob")


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Runs all of them from threads that start together; their answers, or the exceptions they ended with."""
    gate, answers = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int) -> None:
        gate.wait()
        try:
            answers[place] = jobs[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not any(one.is_alive() for one in threads)
    return answers


def test_one_key_among_a_hundred_at_once_makes_one_record(alice: Any) -> None:
    entity = registry.get("account")
    answers = at_once([lambda: write.create_once(entity, {"name": "客"}, by=alice, key="同じ")] * 100)
    assert not [one for one in answers if isinstance(one, Exception)]
    assert len({one.record.pk for one in answers}) == 1 and sum(one.created for one in answers) == 1
    assert entity.model.objects.count() == 1 and Event.objects.count() == 1


def test_one_visit_recorded_ten_times_at_once_is_one_visit_with_one_next_step(alice: Any) -> None:
    account = write.create(registry.get("account"), {"name": "客"}, by=alice).record
    values = {"kind": "visit", "about": f"account:{account.pk}", "text": "会えた", "next_on": "2027-01-15"}
    answers = at_once([lambda: recording.record(dict(values), by=alice, key="圏外から")] * 10)
    assert not [one for one in answers if isinstance(one, Exception)], answers
    assert len({one.activity.pk for one in answers}) == 1
    assert (registry.get("activity").model.objects.count(), registry.get("task").model.objects.count()) == (
        1,
        1,
    )


def test_people_who_edit_different_fields_at_once_all_succeed(alice: Any, bob: Any) -> None:
    entity = registry.get("account")
    record = write.create(entity, {"name": "客"}, by=alice).record
    fields = ("note", "building", "source", "competitor_of", "kana", "fax", "address", "code")
    fields = tuple(name for name in fields if name in entity.fields)
    values = {"kana": "キャク", "fax": "03-0000-1111"}
    answers = at_once(
        [
            lambda name=name: write.write(
                entity, record.pk, {name: values.get(name, f"値{name}")}, by=bob, version=1
            )
            for name in fields
        ]
    )
    assert not [one for one in answers if isinstance(one, Exception)], answers
    stored = entity.model.objects.get(pk=record.pk)
    assert stored.version == len(fields) + 1
    assert all(getattr(stored, name) == values.get(name, f"値{name}") for name in fields)
    assert sorted(Event.objects.filter(version__gt=1).values_list("version", flat=True)) == list(
        range(2, len(fields) + 2)
    )


def test_of_those_who_edit_the_same_field_at_once_one_wins_and_the_others_are_told(alice: Any) -> None:
    entity = registry.get("account")
    record = write.create(entity, {"name": "客"}, by=alice).record
    answers = at_once(
        [
            lambda n=n: write.write(entity, record.pk, {"note": f"{n}人目"}, by=alice, version=1)
            for n in range(12)
        ]
    )
    won = [place for place, one in enumerate(answers) if not isinstance(one, Exception)]
    assert len(won) == 1 and all(
        isinstance(one, Conflict) for place, one in enumerate(answers) if place not in won
    )
    assert entity.model.objects.get(pk=record.pk).note == f"{won[0]}人目"


def test_bulk_changes_and_single_edits_at_once_lose_nothing(alice: Any, as_alice: Any) -> None:
    entity = registry.get("account")
    records = write.create_many(entity, [{"name": f"客{n}"} for n in range(12)], by=alice, operation=None)
    ids = ",".join(str(one.pk) for one in records)

    def bulk(name: str, value: str) -> Callable[[], Any]:
        from django.test import Client

        def run() -> Any:
            client = Client()
            client.cookies = as_alice.cookies
            return client.post("/accounts/bulk/", {"ids": ids, "action": name, "value": value}).status_code

        return run

    jobs = [bulk("rank", "A"), bulk("source", "紹介"), bulk("tags", "VIP"), bulk("tags", "展示会")]
    jobs += [
        lambda one=one: write.write(entity, one.pk, {"note": f"メモ{one.pk}"}, by=alice) for one in records
    ]
    answers = at_once(jobs)
    assert answers[:4] == [204] * 4 and not [one for one in answers if isinstance(one, Exception)], answers
    for one in entity.model.objects.all():
        assert (one.rank, one.source, one.tags, one.note, one.version) == (
            "A",
            "紹介",
            ["VIP", "展示会"],
            f"メモ{one.pk}",
            6,
        )
        assert Link.objects.filter(relation="tag", from_entity="account", from_id=one.pk).count() == 2


def test_last_contact_and_sums_are_right_after_many_at_once(alice: Any) -> None:
    account = write.create(registry.get("account"), {"name": "客"}, by=alice).record
    about = f"account:{account.pk}"
    jobs: list[Callable[[], Any]] = [
        lambda n=n: write.create(
            registry.get("activity"),
            {"kind": "visit", "about": about, "at": f"2026-11-{n + 1:02} 10:00", "text": "訪問"},
            by=alice,
        )
        for n in range(8)
    ]
    jobs += [
        lambda n=n: write.create(
            registry.get("deal"), {"name": "案件", "account": account.pk, "amount": 10**n}, by=alice
        )
        for n in range(6)
    ]
    jobs += [
        lambda n=n: write.create(
            registry.get("task"), {"name": f"{n}", "about": about, "due_at": f"2026-12-{n + 1:02}"}, by=alice
        )
        for n in range(6)
    ]
    answers = at_once(jobs)
    assert not [one for one in answers if isinstance(one, Exception)], answers
    account.refresh_from_db()
    assert account.last_contact_at.day == 8 and account.next_step == "0" and account.open_amount == 111_111


def test_of_the_same_number_at_once_one_is_stored(alice: Any, bob: Any) -> None:
    entity = registry.get("account")
    own = operations.add_field("account", "text", "会員番号", {"unique": True}, by=alice).key
    for name in ("code", own):
        for turn in range(5):
            made = at_once([lambda name=name, turn=turn: write.create(registry.get("account"), {"name": "客", name: f"A{turn}"}, by=alice)] * 4)  # fmt: skip
            assert sorted(type(one).__name__ for one in made) == ["Refused"] * 3 + ["Written"], made
    both = [write.create(entity, {"name": f"客{n}"}, by=alice).record.pk for n in range(4)]
    jobs = [
        lambda key=key: write.write(registry.get("account"), key, {"code": "同じ"}, by=bob) for key in both
    ]
    rows = [{"name": f"客{n}", "code": "同じ" if n == 7 else f"B{n}"} for n in range(20)]

    def batch() -> Any:  # as a call of many over the API
        whole = registry.get("account")
        with transaction.atomic():
            drafts = draft_many(whole, rows, by=alice, full=True)
            check_drafts(whole, drafts)
            return create_drafted(whole, drafts, by=alice, operation=None)

    jobs.append(batch)
    answers = at_once(jobs)
    assert entity.model._default_manager.filter(code="同じ", deleted_at=None).count() == 1, answers
