"""What a heading means, and which rows of a sheet are its heading."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language

from enishi.exchange import contents
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.entity import Entity

Meaning = tuple[str, str]  # entity, field
HEADER_ROWS = 30
OURS = (
    "当社担当 当社担当者 自社担当 自社担当者 弊社担当 弊社担当者 社内担当 社内担当者 担当営業 営業担当 営業担当者 営業マン 営業 営業者 営業員 営業員名 "
    "担当 主担当 担当社員 担当スタッフ スタッフ 担当スタイリスト スタイリスト 指名 指名スタイリスト 担当美容師 担当医 主治医 担任 担当講師 担当講師名 担当税理士 担当弁護士 "
    "担当職員 監査担当 現場担当 施工担当 受付担当 担当部員 owner salesrep assignedto assignee accountowner contactowner dealowner"
).split()
TAGS = "タグ 分類 カテゴリ カテゴリー 顧客分類 得意先分類 グループ tags tag label labels category".split()
BRANCH = (
    "支店 支店名 営業所 営業所名 事業所 事業所名 支社 支社名 拠点 拠点名 店舗 店舗名 工場名 branch".split()
)
REASON = {"理由", "取り込めなかった理由"}
# 担当 is ours or theirs: what else the sheet has, and who stands there, decides (mapping._people).
OURS_OR_THEIRS = {"担当", "担当者", "担当者名", "担当名", "担当者氏名"}
# In front of a field's word: whose it is.
WHOSE = {
    "account": "会社 法人 企業 貴社 御社 勤務先 勤め先 取引先 得意先 仕入先 業者 発注先 外注先 協力会社 協力業者 客先 顧問先 関与先 店舗 事業所 本社 代表 company account organization business",
    "contact": "担当者 ご担当者 御担当者 先方担当者 先方担当 先方 窓口 本人 ご本人 患者 生徒 塾生 園児 児童 会員 受講者 受講生 利用者 契約者 申込者 申込者様 個人 自宅 ご自宅 person contact member student patient home personal",
    "deal": "案件 商談 見積 お見積 工事 物件 deal opportunity",
    "": "顧客 お客様 客 見込客 見込み客 customer client lead primary main",
}
_WHOSE = sorted(
    ((word, entity) for entity, words in WHOSE.items() for word in words.split()), key=lambda pair: -len(pair[0])
)  # fmt: skip
_WHAT = {
    **dict.fromkeys(("名", "氏名", "名前", "名称", "名前漢字", "name", "fullname"), "name"),
    **dict.fromkeys(("カナ", "フリガナ", "名カナ", "名フリガナ", "氏名カナ", "ヨミ", "読ミ", "ヨミガナ", "kana"), "kana"),
    **dict.fromkeys(("番号", "コード", "no", "id", "cd", "ナンバー", "number", "code"), "code"),
}  # fmt: skip
_MARKS = re.compile(r"[\s:*※■●◆▼▲◎☆★♦._/\-~,、。'\"()\[\]【】<>「」『』?!#＃]+")
_NOTED = re.compile(r"[(\[【<「].*?[)\]】>」]")
_UNIT = re.compile(r"(百万円|千円|万円|億円|円|税込|税抜|税別)$")
_ASKED = re.compile(r"^(必須|任意)|(必須|任意|欄|等|必須項目)$")


@dataclass(frozen=True)
class Heading:
    """Where the heading begins, how many rows it takes (0: the sheet has none), and a text per column."""

    start: int
    height: int
    texts: tuple[str, ...]


def key(text: str) -> str:
    """A heading's letters, folded, without marks."""
    return _MARKS.sub("", fold(text))


@lru_cache(maxsize=8192)
def _variants(text: str) -> tuple[str, ...]:
    """The keys under which a heading may be known, the fullest first."""
    folded = fold(text)
    found = [_MARKS.sub("", folded), _MARKS.sub("", _NOTED.sub("", folded))]
    for one in list(found):
        plain = _ASKED.sub("", one)
        found += [plain, _UNIT.sub("", plain), _UNIT.sub("", _UNIT.sub("", plain))]
    for one in list(found):
        if len(one) > 2 and one[0] in "ゴオ御":  # お電話, ご住所 (folded to katakana)
            found.append(one[1:])
    for one in list(found):
        found.append(re.sub(r"[0-9]+$", "", one))
    return tuple(dict.fromkeys(one for one in found if one))


def importable() -> list[Entity]:
    """Entities that sheets are read into."""
    return [one for one in registry.all_entities() if one.in_navigation and one.name != "activity"]


def takes(one: Any) -> bool:
    """Whether a field can be filled from a column (what points elsewhere is found by the other's own columns)."""
    return (
        bool(one.importable) and (one.kind != "reference" or one.name == "stage") and one.kind != "any_record"
    )


@lru_cache(maxsize=4)
def _words(stamp: object) -> tuple[dict[str, list[Meaning]], set[str]]:
    """Key → what it may mean; and the keys of what only the program itself fills."""
    made: dict[str, list[Meaning]] = {}
    own: set[str] = set(REASON)
    for entity in importable():
        for one in entity.fields.values():
            if not takes(one):
                own.add(key(str(one.label)))
                continue
            extra = {"owner": OURS, "tags": TAGS}.get(one.name, ())
            for word in (str(one.label), *one.aliases, *extra, *((one.name,) if not one.custom else ())):
                place = made.setdefault(key(word), [])
                if (entity.name, one.name) not in place:
                    place.append((entity.name, one.name))
    made.pop("", None)
    return made, own - set(made)


