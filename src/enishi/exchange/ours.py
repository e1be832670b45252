"""Whose a column of 担当者 is: our own people, or the customer's."""

from django.core.exceptions import ValidationError

from enishi.exchange import contents, headings
from enishi.exchange.headings import importable, key
from enishi.exchange.sheet import PERSON, SECOND, Column, Sheet
from enishi.japanese.text import fold
from enishi.records import registry

MOST_COLLEAGUES = 20  # more names in a column of 担当者 are customers' people


def tell(sheet: Sheet) -> None:
    """担当 and 担当者 are ours or theirs. Beside another column for the other side's person they are ours; alone beside a
    company they are theirs where they carry 様 or differ from row to row; beside private customers they are ours."""
    doubtful = [one for one in sheet.columns if key(one.heading) in headings.OURS_OR_THEIRS]
    certain = any(
        any(entity == "contact" and name in PERSON for entity, name in sheet.meaning[one.index])
        for one in sheet.columns
        if one not in doubtful
        and key(one.heading) not in SECOND
        # 担当者2 goes on from 担当者, whoever's that one is.
        and key(one.heading).rstrip("0123456789") not in headings.OURS_OR_THEIRS
    )
    ours_named = any(
        one not in doubtful and any(name == "owner" for _entity, name in sheet.meaning[one.index])
        for one in sheet.columns
    )
    company = sheet.has("account", "name")
    theirs: list[Column] = []
    for column in sorted(doubtful, key=lambda one: (-len(key(one.heading)), one.index)):  # 担当者 before 担当
        if certain or not company or theirs:
            is_theirs = False
        else:
            is_theirs = ours_named or _are_theirs(sheet, column, len(doubtful) > 1)
        if is_theirs:
            theirs.append(column)
            sheet.meaning[column.index] = [("contact", "name")]
        else:
            said = [one.name for one in importable()]
            said += [
                name for name, field in sheet.meaning[column.index] if field == "owner" and name not in said
            ]
            sheet.meaning[column.index] = [(name, "owner") for name in said]


def _are_theirs(sheet: Sheet, column: Column, another: bool) -> bool:
    cells = [str(cell).strip() for cell in sheet.cells(column.index) if not contents.is_nobody(cell)]
    if any(_is_user(cell) for cell in dict.fromkeys(cells[:50])):
        return False
    if another:
        return True
    if any(cell.endswith(("様", "さま", "さん", "殿", "氏")) for cell in cells):
        return True
    bare = {fold(cell) for cell in cells}
    if len(bare) <= MOST_COLLEAGUES and _serves_several(sheet, column):
        return False
    if len(cells) >= 8 and len(bare) <= max(3, min(len(cells) * 0.25, MOST_COLLEAGUES)):
        return False  # a few names again and again: our own people
    return key(column.heading) != "担当" or contents.share(cells, lambda cell: " " in fold(cell)) > 0.5


def _serves_several(sheet: Sheet, column: Column) -> bool:
    """Whether most of the names stand beside more than one company: theirs belong to one."""
    company = [one.index for one in sheet.columns if ("account", "name") in sheet.meaning[one.index]][:1]
    held: dict[str, set[str]] = {}
    for row in sheet.data:
        name, *firms = (
            fold(str(row[at])) if at < len(row) and row[at] else "" for at in (column.index, *company)
        )
        if name and firms and firms[0]:
            held.setdefault(name, set()).add(firms[0])
    return bool(held) and sum(len(firms) > 1 for firms in held.values()) * 2 > len(held)


def _is_user(cell: str) -> bool:
    """Whether somebody of ours is called so."""
    try:
        return not contents.is_number(cell) and bool(registry.get("account").fields["owner"].clean(cell))
    except ValidationError:
        return False
