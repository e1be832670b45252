"""Names of companies and their official numbers."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from enishi.japanese.text import fold

_FORMS = {
    "株式会社": ("株式会社", "(株)", "㈱", "㍿", "カブシキガイシャ", "カブシキカイシャ", "k.k.", "株)"),
    "有限会社": ("有限会社", "(有)", "㈲", "ユウゲンガイシャ", "有)"),
    "合同会社": ("合同会社", "(同)", "(合)", "ゴウドウガイシャ", "llc"),
    "合資会社": ("合資会社", "(資)"),
    "合名会社": ("合名会社", "(名)"),
    "一般社団法人": ("一般社団法人", "(一社)"),
    "一般財団法人": ("一般財団法人", "(一財)"),
    "公益社団法人": ("公益社団法人", "(公社)"),
    "公益財団法人": ("公益財団法人", "(公財)"),
    "社団法人": ("社団法人", "(社)"),
    "財団法人": ("財団法人", "(財)"),
    "医療法人社団": ("医療法人社団",),
    "医療法人財団": ("医療法人財団",),
    "医療法人": ("医療法人", "(医)"),
    "学校法人": ("学校法人", "(学)"),
    "社会福祉法人": ("社会福祉法人", "(福)"),
    "宗教法人": ("宗教法人", "(宗)"),
    "特定非営利活動法人": ("特定非営利活動法人", "npo法人"),
    "独立行政法人": ("独立行政法人", "(独)"),
    "税理士法人": ("税理士法人",),
    "弁護士法人": ("弁護士法人",),
    "司法書士法人": ("司法書士法人",),
    "社会保険労務士法人": ("社会保険労務士法人",),
    "監査法人": ("監査法人",),
    "農事組合法人": ("農事組合法人", "(農)"),
    "農業協同組合": ("農業協同組合",),
    "協同組合": ("協同組合",),
}
_SPELLINGS = sorted(
    ((fold(word), form) for form, words in _FORMS.items() for word in words), key=lambda p: -len(p[0])
)


def _whole(word: str) -> str:
    """A spelling in Latin letters is none within a word: Wellc ends in no LLC."""
    before = "(?<![a-z])" if word[0].isascii() and word[0].isalpha() else ""
    after = "(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else ""
    return f"{before}{re.escape(word)}{after}"


_FRONT = re.compile("|".join(_whole(word) for word, _form in _SPELLINGS))
_BACK = re.compile(f"(?:{_FRONT.pattern})$")
_FORM_OF = dict(_SPELLINGS)
_ENGLISH = re.compile(
    r"[,\s]*(?:co(?:\.,?|,)\s*ltd\.?|(?<![a-z])(?:co\s*ltd\.?|inc\.?|corp(?:oration)?\.?|ltd\.?|k\.?k\.?))$"
)
_BRANCH = re.compile(
    r"^(?P<base>.+?)[\s　]*(?P<branch>(?:第?[0-9一二三四五六七八九十]+|[^\s　]{1,8}?)?(?:支店|営業所|支社|出張所|事業所|工場|支部))$"
)
_ORGANISATION = re.compile(
    r"(会社|法人|組合|商店|酒店|工業|製作所|製麺所|製材所|鉄工所|印刷所|醸造|酒造|旅館|薬局|歯科|保育園|幼稚園|クリニック|医院|病院|大学|高校|学園|事務所|商会|商事|工務店|不動産|銀行|信用金庫|協会|研究所|ホールディングス|サロン|食堂|株式|有限|市役所|町役場|役場|庁$)"
)


_BANK = [
    (re.compile(rf"^\(?{short}\)|\({short}\)?$"), form)
    for short, form in (
        ("カ", "株式会社"),
        ("ユ", "有限会社"),
        ("ド", "合同会社"),
        ("シ", "合資会社"),
        ("イ", "医療法人"),
    )
]
_OFFICE = "支店|営業所|支社|出張所|事業所|工場|支部"
# What a pattern can only match where the name begins or ends so: asked first, for every row of an import passes here.
_BEGINS = tuple({word[0] for word, _form in _SPELLINGS})
_ENDS = tuple(word for word, _form in _SPELLINGS)
_ENGLISH_ENDS = tuple("dcpnk.")
_OFFICES = tuple(_OFFICE.split("|"))
# 東京商事(株)大阪営業所: the form between the name and an office whose place is named.
_INNER = re.compile(rf"^(?P<base>\S.*?)\s*(?P<form>{_FRONT.pattern})\s*(?P<branch>\S{{2,10}}(?:{_OFFICE}))$")


@dataclass(frozen=True)
class CompanyName:
    """Parts of a company's name: 法人格, where it stands, the name itself, the branch."""

    form: str
    position: Literal["front", "back", "none"]
    base: str
    branch: str


