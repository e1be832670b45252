"""A run in words and figures that somebody understands who never heard of a model."""

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.insight.lifetime_value import ENOUGH
from enishi.insight.purchases.models import PurchaseFit
from enishi.japanese import amounts, calendar


def panel(last: PurchaseFit | None, *, whole: bool) -> dict[str, Any]:
    """What stands above the list. `whole`: the person sees all accounts; who doesn't is told no number of them."""
    if last is None or last.ended_at is None or last.figures.get("model") == "none":
        return {"done": False}
    figures = last.figures
    made: dict[str, Any] = {
        "done": True, "whole": whole, "at": timezone.localtime(last.ended_at), "model": figures["model"], "how": _how(figures, whole), "line": "",
    }  # fmt: skip
    if not whole:
        return made
    made["line"] = _("お客様%(customers)s件、購入%(purchases)s回から見込みました") % {
        name: f"{figures[name]:,}" for name in ("purchases", "customers")
    }
    made["span"] = _("%(first)sから%(last)sまでの受注。2回以上買ったお客様は%(repeating)s件です。") % {
        "first": _day(figures["first"]), "last": _day(figures["last"]), "repeating": f"{figures['repeating']:,}",
    }  # fmt: skip
    if figures["model"] == "bgnbd":
        made |= {
            "facts": _facts(figures),
            "fit": _fit(figures),
            "holdout": _holdout(figures),
            "raw": _raw(figures),
        }
    return made


def _how(figures: dict[str, Any], whole: bool) -> str:
    if figures["model"] == "bgnbd":
        return _(
            "お客様ごとの購入の回数・最後の日・期間から、次の日と続く確率を見込むモデル（BG/NBD）と、1回の金額を見込むモデル（Gamma-Gamma）を使っています。"
        )
    if figures.get("reason") == "few" and whole:
        repeating = figures.get("repeating", 0)
        return ngettext(
            "2回以上買ったお客様が%(enough)d件になるとモデルに切り替わります（いま%(n)d件）。それまでは、購入と購入の間の日数の中央値で見込みます。",
            "2回以上買ったお客様が%(enough)d件になるとモデルに切り替わります（いま%(n)d件）。それまでは、購入と購入の間の日数の中央値で見込みます。",
            repeating,
        ) % {"enough": ENOUGH, "n": repeating}
    if figures.get("reason") == "few":
        return _("くり返し買ったお客様がまだ少ないため、購入と購入の間の日数の中央値で見込んでいます。")
    return _("この受注にはモデルが当てはまらないため、購入と購入の間の日数の中央値で見込んでいます。")


def _facts(figures: dict[str, Any]) -> list[tuple[str, str]]:
    held, money = figures["parameters"], figures.get("gamma_gamma")
    every = held["alpha"] / held["r"] * 7
    made = [
        (_("続いているお客様の間隔（平均的な人）"), _("およそ%(days)s日") % {"days": f"{every:,.0f}"}),
        (_("1回買うごとに離れる割合"), f"{held['a'] / (held['a'] + held['b']) * 100:.1f}%"),
    ]
    if money:
        made.append(
            (
                _("1回の購入額（平均的な人）"),
                amounts.format_yen(round(money["p"] * money["v"] / (money["q"] - 1))),
            )
        )
    correlation = figures.get("correlation")
    if correlation is not None:
        made.append((_("回数と金額の相関（0に近いほどよい）"), f"{correlation:+.2f}"))
    return made


def _fit(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Customers by number of repeat purchases: foretold, real."""
    last = len(figures.get("fit", ())) - 1
    return [
        (_times(line["x"], more=place == last), f"{line['expected']:,.0f}", f"{line['actual']:,.0f}")
        for place, line in enumerate(figures.get("fit", ()))
    ]


def _holdout(figures: dict[str, Any]) -> dict[str, Any] | None:
    held = figures.get("holdout")
    if not held:
        return None
    expected, actual = held["expected"], held["actual"]
    error = f"{(expected / actual - 1) * 100:+.1f}%" if actual else "—"
    line = _(
        "%(day)sまでの購入だけで見込みを計算し、その後の実際の購入と比べました。見込み%(expected)s回、実際%(actual)s回（差 %(error)s）。"
    ) % {
        "day": _day(held["after"]),
        "expected": f"{expected:,.0f}",
        "actual": f"{actual:,.0f}",
        "error": error,
    }
    most = max((one["x"] for one in held["by_repeats"]), default=0)
    rows = [
        (
            _times(one["x"], more=one["x"] == most and most >= 7),
            f"{one['customers']:,}",
            f"{one['expected']:.2f}",
            f"{one['actual']:.2f}",
        )
        for one in held["by_repeats"]
    ]
    return {"line": line, "rows": rows}


def _raw(figures: dict[str, Any]) -> str:
    words = {"alpha": "α"}
    held = [*figures["parameters"].items(), *(figures.get("gamma_gamma") or {}).items()]
    return "  ".join(f"{words.get(name, name)} = {value:,.4g}" for name, value in held)


def _times(n: float, *, more: bool) -> str:
    number = int(n)
    return _("%(n)d回以上") % {"n": number} if more else _("%(n)d回") % {"n": number}


def _day(text: str) -> str:
    return calendar.format_date(datetime.date.fromisoformat(text), weekday=False)
