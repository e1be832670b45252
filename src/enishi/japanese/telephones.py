"""Telephone numbers: as typed, plus digits and E.164 for search and dialling.

The hyphens come from the number plan (総務省 電気通信番号計画); what was typed with hyphens keeps them, because
`phonenumbers` would show 0993-45-1234 as 099-345-1234.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

_AREAS = {
    4: "0123 0124 0125 0126 0133 0134 0135 0136 0137 0138 0139 0142 0143 0144 0145 0146 0152 0153 0154 0155 0156 0157 0158 0162 0163 0164 0165 0166 0167 "
    "0172 0173 0174 0175 0176 0178 0179 0182 0183 0184 0185 0186 0187 0191 0192 0193 0194 0195 0197 0198 0220 0223 0224 0225 0226 0228 0229 0233 0234 0235 "
    "0237 0238 0240 0241 0242 0243 0244 0246 0247 0248 0250 0254 0255 0256 0257 0258 0259 0260 0261 0263 0264 0265 0266 0267 0268 0269 0270 0274 0276 0277 "
    "0278 0279 0280 0282 0283 0284 0285 0287 0288 0289 0291 0293 0294 0295 0296 0297 0299 0422 0428 0436 0438 0439 0460 0463 0465 0466 0467 0470 0475 0476 "
    "0478 0479 0480 0493 0494 0495 0531 0532 0533 0536 0537 0538 0539 0544 0545 0547 0548 0550 0551 0553 0554 0555 0556 0557 0558 0561 0562 0563 0564 0565 "
    "0566 0567 0568 0569 0572 0573 0574 0575 0576 0577 0578 0581 0584 0585 0586 0587 0594 0595 0596 0597 0598 0599 0721 0725 0735 0736 0737 0738 0739 0740 "
    "0742 0743 0744 0745 0746 0747 0748 0749 0761 0763 0765 0766 0767 0768 0770 0771 0772 0773 0774 0776 0778 0779 0790 0791 0794 0795 0796 0797 0798 0799 "
    "0820 0823 0824 0826 0827 0829 0833 0834 0835 0836 0837 0838 0845 0846 0847 0848 0852 0853 0854 0855 0856 0857 0858 0859 0863 0865 0866 0867 0868 0869 "
    "0875 0877 0879 0880 0883 0884 0885 0887 0889 0892 0893 0894 0895 0896 0897 0898 0920 0930 0940 0942 0943 0944 0946 0947 0948 0949 0950 0952 0954 0955 "
    "0956 0957 0959 0964 0965 0966 0967 0968 0969 0972 0973 0974 0977 0978 0979 0980 0982 0983 0984 0985 0986 0987 0993 0994 0995 0996 0997 0120 0800 0570 0990",
    3: "011 015 017 018 019 022 023 024 025 026 027 028 029 042 043 044 045 046 047 048 049 052 053 054 055 058 059 072 073 075 076 077 078 079 082 083 084 "
    "086 087 088 089 092 093 095 096 097 098 099 050 070 080 090 020",
    2: "03 04 06",
}
_LENGTHS = {prefix: size for size, words in sorted(_AREAS.items()) for prefix in words.split()}
_PLAIN = re.compile(r"0\d{9,10}\Z")
_EXTENSION = re.compile(r"(内線|ext\.?|#|\(内\)).*$", re.IGNORECASE)
_DASHES = re.compile(r"[-‐‑‒–—―−ー－]")


@dataclass(frozen=True)
class Telephone:
    """`display` is what to show and store, `e164` what to dial ("" where the number is not one)."""

    text: str
    digits: str
    e164: str
    display: str
    valid: bool


def _hyphenate(digits: str) -> str:
    if digits.startswith(("0120", "0570", "0990")):
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if digits.startswith("0800") and len(digits) == 11:
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if len(digits) == 11:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    for size in (4, 3, 2):
        if _LENGTHS.get(digits[:size]) == size:
            return f"{digits[:size]}-{digits[size:-4]}-{digits[-4:]}"
    return digits


def area_code(text: str) -> str:
    """The code of the city that a fixed line is in (市外局番); "" for mobile, free and unreadable numbers."""
    digits = parse_telephone(text).digits
    if len(digits) != 10 or digits.startswith(("0120", "0570", "0990", "0800")):
        return ""
    return next((digits[:size] for size in (4, 3, 2) if _LENGTHS.get(digits[:size]) == size), "")


def parse_telephone(text: str) -> Telephone:
    """Reads a number in any spelling; never raises. A number typed with hyphens keeps them; an extension stays."""
    return _remembered(text) if len(text) <= _CACHED else _parse(text)


def _parse(text: str) -> Telephone:
    if _USUAL.match(text) and _fits(digits := text.replace("-", "")):
        return Telephone(text, digits, "+81" + digits[1:], text, True)
    typed = unicodedata.normalize("NFKC", text).strip()
    extension = _EXTENSION.search(typed)
    body = typed[: extension.start()].strip() if extension else typed
    plus = body.startswith("+")
    digits = "".join(c for c in body if c.isdigit())
    tail = f" {extension.group(0)}" if extension else ""
    if digits and set(body) - set("0123456789 +-()./‐‑‒–—―−ー"):
        return Telephone(text, digits, "", text.strip(), False)
    if plus and digits.startswith("81") and len(digits) in (11, 12, 13):
        home = "0" + digits[2:].removeprefix("0")  # +81 (0)3-…: the 0 of calls at home stays on many cards
        if len(home) in (10, 11):
            digits, plus, body = home, False, home
    if plus:
        return _foreign(text, body, digits, tail)
    if not _fits(digits):
        return Telephone(text, digits, "", typed if digits else text.strip(), False)
    dashed = _DASHES.sub("-", body).replace("(", "-").replace(")", "-").replace(".", "-").replace(" ", "-")
    dashed = re.sub(r"-{2,}", "-", dashed).strip("-")
    display = dashed if dashed.count("-") == 2 else _hyphenate(digits)
    return Telephone(text, digits, "+81" + digits[1:], display + tail, True)


def _fits(digits: str) -> bool:
    """Whether a number of ours has so many digits."""
    return bool(_PLAIN.match(digits)) and (len(digits) == 11) == digits.startswith(
        ("050", "070", "080", "090", "020", "0800")
    )


_CACHED = 80  # characters; what is longer is no number, and would fill the memory
_remembered = lru_cache(maxsize=8192)(_parse)


def _foreign(text: str, body: str, digits: str, tail: str) -> Telephone:
    try:
        number = phonenumbers.parse(body, "JP")
        valid = phonenumbers.is_valid_number(number)
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""
    except phonenumbers.NumberParseException:
        valid, e164 = False, ""
    return Telephone(text, digits, e164, body + tail, valid)


@dataclass(frozen=True)
class Found:
    """A number within a text, and what the text calls it: phone, fax, mobile or "" where it doesn't say; `remark` is a word that
    stands behind it and is none of these (FAX兼, 夜間)."""

    number: Telephone
    label: str
    remark: str = ""


_WORD = r"(?:tel|t|電話|代表|代|自宅|会社|本社|直通|fax|f|ファックス|ファクス|携帯|mobile|m|スマホ|ケータイ)"
_LABEL = rf"[(\[【]?\s*{_WORD}\s*[)\]】]?\s*[.:：]?"
_GAP = re.compile(rf"((?:^|(?<=[\s/、,;\d|])){_LABEL})\s+(?=[(+]?[0-9])", re.IGNORECASE)
_BETWEEN = r"[/／、,，;\n|]+|\s{1,}(?=(?:0|\(0|\+)\d)"
# Labels stand in front of their numbers ((TEL)03-… (FAX)03-…) or, in brackets, behind them (03-…(会社) 090-…(携帯)).
_IN_FRONT = re.compile(rf"{_BETWEEN}|(?<=\d)\s*(?={_LABEL}[(+]?[0-9])", re.IGNORECASE)
_BRACKETS_BEHIND = re.compile(
    rf"{_BETWEEN}|(?<=[^\d()][)])\s*(?=[(+]?0)|(?<=\d)\s*(?={_WORD}\s*[.:：]?[(+]?[0-9])", re.IGNORECASE
)
_CALLED = re.compile(rf"^[\s(\[【]*(?P<word>{_WORD})[\s)\]】]*[.:：]?\s*(?=[(+0-9])", re.IGNORECASE)
_BEHIND = re.compile(r"\s*\((?P<word>[^()0-9]{1,8})\)\s*$")
_CALLS = {
    "fax": ("fax", "f", "ファックス", "ファクス"),
    "mobile": ("携帯", "mobile", "m", "スマホ", "ケータイ"),
}
_KNOWN = re.compile(rf"{_WORD}$", re.IGNORECASE)


_MOBILE_CUT = re.compile(r"[789]0-\d{4}-\d{4}\Z")


_CUT = re.compile(r"([1-9]\d{0,3})-\d{1,4}-\d{3,4}\Z")
_FLOAT = re.compile(r"(\d{9,11})\.0+\Z")


_USUAL = re.compile(r"0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}\Z")  # as most ledgers have it


def mend_zero(value: object) -> str:
    """The number as text, with the leading zero that Excel takes away from a number (312345678, 9012345678) or somebody left out
    (3-1234-5678), where there is such an area code, and without the .0 of other programs (0312345678.0)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if whole := _FLOAT.match(text):
        return mend_zero(whole[1])
    if _MOBILE_CUT.match(text):
        return f"0{text}"
    if (cut := _CUT.match(text)) and _LENGTHS.get(f"0{cut[1]}") and parse_telephone(f"0{text}").valid:
        return f"0{text}"
    if not text.isdigit() or not text.isascii() or text.startswith("0"):
        return str(value)
    if len(text) == 9 or (len(text) == 10 and text.startswith(("50", "70", "80", "90", "20"))):
        return f"0{text}"
    return str(value)


