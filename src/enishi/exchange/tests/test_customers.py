"""A ledger of customers has a customer in each row: offices of one company apart, private customers among companies."""

from pathlib import Path

import pytest

from enishi.access.models import User
from enishi.exchange.asking.evidence import compare_accounts
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.people.models import Account, Contact
from enishi.sales.models import Deal

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1"), pytest.mark.row("B4")]


def test_offices_with_the_number_of_their_company_stay_apart(alice: User, tmp_path: Path) -> None:
    number = "7000012050002"
    rows = [
        ["会社名", "法人番号", "住所", "電話番号"],
        ["株式会社一条商店 札幌支店", number, "北海道札幌市中央区北1条西2-1", "011-111-1111"],
        ["株式会社一条商店 仙台支店", number, "宮城県仙台市青葉区国分町3-7-1", "022-111-1111"],
        ["（株）一条商店　札幌支店", number, "北海道札幌市中央区北1条西2-1", "011-111-1111"],
    ]
    path = write_csv(tmp_path / "得意先.csv", rows)
    assert bring(path, alice).figures["asked"] == 0
    again = bring(path, alice).figures
    assert (again["created"], again["asked"], again["unchanged"]) == ({}, 0, {"account": 2})
    assert sorted(Account.objects.values_list("name", flat=True)) == [
        "株式会社一条商店 仙台支店", "株式会社一条商店 札幌支店",
    ]  # fmt: skip
    only_numbers = [["法人番号", "会社名", "電話番号"], [number, "株式会社一条商店 仙台支店", "022-111-2222"]]
    figures = bring(write_csv(path, only_numbers), alice).figures
    assert (figures["created"], figures["updated"]) == ({}, {"account": 1})


def test_who_stands_without_a_company_is_a_private_customer(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "氏名", "住所", "電話番号", "メールアドレス", "備考"],
        ["株式会社一条", "田中 一郎", "東京都港区芝1-1", "03-1111-1111", "", ""],
        ["", "佐藤 花子", "大阪府大阪市北区梅田2-2", "06-1111-1111", "hanako@example.jp", "紹介"],
        ["", "", "京都府京都市中京区1-1", "075-111-1111", "", ""],
    ]
    figures = bring(write_csv(tmp_path / "顧客.csv", rows), alice).figures
    assert (figures["created"], figures["refused"]) == ({"account": 1, "contact": 2}, 1)
    hanako = Contact.objects.get(family_name="佐藤")
    assert (hanako.account_id, hanako.given_name, hanako.prefecture, hanako.phone, hanako.email, hanako.note) == (
        None, "花子", "大阪府", "06-1111-1111", "hanako@example.jp", "紹介",
    )  # fmt: skip
    again = bring(tmp_path / "顧客.csv", alice).figures
    assert (again["created"], again["asked"], again["unchanged"]) == ({}, 0, {"account": 1, "contact": 2})


@pytest.mark.parametrize("heading", ["顧客名", "お客様名", "名称"])
def test_companies_and_people_under_one_heading_are_told_apart(
    alice: User, tmp_path: Path, heading: str
) -> None:
    rows = [
        [heading, "フリガナ", "電話番号", "住所", "次回点検日", "メモ"],
        ["株式会社青葉工務店", "アオバコウムテン", "03-1111-1111", "東京都港区芝1-1", "2027/4/1", "屋上防水"],
        ["山田 太郎", "ヤマダ タロウ", "090-1111-2222", "東京都大田区蒲田2-2", "2027/5/1", "外壁"],
        ["佐藤花子様", "サトウハナコ", "03-3333-4444", "東京都目黒区目黒3-3", "", "浴室"],
        ["有限会社みどり商事", "ミドリショウジ", "03-5555-6666", "東京都品川区大崎4-4", "", ""],
        ["鈴木商店", "スズキショウテン", "03-7777-8888", "東京都北区王子5-5", "", ""],
        ["さくら", "サクラ", "03-9999-0000", "東京都北区赤羽6-6", "", ""],
    ]
    path = write_csv(tmp_path / "顧客.csv", rows)
    figures = bring(path, alice).figures
    assert (figures["created"], figures["refused"]) == ({"account": 4, "contact": 2}, 0)
    people = list(Contact.objects.order_by("pk"))
    assert [(one.name, one.account_id) for one in people] == [("山田 太郎", None), ("佐藤花子", None)]
    assert (people[0].kana, people[0].mobile, people[0].prefecture) == (
        "ヤマダ タロウ",
        "090-1111-2222",
        "東京都",
    )
    assert "外壁" in people[0].note and Account.objects.get(name="さくら").phone == "03-9999-0000"
    again = bring(path, alice).figures
    assert (again["created"], again["asked"], again["unchanged"]) == ({}, 0, {"account": 4, "contact": 2})


def test_a_list_of_private_customers_may_have_an_empty_column_of_companies(
    alice: User, tmp_path: Path
) -> None:
    rows = [
        ["会社名", "氏名", "電話番号", "性別"],
        ["", "田中 一郎", "03-1111-1111", "男"],
        ["", "佐藤 花子", "06-1111-1111", "女"],
    ]
    assert bring(write_csv(tmp_path / "名簿.csv", rows), alice).figures["created"] == {"contact": 2}


