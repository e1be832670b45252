"""What a heading means, and which rows of a sheet are its heading."""

import datetime
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation

from enishi.exchange import contents, vocabulary
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.entity import Entity

Meaning = tuple[str, str]  # entity, field
LONGEST_KEPT = 200  # characters: whole notes would fill the memory
HEADER_ROWS = 30
# Whose words would mean too much in other sheets.
APART = {"activity", "channel", "daily_report", "goal", "lead", "product"}
# 担当 is ours or theirs: what else the sheet has, and who stands there, decides (`mapping`).
OURS_OR_THEIRS = {"担当", "担当者", "担当者名", "担当名", "担当者氏名", "pic", "picname"}
_WHAT = {
    **dict.fromkeys(("名", "氏名", "名前", "名称", "名前漢字", "name", "fullname"), "name"),
    **dict.fromkeys(("カナ", "フリガナ", "名カナ", "名フリガナ", "名称カナ", "名称フリガナ", "氏名カナ", "ヨミ", "読ミ", "ヨミガナ", "kana"), "kana"),
    **dict.fromkeys(("番号", "コード", "no", "id", "cd", "ナンバー", "number", "code"), "code"),
}  # fmt: skip
_MARKS = re.compile(r"[\s:*※■●◆▼▲◎☆★♦._/\-~,、。'\"()\[\]【】<>「」『』?!#＃]+")
_NOTED = re.compile(r"[(\[【<「].*?[)\]】>」]")
_BEHIND = re.compile(r"^([^(\[【<]+)[(\[【<]([^)\]】>]+)[)\]】>]$")
_UNIT = re.compile(r"(百万円|千円|万円|億円|円|税込|税抜|税別)$")
_HEAD = re.compile(
    r"(会社|法人|企業|取引先|得意先|仕入先|顧客|客様|客サマ|氏|社|者)名称?$|^(company|customer|account|full)name$"
)
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
    parts = [part.strip() for part in re.split(r"\s-\s", folded)]
    if len(parts) == 2 and re.search(
        r"\s\d$", parts[0]
    ):  # Google's lists: "Address 1 - City", "Phone 1 - Value"
        if parts[1] in vocabulary.UNSAID:
            return ()
        what = parts[0][:-2] if parts[1] == "value" else f"{parts[0][:-2]} {parts[1]}"
        return (_MARKS.sub("", folded), _MARKS.sub("", what), _MARKS.sub("", parts[1]))
    found = [_MARKS.sub("", folded)]
    if behind := _BEHIND.match(folded):  # 電話(自宅) is 自宅電話, 住所(都道府県) is 都道府県
        found.append(_MARKS.sub("", behind[2] + behind[1]))
        if _MARKS.sub("", behind[2]) in PARTS:
            found.append(_MARKS.sub("", behind[2]))
    found.append(_MARKS.sub("", _NOTED.sub("", folded)))
    for one in list(found):
        plain = _ASKED.sub("", one)
        found += [plain, _UNIT.sub("", plain), _UNIT.sub("", _UNIT.sub("", plain))]
    for one in list(found):
        if len(one) > 2 and one[0] in "ゴオ御":  # お電話, ご住所 (folded to katakana)
            found.append(one[1:])
    for one in list(found):
        found.append(re.sub(r"[0-9]+$", "", one))
    return tuple(dict.fromkeys(one for one in found if one))


def importable(main: str = "") -> list[Entity]:
    """Entities that sheets are read into; `main`: those of a sheet that is about what comes with others (an order with its lines)."""
    about = registry.find(main) if main else None
    if about is not None and about.imports.beside:
        names = [main, *about.imports.beside]
        return [found for name in names if (found := registry.find(name)) is not None]
    every = [
        one
        for one in registry.all_entities()
        if one.in_navigation and (one.name not in APART or one.name == main != "activity")
    ]
    return [one for one in every if not one.imports.beside or one.name == main]


def takes(one: Any) -> bool:
    """Whether a field can be filled from a column (what points elsewhere is found by the other's own columns)."""
    return (
        bool(one.importable)
        and not one.hidden
        and (one.kind != "reference" or one.name == "stage")
        and one.kind not in {"any_record", "contacts"}
    )


def _keys(words: str) -> list[str]:
    """A row of the vocabulary as keys."""
    return [key(word) for word in words.split()]


