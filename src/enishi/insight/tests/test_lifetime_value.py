"""C7: the purchase model against the numbers of its papers, against purchases drawn by its own story, and as a command."""

import csv
import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from enishi.insight.lifetime_value import ENOUGH, bgnbd, gamma_gamma
from enishi.insight.lifetime_value.forecast import forecast
from enishi.insight.lifetime_value.purchases import Purchases, summarise
from enishi.site.purchase_model import command

pytestmark = pytest.mark.row("C7")
# Fader, Hardie, Lee 2005, table 2, and the note of 2013: fitted to the sample of CDNOW.
PAPER = bgnbd.Model(0.243, 4.414, 0.793, 2.426)
MONEY = gamma_gamma.Model(6.25, 3.74, 15.44)


def array(*values: float) -> Any:
    return np.array(values, float)


def drawn(people: int, seed: int = 7) -> tuple[Any, Any, Any]:
    """x, t_x and T of customers who live as the paper says."""
    random = np.random.default_rng(seed)
    rates = random.gamma(PAPER.r, 1 / PAPER.alpha, people)
    leaves = random.beta(PAPER.a, PAPER.b, people)
    watched = random.uniform(27, 39, people)
    x, t_x = np.zeros(people), np.zeros(people)
    for n in range(people):
        now = 0.0
        while True:
            now += random.exponential(1 / max(rates[n], 1e-12))
            if now > watched[n]:
                break
            x[n], t_x[n] = x[n] + 1, now
            if random.random() < leaves[n]:
                break
    return x, t_x, watched


def test_the_papers_own_example() -> None:
    """A customer of two repeat purchases, the last in week 30.43 of 38.86: 1.226 in the next 39 weeks (section 6 and its spreadsheet)."""
    found = PAPER.expected(39.0, array(2), array(30.43), array(38.86))
    assert found[0] == pytest.approx(1.226, abs=0.002)
    assert PAPER.alive(array(0), array(0), array(38.86))[0] == 1.0
    # Equal regularity: of two who bought often, who has been silent for longer is likelier gone.
    alive = PAPER.alive(array(7, 7), array(38, 20), array(38.86, 38.86))
    assert alive[0] > 0.9 > 0.2 > alive[1]


def test_the_cdnow_sample_gives_the_published_parameters() -> None:
    """Fader, Hardie, Lee 2005, table 2, and Fader, Hardie 2013, section 4, to the digits that are printed there.

    cdnow.csv is the public sample of 2,357 customers of CDNOW that the papers use (Bruce Hardie, brucehardie.com/datasets): of customers
    alike x, t_x and T in weeks of the first 39, the average repeat purchase in dollars, and how many they are.
    """
    rows = np.loadtxt(Path(__file__).parent / "cdnow.csv", delimiter=",", skiprows=1)
    x, t_x, T, m = np.repeat(rows[:, :4], rows[:, 4].astype(int), axis=0).T
    assert (len(x), int(np.sum(x > 0))) == (2357, 946)
    found = bgnbd.fit(x, t_x, T)
    printed = [round(value, 3) for value in (found.r, found.alpha, found.a, found.b)]
    assert printed == [0.243, 4.414, 0.793, 2.426]
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx(
        (0.2426, 4.4136, 0.7929, 2.4259), rel=2e-4
    )
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    again = x > 0
    money = gamma_gamma.fit(x[again], m[again])
    assert (money.p, money.q, money.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)


def test_a_customers_average_is_drawn_to_everybodys() -> None:
    """p (v + x m) / (p x + q - 1), by hand; nobody's own is E[M] = p v / (q - 1)."""
    assert MONEY.mean(array(0), array(0))[0] == pytest.approx(6.25 * 15.44 / 2.74)
    assert MONEY.mean(array(4), array(100))[0] == pytest.approx(6.25 * (15.44 + 400) / (25 + 2.74))
    means = MONEY.mean(array(1, 5, 50), array(100, 100, 100))
    assert 35 < means[0] < means[1] < means[2] < 100


