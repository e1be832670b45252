"""Names of companies: legal forms written out, no blank beside them, one before a branch.

Abbreviations: those of registers and letterheads (㈱, (株), ㍿…; JIS X 0213's and Unicode's enclosed forms) and 全国銀行協会's
for transfers (カ）, （カ, ユ）…), which stand with a name in kana and therefore ask.
"""

import re

from enishi.japanese.addresses import PREFECTURES
from enishi.japanese.tidy.proposals import Proposal

_SHORT = {
    "株": "株式会社", "有": "有限会社", "同": "合同会社", "資": "合資会社", "名": "合名会社", "医": "医療法人", "医社": "医療法人社団",
    "医財": "医療法人財団", "学": "学校法人", "福": "社会福祉法人", "社福": "社会福祉法人", "宗": "宗教法人", "独": "独立行政法人",
    "一社": "一般社団法人", "一財": "一般財団法人", "公社": "公益社団法人", "公財": "公益財団法人", "特非": "特定非営利活動法人",
    "税": "税理士法人", "弁": "弁護士法人", "農": "農事組合法人",
}  # fmt: skip
_UNSURE = {"社": "社団法人", "財": "財団法人", "合": "合同会社"}  # of before 2008, or several
_BANK = {"カ": "株式会社", "ユ": "有限会社", "ド": "合同会社", "シ": "合資会社", "メ": "合名会社", "イ": "医療法人", "ガク": "学校法人", "フク": "社会福祉法人", "シュウ": "宗教法人", "トクヒ": "特定非営利活動法人"}  # fmt: skip
_ENCLOSED = {"㈱": "株式会社", "㍿": "株式会社", "㈲": "有限会社", "㈾": "合資会社", "㈴": "合名会社", "㈻": "学校法人"}  # fmt: skip
_UNSURE_ENCLOSED = {"㈳": "社団法人", "㈶": "財団法人"}
_OPEN, _CLOSE = r"[(（\[［【〔]\s?", r"\s?[)）\]］】〕]"
FULL = tuple(
    sorted(
        {*_SHORT.values(), "社団法人", "財団法人", "司法書士法人", "行政書士法人", "社会保険労務士法人", "監査法人", "協同組合", "農業協同組合", "NPO法人", "国立大学法人"},
        key=len,
        reverse=True,
    )
)  # fmt: skip
_FULL = "|".join(FULL)
_BLANK = r"[ \u3000\t]*"


def _brackets(words: dict[str, str]) -> str:
    inside = "|".join(sorted(words, key=len, reverse=True))
    return f"{_OPEN}(?:{inside}){_CLOSE}"


# ㈱ and (株) mean nothing else wherever they stand; (名) or (医) within a name may.
_ANYWHERE = re.compile(f"{_BLANK}(㈱|㍿|㈲|{_OPEN}(?:株|有){_CLOSE}){_BLANK}")
_ENDS = f"{_brackets(_SHORT)}|[{''.join(_ENCLOSED)}]"
_AT_ENDS = re.compile(f"^(?P<front>{_ENDS}){_BLANK}(?=\\S)|(?<=\\S){_BLANK}(?P<back>{_ENDS})$")
_ENDS_UNSURE = f"{_brackets(_UNSURE)}|[{''.join(_UNSURE_ENCLOSED)}]"
_UNSURE_AT_ENDS = re.compile(
    f"^(?P<front>{_ENDS_UNSURE}){_BLANK}(?=\\S)|(?<=\\S){_BLANK}(?P<back>{_ENDS_UNSURE})$"
)
_BANK_WORDS = "|".join(sorted(_BANK, key=len, reverse=True))
_BANK_ENDS = re.compile(
    f"^[(（]?(?P<front>{_BANK_WORDS})[)）]{_BLANK}(?=\\S)|(?<=\\S){_BLANK}[(（](?P<back>{_BANK_WORDS})[)）]?$"
)
_ENGLISH = re.compile(
    r"(?<=\S)[\s,、，]*(?:\bCo\.?,?\s*Ltd\b\.?|\bK\.\s?K\.|\bKK|\bKabushiki\s+(?:Kaisha|Gaisha))$",
    re.IGNORECASE,
)
_SPACED = re.compile(f"^(?P<front>{_FULL})[ \\u3000\\t]+(?=\\S)|(?<=\\S)[ \\u3000\\t]+(?P<back>{_FULL})$")
_HAS_FORM = re.compile(_FULL)


def _meaning(mark: str) -> str:
    inner = mark.strip("()（）[]［］【】〔〕 \u3000")
    return {**_ENCLOSED, **_UNSURE_ENCLOSED, **_SHORT, **_UNSURE}[inner]


