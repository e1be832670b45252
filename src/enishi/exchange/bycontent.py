"""Columns whose heading says nothing, told by what stands in them."""

import re
from collections.abc import Callable
from typing import Any

from enishi.exchange import contents, headings
from enishi.exchange.headings import key
from enishi.exchange.sheet import USUAL, Column, Sheet

_BY_CONTENT: tuple[tuple[Callable[[Any], bool], tuple[str, ...]], ...] = (
    (contents.is_email, ("contact.email", "account.email")),
    (contents.is_postal_code, ("account.postal_code", "contact.postal_code")),
    (contents.is_corporate_number, ("account.corporate_number",)),
    (contents.is_mobile, ("contact.mobile", "contact.phone", "account.phone")),
    (contents.is_telephone, ("account.phone", "contact.phone", "account.fax", "contact.fax")),
    (contents.is_url, ("account.website",)),
    (contents.is_prefecture, ("account.prefecture", "contact.prefecture")),
    (contents.is_address, ("account.address", "contact.address")),
)  # fmt: skip
# In a list of deals, where something is done or stands, and who is called there: no customer's own address (現場住所, 物件所在地, 現場TEL).
_ELSEWHERE = re.compile(r"^(現場|工事|施工|作業|物件|設置|据付|建設|搬入|会場)")


def assign(sheet: Sheet, main: str) -> None:
    """Gives columns whose heading says nothing their targets; names first."""
    if main not in USUAL:
        return
    taken = {column.target for column in sheet.columns if column.target}
    unknown = [
        column
        for column in sheet.columns
        if not column.target and not headings.means(column.heading) and not headings.is_ours(column.heading)
        and sheet.cells(column.index) and not headings.is_branch(column.heading) and not headings.is_closed(column.heading)
        and not (main == "deal" and _ELSEWHERE.match(key(column.heading)))
    ]  # fmt: skip
    if main in {"account", "contact"} and not any(one.endswith((".name", ".family_name")) for one in taken):
        _names_by_content(sheet, unknown, main, taken)
    used = {target.partition(".")[0] for target in taken} | {main}
    for column in unknown:
        if column.target:
            continue
        for test, places in _BY_CONTENT:
            if sheet.share(column.index, test) < 0.7:
                continue
            target = next((one for one in places if one not in taken and one.partition(".")[0] in used), "")
            if target:
                column.target = target
                taken.add(target)
            break
        else:
            if not column.heading and sheet.share(column.index, contents.is_kana) > 0.7:
                target = f"{main}.kana"
                if target not in taken:
                    column.target = target
                    taken.add(target)


def _names_by_content(sheet: Sheet, unknown: list[Column], main: str, taken: set[str]) -> None:
    """Without any known heading: company and person by how the cells read, else the first column of short texts."""
    for target, test in (("account.name", contents.is_company), ("contact.name", contents.is_person)):
        for column in unknown:
            if not column.target and sheet.share(column.index, test) > (
                0.3 if target == "account.name" else 0.5
            ):
                column.target = target
                taken.add(target)
                break
    if taken & {"account.name", "contact.name"}:
        return
    tests = (
        contents.is_date,
        contents.is_telephone,
        contents.is_email,
        contents.is_address,
        contents.is_number,
    )
    for column in unknown:
        cells = [cell for cell in sheet.cells(column.index) if isinstance(cell, str) and 1 < len(cell) <= 40]
        if cells and not any(sheet.share(column.index, test) > 0.5 for test in tests):
            column.target = f"{main}.name"
            taken.add(column.target)
            return
