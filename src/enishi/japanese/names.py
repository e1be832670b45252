"""Names of people: parts, honorifics."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

_HONORIFIC = re.compile(r"[\s　・]*(様|さま|サマ|殿|どの|さん|サン|先生|氏|御中|君|ちゃん)$")
_BEFORE = re.compile(r"^(故|Mr\.?|Ms\.?|Mrs\.?)[\s　]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f.,'’\s-]+")
_NOBODY = re.compile(
    r"(?P<where>[^\s　]{0,20}?)[\s　]*(?:(?:ご|御)担当(?:者|の方)?|担当者|係の方)[\s　]*(?:様|さま|殿|各位|御中)?$"
)
_SPACE = re.compile(r"[\s　・]+")

# Commoner family names by length, from the lists of frequency that 明治安田生命 and 苗字由来ネット publish; only used to propose.
_TWO = """佐藤 鈴木 高橋 髙橋 田中 伊藤 渡辺 渡邊 渡邉 山本 中村 小林 加藤 吉田 山田 山口 松本 井上 木村 清水 山崎 山﨑 池田 阿部 橋本 山下
石川 中島 前田 藤田 後藤 小川 岡田 村上 石井 坂本 遠藤 青木 藤井 西村 福田 太田 三浦 藤原 松田 岡本 中川 中野 原田 小野 田村 竹内 金子
和田 中山 石田 上田 森田 柴田 酒井 宮崎 宮﨑 横山 内田 高木 安藤 谷口 大野 丸山 今井 高田 藤本 武田 村田 上野 杉山 増田 平野 大塚 千葉
久保 松井 小島 岩崎 桜井 野口 松尾 野村 木下 菊地 菊池 佐野 大西 杉本 新井 浜田 濵田 濱田 古川 市川 水野 小松 島田 山内 高野 西田 西川 五味
北村 安田 川口 平田 川崎 飯田 吉村 本田 久米 沢田 辻本 関口 矢野 中西 岩田 服部 樋口 福島 川上 永井 松岡 田口 大久 山中 森本 土屋 秋山 石原
松下 大橋 馬場 松浦 吉川 荒木 小山 渡部 大島 浅野 熊谷 野田 本間 高山 荒井 大谷 堀内 内藤 宮本 望月 福井 尾崎 黒田 奥村 奥田 河野 片山 児玉"""
_THREE = """佐々木 長谷川 五十嵐 小野寺 東海林 久保田 大久保 佐久間 宇佐美 日比野 小笠原 長谷部 波多野 榊原家 二階堂 勅使河 阿久津 大河内 宇都宮 東山田 曽我部 海老原 竹之内 三田村 小久保 小野田 長谷山 喜多川 矢田部 佐々田"""
_ONE = "林森原堀関辻東南西北岡谷泉星菅金平桂柳浜濵島嶋桑梶滝瀧牧笹神岸宮畑境榊楠樋"
_FAMILY = {*_TWO.split(), *_THREE.split(), "勅使河原"}


@dataclass(frozen=True)
class PersonName:
    """Parts of a name; `confident` is false where the split is a proposal to be checked by a person."""

    family: str
    given: str
    honorific: str
    confident: bool


def strip_honorific(text: str) -> tuple[str, str]:
    """The name without 様, 殿, さん… (山田先生様 has two), and the last of what was taken off. Idempotent."""
    taken = ""
    while True:
        before, text = text, _BEFORE.sub("", text.strip())
        match = _HONORIFIC.search(text)
        # 鵜殿 is a name, 林殿 is one and what it is called by.
        part = (
            match is not None
            and match.start() == 1
            and match[1] in {"殿", "君", "氏"}
            and text[0] not in _ONE
        )
        if match and match.start() > 0 and not part:
            text, taken = text[: match.start()].strip(), taken or match.group(1)
        if text == before:
            return text, taken


def is_nobody(text: str) -> tuple[bool, str]:
    """Whether a text names nobody but whoever it concerns (ご担当者様, 経理ご担当者様), and the department it says."""
    match = _NOBODY.match(text.strip())
    return (True, match["where"]) if match else (False, "")


def split_person(text: str) -> PersonName:
    """Family and given name: at the space where there is one (of several, at the first, as a proposal), else proposed from known family names. Latin names and those with ・ stay
    whole: Taro Yamada and Yamada Taro are the same one's, マイケル・ジョーダン has his family name behind, 高橋・渡辺 are two."""
    name, honorific = strip_honorific(text.strip("　・ "))
    parts = [part for part in _SPACE.split(name) if part]
    latin = _LATIN.fullmatch(unicodedata.normalize("NFKC", " ".join(parts))) is not None
    if (latin and len(parts) > 1) or "・" in name or is_nobody(name)[0]:
        return PersonName(name, "", honorific, False)
    if len(parts) >= 2:
        return PersonName(parts[0], " ".join(parts[1:]), honorific, len(parts) == 2)
    name = parts[0] if parts else name
    if name.isascii() or latin:
        return PersonName(name, "", honorific, True)
    for length in (4, 3, 2):
        if name[:length] in _FAMILY and len(name) > length:
            return PersonName(name[:length], name[length:], honorific, False)
    if len(name) in (2, 3) and name[0] in _ONE and name not in _FAMILY:
        return PersonName(name[0], name[1:], honorific, False)
    if len(name) == 4:
        return PersonName(name[:2], name[2:], honorific, False)
    return PersonName(name, "", honorific, len(name) < 2 or name in _FAMILY)


