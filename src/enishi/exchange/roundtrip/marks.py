"""Marks of rows and prints of cells: how a sheet that comes back is known, and what in it is as it went out.

A mark stands in the last column, "EN-4-1F-3-BCDFGHJK": sheet, record and version in base 36, and eight letters that only this
installation can make. Excel takes it for text in every way of saving; it ends with a letter, so that dragging a cell down
copies it and doesn't count it up; what was copied, typed or comes from elsewhere is told by it.
"""

import datetime
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from enishi.exchange.readers import harmless, plain
from enishi.japanese import charset, wareki
from enishi.japanese.text import fold
from enishi.records.fields import AnyRecord, Date, DateTime, FieldKind, Lines, Number, YesNo

PRINT = 6  # bytes of a cell's print: one edit in 280 trillion goes unseen
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels: no words, and no number in any notation
_MARK = re.compile(r"EN-([0-9A-Z]{1,12})-([0-9A-Z]{1,13})-([0-9A-Z]{1,6})-([B-Z]{8})\Z")
_LOOKS = re.compile(r"\s*EN\s*[-‐‑–—−－ー].*[-‐‑–—−－ー]", re.IGNORECASE)


def heading() -> str:
    """What stands above the marks."""
    return _("Enishi番号（消さないでください）")


@dataclass(frozen=True, slots=True)
class Mark:
    """Which record, in which version, of which sheet."""

    sheet: int
    record: int
    version: int


def write_mark(mark: Mark) -> str:
    """The mark as it stands in a cell."""
    body = f"EN-{_base36(mark.sheet)}-{_base36(mark.record)}-{_base36(mark.version)}"
    return f"{body}-{_seal(body)}"


def looks_marked(cell: Any) -> bool:
    """Whether a cell holds a mark, or what is left of one."""
    return isinstance(cell, str) and bool(_LOOKS.match(cell))


def read_mark(cell: Any) -> Mark | None:
    """The mark in a cell; None where there is none or it isn't one of ours."""
    if not isinstance(cell, str) or len(cell) > 60:
        return None
    found = _MARK.match(re.sub(r"\s", "", fold(cell)).upper())
    if found is None:
        return None
    body = f"EN-{found[1]}-{found[2]}-{found[3]}"
    if _seal(body) != found[4]:
        return None
    sheet, record, version = (int(found[place], 36) for place in (1, 2, 3))
    return Mark(sheet, record, version) if max(sheet, record) < 2**63 and version < 2**31 else None


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, left = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[left] + digits
    return digits


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return salted_hmac("enishi.exchange.roundtrip", "marks", secret=secret, algorithm="sha256").digest()


def _seal(body: str) -> str:
    number = int.from_bytes(_hash(body.encode(), 8), "big")
    letters = ""
    for _place in range(8):
        number, left = divmod(number, len(LETTERS))
        letters += LETTERS[left]
    return letters


def _hash(data: bytes, size: int, salt: bytes = b"") -> bytes:
    return hashlib.blake2b(data, digest_size=size, key=_key(settings.SECRET_KEY), salt=salt).digest()


# --- cells ------------------------------------------------------------------------------------------
def carried(found: FieldKind) -> bool:
    """Whether a sheet may change the field. What a task is about can't be told by a name alone: its entity is missing."""
    return found.editable and not found.computed and not isinstance(found, AnyRecord | Lines)


def prints(sheet: int, fields: Sequence[FieldKind], cells: Sequence[Any]) -> bytes:
    """The prints of a row's cells, one after the other."""
    salt = sheet.to_bytes(8, "big")
    return b"".join(
        _hash(canon(found, cell).encode("utf-8", "replace"), PRINT, salt)
        for found, cell in zip(fields, cells, strict=True)
    )


