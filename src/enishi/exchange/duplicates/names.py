"""How two people's names, and two companies' names, stand to each other.

The levels, from agreement to contradiction: "same"; "variant" (another writing of the same: reading, 異体字, a slip that conversion
or a look-alike explains, an initial); "close" (a few letters differ, which a typing error would explain and another person too);
"different"; "unknown" where the two can't be compared.
"""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from enishi.exchange.duplicates.features import Features
from enishi.japanese.homophones import mistakable

SAME, VARIANT, CLOSE, DIFFERENT, UNKNOWN = "same", "variant", "close", "different", "unknown"
# Told apart by a word that is never a slip (a number, a side of the compass, the kind of firm), whatever the reading says.
TWO = "two"
_RANK = {SAME: 0, VARIANT: 1, CLOSE: 2, UNKNOWN: 3, DIFFERENT: 4}
# Letters by which siblings' names and companies of one family are told apart: never a slip.
_TELLING = set("一二三四五六七八九十〇0123456789東西南北上下大小新旧元本第男女郎子美代夫雄江枝香恵")
_ORDINAL = set("一二三四五六七八九十〇百千壱弐参0123456789")


@lru_cache(maxsize=65536)
def slip(one: str, other: str) -> str:
    """How near two writings in kanji are: a slip, close, or different."""
    if one == other:
        return SAME
    if abs(len(one) - len(other)) > 1 or OSA.distance(one, other) > 1:
        return DIFFERENT
    if len(one) == len(other):
        places = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        if len(places) == 2:  # two letters changed places
            return VARIANT if len(one) > 2 else CLOSE
        a, b = places[0]
        if a in _ORDINAL and b in _ORDINAL:
            return DIFFERENT
        if mistakable(a, b):
            return VARIANT
        return CLOSE if len(one) >= 3 else DIFFERENT
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    place = next((n for n, (a, b) in enumerate(zip(longer, shorter + " ", strict=True)) if a != b), 0)
    doubled = place and longer[place] == longer[place - 1]
    if doubled:
        return VARIANT
    return CLOSE if len(shorter) >= 2 else DIFFERENT


_SYLLABLE = re.compile(r"[^aiueo]*?y?[aiueo]|n(?![aiueoy])|[^aiueo]+")


@lru_cache(maxsize=65536)
def sound(one: str, other: str) -> str:
    """How near two readings in Latin letters are: of three syllables and more, one may be wrong."""
    if one == other:
        return SAME
    ours, theirs = _SYLLABLE.findall(one), _SYLLABLE.findall(other)
    shorter = min(len(ours), len(theirs))
    if shorter < 3:
        return DIFFERENT
    distance = OSA.distance(ours, theirs)
    return CLOSE if distance == 1 or (distance == 2 and shorter >= 7) else DIFFERENT


@lru_cache(maxsize=65536)
def western(one: str, other: str) -> str:
    """How near two Western names are; an initial, a nickname's beginning and swapped letters are variants."""
    if one == other:
        return SAME
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) <= 1:
        return VARIANT if shorter and longer.startswith(shorter) else DIFFERENT
    distance = OSA.distance(one, other)
    if distance == 1 and len(shorter) >= 4:
        return VARIANT
    if JaroWinkler.similarity(one, other) >= 0.9 or (distance <= 2 and len(shorter) >= 5):
        return CLOSE
    return DIFFERENT


def _part(kanji: tuple[str, str], heard: tuple[str, str], guessed: tuple[str, str] = ("", "")) -> str:
    """Family or given names: their writing decides, their reading says whether a difference is a slip. A guessed reading
    (`Features.guessed_given`) may say that kanji and kana are one, not that they are two."""
    told = sound(*heard) if all(heard) else UNKNOWN
    if all(kanji):
        if kanji[0].isascii() and kanji[1].isascii():
            return western(*kanji)
        if kanji[0].isascii() != kanji[1].isascii():  # Ishii, 石井
            return told if told in {SAME, DIFFERENT} else _by_guess(heard, guessed)
        found = slip(*kanji)
        if found == SAME:
            return SAME if told in {SAME, UNKNOWN, CLOSE} else VARIANT
        if told == SAME:
            return VARIANT
        if told == DIFFERENT or (told == CLOSE and found == DIFFERENT):
            return DIFFERENT
        kana = [bool(_KANA.match(one)) for one in kanji]
        if kana[0] != kana[1] and told == UNKNOWN:
            return _by_guess(heard, guessed)
        if told == UNKNOWN and found == DIFFERENT and _by_guess(heard, guessed) == VARIANT:
            return CLOSE  # 麻衣, 舞: likely read alike
        return found
    return _by_guess(heard, guessed) if told == UNKNOWN else told


