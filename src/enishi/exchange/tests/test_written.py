"""Ledgers as they are written: one firm in several spellings, days without their year, hours beside days, titles glued to names."""

import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import timezone

from enishi.exchange import importing
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.people.models import Account, Contact
from enishi.sales.models import Deal
from enishi.work.models import Activity

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


def test_one_firm_in_several_spellings_is_one_without_asking(bob: Any, tmp_path: Path) -> None:
    rows = [
        ["案件名", "会社名", "受注予定", "見込金額"],
        ["照明更新", "株式会社青空工業", "2026年12月末", "120万円"],
        ["空調入替", "(株)青空工業", "令和9年2月末日", "￥3,500,000"],
        ["保守契約", "㈱青空工業", "R9.3.31", ""],
        ["別の会社", "青空工業株式会社", "2027/1/31", ""],  # 後株 is another one
    ]
    job = bring(write_csv(tmp_path / "案件.csv", rows), bob)
    assert job.figures["asked"] == 0 and not job.figures.get("refused")
    assert set(Account.objects.values_list("name", flat=True)) == {"株式会社青空工業", "青空工業株式会社"}
    assert Deal.objects.filter(account__name="株式会社青空工業").count() == 3
    days = set(Deal.objects.values_list("expected_close", flat=True))
    assert days == {
        datetime.date(2026, 12, 31), datetime.date(2027, 2, 28), datetime.date(2027, 3, 31), datetime.date(2027, 1, 31),
    }  # fmt: skip


def test_a_log_with_plain_headings_is_a_log(bob: Any, tmp_path: Path) -> None:
    rows = [
        ["日付", "時間", "訪問先", "面談者", "内容", "次回"],
        ["2025/11/02", "10:30", "株式会社青空工業", "伊藤部長", "見積提出", ""],
        ["11月4日", "14時", "緑川病院", "田中事務長", "機械の調子確認", "12/10 再訪"],
        ["2025/11/05", "", "緑川病院", "田中事務長", "納品", ""],
    ]
    path = write_csv(tmp_path / "訪問記録.csv", rows)
    job = bring(path, bob)
    assert not job.figures.get("refused") and Activity.objects.filter(kind="visit").count() == 3
    first = Activity.objects.get(text__contains="見積提出")
    assert timezone.localtime(first.at).strftime("%Y-%m-%d %H:%M") == "2025-11-02 10:30"
    short = timezone.localtime(Activity.objects.get(text__contains="機械の調子").at)
    assert (short.month, short.day, short.hour) == (11, 4, 14) and short <= timezone.localtime() + datetime.timedelta(days=1)  # fmt: skip
    assert set(Contact.objects.values_list("name", "title")) == {("伊藤", "部長"), ("田中", "事務長")}
    again = bring(path, bob)
    assert again.figures["created"] == {} and again.figures["asked"] == 0


def test_an_apostrophe_that_keeps_a_zero_is_no_part_of_a_number(bob: Any, tmp_path: Path) -> None:
    rows = [["氏名", "携帯"], ["渡邊 健太", "'080-2222-3333"]]
    bring(write_csv(tmp_path / "名簿.csv", rows), bob)
    assert Contact.objects.get().mobile == "080-2222-3333"


def test_a_second_number_of_a_firm_is_not_lost(bob: Any, tmp_path: Path) -> None:
    rows = [
        ["会社名", "電話番号", "メール", "担当者"],
        ["株式会社一号", "03-1111-0001", "a@ichi.example.jp", "佐藤 一"],
        ["株式会社一号", "03-1111-0009", "b@ichi.example.jp", "鈴木 二"],
        ["株式会社一号", "03-1111-0001", "a@ichi.example.jp", "高橋 三"],
    ]
    path = write_csv(tmp_path / "名簿.csv", rows)
    bring(path, bob)
    firm = Account.objects.get()
    told = f"{firm.phone} {firm.email} {firm.note} " + " ".join(
        f"{one.phone} {one.mobile} {one.email}" for one in Contact.objects.all()
    )
    assert {"03-1111-0001", "03-1111-0009", "a@ichi.example.jp", "b@ichi.example.jp"} <= set(told.split())
    held = Account.objects.get().note
    again = bring(path, bob)
    assert again.figures["created"] == again.figures["updated"] == {} and Account.objects.get().note == held


def test_other_sheets_are_told_and_can_be_opened(alice: Any, as_alice: Any, tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, rows in (
        ("表紙", [["台帳"]]),
        ("お客様一覧", [["会社名", "電話番号", "ご担当者①", "担当①メール", "ご担当者②", "担当②メール"],
                     *([f"株式会社第{n}", "03-1111-0001", "佐藤 一", f"a{n}@x.example.jp", "鈴木 二", f"b{n}@x.example.jp"] for n in range(12))]),
        ("案件", [["案件名", "会社名", "金額"], *([f"更新{n}", f"株式会社第{n}", 1000] for n in range(10))]),
    ):  # fmt: skip
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()
    job = importing.begin(path, path.name, by=alice)
    assert (job.plan["table"], job.plan["others"]) == ("お客様一覧", ["案件"])
    targets = {column[1]: column[2] for column in job.plan["columns"]}
    assert targets["担当①メール"] == "contact.email" and targets["担当②メール"] == "account.note"
    page = as_alice.post(f"/import/{job.pk}/", {"sheet": "案件"}).content.decode()
    job.refresh_from_db()
    assert (job.plan["table"], job.plan["others"], job.plan["main"]) == ("案件", ["お客様一覧"], "deal")
    assert "「お客様一覧」を開く" in page
    # The file needn't be brought again for its other sheets; what has come in is offered no more.
    importing.run(job)
    assert "「お客様一覧」を開く" in as_alice.get(f"/import/{job.pk}/").content.decode()
    following = as_alice.post(f"/import/{job.pk}/", {"sheet": "お客様一覧"})["Location"]
    page = as_alice.get(following).content.decode()
    assert "お客様一覧・12行" in page and "を開く" not in page
    assert as_alice.post(f"/import/{job.pk}/", {"sheet": "どこにもない"}).status_code == 200
