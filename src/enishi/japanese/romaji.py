"""Readings in Latin letters, so that ヤマダ タロウ, Yamada Taro, YAMADA Tarou and Tarô agree.

ヘボン式 and 訓令式 after 内閣告示第一号 (ローマ字のつづり方, 1954 and 2025) and the passport rules (旅券法施行規則); long vowels are
dropped, for one half of the writers write them and the other doesn't.
"""

import re
import unicodedata
from functools import lru_cache

from enishi.japanese.text import fold

_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ",
    "m": "マミムメモ", "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ",
    "p": "パピプペポ",
}  # fmt: skip
_KANA = {
    kana: row + vowel for row, letters in _ROWS.items() for kana, vowel in zip(letters, "aiueo", strict=True)
}
_KANA |= {
    "ヤ": "ya",
    "ユ": "yu",
    "ヨ": "yo",
    "ワ": "wa",
    "ヲ": "o",
    "ヰ": "i",
    "ヱ": "e",
    "ン": "n",
    "ヴ": "bu",
}
_KANA |= {"ヂ": "zi", "ヅ": "zu", "ー": "", "ッ": ""}
_SMALL = {
    "ャ": "ya",
    "ュ": "yu",
    "ョ": "yo",
    "ァ": "a",
    "ィ": "i",
    "ゥ": "u",
    "ェ": "e",
    "ォ": "o",
    "ヮ": "wa",
}
# Hepburn as 訓令式; what is written in other ways is brought to the same.
_SAME = (
    ("sha", "sya"), ("shu", "syu"), ("sho", "syo"), ("shi", "si"), ("she", "se"), ("cha", "tya"), ("chu", "tyu"),
    ("cho", "tyo"), ("chi", "ti"), ("che", "te"), ("tsu", "tu"), ("ja", "zya"), ("ju", "zyu"), ("jo", "zyo"), ("ji", "zi"), ("je", "ze"),
    ("jya", "zya"), ("dzu", "zu"), ("du", "zu"), ("di", "zi"), ("fu", "hu"), ("f", "h"), ("mb", "nb"), ("mp", "np"), ("mm", "nm"), ("wo", "o"),
    ("vu", "bu"), ("v", "b"), ("l", "r"), ("q", "k"), ("c", "k"),
)  # fmt: skip


def from_kana(text: str) -> str:
    """Kana in the letters that `latin` makes; what isn't kana is left out."""
    return _from_kana(text[:200])


@lru_cache(maxsize=16384)
def _from_kana(text: str) -> str:
    made: list[str] = []
    for c in fold(text):
        if c in _SMALL:
            small = _SMALL[c]
            if made and len(small) == 2 and made[-1].endswith("i") or made and made[-1] and len(small) == 1:
                made[-1] = made[-1][:-1] + small
            else:
                made.append(small)
        else:
            made.append(_KANA.get(c, ""))
    return latin("".join(made))


@lru_cache(maxsize=16384)
def latin(text: str) -> str:
    """Letters only, one spelling for each sound, without long vowels and doubled consonants. Idempotent."""
    plain = unicodedata.normalize("NFD", fold(text))
    letters = re.sub(r"[^a-z]", "", plain)
    previous = None
    while previous != letters:
        previous = letters
        for one, other in _SAME:
            letters = letters.replace(one, other)
        letters = re.sub(r"oh(?![aiueoy])", "o", letters)
        letters = re.sub(r"ou|oo", "o", letters)
        letters = re.sub(r"uu", "u", letters)
        letters = re.sub(r"([a-z])\1+", r"\1", letters)
    return letters
