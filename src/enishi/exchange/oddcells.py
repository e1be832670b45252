"""Cells that say more, or say it otherwise, than their field takes: what of them is the value, and what stays as text."""

import datetime
import re
from typing import Any

from enishi.exchange import contents
from enishi.japanese import emails, telephones, wareki

# Excel's day numbers of 1954-10-03 to 2119-01-11, which a csv may hold as text. Only in a column of days: else they are codes.
_SERIAL = re.compile(r"(?:[2-7]\d{4}|80000)(?:\.\d+)?\Z")
_OTHER_DATA = (contents.is_email, contents.is_telephone, contents.is_postal_code, contents.is_address)
LONGEST_KEPT = 100  # characters of a text that stands where a day should


def day(cell: str, lies_behind: bool, today: datetime.date) -> Any:
    """A text in a column of days as a date field takes it; `lies_behind`: no such day is to come (birthdays).

    Raises:
        ValueError: there is no such day.
    """
    text = cell.strip()
    if _SERIAL.match(text):
        return float(text)
    if not lies_behind:
        return cell
    if wareki.lacks_day(text):
        raise ValueError(text)  # it stays as text: nobody is to be congratulated on an invented day
    try:
        return wareki.parse_date(cell, latest=today)
    except wareki.NotADate:
        return cell


def is_no_day(cell: Any, moment: bool) -> bool:
    """Whether a text that a date field refused may stay as text: it has no form of a date (創業時, 2023年度), or lies beyond all calendars
    (9999/12/31). A day that never was is a slip of the pen, and a mail address means that the row's cells are out of place: both are
    for a person to mend."""
    if not isinstance(cell, str) or len(cell) > LONGEST_KEPT or contents.share([cell], _is_other_data):
        return False
    try:
        wareki.parse_date(cell)
    except wareki.NotADate:
        return True
    except (ValueError, OverflowError):
        return False
    return not moment


def _is_other_data(cell: Any) -> bool:
    return any(contents.share([cell], test) for test in _OTHER_DATA)


_DAY_OF_YEAR = re.compile(r"(\d{1,2})月(\d{1,2})日\Z")


def lot(cell: Any) -> str:
    """The lot number 1-2 of which Excel made January 2; "" of all else. Which year it took says nothing."""
    if isinstance(cell, datetime.date):
        return f"{cell.month}-{cell.day}"
    match = _DAY_OF_YEAR.match(cell.strip()) if isinstance(cell, str) else None
    return f"{int(match[1])}-{int(match[2])}" if match else ""


_SAYS_SOMETHING = re.compile(r"[^\W_]")


def mails(cell: str) -> tuple[str, list[str]]:
    """A cell's mail address, and what of the cell it leaves unsaid: further addresses, or the cell itself where words stand beside them
    (PC:a@example.jp 携帯:b@example.jp). A cell without one is returned as it is."""
    try:
        return emails.clean_email(cell), []
    except ValueError:
        found, rest = emails.find_emails(cell)
    if not found:
        return cell, []
    return found[0], [cell.strip()] if _SAYS_SOMETHING.search(rest) else found[1:]


def telephone(cell: Any) -> tuple[str, str]:
    """The telephone number of a cell that holds one at most, and what of the cell it leaves unsaid: all of it, where words stand beside
    the number (03-1234-5678 夜間). The number is "" where the words stand alone (青葉ビル2F, 3.12E+09); what has no letters is taken as it
    is, and numbers from abroad with their extension."""
    text = telephones.mend_zero(cell)
    worded = isinstance(cell, str) and any(c.isalpha() for c in text)
    if not worded or text.lstrip().startswith(("+", "＋")) or telephones.parse_telephone(text).valid:
        return text, ""
    return telephones.within(text), text.strip()
