"""Putting back: a value, a creation, a deletion, a bulk change; what others changed since stays and is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from enishi.records import history, registry, write
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.models import Event, EventSubject, Operation
from enishi.records.search import find
from enishi.records.testing import snapshot
from enishi.sales.pipelines.entity import default_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("A8")]


@pytest.fixture
def account(alice: Any) -> Any:
    return write.create(registry.get("account"), {"name": "丸山製作所", "note": "はじめ"}, by=alice).record


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def last() -> Event:
    return Event.objects.latest("pk")


def change(record: Any, by: Any, **values: Any) -> Event:
    done = write.write(registry.of(record), record.pk, values, by=by)
    assert done.event is not None
    return done.event


class TestOneEvent:
    def test_a_value_goes_back_and_the_going_back_is_history_too(
        self, account: Any, alice: Any, bob: Any
    ) -> None:
        event = change(account, bob, note="あとで")
        undone = history.undo_event(event.pk, by=alice)
        assert (undone.records, undone.kept, fresh(account).note, fresh(account).version) == (
            1,
            [],
            "はじめ",
            3,
        )
        assert (last().actor, last().data["changes"], last().operation.kind) == (
            alice,
            {"note": ["あとで", "はじめ"]},
            "undo",
        )

    def test_twice_is_refused_and_nothing_stored(self, account: Any, alice: Any) -> None:
        event = change(account, alice, note="あとで")
        history.undo_event(event.pk, by=alice)
        before = snapshot()
        with pytest.raises(Refused):
            history.undo_event(event.pk, by=alice)
        assert snapshot() == before

    def test_an_undo_is_undone(self, account: Any, alice: Any) -> None:
        history.undo_event(change(account, alice, note="あとで").pk, by=alice)
        history.undo_event(last().pk, by=alice)
        assert fresh(account).note == "あとで"

    def test_what_somebody_changed_since_stays_and_is_told(self, account: Any, alice: Any, bob: Any) -> None:
        event = change(account, alice, note="二番", phone="03-1234-5678")
        change(account, bob, note="三番")
        undone = history.undo_event(event.pk, by=alice)
        assert (fresh(account).note, fresh(account).phone) == ("三番", "")
        assert undone.records == 1 and undone.kept == ["丸山製作所: 備考"]
        event = change(account, alice, note="四番")
        change(account, bob, note="五番")
        before = snapshot()
        with pytest.raises(Refused) as told:
            history.undo_event(event.pk, by=alice)
        assert "丸山製作所: 備考" in str(told.value) and snapshot() == before

    def test_a_creation_goes_to_the_bin_and_back(self, account: Any, alice: Any) -> None:
        made = Event.objects.get(entity="account", record_id=account.pk)
        history.undo_event(made.pk, by=alice)
        assert fresh(account).deleted_at is not None and not find("丸山", alice)
        with pytest.raises(Refused):
            history.undo_event(made.pk, by=alice)
        history.undo_event(last().pk, by=alice)
        assert fresh(account).deleted_at is None and find("丸山", alice)

    def test_a_restoration_goes_back_to_the_bin(self, account: Any, alice: Any) -> None:
        write.delete(registry.get("account"), [account.pk], by=alice)
        event = write.restore(registry.get("account"), [account.pk], by=alice)[0]
        history.undo_event(event.pk, by=alice)
        assert fresh(account).deleted_at is not None
        with pytest.raises(Refused):
            history.undo_event(event.pk, by=alice)

    def test_what_followed_from_a_change_goes_back_with_it(self, alice: Any) -> None:
        """A stage brings its probability; going back brings back the one that was typed."""
        stages, deals = stages_of(default_pipeline().pk), registry.get("deal")
        deal = write.create(
            deals, {"name": "更新", "stage": stages[0].pk, "probability": "35"}, by=alice
        ).record
        event = change(deal, alice, stage=stages[3].pk)
        assert fresh(deal).probability == stages[3].probability
        history.undo_event(event.pk, by=alice)
        assert (fresh(deal).stage_id, fresh(deal).probability) == (stages[0].pk, 35)

    def test_an_address_that_was_split_goes_back_whole(self, account: Any, alice: Any) -> None:
        event = change(account, alice, address="東京都港区芝1-2")
        history.undo_event(event.pk, by=alice)
        assert (fresh(account).prefecture, fresh(account).address) == ("", "")

    def test_a_lost_deal_goes_back_without_being_asked_for_a_reason(self, alice: Any) -> None:
        stages, deals = {one.outcome: one for one in stages_of(default_pipeline().pk)}, registry.get("deal")
        deal = write.create(
            deals, {"name": "更新", "stage": stages["lost"].pk, "lost_reason": "競合"}, by=alice
        ).record
        event = change(deal, alice, stage=stages["open"].pk, lost_reason="")
        history.undo_event(event.pk, by=alice)
        assert (fresh(deal).outcome, fresh(deal).lost_reason) == ("lost", "競合")

    def test_a_number_that_somebody_else_got_since_stays(self, account: Any, alice: Any) -> None:
        change(account, alice, code="K-1")
        event = change(account, alice, code="K-2", note="二番")
        write.create(registry.get("account"), {"name": "別の客", "code": "K-1"}, by=alice)
        undone = history.undo_event(event.pk, by=alice)
        assert (fresh(account).code, fresh(account).note, undone.kept) == (
            "K-2",
            "はじめ",
            ["丸山製作所: 顧客番号"],
        )

    def test_a_reference_to_what_is_gone_for_good_stays(self, account: Any, alice: Any) -> None:
        other = write.create(registry.get("account"), {"name": "別の客"}, by=alice).record
        deal = write.create(registry.get("deal"), {"name": "更新", "account": account.pk}, by=alice).record
        event = change(deal, alice, account=other.pk)
        account.delete()
        before = snapshot()
        with pytest.raises(Refused):
            history.undo_event(event.pk, by=alice)
        assert snapshot() == before and fresh(deal).account_id == other.pk

    def test_a_value_of_a_record_in_the_bin_goes_back_without_showing_it_again(
        self, account: Any, alice: Any
    ) -> None:
        event = change(account, alice, note="あとで")
        write.delete(registry.get("account"), [account.pk], by=alice)
        history.undo_event(event.pk, by=alice)
        assert fresh(account).note == "はじめ" and fresh(account).deleted_at is not None
        assert not find("丸山", alice)

    def test_only_those_who_may_write_and_only_what_there_is(
        self, account: Any, alice: Any, carol: Any
    ) -> None:
        event = change(account, alice, note="あとで")
        before = snapshot()
        with pytest.raises(NotAllowed):
            history.undo_event(event.pk, by=carol)
        for key in (0, 10**12, 10**30):
            with pytest.raises(NotFound):
                history.undo_event(key, by=alice)
            with pytest.raises(NotFound):
                history.undo_operation(key, by=alice)
        assert snapshot() == before


class TestOneOperation:
    def bulk(self, by: Any, records: list[Any], **values: Any) -> Operation:
        operation = Operation.objects.create(kind="bulk", user=by, summary="まとめて変更")
        write.write_many(
            registry.of(records[0]), [(fresh(one), values) for one in records], by=by, operation=operation
        )
        return operation

    def test_everything_goes_back_but_what_was_changed_since(self, alice: Any, bob: Any) -> None:
        entity = registry.get("account")
        records = write.create_many(
            entity, [{"name": f"客{n}", "rank": "B"} for n in range(5)], by=alice, operation=None
        )
        operation = self.bulk(alice, records, rank="A", note="まとめて")
        change(records[1], bob, rank="S")
        change(records[2], bob, rank="S", note="別")
        undone = history.undo_operation(operation.pk, by=alice)
        assert [(fresh(one).rank, fresh(one).note) for one in records] == [
            ("B", ""),
            ("S", ""),
            ("S", "別"),
            ("B", ""),
            ("B", ""),
        ]
        assert undone.records == 4 and sorted(undone.kept) == ["客1: ランク", "客2: ランク", "客2: 備考"]
        operation.refresh_from_db()
        assert operation.undone_at is not None and operation.undone_by_operation == undone.operation

    def test_twice_is_refused_and_nothing_stored(self, account: Any, alice: Any) -> None:
        operation = self.bulk(alice, [account], rank="A")
        history.undo_operation(operation.pk, by=alice)
        before = snapshot()
        with pytest.raises(Refused):
            history.undo_operation(operation.pk, by=alice)
        assert snapshot() == before

    def test_an_undo_of_an_undo_is_the_operation_again(self, account: Any, alice: Any) -> None:
        operation = self.bulk(alice, [account], rank="A", tags=["VIP"])
        undone = history.undo_operation(operation.pk, by=alice)
        assert (fresh(account).rank, fresh(account).tags) == ("", [])
        history.undo_operation(undone.operation.pk, by=alice)
        assert (fresh(account).rank, fresh(account).tags) == ("A", ["VIP"])

    def test_several_changes_of_one_record_in_one_operation_go_back_to_the_first(
        self, account: Any, alice: Any
    ) -> None:
        operation = self.bulk(alice, [account], note="二")
        for text in ("三", "四"):
            write.write(registry.get("account"), account.pk, {"note": text}, by=alice, operation=operation)
        undone = history.undo_operation(operation.pk, by=alice)
        assert fresh(account).note == "はじめ" and undone.kept == []

    def test_what_it_made_changed_and_deleted_all_goes_back(self, account: Any, alice: Any) -> None:
        entity, other = (
            registry.get("account"),
            write.create(registry.get("account"), {"name": "消す客"}, by=alice).record,
        )
        operation = Operation.objects.create(kind="import", user=alice)
        made = write.create_many(
            entity, [{"name": f"新{n}"} for n in range(3)], by=alice, operation=operation
        )
        contacts = write.create_many(
            registry.get("contact"),
            [{"family_name": "佐藤", "account": made[0].pk}],
            by=alice,
            operation=operation,
        )
        self_change = write.write(entity, account.pk, {"note": "取り込み"}, by=alice, operation=operation)
        write.delete(entity, [other.pk], by=alice, operation=operation)
        before_subjects = EventSubject.objects.filter(entity="account", record_id=account.pk).count()
        undone = history.undo_operation(operation.pk, by=alice)
        assert all(fresh(one).deleted_at for one in [*made, *contacts])
        assert (
            fresh(account).note == "はじめ"
            and fresh(other).deleted_at is None
            and self_change.event is not None
        )
        assert not registry.get("affiliation").model.objects.filter(deleted_at=None).exists()
        assert undone.kept == [] and before_subjects
        history.undo_operation(undone.operation.pk, by=alice)
        assert all(fresh(one).deleted_at is None for one in [*made, *contacts])
        assert fresh(contacts[0]).account_id == made[0].pk and fresh(other).deleted_at is not None

    def test_it_is_the_ones_who_did_it_or_an_admins_to_take_back(
        self, account: Any, alice: Any, as_alice: Any, as_bob: Any, as_carol: Any
    ) -> None:
        operation = self.bulk(alice, [account], rank="A")
        before = snapshot()
        assert as_bob.post(f"/undo/operation/{operation.pk}/").status_code == 404
        assert as_carol.post(f"/undo/operation/{operation.pk}/").status_code == 404
        assert as_alice.get(f"/undo/operation/{operation.pk}/").status_code == 405
        assert snapshot() == before
        assert as_alice.post(f"/undo/operation/{operation.pk}/").status_code == 302
        assert fresh(account).rank == ""


# --- anything in any order ---------------------------------------------------------------------------
class Ledger(RuleBasedStateMachine):
    """What people do with a few records, beside a model in plain Python that knows what must come out."""

    people: Any = None
    events = Bundle("events")

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.entity = registry.get("account")
        self.model: dict[int, dict[str, Any]] = {}
        self.told: dict[int, dict[str, Any]] = {}

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def remember(self, kind: str, key: int, changes: dict[str, list[str]] | None = None) -> int:
        event = Event.objects.latest("pk")
        self.told[event.pk] = {"kind": kind, "key": key, "changes": changes or {}}
        return event.pk

    @rule(target=events, note=st.sampled_from(["", "あ"]))
    def create(self, note: str) -> int:
        record = write.create(self.entity, {"name": "客", "note": note}, by=self.people).record
        self.model[record.pk] = {"note": note, "source": "", "deleted": False}
        return self.remember("created", record.pk)

    def some(self, at: int, deleted: bool) -> int | None:
        keys = [key for key, row in self.model.items() if row["deleted"] == deleted]
        return keys[at % len(keys)] if keys else None

    @rule(
        target=events,
        at=st.integers(0, 5),
        values=st.dictionaries(
            st.sampled_from(["note", "source"]), st.sampled_from(["あ", "い", ""]), min_size=1
        ),
    )
    def change(self, at: int, values: dict[str, str]) -> Any:
        key = self.some(at, deleted=False)
        if key is None:
            return multiple()
        changes = {
            name: [self.model[key][name], value]
            for name, value in values.items()
            if self.model[key][name] != value
        }
        write.write(self.entity, key, values, by=self.people)
        self.model[key].update(values)
        return self.remember("changed", key, changes) if changes else multiple()

    @rule(target=events, at=st.integers(0, 5))
    def delete(self, at: int) -> Any:
        key = self.some(at, deleted=False)
        if key is None:
            return multiple()
        write.delete(self.entity, [key], by=self.people)
        self.model[key]["deleted"] = True
        return self.remember("deleted", key)

    @rule(target=events, at=st.integers(0, 5))
    def restore(self, at: int) -> Any:
        key = self.some(at, deleted=True)
        if key is None:
            return multiple()
        write.restore(self.entity, [key], by=self.people)
        self.model[key]["deleted"] = False
        return self.remember("restored", key)

    @rule(target=events, event=events)
    def undo(self, event: int) -> Any:
        told = self.told[event]
        row = self.model[told["key"]]
        back = {name: [new, old] for name, (old, new) in told["changes"].items() if row[name] == new}
        wanted = {
            "created": not row["deleted"],
            "restored": not row["deleted"],
            "deleted": row["deleted"],
            "changed": bool(back),
        }[told["kind"]]
        try:
            history.undo_event(event, by=self.people)
            assert wanted
        except Refused:
            assert not wanted
            return multiple()
        if told["kind"] == "changed":
            row.update({name: old for name, (_new, old) in back.items()})
            return self.remember("changed", told["key"], back)
        row["deleted"] = not row["deleted"]
        return self.remember("deleted" if row["deleted"] else "restored", told["key"])

    def check_invariants(self, *more: Any, **options: Any) -> None:
        super().check_invariants(*more, **options)
        if not hasattr(self, "model"):
            return
        stored = {
            one.pk: {"note": one.note, "source": one.source, "deleted": one.deleted_at is not None}
            for one in self.entity.model.objects.filter(pk__in=self.model)
        }
        assert stored == self.model
        alive = {key for key, row in self.model.items() if not row["deleted"]}
        assert {hit.record.pk for hit in find("客", self.people, limit=100)} == alive
        for key in self.model:
            versions = list(
                Event.objects.filter(entity="account", record_id=key)
                .order_by("pk")
                .values_list("version", flat=True)
            )
            assert versions == list(range(1, len(versions) + 1))


@pytest.fixture
def machine(alice: Any) -> Iterator[type[Ledger]]:
    Ledger.people = alice
    yield Ledger
    Ledger.people = None


def test_whatever_is_done_and_undone_ends_where_plain_python_ends(machine: type[Ledger]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=35,
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.row("A8")
def test_a_large_operation_is_taken_back_in_steps_and_goes_on_after_a_kill(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "AT_ONCE", 3)
    monkeypatch.setattr(history, "BATCH", 4)
    entity = registry.get("account")
    old = write.create(entity, {"name": "前からある客", "note": "前"}, by=alice).record
    operation = Operation.objects.create(kind="import", user=alice, summary="台帳.xlsx")
    rows: list[dict[str, Any]] = [{"name": f"客{n}"} for n in range(10)]
    made = write.create_many(entity, rows, by=alice, operation=operation)
    write.write_many(entity, [(old, {"note": "後"})], by=alice, operation=operation)

    class Killed(BaseException):
        """kill -9."""

    def kill(done: int, total: int) -> None:
        if done >= 8:
            raise Killed

    with pytest.raises(Killed):
        history.undo_operation(operation.pk, by=alice, progress=kill)
    operation.refresh_from_db()
    alive = entity.model._default_manager.filter(pk__in=[one.pk for one in made], deleted_at=None).count()
    assert operation.undone_at is None and 0 < alive < 10
    undone = history.undo_operation(operation.pk, by=alice)
    operation.refresh_from_db()
    assert operation.undone_at is not None and undone.records == 11 and not undone.kept
    assert list(entity.model._default_manager.filter(deleted_at=None).values_list("name", "note")) == [
        ("前からある客", "前")
    ]
    with pytest.raises(Refused):
        history.undo_operation(operation.pk, by=alice)
    # The undoing itself can be taken back, whatever the steps it was done in.
    history.undo_operation(undone.operation.pk, by=alice)
    assert entity.model._default_manager.filter(deleted_at=None).count() == 11
