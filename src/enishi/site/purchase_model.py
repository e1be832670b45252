"""`enishi purchase-model FILE`: the purchase model of a loose file, without storing anything."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from enishi.kit.command import Parser, Problem, say

# Words of headings, as `headings.key` folds them; the more telling first.
CUSTOMER = "顧客id 顧客番号 顧客コード 会員番号 会員id 得意先コード 得意先id 得意先番号 customer_id customerid cust_id client_id user_id 顧客 顧客名 得意先 得意先名 会員 会員名 お客様 取引先 取引先名 customer client user name id"
DAY = "購入日 購入日時 注文日 注文日時 受注日 売上日 取引日 取引年月日 来店日 日付 年月日 日時 purchase_date order_date invoice_date invoicedate transaction_date date datetime time"
AMOUNT = "購入金額 売上金額 受注金額 取引金額 合計金額 税込金額 金額 合計 売上 amount total total_price sales revenue monetary_value value dollars spent price_total"
QUANTITY = "数量 個数 購入数 quantity qty units"
PRICE = "単価 unit_price unitprice price"
Wanted = tuple[int, int, int, int, int]


def command(argv: list[str]) -> int:
    """Fits the model to a file of customer, day and amount.

    Raises:
        Problem
    """
    options = _options(argv)
    from enishi.exchange import readers
    from enishi.insight.lifetime_value.forecast import forecast
    from enishi.insight.lifetime_value.purchases import DAY as ONE_DAY
    from enishi.insight.lifetime_value.purchases import WEEK, Purchases

    path = Path(options.file)
    skipped = [0]
    try:
        bought = Purchases.of(_rows(path, skipped))
    except readers.Unreadable as error:
        raise Problem(str(error), str(error)) from None
    until, end = (_day(text) for text in (options.until, options.calibration_end))
    try:
        made = forecast(
            bought,
            unit=ONE_DAY if options.unit == "day" else WEEK,
            until=until,
            calibration_end=end,
        )
    except ValueError:
        raise Problem(
            f"「{path.name}」に、顧客・日付・金額のそろった購入がありません。",
            f"No purchase with customer, day and amount in “{path.name}”.",
        ) from None
    if options.json:
        print(json.dumps(_told(made, skipped[0]), ensure_ascii=False, default=str), flush=True)
    else:
        print(_words(made), flush=True)
    return 0


def _options(argv: list[str]) -> Any:
    parser = Parser(
        prog="enishi purchase-model",
        description=say(
            "購入の一覧（顧客・日付・金額）から、次の購入と1年の見込みを計算します。何も登録しません。",
            "Foretells next purchases and a year's value from a file of customer, day and amount. Stores nothing.",
        ),
    )
    parser.add_argument("file", help=say("購入の一覧（csv、xlsx など）", "the purchases (csv, xlsx, …)"))
    parser.add_argument("--json", action="store_true", help=say("結果をJSONで出す", "print JSON"))
    parser.add_argument(
        "--unit", choices=["week", "day"], default="week", help=say("時間の単位", "unit of time")
    )
    parser.add_argument("--until", default="", metavar="DATE", help=say("いつの時点で見るか", "the day to look from"))  # fmt: skip
    parser.add_argument(
        "--calibration-end", default="", metavar="DATE",
        help=say("この日までで計算し、あとの購入と比べる", "fit up to this day, compare with what came after"),
    )  # fmt: skip
    return parser.parse_args(argv)


def _day(text: str) -> int | None:
    from enishi.japanese.wareki import parse_date

    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError as error:
        raise Problem(str(error), f"“{text}” is no date.") from None
    return found.toordinal() if found else None


# --- reading ------------------------------------------------------------------------------------------
def _rows(path: Path, skipped: list[int]) -> Iterator[tuple[str, datetime.date, float]]:
    """Customer, day and amount of each row; what can't be read is counted."""
    from enishi.exchange import headings, readers
    from enishi.japanese import wareki

    table = max(readers.open_tables(path, path.name)[:20], key=lambda one: len(one.head(200)))
    start, places = _places(table.head(50))
    days: dict[Any, datetime.date | None] = {}
    for number, row in enumerate(table.rows()):
        if number < start or headings.is_blank(row):
            continue
        customer, day, amount, quantity, price = (
            row[place] if 0 <= place < len(row) else None for place in places
        )
        if day not in days:
            try:
                days[day] = wareki.parse_date(day)
            except ValueError:
                days[day] = None
        when, money = days[day], _money(amount, quantity, price)
        name = readers.plain(customer) if customer not in (None, "") else ""
        if not name or when is None or money is None:
            skipped[0] += 1
            continue
        yield name, when, money


