"""Ledgers as small companies keep them: who is meant, where a lot number belongs, what was done, nothing lost unsaid."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from enishi.access.models import User
from enishi.exchange import cli, importing, noting
from enishi.exchange.mapping import Plan
from enishi.exchange.tests.test_importing import bring, write_csv, write_xlsx
from enishi.people.models import Account, Contact
from enishi.sales.models import Deal
from enishi.work.models import Activity, Task

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]

FIRMS = ["株式会社青木", "㈲伊藤", "上野合同会社", "久保田工務店"]
PEOPLE = ["山田 花子", "田中 一", "鈴木 次郎", "佐藤 恵"]


def targets(path: Path, user: User) -> dict[str, str]:
    plan = Plan.from_json(importing.begin(path, path.name, by=user).plan)
    return {column.heading: column.target for column in plan.columns}


@pytest.mark.parametrize("heading", ["顧客名", "お客様名", "お客様", "名称", "顧客", "お客様名称"])
class TestACustomer:
    """顧客名 is a company or somebody, as the cells say."""

    def test_companies(self, alice: User, tmp_path: Path, heading: str) -> None:
        rows = [[heading, "ご担当", "TEL", "ご住所"]]
        rows += [[name, PEOPLE[n], f"03-110{n}-1111", f"東京都港区芝{n}-1"] for n, name in enumerate(FIRMS)]
        job = bring(write_csv(tmp_path / "a.csv", rows), alice)
        assert job.figures["created"] == {"account": 4, "contact": 4}
        assert set(Account.objects.values_list("name", "address")) == {
            (name, f"港区芝{n}-1") for n, name in enumerate(FIRMS)
        }  # fmt: skip

    def test_people(self, alice: User, tmp_path: Path, heading: str) -> None:
        rows = [[heading, "電話", "生年月日"]]
        rows += [[name, f"090-1100-111{n}", "1970/1/1"] for n, name in enumerate(PEOPLE)]
        job = bring(write_csv(tmp_path / "a.csv", rows), alice)
        assert job.figures["created"] == {"contact": 4}
        assert Contact.objects.filter(birthday="1970-01-01").count() == 4


def test_neighbours_tell_what_the_cells_dont(alice: User, tmp_path: Path) -> None:
    names = ["はなや", "あおぞら", "サンライズ"]
    path = write_csv(
        tmp_path / "a.csv", [["お客様名", "取引開始日"], *([name, "2020/4/1"] for name in names)]
    )
    assert bring(path, alice).figures["created"] == {"account": 3}
    path = write_csv(tmp_path / "b.csv", [["顧客名", "性別"], *([name, "女"] for name in names)])
    assert bring(path, alice).figures["created"] == {"contact": 3}


def test_full_names_of_nobody_here_are_the_customers_people(alice: User, tmp_path: Path) -> None:
    rows = [["お客様", "担当者名", "電話"], *([name, f"{name[-2:]} 太郎", "03-1100-1111"] for name in FIRMS)]
    assert targets(write_csv(tmp_path / "a.csv", rows), alice)["担当者名"] == "contact.name"


def test_partners_with_birthdays_are_people(alice: User, tmp_path: Path) -> None:
    rows = [["得意先名", "生年月日"], *([name, "1970/1/1"] for name in PEOPLE)]
    assert bring(write_csv(tmp_path / "a.csv", rows), alice).figures["created"] == {"contact": 4}


def test_everyday_headings_find_their_fields(alice: User, tmp_path: Path) -> None:
    rows = [
        ["顧客名", "取引先名称カナ", "メールアドレス", "携帯番号"],
        ["株式会社青木", "アオキ", "info@aoki.example.jp", "なし"],
    ]
    found = targets(write_csv(tmp_path / "a.csv", rows), alice)
    assert found["取引先名称カナ"] == "account.kana"
    assert found["メールアドレス"] == "account.email"
    rows = [
        ["Account Name", "Billing City", "Billing Street", "Billing Zip"],
        ["Acme KK", "Chiyoda-ku", "1-1 Chiyoda", "100-0001"],
    ]
    bring(write_csv(tmp_path / "b.csv", rows), alice)
    assert Account.objects.get(name="Acme KK").address == "Chiyoda-ku 1-1 Chiyoda"


def test_an_exact_heading_beats_odd_cells(alice: User, tmp_path: Path) -> None:
    rows = [
        ["氏名", "メールアドレス", "携帯"],
        ["佐藤 恵", "a@example.jp", "０９０１１１１２２２２"],
        ["山田 花子", "山田 花子 <f@example.jp>", "なし"],
        ["田中 一", "なし", "90-1111-2223"],
        ["森 恵", "", "-"],
    ]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["refused"] == 0
    assert set(Contact.objects.values_list("name", "mobile", "email")) == {
        ("佐藤 恵", "090-1111-2222", "a@example.jp"), ("山田 花子", "", "f@example.jp"),
        ("田中 一", "090-1111-2223", ""), ("森 恵", "", ""),
    }  # fmt: skip


def test_companies_and_private_customers_in_one_list(alice: User, tmp_path: Path) -> None:
    rows = [
        ["No", "区分", "名称", "担当者", "電話", "住所", "誕生日", "業種"],
        [1, "法人", "株式会社マルイチ", "一条 誠", "03-1111-1111", "東京都台東区1-1", "", "小売"],
        [2, "個人", "高田 みのる", "", "090-3333-4444", "東京都墨田区2-2", "1970/1/2", ""],
        [3, "個人", "佐々木 蔵之介", "", "090-3333-5555", "東京都墨田区3-3", "S45.3.3", "農業"],
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    assert bring(path, alice).figures["created"] == {"account": 1, "contact": 3}
    one = Contact.objects.get(name="佐々木 蔵之介")
    assert (one.account_id, one.birthday, one.mobile, one.address) == (
        None, datetime.date(1970, 3, 3), "090-3333-5555", "墨田区3-3",
    )  # fmt: skip
    assert one.note == "業種: 農業"
    assert Contact.objects.get(name="一条 誠").account.name == "株式会社マルイチ"
    assert bring(path, alice).figures["unchanged"] == {"account": 1, "contact": 3}


def test_without_a_word_for_it_the_name_tells(alice: User, tmp_path: Path) -> None:
    rows = [
        ["顧客名", "電話", "生年月日"],
        ["株式会社マルイチ", "03-1111-1111", ""],
        ["医療法人健生会", "03-1111-1112", ""],
        ["高田 みのる", "090-3333-4444", "1970/1/2"],
    ]
    assert bring(write_csv(tmp_path / "a.csv", rows), alice).figures["created"] == {
        "account": 2,
        "contact": 1,
    }
    assert Contact.objects.get().birthday == datetime.date(1970, 1, 2)


def test_lot_numbers_belong_to_the_address(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "住所", "", "電話"],
        ["", "都道府県～町名", "番地・建物", ""],
        ["株式会社一条", "愛知県名古屋市中区栄", "5-1-17", "052-111-1111"],
        ["株式会社二条", "神奈川県横浜市中区山下町", "五丁目7番6号 ハイツ桜201", "045-111-1111"],
        ["株式会社三条", "東京都港区芝", "青葉ビル3F", "03-1111-1111"],
    ]
    bring(write_xlsx(tmp_path / "a.xlsx", rows), alice)
    assert set(Account.objects.values_list("address", "building")) == {
        ("名古屋市中区栄5-1-17", ""), ("横浜市中区山下町五丁目7番6号", "ハイツ桜201"), ("港区芝", "青葉ビル3F"),
    }  # fmt: skip


def test_a_second_address_column_with_lots_and_buildings(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "住所1", "住所2"],
        ["株式会社一条", "東京都港区芝", "1-2-3 青葉ビル3F"],
        ["株式会社二条", "東京都港区芝4-5-6", "201号室"],
        ["株式会社三条", "東京都港区芝7-8", "301"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert set(Account.objects.values_list("address", "building")) == {
        ("港区芝1-2-3", "青葉ビル3F"), ("港区芝4-5-6", "201号室"), ("港区芝7-8", "301"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "mark",
    ["同", "同じ", "上に同じ", "上記同じ", "上記と同じ", "”", "“", '"', "↑", "↓", "〃〃〃", "//", "（同上）"],
)
def test_a_mark_says_what_stands_above(alice: User, tmp_path: Path, mark: str) -> None:
    rows = [
        ["会社名", "氏名", "携帯"],
        ["株式会社一条", "一条 誠", "090-1111-1111"],
        [mark, "二条 薫", "090-1111-2222"],
    ]
    assert bring(write_csv(tmp_path / "a.csv", rows), alice).figures["created"] == {
        "account": 1,
        "contact": 2,
    }
    assert Contact.objects.get(name="二条 薫").account.name == "株式会社一条"


def test_a_mark_may_mean_the_cell_to_the_left_or_nothing(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "電話", "FAX", "備考"],
        ["株式会社一条", "03-1111-1111", "同左", "同"],
        ["同仁会", "03-1111-2222", "03-1111-2223", "同"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    first = Account.objects.get(name="株式会社一条")
    assert (first.fax, first.note) == ("03-1111-1111", "同")
    assert Account.objects.filter(name="同仁会", fax="03-1111-2223").exists()


def test_a_lot_number_that_excel_made_a_day(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "住所1", "住所2"],
        ["株式会社一条", "東京都港区芝", datetime.date(2026, 1, 2)],
        ["株式会社二条", "東京都港区芝", "3月4日"],
    ]
    job = bring(write_xlsx(tmp_path / "a.xlsx", rows), alice)
    assert set(Account.objects.values_list("address", "building")) == {("港区芝1-2", ""), ("港区芝3-4", "")}
    assert job.figures["kept"] == {"住所2「2026/01/02」→ 1-2": 1, "住所2「3月4日」→ 3-4": 1}


@pytest.mark.parametrize("head", ["世帯主", "契約者", "家主", "貸主名"])
def test_somebody_else_beside_the_name_is_not_the_row(alice: User, tmp_path: Path, head: str) -> None:
    rows = [
        [head, "氏名", "じゅうしょ", "生年月日"],
        ["山田 太郎", "山田 花子", "東京都港区芝1-2", "1980/1/2"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = Contact.objects.get()
    assert (found.name, found.address) == ("山田 花子", "港区芝1-2")
    assert f"{head}: 山田 太郎" in found.note


def test_prefectures_as_they_are_typed(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "都道府県", "住所"], ["那覇商店", "沖縄", "那覇市1-1"], ["梅田商店", "Osaka", "大阪市北区1-1"],
        ["港商店", "神奈川県横浜市", "中区1-1"], ["関内商店", "神奈川県横浜市", "横浜市中区2-2"], ["芝商店", "東京", "港区芝1"],
    ]  # fmt: skip
    path = write_csv(tmp_path / "a.csv", rows)
    bring(path, alice)
    assert dict(Account.objects.values_list("name", "prefecture")) == {
        "那覇商店": "沖縄県", "梅田商店": "大阪府", "港商店": "神奈川県", "関内商店": "神奈川県", "芝商店": "東京都",
    }  # fmt: skip
    assert set(Account.objects.filter(prefecture="神奈川県").values_list("address", flat=True)) == {
        "横浜市中区1-1", "横浜市中区2-2",
    }  # fmt: skip
    assert bring(path, alice).figures["unchanged"] == {"account": 5}


VISITS: list[list[Any]] = [
    ["訪問日", "訪問先", "面談者", "訪問者", "内容", "結果", "次回予定日", "同行"],
    ["2026/10/1", "株式会社青木", "青木 一郎", "青木 有栖", "新製品の紹介", "良好", "2026/11/1", "森"],
    ["2026/10/2", "伊藤組", "伊藤様", "佐藤", "クレーム対応", "継続", "", ""],
    ["2026/10/9", "株式会社青木", "", "青木 有栖", "", "不在", "", ""],
]


def test_a_log_of_visits_is_what_was_done(alice: User, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "日報.csv", VISITS)
    figures = bring(path, alice).figures
    assert figures["created"] == {"account": 2, "contact": 2, "task": 1, "activity": 3}
    first = Activity.objects.get(text__startswith="新製品の紹介")
    account, person = Account.objects.get(name="株式会社青木"), Contact.objects.get(name="青木 一郎")
    assert (first.about, first.kind, first.owner_id) == (f"account:{account.pk}", "visit", alice.pk)
    assert (first.text, first.outcome, first.met) == ("新製品の紹介\n結果: 良好\n同行: 森", "", [person.pk])
    assert Activity.objects.get(text__startswith="クレーム").outcome == "ongoing"
    task = Task.objects.get()
    assert (task.about, task.name, task.kind) == (f"account:{account.pk}", "次回訪問", "visit")
    assert account.last_contact_at is not None and account.next_task_id == task.pk
    again = bring(path, alice).figures
    assert (again["created"], again["updated"], again["unchanged"]) == ({}, {}, figures["created"])


def test_a_visit_without_its_day_is_refused(alice: User, tmp_path: Path) -> None:
    job = bring(write_csv(tmp_path / "a.csv", [*VISITS, ["", "伊藤組", "", "", "雑談", "", "", ""]]), alice)
    assert [row.reason for row in job.refused_rows.all()] == ["活動の日付がありません。"]


def test_tasks_are_of_the_kind_their_name_says(alice: User, tmp_path: Path) -> None:
    rows = [
        ["やること", "期限"],
        ["訪問", "2026/12/1"],
        ["山田様に電話", "2026/12/2"],
        ["棚卸し", "2026/12/3"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert dict(Task.objects.values_list("name", "kind")) == {
        "訪問": "visit", "山田様に電話": "call", "棚卸し": "todo",
    }  # fmt: skip


def test_a_day_without_a_task_stays_as_a_day(alice: User, tmp_path: Path) -> None:
    rows = [["案件名", "得意先名", "次回アクション", "期日"], ["更新", "株式会社一条", "", "2026/11/25"]]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert Deal.objects.get().note == "期限: 2026/11/25(水)"


def test_undecided_amounts_and_days_are_kept_and_said(alice: User, tmp_path: Path) -> None:
    rows = [
        ["案件名", "得意先名", "金額", "受注予定月"],
        ["更新", "株式会社一条", "未定", "未定"],
        ["新設", "株式会社一条", "100万円", "2027/1"],
    ]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert Deal.objects.get(name="更新").note == "金額: 未定\n受注予定月: 未定"
    assert job.figures["kept"] == {"金額「未定」": 1, "受注予定月「未定」": 1}


def test_wide_sheets_lose_nothing_unsaid(
    alice: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = ["会社名", *(f"設問{n}" for n in range(400)), ""]
    path = write_csv(tmp_path / "a.csv", [heads, ["株式会社広い", *(f"答{n}" for n in range(401))]])
    alice.role = "admin"
    alice.save()
    assert cli.import_file([str(path), "--json", "--user", alice.email]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ignored_columns"] == [f"設問{n}" for n in range(noting.MOST_NOTES, 400)] + ["OL列"]
    assert Account.objects.get().note.count("\n") == noting.MOST_NOTES - 1
    cli.import_file([str(path), "--user", alice.email])
    assert "設問399、OL列" in capsys.readouterr().out


def test_a_heading_is_never_a_record(alice: User, tmp_path: Path) -> None:
    rows = [["会社名", *(f"列{n}" for n in range(50))], ["株式会社広い", *map(str, range(50))]]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert [one.name for one in Account.objects.all()] == ["株式会社広い"]


def test_units_under_a_heading_stay_with_it(alice: User, tmp_path: Path) -> None:
    rows = [
        ["地区", "お客様", "", "ご連絡先", "", "前期売上"],
        ["", "会社名", "ご担当者", "電話", "FAX", "(万円)"],
        ["東部", "㈱東進", "井上 進", "03-3333-4444", "", 120],
    ]
    assert "前期売上(万円)" in targets(write_xlsx(tmp_path / "a.xlsx", rows), alice)


class TestWhatTheTableIs:
    """One choice mends a wrong guess."""

    def test_all_is_proposed_anew(self, alice: User, client: Client, tmp_path: Path) -> None:
        rows = [
            ["お客様名", "電話", "内容"],
            ["はなや", "03-1111-1111", "雑談"],
            ["あおぞら", "03-1111-1112", "納品"],
        ]
        path = write_csv(tmp_path / "a.csv", rows)
        job = importing.begin(path, path.name, by=alice)
        client.force_login(alice)
        assert 'name="main"' in client.get(f"/import/{job.pk}/").content.decode()
        for main, wanted in (("contact", "contact.name"), ("account", "account.name"), ("activity", None)):
            page = client.post(f"/import/{job.pk}/", {"main": main, "go": "1"})
            job.refresh_from_db()
            plan = Plan.from_json(job.plan)
            assert (page.status_code, job.status, plan.main) == (200, "draft", main)
            if wanted:
                assert plan.columns[0].target == wanted

    def test_what_is_left_out_is_said(self, alice: User, client: Client, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [["会社名", "電話"], ["株式会社一条", "03-1111-1111"]])
        job = importing.begin(path, path.name, by=alice)
        client.force_login(alice)
        page = client.post(f"/import/{job.pk}/", {"main": "account", "c0": "account.name", "c1": ""})
        assert "次の列は取り込みません: 電話" in page.content.decode()
