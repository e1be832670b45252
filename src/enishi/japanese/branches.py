"""A company's name and which of its offices: 株式会社山田商事大阪支店 is 山田商事 and 大阪支店, with and without a space.

Where a base ends and a place begins can't be told by letters alone (山田商事大阪支店, 大和田支店), so three signs are tried: a space or
a legal form between them, a word that ends companies' names (商事, 工業…), a prefecture or municipality in front of 支店.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from enishi.japanese import addresses, companies
from enishi.japanese.text import fold

# What offices are called; 店 alone counts only behind a place (新宿店), never in 商店, 書店, 工務店.
OFFICES = (
    "支店 営業所 支社 出張所 事業所 工場 支部 支局 支所 分院 分室 分校 物流センター 配送センター サービスセンター 流通センター 営業部 事業部 ショールーム "
    "オフィス 倉庫 本部 研究所 製造所 号店 校 教室 院 駅前店 店"
).split()
HEAD = ("本社", "本店", "本院", "本部", "本校", "本社営業部", "本社事業所", "総本店")
_OFFICE = "|".join(sorted(OFFICES, key=len, reverse=True))
_NO_SHOP = (
    "商店 書店 酒店 工務店 百貨店 薬店 米店 茶店 喫茶店 飲食店 菓子店 洋品店 呉服店 電器店 電機店 家具店 生花店 精肉店 鮮魚店 青果店 料理店 理容店 美容店 代理店 "
    "販売店 専門店 量販店 時計店 眼鏡店 文具店 金物店 靴店 花店 そば店 洋菓子店 食堂店 弁当店 クリーニング店 写真店 建具店 畳店 塗装店 石材店 材木店 種苗店 印章店 自転車店"
).split()
_KIND = (
    "商事 商会 商店 工業 産業 製作所 建設 工務店 興業 物産 運輸 運送 印刷 食品 電機 電気 電設 設備 不動産 住宅 システム サービス 企画 製薬 薬品 化学 鉄工 鉄工所 金属 "
    "組 堂 屋 社 園 荘 塾 会 館 家 クリニック 医院 病院 歯科 歯科医院 薬局 銀行 信用金庫 信用組合 証券 保険 生命 水産 農園 酒造 醸造 製菓 製麺 製粉 製紙 繊維 紡績 "
    "貿易 通商 開発 技研 機械 精機 精工 工機 自動車 モータース 観光 交通 タクシー 警備 清掃 ホールディングス グループ デザイン テック ソリューションズ コーポレーション カンパニー "
    "ストア マート フーズ ホーム ハウス エステート 会計事務所 法律事務所 事務所 設計 測量 造園 塗装 板金 電業 通信 情報 商興 本舗 紙業 木材 製材 建材 資材 石油 ガス 燃料 "
    "会社 法人 組合 連合会 協会 財団"
).split()
_KINDS = "|".join(sorted(map(re.escape, map(fold, _KIND)), key=len, reverse=True))
_GLUED = re.compile(rf"^(?P<base>.{{2,}}?(?:{_KINDS}))(?P<branch>[^\s]{{1,9}}?(?:{_OFFICE}))$")
_SPACED = re.compile(rf"^(?P<base>\S.*?) +(?P<branch>\S{{0,12}}?(?:{_OFFICE}|本社|本店|本院|本校))$")
_NUMBERED = re.compile(
    r"^(?P<base>.{2,}?)(?P<branch>第?[0-9一二三四五六七八九十]+(?:支店|営業所|工場|号店|事業所|倉庫))$"
)
_INNER = re.compile(r"株式会社|有限会社|合同会社|合資会社|合名会社|\(株\)|\(有\)|\(同\)|株\)|有\)|㈱|㈲")
_COMPASS = "東日本 西日本 北日本 南日本 首都圏 関東 関西 近畿 東海 中部 中国 四国 九州 東北 北陸 北関東 南関東 甲信越 北海道 沖縄 中央 東 西 南 北 駅前".split()
# (株)松本テクノ（駅前店）: an office in brackets.
_IN_BRACKETS = re.compile(
    rf"(?<=\S)\s*[(\[【〔〈《]\s*(\S{{0,12}}?(?:{_OFFICE}|本社|本店|本院|本校))\s*[)\]】〕〉》]\s*$"
)
# Short forms that are only searched by (`companies` keeps to those that keys are made of).
_SHORT = {
    "(医社)": "医療法人社団", "(医)社団": "医療法人社団", "(医財)": "医療法人財団", "(社医)": "医療法人", "(税)": "税理士法人", "(弁)": "弁護士法人", "(司)": "司法書士法人",
    "(社労)": "社会保険労務士法人", "(協)": "協同組合", "(特非)": "特定非営利活動法人", "(特活)": "特定非営利活動法人", "社会医療法人": "医療法人",
}  # fmt: skip
_SHORTENED = re.compile("|".join(map(re.escape, _SHORT)))
_MARKS = re.compile(r"[\s.,、。・/&＆'’\"“”()（）\[\]［］「」『』〈〉《》【】!！?？:;*+_~\-‐]+")


@dataclass(frozen=True)
class Office:
    """`base` is the company without legal form and marks, `branch` its office ("" for the head office), both folded;
    `form` the legal form, `whole` everything but the form in one."""

    base: str
    branch: str
    form: str
    whole: str


@cache
def _places() -> frozenset[str]:
    from enishi.japanese.address_parts import _cities

    made = {fold(one)[:-1] for one in addresses.PREFECTURES if one != "北海道"} | set(map(fold, _COMPASS))
    for city in _cities()[0]:
        made.add(re.sub(r"(?<=..)[市区町村]$", "", city.rpartition("市")[2] if city.endswith("区") else city))
        made.add(city)
    return frozenset(one for one in made if one)


def is_place(text: str) -> bool:
    """Whether offices are called after it: a prefecture, a municipality, a side of the compass."""
    return fold(text) in _places()


def split_office(text: str) -> Office:
    """Takes a company's name apart into company and office."""
    return _split(text[:200])


