"""Ledgers of strangers: what their words, marks and gaps mean."""

from pathlib import Path

import pytest

from enishi.access.models import User
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.people.models import Account, Contact

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


@pytest.mark.parametrize("head", ["請求先", "請求先名", "送付先", "出荷先名"])
def test_whom_bills_go_to_is_a_company(alice: User, tmp_path: Path, head: str) -> None:
    rows = [
        [head, "ご担当", "〒", "住所", "TEL"],
        ["金沢箔工芸株式会社 御中", "浅野川 渡様", "920-0001", "石川県金沢市1", "076-258-1111"],
        ["(有)能登屋 御中", "輪島 塗子様", "926-0001", "石川県七尾市2", "0767-52-1111"],
    ]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["created"] == {"account": 2, "contact": 2}
    found = Account.objects.get(phone="076-258-1111")
    assert (found.name, Contact.objects.get(account=found).family_name) == ("金沢箔工芸株式会社", "浅野川")


@pytest.mark.parametrize("head", ["得意先名", "顧客名", "会社名"])
def test_beside_a_customer_it_is_said_of_him(alice: User, tmp_path: Path, head: str) -> None:
    rows = [["請求先", head, "TEL"], ["林工業株式会社", "丸山商店株式会社", "03-1111-2222"]]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert Account.objects.get().name == "丸山商店株式会社"
    assert "請求先: 林工業株式会社" in Account.objects.get().note


@pytest.mark.parametrize("cell", ["合計　2件", "合　計 3名", "計 5 件", "総合計：1,200社", "小計 2件"])
def test_a_count_of_all_is_nobody(alice: User, tmp_path: Path, cell: str) -> None:
    rows = [
        ["顧問先名", "代表者", "月額顧問料"], ["株式会社青葉製菓", "相田 進", "30,000"], [cell, "", "50,000"], [cell, "", ""],
    ]  # fmt: skip
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["created"] == {"account": 1, "contact": 1}
    assert job.figures["refused"] == 0


@pytest.mark.parametrize("cell", ["-", "―", "なし", "未定", "不在", "空欄"])
def test_where_nobody_stands_there_is_nobody(alice: User, tmp_path: Path, cell: str) -> None:
    rows = [["会社名", "担当者", "電話"], ["桜商事", cell, "0943-22-2222"], ["梅商事", "梅井 健", ""]]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["created"] == {"account": 2, "contact": 1}
    assert Contact.objects.get().family_name == "梅井"


@pytest.mark.parametrize("cell", ["平成5年", "1993年4月", "1993", "H5.4", "平成五年四月"])
def test_no_birthday_is_invented(alice: User, tmp_path: Path, cell: str) -> None:
    rows = [["氏名", "電話", "生年月日"], ["髙橋 凛", "03-1111-3333", cell], ["森 一", "", "1992/8/15"]]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = Contact.objects.get(family_name="髙橋")
    assert (found.birthday, found.note) == (None, f"生年月日: {cell}")
    assert job.figures["kept"] == {f"生年月日「{cell}」": 1}
    assert Contact.objects.get(family_name="森").birthday.isoformat() == "1992-08-15"


def test_marks_of_repetition_leave_days_days(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "氏名", "TEL", "E-MAIL", "交換日"],
        ["北斗電機株式会社", "小林 誠", "03-3111-2222", "k@hokuto.example.jp", "2024.4.1"],
        ["同上", "中村 優", "同上", "n@hokuto.example.jp", "〃"],
        ["〃", "加藤 亮", "〃", "t@hokuto.example.jp", "〃"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert {str(one.met_on) for one in Contact.objects.all()} == {"2024-04-01"}
