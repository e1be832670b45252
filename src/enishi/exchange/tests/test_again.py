"""A file that is brought in again changes nothing."""

from pathlib import Path

import pytest

from enishi.access.models import User
from enishi.exchange.tests.test_importing import SHARED, bring, write_csv
from enishi.people.models import Account, Contact
from enishi.work.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared ledgers are not beside this clone")
@pytest.mark.parametrize("name", ["tokuisaki.xlsx", "kaiin.csv", "anken.xlsx", "meishi.csv"])
def test_each_shared_ledger_is_known(alice: User, name: str) -> None:
    first = bring(SHARED / name, alice).figures
    again = bring(SHARED / name, alice).figures
    assert (again["created"], again["updated"], again["asked"]) == ({}, {}, 0)
    assert again["unchanged"] == first["created"]


def test_tasks_are_known_by_what_they_are_about_their_name_and_their_day(alice: User, tmp_path: Path) -> None:
    rows = [
        ["案件No", "得意先名", "案件名", "次回アクション", "期日"],
        ["A1", "株式会社一条", "設備更新", "訪問", "2026/12/1"],
        ["A2", "株式会社一条", "新店舗", "訪問", "2026/12/1"],
    ]
    path = write_csv(tmp_path / "案件.csv", rows)
    assert bring(path, alice).figures["created"]["task"] == 2
    Task.objects.filter(pk=Task.objects.order_by("pk")[0].pk).update(done_at="2026-11-30T10:00+09:00")
    rows.append(["A1", "株式会社一条", "設備更新", "訪問", "2026/12/8"])
    figures = bring(write_csv(path, rows), alice).figures
    assert (figures["created"], figures["unchanged"]["task"]) == ({"task": 1}, 2)
    assert Task.objects.filter(done_at=None).count() == 2


def test_tasks_about_nobody_are_known_by_their_note_too(alice: User, tmp_path: Path) -> None:
    rows = [
        ["やること", "期限", "備考"],
        ["電話", "2026/12/1", "山田様"],
        ["電話", "2026/12/1", "田中様"],
        ["棚卸し", "", ""],
    ]
    path = write_csv(tmp_path / "todo.csv", rows)
    assert bring(path, alice).figures["created"] == {"task": 3}
    figures = bring(path, alice).figures
    assert (figures["created"], figures["updated"], figures["unchanged"]) == ({}, {}, {"task": 3})


def test_what_a_list_of_deals_says_of_one_name_is_one_customer(alice: User, tmp_path: Path) -> None:
    rows = [
        ["案件名", "会社名", "住所", "電話"],
        ["設備更新", "株式会社一条", "東京都港区芝1-1", "03-1111-1111"],
        ["新店舗", "株式会社一条", "大阪府大阪市北区梅田2-2", "06-1111-1111"],
    ]
    path = write_csv(tmp_path / "案件.csv", rows)
    assert bring(path, alice).figures["created"] == {"account": 1, "deal": 2}


def test_a_ledger_of_customers_asks_about_one_name_at_two_places(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "住所", "電話"],
        ["株式会社一条", "東京都港区芝1-1", "03-1111-1111"],
        ["株式会社一条", "大阪府大阪市北区梅田2-2", "06-1111-1111"],
        ["株式会社一条", "東京都港区芝1丁目1番", "03-1111-1111"],
    ]
    path = write_csv(tmp_path / "会社.csv", rows)
    figures = bring(path, alice).figures
    assert (figures["created"], figures["asked"]) == ({"account": 1}, 1)
    figures = bring(path, alice).figures
    assert (figures["asked"], figures["updated"], figures["unchanged"]) == (1, {}, {"account": 1})
    rows[1][2] = "03-1111-2222"
    assert bring(write_csv(path, rows), alice).figures["updated"] == {"account": 1}
    assert [one.phone for one in Account.objects.all()] == ["03-1111-2222"]


NOTED = [
    ["得意先コード", "得意先名", "電話番号", "備考", "与信ランク"],
    ["T1", "桜商店", "03-1111-1111", "大事なメモ", "A"],
]


