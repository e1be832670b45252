"""Lists that hold companies and private customers together (区分: 法人, 個人): each row is made what it is."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from enishi.exchange import contents
from enishi.exchange.parsed import Parsed
from enishi.japanese import readings
from enishi.japanese.text import fold
from enishi.records import registry

if TYPE_CHECKING:
    from enishi.exchange.sheet import Sheet

NONE, BY_NAME, BY_LOOK = -1, -2, -3  # instead of the column that says which row is what
MIXED, LEAST = 0.7, 2  # of names that look like either, and of each kind, from which a list holds both
PRIVATE = {"個人", "個人客", "個人様", "個人顧客", "個人宅", "家庭", "一般", "一般客", "一般家庭", "private", "individual"}  # fmt: skip
COMPANIES = {
    "法人",
    "法人客",
    "法人様",
    "法人顧客",
    "会社",
    "企業",
    "団体",
    "company",
    "corporate",
    "business",
}
_APART = re.compile(r"\s|(様|さま|さん|殿|氏)$")
SIGNS = ("birthday", "gender")
PARTS = ("name", "family_name", "given_name")


def column_of(sheet: "Sheet") -> int:
    """The column that says of each row whether it is a company or somebody."""
    for column in sheet.columns:
        words = {fold(str(cell)) for cell in sheet.cells(column.index)}
        if words & _PRIVATE and words & _COMPANIES and sheet.share(column.index, _says) >= 0.8:
            return column.index
    return NONE


def _says(cell: object) -> bool:
    return fold(str(cell)) in _KNOWN


def told_by(sheet: "Sheet", main: str) -> int:
    """How a list of companies tells those rows that are private customers: by a column, by the form of the name, not at all."""
    if main != "account":
        return NONE
    if sheet.kinds >= 0:
        return sheet.kinds
    if sheet.mixed and "contact" not in sheet.named:
        return BY_LOOK
    signs = [
        one.index for one in sheet.columns if any(("contact", n) in sheet.meaning[one.index] for n in SIGNS)
    ]
    return BY_NAME if signs and "contact" not in sheet.named else NONE


def are_mixed(cells: Sequence[object]) -> bool:
    """Whether customers' names are companies' and people's, without a column that says which (株式会社青葉, 山田 太郎 様)."""
    people, companies = sum(map(is_somebody, cells)), sum(map(contents.is_company, cells))
    return people >= LEAST and companies > 0 and people + companies >= MIXED * len(cells)


def is_somebody(cell: object) -> bool:
    """Whether a name beside companies' can be no firm's: 山田 太郎, 山田様, 山田太郎. 山本電気 begins with a family name too."""
    return contents.is_person(cell) and (
        bool(_APART.search(str(cell).strip())) or all(readings.split_name(fold(str(cell))))
    )


def is_private(parsed: Parsed, told: int) -> bool:
    """Whether the row is a private customer."""
    if told == NONE:
        return False
    if told == BY_LOOK:
        return is_somebody(parsed.values.get("account", {}).get("name")) and not _has_own_people(parsed)
    if told != BY_NAME:
        return (
            told < len(parsed.cells)
            and fold(str(parsed.cells[told])) in _PRIVATE
            and not contents.is_company(parsed.values.get("account", {}).get("name"))
            and not _has_own_people(parsed)
        )
    signs = any(parsed.values.get("contact", {}).get(name) for name in SIGNS)
    return signs and contents.is_person(parsed.values.get("account", {}).get("name"))


def is_alone(parsed: Parsed, main: str) -> bool:
    """Whether a row of a list of companies names somebody and no company, by no number either: a private customer among them."""
    held = parsed.values.get("account", {})
    if main != "account" or held.get("name") or held.get("code") or held.get("corporate_number"):
        return False
    return any(parsed.values.get("contact", {}).get(part) for part in PARTS)


def _has_own_people(parsed: Parsed) -> bool:
    """Whether somebody else stands beside the name (代表者): then 個人 is a business of one's own, and that one a customer like companies
    are."""
    person = parsed.values.get("contact", {})
    name = person.get("name") or f"{person.get('family_name', '')}{person.get('given_name', '')}"
    mine = parsed.values.get("account", {}).get("name", "")
    return bool(name) and fold(name).replace(" ", "") != fold(mine).replace(" ", "")


def turn(parsed: Parsed) -> list[str]:
    """Makes of what was read as a company a contact without one; returns lines for the note of what a person has no field for."""
    held: dict[str, Any] = parsed.values.pop("account", {})
    person = parsed.values.setdefault("contact", {})
    account, contact = registry.get("account"), registry.get("contact")
    lines = []
    for name in PARTS if held.get("name") else ():
        person.pop(name, None)  # the same words once more
    for name, value in held.items():
        if name == "kind":
            continue
        field, mine = account.field(name), contact.fields.get(name)
        if name == "phone" and not person.get("mobile") and contents.is_mobile(value):
            person["mobile"] = value
        elif name == "note":
            lines += str(value).split("\n")
        elif mine is not None and type(mine) is type(field) and name != "status" and not person.get(name):
            person[name] = value
        elif person.get(name) != value:
            lines.append(f"{field.label}: {field.text(value)}")
    return lines


_PRIVATE, _COMPANIES = {fold(one) for one in PRIVATE}, {fold(one) for one in COMPANIES}
_KNOWN = _PRIVATE | _COMPANIES | {fold("個人事業主"), fold("個人事業")}
