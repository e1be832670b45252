"""A list of days off as somebody pastes it: a day or a span per line, with its name before or after. Whatever is not understood is
refused with its line: a day too few is seen by nobody until a customer stands before a closed door."""

import datetime
import re
import unicodedata

from django.utils.translation import gettext as _

from enishi.japanese.text import clean
from enishi.japanese.wareki import parse_date

LONGEST = 60  # days of one line
LINES = 400
NAME = 60  # letters
_MARK = r"(?:〜|～|~|–|—|→|から)"
_DASH = r"[-－−‐‑ー]"
_SPAN = re.compile(rf"\s*{_MARK}\s*|\s*{_DASH}\s*|[ \u3000]*\t\s*")
_ASIDE = re.compile(r"[(（][月火水木金土日祝休](?:曜日?)?(?:・?[祝休])?[)）]|\b\d{1,2}:\d{2}(?::\d{2})?\b")
_LAST = re.compile(rf"\s*(?:{_MARK}|{_DASH})\s*(\d{{1,2}})日?(?=\s|[,，、]|まで|$)")  # 8/13〜16
_UNTIL = re.compile(r"\s*(?:まで|迄)")
_MORE = re.compile(r"\s*[,，、・]\s*\d{1,2}日?(?=\s|[,，、・]|$)")  # 8/13、14
_BEFORE = re.compile(rf"{_MARK}\s*$")
_EVERY_WEEK = re.compile(r"毎[週月]|曜|土日|祝日|・祝")
# No part of a longer number, and no year of two digits.
_DAY = re.compile(
    r"(?<![\d./])(?:(?:(?:令和|㋿|(?<![A-Za-z])[Rr])\s*(?:\d{1,2}|元)\s*[年./-]\s*)?(?:\d{4}\s*[年./-]\s*)?"
    r"\d{1,2}\s*[月./-]\s*\d{1,2}(?:\s*日)?|\d{8})(?![./]?\d)"
)
_WIDE = str.maketrans("０１２３４５６７８９／．：", "0123456789/.:")


class Unread(ValueError):
    """A line that holds no day; the message says which and what to write."""


def read_days(text: str, year: int) -> dict[datetime.date, str]:
    """Days with their names out of lines such as 「2026/12/29〜2027/1/3 年末年始」, 「8/13 夏季休業」, 「創立記念日,令和8年10月1日」.

    Args:
        year: the year of days that stand without one; a span's end before its beginning is of the year after.

    Raises:
        Unread: a line has no day, too many of them, or one that doesn't exist.
    """
    made: dict[datetime.date, str] = {}
    lines = [(number, line) for number, line in enumerate(clean(text).splitlines(), 1) if line.strip()]
    if len(lines) > LINES:
        raise Unread(_("一度に取り込めるのは%(n)d行までです。分けて貼り付けてください。") % {"n": LINES})
    for number, line in lines:
        first, last, name = _line(number, line, year)
        for ahead in range((last - first).days + 1):
            made[first + datetime.timedelta(days=ahead)] = name
    return made


def _line(number: int, line: str, year: int) -> tuple[datetime.date, datetime.date, str]:
    told = {"n": number, "line": line.strip()[:40]}
    # Letter by letter in the place of the line's, so that the name is cut out of it as it was typed.
    line = _ASIDE.sub(lambda found: " " * len(found[0]), line)
    plain = line.translate(_WIDE)
    found = list(_DAY.finditer(plain))
    if not found and _EVERY_WEEK.search(plain):
        raise Unread(
            _(
                "%(n)d行目「%(line)s」に日付がありません。毎週の休みと祝日は、この上の「休みの曜日」で選んでください。"
            )
            % told
        )
    if not found:
        raise Unread(
            _("%(n)d行目「%(line)s」に日付がありません。「2026/12/29 年末休業」のように書いてください。")
            % told
        )
    first = _day(found[0][0], year, told)
    last, end = first, found[0].end()
    if len(found) > 1:
        if not _SPAN.fullmatch(plain[found[0].end() : found[1].start()]) or len(found) > 2:
            raise _several(told)
        last, end = _day(found[1][0], first.year, told), found[1].end()
        if last < first and not re.search(r"\d{4}|令和|㋿|[Rr]", found[1][0]):
            last = _day(found[1][0], first.year + 1, told)
    elif alone := _LAST.match(plain, end):
        last, end = _day(f"{first.year}/{first.month}/{alone[1]}", first.year, told), alone.end()
    if _MORE.match(plain, end):
        raise _several(told)
    until = _UNTIL.match(plain, end)
    if until and last == first or _BEFORE.search(plain[: found[0].start()]):
        raise Unread(
            _("%(n)d行目「%(line)s」の期間の始まりが読めません。「12/29〜1/3」のように書いてください。")
            % told
        )
    end = until.end() if until else end
    if _SPAN.match(plain[end:].lstrip() or "x"):
        raise Unread(
            _("%(n)d行目「%(line)s」の期間の終わりが読めません。「12/29〜1/3」のように書いてください。")
            % told
        )
    if not 0 <= (last - first).days < LONGEST:
        raise Unread(
            _("%(n)d行目「%(line)s」の期間は%(most)d日までにし、開始日を先に書いてください。")
            % {**told, "most": LONGEST}
        )
    name = " ".join(f"{line[: found[0].start()]} {line[end:]}".split())
    name = re.sub(r"[(（]\s*[)）]", "", name).strip(' ,，、:：・"')
    counted = r"[(（]\s*(?!1\s*日間)[0-9]+\s*日間\s*[)）]|(?<![0-9])(?!1\s*日間)[0-9]+\s*日間$|以降"
    if last == first and re.search(counted, unicodedata.normalize("NFKC", name)):
        raise Unread(
            _("%(n)d行目「%(line)s」の期間の終わりが読めません。「12/29〜1/3」のように書いてください。")
            % told
        )
    name = re.sub(r"[(（]\s*[0-9０-９]+\s*日間\s*[)）]", "", name).strip()
    if len(name) > NAME:
        raise Unread(
            _("%(n)d行目「%(line)s」の名前は%(most)d文字までにしてください。") % {**told, "most": NAME}
        )
    return first, last, name


def _several(told: dict[str, object]) -> Unread:
    return Unread(
        _(
            "%(n)d行目「%(line)s」に日付がいくつもあります。1行に1つの日付か、「12/29〜1/3」のような期間を書いてください。"
        )
        % told
    )


def _day(text: str, year: int, told: dict[str, object]) -> datetime.date:
    try:
        found = parse_date(re.sub(r"\s", "", text), year)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2199:
        raise Unread(_("%(n)d行目「%(line)s」の日付は暦にありません。年月日を確かめてください。") % told)
    return found