_WHOSE = sorted(
    ((key(word), entity) for entity, words in vocabulary.WHOSE.items() for word in words.split()),
    key=lambda pair: -len(pair[0]),
)
REASON = set(_keys("理由 取り込めなかった理由 reason"))
TAGS, BRANCH, BOOKS = _keys(vocabulary.TAGS), set(_keys(vocabulary.BRANCH)), set(_keys(vocabulary.BOOKS))
NEXT = {*_keys(vocabulary.NEXT_STEPS), *_keys(vocabulary.NEXT_DAYS)}
NAMES = set(_keys(vocabulary.NAMES))
TITLES = set(_keys("名称 名前 件名 タイトル 題名 品名 名 name title subject"))  # of things of any kind
NAMED = _keys("名 名称 name")  # behind the word for a thing: what it is called
EITHER = set(_keys(vocabulary.EITHER))
PARTS = set(_keys(vocabulary.PARTS))
# Beside the aliases of the entities: what may head a column of this field.
_MORE = {
    **{target: _keys(words) for target, words in vocabulary.WORDS.items()},
    "task.name": _keys(f"{vocabulary.WORDS['task.name']} {vocabulary.NEXT_STEPS}"),
    "task.due_at": _keys(f"{vocabulary.WORDS['task.due_at']} {vocabulary.NEXT_DAYS}"),
    "task.done_at": _keys(f"{vocabulary.WORDS['task.done_at']} {vocabulary.TASK_STATES}"),
}


@lru_cache(maxsize=24)
def _words(design: Hashable, main: str) -> tuple[dict[str, list[Meaning]], set[str]]:
    """Key → what it may mean; and the keys of what only the program itself fills. Labels in every language: a Japanese
    file comes in alike whatever language its reader has chosen."""
    made: dict[str, list[Meaning]] = {}
    own: set[str] = set(REASON)
    for entity in importable(main):
        for one in entity.fields.values():
            labels = _labels(one)
            if not takes(one):
                own |= labels
                continue
            extra = {"owner": _keys(vocabulary.OURS), "tags": TAGS}.get(one.name, [])
            named = [one.name] if not one.custom else []
            for word in (
                *labels, *map(key, (*one.aliases, *named)), *extra, *_MORE.get(f"{entity.name}.{one.name}", ()),
            ):  # fmt: skip
                place = made.setdefault(word, [])
                if (entity.name, one.name) not in place:
                    place.append((entity.name, one.name))
    for entity in importable(main):
        for word in called_after(entity):
            place = made.setdefault(word, [])
            if (entity.name, entity.title_field) not in place:
                place.append((entity.name, entity.title_field))
    made.pop("", None)
    return made, own - set(made)


def called_after(entity: Entity) -> set[str]:
    """Keys of headings that name the records of an own entity after it: 契約書, 契約書名, 契約書名称. None for what is built in, and none
    that mean any customer."""
    if not entity.drawn or not takes(entity.field(entity.title_field)):
        return set()
    return {f"{label}{end}" for label in _labels(entity) - {""} for end in ("", *NAMED)} - EITHER


def is_titled_after(entity: Entity, title: str) -> bool:
    """Whether a sheet is called after an entity: 仕入先, 仕入先一覧, 仕入先台帳."""
    word = re.sub("(一覧表?|台帳|名簿|リスト|マスタ|管理表?|データ|表|list)$", "", key(title))
    return bool(word) and word in _labels(entity)


def _labels(one: Any) -> set[str]:
    """The keys of the label of a field or an entity in every language."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(key(str(one.label)))
    return found


def words(main: str = "") -> tuple[dict[str, list[Meaning]], set[str]]:
    """`_words`, made anew when own fields change; of all fields, whoever is served."""
    with registry.whole():
        return _words(_design(main), main)


def _design(main: str) -> Hashable:
    """What the vocabulary is made of: another one, another vocabulary."""
    own = tuple((one.name, tuple((field.name, field.label) for field in one.own)) for one in importable(main))
    return registry.design_number(), own


def means(text: str, main: str = "") -> list[Meaning]:
    """What a heading may mean (in a sheet about `main`); nothing where it is not known."""
    return [one for one in _whatever(text, main) if is_open(*one)]


def is_closed(text: str, main: str = "") -> bool:
    """Whether a heading means only what the person who is served doesn't see or may not write."""
    found = _whatever(text, main) if text else []
    return bool(found) and not any(is_open(*one) for one in found)


def _whatever(text: str, main: str) -> list[Meaning]:
    """What a heading may mean, whoever is served."""
    look = _meant if len(text) <= LONGEST_KEPT else _meant.__wrapped__
    with registry.whole():
        return look(text, main, _design(main))


def is_open(entity: str, field: str) -> bool:
    """Whether the person who is served sees a field and may write it."""
    found = registry.find(entity)
    return found is not None and field in found.fields and not found.fields[field].fixed


