"""確度: how likely a sale is, in the letters that sales teams use."""

import re
import unicodedata

# A is as good as sold, B even, C possible: what books on sales reports (ヨミ表) give, rounded. Teams differ, so a reader shows
# the letter beside the number.
_LETTERS = {"S": 90, "AA": 90, "A": 80, "B": 50, "C": 30, "D": 10, "E": 5, "X": 0}
_WORDS = {"高": 80, "大": 80, "◎": 80, "中": 50, "○": 50, "〇": 50, "低": 20, "小": 20, "△": 20, "×": 0, "確定": 100, "内示": 90, "ほぼ確定": 90}  # fmt: skip
_AROUND = re.compile(r"^(確度|見込み?)|(ヨミ|ランク|評価|[+\-']|見込み?)$")


def percent(text: str) -> int | None:
    """0–100 from 「A」, 「Bヨミ」, 「高」, 「◎」; None where it says nothing of the kind."""
    word = unicodedata.normalize("NFKC", text).strip().upper()
    bare = _AROUND.sub("", word).strip()
    return next((held[one] for held in (_LETTERS, _WORDS) for one in (word, bare) if one in held), None)