def legal_form(text: str) -> Proposal | None:
    """「㈱ 丸山」→「株式会社丸山」, 「丸山（有）」→「丸山有限会社」: written out where it stands. (社), (財), (合) and the banks'
    カ） ask."""
    if text.isascii() or _HAS_FORM.search(text):
        return None
    made = _ANYWHERE.sub(lambda match: _between(text, match), text)
    previous = None
    while previous != made:
        previous, made = made, _AT_ENDS.sub(lambda match: _meaning(match["front"] or match["back"]), made)
    if made != text:
        return Proposal("legal-form", made)
    made = _UNSURE_AT_ENDS.sub(lambda match: _meaning(match["front"] or match["back"]), text, count=1)
    if made == text:
        made = _BANK_ENDS.sub(lambda match: _BANK[match["front"] or match["back"]], text, count=1)
    return Proposal("legal-form", made, sure=False) if made != text else None


def _between(text: str, match: re.Match[str]) -> str:
    """The form written out; a blank behind it stays where a branch follows."""
    word = _meaning(match[1])
    rest = text[match.end() :]
    return f"{word} " if match.start() > 0 and rest and match[0][-1].isspace() else word


def legal_form_english(text: str) -> Proposal | None:
    """「Maruyama Co., Ltd.」→「Maruyama株式会社」; asks, because the form that it was registered in is not in the name."""
    if _HAS_FORM.search(text) or any(
        mark in text for mark in ("㈱", "(株)", "（株）", "㈲", "(有)", "（有）")
    ):
        return None
    made = _ENGLISH.sub("株式会社", text)
    return Proposal("legal-form-english", made, sure=False) if made != text else None


def legal_form_space(text: str) -> Proposal | None:
    """「株式会社　丸山製作所」→「株式会社丸山製作所」."""
    made = _SPACED.sub(lambda match: match["front"] or match["back"], text)
    previous = text
    while previous != made:
        previous, made = made, _SPACED.sub(lambda match: match["front"] or match["back"], made)
    return Proposal("legal-form-space", made) if made != text else None


_OFFICE = "支店|営業所|支社|出張所|事業所|工場|支部|支所|本店|本社"
_CITIES = (
    "札幌 函館 旭川 帯広 釧路 盛岡 仙台 郡山 水戸 宇都宮 前橋 高崎 さいたま 大宮 川越 船橋 横浜 川崎 相模原 新宿 渋谷 池袋 品川 上野 銀座 日本橋 立川 八王子 "
    "町田 金沢 甲府 松本 名古屋 豊橋 浜松 静岡 沼津 大津 梅田 難波 堺 神戸 姫路 松江 倉敷 福山 下関 松山 高松 今治 北九州 小倉 博多 天神 久留米 佐世保 那覇"
).split()
_REGIONS = "東日本 西日本 関東 首都圏 関西 近畿 中部 東海 北陸 東北 中国 四国 九州 信越".split()
_PLACES = sorted({*(one if one == "北海道" else one[:-1] for one in PREFECTURES), *_CITIES, *_REGIONS}, key=len, reverse=True)  # fmt: skip
_JOINED = re.compile(
    f"^(?P<base>\\S{{2,}}?)(?P<branch>(?:{'|'.join(_PLACES)})(?:第[0-9一二三四五]|中央|東|西|南|北|駅前|港)?(?:{_OFFICE}))$"
)
_SEPARATE = re.compile(f"(?<=\\S)(?P<gap>[ \\u3000\\t]+)(?=\\S{{0,12}}(?:{_OFFICE})$)")


def branch_space(text: str) -> Proposal | None:
    """「株式会社丸山　大阪支店」→ with one half-width space; 「株式会社丸山大阪支店」 asks where a known place begins."""
    if not text.endswith(tuple(_OFFICE.split("|"))):
        return None
    gap = _SEPARATE.search(text)
    if gap is not None:
        made = f"{text[: gap.start()]} {text[gap.end() :]}"
        return Proposal("branch-space", made) if gap["gap"] != " " else None
    joined = _JOINED.match(text)
    if joined is None or _FORM_ONLY.fullmatch(joined["base"]):
        return None
    return Proposal("branch-space", f"{joined['base']} {joined['branch']}", sure=False)


_FORM_ONLY = re.compile(f"(?:{_FULL}|㈱|㈲|[(（](?:株|有)[)）])")
_ADDRESSED = re.compile(r"(?:(?<=\S)[\s\u3000]*御中|(?<=\S)[\s\u3000]+(?:様|殿|さま))$")


def addressed(text: str) -> Proposal | None:
    """「株式会社丸山 御中」→「株式会社丸山」; 様 and 殿 only behind a blank (王様 may be a shop)."""
    previous, made = "", text
    while previous != made:
        previous, made = made, _ADDRESSED.sub("", made).rstrip(" \u3000")
    return Proposal("honorific", made) if made and made != text else None
