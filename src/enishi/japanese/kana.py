"""Readings: stored as full-width katakana, sorted as a dictionary sorts them."""

import unicodedata
from functools import lru_cache

import jaconv

_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_LONG_VOWELS = dict.fromkeys(map(ord, "ー－-‐―"), None)
_KANA = {chr(code) for code in range(0x30A1, 0x30FB)} | set("ー ・　ヽヾ")


def to_katakana(text: str) -> str:
    """Hiragana and half-width katakana as full-width katakana; the rest unchanged. Idempotent."""
    return _remembered(text) if len(text) <= _CACHED else _to_katakana(text)


def _to_katakana(text: str) -> str:
    wide = jaconv.h2z(text, kana=True, ascii=False, digit=False)
    return jaconv.hira2kata(unicodedata.normalize("NFC", wide))


_CACHED = 100  # characters: readings, each of which is cleaned, sorted by and looked up
_remembered = lru_cache(maxsize=4096)(_to_katakana)


def is_kana(text: str) -> bool:
    """Whether the text is nothing but kana, long marks and spaces."""
    return bool(text.strip()) and all(character in _KANA for character in to_katakana(text))


def sort_key(text: str) -> str:
    """The order of a Japanese address book: voicing marks off and small kana large, the text itself breaking ties
    (code points alone would put ｱ after ン, and ガ after every カ…)."""
    folded = unicodedata.normalize("NFKC", to_katakana(text)).casefold()
    plain = "".join(c for c in unicodedata.normalize("NFD", folded) if c not in "\u3099\u309a")
    return f"{' '.join(plain.translate(_SMALL).translate(_LONG_VOWELS).split())}\u0001{folded}"[:400]
