"""Ledgers of strangers: what their words, marks and gaps mean."""

from pathlib import Path

import pytest

from enishi.access.models import User
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.people.models import Account, Contact
from enishi.sales.models import Deal

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


@pytest.mark.parametrize(
    ("cell", "department", "title"),
    [
        ("営業部 部長", "営業部", "部長"), ("営業部部長", "営業部", "部長"), ("総務課長", "総務課", "課長"), ("事務長", "", "事務長"), ("代表取締役社長", "", "代表取締役社長"),
        ("技術部", "技術部", ""), ("第一営業部 東京支店長", "第一営業部 東京支店", "支店長"), ("営業担当部長", "営業担当部長", ""), ("常務取締役 営業部長", "常務取締役 営業部長", ""), ("取締役営業部長", "取締役営業部長", ""), ("営業本部長", "営業本部", "本部長"), ("総務・人事部長", "総務・人事部", "部長"), ("財務部・部長", "財務部", "部長"), ("営業本部　営業課 課長代理", "営業本部 営業課", "課長代理"),
    ],
)  # fmt: skip
def test_department_and_title_in_one_cell(
    alice: User, tmp_path: Path, cell: str, department: str, title: str
) -> None:
    rows = [["会社名", "部署・役職", "氏名", "TEL"], ["北斗電機株式会社", cell, "小林 誠", "03-3111-2222"]]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = Contact.objects.get()
    assert (found.department, found.title) == (department, title)


def test_two_telephones_of_either_kind(alice: User, tmp_path: Path) -> None:
    rows = [
        ["氏名", "電話1", "電話2"],
        ["青木 茂", "0466-22-1111", "090-6000-0001"],
        ["江口 真理", "070-6000-0004", "0466-22-4444"],
        ["森 一", "0466-22-5555", "0466-22-6666"],
        ["林 花子", "080-6000-0005", ""],
        ["原田 海", "090-6000-0007", "090-6000-0008"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = {one.family_name: (one.phone, one.mobile, one.note) for one in Contact.objects.all()}
    assert found == {
        "青木": ("0466-22-1111", "090-6000-0001", ""), "江口": ("0466-22-4444", "070-6000-0004", ""), "森": ("0466-22-5555", "", "電話2: 0466-22-6666"),
        "林": ("", "080-6000-0005", ""), "原田": ("090-6000-0008", "090-6000-0007", ""),
    }  # fmt: skip


def test_what_a_second_row_says_of_a_customer_stays(alice: User, tmp_path: Path) -> None:
    rows = [
        ["現場名", "施主名", "施主TEL", "現場住所", "請負金額", "契約日"],
        ["山本邸新築", "山本 太一 様", "0258-32-1111", "長岡市大手通1-1", "2,350万円", "R6.1.10"],
        ["店舗改修", "株式会社コンビニ長岡 御中", "0258-33-2222", "長岡市千手2-2", "1,200千円", "2024/2/1"],
        ["山本アパート改修", "山本 太一 様", "0258-32-1111", "長岡市千手9-9", "80万円", "R6.5.1"],
    ]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["refused"] == 0
    notes = "\n".join(one.note for model in (Account, Contact, Deal) for one in model.objects.all())
    assert "長岡市千手9-9" in notes
    assert "2024/05/01" in notes or "2024-05-01" in notes or "R6.5.1" in notes, notes


def test_private_customers_among_firms_are_no_firms(alice: User, tmp_path: Path) -> None:
    rows = [
        ["工事名", "施主名", "請負金額"], ["山本邸新築", "山本 太一 様", "2,350万円"], ["店舗改修", "株式会社コンビニ長岡 御中", "120万円"], ["改修", "森建設", "1万円"],
    ]  # fmt: skip
    bring(write_csv(tmp_path / "工事台帳.csv", rows), alice)
    kinds = dict(Account.objects.values_list("name", "kind"))
    assert sorted(kinds.values()) == ["company", "company", "household"] and kinds["山本 太一"] == "household"
    rows = [
        ["会社名", "法人/個人", "電話"],
        ["青葉製菓", "法人", "03-3811-0001"],
        ["えびす食堂", "個人", "03-3811-0003"],
    ]
    bring(write_csv(tmp_path / "b.csv", rows), alice)
    kinds = dict(Account.objects.values_list("name", "kind"))
    assert (kinds["青葉製菓"], kinds["えびす食堂"]) == ("company", "sole")


def test_the_one_firm_among_private_customers_is_a_firm(alice: User, tmp_path: Path) -> None:
    rows = [
        ["オーナー名", "住所", "電話"],
        ["柏木 正", "川崎市高津区溝口1-1", "044-811-1111"],
        ["㈱城南エステート", "東京都世田谷区用賀4-4-4", "03-3700-2222"],
        ["野村 静江", "川崎市宮前区鷺沼1-1", "044-866-3333"],
    ]
    bring(write_csv(tmp_path / "オーナー.csv", rows), alice)
    assert list(Account.objects.values_list("name", "phone")) == [("㈱城南エステート", "03-3700-2222")]
    assert sorted(Contact.objects.values_list("name", flat=True)) == ["柏木 正", "野村 静江"]


def test_where_the_work_is_done_is_no_customer_s_address(alice: User, tmp_path: Path) -> None:
    rows = [
        ["現場名", "施主名", "施主TEL", "現場住所", "請負金額"],
        ["店舗改修", "株式会社コンビニ長岡 御中", "0258-33-2222", "新潟県長岡市千手2-2", "1,200千円"],
        ["倉庫", "株式会社みやこ", "0258-33-3333", "新潟県長岡市大手通1-1", "300千円"],
    ]
    bring(write_csv(tmp_path / "工事台帳.csv", rows), alice)
    assert set(Account.objects.values_list("address", flat=True)) == {""}
    assert "現場住所: 新潟県長岡市千手2-2" in Deal.objects.get(name="店舗改修").note


def test_firms_called_after_a_family_are_no_private_customers(alice: User, tmp_path: Path) -> None:
    rows = [
        ["お客様名", "電話"],
        *[[name, f"03-3700-22{n:02}"] for n, name in enumerate(("㈱城南エステート", "山本電気", "佐藤塗装", "田中屋", "渡辺 太一"), 10)],
    ]  # fmt: skip
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert {"㈱城南エステート", "山本電気", "佐藤塗装", "田中屋"} <= set(
        Account.objects.values_list("name", flat=True)
    )
    assert not Contact.objects.exclude(family_name="渡辺").exists()
