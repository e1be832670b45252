"""The one way in: what is refused, what is merged, what is stored once; and that a refusal stores nothing."""

import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enishi.records import registry, write
from enishi.records.errors import Conflict, NotAllowed, NotFound, Refused
from enishi.records.models import Event, EventSubject, FieldDesign, Link, Operation, Tag
from enishi.records.registry import rebuild
from enishi.records.testing import changed_tables, snapshot
from enishi.sales.pipelines.entity import default_pipeline, stages_of

pytestmark = pytest.mark.django_db
SAFE = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture
def account(alice: Any) -> Any:
    return write.create(
        registry.get("account"), {"name": "丸山製作所", "phone": "03-1234-5678", "note": "はじめ"}, by=alice
    ).record


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def refused(**values: Any) -> dict[str, list[str]]:
    """Why values can't be stored on a new account; and that nothing was."""
    by = values.pop("by")
    name = values.pop("entity", "account")
    before = snapshot()
    with pytest.raises(Refused) as error:
        write.create(registry.get(name), values, by=by)
    assert snapshot() == before
    return error.value.errors


@pytest.mark.row("A9")
class TestSeveralPeople:
    def test_different_fields_both_survive(self, account: Any, alice: Any, bob: Any) -> None:
        entity = registry.get("account")
        write.write(entity, account.pk, {"note": "アリスが書いた"}, by=alice, version=1)
        done = write.write(entity, account.pk, {"phone": "06-1111-2222"}, by=bob, version=1)
        assert (fresh(account).note, fresh(account).phone, done.record.version) == (
            "アリスが書いた",
            "06-1111-2222",
            3,
        )

    def test_the_same_field_is_a_conflict_with_both_values_and_nothing_stored(
        self, account: Any, alice: Any, bob: Any
    ) -> None:
        entity = registry.get("account")
        write.write(entity, account.pk, {"note": "アリス"}, by=alice, version=1)
        before = snapshot()
        with pytest.raises(Conflict) as told:
            write.write(entity, account.pk, {"note": "ボブ", "fax": "03-0000-0000"}, by=bob, version=1)
        assert snapshot() == before
        clash = told.value.clashes[0]
        assert (clash.field, clash.theirs, clash.mine, told.value.version, told.value.by) == (
            "note",
            "アリス",
            "ボブ",
            2,
            str(alice),
        )
        assert (
            len(told.value.clashes) == 1 and str(alice) in str(told.value) and clash.label in str(told.value)
        )

    def test_the_same_value_twice_is_no_conflict(self, account: Any, alice: Any, bob: Any) -> None:
        entity = registry.get("account")
        write.write(entity, account.pk, {"note": "同じ"}, by=alice, version=1)
        assert write.write(entity, account.pk, {"note": "同じ"}, by=bob, version=1).event is None
        assert fresh(account).version == 2

    def test_a_field_changed_and_changed_back_is_still_touched(
        self, account: Any, alice: Any, bob: Any
    ) -> None:
        entity = registry.get("account")
        write.write(entity, account.pk, {"note": "あとで"}, by=alice)
        write.write(entity, account.pk, {"note": "はじめ"}, by=alice)
        with pytest.raises(Conflict):
            write.write(entity, account.pk, {"note": "ボブ"}, by=bob, version=1)

    def test_what_follows_from_a_change_counts_as_touched(self, alice: Any, bob: Any) -> None:
        """Moving a deal sets its probability: who types one meanwhile is asked, not overwritten."""
        stages, entity = stages_of(default_pipeline().pk), registry.get("deal")
        deal = write.create(
            entity, {"name": "更新", "stage": stages[0].pk, "probability": "35"}, by=alice
        ).record
        write.write(entity, deal.pk, {"stage": stages[2].pk}, by=alice, version=1)
        with pytest.raises(Conflict):
            write.write(entity, deal.pk, {"probability": "40"}, by=bob, version=1)

    def test_any_order_of_edits_loses_nothing(self, account: Any, alice: Any, bob: Any, carol: Any) -> None:
        """Three people read and save at any times: what was accepted is in the history and in the record, what was not
        was told of and left no trace."""
        entity, editors = registry.get("account"), [alice, bob]
        fields = ("note", "building", "source")
        steps = st.lists(
            st.tuples(
                st.sampled_from([0, 1]),
                st.one_of(
                    st.none(),
                    st.dictionaries(
                        st.sampled_from(fields), st.sampled_from(["あ", "い", "う", ""]), min_size=1
                    ),
                ),
            ),
            max_size=12,
        )

        @settings(SAFE, max_examples=60)
        @given(steps=steps)
        def check(steps: list[Any]) -> None:
            with transaction.atomic():
                record = write.create(entity, {"name": "客"}, by=alice).record
                model, version, since = dict.fromkeys(fields, ""), 1, {0: 1, 1: 1}
                touched: list[tuple[int, set[str]]] = []
                accepted = []
                for who, values in steps:
                    if values is None:
                        since[who] = version
                        continue
                    others = set().union(*(names for at, names in touched if at > since[who]))
                    clash = {
                        name for name, value in values.items() if name in others and model[name] != value
                    }
                    changes = {name: value for name, value in values.items() if model[name] != value}
                    try:
                        write.write(entity, record.pk, values, by=editors[who], version=since[who])
                        assert not clash
                    except Conflict as told:
                        assert {one.field for one in told.clashes} == clash
                        continue
                    if changes:
                        version += 1
                        accepted.append({name: [model[name], value] for name, value in changes.items()})
                        model.update(changes)
                        touched.append((version, set(changes)))
                stored = fresh(record)
                assert ({name: getattr(stored, name) for name in fields}, stored.version) == (model, version)
                events = Event.objects.filter(entity="account", record_id=record.pk, version__gt=1).order_by(
                    "version"
                )
                assert [event.data["changes"] for event in events] == accepted
                transaction.set_rollback(True)

        check()


