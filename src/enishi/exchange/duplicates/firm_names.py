"""What else stands in the cell of a company's name: what it was called before, who answers there, the department, the owner of the shop."""

import re
from functools import lru_cache

from enishi.exchange import contents
from enishi.japanese import names, readings
from enishi.japanese.branches import is_place, split_office
from enishi.japanese.text import fold

# What a firm was called, or that it was called something else: (旧：東海商会), ※旧社名 東海商会.
_FORMER = re.compile(
    r"\s*[(\[【〔<〈]\s*(?:旧|元|※|\*)[^)\]】〕>〉]*[)\]】〕>〉]|\s*[※*]\s*(?:旧|元).*$|\s+旧(?:社名|商号|名称|名)?\s*[:：].*$"
)
# What whoever keeps the list has written beside a name: signs at its ends, all behind ※, and in brackets (or behind a blank) how things stand.
_SIGNS = "※*★☆◎●○◇◆□■▲△▼▽♪♡♥"
_ENDS = re.compile(rf"^[{_SIGNS}\s]+|[{_SIGNS}\s]+$")
_ASIDE = re.compile(r"(?<=..)\s*※.*$")
_STATE = (
    r"取引(?:停止|中止|終了|なし|無し)|停止|休業|休止|廃業|廃止|閉店|閉業|閉鎖|倒産|破産|解散|清算|解約|退会|終了|移転|要確認|確認中|未確認|未定|不明|請求|月末|支払|現金|掛売|振込|入金|未収|重複|使用不可|不使用|使わない|"
    r"削除|注意|要連絡|連絡|移行|旧システム|未登録|再登録|別送|送付|郵送|発送|定休|重要|優良|見込|不可"
)
# … and what says so only where it stands alone or last there: 電話代行 and 済生会 are names.
_STATE_ALONE = r"(?:要)?(?:仮|仮登録|済み?|締め?|電話|メール|紹介|契約|新規|登録|担当|窓口|訪問|直送|テスト|dm|ng|vip|fax|tel)(?:済み?|中|待ち|不可|のみ|可)?"
_STATE_ASIDE = re.compile(
    rf"\s*[(\[【〔<〈《](?:[^)\]】〕>〉》]*(?:{_STATE})[^)\]】〕>〉》]*|{_STATE_ALONE}|紹介\s*[:：][^)\]】〕>〉》]*)[)\]】〕>〉》]\s*"
)
_STATE_BEHIND = re.compile(
    r"(?<=..)\s+(?:取引停止|取引中止|取引終了|休業中?|廃業|閉店|倒産|解散|要確認|移転)(?:済み?)?$"
)
_OFFICE = re.compile(r"(?:支店|営業所|支社|出張所|事業所|工場|支部|センター|店)$")
_HONORIFIC = re.compile(r"(?<=..)(?:\s*(?:御中|様)|\s+殿)$")
_FORMER_NAME = re.compile(r"[(\[【〔<〈※*\s](?:旧|元)(?:社名|商号|名称|名)?\s*[:： ]?\s*([^)\]】〕>〉]{2,})")
# What departments are called, without the 部 behind it.
WORK = (
    r"(?:法人|国内|海外|直販|広域)?(?:営業|総務|経理|人事|企画|開発|技術|製造|購買|資材|管理|業務|広報|法務|情報|システム|販売|品質管理|品質保証|生産|物流|工事|設計|経営企画|財務|マーケティング|"
    r"カスタマーサポート|サポート|研究|営業企画|営業推進|調達|施工|不動産|住宅|設備|編集|制作|教務|事務)(?:推進|管理|開発|企画|本)?(?:第?[0-9一二三四五])?"
)
# A part of the firm at the same door, which no customer is told apart by; not what names a region or a centre.
DEPARTMENT = (
    rf"(?:第?[0-9一二三四五]?{WORK}(?:部|課|室|係|本部|チーム)"
    r"(?:\s*第?[0-9一二三四五]?(?:営業|業務|企画|管理)?[0-9一二三四五]?(?:課|係|グループ|チーム))?)"
)
_DEPARTMENT = re.compile(rf"\s*{DEPARTMENT}(?:\s*御中)?\s*\Z")
_WHOLE_DEPARTMENT = re.compile(rf"\s*{DEPARTMENT}\s*\Z")
_BETWEEN = re.compile(r"[\s/／]+")
_IN_BRACKETS = re.compile(r"\A(?P<outer>.+?)\s*[(\[【〔]\s*(?P<inner>[^)\]】〕]{2,})[)\]】〕]\s*\Z")
_TITLE = re.compile(
    r"(?<=..)(?:代表取締役)?(?:社長|会長|専務|常務|部長|次長|課長|係長|主任|店長|所長|支店長|工場長|代表|担当)\Z"
)
# Kanji that are Katakana in all but their number: a scanner's or a hand's.
_LOOKALIKE = str.maketrans("一二口力夕工卜八", "ーニロカタエトハ")
_AMONG_KATAKANA = re.compile(
    r"(?<=[ァ-ヺー])[一二口力夕工卜八](?=[ァ-ヺー])|(?<=[ァ-ヺ])一(?![級番丁号課部生般式流心誠期宮ノ])"
)


