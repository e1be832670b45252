"""B1: headings in two rows, merged above and divided below, with words that nobody knows: each column keeps both of its texts."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from enishi.access.models import User
from enishi.exchange import headings
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.people.models import Account, Contact

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]

SALES = [
    ["コード", "顧客名", "売上実績（千円）", "", "TEL", "備考"],
    ["", "", "2023年度", "2024年度", "", ""],
    ["C1", "㈱湘南デザイン", 1200, 1350, "0466-22-1111", "紹介"],
    ["C2", "平塚商会", 800, 0, "0463-23-1111", ""],
    ["C3", "茅ヶ崎フーズ(株)", "", 2300, "0467-82-3333", ""],
]


def write_merged(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook whose upper headings are merged over their group, and over both rows where nothing stands below."""
    upper, lower = rows[0], rows[1]
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
        heads = [*[place for place, text in enumerate(upper) if text], len(upper)]
        for place, end in zip(heads, heads[1:], strict=False):
            if end - place > 1:
                sheet.merge_range(0, place, 0, end - 1, upper[place])
            elif not lower[place]:
                sheet.merge_range(0, place, 1, place, upper[place])
    return path


@pytest.mark.parametrize("merged", [True, False])
def test_years_below_sales_are_headings(alice: User, tmp_path: Path, merged: bool) -> None:
    write, name = (write_merged, "a.xlsx") if merged else (write_csv, "a.csv")
    job = bring(write(tmp_path / name, SALES), alice)
    assert job.figures["skipped"] == {}
    found = {one.code: (one.name, one.phone, one.note) for one in Account.objects.all()}
    sales = "売上実績（千円）2023年度: 1200\n売上実績（千円）2024年度: 1350\n紹介"
    assert found["C1"] == ("㈱湘南デザイン", "0466-22-1111", sales)
    assert found["C2"][2] == "売上実績（千円）2023年度: 800\n売上実績（千円）2024年度: 0"
    assert found["C3"][2] == "売上実績（千円）2024年度: 2300"


def test_bare_years_below_sales_are_headings(alice: User, tmp_path: Path) -> None:
    rows = [SALES[0], ["", "", 2023, 2024, "", ""], *SALES[2:]]
    bring(write_merged(tmp_path / "a.xlsx", rows), alice)
    assert "売上実績（千円）2024: 1350" in Account.objects.get(code="C1").note


def test_what_is_installed_is_nobodys_reading(alice: User, tmp_path: Path) -> None:
    rows = [
        ["コード", "顧客名", "設備", "", "", "TEL", "担当者"],
        ["", "", "エアコン", "給湯器", "床暖房", "", ""],
        ["C1", "㈱湘南デザイン", "ダイキン", "リンナイ", "", "0466-22-1111", "海老原"],
        ["C2", "平塚商会", "三菱", "", "有", "0463-23-1111", "平塚 進"],
        ["C3", "茅ヶ崎フーズ(株)", "", "ノーリツ", "", "0467-82-3333", ""],
    ]
    bring(write_merged(tmp_path / "a.xlsx", rows), alice)
    assert set(Account.objects.values_list("kana", flat=True)) == {""}
    notes = dict(Account.objects.values_list("code", "note"))
    assert notes == {
        "C1": "設備エアコン: ダイキン\n設備給湯器: リンナイ",
        "C2": "設備エアコン: 三菱\n設備床暖房: 有",
        "C3": "設備給湯器: ノーリツ",
    }


def test_known_and_unknown_groups_beside_each_other(alice: User, tmp_path: Path) -> None:
    rows = [
        ["コード", "顧客名", "連絡先", "", "", "所在地", "", "売上実績（千円）", "", "担当者", "", "備考"],
        ["", "", "電話", "FAX", "メール", "〒", "住所", "2023年度", "2024年度", "氏名", "役職", ""],
        ["C1", "㈱湘南デザイン", "0466-22-1111", "0466-22-1112", "info@shonan.example", "251-0052", "神奈川県藤沢市藤沢1-1", 1200, 1350, "海老原 剛", "部長", "紹介：平塚商会"],
        ["C3", "茅ヶ崎フーズ(株)", "0467-82-3333", "", "ck@cf.example", "253-0044", "神奈川県茅ヶ崎市新栄町3-3", "", 2300, "", "", ""],
    ]  # fmt: skip
    bring(write_merged(tmp_path / "a.xlsx", rows), alice)
    person = Contact.objects.get()
    assert (person.code, person.title, person.account.code) == ("", "部長", "C1")
    assert "売上実績（千円）2023年度: 1200\n売上実績（千円）2024年度: 1350" in person.note
    alone = Account.objects.get(code="C3")
    assert (alone.phone, alone.note) == ("0467-82-3333", "売上実績（千円）2024年度: 2300")


def test_who_introduced_is_not_the_contact(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "担当者", "紹介者", "", "TEL"],
        ["", "", "氏名", "電話", ""],
        ["㈱一番", "中島 学", "林 修", "03-2222-1111", "03-1111-1111"],
        ["㈱二番", "大山 恵子", "森 一", "03-2222-1112", "03-1111-1112"],
    ]
    bring(write_merged(tmp_path / "a.xlsx", rows), alice)
    first = Account.objects.get(name="㈱一番")
    assert (first.phone, Contact.objects.get(account=first).name) == ("03-1111-1111", "中島 学")
    assert "紹介者氏名: 林 修" in f"{first.note}\n{Contact.objects.get(account=first).note}"


@pytest.mark.parametrize(
    "first",
    [
        ["㈱一番", "03-1111-1111", "有", "無"],
        ["", "", "有", "有"],  # marks of a row without a name
        ["", "", "", "東側の門から"],
        ["", "", 1200, 1350],
        ["", "", "03-1111-1111", "a@example.jp"],
    ],
)
def test_a_row_of_data_is_no_heading(first: list[Any]) -> None:
    rows = [["会社名", "電話", "設備", ""], first, ["㈱二番", "03-1111-1112", "有", "無"]]
    found = headings.find(rows)
    assert (found.height, found.texts[2]) == (1, "設備")


def test_a_second_line_that_fills_what_the_first_heads_is_no_heading() -> None:
    rows = [
        ["会社名", "所属と連絡", "", "電話"],
        ["", "営業部", "内線二番", ""],
        ["", "製造部", "内線三番", ""],
    ]
    assert headings.find(rows).height == 1


def test_of_people_of_one_firm_with_numbers_of_their_own_the_codes_stay_theirs(
    alice: User, tmp_path: Path
) -> None:
    rows = [
        ["コード", "会社名", "氏名", "メール"],
        ["P01", "㈱一番", "中島 学", "n@example.jp"],
        ["P02", "㈱一番", "大山 恵子", "o@example.jp"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert set(Contact.objects.values_list("code", flat=True)) == {"P01", "P02"}


def test_both_rows_once_more_on_the_next_page_are_nobody(alice: User, tmp_path: Path) -> None:
    rows = [*SALES[:4], *SALES[:2], *SALES[4:]]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert (job.figures["created"], job.figures["refused"]) == ({"account": 3}, 0)
    assert sum(job.figures["skipped"].values()) == 2
