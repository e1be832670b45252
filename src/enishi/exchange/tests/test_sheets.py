"""B1: a ledger in several sheets that don't all look the same comes in whole."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from enishi.access.models import User
from enishi.exchange import importing, readers
from enishi.exchange.mapping import Plan
from enishi.exchange.models import ImportJob
from enishi.exchange.tests.test_importing import bring
from enishi.people.models import Account, Contact

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]

HEAD = ["番号", "氏名", "フリガナ", "電話", "住所", "備考"]
A_ROWS = [
    HEAD,
    [1, "青木 一", "アオキ ハジメ", "03-1111-0001", "東京都港区芝1-1", ""],
    [2, "井上 二郎", "イノウエ ジロウ", "03-1111-0002", "東京都港区芝1-2", "上得意"],
]
K_ROWS = [
    HEAD,
    [1, "加藤 三", "カトウ ミツ", "03-1111-0003", "東京都港区芝1-3", ""],
    [2, "菊池 四", "キクチ ヨン", "03-1111-0004", "東京都港区芝1-4", ""],
]
S_ROWS = [
    ["番号", "氏名", "フリガナ", "住所", "電話番号", "メモ", "誕生日"],
    [1, "佐伯 五", "サエキ ゴ", "東京都港区芝1-5", "03-1111-0005", "犬がいる", "S50.5.5"],
]
T_ROWS = [
    ["得意先名簿"],
    [],
    HEAD,
    [1, "田村 六", "タムラ ロク", "03-1111-0006", "東京都港区芝1-6", "猫がいる"],
]
N_ROWS = [HEAD]
SUM = [["行", "人数"], ["あ行", 2], ["か行", 2]]
ALL: dict[str, list[list[Any]]] = {"あ行": A_ROWS, "か行": K_ROWS, "さ行": S_ROWS, "た行": T_ROWS, "な行": N_ROWS, "集計": SUM}  # fmt: skip


def write_book(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def people() -> dict[str, tuple[str, ...]]:
    return {
        one.name: (one.kana, one.phone, one.address, one.note, str(one.birthday or ""))
        for one in Contact.objects.all()
    }


def test_all_sheets_come_in_whatever_their_order_of_columns(alice: User, tmp_path: Path) -> None:
    job = bring(write_book(tmp_path / "a.xlsx", ALL), alice)
    assert (job.figures["created"], job.figures["refused"]) == ({"contact": 6}, 0)
    plan = Plan.from_json(job.plan)
    assert set(plan.alike) == {"あ行", "か行", "さ行", "た行", "な行"}
    assert plan.others == ["集計"]
    assert people() == {
        "青木 一": ("アオキ ハジメ", "03-1111-0001", "港区芝1-1", "", ""),
        "井上 二郎": ("イノウエ ジロウ", "03-1111-0002", "港区芝1-2", "上得意", ""),
        "加藤 三": ("カトウ ミツ", "03-1111-0003", "港区芝1-3", "", ""),
        "菊池 四": ("キクチ ヨン", "03-1111-0004", "港区芝1-4", "", ""),
        "佐伯 五": ("サエキ ゴ", "03-1111-0005", "港区芝1-5", "犬がいる", "1975-05-05"),
        "田村 六": ("タムラ ロク", "03-1111-0006", "港区芝1-6", "猫がいる", ""),
    }


def test_a_sheet_with_a_title_costs_the_others_no_rows(alice: User, tmp_path: Path) -> None:
    """The sheet with most columns has its heading in the third row, the others in the first."""
    wide = [*T_ROWS[:2], [*HEAD, "誕生日", "メール"], [*T_ROWS[3], "S50.5.5", "t@example.jp"]]
    more = [[*HEAD, "区分"], [1, "佐伯 五", "サエキ ゴ", "03-1111-0005", "東京都港区芝1-5", "", "檀家"]]
    job = bring(write_book(tmp_path / "a.xlsx", {"あ行": A_ROWS, "さ行": more, "た行": wide}), alice)
    plan = Plan.from_json(job.plan)
    assert (plan.table, plan.header_rows) == ("た行", 3)
    assert set(people()) == {"青木 一", "井上 二郎", "佐伯 五", "田村 六"}
    assert Contact.objects.get(name="田村 六").email == "t@example.jp"
    held = Contact.objects.get(name="佐伯 五")
    assert "檀家" in f"{held.note}{held.tags}"


def test_what_a_person_unticks_stays_out_and_can_follow(alice: User, tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", ALL)
    job = importing.begin(path, path.name, by=alice)
    plan = Plan.from_json(job.plan)
    importing.choose_sheets(plan, {"か行", "た行"})
    job.plan = plan.to_json()
    importing.run(job)
    assert set(people()) == {"加藤 三", "菊池 四", "田村 六"}
    assert {"あ行", "さ行"} <= set(importing.left_sheets(job))
    importing.run(importing.open_sheet(job, "さ行", by=alice))
    assert people()["佐伯 五"][1:3] == ("03-1111-0005", "港区芝1-5")


def test_a_plan_made_anew_reads_them_all(alice: User, tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", ALL)
    job = importing.begin(path, path.name, by=alice)
    before = job.plan
    importing.replan(job, recognise=False)
    assert job.plan == before
    assert len(importing.preview(job)) == 6
    importing.run(job)
    assert len(people()) == 6


def test_refused_rows_come_back_under_one_heading(alice: User, tmp_path: Path) -> None:
    odd = [*S_ROWS, [2, "", "", "東京都港区芝1-9", "03-1111-0009", "名前がない", ""]]
    job = bring(write_book(tmp_path / "a.xlsx", {**ALL, "さ行": odd}), alice)
    assert job.figures["refused"] == 1
    path = Path(job.refused_path)
    rows = list(readers.open_tables(path, path.name)[0].rows())
    found = dict(zip(rows[0], rows[1], strict=True))
    assert (found["電話番号"], found["メモ"]) == ("03-1111-0009", "名前がない")
    assert "3行目" in found["理由"]


def test_long_sheets_are_looked_through_to_their_ends(alice: User, tmp_path: Path) -> None:
    families = "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 山口 松本 井上 木村 清水 山崎 池田 阿部".split()
    given = "一郎 次郎 花子 健太 美咲 大輔 直樹 恵子 和夫 洋子 誠 修 学 茂 進 守 優 凛 葵 蓮 翔 愛 薫 望 渡".split()
    everyone = [f"{family} {name}" for family in families for name in given]
    rows = [[n, name, "", f"03-1111-{n:04d}", f"東京都港区芝{n}", ""] for n, name in enumerate(everyone, 1)]
    late = [[*HEAD, "ＦＡＸ"], *rows[30:]]
    late[-1] = [*late[-1], "03-2222-2222"]
    job = bring(write_book(tmp_path / "a.xlsx", {"あ行": [HEAD, *rows[:30]], "か行": late}), alice)
    assert job.figures["created"] == {"contact": 500}
    assert Contact.objects.get(name="阿部 渡").fax == "03-2222-2222"


def test_sheets_about_other_things_stay_apart(alice: User, tmp_path: Path) -> None:
    sheets = {
        "取引先": [["コード", "会社名", "〒", "住所", "電話", "締日"], ["T1", "㈱一番", "100-0005", "東京都千代田区1", "03-1111-1111", "末"]],
        "宛名": [["会社名", "〒", "住所"], ["㈱一番", "100-0005", "東京都千代田区1"]],
        "担当者": [["会社名", "氏名", "電話", "メール"], ["㈱一番", "林 一", "03-1111-2222", "h@example.jp"]],
    }  # fmt: skip
    job = bring(write_book(tmp_path / "a.xlsx", sheets), alice)
    plan: Plan = Plan.from_json(ImportJob.objects.get(pk=job.pk).plan)
    assert plan.alike == [] and plan.layouts == {}
    assert len(plan.others) == 2
    assert Account.objects.count() <= 1


def test_the_same_heading_in_the_same_place_needs_no_layout(alice: User, tmp_path: Path) -> None:
    job = bring(write_book(tmp_path / "a.xlsx", {"あ行": A_ROWS, "か行": K_ROWS}), alice)
    assert Plan.from_json(job.plan).layouts == {}
    assert len(people()) == 4


def test_codes_of_two_firms_are_told_by_the_rows_of_their_sheets(alice: User, tmp_path: Path) -> None:
    head = ["コード", "会社名", "電話", "住所"]
    sheets = {
        "東": [
            head,
            ["T1", "㈱一番", "03-1111-1111", "東京都港区1"],
            ["T2", "㈱二番", "03-1111-1112", "東京都港区2"],
        ],
        "西": [["名簿"], [], [*head, "備考"], ["T1", "三番商事㈱", "06-1111-1111", "大阪府大阪市1", "急ぎ"]],
    }
    path = write_book(tmp_path / "a.xlsx", sheets)
    plan = Plan.from_json(importing.begin(path, path.name, by=alice).plan)
    told = [sorted(lines) for _column, code, lines in plan.repeated if code == "T1"]
    assert told == [[[2, "㈱一番"], [4, "三番商事㈱"]]]