@pytest.mark.row("F2")
class TestWhatMayBeWritten:
    @pytest.mark.parametrize(
        "name",
        ["version", "deleted_at", "deleted_by", "created_by", "created_at", "updated_at", "updated_by", "open_amount", "sort_key", "match_key",
         "last_contact_at", "next_step", "next_task_id", "owner__email", "owner_id", "id", "pk", "custom", "f1", "__class__", "_state", "password", ""],
    )  # fmt: skip
    def test_fields_outside_the_list_are_refused(self, account: Any, alice: Any, name: str) -> None:
        entity = registry.get("account")
        before = snapshot()
        for values in ({name: "1"}, {name: "1", "note": "ついで"}):
            with pytest.raises(Refused) as error:
                write.write(entity, account.pk, values, by=alice)
            assert list(error.value.errors) == [name]
            with pytest.raises(Refused):
                write.create(entity, {"name": "新規", **values}, by=alice)
            with pytest.raises(Refused):
                write.create_many(
                    entity, [{"name": "新規"}, {"name": "新規2", **values}], by=alice, operation=None
                )
            with pytest.raises(Refused):
                write.write_many(entity, [(fresh(account), values)], by=alice, operation=None)
        assert snapshot() == before

    @pytest.mark.parametrize(
        "raw",
        [
            {"id": 1},
            {"_connector": "OR"},
            [1],
            [{"x": 1}],
            object(),
            True,
            b"x",
            float("nan"),
            float("inf"),
            10**30,
            "9" * 6000,
            -5,
        ],
    )
    def test_a_structure_where_a_value_belongs_is_refused_in_words(self, alice: Any, raw: Any) -> None:
        for entity in registry.all_entities():
            for name, found in entity.fields.items():
                if not found.editable:
                    continue
                _cleaned, errors = write.clean_values(entity, {name: raw})
                for messages in errors.values():
                    assert messages and all(len(text) < 400 for text in messages)

    def test_a_viewer_is_refused_and_nothing_is_stored(self, account: Any, carol: Any) -> None:
        entity, before = registry.get("account"), snapshot()
        for attempt in (
            lambda: write.create(entity, {"name": "x"}, by=carol),
            lambda: write.create_once(entity, {"name": "x"}, by=carol, key="k"),
            lambda: write.write(entity, account.pk, {"name": "x"}, by=carol),
            lambda: write.create_many(entity, [{"name": "x"}], by=carol, operation=None),
            lambda: write.write_many(entity, [(account, {"name": "x"})], by=carol, operation=None),
            lambda: write.delete(entity, [account.pk], by=carol),
            lambda: write.restore(entity, [account.pk], by=carol),
        ):
            with pytest.raises(NotAllowed):
                attempt()
        assert snapshot() == before

    def test_somebody_who_left_may_nothing(self, account: Any, bob: Any) -> None:
        bob.is_active = False
        bob.save()
        with pytest.raises(NotAllowed):
            write.write(registry.get("account"), account.pk, {"name": "x"}, by=bob)

    def test_what_does_not_exist_or_lies_in_the_bin_is_not_found(self, account: Any, alice: Any) -> None:
        entity = registry.get("account")
        write.delete(entity, [account.pk], by=alice)
        before = snapshot()
        for key in (account.pk, 0, -1, 10**15, 2**63, 10**30):
            with pytest.raises(NotFound):
                write.write(entity, key, {"name": "x"}, by=alice)
            with pytest.raises(NotFound):
                write.delete(entity, [key], by=alice)
            if key != account.pk:
                with pytest.raises(NotFound):
                    write.restore(entity, [key], by=alice)
        assert snapshot() == before