def parse_company(text: str) -> CompanyName:
    """Takes a name apart. The base is folded (a key), so it is not for display."""
    return _remembered(text) if len(text) <= _CACHED else _parse(text)


def _parse(text: str) -> CompanyName:
    folded = fold(text)
    name, form = bank_form(folded)
    position = ("front" if folded.endswith(name) else "back") if form else "none"
    if not form and (front := _front(name)):
        form, position, name = _FORM_OF[front[0]], "front", name[front.end() :].strip()
    branch = ""
    if inner := _inner(name):
        form, position = (form, position) if form else (_FORM_OF[inner["form"]], "back")
        name, branch = inner["base"], inner["branch"]
    match = _BRANCH.match(name) if not branch and name.endswith(_OFFICES) else None
    if match and " " in name:
        head, _, tail = name.rpartition(" ")
        if tail.endswith(("支店", "営業所", "支社", "出張所", "事業所", "工場", "支部")):
            name, branch = head.strip(), tail
    if not form and (back := _back(name)):
        form, position, name = _FORM_OF[back[0]], "back", name[: back.start()].strip()
    if not form and (english := _english(name)):
        form, position, name = "株式会社", "back", name[: english.start()].strip()
    return CompanyName(form, position, _bare(unicodedata.normalize("NFC", name.replace(" ", ""))), branch)  # type: ignore[arg-type]


def _front(name: str) -> re.Match[str] | None:
    return _FRONT.match(name) if name.startswith(_BEGINS) else None


def _back(name: str) -> re.Match[str] | None:
    return _BACK.search(name) if name.endswith(_ENDS) else None


def _english(name: str) -> re.Match[str] | None:
    return _ENGLISH.search(name) if name.endswith(_ENGLISH_ENDS) else None


def _inner(name: str) -> re.Match[str] | None:
    return _INNER.match(name) if name.endswith(_OFFICES) else None


def bank_form(name: str) -> tuple[str, str]:
    """カ)ヤマダ and ヤマダ(カ as banks write them (全銀協 略語表)."""
    if "(" not in name and ")" not in name:
        return name, ""
    for pattern, form in _BANK:
        if found := pattern.search(name):
            return (name[: found.start()] + name[found.end() :]).strip(), form
    return name, ""


def _bare(name: str) -> str:
    """Without any further form: a key is the same when it is made of a key, and who typed （株） before 株式会社 means one."""
    while True:
        if found := _front(name):
            name = name[found.end() :]
        elif found := _back(name) or _english(name):
            name = name[: found.start()]
        elif bank_form(name)[1]:
            name = bank_form(name)[0]
        elif found := _inner(name):
            name = found["base"].strip()
        else:
            return name


_CACHED = (
    200  # characters; a record's name is taken apart for its key, its place in lists and its search text
)
_remembered = lru_cache(maxsize=4096)(_parse)


def company_key(text: str) -> str:
    """The name without its legal form, branch kept: what two spellings of one customer share."""
    parts = parse_company(text)
    return f"{parts.base}|{parts.branch}" if parts.branch else parts.base


def looks_like_company(text: str) -> bool:
    """Whether the text reads like the name of an organisation."""
    return bool(parse_company(text).form) or bool(_ORGANISATION.search(text))


def sort_base(text: str) -> str:
    """The name to sort by where no reading is known: without the legal form."""
    return parse_company(text).base or fold(text)


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdecimal())


def valid_corporate_number(text: str) -> bool:
    """法人番号: 13 digits, the first being 9 − (Σ Pn·Qn mod 9) over the other twelve, counted from the right with
    Q 1 on odd and 2 on even places (法人番号の指定等に関する省令 第二条)."""
    if len(text) != 13 or not text.isascii() or not text.isdigit():
        return False
    total = sum(int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(text[1:]), 1))
    return int(text[0]) == 9 - total % 9


def valid_registration_number(text: str) -> bool:
    """適格請求書発行事業者登録番号: T and 13 digits (for companies their 法人番号; a sole trader's has no check digit
    that one may rely on, so only the form is required)."""
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    return folded.startswith("T") and len(_digits(folded[1:])) == 13 and len(folded) == 14


def doubtful_registration_number(text: str, name: str) -> Literal["", "wrong", "unsure"]:
    """Whether the digits of a registration number of the right form can be those of whom the name says: a company's are its 法人番号, so
    a wrong check digit makes it `wrong`; where the name says no legal form it may be a sole trader's, and one is `unsure`."""
    if valid_corporate_number(_digits(text)):
        return ""
    return "wrong" if parse_company(name).form else "unsure"