def _money(amount: Any, quantity: Any, price: Any) -> float | None:
    if amount is not None:
        return _number(amount)
    one, many = _number(price), _number(quantity)
    return one * many if one is not None and many is not None else None


def _number(cell: Any) -> float | None:
    from enishi.japanese import amounts

    if isinstance(cell, int | float):
        return float(cell)
    try:
        return float(str(cell).strip())
    except ValueError:
        pass
    try:
        found = amounts.parse_yen(cell, 1) if cell not in (None, "") else None
    except ValueError:
        return None
    return float(found) if found is not None else None


def _places(head: list[list[Any]]) -> tuple[int, Wanted]:
    """Rows before the data and the columns of customer, day, amount, quantity and price (-1: there is none); without headings the
    first three columns are customer, day and amount."""
    from enishi.exchange import headings

    for number, row in enumerate(head[:20]):
        keys = [headings.key(text) for text in headings.texts(row)]
        customer, day, amount, quantity, price = (
            next((keys.index(key) for word in words.split() if (key := headings.key(word)) in keys), -1)
            for words in (CUSTOMER, DAY, AMOUNT, QUANTITY, PRICE)
        )
        if customer >= 0 and day >= 0 and (amount >= 0 or price >= 0):
            return number + 1, (customer, day, amount, quantity, price)
    return 0, (0, 1, 2, -1, -1)


# --- telling ------------------------------------------------------------------------------------------
def _told(made: Any, skipped: int) -> dict[str, Any]:
    timing, money = made.timing, made.money
    return {
        "model": made.model, "reason": made.reason or None, "unit": "day" if made.unit == 1 else "week",
        "parameters": {name: getattr(timing, name) for name in ("r", "alpha", "a", "b")} if timing else None,
        "log_likelihood": timing.log_likelihood if timing else None,
        "gamma_gamma": {name: getattr(money, name) for name in ("p", "q", "v")} if money else None,
        "median_interval_days": made.interval,
        "window": {"from": made.window[0], "to": made.window[1], "until": made.until},
        "counts": {"customers": made.customers, "repeating": made.repeating, "purchases": made.purchases, "left_out": made.left_out, "unread": skipped},
        "goodness": {"by_repeats": made.fit, "chi_square": made.misfit, "holdout": made.holdout, "correlation": made.correlation},
        "meaning": {
            "p_alive": say("1回だけ買った顧客（x=0）は、BG/NBDでは必ず1です。続くかどうかは分かりません。", "Of who bought once (x = 0) BG/NBD always says 1: it tells nothing."),
            "next_purchase": say("最後の購入日に、続いている場合の購入の間隔を足した日です。過去の日になることもあります。", "The last purchase and the expected interval of who stays; it may lie in the past."),
        },
        "customers": [asdict(one) for one in made.outlooks()],
    }  # fmt: skip


def _words(made: Any) -> str:
    lines = [
        say(
            f"{made.window[0]}から{made.window[1]}までの購入{made.purchases}回、顧客{made.customers}件（2回以上 {made.repeating}件）",
            f"{made.purchases} purchases of {made.customers} customers ({made.repeating} more than once), {made.window[0]} to {made.window[1]}",
        )
    ]
    if made.timing is None:
        why = say("2回以上買った顧客が100件より少ない", "fewer than 100 customers bought again") if made.reason == "few" else say("モデルが当てはまらない", "the model doesn't fit")  # fmt: skip
        lines.append(say(f"{why}ため、購入間隔の中央値で見込みます。", f"Median intervals are used: {why}."))
    else:
        lines.append(
            f"BG/NBD r={made.timing.r:.4f} α={made.timing.alpha:.4f} a={made.timing.a:.4f} b={made.timing.b:.4f}"
        )
        if made.money is not None:
            lines.append(f"Gamma-Gamma p={made.money.p:.4f} q={made.money.q:.4f} v={made.money.v:.4f}")
        if made.holdout:
            lines.append(
                say(
                    f"{made.holdout['after']}より後の購入: 見込み {made.holdout['expected']:.0f}回、実際 {made.holdout['actual']:.0f}回",
                    f"purchases after {made.holdout['after']}: {made.holdout['expected']:.0f} expected, {made.holdout['actual']:.0f} came",
                )
            )
    return "\n".join(lines)