@pytest.mark.row("A10")
class TestBadValues:
    @pytest.mark.parametrize("raw", ["あ" * 1_000_000, "あ" * 201, "\n".join("x" * 300)])
    def test_text_that_is_too_long_is_refused_not_cut(self, alice: Any, raw: str) -> None:
        assert "文字まで" in refused(name=raw, by=alice)["name"][0]

    @pytest.mark.parametrize(
        ("raw", "stored"),
        [("丸\x00山", "丸山"), ("\ud800丸山", "丸山"), ("丸\u202e山", "丸山"), ("\u200b丸山\ufeff", "丸山"), ("か\u3099", "が"), ("丸山\r\n製作所", "丸山 製作所"),
         ("  丸山　", "丸山"), ("👨‍👩‍👧商店", "👨‍👩‍👧商店"), ("𠮷野家", "𠮷野家"), ("<script>alert(1)</script>", "<script>alert(1)</script>")],
    )  # fmt: skip
    def test_control_characters_and_lone_surrogates_go_and_the_rest_stays(
        self, alice: Any, raw: str, stored: str
    ) -> None:
        record = write.create(
            registry.get("account"), {"name": raw, "note": raw, "tags": [raw], "code": raw[:20]}, by=alice
        ).record
        assert fresh(record).name == stored and len(fresh(record).tags) == 1

    def test_every_text_fits_its_column_whatever_is_typed(self, alice: Any) -> None:
        """SQLite would take it, PostgreSQL would not: the limit is said at the field on both."""
        for entity in registry.all_entities():
            for name, found in entity.fields.items():
                if not found.editable or found.custom or not hasattr(found, "longest"):
                    continue
                longest = entity.model._meta.get_field(name).max_length
                for raw in ("あ" * 300, "㍿" * 200, "1" * 120, "カ" * 101, "佐 " * 60):
                    cleaned, errors = write.clean_values(entity, {name: raw})
                    assert errors or not longest or len(cleaned[name]) <= longest, (entity.name, name)
        assert "文字まで" in refused(name="客", prefecture="あ" * 11, by=alice)["prefecture"][0]
        for values in (
            {"name": "佐" * 150},
            {"family_name": "佐" * 100, "given_name": "誠" * 100},
            {"family_name": "佐", "kana": "サ" * 150},
        ):
            before = snapshot()
            with pytest.raises(Refused):
                write.create(registry.get("contact"), values, by=alice)
            with pytest.raises(Refused):
                write.create_many(registry.get("contact"), [values], by=alice, operation=None, cleaned=True)
            assert snapshot() == before

    def test_nothing_but_what_is_taken_out_is_nothing_entered(self, alice: Any) -> None:
        for raw in ("", "   ", "\x00", "\u200b", "　", None):
            assert refused(name=raw, by=alice)["name"] == ["名前を入力してください。"]

    @pytest.mark.parametrize(
        "raw", ["-1", "△1,000", -1, "1" * 30, 10**16, "1e999", "NaN", "たくさん", "1円2円", True, "0x10"]
    )
    def test_money_is_whole_yen_within_reason(self, alice: Any, raw: Any) -> None:
        errors = refused(name="更新", amount=raw, by=alice, entity="deal")
        assert list(errors) == ["amount"]

    @pytest.mark.parametrize(
        ("raw", "stored"),
        [
            ("1,234,567", 1_234_567),
            ("１２０万円", 1_200_000),
            ("0", 0),
            ("¥500", 500),
            ("", None),
            ("1.5億円", 150_000_000),
        ],
    )
    def test_money_as_people_write_it(self, alice: Any, raw: str, stored: int | None) -> None:
        assert (
            fresh(write.create(registry.get("deal"), {"name": "更新", "amount": raw}, by=alice).record).amount
            == stored
        )

    @pytest.mark.parametrize(
        "raw",
        [
            "9999-12-31",
            "3000-01-01",
            "1799-12-31",
            "0001-01-01",
            "2026-02-29",
            "2026-13-01",
            "いつか",
            "令和8年13月1日",
            10**10,
            -5,
            True,
        ],
    )
    def test_days_outside_the_calendar_are_refused(self, alice: Any, raw: Any) -> None:
        assert list(refused(name="更新", expected_close=raw, by=alice, entity="deal")) == ["expected_close"]
        assert list(refused(name="更新", due_at=raw, by=alice, entity="task")) == ["due_at"]

    def test_days_at_the_edges_are_kept(self, alice: Any) -> None:
        for day in (datetime.date(1800, 1, 1), datetime.date(2999, 12, 31), datetime.date(2024, 2, 29)):
            assert (
                fresh(
                    write.create(
                        registry.get("deal"), {"name": "更新", "expected_close": day.isoformat()}, by=alice
                    ).record
                ).expected_close
                == day
            )

    def test_a_number_that_must_be_the_only_one(self, alice: Any, bob: Any) -> None:
        entity = registry.get("account")
        first = write.create(entity, {"name": "先", "code": "K-1"}, by=alice).record
        errors = refused(name="後", code="K-1", by=bob)
        assert "先" in errors["code"][0]
        second = write.create(entity, {"name": "後", "code": "K-2"}, by=bob).record
        before = snapshot()
        with pytest.raises(Refused):
            write.write(entity, second.pk, {"code": "K-1"}, by=bob)
        with pytest.raises(Refused):
            write.write_many(entity, [(fresh(second), {"code": "K-1"})], by=bob, operation=None)
        with pytest.raises(Refused):
            write.create_many(entity, [{"name": "三"}, {"name": "四", "code": "K-1"}], by=bob, operation=None)
        assert snapshot() == before
        write.write(entity, second.pk, {"code": ""}, by=bob)  # nothing entered is no number
        write.create(entity, {"name": "五", "code": ""}, by=bob)
        write.delete(entity, [first.pk], by=alice)
        write.write(entity, second.pk, {"code": "K-1"}, by=bob)  # free once its holder lies in the bin
        before = snapshot()
        with pytest.raises(Refused):
            write.restore(entity, [first.pk], by=alice)
        assert snapshot() == before

    def test_references_to_what_is_not_there_are_refused(self, account: Any, alice: Any) -> None:
        gone = write.create(registry.get("account"), {"name": "消えた"}, by=alice).record
        write.delete(registry.get("account"), [gone.pk], by=alice)
        contact = write.create(registry.get("contact"), {"family_name": "佐藤"}, by=alice).record
        for raw in (gone.pk, 10**15, str(2**63), "9" * 6000, "だれも知らない会社", -1, "\x00x"):
            assert list(refused(name="更新", account=raw, by=alice, entity="deal")) == ["account"]
            assert list(refused(family_name="姓", account=raw, by=alice, entity="contact")) == ["account"]
        for raw in (
            f"account:{gone.pk}",
            "account:999999",
            f"deal:{contact.pk}",
            "user:1",
            "account:1:2",
            "pipeline",
            "account:９",
            f"account:{10**18}",
        ):
            assert list(refused(name="電話", about=raw, by=alice, entity="task")) == ["about"]
        for raw in ([10**15], str(account.pk + 10**6), "x", "-1", [10**30], "9" * 6000, [None], {"x": 1}):
            assert list(
                refused(text="訪問", about=f"account:{account.pk}", met=raw, by=alice, entity="activity")
            ) == ["met"]
        for raw in ("999999", "だれか", -1, 10**30):
            assert list(refused(name="客", owner=raw, by=alice)) == ["owner"]

    def test_many_rows_with_a_broken_reference_are_refused_not_crashed(
        self, account: Any, alice: Any
    ) -> None:
        deals = registry.get("deal")
        deal = write.create(deals, {"name": "更新"}, by=alice).record
        before = snapshot()
        for values in ({"stage": 10**12}, {"account": 10**12}, {"pipeline": 10**12}, {"contact": 10**12}):
            with pytest.raises(Refused):
                write.write_many(deals, [(fresh(deal), values)], by=alice, operation=None)
            with pytest.raises(Refused):
                write.create_many(deals, [{"name": "新規", **values}], by=alice, operation=None)
        assert snapshot() == before

    def test_a_deal_stands_in_the_pipeline_of_its_stage(self, alice: Any) -> None:
        from enishi.sales.pipelines.entity import DEFAULT_STAGES, make_pipeline

        mine, other = default_pipeline(), make_pipeline("別", DEFAULT_STAGES, 5)
        entity = registry.get("deal")
        for values in ({"pipeline": other.pk}, {"pipeline": mine.pk, "stage": stages_of(other.pk)[1].pk}):
            deal = fresh(write.create(entity, {"name": "更新", **values}, by=alice).record)
            assert deal.stage.pipeline_id == deal.pipeline_id == other.pk
        write.write(entity, deal.pk, {"pipeline": mine.pk}, by=alice)
        assert fresh(deal).stage.pipeline_id == mine.pk