_KANA = re.compile(r"[ァ-ヺー]+\Z")


def _by_guess(heard: tuple[str, str], guessed: tuple[str, str]) -> str:
    one, other = heard[0] or guessed[0], heard[1] or guessed[1]
    return VARIANT if one and one == other and len(one) >= 3 else UNKNOWN


def people(a: Features, b: Features) -> tuple[str, str]:
    """Levels of the family and of the given names."""
    best = _straight(a, b)
    if best != (SAME, SAME) and ((b.given and b.family) or (b.given_latin and b.family_latin)):
        turned = _straight(a, b._replace(
            family=b.given, given=b.family, family_latin=b.given_latin, given_latin=b.family_latin,
            guessed_family=b.guessed_given, guessed_given=b.guessed_family,
        ))  # fmt: skip
        if all(level in {SAME, VARIANT} for level in turned) and _sum(turned) < _sum(best):
            best = turned
    return best


def _sum(levels: tuple[str, str]) -> int:
    return sum(_RANK[level] for level in levels)


def _straight(a: Features, b: Features) -> tuple[str, str]:
    whole_a, whole_b = a.unsplit or a.family + a.given, b.unsplit or b.family + b.given
    complete = bool(a.given or a.unsplit) and bool(b.given or b.unsplit)
    if whole_a and whole_a == whole_b and complete:
        heard = sound(a.name_latin, b.name_latin) if a.name_latin and b.name_latin else SAME
        return SAME, SAME if heard != DIFFERENT else VARIANT
    family = _part(
        (a.family, b.family), (a.family_latin, b.family_latin), (a.guessed_family, b.guessed_family)
    )
    given = _part((a.given, b.given), (a.given_latin, b.given_latin), (a.guessed_given, b.guessed_given))
    if (a.unsplit or b.unsplit) and complete:
        family, given = _unsplit(a, b, family, given)
    if a.name_latin and a.name_latin == b.name_latin and len(a.name_latin) >= 6:
        # Read alike as a whole: where the parts stand apart by a letter, conversion or a look-alike did it.
        family, given = (VARIANT if part in {CLOSE, DIFFERENT} else part for part in (family, given))
    if UNKNOWN in (family, given) and a.name_latin and b.name_latin and not (whole_a and whole_b):
        heard = sound(a.name_latin, b.name_latin)
        swapped = b.given_latin and sound(a.name_latin, b.given_latin + b.family_latin)
        if SAME in (heard, swapped):
            return SAME, SAME
        if given == UNKNOWN:
            family, given = _heard_whole(a, b, family, heard)
    if UNKNOWN in (family, given):
        ours = a.name_latin or a.guessed_family + a.guessed_given
        theirs = b.name_latin or b.guessed_family + b.guessed_given
        turned = b.guessed_given + b.guessed_family if not b.name_latin else ""
        if len(ours) >= 6 and ours in {theirs, turned}:
            return VARIANT, VARIANT
    return family, given


def _heard_whole(a: Features, b: Features, family: str, heard: str) -> tuple[str, str]:
    """One reading is in one piece: behind the other's family name stands the given name."""
    for one, other in ((a, b), (b, a)):
        if one.family_latin and one.given_latin and other.name_latin.startswith(one.family_latin):
            return SAME, sound(one.given_latin, other.name_latin[len(one.family_latin) :])
    return family, CLOSE if heard == CLOSE else DIFFERENT


def _unsplit(a: Features, b: Features, family: str, given: str) -> tuple[str, str]:
    """Where one name's parts are not certain, the other's family name in front of it tells them."""
    for one, other in ((a, b), (b, a)):
        whole = other.unsplit
        if not one.unsplit and one.family and one.given and whole:
            if whole.startswith(one.family):
                rest = whole[len(one.family) :]
                return SAME, _part((one.given, rest), (one.given_latin, other.given_latin))
            if whole.endswith(one.given):
                rest = whole[: -len(one.given)]
                return _part((one.family, rest), (one.family_latin, other.family_latin)), SAME
    wholes = (a.unsplit or a.family + a.given, b.unsplit or b.family + b.given)
    if a.unsplit and b.unsplit:
        size = next(
            (n for n, (x, y) in enumerate(zip(*wholes, strict=False)) if x != y), min(map(len, wholes))
        )
        if size >= 2:
            found = (
                slip(wholes[0][size - 1 :], wholes[1][size - 1 :]) if size < min(map(len, wholes)) else CLOSE
            )
            return SAME, found if _RANK[found] >= _RANK[given] or given == UNKNOWN else given
    return family, given