_TITLE = (
    "代表取締役社長|代表取締役会長|代表取締役|代表社員|代表理事|代表|取締役社長|取締役|専務取締役|常務取締役|専務|常務|社長|副社長|会長|"
    "[^\\s]{0,8}?(?:部長|次長|課長|係長|主任|室長|支店長|所長|工場長|センター長|本部長|マネージャー|リーダー)|部長|次長|課長|係長|主任|室長|"
    "店長|副店長|院長|副院長|理事長|理事|園長|校長|教頭|事務長|女将|オーナー|監査役|顧問|執行役員|支配人|棟梁|親方|営業|総務|経理"
)
_TITLE_ALONE = re.compile(rf"(?:{_TITLE})$")
_TITLE_BEFORE = re.compile(rf"^({_TITLE})[\s　]+(?=\S)")
_TITLE_GLUED = re.compile(rf"^(?!営業$|総務$|経理$)(?:{_TITLE})$")
# Behind a family name, with or without the given one between them (鈴木二郎部長, 鈴木営業部長), only what is no part of a name.
_TITLE_AT_END = re.compile(
    r"(?P<given>[^\s\d]{0,4}?)(?P<title>(?:営業|総務|経理|人事|製造|技術|工場|企画|購買|開発|業務|管理|品質|工事|資材)?(?:本部長|部長|次長|課長|係長|室長)|"
    "代表取締役社長|代表取締役会長|代表取締役|取締役社長|専務取締役|常務取締役|取締役|代表|副社長|社長|会長|専務|常務|主任|副支店長|支店長|副店長|店長|所長|工場長|"
    "センター長|副院長|院長|園長|校長|教頭|理事長|事務長|監査役|執行役員|支配人|マネージャー|リーダー)$"
)
_DEPARTMENT = re.compile(
    "[業務部課店場製術企購営販社報管質資設第団支域区市県府副本]|海外|国際|国内|物流|関西|関東|九州|日本|統括|東京|大阪|京都|名古屋|横浜|札幌|仙台|福岡|広島|神戸"
)
# These alone say enough where the family name is none of the known.
_TITLE_OF_ANY = re.compile(
    r"(?P<name>[一-鿿々]{2,5}?)(?P<title>代表取締役社長|代表取締役|取締役|副社長|社長|会長|専務|常務)$"
)
_TITLE_BEHIND = re.compile(rf"(?<=\S)[\s　]+({_TITLE})$")


def split_title(text: str) -> tuple[str, str]:
    """Name and title of 「代表取締役　山田 太郎」, 「山田 太郎 部長」 and 「山田太郎部長」; no title gives ""."""
    bare = strip_honorific(text)[0]
    if match := _TITLE_BEFORE.match(bare):
        return bare[match.end() :].strip(), match.group(1)
    if match := _TITLE_BEHIND.search(bare):
        family, title = bare[: match.start()].strip(), match.group(1)
        inner = _TITLE_AT_END.match(title) if family in _FAMILY else None
        if inner and inner["given"] and not _DEPARTMENT.search(inner["given"]):  # 鈴木 二郎部長
            return f"{family} {inner['given']}", inner["title"]
        return family, title
    for size in (4, 3, 2, 1):  # 伊藤部長: a known family name, and a title as what remains
        if bare[:size] in _FAMILY or (size == 1 and bare[:1] in _ONE):
            rest = bare[size:].lstrip(" 　")
            match = _TITLE_AT_END.match(rest)
            # 東京支店長 is no 東: behind a family name of one letter a given name has two.
            named = match is not None and not (size == 1 and len(match["given"]) == 1)
            if match and named and not _DEPARTMENT.search(match["given"]):
                return bare[: -len(match["title"])].strip(), match["title"]
            if size > 1 and _TITLE_GLUED.match(rest):
                return bare[:size], rest
            break
    if not _TITLE_GLUED.match(bare) and (match := _TITLE_OF_ANY.match(bare)):
        return match["name"], match["title"]
    return text, ""


def is_title(text: str) -> bool:
    """Whether a text is a title and nothing more: 部長, 代表取締役社長, 営業課長."""
    return bool(_TITLE_ALONE.match(text))


def is_family(text: str) -> bool:
    """Whether a text is a known family name and nothing more."""
    return text in _FAMILY or (len(text) == 1 and text in _ONE)


def looks_like_person(text: str) -> bool:
    """A known family name in front, two short parts, or 様 and its kin behind; 御中 never."""
    name, honorific = strip_honorific(split_title(text)[0])
    if honorific and honorific != "御中":
        return True
    if any(c.isdigit() for c in name) or honorific:
        return False
    parts = [part for part in _SPACE.split(name) if part]
    if len(parts) == 2 and all(len(part) <= 5 for part in parts) and not name.isascii():
        return True
    return len(parts) == 1 and 2 <= len(name) <= 7 and any(name[:size] in _FAMILY for size in (2, 3, 4))


def with_honorific(name: str, kind: Literal["person", "company"]) -> str:
    """「山田 太郎 様」 or 「株式会社丸山製作所 御中」; never both."""
    bare, _ = strip_honorific(name)
    return f"{bare} {'様' if kind == 'person' else '御中'}"
