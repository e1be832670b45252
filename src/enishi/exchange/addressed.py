"""Which columns hold the parts of an address."""

from enishi.exchange import contents, headings
from enishi.exchange.sheet import Sheet
from enishi.japanese.text import fold


def tell_parts(sheet: Sheet, entity: str) -> None:
    """住所2 and 住所3 are the number or the building: what stands in them says which."""
    parts = [
        one for one in sheet.columns
        if one.target in {f"{entity}.address", f"{entity}.building"} and headings.is_continued(one.heading)
    ]  # fmt: skip
    for column in parts:
        if sheet.share(column.index, contents.is_block_number) > 0.5:
            column.target = f"{entity}.address"
        elif sheet.share(column.index, contents.is_building) > 0.5:
            column.target = f"{entity}.building"


def leave_out_what_is_said_twice(sheet: Sheet, target: str) -> None:
    """市区町村 and 番地 beside a column that holds the whole address: what that says already isn't joined to it, nor noted."""
    parts = [one for one in sheet.columns if one.target == target]
    for part in parts if len(parts) > 1 else ():
        for other in parts:
            if other is part or other.target != target:
                continue
            pairs = [
                (fold(str(row[part.index])), fold(str(row[other.index])))
                for row in sheet.data
                if max(part.index, other.index) < len(row) and row[part.index] and row[other.index]
            ]
            if pairs and sum(len(a) < len(b) and a in b for a, b in pairs) > 0.8 * len(pairs):
                part.target = ""
                sheet.said.add(part.index)
                break