# --- companies --------------------------------------------------------------------------------------
# What kind of firm a name says it is. Two different ones are two firms of one group or village: 山田商事, 山田商会, 山田建設.
_KIND = (
    "ホールディングス グループ本社 グループ 商事 商会 商店 商社 物産 興業 興産 産業 工業 工務店 工業所 製作所 製造 鉄工所 鉄工 建設 建築 住建 土木 建材 建機 不動産 住宅 ホーム ハウジング エステート 設計 設備 電設 電機 電気 電工 電業 "
    "通信 運輸 運送 物流 倉庫 陸運 海運 交通 観光 タクシー トラベル 印刷 出版 製版 紙業 紙工 食品 フーズ 水産 青果 精肉 製菓 製パン 酒造 酒店 醸造 農園 農産 園芸 造園 牧場 薬品 製薬 薬局 ファーマシー 医療 医科 歯科 クリニック 医院 病院 介護 ケア "
    "福祉 保育園 幼稚園 学園 学院 塾 スクール アカデミー 化学 化成 樹脂 ゴム 金属 金型 板金 鋼業 鋼材 製鋼 精機 精工 精密 機械 機工 技研 技術 研究所 システム システムズ ソフト ソフトウェア 情報 データ テック テクノ テクノロジー テクノロジーズ ソリューション ソリューションズ "
    "デザイン 企画 広告 プランニング メディア 映像 写真 スタジオ コンサルティング 総研 会計 会計事務所 税理士事務所 法律事務所 労務 保険 証券 銀行 信金 リース ファイナンス キャピタル 投資 商業 貿易 通商 トレーディング インターナショナル ジャパン "
    "自動車 モータース オート 整備 石油 ガス エネルギー 電力 環境 クリーン 清掃 警備 ビル管理 管理 サービス サポート スタッフ 人材 繊維 染色 縫製 アパレル 服飾 呉服 洋品 靴店 時計店 眼鏡 書店 文具 玩具 楽器 スポーツ 木材 製材 家具 木工 石材 塗装 左官 瓦 畳 硝子 窯業 セメント 生コン "
    "販売 マート ストア 百貨店 スーパー 食堂 レストラン ダイニング カフェ 居酒屋 寿司 旅館 ホテル 美容室 美容院 理容室 サロン 開発 工房 工芸 エンジニアリング コーポレーション カンパニー パートナーズ ワークス プロダクツ ロジスティクス ロジ アセット プロパティ プロパティーズ リアルティ マネジメント ヘルスケア ライフ"
).split()
_LATIN_KIND = (
    "holdings group trading shoji shokai kogyo sangyo seisakusho kensetsu kosan bussan unyu construction logistics foods systems system services service design "
    "industries engineering international japan real estate transport printing electric chemical metal clinic hospital pharmacy school academy bank insurance"
).split()


@lru_cache(maxsize=65536)
def split_kind(base: str) -> tuple[str, str]:
    """A company's own name and the word for its kind behind it ("" where none is known)."""
    for word in _kinds():
        if base.endswith(word) and len(base) > len(word):
            return base[: -len(word)], word
    return base, ""


@lru_cache(maxsize=1)
def _kinds() -> list[str]:
    from enishi.japanese.branches import bare

    return sorted({bare(word) for word in (*_KIND, *_LATIN_KIND)}, key=len, reverse=True)


_NUMBER = re.compile(r"第?[0-9一二三四五六七八九十壱弐参]+")
# One word in the singular and the plural, in full and cut.
_SAME_KIND = {
    "システムズ": "システム", "ソリューションズ": "ソリューション", "テクノロジーズ": "テクノロジー", "テクノ": "テクノロジー", "プロパティーズ": "プロパティ", "ロジスティクス": "ロジ",
}  # fmt: skip