def words() -> tuple[dict[str, list[Meaning]], set[str]]:
    """`_words`, made anew when own fields or the language change."""
    own = tuple((one.name, tuple((f.name, str(f.label)) for f in one.own)) for one in importable())
    return _words((own, get_language()))


def means(text: str) -> list[Meaning]:
    """What a heading may mean; nothing where it is not known."""
    known, _own = words()
    variants = _variants(text)
    for one in variants:
        if one in known:
            return list(known[one])
    for one in variants:
        if found := _whose(one, known):
            return found
    for separator in (r"[/／・、,，&＆\n]+", r"[\s　]+"):  # TEL/FAX, 会社名 Company
        parts = [part for part in re.split(separator, text) if part]
        if len(parts) > 1:
            for part in parts:
                if found := next((known[one] for one in _variants(part) if one in known), []):
                    return list(found)
    return []


def _whose(one: str, known: dict[str, list[Meaning]]) -> list[Meaning]:
    """担当者電話番号 is the contact's telephone, 会社住所 the account's address."""
    for word, entity in _WHOSE:
        folded = key(word)
        if not one.startswith(folded) or one == folded:
            continue
        rest = one[len(folded) :].removeprefix("ノ")
        if field := _WHAT.get(rest):
            names = [entity] if entity else ["account", "contact"]
            return [
                (name, field) for name in names if registry.find(name) and field in registry.get(name).fields
            ]
        found = [pair for pair in known.get(rest, []) if not entity or pair[0] == entity]
        if found and rest:
            return found
    return []


def is_ours(text: str) -> bool:
    """Whether only the program itself fills such a column (登録日時 of an export, 理由 of a refused file)."""
    own = words()[1]
    return any(one in own for one in _variants(text)[:1])


def is_branch(text: str) -> bool:
    """支店, 営業所: a part of the company's name."""
    return key(text) in map(key, BRANCH)


def is_continued(text: str) -> bool:
    """得意先名2, 住所3: goes on from another column."""
    return bool(re.search(r"[2-9２-９]\s*[)）]?$", text.strip()))


# --- finding ------------------------------------------------------------------------------------------
def is_blank(row: Iterable[Any]) -> bool:
    """Whether a row has nothing in it."""
    return all(value is None or str(value).strip() == "" for value in row)


def texts(row: Iterable[Any]) -> list[str]:
    """Cells as one-line texts."""
    return ["" if value is None else re.sub(r"\s*\n\s*", "", str(value)).strip() for value in row]


def _known(row: Iterable[Any]) -> int:
    return sum(bool(text) and len(text) <= 40 and bool(means(text) or is_branch(text)) for text in texts(row))


def find(rows: list[list[Any]]) -> Heading:
    """The heading of a sheet whose first rows are given.

    It is the first of the rows that hold the most known headings; one more row belongs to it where that one completes
    it (under merged cells). A sheet without any known heading has one only if its first row of words differs from
    what follows; else it begins with data.
    """
    head = rows[:HEADER_ROWS]
    if not head:
        return Heading(0, 0, ())
    known = [_known(row) for row in head]
    filled = [sum(bool(text) for text in texts(row)) for row in head]
    best = max(range(len(head)), key=lambda place: (known[place], -place))
    if known[best] < 2 and known[best] * 2 < filled[best] or not known[best]:
        return _without_known(rows)
    if best and known[best - 1] >= 1 and _completes(head[best - 1], head[best]):
        best -= 1
    if best + 1 < len(rows) and _completes(rows[best], rows[best + 1]):
        return Heading(best, 2, tuple(_joined(texts(rows[best]), texts(rows[best + 1]))))
    return Heading(best, 1, tuple(texts(rows[best])))


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """One text per column of a heading in two rows; 担当者 over 氏名 is 担当者氏名 where that says more."""
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    group, made = "", []
    for above, below in zip(upper, lower, strict=True):
        group = above or (group if below else "")
        if not below:
            made.append(above)
        elif group and group != below and _known_as_one(group + below):
            made.append(group + below)
        else:
            made.append(below if means(below) or not above else above)
    return made


def _known_as_one(text: str) -> bool:
    known, _own = words()
    return any(one in known or _whose(one, known) for one in _variants(text)[:2])


def _completes(upper: list[Any], lower: list[Any]) -> bool:
    """Whether the lower row completes the upper one to a heading of two lines."""
    if any(isinstance(value, int | float | datetime.date) for value in lower):
        return False
    above, below = texts(upper), texts(lower)
    filled = [place for place, text in enumerate(below) if text]
    if len(filled) < 2 or sum(map(bool, above)) < 2 or _known(lower) < max(1, len(filled) * 0.4):
        return False
    if any(contents.looks_like_data(below[place]) for place in filled):
        return False
    under_empty = sum(1 for place in filled if place >= len(above) or not above[place])
    return under_empty >= 1 and len(filled) < sum(map(bool, above)) + under_empty


def _without_known(rows: list[list[Any]]) -> Heading:
    """No known heading: a first row of words over something else is one, a title of one cell is passed over."""
    most = max((sum(map(bool, texts(row))) for row in rows), default=0)
    wide = next((place for place, row in enumerate(rows) if sum(map(bool, texts(row))) >= min(2, most)), 0)
    if most == 1:
        first = next((text for text in texts(rows[wide]) if text), "") if rows else ""
        title = contents.is_title(first)
        return Heading(wide, 1, tuple(texts(rows[wide]))) if title else Heading(wide, 0, ())
    if contents.row_differs(rows[wide], rows[wide + 1 : wide + 20]):
        return Heading(wide, 1, tuple(texts(rows[wide])))
    return Heading(wide, 0, ())
