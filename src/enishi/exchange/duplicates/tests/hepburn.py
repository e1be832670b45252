"""Kana in the Latin letters that people write on cards."""

_LETTERS = {
    "シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヅ": "zu", "ヂ": "ji", "ン": "n", "ヲ": "o", "ー": "",
}  # fmt: skip


def hepburn(kana: str) -> str:
    """ショウヘイ → shohei, サトウ → sato."""
    import re

    from enishi.japanese.romaji import _KANA

    made = ""
    for c in kana:
        if c in "ャュョ":
            made = (made[:-1] if made.endswith(("shi", "chi", "ji")) else made[:-1] + "y") + {
                "ャ": "a",
                "ュ": "u",
                "ョ": "o",
            }[c]
        elif c == "ッ":
            made += "*"
        else:
            made += _LETTERS.get(c, _KANA.get(c, ""))
    made = re.sub(r"\*(.)", r"\1\1", made)
    return re.sub(r"uu", "u", re.sub(r"ou|oo", "o", made))