@lru_cache(maxsize=65536)
def firms(one: str, other: str) -> str:
    """How near two names of companies are, both without legal form and marks; "part" where one contains the other."""
    if one == other:
        return SAME
    if not one or not other:
        return UNKNOWN
    if one.isascii() != other.isascii():
        return UNKNOWN
    kana = [bool(re.fullmatch(r"[ァ-ヺー]+", text)) for text in (one, other)]
    if kana[0] != kana[1] and one[0] != other[0]:
        return UNKNOWN if any(re.search(r"[一-鿿a-z]", text) for text in (one, other)) else DIFFERENT
    if _NUMBER.findall(one) != _NUMBER.findall(other):
        return TWO
    (core, kind), (core_other, kind_other) = split_kind(one), split_kind(other)
    if kind != kind_other:
        if core == core_other and bool(kind) != bool(kind_other):
            return "part" if (kind or kind_other) not in {"ホールディングス", "グループ"} else TWO
        if bool(kind) != bool(kind_other):
            known, whole, own = (kind, other, core) if kind else (kind_other, one, core_other)
            if whole.startswith(own) and OSA.distance(whole[len(own) :], known) == 1 and len(whole) >= 3:
                return CLOSE  # a letter of the word is wrong: 商事, 昌事
        if (
            core == core_other
            and kind
            and _SAME_KIND.get(kind, kind) == _SAME_KIND.get(kind_other, kind_other)
        ):
            return CLOSE
        if kind and kind_other:
            return CLOSE if core == core_other and slip(kind, kind_other) == VARIANT else TWO
        return (
            CLOSE if _typo(one, other) in {VARIANT, CLOSE} and min(len(one), len(other)) >= 5 else DIFFERENT
        )
    if core != core_other and _sided(core, core_other):
        return TWO
    found = _typo(core, core_other) if not core.isascii() else _typo(one, other)
    if found == DIFFERENT and kind and min(len(core), len(core_other)) >= 2 and not one.isascii():
        return CLOSE if OSA.distance(core, core_other) == 1 else DIFFERENT  # 新和塗装, 新知塗装
    return found


_TOLD = (
    "東日本",
    "西日本",
    "北日本",
    "南日本",
    "東",
    "西",
    "南",
    "北",
    "新",
    "旧",
    "元",
    "大",
    "小",
    "中央",
    "本",
    "総",
    "都市",
    "県",
    "市",
    "国際",
    "日本",
    "全",
)


def _sided(one: str, other: str) -> bool:
    """Whether only the compass, a size or an age tells the two apart (東京西電気, 東京東電気; 新北斗, 北斗)."""
    shorter, longer = sorted((one, other), key=len)
    if any(longer in {word + shorter, shorter + word} for word in _TOLD):
        return True
    heads = [(x, y) for x in _TOLD if one.startswith(x) for y in _TOLD if other.startswith(y)]
    tails = [(x, y) for x in _TOLD if one.endswith(x) for y in _TOLD if other.endswith(y)]
    return any(x != y and one[len(x) :] == other[len(y) :] for x, y in heads) or any(
        x != y and one[: -len(x)] == other[: -len(y)] for x, y in tails
    )


def _typo(one: str, other: str) -> str:
    if one == other:
        return SAME
    if one.isascii() or re.fullmatch(r"[ァ-ヺー]+", one + other):
        shorter = min(len(one), len(other))
        distance = OSA.distance(one, other)
        if distance == 1 and shorter >= 4:
            return CLOSE if shorter < 6 else VARIANT
        return CLOSE if distance <= 2 and shorter >= 7 else DIFFERENT
    if min(len(one), len(other)) >= 2:
        found = slip(one, other)
        if found == DIFFERENT and len(one) == len(other) == 2 and OSA.distance(one, other) == 1:
            return DIFFERENT
        return found
    return DIFFERENT


# English for the kind of firm, as cards give it, in the spelling of `romaji.latin`.
_ENGLISH_KINDS = {
    "商事": "trading tradingcompany shoji", "商会": "trading shokai", "貿易": "trading", "通商": "trading", "物産": "trading bussan", "産業": "industries industry sangyo",
    "工業": "industries industry kogyo industrial", "興業": "kogyo enterprise enterprises", "製作所": "works manufacturing seisakusho mfg", "建設": "construction kensetsu",
    "工務店": "construction builders", "システム": "systems system", "システムズ": "systems", "サービス": "service services", "デザイン": "design", "食品": "foods food",
    "フーズ": "foods", "不動産": "realestate estate", "印刷": "printing", "運輸": "transport logistics transportation", "運送": "transport transportation", "物流": "logistics",
    "電機": "electric electrical", "電気": "electric electrical", "化学": "chemical chemicals", "薬品": "pharmaceutical pharma", "製薬": "pharmaceutical pharma", "金属": "metal metals",
    "機械": "machinery machine", "精機": "seiki precision", "自動車": "motors motor automobile auto", "観光": "kanko tourism travel", "警備": "security", "通信": "communications communication",
    "開発": "development", "技研": "giken engineering", "設備": "engineering equipment", "設計": "design architects", "会計事務所": "accounting accountingoffice", "法律事務所": "law lawoffice lawfirm",
    "クリニック": "clinic", "病院": "hospital", "薬局": "pharmacy", "銀行": "bank", "保険": "insurance", "研究所": "laboratory institute laboratories", "ホールディングス": "holdings", "グループ": "group",
    "ホーム": "home homes", "水産": "fisheries suisan", "石油": "oil petroleum", "木材": "lumber wood", "商店": "shoten store", "企画": "planning kikaku", "造園": "landscape", "酒造": "brewery shuzo",
}  # fmt: skip


