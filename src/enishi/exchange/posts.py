"""Who is named with his firm, his department or his title in one cell: 営業部 部長 中島 学, ㈱高田工務店 代表取締役 高田 茂, 林（製造部）."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from enishi.exchange import contents, headings, readers
from enishi.exchange.duplicates.firm_names import is_department
from enishi.japanese import companies, names
from enishi.japanese.text import fold

if TYPE_CHECKING:
    from enishi.exchange.parsed import Parsed
    from enishi.exchange.rows import RowReader
    from enishi.exchange.sheet import Sheet

_OFFICE = re.compile(
    r"\S{2,12}(?:支店|営業所|支社|出張所|事業所|事業部|工場|センター|本部|グループ|チーム)|本社|本店|工場"
)
# Nobody's family name ends in 課 and 係; in 部 and 室 some do (服部, 小室, 長谷部, 長宗我部).
_UNIT = re.compile(
    r"\S{1,12}[課係]|(?!長[宗曽]我)\S{3,12}[部室局]|(?:工務|秘書|社長|検査|薬剤|診療|看護|庶務|労務|監査|国際|建設|建築|土木|保全|保守|電気|機械|食品|輸出|貿易|外商|店舗|商品|"
    r"仕入|宣伝|広告|製品|審査|融資|渉外|用度|調理|栄養|介護|相談|教育|学務|学生|会計|戦略|事務|編集|医局|農産|畜産|水産|青果|鮮魚|精肉)[部室局]"
)
_SEVERAL = re.compile(r"\S[\s\u3000]+\S|[(（]")
_IN_BRACKETS = re.compile(r"(?P<name>[^()（）]+?)\s*[(（](?P<post>[^()（）]+)[)）]")
_NOBODY = {"各位", "一同", "直通", "受付", "窓口", "宛", "担当", "行"}
_LONGEST = 6  # letters of a family or a given name


@dataclass(frozen=True)
class Post:
    """What a cell says of somebody beside his name; with his honorific, if it stands there."""

    firm: str
    department: str
    title: str
    name: str


def read(text: str) -> Post | None:
    """The parts of a cell that names a firm or a department before the name; None where there is neither, or where what is left is no name."""
    if not _SEVERAL.search(text):
        return None
    bare, honorific = names.strip_honorific(text)
    if match := _IN_BRACKETS.fullmatch(bare):
        words, rest = match["post"].split(), names.strip_honorific(match["name"])[0].split()
        if not words or not all(_is_unit(word) or names.is_title(word) for word in words):
            return None
        firm = ""
    elif names.is_family(bare.split()[0]):  # most of them
        return None
    else:
        firm, rest = _firm(bare.split())
        words = []
        while len(rest) > 1 and (_is_unit(rest[0]) or names.is_title(rest[0])):
            words.append(rest.pop(0))
    department = " ".join(word for word in words if _is_unit(word))
    title = " ".join(word for word in words if not _is_unit(word))
    if not (firm or department or match):
        return None
    name, behind = names.split_title(" ".join(rest)) if not title else (" ".join(rest), "")
    if not _may_be_name(name) or (firm and not (words or behind) and not _is_person(name)):
        return None
    return Post(firm, department, title or behind, f"{name}{honorific}")


def _firm(words: list[str]) -> tuple[str, list[str]]:
    """The firm at the beginning, its legal form apart or not, and the words behind it."""
    if len(words) > 2 and any(map(_is_form, words[:2])):
        return " ".join(words[:2]), words[2:]
    if len(words) > 1 and contents.is_company(words[0]) and not (_is_form(words[0]) or _is_unit(words[0])):
        return words[0], words[1:]
    return "", words


def _is_form(word: str) -> bool:
    parts = companies.parse_company(word)
    return bool(parts.form) and not parts.base


def _is_unit(word: str) -> bool:
    """Whether a word names a department or an office."""
    unit = _UNIT.fullmatch(word) or _OFFICE.fullmatch(word) or is_department(word)
    return bool(unit) and not names.is_title(word)


def _may_be_name(name: str) -> bool:
    parts = name.split()
    return 0 < len(parts) <= 2 and not any(
        len(part) > _LONGEST
        or part in _NOBODY
        or any(c.isdigit() for c in part)
        or _is_unit(part)
        or names.is_title(part)
        or contents.is_company(part)
        for part in parts
    )


def _is_person(name: str) -> bool:
    return names.is_family(name) or names.looks_like_person(name)


def name_firms(sheet: "Sheet") -> bool:
    """Whether in a sheet without a column of firms the names of people hold theirs."""
    targets = {column.target.partition(".")[0] for column in sheet.columns}
    return "account" not in targets and any(
        isinstance(cell, str) and (found := read(cell)) is not None and found.firm
        for column in sheet.columns
        if column.target == "contact.name"
        for cell in sheet.cells(column.index)
    )


def put(reader: "RowReader", parsed: "Parsed", heading: str, line: str, post: Post) -> str:
    """The name alone; what stands beside it goes where such things go. The whole cell is noted where another column says something else
    there, or where that field isn't the person's to fill."""
    clear = True
    for target, value in (
        ("contact.department", post.department), ("contact.title", post.title), ("account.name", post.firm)
    ):  # fmt: skip
        if not value:
            continue
        entity, _dot, field = target.partition(".")
        said = " ".join(_cells(reader, parsed, target))
        if said:
            clear = clear and _same(field, said, value)
        elif entity in reader.names and headings.is_open(entity, field):
            parsed.values.setdefault(entity, {}).setdefault(field, value)
        else:
            clear = False
    if not clear:
        reader.note(parsed, "contact", f"{heading}: {line.strip()}")
    return post.name


def _cells(reader: "RowReader", parsed: "Parsed", target: str) -> Iterable[str]:
    for at in reader.places.get(target, ()):
        if at < len(parsed.cells) and (text := readers.plain(parsed.cells[at]).strip()):
            yield text


def _same(field: str, said: str, value: str) -> bool:
    if field == "name":
        return companies.company_key(said) == companies.company_key(value)
    return fold(value).replace(" ", "") in fold(said).replace(" ", "")