@lru_cache(maxsize=8192)  # a sheet of a thousand columns is looked through several times
def _meant(text: str, main: str, design: Hashable) -> list[Meaning]:
    known, _own = _words(design, main)
    variants = _variants(text)
    if any(one in EITHER for one in variants):
        customer = [("account", "name"), ("contact", "name")]
        more = next((known[one] for one in variants if one in known), [])
        return [*customer, *(one for one in more if one not in customer)]
    for one in variants:
        if found := known.get(one) or _whose(one, known):
            return list(found)
    # TEL/FAX, 会社名 Company; English headings of several words are one
    separators = (r"[/／・、,，&＆\n]+", *([] if text.isascii() else [r"[\s　]+"]))
    for separator in separators if variants else ():
        parts = [part for part in re.split(separator, text) if part]
        if len(parts) > 1:
            for part in parts:
                if found := next((known[one] for one in _variants(part) if one in known), []):
                    return list(found)
    return []


def _whose(one: str, known: dict[str, list[Meaning]]) -> list[Meaning]:
    """担当者電話番号 is the contact's telephone, 会社住所 the account's address, 患者 the patient's name."""
    for word, entity in _WHOSE:
        if not one.startswith(word):
            continue
        rest = one[len(word) :].removeprefix("ノ")
        field = _WHAT.get(rest) if rest else "name" if one in NAMES else None
        if field:
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


def is_head(text: str) -> bool:
    """会社名, 氏名: words that head a column of names and that nobody is called."""
    return bool(_HEAD.search(key(text))) and any(name == "name" for _entity, name in means(text))


def is_branch(text: str) -> bool:
    """支店, 営業所: a part of the company's name."""
    return key(text) in BRANCH


def is_continued(text: str) -> bool:
    """得意先名2, 住所3: goes on from another column."""
    return bool(re.search(r"[2-9２-９]\s*[)）]?$", text.strip()))


_BROKEN_LINE = re.compile(r"\s*\n\s*")
_BILINGUAL = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[A-Za-z])|(?<=[A-Za-z.])\s*\n\s*(?=[^\x00-\x7f])")


# --- finding ------------------------------------------------------------------------------------------
def is_blank(row: Iterable[Any]) -> bool:
    """Whether a row has nothing in it."""
    return all(value is None or str(value).strip() == "" for value in row)


def texts(row: Iterable[Any]) -> list[str]:
    """Cells as one-line texts; where a line of Japanese meets one in Latin letters (会社名, Company below) they stay two words."""
    return ["" if value is None else _one_line(str(value)) for value in row]


def _one_line(text: str) -> str:
    return (_BROKEN_LINE.sub("", _BILINGUAL.sub(" ", text)) if "\n" in text else text).strip()


def _known(row: Iterable[Any], main: str = "") -> int:
    return sum(
        bool(text) and len(text) <= 40 and bool(means(text, main) or is_branch(text)) for text in texts(row)
    )


def find(rows: list[list[Any]], main: str = "") -> Heading:
    """The heading of a sheet whose first rows are given.

    It is the first of the rows that hold the most known headings; one more row belongs to it where that one completes
    it (under merged cells). A sheet without any known heading has one only if its first row of words differs from
    what follows; else it begins with data.
    """
    head = rows[:HEADER_ROWS]
    if not head:
        return Heading(0, 0, ())
    known = [_known(row, main) for row in head]
    filled = [sum(bool(text) for text in texts(row)) for row in head]
    best = max(range(len(head)), key=lambda place: (known[place], -place))
    if known[best] < 2 and known[best] * 2 < filled[best] or not known[best]:
        return _without_known(rows)
    if best and known[best - 1] >= 1 and _completes(head[best - 1], head[best]):
        best -= 1
    if best + 1 < len(rows) and (
        _completes(rows[best], rows[best + 1]) or _divides(rows[best], rows[best + 1], rows[best + 2 :])
    ):
        return Heading(best, 2, tuple(_joined(texts(rows[best]), texts(rows[best + 1]))))
    return Heading(best, 1, tuple(texts(rows[best])))


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """One text per column of a heading in two rows; 担当者 over 氏名 is 担当者氏名 where that says more, 売上（千円） over 2023年度 and 2024年度
    is 売上（千円）2023年度 and 売上（千円）2024年度."""
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    groups, made, alone = _groups(upper, lower), list[str](), set[int]()
    for place, (above, below, group) in enumerate(zip(upper, lower, groups, strict=True)):
        if not below or above == below:
            made.append(above)
        elif (group and group != below and _known_as_one(group + below)) or _NOTED.fullmatch(fold(below)):
            made.append(group + below)
        elif means(below):
            made.append(below)
            alone.add(place)
        else:  # a hint below what is known (TEL over ハイフンなし) says nothing of its own
            made.append(above if groups.count(group) == 1 and means(above) else group + below)
    # 氏名 below 紹介者 is nobody's name where the sheet has another: what it would say is said already.
    said = [one for place, text in enumerate(made) if place not in alone for one in means(text)[:1]]
    for place in alone:
        group = groups[place]
        if group and not means(group) and not _begins_whose(group) and means(made[place])[0] in said:
            made[place] = group + made[place]
    return made


