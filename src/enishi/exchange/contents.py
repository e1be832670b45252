"""What the cells of a column look like, whatever its heading says."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from enishi.japanese import addresses, emails, kana, names, odds, telephones, wareki
from enishi.japanese.companies import looks_like_company, valid_corporate_number
from enishi.japanese.text import fold

_POSTAL = re.compile(r"〒?\s*[0-9０-９]{3}[-－‐ー−][0-9０-９]{4}\Z")
_WEB = re.compile(r"(https?://|www\.)\S+|[\w.-]+\.(co\.jp|jp|com|net)/?\Z", re.IGNORECASE)
_TITLE = re.compile(r"(一覧表?|名簿|リスト|台帳|管理表|表|帳|ブック|list)$", re.IGNORECASE)
# Words about a time that is no day; and what stands in a column of ticks.
VAGUE = re.compile(
    r"元年|頃|ごろ|上旬|中旬|下旬|初旬|年内|年度内|年明け|来年|来月|今年|今月|来週|今週|本日|明日|随時|未定|予定|以降|早め|至急|相談|調整|春|夏|秋|冬|月末|年末|期末|納期|都度|継続|不明|済|完|未|中"
)
_KANJI_YEAR = re.compile(r"[〇一二三四五六七八九十]年")
STATES = {"○", "〇", "✓", "✔", "レ", "×", "-", "done", "open", "tbd", "asap", "not started", "in progress", "completed", "deferred", "waiting"}  # fmt: skip
# What says that there is nothing; and of these, words that say it shall come.
NOTHING = set("- － ー — ― ‐ なし 無し 無 不明 未定 未登録 該当なし n/a na none null * / http:// https:// 0000-00-00 0/0/00 1900/1/0 1900/01/00 #n/a #ref! #value! #div/0! #name? #null! #num!".split())  # fmt: skip
# … and that there is nobody, where a person should stand.
NOBODY = NOTHING | {
    "不在",
    "空欄",
    "空席",
    "欠員",
    "未記入",
    "未設定",
    "担当なし",
    "特になし",
    "--",
    "---",
    "ーー",
    "――",
    "なし。",
}
# What says that the cell above holds once more.
DITTO = {"〃", "″", "同上", "々", "仝", "''", "\"", "〃〃", "〃〃〃", "上に同じ", "上と同じ", "上記同じ", "上記に同じ", "上記と同じ", "”", "“", "〝", "〟", "\"\""}  # fmt: skip
OPEN = {"未定", "不明"}
# A name that ends in a sum, and a sum alone, both folded and without blanks.
TOTAL = re.compile(
    r"(合計|小計|総計|総合計|累計|合計金額|中計)$|^(計|total|sum|subtotal|grandtotal)$|^計?(全|計)\d+(件|社|名|人)$|^(総?合計|小計|総計|累計|中計|計)[:：]?[\d,]+(件|社|名|人)$"
)
BARE_TOTAL = re.compile(
    r"[\[(【<]?(総?合計|小計|総計|累計|中計|計|平均|total|grandtotal|subtotal|average)[\])】>]?[:：]?([\d,]+(件|社|名|人|口|行|本|個))?$"
)
_PREFECTURES = set(addresses.PREFECTURES)


def is_email(cell: Any) -> bool:
    """A mail address."""
    return isinstance(cell, str) and "@" in cell and bool(emails.clean_email(cell))


def is_postal_code(cell: Any) -> bool:
    """〒060-0001, with its hyphen (seven bare digits may be anything)."""
    return isinstance(cell, str) and bool(_POSTAL.match(cell.strip()))


def is_telephone(cell: Any) -> bool:
    """A telephone number; the first, where there are several."""
    found = telephones.find_telephones(cell)
    return bool(found) and found[0].number.valid


def is_mobile(cell: Any) -> bool:
    """A mobile telephone's number."""
    found = telephones.find_telephones(cell)
    return bool(found) and found[0].number.valid and found[0].number.digits.startswith(("070", "080", "090"))


def is_prefecture(cell: Any) -> bool:
    """A prefecture and nothing else."""
    return isinstance(cell, str) and cell.strip() in _PREFECTURES


def may_be_prefecture(cell: Any) -> bool:
    """東京都, 東京, Tokyo."""
    if not isinstance(cell, str) or not 2 <= len(cell.strip()) <= 12:
        return False
    text = cell.strip()
    return text.isascii() or any(one == text or one[:-1] == text for one in _PREFECTURES)


def is_honorific(cell: Any) -> bool:
    """様, 先生, Mr. and nothing else."""
    return isinstance(cell, str) and bool(
        re.fullmatch(r"(様|殿|先生|御中|氏|君|mr|ms|mrs|miss|dr)\.?", cell.strip().lower())
    )


def is_address(cell: Any) -> bool:
    """Begins with a prefecture (after a postal code), or reads like 横浜市中区1-2."""
    if not isinstance(cell, str) or not 5 <= len(cell) <= 200:
        return False
    text = re.sub(r"^〒?\s*\d{3}-?\d{4}\s*", "", fold(cell))
    return bool(addresses.split_prefecture(text)[0]) or bool(re.match(r"\S{1,6}[市区町村郡]\S*\d", text))


_BLOCK = re.compile(r"(字|大字)?\S{0,6}?\d+\s*(丁目|番地?|-|$|ノ\d)")
_BUILDING = re.compile(
    r"ビル|マンション|ハイツ|コーポ|ハイム|メゾン|アパート|レジデンス|ヴィラ|タワー|プラザ|センター|荘|棟|寮|団地|館|階|号室|[0-9]f|f$|building|bldg|apt|suite|floor|[ァ-ヺー]{2}"
)


