"""Amounts of money and numbers as people write them."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import get_language
from django.utils.translation import gettext as _

_SMALL = {"千": 1000, "百": 100, "十": 10, "": 1}
_GREAT = {"兆": 10**12, "億": 10**8, "万": 10**4, "": 1}
# 12, 12万, 3千, 3千万, 2千5百万: what stands in front of 兆, 億 or 万 counts in it.
_GROUP = re.compile(r"((?:[0-9]+(?:\.[0-9]+)?[千百十])*(?:[0-9]+(?:\.[0-9]+)?)?)(兆|億|万|)")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([千百十]?)")
_ASIDE = re.compile(r"^(?P<amount>[^(（]*\d[^(（]*)[(（].*[)）]$", re.DOTALL)
_MINUS = re.compile(r"^[△▲\-−－]")
LONGEST = 40


def _plain(text: str) -> str:
    kept = unicodedata.normalize("NFKC", text).strip()
    kept = kept.replace("−", "-").replace("，", ",")
    kept = re.sub(r"^(約|およそ|ca\.)|(/月|/年|\(月額\)|\(年額\)|\.-|\.ー)$", "", kept)
    return re.sub(r"[\\¥￥,\s'_]|JPY|税込|税抜|税別|\(税込\)|\(税抜\)", "", kept)


def _bad(typed: str) -> ValueError:
    return ValueError(
        _("「%(text)s」は数として読めません。12000、12,000円、1.2万円 のように入力してください。")
        % {"text": typed}
    )


def parse_number(value: object) -> Decimal:
    """A number with full-width digits, thousands commas, △ for minus, 万 and 千 (2千5百万 too).

    Raises:
        ValueError: in the reader's language.
    """
    if isinstance(value, bool):
        raise ValueError(_("数字で入力してください。"))
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite():
            raise ValueError(_("数字で入力してください。"))
        return number
    typed = str(value)
    if len(typed) > LONGEST:
        raise ValueError(_("数字が長すぎます。"))
    text = _plain(typed)
    negative = bool(_MINUS.match(text)) or (text.startswith("(") and text.endswith(")"))
    text = re.sub(r"[△▲()\-]", "", text)
    for ending in ("円", "人", "名", "個", "件", "社", "点", "台", "本", "回", "%"):
        text = text.removesuffix(ending)
    text = text.removesuffix("也").removesuffix("円")
    total, position = Decimal(0), 0
    if not text:
        raise ValueError(_("「%(text)s」は数として読めません。数字で入力してください。") % {"text": typed})
    while position < len(text):
        match = _GROUP.match(text, position)
        if not match or not match[1]:
            raise _bad(typed)
        parts = _PART.findall(match[1])
        total += sum(Decimal(number) * _SMALL[step] for number, step in parts) * _GREAT[match[2]]
        position = match.end()
        if not match[2] and position < len(text):
            raise _bad(typed)
    return -total if negative else total


def parse_yen(value: object, unit: int = 1) -> int:
    """Whole yen from ￥12,000, 12000円, 12万円, 1.5億円, △1,000; `unit` multiplies a bare number (千円 columns).

    Raises:
        ValueError: in the reader's language.
    """
    text = unicodedata.normalize("NFKC", str(value)) if isinstance(value, str) else ""
    try:
        number = parse_number(value)
        if not re.search(r"[円万千億兆百]", text):
            number *= unit
        return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except InvalidOperation:
        raise ValueError(_("金額が大きすぎるか、数として読めません。")) from None


def without_aside(text: str) -> str:
    """What stands in front of a remark in brackets: 「1,000,000円（税込1,100,000円）」 is 1,000,000円 with another amount told beside it;
    "" where nothing like that is there."""
    match = _ASIDE.match(text.strip())
    return match["amount"].strip() if match else ""


def format_yen(amount: int) -> str:
    """「¥1,234,567」, 「-¥500」."""
    return f"-¥{-amount:,}" if amount < 0 else f"¥{amount:,}"


def format_man(amount: int) -> str:
    """「1,240万円」; below 10,000 yen the yen themselves, from 100 million on 「1.2億円」. In English ¥12.4M and ¥3.35B, below a million
    the yen themselves."""
    size = abs(amount)
    if (get_language() or "ja").startswith("en"):
        sign = "-" if amount < 0 else ""
        if size >= 10**9:
            return f"{sign}¥{Decimal(size) / 10**9:,.2f}B"
        return f"{sign}¥{Decimal(size) / 10**6:,.1f}M" if size >= 10**6 else f"{sign}¥{size:,}"
    if size < 10_000:
        return f"{amount:,}円"
    if size >= 10**8:
        return f"{Decimal(amount) / 10**8:,.1f}億円"
    return f"{int((Decimal(amount) / 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP)):,}万円"


def unit_in_header(header: str) -> int:
    """The unit a column heading states: 金額(千円) is 1,000; 1 where it states none."""
    text = unicodedata.normalize("NFKC", header)
    for word, unit in (("百万円", 10**6), ("千円", 1000), ("万円", 10**4), ("億円", 10**8)):
        if re.search(rf"[(\[【／/:：\s]{word}|{word}[)\]】]|単位.?{word}", text):
            return unit
    return 1