def _groups(upper: list[str], lower: list[str]) -> list[str]:
    """The upper text that a column stands under: its own, or, over merged cells, the last one to its left."""
    group, made = "", []
    for above, below in zip(upper, lower, strict=True):
        group = above or (group if below else "")
        made.append(group)
    return made


def _begins_whose(group: str) -> bool:
    """Whether a word says whose what follows is: 担当者, 会社."""
    return any(one.startswith(word) for one in _variants(group)[:1] for word, _entity in _WHOSE)


def _known_as_one(text: str) -> bool:
    known, _own = words()
    return any(one in known or _whose(one, known) for one in _variants(text)[:3])


def _completes(upper: list[Any], lower: list[Any]) -> bool:
    """Whether the lower row completes the upper one to a heading of two lines."""
    if any(isinstance(value, int | float | datetime.date) for value in lower):
        return False
    above, below = texts(upper), texts(lower)
    # Cells merged over both rows say the same in both.
    below = ["" if text and above[place : place + 1] == [text] else text for place, text in enumerate(below)]
    filled = [place for place, text in enumerate(below) if text]
    if len(filled) < 2 or sum(map(bool, above)) < 2 or _known(below) < max(1, len(filled) * 0.4):
        return False
    if any(contents.looks_like_data(below[place]) for place in filled):
        return False
    under_empty = sum(1 for place in filled if place >= len(above) or not above[place])
    return under_empty >= 1 and len(filled) < sum(map(bool, above)) + under_empty


def _divides(upper: list[Any], lower: list[Any], data: list[list[Any]]) -> bool:
    """Whether the lower row divides merged cells of the upper one, whatever its words are: it says something only below these, at least
    twice below each, and nothing below the headings of one column (社名, TEL), which the rows of data fill."""
    width = max(len(upper), len(lower))
    above, below = ([*found, *[""] * (width - len(found))] for found in (texts(upper), texts(lower)))
    below = ["" if text == above[place] else text for place, text in enumerate(below)]
    divided: dict[int, list[int]] = {}
    first = -1
    for place, text in enumerate(above):
        first = place if text else first
        if below[place] and (first < 0 or not _may_divide(lower[place])):
            return False
        if below[place]:
            divided.setdefault(first, []).append(place)
    several = {head: places for head, places in divided.items() if len(places) > 1}
    if not several or any(
        not _NOTED.fullmatch(fold(below[head])) for head in divided.keys() - several.keys()
    ):
        return False
    if any(len(places) != len({below[place] for place in places}) for places in several.values()):
        return False  # 有, 有: marks of a row
    singles = [place for place, text in enumerate(above) if text and place not in several]
    told = [
        any(place < len(row) and row[place] not in (None, "") for place in singles)
        for row in data[:HEADER_ROWS]
        if not is_blank(row)
    ]
    return bool(singles) and sum(told) * 2 >= len(told)


def _may_divide(cell: Any) -> bool:
    """Whether a cell may be a heading below another one: a word or a year."""
    if isinstance(cell, int | float):
        return 1990 <= cell <= 2100
    return not contents.looks_like_data(cell) and len(str(cell)) <= 40


def _without_known(rows: list[list[Any]]) -> Heading:
    """No known heading: a first row of words over something else is one, a title of one cell is passed over."""
    most = max((sum(map(bool, texts(row))) for row in rows), default=0)
    wide = next((place for place, row in enumerate(rows) if sum(map(bool, texts(row))) >= min(2, most)), 0)
    if most == 1:
        first = next((text for text in texts(rows[wide]) if text), "") if rows else ""
        title = contents.is_title(first)
        return Heading(wide, 1, tuple(texts(rows[wide]))) if title else Heading(wide, 0, ())
    if any(is_head(text) for text in texts(rows[wide])) and not any(
        map(contents.looks_like_data, rows[wide])
    ):
        return Heading(wide, 1, tuple(texts(rows[wide])))
    if contents.row_differs(rows[wide], rows[wide + 1 : wide + 20]):
        return Heading(wide, 1, tuple(texts(rows[wide])))
    return Heading(wide, 0, ())
