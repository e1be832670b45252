"""B1: what stands in a ledger comes in, stays in the note, or is named; nothing is lost without a word."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from enishi.exchange import importing, quoting, readers, telling
from enishi.exchange.mapping import Plan
from enishi.exchange.models import ImportJob
from enishi.exchange.tests.test_importing import write_csv
from enishi.records import registry, write

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


def brought(path: Path, user: Any, entity: str = "") -> ImportJob:
    job = importing.run(importing.begin(path, path.name, by=user, entity=entity))
    assert job.error == ""
    return job


def names(entity: str) -> list[str]:
    model = registry.get(entity).model
    return [str(one) for one in model._default_manager.order_by("pk").values_list("name", flat=True)]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('a,b,c\n1,"5インチ,x\n2,y,z\n3,y,z\n', ["1", '"5インチ', "x"]),
        ('a,b,c\n1,"5インチ,x\n2,y,z\n3,"6インチ,x\n4,y,z\n', ["1", '"5インチ', "x"]),
        ('a,b\n"会社,1\n乙社,2\n丙社,3\n', ['"会社', "1"]),
    ],
)
def test_a_mark_that_is_not_closed_swallows_no_row(text: str, cells: list[str]) -> None:
    rows = [row for _line, row in quoting.rows(text.splitlines(keepends=True), ",")]
    assert rows[1] == cells and len(rows) == text.count("\n")


def test_a_note_of_several_lines_stays_one_cell() -> None:
    text = 'a,b,c\n1,"一行目\n二行目, つづき ""引用"" \n\n",x\n2,y,"最後\nまで"\n'
    rows = list(quoting.rows(text.splitlines(keepends=True), ","))
    assert [row for _line, row in rows] == [
        ["a", "b", "c"], ["1", '一行目\n二行目, つづき "引用" \n\n', "x"], ["2", "y", "最後\nまで"],
    ]  # fmt: skip
    assert [line for line, _row in rows] == [1, 5, 7]


def test_a_column_that_begins_late_goes_into_the_note(tmp_path: Path, alice: Any) -> None:
    rows = [["会社名", "電話", "クレーム履歴"]]
    rows += [[f"株式会社乙{n}", f"03-1111-{n:04}", "破損" if n == 450 else ""] for n in range(500)]
    job = brought(write_csv(tmp_path / "得意先.csv", rows), alice)
    assert telling.noted(Plan.from_json(job.plan)) == ["クレーム履歴"]
    assert (
        registry.get("account").model._default_manager.get(name="株式会社乙450").note == "クレーム履歴: 破損"
    )


@pytest.mark.parametrize("late", [0, 450])
def test_people_who_share_a_mail_address_stay_apart(late: int, tmp_path: Path, alice: Any) -> None:
    spelled = ["info@example.jp", "<INFO@example.jp>", "ｉｎｆｏ＠example.jp"]
    rows = [["氏名", "メール", "電話"]]
    rows += [[f"山本 {chr(0x4E00 + n)}子", f"m{n}@example.jp", f"03-1111-{n:04}"] for n in range(late)]
    rows += [
        [f"青木 {name}", mail, f"03-2222-000{n}"]
        for n, (name, mail) in enumerate(zip("一二三", spelled, strict=True))
    ]
    job = brought(write_csv(tmp_path / "名簿.csv", rows), alice)
    assert job.figures["created"] == {"contact": late + 3}


def test_rows_taken_for_totals_are_named_and_firms_called_so_come_in(tmp_path: Path, alice: Any) -> None:
    rows = [["得意先コード", "会社名", "電話", "年商"], ["1001", "株式会社総計", "03-1111-1111", "100"],
            ["1002", "日本合計", "", "200"], ["", "合計", "", "300"], ["", "※社外秘", "", ""]]  # fmt: skip
    job = brought(write_csv(tmp_path / "得意先.csv", rows), alice)
    assert names("account") == ["株式会社総計", "日本合計"]
    assert list(job.figures["skipped"].values()) == [2] and list(job.figures["skipped_at"].values()) == [
        [4, 5]
    ]


def test_what_passed_over_rows_say_stands_on_the_pages(tmp_path: Path, alice: Any, as_alice: Any) -> None:
    rows = [["会社名", "電話"], ["甲社", "03-1111-1111"], ["合計", "1件"]]
    job = importing.begin(write_csv(tmp_path / "x.csv", rows), "x.csv", by=alice)
    assert "見出し・合計・注記などとみた行" in as_alice.get(f"/import/{job.pk}/").content.decode()
    importing.run(job)
    assert "（1行） 3行目" in as_alice.get(f"/import/{job.pk}/").content.decode()


def test_hidden_sheets_are_named_and_many_sheets_come_in(tmp_path: Path, alice: Any) -> None:
    path = tmp_path / "県別.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for n in range(1, 48):
            sheet = book.add_worksheet(f"{n:02}県")
            sheet.write_row(0, 0, ["会社名", "電話"])
            sheet.write_row(1, 0, [f"第{n}商店", f"03-1111-{n:04}"])
        old = book.add_worksheet("旧")
        old.hide()
        old.write_row(0, 0, ["会社名", "電話"])
        old.write_row(1, 0, ["廃業商店", "03-9999-9999"])
    job = brought(path, alice)
    assert job.figures["created"] == {"account": 47} and Plan.from_json(job.plan).others == ["旧"]


def test_what_is_written_beside_cells_comes_along(tmp_path: Path, alice: Any) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("表紙").write_comment("A1", "表紙の覚え書き")
        sheet = book.add_worksheet("得意先")
        sheet.write_row("B3", ["会社名", "電話", "備考"])
        sheet.write_row("B4", ["甲社", "03-1111-1111", "古くから"])
        sheet.write_row("B5", ["乙社", "03-1111-1112", ""])
        sheet.write_comment("C4", "夜間は\n携帯へ <急ぎ>", {"author": "山田"})
        sheet.write_comment("B4", "山田:\n担当が替わった", {"author": "山田"})
    job = brought(path, alice)
    notes = dict(registry.get("account").model._default_manager.values_list("name", "note"))
    assert notes == {"甲社": "古くから\nコメント：担当が替わった\nコメント：夜間は 携帯へ <急ぎ>", "乙社": ""}
    assert job.figures["refused"] == 0


def test_the_first_comment_may_stand_far_below(tmp_path: Path, alice: Any) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["会社名", "電話"])
        for n in range(1, 1_200):
            sheet.write_row(n, 0, [f"第{n}商店", f"03-1111-{n:04}"])
        sheet.write_comment("A1150", "支払いは手渡し")
    brought(path, alice)
    noted = registry.get("account").model._default_manager.exclude(note="")
    assert [(one.name, one.note) for one in noted] == [("第1149商店", "コメント：支払いは手渡し")]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_sheet_that_is_too_wide_says_so(tmp_path: Path, alice: Any, form: str) -> None:
    path = tmp_path / f"x.{form}"
    row = ["会社名", *(f"列{n}" for n in range(1_000))]
    if form == "csv":
        write_csv(path, [row])
    else:
        with xlsxwriter.Workbook(str(path)) as book:
            book.add_worksheet().write_row(0, 0, row)
    with pytest.raises(readers.Unreadable, match="1000列を超える"):
        importing.begin(path, path.name, by=alice)


def test_sheets_with_the_same_heading_are_left_out_one_by_one(
    tmp_path: Path, alice: Any, as_alice: Any
) -> None:
    path = tmp_path / "店舗別.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for n, name in enumerate(("本店", "駅前", "控え")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["会社名", "電話"])
            sheet.write_row(1, 0, [f"第{n}商店", f"03-1111-{n:04}"])
    job = importing.begin(path, path.name, by=alice)
    page = as_alice.get(f"/import/{job.pk}/").content.decode()
    assert page.count('name="alike"') == 3 and page.count("checked") == 3 and "3行" in page
    answer = as_alice.post(
        f"/import/{job.pk}/", {"alike_shown": "1", "alike": ["駅前"]}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert page.count("checked") == 1 and "1行" in page and "第1商店" in page and "<td>第0商店" not in page
    # None at all is a slip of the hand.
    as_alice.post(f"/import/{job.pk}/", {"alike_shown": "1"})
    as_alice.post(f"/import/{job.pk}/", {"alike_shown": "1", "alike": ["本店", "駅前"]})
    job.refresh_from_db()
    importing.run(job)
    assert job.figures["created"] == {"account": 2}
    assert importing.left_sheets(job) == ["控え"]
    assert "「控え」を開く" in as_alice.get(f"/import/{job.pk}/").content.decode()


def test_blocks_side_by_side_are_one_list(tmp_path: Path, alice: Any) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "得意先一覧（2段組）")
        for left in (1, 5):
            sheet.write_row(2, left, ["会社名", "電話", "住所"])
        for n in range(4):
            sheet.write_row(3 + n, 1, [f"左{n}商店", f"03-1111-000{n}", "東京都港区芝1" if n != 1 else "〃"])
            if n < 3:
                sheet.write_row(
                    3 + n, 5, [f"右{n}商店", f"03-2222-000{n}", "大阪府大阪市北区1" if n != 2 else "〃"]
                )
    job = brought(path, alice)
    assert job.figures["created"] == {"account": 7} and job.figures["refused"] == 0
    held = registry.get("account").model._default_manager
    assert held.get(name="右2商店").prefecture == "大阪府" and held.get(name="左1商店").prefecture == "東京都"


@pytest.mark.parametrize(
    "head", [["会社名", "電話", "電話", "住所"], ["会社名", "担当者", "電話", "担当者", "電話"], ["氏名", "氏名"], ["会社名", "電話", "会社名"]]
)  # fmt: skip
def test_headings_that_come_again_make_no_blocks(head: list[str]) -> None:
    from enishi.exchange import blocks

    rows = [head, *([f"{text}{n}" for text in head] for n in range(3))]
    assert blocks.find(rows) == []


def test_the_standards_numbers_of_sexes(tmp_path: Path, alice: Any) -> None:
    rows = [["氏名", "性別", "電話"], ["甲野 一子", "2", "03-1111-1111"], ["乙野 太郎", "1", "03-1111-1112"]]
    brought(write_csv(tmp_path / "x.csv", rows), alice)
    people = registry.get("contact").model._default_manager
    assert dict(people.values_list("family_name", "gender")) == {"甲野": "female", "乙野": "male"}


def test_a_second_person_of_theirs_makes_the_first_none_of_ours(tmp_path: Path, alice: Any) -> None:
    rows = [["会社名", "電話", "担当者", "役職", "担当者2", "役職2"],
            ["甲社", "03-1111-1111", "甲野 一郎", "部長", "甲田 二郎", "課長"],
            ["乙社", "03-1111-1112", "乙野 一子", "", "", ""]]  # fmt: skip
    brought(write_csv(tmp_path / "x.csv", rows), alice)
    first = registry.get("contact").model._default_manager.get(name="甲野 一郎")
    assert first.title == "部長" and "担当者2: 甲田 二郎" in first.account.note


def test_headings_in_two_languages_and_blocks_merged_two_columns_wide(tmp_path: Path, alice: Any) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["会社名\nCompany", "", "担当者\nContact", "役職"])
        sheet.merge_range("A2:B3", "甲社")
        sheet.write_row(1, 2, ["甲野 一郎", "部長"])
        sheet.write_row(2, 2, ["甲田 二郎", "課長"])
    brought(path, alice)
    people = registry.get("contact").model._default_manager.order_by("pk")
    assert [(one.name, one.account.name) for one in people] == [("甲野 一郎", "甲社"), ("甲田 二郎", "甲社")]


def test_a_sheet_of_codes_and_what_is_new_needs_no_names(tmp_path: Path, alice: Any) -> None:
    entity = registry.get("account")
    write.create(entity, {"name": "甲社", "code": "001", "phone": "03-1111-1111"}, by=alice)
    rows = [["得意先コード", "電話", "ランク"], ["001", "03-2222-2222", "A"], ["999", "03-3333-3333", "B"]]
    job = brought(write_csv(tmp_path / "x.csv", rows), alice)
    held = entity.model._default_manager.get()
    assert (held.name, held.phone, held.rank) == ("甲社", "03-2222-2222", "A")
    assert job.figures["updated"] == {"account": 1} and job.figures["refused"] == 1
    assert "999" in job.refused_rows.get().reason


def test_a_deal_without_a_subject_is_called_by_its_customer(tmp_path: Path, alice: Any) -> None:
    rows = [["案件名", "会社名", "金額", "ステージ"], ["保守", "甲社", "1000", "引き合い"], ["", "甲社", "2000", "引き合い"]]  # fmt: skip
    job = brought(write_csv(tmp_path / "x.csv", rows), alice)
    assert names("deal") == ["保守", "甲社の案件"] and job.figures["refused"] == 0


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("Index/Document.iwa", "Numbers"),
        ("word/document.xml", "Word"),
        ("得意先.csv", "zip"),
        ("", "PDF"),
    ],
)
def test_what_is_no_sheet_says_what_to_do(inside: str, said: str, tmp_path: Path, alice: Any) -> None:
    path = tmp_path / "x.xlsx"
    if inside:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(inside, "x" * 100)
    else:
        path.write_bytes(b"%PDF-1.4\n1 0 obj\n")
    with pytest.raises(readers.Unreadable, match=said):
        importing.begin(path, path.name, by=alice)


def test_an_address_beside_its_parts_is_written_once(tmp_path: Path, alice: Any) -> None:
    rows = [["会社名", "郵便番号", "都道府県", "市区町村", "番地", "建物名", "住所"],
            ["甲社", "150-0002", "東京都", "渋谷区", "渋谷1-1-1", "渋谷ビル3F", "東京都渋谷区渋谷1-1-1 渋谷ビル3F"],
            ["乙社", "530-0001", "大阪府", "大阪市北区", "梅田2-2", "", "大阪府大阪市北区梅田2-2"]]  # fmt: skip
    brought(write_csv(tmp_path / "x.csv", rows), alice)
    held = registry.get("account").model._default_manager.order_by("pk").values_list(
        "prefecture", "address", "building", "note"
    )  # fmt: skip
    assert list(held) == [
        ("東京都", "渋谷区渋谷1-1-1", "渋谷ビル3F", ""), ("大阪府", "大阪市北区梅田2-2", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "odds"),
    [(["0.8", "1.0"], [80, 100]), (["80", "100"], [80, 100]), (["80%", "5%"], [80, 5]), (["0", "1"], [0, 1])],
)
def test_odds_of_a_text_file_are_fractions_or_per_cents(
    cells: list[str], odds: list[int], tmp_path: Path, alice: Any
) -> None:
    rows = [["案件名", "会社名", "金額", "確度"]]
    rows += [[f"件{n}", "甲社", "1000", cell] for n, cell in enumerate(cells)]
    brought(write_csv(tmp_path / "x.csv", rows), alice)
    held = registry.get("deal").model._default_manager.order_by("pk").values_list("probability", flat=True)
    assert list(held) == odds


def test_parts_of_an_address_stay_where_the_whole_is_missing(tmp_path: Path, alice: Any) -> None:
    rows = [["会社名", "都道府県", "市区町村", "番地", "住所"]]
    rows += [
        [f"甲{n}社", "東京都", "港区", f"芝{n}-2", f"東京都港区芝{n}-2" if n < 3 else ""] for n in range(9)
    ]
    brought(write_csv(tmp_path / "x.csv", rows), alice)
    held = registry.get("account").model._default_manager.order_by("pk").values_list("address", flat=True)
    assert list(held) == [f"港区芝{n}-2" for n in range(9)]


def test_a_room_is_not_cut_off_a_lot(tmp_path: Path, alice: Any) -> None:
    rows = [["会社名", "住所", "部屋番号"], ["甲社", "東京都港区芝1-23", "3"], ["乙社", "東京都港区南町2-5-101", "101"]]  # fmt: skip
    brought(write_csv(tmp_path / "x.csv", rows), alice)
    held = registry.get("account").model._default_manager.order_by("pk").values_list("address", flat=True)
    assert list(held) == ["港区芝1-23", "港区南町2-5-101"]


def test_a_cell_of_several_lines_may_be_full_of_commas() -> None:
    text = '会社名,住所,備考\n甲社,"1-2 Shiba, Minato\nTokyo, Japan",よい\n乙社,"5インチ,x\n\n丙社\n丁社,"6インチ,x\n'
    rows = [row for _line, row in quoting.rows(text.splitlines(keepends=True), ",")]
    assert rows[1] == ["甲社", "1-2 Shiba, Minato\nTokyo, Japan", "よい"]
    assert [row[:1] for row in rows[2:]] == [["乙社"], [], ["丙社"], ["丁社"]]


def test_totals_with_counts_are_totals(tmp_path: Path, alice: Any) -> None:
    rows = [["コード", "会社名", "担当者", "電話"], ["A1", "甲社", "青木 一", "03-1111-1111"], ["", "東京合計", "2名", ""],
            ["東京", "小計", "", ""], ["", "東京小計", "", "1件"]]  # fmt: skip
    job = brought(write_csv(tmp_path / "x.csv", rows), alice)
    assert names("account") == ["甲社"] and list(job.figures["skipped"].values()) == [3]


def test_arrows_are_values_where_nobody_is_named(tmp_path: Path, alice: Any) -> None:
    rows = [["会社名", "電話", "売上傾向"]]
    rows += [[f"甲{n}社", f"03-1111-111{n}", mark] for n, mark in enumerate("→↑↓←")]
    brought(write_csv(tmp_path / "x.csv", rows), alice)
    notes = registry.get("account").model._default_manager.order_by("pk").values_list("note", flat=True)
    assert list(notes) == [f"売上傾向: {mark}" for mark in "→↑↓←"]


def test_a_bar_within_cells_parts_nothing(tmp_path: Path, alice: Any) -> None:
    path = tmp_path / "x.csv"
    path.write_text("会社名,タグ\n甲社,VIP|食品|東京\n乙社,VIP|食品|東京\n", encoding="utf-8")
    brought(path, alice)
    assert names("account") == ["甲社", "乙社"]


def two_line_book(path: Path) -> Path:
    """A printed ledger whose records take two lines each, its number merged over both; headings again on the next page."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("得意先台帳")
        sheet.write("A1", "得意先台帳")
        merged = book.add_format()
        place = 2
        for page in ((1, 2, 3), (4, 5)):
            sheet.merge_range(place, 0, place + 1, 0, "No.", merged)
            sheet.write_row(place, 1, ["会社名", "電話番号", "郵便番号", "住所"])
            sheet.write_row(place + 1, 1, ["担当者", "FAX", "メール", "備考"])
            place += 2
            for n in page:
                sheet.merge_range(place, 0, place + 1, 0, n, merged)
                sheet.write_row(
                    place, 1, [f"第{n}甲商店", f"03-1111-000{n}", f"105-000{n}", f"東京都港区芝{n}"]
                )
                if n != 2:
                    sheet.write_row(
                        place + 1,
                        1,
                        [f"乙田 {'一二三四五'[n - 1]}", f"03-2222-000{n}", f"k{n}@x.example.jp", f"備考{n}"],
                    )
                place += 2
            place += 1  # and a blank row between the pages
    return path  # fmt: skip