@pytest.mark.parametrize(
    ("later", "note"),
    [
        ([["得意先コード", "得意先名", "配送曜日"], ["T1", "桜商店", "火木"]], "大事なメモ\n与信ランク: A\n手で書いた\n配送曜日: 火木"),
        ([["得意先コード", "得意先名", "備考"], ["T1", "桜商店", ""]], "大事なメモ\n与信ランク: A\n手で書いた"),
        ([["得意先コード", "得意先名", "電話番号"], ["T1", "桜商店", "聞いていない"]], "大事なメモ\n与信ランク: A\n手で書いた\n電話番号: 聞いていない"),
        ([["得意先コード", "得意先名", "与信ランク"], ["T1", "桜商店", "B"]], "大事なメモ\n与信ランク: B\n手で書いた"),
        (NOTED, "大事なメモ\n与信ランク: A\n手で書いた"),
        ([["得意先コード", "得意先名", "備考"], ["T1", "桜商店", "新しいメモ"]], "大事なメモ\n与信ランク: A\n手で書いた\n新しいメモ"),
    ],
)  # fmt: skip
def test_a_later_file_takes_nothing_out_of_a_note(
    alice: User, tmp_path: Path, later: list[list[str]], note: str
) -> None:
    bring(write_csv(tmp_path / "一.csv", NOTED), alice)
    account = Account.objects.get()
    assert account.note == "大事なメモ\n与信ランク: A"
    Account.objects.update(note=account.note + "\n手で書いた")
    bring(write_csv(tmp_path / "二.csv", later), alice)
    assert Account.objects.get().note == note


def test_what_two_rows_say_of_one_customer_stays_together(alice: User, tmp_path: Path) -> None:
    rows = [
        ["得意先コード", "得意先名", "車名", "整備担当"],
        ["T1", "桜商店", "プリウス", "岩田"],
        ["T1", "桜商店", "ハイエース", "岩田"],
        ["T1", "桜商店", "ハイエース", "岩田"],
    ]
    path = write_csv(tmp_path / "車.csv", rows)
    note = "車名: プリウス\n整備担当: 岩田\n車名: ハイエース\n整備担当: 岩田"
    for _again in range(2):
        bring(path, alice)
        assert Account.objects.get().note == note


@pytest.mark.parametrize("heading", ["コード", "得意先コード"])
def test_a_company_is_known_by_its_code_whatever_it_is_called_now(
    alice: User, tmp_path: Path, heading: str
) -> None:
    path = tmp_path / "一覧.csv"
    bring(write_csv(path, [[heading, "会社名", "TEL"], ["A01", "桜商店", "03-1111-1111"]]), alice)
    figures = bring(
        write_csv(path, [[heading, "会社名", "TEL"], ["A01", "桜商店", "03-2222-2222"]]), alice
    ).figures
    assert (figures["created"], figures["updated"]) == ({}, {"account": 1})


@pytest.mark.parametrize("heading", ["顧客コード", "得意先コード", "お客様番号"])
def test_a_private_customer_has_his_number_under_any_of_its_names(
    alice: User, tmp_path: Path, heading: str
) -> None:
    path = tmp_path / "顧客.csv"
    bring(write_csv(path, [[heading, "氏名", "電話番号"], ["K7", "山田 花子", "090-1111-1111"]]), alice)
    assert Contact.objects.get().code == "K7"
    figures = bring(
        write_csv(path, [[heading, "氏名", "電話番号"], ["K7", "山田 花子", "090-2222-2222"]]), alice
    ).figures
    assert (figures["created"], figures["updated"]) == ({}, {"contact": 1})


def test_people_of_whom_only_the_address_is_known_come_once(alice: User, tmp_path: Path) -> None:
    rows = [
        ["氏名", "郵便番号", "住所"],
        ["山田 花子", "150-0001", "東京都渋谷区神宮前1-2-3"],
        ["鈴木 一郎", "530-0001", "大阪府大阪市北区梅田4-5-6"],
    ]
    path = write_csv(tmp_path / "年賀状.csv", rows)
    assert bring(path, alice).figures["created"] == {"contact": 2}
    again = bring(path, alice).figures
    assert (again["created"], again["unchanged"], again["asked"]) == ({}, {"contact": 2}, 0)
