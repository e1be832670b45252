"""The base searched: what is stored, what a second run looks at, and the command."""

import csv
import datetime
import json
from pathlib import Path

import pytest
from django.utils import timezone

from enishi.access.models import User
from enishi.exchange.duplicates import operations, review, tasks, wording
from enishi.exchange.duplicates.cli import duplicates
from enishi.exchange.duplicates.models import DuplicatePair, DuplicateRun
from enishi.records import registry, write
from enishi.records.design import operations as design
from enishi.records.errors import NotAllowed
from enishi.records.models import Event, MergeRule, NotSame

pytestmark = [pytest.mark.django_db, pytest.mark.row("B4")]


@pytest.fixture
def admin() -> User:
    return User.objects.create_user(email="admin@example.jp", password=None, name="管理", role="admin")


def person(admin: User, name: str, **values: object) -> int:
    family, _space, given = name.partition(" ")
    made = write.create(
        registry.get("contact"), {"family_name": family, "given_name": given, **values}, by=admin
    )
    return int(made.record.pk)


def people(admin: User) -> list[int]:
    """Yamada twice, his son, and somebody else."""
    return [
        person(
            admin,
            "山田 健一",
            mobile="090-1234-5678",
            email="ken@example.com",
            address="東京都港区芝1-2-3",
            code="K1",
        ),
        person(admin, "山田 健一", mobile="090-1234-5678", address="港区芝一丁目２番３号", code="K2"),
        person(admin, "山田 翔太", mobile="090-1234-5678", address="東京都港区芝1-2-3"),
        person(admin, "鈴木 花子", mobile="080-1111-2222", email="hana@example.com"),
    ]


def found() -> set[tuple[int, int]]:
    return set(DuplicatePair.objects.filter(state="open").values_list("low_id", "high_id"))


def search(admin: User) -> DuplicateRun:
    return operations.search_now(registry.get("contact"), admin)


def test_a_search_finds_who_stands_there_twice_and_says_why(admin: User) -> None:
    one, other, _son, _else = people(admin)
    run = search(admin)
    assert run.status == "done" and run.done == run.total == 4 and run.figures["found"] == 1
    assert found() == {(one, other)}
    (cluster,) = review.clusters(registry.get("contact"), admin)
    assert [record.pk for record in cluster.records] == [one, other] and cluster.sure
    told = {reason.field: reason for reason in wording.reasons(cluster.pairs[0].reasons)}
    assert told["mobile"].text == "一致" and told["given"].weight > 0 and told["given"].label == "名"


def test_what_was_stamped_before_a_search_and_stored_after_it_had_read_is_looked_at(admin: User) -> None:
    one, other, _son, flower = people(admin)
    search(admin)
    third = person(admin, "鈴木 花子", mobile="080-1111-2222")
    before = timezone.now() - datetime.timedelta(minutes=5)  # as a step of an import that ran on is
    registry.get("contact").model.objects.filter(pk=third).update(updated_at=before)
    Event.objects.filter(record_id=third).update(at=before)
    search(admin)
    assert found() == {(one, other), (flower, third)}


