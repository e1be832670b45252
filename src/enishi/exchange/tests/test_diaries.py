"""Diaries of visits as people write them, and cards on which a word may harm."""

from pathlib import Path

import pytest
from django.utils import timezone

from enishi.access.models import User
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.people.models import Account, Contact
from enishi.work.models import Activity, Task

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


def test_a_diary_of_whom_one_visited_holds_visits_and_what_comes_next(alice: User, tmp_path: Path) -> None:
    rows = [
        ["日付", "訪問先", "面談者", "内容", "結果", "次回予定"],
        ["2026/10/1", "桜商店", "山田様", "新商品の説明", "検討中", "2026/10/20"],
        ["2026/10/2", "丸山工業", "林様", "見積の説明", "受注", "10/15 見積持参"],
        ["2026/12/20", "一条建設", "森様", "挨拶", "", "１月８日（金） 年始の挨拶"],
        ["2026/10/3", "北商会", "", "在庫の確認", "", "また電話する"],
    ]
    job = bring(write_csv(tmp_path / "日報.csv", rows), alice)
    assert job.figures["refused"] == 0
    assert set(Activity.objects.values_list("kind", flat=True)) == {"visit"}
    assert Account.objects.get(name="桜商店").last_contact_at is not None
    due = {
        task.name: task.due_at and timezone.localtime(task.due_at).date().isoformat()
        for task in Task.objects.all()
    }
    assert due == {
        "次回訪問": "2026-10-20",
        "見積持参": "2026-10-15",
        "年始の挨拶": "2027-01-08",
        "また電話する": None,
    }


def test_what_one_must_not_be_given_does_not_read_like_what_one_likes(alice: User, tmp_path: Path) -> None:
    rows = [
        ["氏名", "電話番号", "アレルギー", "好み"],
        ["山田 花子", "090-1111-1111", "ジアミン", "静かな席"],
    ]
    bring(write_csv(tmp_path / "カルテ.csv", rows), alice)
    held = Contact.objects.get()
    assert "アレルギー: ジアミン" in f"{held.preferences}\n{held.note}"
    assert "静かな席" in f"{held.preferences}\n{held.note}"


def test_a_works_is_no_person_because_its_ledger_knows_birthdays(alice: User, tmp_path: Path) -> None:
    rows = [
        ["得意先コード", "得意先名", "電話", "誕生日", "取引開始日"],
        ["1", "小川製麺所", "03-1111-1111", "", "2020/4/1"],
        ["2", "株式会社桜", "03-1111-1112", "", "2020/4/1"],
        ["3", "山田 花子", "03-1111-1113", "1980/1/2", "2021/5/1"],
    ]
    bring(write_csv(tmp_path / "得意先.csv", rows), alice)
    assert "小川製麺所" in Account.objects.values_list("name", flat=True)
