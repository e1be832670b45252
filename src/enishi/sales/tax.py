"""Consumption tax and withholding, in whole yen. Pure: no database, no clock; Decimal only.

Tax is rounded **once per rate and document** (消費税法施行令70条の10), never per line: 3 × ¥99 at 10 % floored is 29, not 27.
Rounding means the amount without its sign, so that a credit is the mirror image of the document it takes back.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

DIRECTIONS = {"floor": ROUND_DOWN, "half": ROUND_HALF_UP, "ceil": ROUND_UP}
TAXED = ("standard", "reduced", "old8", "old5")
CODES = (*TAXED, "export", "exempt", "outside")
# From which day on which percent (消費税法29条 and its predecessors); before the first there was no such tax.
_STANDARD = (
    (datetime.date(2019, 10, 1), 10),
    (datetime.date(2014, 4, 1), 8),
    (datetime.date(1997, 4, 1), 5),
    (datetime.date(1989, 4, 1), 3),
)
REDUCED_FROM = datetime.date(2019, 10, 1)
WITHHOLDING_STEP = 1_000_000  # above it the rate doubles (所得税法205条, 復興特別所得税 included)
_LOW, _HIGH = Decimal("0.1021"), Decimal("0.2042")


def percent(code: str, day: datetime.date) -> int:
    """The rate of a code on a day, in percent. `old8` and `old5` are what a contract of earlier days still has.

    Raises:
        KeyError: the code is none of `CODES`.
    """
    if code == "standard" or (code == "reduced" and day < REDUCED_FROM):
        return next((rate for first, rate in _STANDARD if day >= first), 0)
    return {"reduced": 8, "old8": 8, "old5": 5, "export": 0, "exempt": 0, "outside": 0}[code]


def rounded(amount: Decimal, direction: str) -> int:
    """Whole yen, rounded by `floor` (切り捨て), `half` (四捨五入) or `ceil` (切り上げ)."""
    return int(amount.quantize(Decimal(1), DIRECTIONS[direction]))


def line_amount(
    quantity: Decimal | None,
    unit_price: Decimal | None,
    discount_percent: Decimal | None = None,
    discount: int | None = None,
) -> int:
    """A line's amount in whole yen, half up: quantity (1 where none is said) × price, less a percentage, less an amount."""
    amount = (Decimal(1) if quantity is None else quantity) * (unit_price or Decimal(0))
    if discount_percent:
        amount = amount * (100 - discount_percent) / 100
    return rounded(amount, "half") - (discount or 0)


@dataclass(frozen=True)
class Share:
    """What a document has at one rate: yen without tax, tax, and both."""

    code: str
    percent: int
    net: int
    tax: int

    @property
    def gross(self) -> int:
        """With tax."""
        return self.net + self.tax


@dataclass(frozen=True)
class Totals:
    """A document's sums, in whole yen."""

    shares: tuple[Share, ...]

    @property
    def net(self) -> int:
        """Without tax."""
        return sum(one.net for one in self.shares)

    @property
    def tax(self) -> int:
        """All tax."""
        return sum(one.tax for one in self.shares)

    @property
    def gross(self) -> int:
        """With tax."""
        return self.net + self.tax


def shared_out(discount: int, sums: Mapping[str, int]) -> dict[str, int]:
    """A discount on the whole document, shared out by what each rate's lines make of it; the yen that remain go to the largest.

    Amounts that are taken back (below zero) get none of it, unless there is nothing else.
    """
    base = {code: amount for code, amount in sums.items() if amount > 0}
    total = sum(base.values())
    if not discount or not sums:
        return dict.fromkeys(sums, 0)
    if not total:
        first = next(iter(sums))
        return {code: discount if code == first else 0 for code in sums}
    shares = {code: int(Decimal(discount * amount) / total) for code, amount in base.items()}
    largest = max(base, key=lambda code: base[code])
    shares[largest] += discount - sum(shares.values())
    return {code: shares.get(code, 0) for code in sums}


def totals(
    lines: Iterable[tuple[str, int]],
    day: datetime.date,
    *,
    included: bool = False,
    direction: str = "floor",
    discount: int = 0,
) -> Totals:
    """The sums of a document.

    Args:
        lines: tax code and amount in whole yen of each line.
        day: the day that decides the rates (of the supply).
        included: the amounts hold the tax already.
        discount: yen off the whole document, of the kind that the amounts are of.
    """
    sums: dict[str, int] = {}
    for code, amount in lines:
        sums[code] = sums.get(code, 0) + amount
    sums = {code: sums[code] for code in CODES if code in sums}  # whatever the order of the lines
    off = shared_out(discount, sums)
    shares = []
    for code, held in sums.items():
        amount, rate = held - off[code], percent(code, day)
        if included:
            tax = rounded(Decimal(amount * rate) / (100 + rate), direction)
            shares.append(Share(code, rate, amount - tax, tax))
        else:
            shares.append(Share(code, rate, amount, rounded(Decimal(amount * rate) / 100, direction)))
    return Totals(tuple(shares))


def marked_net(
    lines: Iterable[tuple[str, int, bool]],
    day: datetime.date,
    *,
    included: bool = False,
    direction: str = "floor",
    discount: int = 0,
) -> int:
    """What the marked lines of a document come to without tax, in whole yen: what tax is withheld of. The rest as for `totals`.

    Args:
        lines: tax code, amount in whole yen, and whether it is marked, of each line.
    """
    sums: dict[str, int] = {}
    marked: dict[str, int] = {}
    for code, amount, wanted in lines:
        sums[code] = sums.get(code, 0) + amount
        if wanted:
            marked[code] = marked.get(code, 0) + amount
    sums = {code: sums[code] for code in CODES if code in sums}
    off, net = shared_out(discount, sums), 0
    for code, held in marked.items():
        parts = {"marked": held, "others": sums[code] - held}
        amount = held - (shared_out(off[code], parts)["marked"] if parts["others"] else off[code])
        rate = percent(code, day)
        net += amount - (rounded(Decimal(amount * rate) / (100 + rate), direction) if included else 0)
    return net


def withholding(amount: int) -> int:
    """源泉徴収 of fees, in yen, fractions cut off: 10.21 % up to a million, 20.42 % of what lies above.

    Args:
        amount: without tax, where the document shows the tax apart (国税庁 No.2792).
    """
    if amount <= 0:
        return 0
    low, high = min(amount, WITHHOLDING_STEP), max(0, amount - WITHHOLDING_STEP)
    return rounded(low * _LOW + high * _HIGH, "floor")