@lru_cache(maxsize=8192)
def _split(text: str) -> Office:
    name = fold(text)
    name = re.sub(r"\s*(御中|様)$", "", name)
    name = _SHORTENED.sub(lambda found: _SHORT[found[0]], name)
    if (found := _IN_BRACKETS.search(name)) and not _is_shop_word(found[1]):
        name = f"{name[: found.start()]} {found[1]}"
    name, form = companies.bank_form(name)
    parts = companies.parse_company(name)
    base, branch = _plain_form(name), ""
    form = form or parts.form
    if not branch and (inner := _INNER.search(base)):  # 山田商事株式会社大阪支店
        if inner.start() > 0 and _is_office(base[inner.end() :].strip()):
            base, branch = base[: inner.start()], base[inner.end() :]
        else:
            base = (base[: inner.start()] + " " + base[inner.end() :]).strip()
    base = base.strip()
    if not branch:
        base, branch = _split_branch(base)
    whole = bare(base + branch)
    branch = bare(branch)
    if branch in HEAD or branch in {bare(base) + one for one in HEAD}:
        branch, whole = "", bare(base)
    return Office(bare(base), branch, form, whole)


def _plain_form(name: str) -> str:
    """The name without its legal form, with its spaces."""
    if front := companies._FRONT.match(name):
        return name[front.end() :].strip(" .,")
    if back := companies._BACK.search(name):
        return name[: back.start()].strip(" .,(")
    if english := companies._ENGLISH.search(name):
        return name[: english.start()].strip(" .,")
    return name


def _is_office(text: str) -> bool:
    return bool(re.fullmatch(rf"\S{{0,12}}?(?:{_OFFICE}|本社|本店|本院|本校)", text)) and not _is_shop_word(
        text
    )


def _is_shop_word(text: str) -> bool:
    return text in _NO_SHOP or (text.endswith("店") and any(text.endswith(one) for one in _NO_SHOP))


def _split_branch(base: str) -> tuple[str, str]:
    if (found := _SPACED.match(base)) and not _is_shop_word(found["branch"]) and len(found["branch"]) > 1:
        return found["base"], found["branch"]
    if found := _NUMBERED.match(base):
        return found["base"], found["branch"]
    for head in HEAD:
        if base.endswith(head) and len(base) > len(head) + 1:
            return base[: -len(head)], head
    office = next((one for one in sorted(OFFICES, key=len, reverse=True) if base.endswith(one)), "")
    if not office or _is_shop_word(base):
        return base, ""
    head = base[: -len(office)]
    if office == "駅前店" and len(head) > 1:  # which names its place itself
        return head, office
    places = _places()
    for size in range(min(8, len(head) - 2), 0, -1):  # the longest place in front of 支店
        if head[-size:] in places and size > 1:
            return head[:-size], base[len(head) - size :]
    if office == "店":  # 札幌北店, 新宿三丁目店: a place and up to three letters more
        for start in range(2, len(head) - 1):
            for size in range(5, 1, -1):
                if head[start : start + size] in places and len(head) - start - size <= 4:
                    return base[:start], base[start:]
    found = _GLUED.match(base)
    if found and found["branch"] not in OFFICES and not _is_shop_word(found["branch"]):
        return found["base"], found["branch"]
    weak = office in {
        "店",
        "院",
        "校",
        "教室",
        "本部",
        "研究所",
        "製造所",
        "営業部",
        "事業部",
        "倉庫",
        "オフィス",
    }
    if not weak and len(head) >= 4:  # two letters before 支店 are likely its place, what else could they be
        return head[:-2], base[len(head) - 2 :]
    return base, ""


def bare(text: str) -> str:
    """Folded without marks and spaces. Idempotent."""
    previous, made = None, text
    while previous != made:  # what a mark kept apart may fold once it is gone
        previous, made = made, _MARKS.sub("", fold(made))
    return made
