"""Text as it is stored (`clean`) and as it is compared (`fold`)."""

import re
import unicodedata
from functools import lru_cache

from enishi.japanese.variants import FOLD

# C0 and C1 controls but tab and newline; surrogates; bidi controls, zero-width and other format characters that
# can disguise text. ZWJ (200D) and variation selectors stay: emoji and 異体字 need them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣˗⁃ｰ"), "-")
_TILDES = dict.fromkeys(map(ord, "〜～∼˜"), "~")
_HIRAGANA = {code: chr(code + 0x60) for code in range(0x3041, 0x3097)} | {0x309D: "ヽ", 0x309E: "ヾ"}
_FOLD = {**_HYPHENS, **_TILDES, **_HIRAGANA, **FOLD, ord("・"): " ", ord("•"): " "}
_LONG_MARK = re.compile(r"(?<=[0-9a-z])ー|ー(?=[0-9a-z])")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Text that is safe to store: NFC, without NUL, control, bidi and zero-width characters and lone surrogates;
    line ends as \\n. Everything else stays as typed. Idempotent."""
    if text.isprintable():  # nothing of what is taken out: most values of most ledgers
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFC", _UNSAFE.sub("", text))
    return _UNSAFE.sub("", text)


_HALF = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict.fromkeys("‐‑‒–—―−ーｰ", "-"),
        "　": " ",
    }
)


def as_code(text: str) -> str:
    """Ａ－００１ as A-001; what has other letters than the Latin in it stays as typed. Capitals stay: a1 may be another than A1. Idempotent."""
    if text.isascii():
        return text
    half = text.translate(_HALF)
    return " ".join(half.split()) if half.isascii() else text


_CACHED = 200  # characters: names and headings come again and again, notes don't, and would fill the memory


def fold(text: str) -> str:
    """The key under which texts count as the same: NFKC, case, hiragana as katakana, 異体字, dashes, spaces.

    ヶ/ケ/が and ノ/の are alike in addresses only and stay apart here. Idempotent.
    """
    return _remembered(text) if len(text) <= _CACHED else _fold(text)


def _fold(text: str) -> str:
    text = text.replace("\x00", "")
    if text.isascii():
        return _SPACES.sub(" ", text.lower()).strip()
    previous = None
    while previous != text:  # NFKC can make what the tables fold, and the reverse
        previous = text
        text = unicodedata.normalize("NFKC", text).casefold().translate(_FOLD)
        text = _LONG_MARK.sub("-", text)
    return _SPACES.sub(" ", text).strip()


_remembered = lru_cache(maxsize=65536)(_fold)
