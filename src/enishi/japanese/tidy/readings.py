"""Readings: full-width katakana with ー as the long mark and one half-width space between names."""

import re

from enishi.japanese.kana import to_katakana
from enishi.japanese.tidy.proposals import Proposal

_BARS = re.compile("(?<=[ァ-ヺー])[－−‐‑―—–ｰ-](?=[ァ-ヺー\\s]|$)")
_GOOD = re.compile(r"[ァ-ヶー]+(?: [ァ-ヶー]+)*\Z")
_BLANKS = re.compile(r"[\s\u3000]+")


def reading(text: str) -> Proposal | None:
    """「やまだ　たろう」→「ヤマダ タロウ」, 「ｾﾝﾀｰ」, 「センタ－」→「センター」."""
    if _GOOD.match(text):
        return None
    made = to_katakana(text)
    previous = None
    while previous != made:
        previous, made = made, _BARS.sub("ー", made)
    made = _BLANKS.sub(" ", made).strip()
    return Proposal("kana-form", made) if made != text else None