def is_block_number(cell: Any) -> bool:
    """1-2-3, 五丁目7番6号: goes on from the town's name."""
    return isinstance(cell, int) or (
        isinstance(cell, str) and not is_building(cell) and bool(_BLOCK.match(fold(cell)))
    )


def is_building(cell: Any) -> bool:
    """青葉ビル5F, ハイツ桜201: a building and what is inside of it."""
    return isinstance(cell, str) and bool(_BUILDING.search(_wide(cell)))


def _wide(cell: str) -> str:
    """Width and case folded, hiragana left alone (`fold` would make katakana of it)."""
    return unicodedata.normalize("NFKC", cell).lower()


def is_date(cell: Any) -> bool:
    """A date, or text that says one."""
    if isinstance(cell, datetime.date):
        return True
    return isinstance(cell, str) and len(cell) <= 30 and wareki.parse_date(cell) is not None


def is_kana(cell: Any) -> bool:
    """Kana only."""
    return isinstance(cell, str) and kana.is_kana(cell)


def is_url(cell: Any) -> bool:
    """A web address."""
    return isinstance(cell, str) and bool(_WEB.match(cell.strip()))


def is_corporate_number(cell: Any) -> bool:
    """法人番号 with a right check digit."""
    return valid_corporate_number(str(cell).strip())


def is_company(cell: Any) -> bool:
    """Reads like an organisation's name."""
    return (
        isinstance(cell, str)
        and len(cell) <= 60
        and (looks_like_company(cell) or cell.strip().endswith("御中"))
    )


def is_person(cell: Any) -> bool:
    """Reads like a person's name: a known family name, a short name in two parts, 様 behind it."""
    return (
        isinstance(cell, str) and len(cell) <= 30 and not is_company(cell) and names.looks_like_person(cell)
    )


def is_number(cell: Any) -> bool:
    """A number, or text of digits."""
    return isinstance(cell, int | float) or (
        isinstance(cell, str) and re.sub(r"[,.\s¥￥円-]", "", cell).isdigit()
    )


def has_kana(cell: Any) -> bool:
    """Kana, perhaps with an organisation's letters or marks between them (エヌ・ティ・ティ(カ)."""
    return isinstance(cell, str) and bool(re.search(r"[ァ-ヺ]", fold(cell)))


def says_nothing(cell: Any) -> bool:
    """Empty but for a word or mark that says so."""
    return isinstance(cell, str) and cell.strip().lower() in NOTHING


def is_nobody(cell: Any) -> bool:
    """Where a person should stand, a word or mark that says there is none (不在)."""
    return isinstance(cell, str) and cell.strip().lower() in NOBODY


def says_ditto(cell: Any) -> bool:
    """〃, 同上: what the cell above says."""
    return isinstance(cell, str) and cell.strip(" \u3000()（）") in DITTO


def says_total(cell: Any) -> bool:
    """小計, 合計 2件: a sum, nobody."""
    text = fold(str(cell)).replace(" ", "")
    return bool(TOTAL.search(text) or BARE_TOTAL.match(text))


def has_digit(cell: Any) -> bool:
    """A number, or text with one in it."""
    return isinstance(cell, int | float) or (isinstance(cell, str) and any(c.isdigit() for c in cell))


def may_be_when(cell: Any) -> bool:
    """A date, a number that may be one, or words about a time (来月末, 未定, 昭和五十年)."""
    if isinstance(cell, datetime.date) or has_digit(cell):
        return True
    return isinstance(cell, str) and (
        bool(VAGUE.search(cell)) or bool(_KANJI_YEAR.search(cell)) or fold(cell) in STATES
    )


def may_be_odds(cell: Any) -> bool:
    """A probability: a number, or a letter as sales teams give them."""
    return has_digit(cell) or (isinstance(cell, str) and odds.percent(cell) is not None)


def share(cells: Sequence[Any], test: Callable[[Any], bool]) -> float:
    """How many of the cells pass a test."""
    good = 0
    for cell in cells:
        try:
            good += bool(test(cell))
        except (ValueError, TypeError, OverflowError):
            continue
    return good / len(cells) if cells else 0.0


_DATA = (is_email, is_telephone, is_postal_code, is_date, is_url, is_address)


def looks_like_data(cell: Any) -> bool:
    """What no heading looks like."""
    return isinstance(cell, int | float | datetime.date) or any(share([cell], test) for test in _DATA)


def is_title(text: str) -> bool:
    """得意先名簿, 顧客一覧: the title of a sheet."""
    return bool(_TITLE.search(text.strip()))


def row_differs(row: Sequence[Any], below: Sequence[Sequence[Any]]) -> bool:
    """Whether a row of words stands over something else, so that it is a heading that we don't know."""
    filled = [place for place, cell in enumerate(row) if cell not in (None, "")]
    if any(looks_like_data(row[place]) or is_company(row[place]) for place in filled):
        return False
    if sum(is_person(row[place]) for place in filled) * 2 > len(filled):
        return False
    for place in filled:
        cells = [one[place] for one in below if place < len(one) and one[place] not in (None, "")]
        if cells and (
            share(cells, looks_like_data) > 0.6
            or share(cells, is_person) > 0.6
            or share(cells, is_company) > 0.6
        ):
            return True
    return False