def test_records_of_two_lines_are_one_row_each(tmp_path: Path, alice: Any) -> None:
    job = brought(two_line_book(tmp_path / "x.xlsx"), alice)
    assert job.figures["created"] == {"account": 5, "contact": 4} and job.figures["refused"] == 0
    held = registry.get("account").model._default_manager
    last = held.get(name="第5甲商店")
    assert (last.phone, last.fax, last.postal_code) == ("03-1111-0005", "03-2222-0005", "105-0005")
    assert "備考5" in last.note and last.contacts.get().name == "乙田 五"
    assert not held.get(name="第2甲商店").fax  # its second line is blank


def test_what_stands_between_records_of_two_lines_shifts_none(tmp_path: Path, alice: Any) -> None:
    """A total, a heading of a group and a record of one line; and a fax that is the telephone too."""
    heads = [["会社名", "電話番号", "郵便番号"], ["担当者", "FAX", "メール"]]

    def of(n: int) -> list[list[str]]:
        return [[f"甲{n}商店", f"03-1111-000{n}", f"105-000{n}"], [f"乙田 {'一二三四五'[n - 1]}", f"03-1111-000{n}", f"k{n}@x.example.jp"]]  # fmt: skip

    rows = [*heads, ["ア行"], *of(1), *of(2), ["小計", "2件", ""], of(3)[0], *of(4), ["カ行", "", ""], *of(5)]
    job = brought(write_csv(tmp_path / "x.csv", rows), alice)
    held = registry.get("account").model._default_manager
    found = {one.name: (one.fax, one.postal_code) for one in held.filter(name__contains="商店")}
    faxes = {n: "" if n == 3 else f"03-1111-000{n}" for n in range(1, 6)}
    assert found == {f"甲{n}商店": (faxes[n], f"105-000{n}") for n in range(1, 6)}
    assert job.figures["created"]["contact"] == 4


