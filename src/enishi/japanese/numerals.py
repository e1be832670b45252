"""Numbers written with kanji."""

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_STEPS = {"十": 10, "百": 100, "千": 1000}


def kanji_number(text: str) -> str:
    """十二 → 12, 二〇 → 20, 一九九〇 → 1990; only for runs of kanji numerals."""
    if not any(c in _STEPS for c in text):
        return "".join(str(_DIGITS[c]) for c in text)
    total, digit = 0, 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        else:
            total += (digit or 1) * _STEPS[c]
            digit = 0
    return str(total + digit)