@pytest.mark.row("A8")
class TestWhatIsStored:
    def test_only_what_changed_is_told(self, account: Any, bob: Any) -> None:
        done = write.write(
            registry.get("account"), account.pk, {"name": "丸山製作所", "note": "あとで"}, by=bob
        )
        assert done.changes == {"note": ("はじめ", "あとで")}
        event = Event.objects.latest("pk")
        assert (event.kind, event.actor, event.version, event.data) == (
            "changed",
            bob,
            2,
            {"changes": {"note": ["はじめ", "あとで"]}},
        )
        assert fresh(account).updated_by == bob and fresh(account).created_by != bob

    def test_nothing_changed_leaves_no_trace(self, account: Any, bob: Any) -> None:
        before = snapshot()
        write.write(
            registry.get("account"),
            account.pk,
            {"name": "丸山製作所", "tags": [], "rank": ""},
            by=bob,
            version=1,
        )
        assert snapshot() == before

    def test_what_is_told_is_what_is_stored(self, account: Any, alice: Any) -> None:
        """An address that says its prefecture is split: the history tells the parts, so that they can be put back."""
        write.write(registry.get("account"), account.pk, {"address": "東京都港区芝1-2"}, by=alice)
        changes = Event.objects.latest("pk").data["changes"]
        assert changes == {"address": ["", "港区芝1-2"], "prefecture": ["", "東京都"]}

    def test_names_behind_keys_are_those_of_the_time(self, account: Any, alice: Any, bob: Any) -> None:
        write.write(registry.get("account"), account.pk, {"owner": bob.pk}, by=alice)
        event = Event.objects.latest("pk")
        assert event.data["labels"]["owner"] == [str(alice), str(bob)]

    def test_tags_have_rows_to_look_up(self, account: Any, alice: Any) -> None:
        entity = registry.get("account")
        write.write(entity, account.pk, {"tags": "VIP、展示会,VIP"}, by=alice)
        assert fresh(account).tags == ["VIP", "展示会"]
        assert set(Tag.objects.values_list("name", flat=True)) == {"VIP", "展示会"}
        assert Link.objects.filter(relation="tag", from_entity="account", from_id=account.pk).count() == 2
        write.write(entity, account.pk, {"tags": ""}, by=alice)
        assert not Link.objects.filter(relation="tag", from_id=account.pk).exists()

    def test_an_own_field_is_written_changed_and_emptied(self, alice: Any) -> None:
        key = FieldDesign.objects.create(entity="account", kind="date", label="更新日").key
        rebuild()
        try:
            entity = registry.get("account")
            record = write.create(entity, {"name": "客", key: "令和8年11月23日"}, by=alice).record
            assert fresh(record).custom == {key: "2026-11-23"}
            write.write(entity, record.pk, {key: "2027/1/2"}, by=alice)
            assert Event.objects.latest("pk").data["changes"] == {key: ["2026-11-23", "2027-01-02"]}
            write.write(entity, record.pk, {key: ""}, by=alice)
            assert fresh(record).custom == {}
        finally:
            rebuild()

    def test_one_by_one_and_all_at_once_give_the_same(self, alice: Any) -> None:
        """The bulk twins store what the single writes store, in every table."""
        made = []
        for bulk in (False, True):
            with transaction.atomic():
                made.append(self._run(alice, bulk))
                transaction.set_rollback(True)
        assert changed_tables(*made) == [], [
            set(made[0][name]) ^ set(made[1][name]) for name in changed_tables(*made)
        ]

    def _run(self, by: Any, bulk: bool) -> dict[str, Any]:
        accounts, deals, tasks = registry.get("account"), registry.get("deal"), registry.get("task")
        rows: dict[str, list[dict[str, Any]]] = {
            "account": [
                {
                    "name": f"客{n}",
                    "address": "大阪府堺市1",
                    "tags": ["VIP"] if n % 2 else [],
                    "owner": by.pk,
                    "code": f"K{n}",
                }
                for n in range(4)
            ],
        }
        stages = stages_of(default_pipeline().pk)

        def create(entity: Any, values: list[dict[str, Any]]) -> list[Any]:
            if bulk:
                return write.create_many(entity, values, by=by, operation=None)
            return [write.create(entity, one, by=by).record for one in values]

        def change(entity: Any, records: list[Any], values: dict[str, Any]) -> None:
            if bulk:
                write.write_many(entity, [(fresh(one), values) for one in records], by=by, operation=None)
            else:
                for one in records:
                    write.write(entity, one.pk, values, by=by)

        made = create(accounts, rows["account"])
        sold = create(
            deals,
            [
                {"name": f"案件{n}", "account": made[n].pk, "amount": n * 100, "owner": by.pk}
                for n in range(4)
            ],
        )
        todo = create(
            tasks,
            [
                {
                    "name": f"電話{n}",
                    "about": f"deal:{sold[n].pk}",
                    "due_at": f"2026-12-0{n + 1}",
                    "owner": by.pk,
                }
                for n in range(4)
            ],
        )
        change(deals, sold, {"stage": stages[5].pk})
        change(deals, sold[:2], {"account": made[3].pk, "tags": ["急ぎ"]})
        change(tasks, todo[1:3], {"done_at": "2026-11-23 10:00"})
        change(accounts, made, {"note": "同じ"})
        return _comparable(snapshot())

    def test_all_or_none(self, account: Any, alice: Any) -> None:
        entity, before = registry.get("account"), snapshot()
        with pytest.raises(Refused) as error:
            write.create_many(
                entity, [{"name": "一"}, {"name": ""}, {"name": "三"}], by=alice, operation=None
            )
        assert str(error.value).startswith("2行目")
        other = write.create(entity, {"name": "二"}, by=alice).record
        before = snapshot()
        with pytest.raises(Refused) as error:
            write.write_many(
                entity,
                [(fresh(account), {"note": "x"}), (fresh(other), {"employees": "-5"})],
                by=alice,
                operation=None,
            )
        assert "二" in str(error.value)
        assert snapshot() == before


