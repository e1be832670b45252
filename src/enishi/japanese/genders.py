"""男 / 女 in the spellings of ledgers."""

import unicodedata

_WORDS = {
    "男": "male", "男性": "male", "m": "male", "male": "male", "おとこ": "male",
    "女": "female", "女性": "female", "f": "female", "female": "female", "おんな": "female",
    "1": "male", "2": "female",  # ISO/IEC 5218
    "その他": "other", "他": "other", "other": "other", "x": "other",
}  # fmt: skip


def parse_gender(text: str) -> str:
    """male, female, other, or "" where the text says none of them."""
    return _WORDS.get(unicodedata.normalize("NFKC", text).strip().lower(), "")
