"""Width for display: Latin letters and digits half, kana full, and the marks that only look alike.

NFKC isn't used: it would make 1 of ①, (株) of ㈱ and a half-width tilde of ～. What shall be half or full follows the usage of
JIS X 0208 and of forms of Japanese authorities (英数字は半角, カナは全角).
"""

import re

import jaconv

from enishi.japanese.tidy.proposals import Proposal

_WIDE = {code: chr(code - 0xFEE0) for start, end in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)) for code in range(start, end + 1)}  # fmt: skip
_IS_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
# Marks follow the letters that they stand between; elsewhere （）：、 belong to Japanese text and stay.
_BETWEEN = {"＆": "&", "＠": "@", "＋": "+", "．": ".", "＿": "_", "／": "/", "＃": "#", "　": " ", "＇": "'", "’": "'"}  # fmt: skip
_MARK = re.compile(f"(?<=[0-9A-Za-z])[{''.join(_BETWEEN)}](?=[0-9A-Za-z])")
_HYPHEN = re.compile("(?<=[0-9A-Za-z])[－−‐‑‒–](?=[0-9A-Za-z])|(?<=[0-9])ー(?=[0-9])")
_HALF_KANA = re.compile("[ｦ-ﾟ･｡｢｣､]+")
_KANA = "ァ-ヺー"
_LONG = re.compile(f"(?<=[{_KANA}])[－−‐‑―—–ｰ](?=[{_KANA}]|[^0-9A-Za-z０-９Ａ-Ｚａ-ｚ－−‐‑―—–ｰ-]|$)")
_LONG_ASCII = re.compile("(?<=[ァ-ヺ])-(?=[ァ-ヺ])")
_DOTS = re.compile("[•‧∙⋅·](?=[ァ-ヶ一-鿿])")
_RUNS = re.compile(r"[ \u00a0\u3000\t]{2,}")


def ascii_width(text: str) -> Proposal | None:
    """「ＡＢＣ－１２３」→「ABC-123」. Marks become half-width where they stand between letters or digits; ①, ㈱ and ～ stay."""
    if text.isascii():
        return None
    made = text.translate(_WIDE) if _IS_WIDE.search(text) else text
    made = _HYPHEN.sub("-", _MARK.sub(lambda match: _BETWEEN[match[0]], made))
    return Proposal("ascii-width", made) if made != text else None


def kana_width(text: str) -> Proposal | None:
    """「ﾏﾙﾔﾏ商事」→「マルヤマ商事」; voicing marks are joined."""
    if text.isascii() or not _HALF_KANA.search(text):
        return None
    made = _HALF_KANA.sub(lambda match: jaconv.h2z(match[0], kana=True, ascii=False, digit=False), text)
    # A voicing mark that stands alone has no full-width form that is joined: what is left is left.
    return Proposal("kana-width", made) if made != text else None


def long_mark(text: str) -> Proposal | None:
    """「センタ－」→「センター」: a bar behind katakana that is no long mark. Before a digit it is a hyphen; an ASCII hyphen asks."""
    if text.isascii():
        return None
    made = _repeated(_LONG, "ー", text)
    if made != text:
        return Proposal("long-mark", made, sure=not re.search("[―—–]", text))
    made = _repeated(_LONG_ASCII, "ー", text)
    return Proposal("long-mark", made, sure=False) if made != text else None


def marks(text: str) -> Proposal | None:
    """〜 (U+301C) → ～ (U+FF5E), which CP932 has; − (U+2212) → －; dots between Japanese words → ・."""
    if text.isascii():
        return None
    made = _DOTS.sub("・", text.replace("\u301c", "\uff5e").replace("\u2212", "\uff0d"))
    return Proposal("marks", made) if made != text else None


def spaces(text: str) -> Proposal | None:
    """Runs of blanks as one, none at the ends. A single full-width blank stays: it may separate names."""
    made = _RUNS.sub(lambda match: "\u3000" if set(match[0]) == {"\u3000"} else " ", text).strip(" \u3000\t")
    return Proposal("spaces", made) if made != text else None


def _repeated(pattern: re.Pattern[str], by: str, text: str) -> str:
    previous = None
    while previous != text:  # what has become ー may make the next bar one
        previous, text = text, pattern.sub(by, text)
    return text


_SUSPECT = re.compile(
    "[０-９Ａ-Ｚａ-ｚ＆＠＋．＿／＃＇’ｦ-ﾟ･｡｢｣､•‧∙⋅·\u301c\u2212(（［【〔\\[㈱㈲㍿㈾㈴㈻㈳㈶\u00a0\t]|[0-9A-Za-zァ-ヺー][－‐‑‒–―—]|[ァ-ヺ]-|[0-9]ー[0-9]"
    "|[ \u3000]{2}|^[ \u3000]|[ \u3000]$|[0-9A-Za-z]\u3000[0-9A-Za-z]|(?:会社|法人|組合)[ \u3000]|[ \u3000][^ \u3000]{0,12}(?:会社|法人|組合)$"
)


def suspect(text: str) -> bool:
    """Whether any rule for a line of text (those above, and a legal form's) may have something to say: most lines are done with here."""
    return bool(_SUSPECT.search(text))
