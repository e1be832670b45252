"""Addresses as cells hold them: with the postal code in front, the lot number beside the building."""

import re
from typing import Any

from enishi.japanese import addresses
from enishi.japanese.text import fold
from enishi.records.entity import Entity

_POSTAL = re.compile(r"^〒?\s*(\d{3}-\d{4}|\d{7})[\s　,、]+(?=\D)|^〒\s*(\d{3}-?\d{4})\s*")


def address(values: dict[str, Any], cell: str, code_apart: bool) -> str:
    """A postal code in front of the address goes where postal codes go, unless they have a column."""
    match = None if code_apart else _POSTAL.match(fold(cell))
    code = addresses.parse_postal_code(match[1] or match[2]) if match else None
    if code is None:
        return cell
    values.setdefault("postal_code", code)
    return re.sub(r"^[〒\s　]*[\d０-９\-－‐ー−]+[\s　,、]*", "", cell)


def building(values: dict[str, Any], entity: Entity, heading: str, cell: str) -> str:
    """A lot number in front of the building goes on from the town, where the address has none yet or the heading says 番地."""
    held = values.get("address", "")
    if "番地" not in heading and addresses.ends_in_lot(held):
        return cell
    lot, rest = addresses.split_lot(cell)
    if len(held) + len(lot) > getattr(entity.field("address"), "longest", 200):
        return cell
    if lot:
        values["address"] = f"{held}{lot}"
    return rest
