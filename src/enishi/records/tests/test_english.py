"""Days, sums and lists of names as an English reader has them: A8."""

import datetime

import pytest
from django.utils import translation

from enishi.japanese import amounts, calendar

pytestmark = pytest.mark.row("A8")
DAY = datetime.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("amount", "japanese", "english"),
    [
        (0, "0円", "¥0"), (9_999, "9,999円", "¥9,999"), (300_000, "30万円", "¥300,000"), (12_400_000, "1,240万円", "¥12.4M"), (3_350_000_000, "33.5億円", "¥3.35B"),
        (-12_400_000, "-1,240万円", "-¥12.4M"),
    ],
)  # fmt: skip
def test_short_amounts(amount: int, japanese: str, english: str) -> None:
    with translation.override("ja"):
        assert amounts.format_man(amount) == japanese
    with translation.override("en"):
        assert amounts.format_man(amount) == english


def test_days() -> None:
    with translation.override("ja"):
        assert (calendar.format_date(DAY), calendar.format_short(DAY)) == ("2026/11/25(水)", "11/25(水)")
    with translation.override("en"):
        assert (calendar.format_date(DAY), calendar.format_short(DAY)) == (
            "2026/11/25 (Wed)",
            "11/25 (Wed)",
        )
        assert calendar.format_date(DAY, weekday=False) == "2026/11/25"
