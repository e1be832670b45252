"""Tax against invoices reckoned by hand, and by properties."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enishi.sales import tax, terms

DAY = datetime.date(2026, 10, 31)
pytestmark = pytest.mark.row("C6")


def test_three_times_99_is_29_of_tax_not_27() -> None:
    found = tax.totals([("standard", 99)] * 3, DAY)
    assert (found.net, found.tax, found.gross) == (297, 29, 326)


def test_an_invoice_of_two_rates_by_hand() -> None:
    # 10 %: 12,345 + 6,789 = 19,134 → 1,913.4; 8 %: 3,333 + 1 = 3,334 → 266.72; 500 outside
    lines = [("standard", 12345), ("reduced", 3333), ("standard", 6789), ("outside", 500), ("reduced", 1)]
    by = {way: tax.totals(lines, DAY, direction=way).tax for way in tax.DIRECTIONS}
    assert by == {"floor": 1913 + 266, "half": 1913 + 267, "ceil": 1914 + 267}
    found = tax.totals(lines, DAY)
    assert [(one.code, one.percent, one.net, one.tax) for one in found.shares] == [
        ("standard", 10, 19134, 1913),
        ("reduced", 8, 3334, 266),
        ("outside", 0, 500, 0),
    ]


def test_amounts_with_tax_by_hand() -> None:
    # 1,100 × 3 + 1 = 3,301 at 10/110 → 300.09; 540 at 8/108 → 40
    found = tax.totals([("standard", 3301), ("reduced", 540)], DAY, included=True)
    assert (found.net, found.tax, found.gross) == (3001 + 500, 300 + 40, 3841)


def test_a_discount_is_shared_out_by_rate() -> None:
    # 1,000 off 7,000 + 3,000: 700 and 300
    found = tax.totals([("standard", 7000), ("reduced", 3000)], DAY, discount=1000)
    assert [(one.net, one.tax) for one in found.shares] == [(6300, 630), (2700, 216)]
    # 100 off 1 + 1 + …: what remains goes to the largest
    assert tax.shared_out(100, {"standard": 200, "reduced": 100}) == {"standard": 67, "reduced": 33}


@pytest.mark.parametrize(
    ("code", "day", "percent"),
    [
        ("standard", "2019-09-30", 8),
        ("standard", "2019-10-01", 10),
        ("reduced", "2019-09-30", 8),
        ("reduced", "2019-10-01", 8),
        ("standard", "2014-03-31", 5),
        ("standard", "1997-03-31", 3),
        ("standard", "1989-03-31", 0),
        ("old8", "2026-01-01", 8),
        ("export", "2026-01-01", 0),
    ],
)
def test_rates_by_day(code: str, day: str, percent: int) -> None:
    assert tax.percent(code, datetime.date.fromisoformat(day)) == percent


def test_withholding_by_hand() -> None:
    assert tax.withholding(100_000) == 10_210
    assert tax.withholding(1_000_000) == 102_100
    assert tax.withholding(1_500_000) == 102_100 + 102_100
    assert tax.withholding(11_111) == 1134  # 1,134.43
    assert tax.withholding(-5) == 0


def test_what_is_withheld_of_has_its_part_of_the_discount() -> None:
    # 1,000 off 7,000 + 3,000 at one rate: 6,300 of the fee; with tax in it 6,300 − 572
    lines = [("standard", 7000, True), ("standard", 3000, False)]
    assert tax.marked_net(lines, DAY, discount=1000) == 6300
    assert tax.marked_net(lines, DAY, discount=1000, included=True) == 5728
    for included in (False, True):
        every = [("standard", 333, True), ("reduced", 77, True), ("outside", 5, True)]
        whole = tax.totals([line[:2] for line in every], DAY, included=included, discount=7)
        assert tax.marked_net(every, DAY, included=included, discount=7) == whole.net


def test_a_lines_amount() -> None:
    assert tax.line_amount(Decimal("1.5"), Decimal("333")) == 500  # 499.5
    assert tax.line_amount(Decimal(3), Decimal(1000), Decimal(10), 50) == 2650
    assert tax.line_amount(None, Decimal("1200.4")) == 1200
    assert tax.line_amount(Decimal(-1), Decimal("99.5")) == -100


AMOUNTS = st.lists(st.tuples(st.sampled_from(tax.CODES), st.integers(-(10**9), 10**9)), max_size=12)


SAFE = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@SAFE
@given(AMOUNTS, st.sampled_from(sorted(tax.DIRECTIONS)), st.booleans(), st.integers(0, 10**6))
def test_sums_agree_however_lines_are_ordered(
    lines: list[tuple[str, int]], way: str, included: bool, discount: int
) -> None:
    found = tax.totals(lines, DAY, included=included, direction=way, discount=discount)
    assert found == tax.totals(lines[::-1], DAY, included=included, direction=way, discount=discount)
    off = discount if lines else 0
    assert (found.gross if included else found.net) == sum(amount for _code, amount in lines) - off
    for share in found.shares:
        base = share.gross if included else share.net
        whole = Decimal(base * share.percent) / (100 + share.percent if included else 100)
        assert abs(share.tax - whole) < 1


@given(AMOUNTS, st.sampled_from(sorted(tax.DIRECTIONS)), st.booleans())
def test_a_credit_mirrors_its_document(lines: list[tuple[str, int]], way: str, included: bool) -> None:
    one = tax.totals(lines, DAY, included=included, direction=way)
    other = tax.totals([(code, -amount) for code, amount in lines], DAY, included=included, direction=way)
    assert (other.net, other.tax) == (-one.net, -one.tax)


@pytest.mark.parametrize(
    ("day", "how", "due"),
    [
        ("2026-10-31", (31, 1, 31), "2026-11-30"),
        ("2026-10-15", (31, 1, 31), "2026-11-30"),
        ("2026-10-20", (20, 1, 31), "2026-11-30"),
        ("2026-10-21", (20, 1, 31), "2026-12-31"),
        ("2026-12-21", (20, 2, 10), "2027-03-10"),
        ("2026-01-31", (31, 1, 31), "2026-02-28"),
        ("2026-02-28", (31, 0, 31), "2026-02-28"),
    ],
)
def test_when_it_is_due(day: str, how: tuple[int, int, int], due: str) -> None:
    assert terms.due_date(datetime.date.fromisoformat(day), *how).isoformat() == due