_WITHIN = re.compile(r"(?<![\d-])(?:\+81[- ]?|0|\(0)\d{0,4}[-() ]{0,2}\d{1,4}[-() ]{0,2}\d{3,4}(?![\d-])")


def within(text: str) -> str:
    """The first telephone number that stands among words (フリーダイヤル0120-123-456 平日のみ); "" where there is none."""
    half = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    found = (parse_telephone(match[0].strip()) for match in _WITHIN.finditer(half))
    return next((one.display for one in found if one.valid), "")


def find_telephones(cell: object) -> list[Found]:
    """The numbers of a cell that may hold several: 「03-1234-5678 / 090-1234-5678」, 「TEL:… FAX:…」."""
    if not isinstance(cell, str | int | float) or isinstance(cell, bool):
        return []
    if isinstance(cell, str) and _USUAL.match(cell):
        text = cell
    else:
        text = unicodedata.normalize("NFKC", mend_zero(cell))
    whole = parse_telephone(text)
    if whole.valid:
        return [Found(whole, "")]
    if not 9 <= sum(c.isdigit() for c in text) <= 60 or len(text) > 120:
        return []
    found = []
    text = _GAP.sub(r"\1", text)
    for part in (_IN_FRONT if _CALLED.match(text) else _BRACKETS_BEHIND).split(text):
        part, label, remark = (part or "").strip(), "", ""
        if called := _CALLED.match(part):
            label, part = called["word"].lower(), part[called.end() :]
        elif behind := _BEHIND.search(part):
            label, part = behind["word"].lower(), part[: behind.start()]
            remark = "" if _KNOWN.match(label) else behind["word"]
        number = parse_telephone(part)
        if number.valid:
            kind = next((kind for kind, words in _CALLS.items() if label in words), "phone" if label else "")
            found.append(Found(number, kind, remark))
        elif part:
            return []  # something else stands there; nobody shall lose it
    return found
