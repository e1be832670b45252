"""Cells: what goes out comes back the same, whatever field and form; what Excel makes of it by itself is no change."""

import datetime
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enishi.access.models import User
from enishi.exchange import exporting, readers
from enishi.exchange.roundtrip import marks
from enishi.exchange.roundtrip.tests.sheets import Rows, Sheet
from enishi.people.models import Account
from enishi.records import registry, write
from enishi.records.design import operations as design
from enishi.records.fields import KINDS, FieldKind
from enishi.records.tests import company

pytestmark = [pytest.mark.django_db, pytest.mark.row("B3")]
CHOICES = {
    "choices": [
        {"value": "o1", "label": "甲"},
        {"value": "o2", "label": "001"},
        {"value": "o3", "label": "1-2"},
    ]
}
OPTIONS: dict[str, dict[str, Any]] = {
    "choice": CHOICES, "choices": CHOICES, "stage": CHOICES, "number": {"places": 3},
}  # fmt: skip
POINTING = {"user", "team", "reference", "any_record", "connection", "formula", "file", "picture"}


def fields() -> list[FieldKind]:
    """One of each kind whose values are readable by themselves."""
    made = [
        kind.designed(f"f{place}", name, OPTIONS.get(name, {}))
        for place, (name, kind) in enumerate(sorted(KINDS.items()), 1)
        if kind.design_label and name not in POINTING
    ]
    assert len(made) > 14
    return made


FIELDS = fields()
odd = st.sampled_from(
    ["=1+1", "'=1", "''-x", "-1,000", "+81 3-1234-5678", "00123", "1E5", "1-2", "12/31", "TRUE", "0.10", "a\nb", "a\r\nb ", "　全角　",
     '="001"', "髙﨑𠮷", "〜－−", "_x000D_", "2026/1/1", "1e400", "NaN", "10%", "¥1,000", "#N/A", "@x", "\tx", '"', ","]
)  # fmt: skip
raws = st.one_of(
    odd, st.text(max_size=30), st.integers(-(10**12), 10**12), st.booleans(), st.floats(-1e9, 1e9),
    st.dates(datetime.date(1850, 1, 1), datetime.date(2900, 1, 1)),
    st.datetimes(datetime.datetime(1902, 1, 1), datetime.datetime(2900, 1, 1)),
    st.sampled_from(["o1", "甲、001", "a@example.jp", "https://example.jp/?a=1", "03-1234-5678", "令和8年4月1日", "はい"]),
)  # fmt: skip


