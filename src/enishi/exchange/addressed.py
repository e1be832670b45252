"""Which columns hold the parts of an address."""

from enishi.exchange import contents, headings
from enishi.exchange.sheet import Sheet


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