def _comparable(held: dict[str, Any]) -> dict[str, Any]:
    """Without keys and times, and the order in which rows came."""
    import re

    made: dict[str, Any] = {}
    keys: dict[str, dict[str, int]] = {}
    for name, rows in held.items():
        keys[name] = {row[0]: place for place, row in enumerate(rows)}
    for name in ("people.Account", "sales.Deal", "work.Task", "records.SearchDoc", "records.Tag"):
        made[name] = [
            tuple(re.sub(r"\d{4}-\d\d-\d\d \d\d:.*$|^\d+$|:\d+$", "", cell) for cell in row)
            for row in held[name]
        ]
    made["events"] = sorted(
        (row[2], row[3], str(keys_of(row[3], keys).get(row[4])), row[5], re.sub(r"\b\d{1,6}\b", "", row[8]))
        for row in held["records.Event"]
    )
    made["subjects"] = sorted(
        (row[2], str(keys_of(row[2], keys).get(row[3])), row[5]) for row in held["records.EventSubject"]
    )
    made["links"] = sorted(
        (row[1], row[2], str(keys_of(row[2], keys).get(row[3])), row[4], row[6])
        for row in held["records.Link"]
    )
    return made


def keys_of(entity: str, keys: dict[str, dict[str, int]]) -> dict[str, int]:
    return keys.get(
        {"account": "people.Account", "deal": "sales.Deal", "task": "work.Task"}.get(entity, ""), {}
    )