def through(form: str, cells: list[Any]) -> list[Any]:
    """A row of cells that went into a file and came out of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("x.xlsx" if form == "xlsx" else "x.csv")
        rows = iter([["x"] * len(cells), cells])
        if form == "xlsx":
            exporting.write_xlsx(path, rows)
        else:
            exporting.write_csv(path, rows, form)
        found = list(readers.open_tables(path, path.name)[0].rows())[1:]
        row = found[0] if found else []
        return [*row, *[None] * (len(cells) - len(row))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(raws, min_size=len(FIELDS), max_size=len(FIELDS)),
    form=st.sampled_from(["xlsx", "utf-8-sig"]),
)
def test_what_goes_out_comes_back_the_same(values: list[Any], form: str) -> None:
    cells, kinds = [], []
    for found, raw in zip(FIELDS, values, strict=True):
        try:
            value = found.clean(raw)
        except ValidationError:
            continue
        record = SimpleNamespace(custom={})
        found.put(record, value)
        kinds.append(found)
        cells.append(exporting.cells_of(found, [record.custom])[0])
    if not cells:
        return
    back = through(form, cells)
    assert marks.prints(7, kinds, back) == marks.prints(7, kinds, cells), [
        (one.kind, sent, got) for one, sent, got in zip(kinds, cells, back, strict=True)
        if marks.canon(one, sent) != marks.canon(one, got)
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "utf-8-sig", "cp932"])
def test_every_entity_comes_back_unchanged(form: str, alice: User, bob: User, tmp_path: Path) -> None:
    company.own_fields()
    company.build(5, [alice, bob], size=12)
    names = ["account", "contact", "deal", "task", "activity", _drawn(alice)]
    for name in names:
        entity = registry.get(name)
        columns = [one.name for one in entity.fields.values() if one.listed]
        sheet = Sheet(tmp_path, name, columns, alice, form)
        count = entity.model._default_manager.filter(deleted_at=None).count()
        assert sheet.back().figures == {"unchanged": count}, name
        if form != "cp932":
            # A renamed customer changes what stands in the cells of his deals, but none of them.
            assert sheet.edit(lambda rows: rows).back().figures == {"unchanged": count}, name


def _drawn(by: User) -> str:
    """An entity with a field of each kind, tied to accounts, and three records."""
    name = design.add_entity("仕入先", slug="suppliers", by=by).name
    keys = {
        kind: design.add_field(name, kind, kind, OPTIONS.get(kind, {}), by=by).key
        for kind in ("text", "long_text", "number", "money", "percent", "date", "date_time", "choice", "choices", "yes_no",
                     "telephone", "email", "url", "address", "user", "auto_number", "kana")
    }  # fmt: skip
    tie = design.add_connection(name, "account", label="取引先", back_label="仕入先", many=True, by=by).key
    customer = write.create(registry.get("account"), {"name": "つながり商店"}, by=by).record
    full = {
        "text": "00123", "long_text": "一行目\n=二行目", "number": 5, "money": 1000000, "percent": 30, "date": "2026-04-01",
        "date_time": "2026-04-01T09:30", "choice": "o2", "choices": ["o1", "o3"], "yes_no": True, "telephone": "+81 3-1234-5678",
        "email": "a@example.jp", "url": "example.jp", "address": "100-0005 丸の内1-1", "user": by.pk, "kana": "カナ",
    }  # fmt: skip
    values = {keys[kind]: value for kind, value in full.items()}
    write.create_many(
        registry.get(name),
        [{"name": "一式", **values, tie: [customer.pk]}, {"name": "空"}, {"name": "=計算"}],
        by=by, operation=None,
    )  # fmt: skip
    return name


# --- what Excel does ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("base", "cell", "from_text", "same"),
    [
        ("00123", 123, False, True), ("00123", "123", True, True), ("00123", "123", False, False), ("00123", "124", True, False),
        ("1234567890123", "1.23457E+12", True, True), ("1234567890123", "1.23458E+12", True, False),
        ("1234567890123456789", 1234567890123450000, False, True), ("0312345678", 312345678, False, True),
        ("+81312345678", "81312345678", True, True), ("1-2", datetime.datetime(2026, 1, 2), False, True),
        ("1-2", "1月2日", True, True), ("1-2", "1月3日", True, False), ("2-3-4", "2002/3/4", True, True),
        (datetime.date(2026, 11, 23), "11月23日", True, True), (datetime.date(2026, 11, 23), "11月24日", True, False),
        (datetime.date(2026, 11, 23), "2025/11/23", True, False), ("髙﨑𠮷", "髙﨑吉", True, True), ("=1", "'=1", False, True),
        ("true", True, False, True), ("1.50", 1.5, False, True), ("abc", "", True, False), ("", "x", True, False),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_makes_of_a_text(base: Any, cell: Any, from_text: bool, same: bool) -> None:
    assert marks.mangled(base, cell, from_text=from_text) is same


def test_a_csv_that_excel_saved_again_is_unchanged(alice: User, tmp_path: Path) -> None:
    write.create_many(
        registry.get("account"),
        [{"name": "𠮷野家具", "code": "00123", "phone": "0312345678", "building": "1-2", "started_on": datetime.date(2026, 4, 1),
          "employees": 1200, "corporate_number": "1180301018771"}],
        by=alice, operation=None,
    )  # fmt: skip
    columns = ("code", "phone", "building", "started_on", "employees", "corporate_number")
    sheet = Sheet(tmp_path, "account", columns, alice, "cp932")
    assert sheet.rows()[1][:-1] == [
        "吉野家具",
        "00123",
        "03-1234-5678",
        "1-2",
        "2026/04/01",
        "1200",
        "1180301018771",
    ]

    def excel(rows: Rows) -> None:
        rows[1][1:7] = ["123", "03-1234-5678", "1月2日", "2026/4/1", "1,200", "1.1803E+12"]

    assert sheet.edit(excel).back().figures == {"unchanged": 1}
    assert sheet.cell(1, 1, "00124").back().said() == [("code", "00123", "00124")]


def test_apostrophes_of_a_csv_go_also_where_it_was_saved_as_a_workbook(alice: User, tmp_path: Path) -> None:
    write.create(registry.get("account"), {"name": "=SUM(1)", "note": "-x"}, by=alice)
    sheet = Sheet(tmp_path, "account", ("note",), alice, "utf-8-sig")
    rows = sheet.rows()
    assert rows[1][:2] == ["'=SUM(1)", "'-x"]
    rows[1][1] = "'-y"
    sheet.form, sheet.path = "xlsx", tmp_path / "保存.xlsx"
    from enishi.exchange.roundtrip.tests.sheets import save

    save(sheet.path, rows, "xlsx")
    back = sheet.back()
    assert back.said() == [("note", "-x", "-y")]


def test_a_formula_counts_by_its_value(alice: User, tmp_path: Path) -> None:
    write.create(registry.get("account"), {"name": "甲", "employees": 3}, by=alice)
    back = Sheet(tmp_path, "account", ("employees",), alice).cell(1, 1, "{=1+4|5}").back()
    assert back.said() == [("employees", "3名", "5名")]


# --- marks --------------------------------------------------------------------------------------------
@given(st.integers(1, 2**62), st.integers(1, 2**62), st.integers(1, 2**30))
def test_a_mark_is_read_again_and_no_other(sheet: int, record: int, version: int) -> None:
    text = marks.write_mark(marks.Mark(sheet, record, version))
    assert marks.read_mark(text) == marks.Mark(sheet, record, version)
    assert marks.read_mark(f" {text.lower().replace('-', '－')} ") == marks.Mark(sheet, record, version)
    assert text[-1].isalpha()
    assert marks.read_mark(text[:-1] + ("B" if text[-1] != "B" else "C")) is None
    other = marks.write_mark(marks.Mark(sheet, record + 1, version))
    body, _dash, seal = text.rpartition("-")
    assert marks.read_mark(f"{other.rpartition('-')[0]}-{seal}") is None


def test_a_mark_of_another_installation_is_nobodys(settings: Any, alice: User, tmp_path: Path) -> None:
    write.create(registry.get("account"), {"name": "甲"}, by=alice)
    sheet = Sheet(tmp_path, "account", ("phone",), alice)
    settings.SECRET_KEY = "another " * 8
    from enishi.exchange.roundtrip import reading

    assert reading.recognise(sheet.path, sheet.path.name) is None
    assert Account.objects.count() == 1
