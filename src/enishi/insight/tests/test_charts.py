"""Charts and files of reports over a year of months (F4)."""

import zipfile
from typing import Any

import pytest

from enishi.insight.reports import exporting
from enishi.insight.reports.charts import chart
from enishi.insight.reports.shown import show
from enishi.insight.reports.spec import Spec
from enishi.records import registry, write

pytestmark = [pytest.mark.django_db, pytest.mark.row("F4")]
MONTHS = [f"2025-{month:02}-15" for month in range(1, 13)]


@pytest.fixture
def year(alice: Any) -> Any:
    account = write.create(registry.get("account"), {"name": "茶舗 みやび"}, by=alice).record
    for place, day in enumerate(MONTHS, 1):
        line = {"text": "煎茶", "quantity": "1", "unit_price": str(place * 1000)}
        values = {"account": account.pk, "date": day, "lines": [line]}
        write.create(registry.get("order"), values, by=alice)
    return alice


def drawn(user: Any, kind: str, width: int, op: str = "sum") -> str:
    held = {
        "rows": [{"field": "account"}], "column": {"field": "date", "bucket": "month"}, "chart": kind,
        "measures": [{"op": op, "field": "net"}],
    }  # fmt: skip
    return str(chart(show(Spec.of("order", held), user), width))


def test_the_newest_months_keep_their_colours(year: Any) -> None:
    made = drawn(year, "stacked", 1000)
    legend = made.partition("chart-legend")[2]
    assert "2025/12" in legend and "2025/06" in legend and "その他" not in legend
    assert "2025/05まで" in legend and "2025/04" not in legend
    assert "茶舗 みやび 2025/05まで ¥15,000" in made  # 1+2+3+4+5 thousand


def test_averages_that_find_no_room_are_said_to_be_in_the_table(year: Any) -> None:
    made = drawn(year, "stacked", 1000, "avg")
    assert (
        "図に入りきらない4系列は、下の表にあります。" in made and "まで" not in made and "その他" not in made
    )
    assert "表にあります" not in drawn(year, "stacked", 1000)


def test_a_heat_map_holds_a_year_and_no_half_number(year: Any) -> None:
    wide, narrow = drawn(year, "heat", 1000), drawn(year, "heat", 330)
    for month in range(1, 13):
        assert f">2025/{month:02}<" in wide and f">¥{month},000<" in wide
        assert f">{month:02}<" in narrow
    assert "…<" not in narrow and ">¥1<" not in narrow


def test_figures_in_a_file_have_separators(year: Any) -> None:
    held = {"rows": [{"field": "account"}], "measures": [{"op": "sum", "field": "net"}]}
    path = exporting.write("売上", show(Spec.of("order", held), year), year, "xlsx")
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    path.unlink()
    assert 's="4"><v>78000</v>' in sheet and styles.count("<xf ") == 6
    assert styles.partition("<cellXfs")[2].split("<xf ")[5].startswith('numFmtId="3"')