def test_a_heading_with_groups_is_no_ledger_of_two_lines() -> None:
    from enishi.exchange import twolines

    rows = [["得意先", "", "担当者", "", ""], ["会社名", "電話", "氏名", "電話", "メール"],
            *([f"甲{n}商店", f"03-1111-000{n}", "乙野 一", f"03-2222-000{n}", f"a{n}@x.example.jp"] for n in range(6))]  # fmt: skip
    assert twolines.find(rows) == (-1, 0)
    rows[0] = ["得意先", "住所", "担当者", "電話", "電話"]
    assert twolines.find(rows) == (-1, 0)
    first = ["甲商店", "営業部 部長", "TEL 03-3111-2222", "〒100-0005 東京都千代田区1", "2024.4.1"]
    ditto = ["同上", "営業部", "同上", "同上", "〃"]
    cards = [["会社名", "部署・役職", "TEL・FAX", "所在地", "交換日"], first, ditto, ditto, ["乙商店", "", "045-222-1111", "横浜市中区2", "R6.5.7"], ditto]  # fmt: skip
    assert twolines.find(cards) == (-1, 0)


def test_sheets_are_named_on_the_command_line(tmp_path: Path, alice: Any, capsys: Any) -> None:
    from enishi.exchange import cli
    from enishi.kit.command import Problem

    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("ア行", "カ行", "サ行"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["会社名", "電話"])
            sheet.write_row(1, 0, [f"{name}商店", "03-1111-1111"])
        sheet = book.add_worksheet("個人")
        sheet.write_row(0, 0, ["氏名", "生年月日"])
        sheet.write_row(1, 0, ["甲野 一子", "1980/1/2"])
    held = registry.get("account").model._default_manager
    cli.import_file([str(path), "--json", "--sheet", "カ行", "--sheet", "サ行"])
    assert sorted(held.values_list("name", flat=True)) == ["カ行商店", "サ行商店"]
    cli.import_file([str(path), "--json", "--sheet", "個人"])
    assert registry.get("contact").model._default_manager.get().name == "甲野 一子"
    for wrong in (["--sheet", "ナ行"], ["--sheet", "ア行", "--sheet", "個人"]):
        with pytest.raises(Problem):
            cli.import_file([str(path), *wrong])
    assert held.count() == 2