@lru_cache(maxsize=1)
def _translations() -> dict[str, set[str]]:
    from enishi.japanese.branches import bare
    from enishi.japanese.romaji import latin

    return {bare(kind): {latin(word) for word in words.split()} for kind, words in _ENGLISH_KINDS.items()}


def _skeleton(text: str) -> str:
    """Consonants only: グローバル and Global agree in them."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aiueoy]", "", text).replace("zi", "z").replace("th", "s"))


def _across(english: Features, japanese: Features) -> str:
    """A name in Latin letters beside one in Japanese of which the reading is known."""
    theirs, ours = english.company_latin, japanese.company_latin or japanese.guessed_company
    if not ours or not theirs:
        return UNKNOWN
    if ours == theirs or (len(_skeleton(ours)) >= 4 and _skeleton(ours) == _skeleton(theirs)):
        return VARIANT
    _core, kind = split_kind(japanese.company)
    size = next(
        (n for n, (x, y) in enumerate(zip(ours, theirs, strict=False)) if x != y), min(len(ours), len(theirs))
    )
    table = _translations()
    for word in sorted(set().union(*table.values()), key=len, reverse=True):
        if theirs.endswith(word) and len(theirs) > len(word):
            core = theirs[: -len(word)]
            alike = ours.startswith(core) or (
                len(_skeleton(core)) >= 3 and _skeleton(ours).startswith(_skeleton(core))
            )
            if not alike or len(core) < 3:
                return DIFFERENT if not alike and size < 3 else UNKNOWN
            return VARIANT if word in table.get(kind, set()) else TWO if kind in table else UNKNOWN
    if sound(ours, theirs) == CLOSE:
        return CLOSE
    return UNKNOWN if size >= 5 or not japanese.company_latin else DIFFERENT  # a guess tells none apart


def companies(a: Features, b: Features) -> tuple[str, str]:
    """Levels of the names and of the offices ("same", "one" where only one names an office, "different")."""
    if a.whole and a.whole == b.whole:
        return SAME, SAME
    name = firms(a.company, b.company)
    heard = sound(a.company_latin, b.company_latin) if a.company_latin and b.company_latin else UNKNOWN
    if heard == UNKNOWN and name != SAME:  # one has no reading: its likely one may say that they are one
        ours, theirs = a.company_latin or a.guessed_company, b.company_latin or b.guessed_company
        heard = (
            SAME if ours and ours == theirs and bool(a.company_latin) != bool(b.company_latin) else UNKNOWN
        )
    if name == UNKNOWN and a.company.isascii() != b.company.isascii():
        name = _across(*((a, b) if a.company.isascii() else (b, a)))
        heard = UNKNOWN
    if name == TWO:
        name = DIFFERENT
    elif name != SAME:
        if heard == SAME and len(a.company_latin) >= 4:
            name = VARIANT
        elif name == UNKNOWN:
            name = (
                CLOSE
                if heard == CLOSE and len(a.company_latin) >= 6
                else heard
                if heard != CLOSE
                else DIFFERENT
            )
    if name in {DIFFERENT, UNKNOWN} and {a.former, b.former} & {a.company, b.company} - {""}:
        name = VARIANT  # 旧：丸山商店
    if a.branch == b.branch:
        branch = SAME
    elif a.branch and b.branch:
        branch = (
            VARIANT if slip(a.branch, b.branch) == VARIANT and not _tells(a.branch, b.branch) else DIFFERENT
        )
        if a.branch.rstrip("店所社") == b.branch.rstrip("店所社"):
            branch = VARIANT
    else:
        branch = "one"
        if name in {DIFFERENT, "part", CLOSE} and _rest_is_office(a, b):
            name = SAME
    return name, branch


def _tells(one: str, other: str) -> bool:
    return bool((set(one) ^ set(other)) & _TELLING)


def _rest_is_office(a: Features, b: Features) -> bool:
    """山田商事 and 山田商事栄町支店, of which the second could not be split where it should."""
    short, long = sorted((a.whole, b.whole), key=len)
    return bool(short) and long.startswith(short)
