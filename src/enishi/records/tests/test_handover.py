"""C11: what one person looks after goes to others in one action, and comes back in one."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import User
from enishi.records import handover, periodic, registry, write
from enishi.records.design import operations
from enishi.records.errors import NotAllowed, Refused
from enishi.records.models import Event, Handover, Notification
from enishi.records.tasks import hand_over, undo_handover
from enishi.records.testing import changed_tables, snapshot
from enishi.sales.pipelines.entity import default_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("C11")]


@pytest.fixture
def dan(db: None) -> Any:
    """A second receiver."""
    return User.objects.create_user("dan@example.jp", name="団 五郎", role="member")


@pytest.fixture
def held(bob: Any, alice: Any) -> dict[str, list[Any]]:
    """What Bob looks after: six customers in two prefectures with what hangs on them; and what is over."""
    get, made = registry.get, {}
    stages = {one.outcome: one for one in stages_of(default_pipeline().pk)}
    made["account"] = write.create_many(
        get("account"),
        [{"name": f"会社{n}", "prefecture": ("東京都", "大阪府")[n % 2], "owner": bob.pk} for n in range(6)],
        by=bob,
        operation=None,
    )
    for firm in made["account"]:
        for name, values in (
            ("contact", {"family_name": f"担当{firm.pk}", "account": firm.pk}), ("deal", {"name": f"案件{firm.pk}", "account": firm.pk}),
        ):  # fmt: skip
            made.setdefault(name, []).append(write.create(get(name), values, by=bob).record)
        task = {"name": "電話する", "about": f"deal:{made['deal'][-1].pk}"}
        made.setdefault("task", []).append(write.create(get("task"), task, by=bob).record)
    made["won"] = [write.create(get("deal"), {"name": "受注済", "stage": stages["won"].pk}, by=bob).record]
    made["done"] = [write.create(get("task"), {"name": "済", "done_at": timezone.now()}, by=bob).record]
    made["visit"] = [write.create(get("activity"), {"kind": "visit", "text": "訪問した"}, by=bob).record]
    write.create(get("account"), {"name": "アリスの客", "owner": alice.pk}, by=bob)
    return made


def owners(records: list[Any]) -> list[int]:
    """Who looks after them now."""
    return [type(one)._default_manager.get(pk=one.pk).owner_id for one in records]


def test_everything_goes_to_one_and_comes_back(
    held: dict[str, list[Any]], bob: Any, alice: Any, dan: Any
) -> None:
    drawn = operations.add_entity("車両", by=alice).name
    held[drawn] = [write.create(registry.get(drawn), {"name": "ハイエース"}, by=bob).record]
    assert {str(entity): n for entity, n in handover.holdings(bob)} == {
        "取引先": 6,
        "連絡先": 6,
        "案件": 6,
        "タスク": 6,
        "所属": 6,
        "車両": 1,
    }
    row = handover.plan(bob, how="one", to=[dan], by=alice)
    hand_over.func(row.pk)
    row.refresh_from_db()
    assert row.status == "done" and row.figures["account"] == 6
    for name in ("account", "contact", "deal", "task", drawn):
        assert set(owners(held[name])) == {dan.pk}, name
    for name in ("won", "done", "visit"):  # who did it did it
        assert owners(held[name]) == [bob.pk]
    assert not handover.holdings(bob)
    event = Event.objects.filter(entity="account", record_id=held["account"][0].pk).latest("pk")
    assert event.data["labels"]["owner"] == ["馬場 勉", "団 五郎"] and event.operation == row.operation
    # One customer was given to somebody else since: that stays.
    write.write(registry.get("account"), held["account"][0].pk, {"owner": alice.pk}, by=alice)
    Handover.objects.filter(pk=row.pk).update(status="undoing")
    undo_handover.func(row.pk, alice.pk)
    assert owners(held["account"]) == [alice.pk] + [bob.pk] * 5
    assert set(owners(held["deal"])) == {bob.pk}
    row.refresh_from_db()
    assert row.status == "undone"


def test_divided_by_load_everybody_gets_as_much_and_customers_stay_whole(
    held: dict[str, list[Any]], bob: Any, alice: Any, dan: Any
) -> None:
    handover.run(handover.plan(bob, how="load", to=[alice, dan], by=alice))
    got = owners(held["account"])
    assert sorted(got.count(one.pk) for one in (alice, dan)) in ([3, 3], [2, 4])
    for name in ("contact", "deal", "task"):
        assert owners(held[name]) == got, name


def test_divided_by_area(held: dict[str, list[Any]], bob: Any, alice: Any, dan: Any) -> None:
    assert sorted(handover.areas(bob)) == [("大阪府", 3), ("東京都", 3)]
    handover.run(
        handover.plan(
            bob, how="area", to=[alice, dan], areas={"大阪府": dan.pk, "東京都": alice.pk}, by=alice
        )
    )
    assert owners(held["account"]) == [alice.pk, dan.pk] * 3
    assert owners(held["deal"]) == [alice.pk, dan.pk] * 3


def test_a_planned_one_waits_for_its_day_and_can_be_called_off(
    held: dict[str, list[Any]], bob: Any, alice: Any, dan: Any
) -> None:
    later = handover.plan(
        bob, how="one", to=[dan], on=timezone.localdate() + datetime.timedelta(days=3), by=alice
    )
    periodic.due_handovers()
    assert set(owners(held["account"])) == {bob.pk}
    handover.cancel(later, by=alice)
    Handover.objects.filter(pk=later.pk).update(on=timezone.localdate())
    periodic.due_handovers()
    assert set(owners(held["account"])) == {bob.pk}
    due = handover.plan(bob, how="one", to=[dan], names=["account"], by=alice)
    periodic.due_handovers()
    assert set(owners(held["account"])) == {dan.pk} and set(owners(held["deal"])) == {bob.pk}
    due.refresh_from_db()
    assert due.status == "done"


def test_who_left_before_the_day_gets_nothing_and_admins_are_told(
    held: dict[str, list[Any]], bob: Any, alice: Any, dan: Any, as_alice: Client
) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    row = handover.plan(bob, how="one", to=[dan], on=tomorrow, by=alice)
    Handover.objects.filter(pk=row.pk).update(on=timezone.localdate())
    User.objects.filter(pk=dan.pk).update(is_active=False)
    periodic.due_handovers()
    row.refresh_from_db()
    assert row.status == "failed" and not handover.rows_of(registry.get("account"), dan).exists()
    assert "引継ぎができませんでした" in Notification.objects.get(user=alice).text
    assert "利用していない人" in as_alice.get("/settings/handover/").content.decode()
    User.objects.filter(pk=dan.pk).update(is_active=True)
    other = handover.plan(bob, how="one", to=[dan], by=alice)
    User.objects.filter(pk=alice.pk).update(role="member")
    assert handover.run(other).status == "failed" and "管理者ではありません" in other.__class__.objects.get(pk=other.pk).problem  # fmt: skip


def test_killed_on_the_way_it_goes_on_with_what_is_left(
    held: dict[str, list[Any]], bob: Any, alice: Any, dan: Any, monkeypatch: Any
) -> None:
    row = handover.plan(bob, how="one", to=[dan], by=alice)
    monkeypatch.setattr(handover, "BATCH", 4)
    real, calls = write.write_many, []

    def breaks(*given: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given, **more)

    monkeypatch.setattr(write, "write_many", breaks)
    with pytest.raises(KeyboardInterrupt):
        handover.run(row)
    periodic.due_handovers()
    row.refresh_from_db()
    assert row.status == "done" and row.figures["account"] == 6 and row.figures["deal"] == 6
    assert Event.objects.filter(operation=row.operation, entity="account").count() == 6


def test_what_can_t_be_handed_over_is_refused_in_words(bob: Any, alice: Any, dan: Any) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    dan.is_active = False
    dan.save()
    for values, said in (
        ({"how": "one", "to": []}, "引き継ぐ人を選んで"), ({"how": "one", "to": [dan]}, "引き継ぐ人を選んで"), ({"how": "one", "to": [bob]}, "本人は選べません"),
        ({"how": "x", "to": [alice]}, "分け方"), ({"how": "one", "to": [alice], "on": yesterday}, "これからの日付"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            handover.plan(bob, by=alice, **values)
    with pytest.raises(NotAllowed):
        handover.plan(alice, how="one", to=[bob], by=bob)


def test_in_the_browser_s_own_requests(
    held: dict[str, list[Any]], as_alice: Client, as_bob: Client, bob: Any, dan: Any
) -> None:
    page = as_alice.get(f"/settings/handover/?person={bob.pk}").content.decode()
    assert "取引先 6" in page and "東京都" in page
    before = snapshot("access.AccessLog")
    assert as_bob.get("/settings/handover/").status_code == 403
    assert (
        as_bob.post("/settings/handover/", {"person": dan.pk, "how": "one", "to": bob.pk}).status_code == 403
    )
    assert as_alice.post("/settings/handover/", {"person": bob.pk, "how": "one"}).status_code == 422
    assert changed_tables(before, snapshot("access.AccessLog")) == []
    sent = {
        "person": bob.pk,
        "how": "area",
        "area-大阪府": dan.pk,
        "to": dan.pk,
        "on": timezone.localdate().isoformat(),
        "entity": ["account"],
    }
    assert as_alice.post("/settings/handover/", sent).status_code == 302
    row = Handover.objects.get()
    hand_over.func(row.pk)
    assert "団 五郎" in as_alice.get("/settings/handover/").content.decode()
    assert as_alice.post(f"/settings/handover/{row.pk}/cancel/").status_code == 404
    assert as_alice.post(f"/settings/handover/{row.pk}/undo/").status_code == 302
    assert as_alice.post(f"/settings/handover/{row.pk}/undo/").status_code == 422  # once


def test_divided_by_load_everybody_has_as_much_afterwards(
    held: dict[str, list[Any]], bob: Any, alice: Any, dan: Any
) -> None:
    """What hangs on a customer counts too: ten customers without and two with five deals each are no dozen of equals."""
    for firm in held["account"][:2]:
        for n in range(5):
            write.create(
                registry.get("deal"), {"name": f"追加{n}", "account": firm.pk, "owner": bob.pk}, by=bob
            )
    made = handover.plan(bob, how="load", to=[alice, dan], by=alice)
    handover.run(made)
    loads = [
        sum(
            registry.get(name).model._default_manager.filter(owner=one, deleted_at=None).count()
            for name in handover.WEIGHED
        )
        for one in (alice, dan)
    ]
    assert abs(loads[0] - loads[1]) <= 7, loads  # the heaviest customer, with all that hangs on it


def test_one_person_is_one_and_somebody_who_may_work(bob: Any, alice: Any, dan: Any, carol: Any) -> None:
    with pytest.raises(Refused, match="ひとりだけ"):
        handover.plan(bob, how="one", to=[alice, dan], by=alice)
    with pytest.raises(Refused, match="引き継ぐ人"):
        handover.plan(bob, how="one", to=[carol], by=alice)  # who only looks on


def test_what_was_taken_back_in_the_history_of_all_hangs_nowhere(
    alice: Any, bob: Any, as_alice: Client
) -> None:
    write.create(registry.get("account"), {"name": "客", "owner": bob.pk}, by=alice)
    made = handover.plan(bob, how="one", to=[alice], by=alice)
    handover.run(made)
    made.refresh_from_db()
    as_alice.post(f"/undo/operation/{made.operation_id}/")
    undo_handover.func(made.pk, alice.pk)
    made.refresh_from_db()
    assert made.status == "undone"


def test_who_stands_beside_the_owner_is_handed_over_too(alice: Any, bob: Any, dan: Any) -> None:
    second = operations.add_field("account", "user", "副担当", {}, by=alice).key
    account = registry.get("account")
    both, beside, other = write.create_many(
        account,
        [
            {"name": "両方", "owner": bob.pk, second: bob.pk}, {"name": "副だけ", "owner": alice.pk, second: bob.pk},
            {"name": "他人", "owner": alice.pk, second: dan.pk},
        ],
        by=alice,
        operation=None,
    )  # fmt: skip
    assert {one.name: n for one, n in handover.holdings(bob)} == {"account": 2}
    made = handover.plan(bob, how="one", to=[dan], by=alice)
    handover.run(made)

    def held() -> list[tuple[int, int]]:
        rows = [account.model._default_manager.get(pk=one.pk) for one in (both, beside, other)]
        return [(row.owner_id, row.custom[second]) for row in rows]

    assert held() == [(dan.pk, dan.pk), (alice.pk, dan.pk), (alice.pk, dan.pk)]
    undo_handover.func(made.pk, alice.pk)
    assert held() == [(bob.pk, bob.pk), (alice.pk, bob.pk), (alice.pk, dan.pk)]


def test_what_is_no_load_of_customers_is_divided_evenly_too(alice: Any, bob: Any, dan: Any) -> None:
    car = operations.add_entity("車両", slug="cars", by=alice).name
    for entity, rows in (
        (car, [{"name": f"{n}号"} for n in range(20)]),
        ("lead", [{"family_name": f"林{n}"} for n in range(20)]),
    ):
        held = [{**row, "owner": bob.pk} for row in rows]
        write.create_many(registry.get(entity), held, by=alice, operation=None)
    handover.run(handover.plan(bob, how="load", to=[alice, dan], by=alice))
    for entity in (car, "lead"):
        rows = registry.get(entity).model._default_manager
        assert [rows.filter(owner=one).count() for one in (alice, dan)] == [10, 10], entity


def test_what_the_owner_drew_is_divided_by_its_own_address(alice: Any, bob: Any, dan: Any) -> None:
    site = operations.add_entity("現場", slug="sites", by=alice).name
    place = operations.add_field(site, "address", "所在地", {}, by=alice).key
    rows = [
        {"name": town, place: f"{town}中央区本町1-1", "owner": bob.pk}
        for town in ("大阪府大阪市", "福岡県福岡市", "大阪府堺市")
    ]
    made = write.create_many(registry.get(site), rows, by=alice, operation=None)
    assert dict(handover.areas(bob)) == {"大阪府": 2, "福岡県": 1}
    handover.run(handover.plan(bob, how="area", to=[alice, dan], areas={"大阪府": dan.pk}, by=alice))
    assert owners(made) == [dan.pk, alice.pk, dan.pk]


def test_papers_that_were_issued_go_along_with_their_lines(alice: Any, bob: Any, dan: Any) -> None:
    lines = [{"text": "会議テーブル", "quantity": "2", "unit_price": "1000"}]
    account = write.create(registry.get("account"), {"name": "丸山商店"}, by=bob).record
    quote = write.create(registry.get("quote"), {"account": account.pk, "lines": lines}, by=bob).record
    type(quote).objects.filter(pk=quote.pk).update(issued_at=timezone.now())
    row = handover.run(handover.plan(bob, how="load", to=[alice, dan], by=alice))
    assert row.status == Handover.Status.DONE and not row.problem
    line = quote.lines.get()
    assert line.owner_id == owners([quote])[0] == owners([account])[0] != bob.pk
    handover.undo(row, by=alice)
    assert quote.lines.get().owner_id == owners([quote])[0] == bob.pk


def test_what_a_rule_has_against_it_is_said_and_what_went_over_comes_back(
    held: dict[str, list[Any]], bob: Any, alice: Any, dan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        type(registry.get("deal").whole), "locked", lambda *_all: "この案件は変更できません。"
    )
    before = owners(held["deal"])
    row = handover.run(handover.plan(bob, how="one", to=[dan], by=alice))
    assert row.status == Handover.Status.FAILED and "この案件は変更できません。" in row.problem
    assert owners(held["deal"]) == before and set(owners(held["account"])) == {dan.pk}
    assert "この案件は変更できません。" in Notification.objects.filter(user=alice).latest("pk").text
    handover.undo(row, by=alice)
    assert set(owners(held["account"])) == {bob.pk}