def canon(found: FieldKind, cell: Any) -> str:
    """What a cell says, whatever form a spreadsheet gives it: days and numbers by their value, text without what no one sees."""
    if cell is None or cell == "":
        return ""
    if isinstance(found, Date):
        try:
            moment = wareki.parse_datetime(cell) if isinstance(found, DateTime) else wareki.parse_date(cell)
        except (ValueError, OverflowError):
            return _text(cell)
        # Seconds are lost in csv.
        return (
            ""
            if moment is None
            else moment.isoformat(*(() if type(moment) is datetime.date else (" ", "minutes")))
        )
    if isinstance(found, Number):
        try:
            return f"{(Decimal(str(found.parse(cell))) + 0).normalize():f}"  # -0 is 0
        except (ValueError, OverflowError, ArithmeticError):
            return _text(cell)
    if isinstance(found, YesNo):
        try:
            return str(found.clean(cell))
        except ValidationError:
            return _text(cell)
    return _text(cell)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = cell if type(cell) is str else plain(cell)
    if "\r" in text or "_x000D_" in text or "\n" in text:
        text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    return text.replace("\x00", "").strip()


# --- what a spreadsheet makes of a text ---------------------------------------------------------------
_DAY = re.compile(r"(\d{1,4})[-/](\d{1,2})(?:[-/](\d{1,4}))?\Z")
_SHOWN_DAY = re.compile(r"(?:\d{4}年)?(\d{1,2})月(\d{1,2})日\Z")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.(\d+))?E[+-]?\d+\Z", re.IGNORECASE)


def mangled(base: Any, cell: Any, *, from_text: bool) -> bool:
    """Whether a cell is what Excel or an old encoding makes of `base` by itself: zeros in front that are lost, 1.23E+12, a code
    that became a day, a day shown without its year, a character that CP932 lacks, an apostrophe of ours.

    Args:
        from_text: the cell comes from a csv, where everything is text. In a workbook, text in place of text was typed by somebody.
    """
    was, now = _text(base), _text(cell)
    if not was or not now:
        return was == now
    if now in {was, harmless(was)} or charset.encode_cp932(was).decode("cp932") == now:
        return True
    if isinstance(cell, str) and isinstance(base, str) and not from_text:
        return False
    return (
        _same_number(was, now) or _same_day(base, was, cell, now) or was.upper() == now in {"TRUE", "FALSE"}
    )


def _same_number(was: str, now: str) -> bool:
    """A code or a telephone number taken for a number."""
    if not was.isascii() or not now.isascii():
        return False
    try:
        before, after = Decimal(was.replace(",", "")), Decimal(now.replace(",", ""))
    except InvalidOperation:
        return False
    if not before.is_finite() or not after.is_finite():
        return False
    if before == after:
        return True
    shown = _SCIENTIFIC.match(now)
    if shown:  # as the cell shows it: rounded to the places that fit
        return f"{before:.{len(shown[1] or '')}E}" == f"{after:.{len(shown[1] or '')}E}"
    # Beyond 15 digits Excel makes zeros of the rest.
    digits, kept = was.lstrip("+-0"), now.lstrip("+-0")
    return len(digits) > 15 and digits.isdecimal() and kept == digits[:15] + "0" * (len(digits) - 15)


def _same_day(base: Any, was: str, cell: Any, now: str) -> bool:
    """1-2 becomes the second of January; a day that is shown as 11月23日 goes into a csv without its year."""
    shown = _SHOWN_DAY.match(now)
    day: tuple[int, int] | None = (int(shown[1]), int(shown[2])) if shown else None
    if day is None and isinstance(cell, datetime.date):
        day = cell.month, cell.day
    if day is None and (found := re.match(r"\d{4}/(\d{1,2})/(\d{1,2})\Z", now)):
        day = int(found[1]), int(found[2])
    if day is None:
        return False
    if isinstance(base, datetime.date):
        return bool(shown) and (base.month, base.day) == day and not now[:4].isdecimal()
    code = _DAY.match(was)
    if code is None:
        return False
    parts = [int(part) for part in code.groups() if part is not None]
    return day in {tuple(parts[:2]), tuple(parts[-2:])}
