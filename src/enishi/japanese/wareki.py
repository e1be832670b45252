"""Dates as Japanese ledgers write them, and the Japanese eras."""

import calendar
import datetime
import re
import unicodedata

from django.utils.translation import gettext as _

from enishi.japanese.numerals import kanji_number

# First day of each era: 大正 to 令和 by 元号を改める政令 and the proclamations before it; 明治 in the Gregorian calendar.
ERAS = (
    ("令和", "R", datetime.date(2019, 5, 1)),
    ("平成", "H", datetime.date(1989, 1, 8)),
    ("昭和", "S", datetime.date(1926, 12, 25)),
    ("大正", "T", datetime.date(1912, 7, 30)),
    ("明治", "M", datetime.date(1868, 10, 23)),
)
_WORDS = {word: start for name, letter, start in ERAS for word in (name, name[0], letter, letter.lower())}
_SQUARE = str.maketrans({"㋿": "令和", "㍻": "平成", "㍼": "昭和", "㍽": "大正", "㍾": "明治"})
_ERA = re.compile(
    r"^(令和|平成|昭和|大正|明治|[令平昭大明RHSTMrhstm])\.?\s*(\d{1,2}|元)(?:年度?|[./-])?"
    r"(?:\s*(\d{1,2})(?:月|[./-])?(?:\s*(\d{1,2})日?)?)?$"
)
_WESTERN = re.compile(r"^(?:西暦)?(\d{4})(?:年|[./-])(\d{1,2})(?:(?:月|[./-])(\d{1,2})日?|月)?$")
_COMMAS = re.compile(r"^(\d{4})[,、](\d{1,2})[,、](\d{1,2})$")
_MONTH_END = re.compile(r"^(.*月|\d{4}[./-]\d{1,2})末日?$")
_YEAR = re.compile(r"^(?:西暦)?(18[6-9]\d|19\d\d|20\d\d)年?$")
_APOSTROPHE = re.compile(r"^[''‘’](\d{2})[./-](\d{1,2})[./-](\d{1,2})$")
# Only with slashes: 12-3-4 is a lot number, 5.4.1 and 23.4.1 may be years of any era.
_TWO_DIGITS = re.compile(r"^(\d{2})/(\d{1,2})/(\d{1,2})$")
_AMERICAN = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ENGLISH = re.compile(
    r"^(?:(?P<before>\d{1,2})[ -])?(?P<month>[A-Za-z]{3,9})\.?[ -](?:(?P<day>\d{1,2}),? )?(?P<year>\d{4})$"
)
_MONTH_YEAR = re.compile(r"^(?:(\d{1,2})-)?([A-Za-z]{3})-(\d{2})$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\.0+)?$")
_SHORT = re.compile(r"^(\d{1,2})(?:月|[./-])(\d{1,2})日?$")
_KANJI = re.compile(r"[〇一二三四五六七八九十百千]+(?=[年月日])")
_ONWARD = re.compile(r"\s*(?:[~〜]|から|より)$")
_WEEKDAY = re.compile(r"\s*[(（][月火水木金土日祝・]+[)）]$")
_TIME = re.compile(r"^(.*?\S)[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_TIME_KANJI = re.compile(r"^(.*?\S)\s*(午前|午後)?(\d{1,2})時(?:(\d{1,2})分)?$")
_EXCEL_EPOCH = datetime.datetime(1899, 12, 30)


def excel_serial_to_date(serial: float) -> datetime.datetime:
    """Excel's day number (1 is 1900-01-01, with its invented 1900-02-29) as a moment.

    Raises:
        ValueError: outside 1 to 2,958,465 (9999-12-31).
    """
    if not 1 <= serial < 2_958_466:
        raise ValueError(
            _("「%(text)s」は日付として読めません。2026/11/23 のように入力してください。")
            % {"text": f"{serial:g}"}
        )
    days = serial if serial >= 60 else serial + 1
    return _EXCEL_EPOCH + datetime.timedelta(seconds=round(days * 86_400))


class _NoDate(ValueError):
    """What is wrong is said already."""


class NotADate(_NoDate):
    """The text has no form of a date (創業時, 2023年度, 5.4.1): it may mean something else. A day that never was is another error."""


def _bad(text: object) -> ValueError:
    return NotADate(
        _(
            "「%(text)s」は日付として読めません。2026/11/23、令和8年11月23日、R8.11.23 のように入力してください。"
        )
        % {"text": str(text)[:40]}
    )


def _missing(text: object) -> ValueError:
    return _NoDate(
        _("「%(text)s」という日付はありません。年月日を確認してください。") % {"text": str(text)[:40]}
    )


def parse_date(
    value: object, default_year: int | None = None, latest: datetime.date | None = None
) -> datetime.date | None:
    """A day from a date, an Excel serial number or text; nothing entered gives None.

    Args:
        default_year: the year of 「11/23」; without it such a text is refused.
        latest: the last day that it can be (today, of a birthday), by which a year of two digits gets its century; else see `_century`.

    Raises:
        NotADate: the text has no form of a date.
        ValueError: naming what was read, where it has one and there is no such day.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, bool):
        raise _bad(value)
    if isinstance(value, int | float):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and (18_000_101 <= value <= 29_991_231 or 1868 <= value <= 2100):
            return parse_date(str(value))  # 20261123; 1998 is a year (its day number would be in 1905)
        return excel_serial_to_date(float(value)).date()
    text = unicodedata.normalize("NFKC", str(value).translate(_SQUARE)).strip()
    text = _WEEKDAY.sub("", text)
    if not text:
        return None
    if match := _TIME.match(text):
        text = _WEEKDAY.sub("", match.group(1))
    text = _KANJI.sub(lambda m: kanji_number(m[0]), _ONWARD.sub("", text))
    try:
        found = (
            _day(re.sub(r"\s+", "", text), default_year)
            or _english(text, latest)
            or _two_digits(text, latest)
        )
    except _NoDate:
        raise
    except ValueError:
        raise _missing(value) from None
    if found is None:
        raise _bad(value)
    return found


def _day(text: str, default_year: int | None) -> datetime.date | None:
    if match := _MONTH_END.match(text):  # 2026年12月末, 令和8年12月末日, 12月末
        first = _day(f"{match[1]}1" if match[1].endswith("月") else f"{match[1]}/1", default_year)
        return first and first.replace(day=calendar.monthrange(first.year, first.month)[1])
    if match := _ERA.match(text):
        return _era_date(match, text)
    if match := _WESTERN.match(text) or _COMPACT.match(text) or _COMMAS.match(text):
        return datetime.date(int(match[1]), int(match[2]), int(match[3] or 1))
    if match := _YEAR.match(text):
        return datetime.date(int(match[1]), 1, 1)
    if match := _APOSTROPHE.match(text):
        century = 2000 if int(match[1]) < 65 else 1900
        return datetime.date(century + int(match[1]), int(match[2]), int(match[3]))
    if default_year and (match := _SHORT.match(text)):
        return datetime.date(default_year, int(match[1]), int(match[2]))
    return None


def _century(two: int, month: int, day: int, latest: datetime.date | None) -> datetime.date | None:
    """The day of a year of two digits: the last one that isn't after `latest`; without that 20yy up to 31 and 19yy from 65. What lies
    between may as well be a year of 昭和 (which had 64) and stays unread.

    Raises:
        ValueError: there is no such day.
    """
    if latest is not None:
        found = datetime.date(2000 + two, month, day)
        return found if found <= latest else datetime.date(1900 + two, month, day)
    if 31 < two < 65:
        return None
    return datetime.date((2000 if two < 65 else 1900) + two, month, day)


def _two_digits(text: str, latest: datetime.date | None) -> datetime.date | None:
    """23/4/1."""
    match = _TWO_DIGITS.match(text)
    return _century(int(match[1]), int(match[2]), int(match[3]), latest) if match else None


def _english(text: str, latest: datetime.date | None) -> datetime.date | None:
    """11/23/2026 (23/11/2026 where the month comes second), Nov 23, 2026 and 23-Nov-2026 of English programs' exports; Nov-26 is what
    Excel shows of a month of 2026."""
    if match := _AMERICAN.match(text):
        month, day = int(match[1]), int(match[2])
        if month > 12:
            month, day = day, month
        return datetime.date(int(match[3]), month, day)
    if (match := _ENGLISH.match(text)) and (word := match["month"][:3].lower()) in _MONTHS:
        day = int(match["before"] or match["day"] or 1)
        return datetime.date(int(match["year"]), _MONTHS.index(word) + 1, day)
    if (match := _MONTH_YEAR.match(text)) and (word := match[2].lower()) in _MONTHS:
        return _century(int(match[3]), _MONTHS.index(word) + 1, int(match[1] or 1), latest)
    return None


def _era_date(match: re.Match[str], value: object) -> datetime.date:
    start = _WORDS[match[1]]
    year = start.year + (1 if match[2] == "元" else int(match[2])) - 1
    if int(match[2]) < 1 if match[2] != "元" else False:
        raise _missing(value)
    if match[3] is None:
        return max(start, datetime.date(year, 1, 1))
    day = datetime.date(year, int(match[3]), int(match[4] or 1))
    following = [begun for _name, _letter, begun in ERAS if begun > start]
    if match[4] is None and day < start:
        day = start
    if day < start or (following and day >= min(following)):
        raise _NoDate(
            _("「%(text)s」はその元号の期間にありません。年月日を確認してください。")
            % {"text": str(value)[:40]}
        )
    return day


def parse_datetime(value: object) -> datetime.datetime | None:
    """A moment (naive: the company's own time, or aware where the text carries its offset); a day alone is midnight.

    Raises:
        ValueError
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time())
    if isinstance(value, float) and not value.is_integer():
        return excel_serial_to_date(value)
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value.translate(_SQUARE)).strip()
        if match := _TIME.match(text):
            day = parse_date(match[1])
            hour, minute, second = int(match[2]), int(match[3]), int(match[4] or 0)
            zone = match[5] or ""
        elif match := _TIME_KANJI.match(text):
            day = parse_date(match[1])
            hour = int(match[3]) + (12 if match[2] == "午後" and int(match[3]) < 12 else 0)
            minute, second, zone = int(match[4] or 0), 0, ""
        else:
            match = None
        if match:
            if day is None or hour > 23 or minute > 59 or second > 59:
                raise ValueError(
                    _("「%(text)s」という時刻はありません。14:30 のように入力してください。")
                    % {"text": value[:40]}
                )
            moment = datetime.datetime.combine(day, datetime.time(hour, minute, second))
            if zone:
                moment = datetime.datetime.fromisoformat(
                    moment.isoformat() + ("+00:00" if zone == "Z" else zone)
                )
            return moment
    found = parse_date(value)
    return datetime.datetime.combine(found, datetime.time()) if found else None


def era_year(day: datetime.date) -> tuple[str, int]:
    """Era and year in it.

    Raises:
        ValueError: before 明治.
    """
    for name, _letter, start in ERAS:
        if day >= start:
            return name, day.year - start.year + 1
    raise ValueError(_("明治より前の日付は和暦にできません。"))


def format_wareki(day: datetime.date) -> str:
    """「令和8年11月23日」; the first year is 元年."""
    name, year = era_year(day)
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def lacks_day(text: str) -> bool:
    """Whether a text says a year, or a year and a month, and no day of it (平成5年, 1993年4月, 2023/4末, Apr 1993)."""
    bare = unicodedata.normalize("NFKC", text.translate(_SQUARE)).strip()
    bare = re.sub(r"\s+", "", _KANJI.sub(lambda m: kanji_number(m[0]), bare))
    if _YEAR.match(bare) or _MONTH_END.match(bare):
        return True
    if match := _ERA.match(bare):
        return match[4] is None
    if match := _WESTERN.match(bare):
        return match[3] is None
    english = _ENGLISH.match(text.strip())
    return english is not None and not (english["before"] or english["day"])
