"""What became of each row, and what is written of it."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from enishi.access.models import User
from enishi.exchange import tasks
from enishi.exchange.models import ImportJob, ReturnedRow
from enishi.exchange.roundtrip import operations
from enishi.exchange.roundtrip.tests.sheets import Returned, Rows, Sheet
from enishi.people.models import Account
from enishi.records import registry, write
from enishi.records.models import Event, Forward, Operation
from enishi.records.testing import changed_tables, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("B3")]
COLUMNS = ("code", "phone", "rank", "employees", "started_on", "owner", "tags", "note", "open_amount")
CODE, PHONE, RANK, EMPLOYEES, SINCE, OWNER, TAGS, NOTE, AMOUNT, MARK = range(1, 11)


@pytest.fixture
def accounts(alice: User) -> list[Account]:
    """Five customers with codes that begin with zeros."""
    rows = [
        {
            "name": name, "code": f"00{n}7", "phone": f"03-1234-000{n}", "rank": "B", "employees": n * 1000, "note": "=備考",
            "started_on": datetime.date(2020, 4, n), "tags": ["VIP", "展示会"] if n % 2 else [],
        }
        for n, name in enumerate(("青木商店", "伊藤製作所", "上田工業", "江藤建設", "㈱髙﨑商店"), 1)
    ]  # fmt: skip
    return write.create_many(registry.get("account"), rows, by=alice, operation=None)


@pytest.fixture
def sheet(tmp_path: Path, accounts: list[Account], alice: User) -> Sheet:
    return Sheet(tmp_path, "account", COLUMNS, alice)


def change(account: Account, by: Any, **values: Any) -> None:
    write.write(registry.get("account"), account.pk, values, by=by)


def test_what_comes_back_as_it_went_out_is_unchanged(sheet: Sheet) -> None:
    assert sheet.back().figures == {"unchanged": 5}


def test_a_change_in_the_sheet_is_written_and_undone(
    sheet: Sheet, accounts: list[Account], alice: User
) -> None:
    before = snapshot()
    sheet.cell(1, PHONE, "06-9999-0001").cell(2, RANK, "A").cell(2, EMPLOYEES, "").cell(
        3, SINCE, datetime.date(2021, 1, 31)
    )
    back = sheet.back()
    assert back.figures == {"unchanged": 2, "changed": 3}
    assert ("phone", "03-1234-0001", "06-9999-0001") in back.said()
    assert ("employees", "2,000名", "") in back.said()
    passing = {"exchange.ImportJob", "exchange.ReturnedRow", "exchange.SentSheet", "exchange.SentRow"}
    assert set(changed_tables(before, snapshot())) <= passing  # nothing before the person agrees
    back.apply()
    for one in accounts:
        one.refresh_from_db()
    assert accounts[0].phone == "06-9999-0001"
    assert (accounts[1].rank, accounts[1].employees) == ("A", None)
    assert accounts[2].started_on == datetime.date(2021, 1, 31)
    assert back.job.figures["updated"] == {"account": 3}
    operation = Operation.objects.get(kind="import")
    assert operation == back.job.operation
    assert operation.events.count() == 3
    tasks.undo(back.job, alice)
    for one in accounts:
        one.refresh_from_db()
    assert (accounts[0].phone, accounts[1].rank, accounts[1].employees) == ("03-1234-0001", "B", 2000)


def test_what_changed_here_stays(sheet: Sheet, accounts: list[Account], bob: User) -> None:
    change(accounts[0], bob, phone="090-1111-2222", fax="03-1-1")
    change(accounts[1], bob, fax="03-1234-9999")  # not in the sheet
    back = sheet.back()
    assert back.figures == {"unchanged": 4, "here": 1}
    (row,) = back.of("here")
    assert [(one["field"], one["old"], one["new"], one["by"]) for one in row.changes] == [
        ("phone", "03-1234-0001", "090-1111-2222", "馬場 勉")
    ]


def test_changes_of_different_fields_are_merged(sheet: Sheet, accounts: list[Account], bob: User) -> None:
    change(accounts[0], bob, phone="090-1111-2222")
    back = sheet.cell(1, RANK, "A").back()
    assert back.figures == {"unchanged": 4, "both": 1}
    back.apply()
    accounts[0].refresh_from_db()
    assert (accounts[0].rank, accounts[0].phone) == ("A", "090-1111-2222")


def test_the_same_field_with_two_values_is_asked_and_never_overwritten(
    sheet: Sheet, accounts: list[Account], bob: User
) -> None:
    for one in accounts[:3]:
        change(one, bob, phone="090-1111-2222")
    sheet.cell(1, PHONE, "06-1").cell(2, PHONE, "06-2222-2222").cell(2, RANK, "A").cell(
        3, PHONE, "090-1111-2222"
    )
    back = sheet.cell(1, PHONE, "06-1111-1111").back()
    assert back.figures == {"unchanged": 3, "ask": 2}  # the third was changed alike
    first, second = back.of("ask")
    (asked,) = first.changes
    assert (asked["new"], asked["old"], asked["sent"]) == ("06-1111-1111", "090-1111-2222", "03-1234-0001")
    assert asked["by"] == "馬場 勉"
    assert asked["at"]
    assert operations.waiting(back.job) == 1  # the rank of the second
    operations.decide(back.job, first.pk, "phone", "sheet")
    back.apply()
    accounts[0].refresh_from_db()
    accounts[1].refresh_from_db()
    assert accounts[0].phone == "06-1111-1111"
    assert (accounts[1].phone, accounts[1].rank) == ("090-1111-2222", "A")
    second.refresh_from_db()
    assert [one["field"] for one in second.changes] == ["phone"]  # still asked
    operations.decide(back.job, second.pk, "phone", "here")
    back.apply()
    accounts[1].refresh_from_db()
    assert accounts[1].phone == "090-1111-2222"
    assert operations.counts(back.job)["ask"] == 0


def test_new_rows_become_records_and_known_keys_are_warned_of(sheet: Sheet, accounts: list[Account]) -> None:
    def add(rows: Rows) -> None:
        rows.insert(1, ["大野商事", "0099", "03-9999-9999", "A", 5, "", "", "新規", "", "", ""])
        rows.append(["青木商店", "", "", "", "", "", "", "", "", "", ""])
        rows.append(["別の会社", "0017", "", "", "", "", "", "", "", "", ""])
        rows.append(["", "", "03-1-1", "", "", "", "", "", "", "", ""])
        rows.append(["合計", "", "", "", 999, "", "", "", "", "", ""])

    back = sheet.edit(add).back()
    assert back.figures == {"unchanged": 5, "new": 3, "bad": 1}
    assert [row.chosen for row in back.of("new")] == [True, False, False]
    assert "青木商店" in back.of("new")[1].note
    assert "得意先コード" in back.of("new")[2].note or "青木商店" in back.of("new")[2].note
    assert "要ります" in back.of("bad")[0].errors[0]["text"]
    back.apply()
    made = Account.objects.get(name="大野商事")
    assert (made.code, made.rank, made.employees, made.tags, made.owner_id) == (
        "0099",
        "A",
        5,
        ["新規"],
        back.job.user_id,
    )
    assert Account.objects.count() == 6


def test_rows_that_are_missing_go_only_where_ticked(
    sheet: Sheet, accounts: list[Account], alice: User
) -> None:
    def drop(rows: Rows) -> None:
        del rows[2:4]

    back = sheet.edit(drop).back()
    assert back.figures == {"unchanged": 3, "gone": 2}
    assert operations.waiting(back.job) == 0
    first, _second = back.of("gone")
    assert first.title == "伊藤製作所"
    operations.choose(back.job, first.pk, chosen=True)
    back.apply()
    assert set(Account.objects.filter(deleted_at=None).values_list("name", flat=True)) == {
        "青木商店", "上田工業", "江藤建設", "㈱髙﨑商店",
    }  # fmt: skip
    tasks.undo(back.job, alice)
    assert Account.objects.filter(deleted_at=None).count() == 5


def test_deleted_and_merged_records_are_told(sheet: Sheet, accounts: list[Account], alice: User) -> None:
    write.delete(registry.get("account"), [accounts[0].pk, accounts[1].pk, accounts[2].pk], by=alice)
    Forward.objects.create(entity="account", old_id=accounts[1].pk, new_id=accounts[3].pk)
    Forward.objects.create(entity="account", old_id=accounts[2].pk, new_id=accounts[3].pk)
    back = sheet.cell(1, PHONE, "06-1").cell(3, PHONE, "06-3333-3333").back()
    assert back.figures == {"unchanged": 2, "lost": 2, "ask": 1}
    assert "ごみ箱" in back.of("lost")[0].note
    assert "反映しません" in back.of("lost")[0].note
    assert "江藤建設" in back.of("lost")[1].note
    (asked,) = back.of("ask")
    assert asked.record_id == accounts[3].pk
    operations.decide(back.job, asked.pk, "phone", "sheet")
    back.apply()
    accounts[3].refresh_from_db()
    assert accounts[3].phone == "06-3333-3333"


def test_bad_cells_are_told_and_the_others_go_on(sheet: Sheet, accounts: list[Account]) -> None:
    sheet.cell(1, SINCE, "2026/13/45").cell(1, RANK, "A").cell(2, EMPLOYEES, "たくさん").cell(3, 0, "").cell(
        4, OWNER, "いない 人"
    )
    back = sheet.cell(5, CODE, "0017").back()
    assert back.figures == {"changed": 1, "bad": 5}
    told = {row.number: row.errors[0] for row in ReturnedRow.objects.filter(job=back.job, bad=True)}
    assert told[2]["label"] == "取引開始日"
    assert told[2]["raw"] == "2026/13/45"
    assert set(told) == {2, 3, 4, 5, 6}
    assert "空にできません" in told[4]["text"]
    assert "使っています" in told[6]["text"]
    back.apply()
    accounts[0].refresh_from_db()
    assert (accounts[0].rank, accounts[0].started_on) == ("A", datetime.date(2020, 4, 1))


def test_who_changes_a_record_meanwhile_is_asked_about(
    sheet: Sheet, accounts: list[Account], bob: User
) -> None:
    back = sheet.cell(1, PHONE, "06-1111-1111").cell(1, RANK, "A").back()
    change(accounts[0], bob, phone="080-0000-0000")
    back.apply()
    accounts[0].refresh_from_db()
    assert (accounts[0].phone, accounts[0].rank) == ("080-0000-0000", "A")
    (row,) = back.of("ask")
    assert [(one["field"], one["old"], one["new"], one["by"]) for one in row.changes] == [
        ("phone", "080-0000-0000", "06-1111-1111", "馬場 勉")
    ]


def test_a_row_that_a_rule_refuses_leaves_the_others(
    sheet: Sheet, accounts: list[Account], alice: User
) -> None:
    back = sheet.cell(1, CODE, "5555").cell(2, RANK, "A").back()
    write.create(registry.get("account"), {"name": "横取り", "code": "5555"}, by=alice)
    back.apply()
    accounts[1].refresh_from_db()
    assert accounts[1].rank == "A"
    (refused,) = ReturnedRow.objects.filter(job=back.job, state="refused")
    assert "横取り" in refused.errors[0]["text"]
    assert back.job.figures["updated"] == {"account": 1}


def test_a_killed_worker_goes_on_and_doubles_nothing(
    sheet: Sheet, accounts: list[Account], monkeypatch: Any
) -> None:
    from enishi.exchange.roundtrip import applying

    def add(rows: Rows) -> None:
        rows.append(["大野商事", "0099", "", "", "", "", "", "", "", "", ""])

    back = sheet.cell(1, RANK, "A").edit(add).back()
    monkeypatch.setattr(applying, "AT_ONCE", 1)
    assert operations.ready_to_apply(back.job)
    store, calls = applying.Applier._store, []

    def dies(self: Any, rows: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        store(self, rows)

    monkeypatch.setattr(applying.Applier, "_store", dies)
    with pytest.raises(KeyboardInterrupt):
        operations.run(back.job)
    operations.run(ImportJob.objects.get(pk=back.job.pk))
    job = ImportJob.objects.get(pk=back.job.pk)
    assert job.status == "done"
    assert (job.figures["updated"], job.figures["created"]) == ({"account": 1}, {"account": 1})
    assert Account.objects.filter(name="大野商事").count() == 1
    assert Event.objects.filter(operation=job.operation).count() == 2


def test_compared_again_after_a_kill_counts_once(sheet: Sheet) -> None:
    back = sheet.cell(1, RANK, "A").back()
    back.job.status, back.job.plan["round_trip"]["step"] = "running", "compare"
    back.job.save()
    operations.run(back.job)
    assert back.figures == {"unchanged": 4, "changed": 1}
    assert ReturnedRow.objects.filter(job=back.job).count() == 1


def test_nothing_is_asked_twice_of_one_applied(sheet: Sheet) -> None:
    back = sheet.cell(1, RANK, "A").back()
    back.apply()
    assert Returned(sheet.path, back.job.user).figures == {"unchanged": 5}