def test_a_second_run_looks_only_at_what_changed(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MARGIN", datetime.timedelta(0))
    one, other, _son, flower = people(admin)
    search(admin)
    third = person(admin, "鈴木 花子", mobile="080-1111-2222")
    run = search(admin)
    assert run.figures["fresh"] == 1 and found() == {(one, other), (flower, third)}
    entity = registry.get("contact")
    write.write(
        entity,
        other,
        {"given_name": "正彦", "mobile": "070-3333-4444", "address": "札幌市中央区北1条西2-3"},
        by=admin,
    )
    assert search(admin).figures["fresh"] == 1 and found() == {(flower, third)}
    assert search(admin).figures["fresh"] == 0 and found() == {(flower, third)}


def test_pairs_of_removed_records_go(admin: User) -> None:
    people(admin)
    search(admin)
    entity = registry.get("contact")
    entity.model.objects.filter(code="K2").update(deleted_at=timezone.now())
    search(admin)
    assert not found()


def test_what_is_not_the_same_is_never_proposed_again(admin: User) -> None:
    one, other, *_rest = people(admin)
    NotSame.objects.create(entity="contact", low_id=one, high_id=other, by=admin)
    search(admin)
    assert not found()
    DuplicateRun.objects.all().delete()  # also when all is looked at anew
    search(admin)
    assert not found()


def test_an_answered_pair_stays_answered(admin: User) -> None:
    people(admin)
    search(admin)
    DuplicatePair.objects.update(state="not_same")
    DuplicateRun.objects.all().delete()
    search(admin)
    assert [one.state for one in DuplicatePair.objects.all()] == ["not_same"]


def test_a_search_is_queued_once_and_taken_up_again_when_its_worker_died(admin: User) -> None:
    people(admin)
    entity = registry.get("contact")
    run = operations.start(entity, admin)
    assert operations.start(entity, admin).pk == run.pk and run.status == "queued"
    DuplicateRun.objects.update(status="running", beat_at=timezone.now() - datetime.timedelta(hours=1))
    assert tasks.revive() == 1 and tasks.revive() == 0
    operations.run(DuplicateRun.objects.get())
    assert found() and DuplicateRun.objects.get().status == "done"


def test_who_may_not_change_records_may_not_search(admin: User) -> None:
    viewer = User.objects.create_user(email="viewer@example.jp", password=None, name="閲覧", role="viewer")
    with pytest.raises(NotAllowed):
        operations.start(registry.get("contact"), viewer)


def test_what_is_sure_is_merged_after_a_search_once_that_is_switched_on(admin: User) -> None:
    one, other, *_rest = people(admin)
    entity = registry.get("contact")
    run = operations.start(entity, admin)
    tasks.search_duplicates.func(run.pk)
    assert (
        found() == {(one, other)}
        and entity.model.objects.filter(deleted_at=None, pk__in=[one, other]).count() == 2
    )
    MergeRule.objects.create(entity="contact", automatic=True, by=admin)
    DuplicateRun.objects.all().delete()
    tasks.search_duplicates.func(operations.start(entity, admin).pk)
    assert not found()
    assert entity.model.objects.filter(deleted_at=None, pk__in=[one, other]).count() == 1


def test_firms_and_households_stand_in_one_ledger(admin: User) -> None:
    entity = registry.get("account")
    keys = [
        write.create(entity, values, by=admin).record.pk
        for values in (
            {"name": "株式会社東和商事", "phone": "03-1234-5678", "address": "東京都港区芝1-2-3"},
            {"name": "東和商事㈱", "phone": "0312345678", "address": "港区芝1-2-3"},
            {"name": "東和商事㈱ 大阪支店", "phone": "06-1234-5678", "address": "大阪市北区梅田1-1"},
            {
                "name": "山田 太郎",
                "kind": "household",
                "phone": "03-5555-6666",
                "address": "東京都港区芝5-5-5",
            },
            {
                "name": "山田 花子",
                "kind": "household",
                "phone": "03-5555-6666",
                "address": "東京都港区芝5-5-5",
            },
        )
    ]
    operations.search_now(entity, admin)
    assert found() == {(keys[0], keys[1])}


def test_the_command_writes_both_keys(
    admin: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other, *_rest = people(admin)
    target = tmp_path / "pairs.csv"
    assert duplicates(["--entity", "contacts", "--pairs", str(target), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == 1
    with target.open(encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["id_a"], row["id_b"], row["outside_a"], row["outside_b"], row["decision"]) == (
        str(one),
        str(other),
        "K1",
        "K2",
        "automatic",
    )


def test_pairs_of_what_the_owner_drew_have_its_own_numbers(admin: User) -> None:
    member = design.add_entity("会員", slug="members", by=admin).name
    number = design.add_field(member, "text", "会員番号", {"unique": "1"}, by=admin).key
    rows = [{"name": "鈴木 花子", number: "M-1"}, {"name": "鈴木　花子", number: "M-2"}]
    low, high = (one.pk for one in write.create_many(registry.get(member), rows, by=admin, operation=None))
    DuplicatePair.objects.create(
        entity=member, low_id=low, high_id=high, cluster=low, score=0.9, decision="ask", reasons=[]
    )
    assert list(operations.pair_rows(member)) == [(low, high, "M-1", "M-2", "0.900000", "ask")]
