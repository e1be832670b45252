"""One thing in the many spellings of ledgers: dates, amounts, numbers, names."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from enishi.access.models import User
from enishi.exchange.tests.test_importing import bring, write_csv, write_xlsx
from enishi.people.models import Account, Contact
from enishi.records.models import FieldDesign
from enishi.sales.models import Deal

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("令和5年4月1日", "2023-04-01"), ("R5.4.1", "2023-04-01"), ("Ｒ５．４．１", "2023-04-01"), ("令5/4/1", "2023-04-01"), ("昭和63/1/2", "1988-01-02"),
        ("S63. 1. 2", "1988-01-02"), ("平成元年", "1989-01-08"), ("H31.4.30", "2019-04-30"), ("㋿元年5月1日", "2019-05-01"), ("2023.4.1", "2023-04-01"),
        ("2023/4", "2023-04-01"), ("2023年4月", "2023-04-01"), ("2023 年 4 月 1 日（土）", "2023-04-01"), ("20230401", "2023-04-01"), (45017, "2023-04-01"),
        (1998, "1998-01-01"), ("2023-04-01 09:30:00", "2023-04-01"), ("2023-04-01T09:30:00+09:00", "2023-04-01"), ("4/1/2023", "2023-04-01"),
        ("Apr 1, 2023", "2023-04-01"), ("1-Apr-2023", "2023-04-01"), ("'23.4.1", "2023-04-01"), (datetime.date(2023, 4, 1), "2023-04-01"),
    ],
)  # fmt: skip
def test_dates(alice: User, tmp_path: Path, cell: Any, day: str) -> None:
    job = bring(
        write_xlsx(tmp_path / "a.xlsx", [["会社名", "電話", "取引開始日"], ["丸山商店", "", cell]]), alice
    )
    assert job.figures["refused"] == 0
    assert Account.objects.get().started_on.isoformat() == day


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("44927", "2023-01-01"), ("44927.5", "2023-01-01"), ("23/4/1", "2023-04-01"), ("98/4/1", "1998-04-01"), ("昭和五十年四月一日", "1975-04-01"),
        ("令和五年四月", "2023-04-01"), ("一九九〇年", "1990-01-01"), ("西暦2023年4月1日", "2023-04-01"), ("2023/04/01～", "2023-04-01"),
        ("2023，4，1", "2023-04-01"), ("20230401.0", "2023-04-01"), ("Apr-23", "2023-04-01"), ("1-Apr-23", "2023-04-01"),
    ],
)  # fmt: skip
def test_dates_as_text(alice: User, tmp_path: Path, cell: str, day: str) -> None:
    path = write_csv(tmp_path / "a.csv", [["会社名", "電話", "取引開始日"], ["丸山商店", "", cell]])
    assert bring(path, alice).figures["refused"] == 0
    assert Account.objects.get().started_on.isoformat() == day


@pytest.mark.parametrize(("cell", "day"), [("23/4/1", "2023-04-01"), ("50/1/2", "1950-01-02")])
def test_a_birthday_lies_behind_us(alice: User, tmp_path: Path, cell: str, day: str) -> None:
    bring(write_csv(tmp_path / "a.csv", [["氏名", "電話", "生年月日"], ["山田 太郎", "", cell]]), alice)
    assert Contact.objects.get().birthday.isoformat() == day


@pytest.mark.parametrize(
    "cell", ["2023年度", "5.4.1", "50/1/1", "2023/4/1〜2024/3/31", "創業時", "9999/12/31"]
)
def test_what_is_no_day_stays_as_text(alice: User, tmp_path: Path, cell: str) -> None:
    rows = [
        ["会社名", "電話", "取引開始日"],
        ["林工業", "", "2023/4/1"],
        ["森建設", "", "2024/4/1"],
        ["丸山商店", "", cell],
    ]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert (job.figures["refused"], job.figures["kept"]) == (0, {f"取引開始日「{cell}」": 1})
    found = Account.objects.get(name="丸山商店")
    assert (found.started_on, found.note) == (None, f"取引開始日: {cell}")


def test_cells_out_of_place_are_refused(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "電話", "取引開始日"],
        ["林工業", "", "2023/4/1"],
        ["森建設", "", "2024/4/1"],
        ["丸山商店", "", "m@example.jp"],
    ]
    assert bring(write_csv(tmp_path / "a.csv", rows), alice).figures["refused"] == 1


@pytest.mark.parametrize("cell", ["H31.5.1", "昭和64年1月8日", "2023/2/30", "令和5年13月1日"])
def test_days_that_never_were(alice: User, tmp_path: Path, cell: str) -> None:
    job = bring(
        write_csv(tmp_path / "a.csv", [["会社名", "電話", "取引開始日"], ["丸山商店", "", cell]]), alice
    )
    assert (job.figures["refused"], Account.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("cell", "yen"),
    [
        ("¥1,234-", 1234), ("￥1,234", 1234), ("１２３４円", 1234), ("12.5万円", 125_000), ("1億2,000万円", 120_000_000), ("1,234円(税込)", 1234),
        ("約500万円", 5_000_000), ("20万円/月", 200_000), (1234.4, 1234), ("5,000千円", 5_000_000), ("0", 0),
        ("3千万", 30_000_000), ("2千5百万円", 25_000_000), ("1億2千万", 120_000_000), ("12万5千円", 125_000), ("5百万", 5_000_000),
    ],
)  # fmt: skip
def test_amounts(alice: User, tmp_path: Path, cell: Any, yen: int) -> None:
    bring(write_xlsx(tmp_path / "a.xlsx", [["案件名", "会社名", "金額"], ["看板", "丸山商店", cell]]), alice)
    assert Deal.objects.get().amount == yen


@pytest.mark.parametrize("cell", ["△1,000", "(1,000)", "-1000", "▲1,000円"])
def test_less_than_nothing_is_told_as_such(alice: User, tmp_path: Path, cell: str) -> None:
    path = write_csv(tmp_path / "a.csv", [["案件名", "会社名", "金額"], ["看板", "丸山商店", cell]])
    job = bring(path, alice)
    assert job.figures["refused"] == 1
    assert "0円以上" in job.refused_rows.get().reason
    assert Account.objects.count() == 0


def test_another_amount_in_brackets_stays_as_text(alice: User, tmp_path: Path) -> None:
    cell = "1,000,000円（税込1,100,000円）"
    path = write_csv(tmp_path / "a.csv", [["案件名", "会社名", "金額"], ["看板", "丸山商店", cell]])
    job = bring(path, alice)
    assert (Deal.objects.get().amount, Deal.objects.get().note) == (1_000_000, f"金額: {cell}")
    assert job.figures["kept"] == {f"金額「{cell}」→ ¥1,000,000": 1}


def test_amounts_that_are_none_stay_as_text(alice: User, tmp_path: Path) -> None:
    rows = [
        ["案件名", "会社名", "金額"],
        ["看板", "丸山商店", "500〜800万円"],
        ["のぼり", "丸山商店", "1,000"],
    ]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["created"]["deal"] == 2
    assert "500〜800万円" in Deal.objects.get(name="看板").note


@pytest.mark.parametrize(
    ("cell", "phone", "mobile", "note"),
    [
        (312345678, "03-1234-5678", "", ""), ("03(1234)5678", "03-1234-5678", "", ""), ("０３－１２３４－５６７８", "03-1234-5678", "", ""),
        ("03-1234-5678 内線123", "03-1234-5678 内線123", "", ""), ("03-1234-5678 / 090-1111-2222", "03-1234-5678", "090-1111-2222", ""),
        ("03-1234-5678\n03-1234-5679", "03-1234-5678", "", "03-1234-5679"), ("+81 3-1234-5678", "03-1234-5678", "", ""),
        ("+81 (0)3-1234-5678", "03-1234-5678", "", ""), ("+81-03-1234-5678", "03-1234-5678", "", ""),
    ],
)  # fmt: skip
def test_telephones(alice: User, tmp_path: Path, cell: Any, phone: str, mobile: str, note: str) -> None:
    bring(
        write_xlsx(tmp_path / "a.xlsx", [["氏名", "生年月日", "電話番号"], ["山田 太郎", "S50.1.1", cell]]),
        alice,
    )
    found = Contact.objects.get()
    assert (found.phone, found.mobile) == (phone, mobile)
    assert note in found.note


@pytest.mark.parametrize(
    ("cell", "other", "phone", "fax", "note"),
    [
        ("TEL: 03-1234-5678 FAX: 03-1234-5679", "", "03-1234-5678", "03-1234-5679", ""),
        ("(TEL)03-1234-5678(FAX)03-1234-5679", "", "03-1234-5678", "03-1234-5679", ""),
        ("TEL 03-1234-5678 FAX 03-1234-5679", "03-9999-9999", "03-1234-5678", "03-9999-9999", "電話 FAX: 03-1234-5679"),
        ("FAX 03-1234-5679", "", "", "03-1234-5679", ""), ("電話 03-1234-5678", "", "03-1234-5678", "", ""),
        ("03-1234-5678(FAX兼)", "", "03-1234-5678", "", "電話: 03-1234-5678(FAX兼)"),
    ],
)  # fmt: skip
def test_telephone_and_fax_in_one_cell(
    alice: User, tmp_path: Path, cell: str, other: str, phone: str, fax: str, note: str
) -> None:
    rows = [
        ["会社名", "電話", "FAX"],
        ["林工業", "03-1111-1111", "03-1111-2222"],
        ["丸山商店", cell, other],
    ]
    assert bring(write_csv(tmp_path / "a.csv", rows), alice).figures["refused"] == 0
    found = Account.objects.get(name="丸山商店")
    assert (found.phone, found.fax, found.note) == (phone, fax, note)


@pytest.mark.parametrize(
    ("head", "cell", "value", "note", "kept"),
    [
        ("電話", "0312345678.0", "03-1234-5678", "", False), ("電話", "3-1234-5678", "03-1234-5678", "", False),
        ("電話", "青葉ビル2F", "", "電話: 青葉ビル2F", True), ("電話", "3.12E+09", "", "電話: 3.12E+09", True),
        ("電話", "03-1234-5678 夜間", "03-1234-5678", "電話: 03-1234-5678 夜間", False),
        ("ホームページ", "Facebook", "", "ホームページ: Facebook", True), ("ホームページ", "example.jp", "https://example.jp", "", False),
    ],
)  # fmt: skip
def test_words_instead_of_a_number_or_address(
    alice: User, tmp_path: Path, head: str, cell: str, value: str, note: str, kept: bool
) -> None:
    good = "03-1111-2222" if head == "電話" else "https://example.com/"
    path = write_csv(
        tmp_path / "a.csv", [["会社名", "住所", head], ["林工業", "", good], ["丸山商店", "", cell]]
    )
    job = bring(path, alice)
    found = Account.objects.get(name="丸山商店")
    assert (found.phone or found.website, found.note) == (value, note)
    assert job.figures.get("kept", {}) == ({f"{head}「{cell}」": 1} if kept else {})


def test_addresses_of_mail_and_honorifics(alice: User, tmp_path: Path) -> None:
    rows = [["会社名", "ご担当者様", "メール"], ["丸山商店　御中", "山田　太郎 様", "mailto:A@Example.JP"], ["林工業", "林 花子 部長", "h＠example.jp、i@example.jp"],
            ["森建設", "代表取締役　森 一", "<m@example.jp>"]]  # fmt: skip
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert Account.objects.filter(name="丸山商店").exists()
    assert Contact.objects.get(name="山田 太郎").email == "A@example.jp"
    second = Contact.objects.get(name="林 花子")
    assert (second.title, second.email) == ("部長", "h@example.jp")
    assert "i@example.jp" in second.note
    assert Contact.objects.get(name="森 一").title == "代表取締役"


@pytest.mark.parametrize(
    ("cell", "email", "note"),
    [
        ("a@example.jp（仕事）", "a@example.jp", "メール: a@example.jp（仕事）"),
        ("PC:a@example.jp 携帯:b@docomo.ne.jp", "a@example.jp", "メール: PC:a@example.jp 携帯:b@docomo.ne.jp"),
        ("a@example.jp/b@example.jp", "a@example.jp", "メール: b@example.jp"),
        ("a@例え.jp", "a@xn--r8jz45g.jp", ""), ("送付不可", "", "メール: 送付不可"),
    ],
)  # fmt: skip
def test_mail_among_words(alice: User, tmp_path: Path, cell: str, email: str, note: str) -> None:
    rows = [["会社名", "住所", "メール"], ["林工業", "", "h@example.jp"], ["丸山商店", "", cell]]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = Account.objects.get(name="丸山商店")
    assert (found.email, found.note) == (email, note)
    assert job.figures.get("kept", {}) == ({} if email else {f"メール「{cell}」": 1})


@pytest.mark.parametrize(
    ("head", "cell"), [("電話", "非通知"), ("電話", "なし"), ("ホームページ", "http://")]
)
def test_where_somebody_cannot_be_reached(alice: User, tmp_path: Path, head: str, cell: str) -> None:
    good = "03-1111-2222" if head == "電話" else "https://example.jp/"
    path = write_csv(
        tmp_path / "a.csv", [["会社名", "住所", head], ["林工業", "", good], ["丸山商店", "", cell]]
    )
    job = bring(path, alice)
    kept = {f"{head}「{cell}」": 1} if cell == "非通知" else {}
    assert (job.figures["refused"], job.figures.get("kept", {})) == (0, kept)
    assert Account.objects.get(name="丸山商店").note == (f"{head}: {cell}" if kept else "")


@pytest.mark.parametrize(
    ("cell", "name", "title", "unsure"),
    [
        ("Taro Yamada", "Taro Yamada", "", True), ("SMITH, John", "SMITH, John", "", True), ("マイケル・ジョーダン", "マイケル・ジョーダン", "", True),
        ("高橋・渡辺", "高橋・渡辺", "", True), ("鈴木二郎部長", "鈴木二郎", "部長", True), ("鈴木 二郎部長", "鈴木 二郎", "部長", False),
        ("鈴木海外事業部長", "鈴木", "海外事業部長", False), ("沢村社長", "沢村", "社長", True),
    ],
)  # fmt: skip
def test_names_of_people(alice: User, tmp_path: Path, cell: str, name: str, title: str, unsure: bool) -> None:
    rows = [
        ["会社名", "担当者名", "役職", "電話"],
        ["林工業", "林 花子", "主任", ""],
        ["丸山商店", cell, "", ""],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = Contact.objects.get(account__name="丸山商店")
    assert (found.name, found.title, found.name_unsure) == (name, title, unsure)


@pytest.mark.parametrize("cell", ["ご担当者様", "経理ご担当者様"])
def test_whoever_it_concerns_is_nobody(alice: User, tmp_path: Path, cell: str) -> None:
    rows = [["会社名", "担当者名", "電話"], ["林工業", "林 花子", ""], ["丸山商店", cell, "03-1111-2222"]]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["created"] == {"account": 2, "contact": 1}
    kept = cell.startswith("経理")
    assert Account.objects.get(name="丸山商店").note == (f"担当者名: {cell}" if kept else "")
    assert job.figures.get("kept", {}) == ({f"担当者名「{cell}」": 1} if kept else {})


def test_what_is_said_of_nobody_is_the_companys(alice: User, tmp_path: Path) -> None:
    rows = [
        ["得意先コード", "会社名", "担当者", "部署", "携帯", "メール"],
        ["A1", "丸山商店", "", "工事部", "090-1111-2222", "m@example.jp"],
        ["A2", "林工業", "林 花子", "", "", ""],
    ]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["created"] == {"account": 2, "contact": 1}
    found = Account.objects.get(code="A1")
    assert (found.phone, found.email) == ("090-1111-2222", "m@example.jp")
    assert "工事部" in found.note


def test_a_number_of_our_own_staff_is_no_user(alice: User, tmp_path: Path) -> None:
    rows = [["会社名", "電話", "営業担当"], ["丸山商店", "", str(alice.pk)], ["林工業", "", "99999"]]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["created"] == {"account": 2}
    assert "営業担当: 99999" in Account.objects.get(name="林工業").note


def test_an_own_field_is_found_by_its_label(alice: User, tmp_path: Path) -> None:
    from enishi.records.registry import rebuild

    own = FieldDesign.objects.create(entity="account", label="締日", kind="text")
    rebuild()
    try:
        bring(write_csv(tmp_path / "a.csv", [["会社名", "電話", "締日"], ["丸山商店", "", "20日"]]), alice)
        assert Account.objects.get().custom == {own.key: "20日"}
    finally:
        rebuild()