def test_marks_that_nobody_sees_are_no_error(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "郵便番号", "電話番号", "取引開始日"],
        ["株式会社一条\u200b", "105-0014\u200b", "03-1111-1111\u200e", "令和5年4月1日\ufeff"],
        ["株式会社二条", "105-0014", "\u200b", "\u200b"],
    ]
    job = bring(write_csv(tmp_path / "得意先.csv", rows), alice)
    assert (job.figures["created"], job.figures["refused"]) == ({"account": 2}, 0)
    one = Account.objects.get(name="株式会社一条")
    assert (one.postal_code, one.phone) == ("105-0014", "03-1111-1111")


def test_an_office_is_seen_without_a_space_before_it(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "法人番号", "電話番号", "URL"],
        ["富士見技研株式会社", "8472667951813", "092-775-7009", "https://huzimigiken.example.jp/"],
        [
            "富士見技研株式会社埼玉物流センター",
            "8472667951813",
            "022-821-8067",
            "https://huzimigiken.example.jp/",
        ],
    ]
    figures = bring(write_csv(tmp_path / "得意先.csv", rows), alice).figures
    assert (figures["created"], figures["asked"]) == ({"account": 1}, 1)


def test_an_office_written_with_and_without_a_space_is_one(alice: User, tmp_path: Path) -> None:
    number = "2277176674542"
    rows = [
        ["会社名", "法人番号", "住所", "電話番号"],
        ["㈱男鹿高橋クリニック 駅前店", number, "広島県東広島市高屋町中島1627-19", "082-111-1111"],
        ["(株)男鹿高橋クリニック駅前店", number, "広島県東広島市高屋町中島1627番地19", "082-111-1111"],
        ["丸山ラボ　神田分室", number, "東京都千代田区神田須田町1-1", "03-2222-2222"],
        ["丸山ラボ神田分室", number, "東京都千代田区神田須田町1-1", "03-2222-2222"],
    ]
    figures = bring(write_csv(tmp_path / "得意先.csv", rows), alice).figures
    assert (figures["created"], figures["asked"]) == ({"account": 2}, 0)


def test_one_name_at_another_line_and_site_is_asked_about(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "住所", "電話番号", "URL"],
        [
            "株式会社大和化学",
            "大分県宇佐市安心院町下毛3-26-21",
            "011-839-6564",
            "https://yamato-a.example.jp/",
        ],
        ["株式会社大和化学", "", "022-586-5797", "https://yamato-b.example.jp/"],
        ["株式会社大和化学", "", "", "https://yamato-a.example.jp/"],
    ]
    figures = bring(write_csv(tmp_path / "得意先.csv", rows), alice).figures
    assert (figures["created"], figures["asked"]) == ({"account": 1}, 1)


def test_the_day_of_an_end_stays_with_a_deal_that_is_open(alice: User, tmp_path: Path) -> None:
    rows = [
        ["案件名", "ステージ", "決着日"],
        ["設備更新", "提案・見積", "2026/10/1"],
        ["新店舗", "受注", "2026/10/2"],
    ]
    assert bring(write_csv(tmp_path / "案件.csv", rows), alice).figures["created"] == {"deal": 2}
    first, second = Deal.objects.order_by("pk")
    assert (first.closed_at, first.note) == (None, "決着日: 2026/10/01(木)")
    assert second.closed_at is not None and second.note == ""


def test_a_row_with_the_number_of_a_company_and_no_name_is_nobodys_private_customer(
    alice: User, tmp_path: Path
) -> None:
    rows = [
        ["取引先コード", "会社名", "法人番号", "氏名", "電話番号"],
        ["T-1", "株式会社一条", "7000012050002", "田中 一郎", "03-1111-1111"],
        ["T-2", "", "", "佐藤 花子", "06-1111-1111"],
        ["", "", "2277176674542", "鈴木 三郎", "06-1111-2222"],
        ["", "", "", "高橋 四郎", "06-1111-3333"],
    ]
    job = bring(write_csv(tmp_path / "顧客.csv", rows), alice)
    assert (job.figures["created"], job.figures["refused"]) == ({"account": 1, "contact": 2}, 2)
    assert [row.number for row in job.refused_rows.all()] == [3, 4]
    assert not Contact.objects.filter(family_name__in=["佐藤", "鈴木"]).exists()
    assert {row.reason for row in job.refused_rows.all()} == {"取引先の名前がありません。"}


def test_a_site_is_compared_with_a_site_and_a_mail_with_a_mail(alice: User, tmp_path: Path) -> None:
    def decided(**theirs: str) -> int:
        """What a second row of the name is likened by."""
        mine = {"name": "株式会社一条商店", "website": "https://ichijo.example.jp/"}
        return dict(compare_accounts(mine.get, ({"name": mine["name"]} | theirs).get).reasons).get("host_differs", 0)  # fmt: skip

    assert decided(website="https://nijo.example.com/") == -10
    assert decided(website="https://shop.ichijo.example.jp/") == 0  # below the firm's name
    assert decided(email="info@ichijo-mail.example.com") == 0  # a site may stand elsewhere than the mail
    rows = [["会社名", "電話番号", "URL"], ["株式会社一条商店", "03-1111-1111", "https://ichijo.example.jp/"]]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    rows = [
        ["会社名", "電話番号", "メールアドレス"],
        ["㈱一条商店", "03-1111-1111", "info@ichijo-mail.example.com"],
    ]
    figures = bring(write_csv(tmp_path / "b.csv", rows), alice).figures
    assert (figures["created"], figures["asked"]) == ({}, 0)