def test_parameters_come_back_from_drawn_purchases() -> None:
    x, t_x, T = drawn(6000)
    found = bgnbd.fit(x, t_x, T)
    assert found.r == pytest.approx(PAPER.r, rel=0.12) and found.alpha == pytest.approx(PAPER.alpha, rel=0.25)
    assert found.a / (found.a + found.b) == pytest.approx(PAPER.a / (PAPER.a + PAPER.b), rel=0.2)
    at_truth = bgnbd.log_likelihood(
        np.log(array(PAPER.r, PAPER.alpha, PAPER.a, PAPER.b)), x, t_x, T, np.ones_like(x)
    )
    assert found.log_likelihood >= at_truth
    days = bgnbd.fit(x, t_x * 7, T * 7)  # another unit of time changes α alone
    assert days.r == pytest.approx(found.r, rel=0.01) and days.alpha == pytest.approx(
        found.alpha * 7, rel=0.02
    )
    foretold = found.chances(T, 7)
    real = np.bincount(np.minimum(x, 7).astype(int), minlength=8)
    assert foretold.sum() == pytest.approx(len(x)) and abs(foretold[0] - real[0]) < 0.03 * len(x)
    random = np.random.default_rng(3)
    nu = random.gamma(MONEY.q, 1 / MONEY.v, 4000)
    many = random.integers(1, 9, 4000).astype(float)
    means = random.gamma(MONEY.p * many, 1 / nu) / many
    money = gamma_gamma.fit(many, means)
    assert money.p == pytest.approx(MONEY.p, rel=0.15) and money.q == pytest.approx(MONEY.q, rel=0.15)


def test_figures_of_customers_by_hand() -> None:
    day = datetime.date(2026, 1, 1)
    bought = Purchases.of(
        [
            ("b", day + datetime.timedelta(28), 500.0), ("a", day, 100.0), ("a", day, 50.0), ("a", day + datetime.timedelta(14), 300.0),
            ("a", day + datetime.timedelta(35), 500.0), ("a", day + datetime.timedelta(36), -500.0),
        ]
    )  # fmt: skip
    held = summarise(bought, (day + datetime.timedelta(70)).toordinal())
    figures = {
        bought.names[who]: (held.x[n], held.t_x[n], held.T[n], held.m[n]) for n, who in enumerate(held.who)
    }
    assert figures == {"a": (2, 5, 10, 400), "b": (0, 0, 6, 0)} and bought.left_out == 1


def test_too_few_fall_back_to_intervals_and_say_so() -> None:
    day = datetime.date(2026, 1, 1)
    rows = [("毎月の人", day + datetime.timedelta(30 * n), 1000.0) for n in range(6)]
    rows += [("一度の人", day + datetime.timedelta(100), 800.0), ("来なくなった人", day, 500.0), ("来なくなった人", day + datetime.timedelta(10), 500.0)]  # fmt: skip
    made = forecast(Purchases.of(rows))
    assert (made.model, made.reason, made.timing) == (
        "median_interval",
        "few",
        None,
    ) and made.repeating < ENOUGH
    told = {one.customer: one for one in made.outlooks()}
    monthly = told["毎月の人"]
    assert monthly.next_purchase == monthly.last + datetime.timedelta(30)
    assert monthly.expected_52_weeks == pytest.approx(364 / 30) and monthly.p_alive is None
    assert monthly.expected_value == pytest.approx(364 / 30 * 1000)
    gone = told["来なくなった人"]  # late for long: a day in the past, and nothing more is expected
    assert gone.next_purchase == gone.last + datetime.timedelta(30) and gone.expected_52_weeks == 0


def test_the_command_reads_what_shops_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(5)
    path = tmp_path / "売上.csv"
    with path.open("w", encoding="cp932", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["伝票番号", "会員番号", "購入日", "数量", "購入金額"])
        for person in range(400):
            day = datetime.date(2025, 1, 1) + datetime.timedelta(int(random.integers(0, 90)))
            for _n in range(int(random.geometric(0.35))):
                out.writerow(
                    [1, f"K{person:04}", f"{day:%Y年%-m月%-d日}", 1, f"￥{int(random.gamma(4, 800)) + 1:,}"]
                )
                day += datetime.timedelta(int(random.exponential(40)) + 1)
    assert command([str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (
        told["model"] == "bgnbd"
        and set(told["parameters"]) == {"r", "alpha", "a", "b"}
        and told["gamma_gamma"]
    )
    assert len(told["customers"]) == told["counts"]["customers"] == 400 and told["counts"]["unread"] == 0
    one = told["customers"][0]
    assert 0 <= one["p_alive"] <= 1 and one["expected_value"] == pytest.approx(
        one["expected_52_weeks"] * one["expected_amount"]
    )
    assert (
        told["goodness"]["holdout"]["actual"] > 0
        and sum(line["actual"] for line in told["goodness"]["by_repeats"]) == 400
    )