def is_department(text: str) -> bool:
    """営業部, 第二総務課: no office of its own."""
    return bool(_WHOLE_DEPARTMENT.match(fold(text)))


def former(text: str) -> str:
    """What a firm was called before, where its name says so: （旧：丸山商店）; else ""."""
    found = _FORMER_NAME.search(fold(text))
    return found[1].strip() if found else ""


def firm_only(text: str, person: str = "") -> str:
    """The company's name without former names, departments and people; the text itself where nothing of it is left.

    Args:
        person: who answers there, from a column of its own: known in the cell of the name without honorific or title too.
    """
    return _firm_only(text[:200], person[:60])


@lru_cache(maxsize=8192)
def _firm_only(text: str, person: str) -> str:
    made = fold(text).strip()
    made = _AMONG_KATAKANA.sub(lambda found: found[0].translate(_LOOKALIKE), made)
    made = _FORMER.sub("", made).strip() or made
    made = without_remarks(made)
    made = _without_person(made, _bare(person)) if made else made
    made = _HONORIFIC.sub("", made)
    shorter = _DEPARTMENT.sub("", made).strip()
    return shorter if len(shorter) >= 2 else made


def without_remarks(name: str) -> str:
    """A folded name without what was written beside it (※月末締, 【要確認】, ★); the name itself where nothing else is left."""
    made = name
    for found in (_ASIDE, _STATE_ASIDE, _STATE_BEHIND, _ENDS):
        made = found.sub("" if found is not _STATE_ASIDE else " ", made).strip() or made
    return made


def _without_person(text: str, person: str) -> str:
    if found := _IN_BRACKETS.match(text):  # 金子 孝(金子自転車店), 金子自転車店(金子 孝)
        for firm, who in ((found["outer"], found["inner"]), (found["inner"], found["outer"])):
            if _is_person(who, person) and _is_firm(firm, sure=_bare(who) == person):
                return str(firm).strip()
    parts = [(one.start(), one.end()) for one in _BETWEEN.finditer(text)]
    if parts and _is_their_family(text[: parts[-1][0]], text[parts[-1][1] :], person):
        return text[: parts[-1][0]]  # (有)池田塗装 羽吹様
    for start, end in parts[-2:]:  # 朝日組/田中節子部長, 喫茶ポプラ 渋谷 健二
        if _is_person(text[end:], person) and _is_firm(text[:start], sure=_bare(text[end:]) == person):
            return text[:start]
    for start, end in reversed(parts[:2]):  # 高原剛正 高原酒店
        if _is_person(text[:start], person) and _is_firm(text[end:], sure=_bare(text[:start]) == person):
            return text[end:]
    return text


def _bare(name: str) -> str:
    bare = re.sub(r"\s", "", names.strip_honorific(names.split_title(fold(name))[0])[0])
    return _TITLE.sub("", bare) or bare


def _is_person(text: str, person: str) -> bool:
    bare, told = _bare(text), _bare(text) != re.sub(r"\s", "", text)
    if person and bare == person:
        return True
    if not 2 <= len(bare) <= 8 or contents.is_company(text):
        return False
    if any(_OFFICE.search(part) or is_department(part) for part in (bare, *text.split())):
        return False
    if not names.looks_like_person(text):
        return False
    family, given = readings.split_name(bare) if " " not in text.strip() else text.split(maxsplit=1)[:2]
    return told or bool(family and given)


def _is_their_family(firm: str, text: str, person: str) -> bool:
    """Whether a family name alone stands behind a firm's: known as that of who answers there, or with an honorific, or behind a firm that
    says its legal form and its kind (池田塗装(有) 羽吹), and no place is called so. Offices of 士業 are called after several people, shops after
    quarters."""
    from enishi.exchange.duplicates.names import split_kind

    bare, told = _bare(text), _bare(text) != re.sub(r"\s", "", text)
    if not 1 <= len(bare) <= 5 or not _is_firm(firm, sure=False):
        return False
    if person and person.startswith(bare) and len(person) > len(bare):
        return True
    known = names.is_family(bare)
    office = split_office(firm)
    sure = bool(office.form and split_kind(office.base)[1]) and not office.form.endswith("士法人")
    return known and (told or (sure and not is_place(bare)))


def _is_firm(text: str, *, sure: bool) -> bool:
    """Whether the rest is a firm's name, more than its legal form; `sure` where the other part is known to be somebody."""
    from enishi.exchange.duplicates.features import names_company

    return len(split_office(text).whole) >= 2 and (sure or names_company(text))
