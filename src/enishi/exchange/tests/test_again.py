"""A file that is brought in again changes nothing."""

from pathlib import Path

import pytest

from enishi.access.models import User
from enishi.exchange.tests.test_importing import SHARED, bring, write_csv
from enishi.people.models import Account
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