@pytest.mark.row("A9")
class TestOnce:
    def test_the_same_key_gives_the_same_record(self, alice: Any, bob: Any) -> None:
        entity = registry.get("account")
        first = write.create_once(entity, {"name": "客"}, by=alice, key="k1")
        again = write.create_once(entity, {"name": "客（直した）"}, by=alice, key="k1")
        assert (first.created, again.created, again.record.pk) == (True, False, first.record.pk)
        assert (
            write.create_once(entity, {"name": "客"}, by=bob, key="k1").record.pk != first.record.pk
        )  # another person's key
        assert write.create_once(entity, {"name": "客"}, by=alice, key="").record.pk != first.record.pk
        with pytest.raises(Refused):
            write.create_once(registry.get("deal"), {"name": "案件"}, by=alice, key="k1")

    @pytest.mark.parametrize("key", ["\x00", "あ" * 500, "\ud800x", "' OR 1=1 --"])
    def test_any_text_may_be_a_key(self, alice: Any, key: str) -> None:
        entity = registry.get("account")
        made = {write.create_once(entity, {"name": "客"}, by=alice, key=key).record.pk for _again in range(2)}
        assert len(made) == 1 or key == "\x00"

    def test_a_refused_form_may_be_sent_again_with_its_key(self, alice: Any) -> None:
        entity = registry.get("account")
        with pytest.raises(Refused):
            write.create_once(entity, {"name": ""}, by=alice, key="k2")
        assert write.create_once(entity, {"name": "客"}, by=alice, key="k2").created


@pytest.mark.row("A8")
def test_an_operation_holds_what_followed_from_it(alice: Any) -> None:
    """A contact with an account makes an affiliation: it belongs to the same import and goes with it."""
    account = write.create(registry.get("account"), {"name": "客"}, by=alice).record
    operation = Operation.objects.create(kind="import", user=alice)
    write.create_many(
        registry.get("contact"),
        [{"family_name": "佐藤", "account": account.pk}],
        by=alice,
        operation=operation,
    )
    assert set(operation.events.values_list("entity", flat=True)) == {"contact", "affiliation"}
    assert EventSubject.objects.filter(
        entity="account", record_id=account.pk, event__operation=operation
    ).exists()
    assert connection.in_atomic_block
