"""Addresses as cells hold them: with the postal code in front, the lot number beside the building."""

import re
import unicodedata
from typing import Any

from enishi.exchange import contents
from enishi.japanese import addresses
from enishi.japanese.text import fold
from enishi.records.entity import Entity

_POSTAL = re.compile(r"^〒?\s*(\d{3}-\d{4}|\d{7})[\s　,、]+(?=\D)|^〒\s*(\d{3}-?\d{4})\s*")
_POSTAL_LINE = re.compile(r"〒?\s*\d{3}-?\d{4}$")
_CODE = re.compile(r"〒?\s*(\d{3}[-‐−ー－]\d{4})(?!\d)|〒\s*(\d{7})(?!\d)|(?<![\d-])(\d{7})\s*$")
_JAPAN = {"jp", "jpn", "japan", "日本", "日本国", "nippon"}


def is_japan(text: str) -> bool:
    """Whether a word for a country is ours."""
    return fold(text).strip(" .") in _JAPAN


def written(text: str) -> dict[str, str]:
    """The fields of an address written in lines, as on an envelope: from the prefecture down to the building, or the western way
    round (street; city, region code; country)."""
    lines = [unicodedata.normalize("NFKC", line).strip(" ,") for line in text.split("\n")]
    lines = [line for line in lines if line and not is_japan(line)]
    made: dict[str, str] = {}
    for place, line in enumerate(lines):
        match = _CODE.search(line)
        code = addresses.parse_postal_code(match[1] or match[2] or match[3]) if match else None
        if match and code:
            made["postal_code"] = code
            lines[place] = f"{line[: match.start()]} {line[match.end() :]}".strip(" ,")
            break
    lines = [line for line in lines if line]
    at = next((n for n, line in enumerate(lines) if addresses.split_prefecture(line)[0]), -1)
    if at >= 0:
        made["prefecture"], rest = addresses.split_prefecture(lines[at])
        below = [one for one in (rest, *lines[:at], *lines[at + 1 :]) if one]
    else:
        below = []
        for line in lines:  # "尾鷲市, 三重県"
            city, comma, region = line.rpartition(",")
            if comma and "prefecture" not in made and region.strip() in addresses.PREFECTURES:
                made["prefecture"] = region.strip()
                below.insert(0, city.strip())
            else:
                below.append(line)
    address, inside = "", []
    for line in below:
        if address and contents.is_building(line) and not contents.is_block_number(line):
            inside.append(line)
        else:
            address += f" {line}" if address and line[0].isascii() and line[0].isalpha() else line
    made |= {"address": address, "building": " ".join(inside)}
    return {name: value for name, value in made.items() if value}


def street(values: dict[str, Any], cell: str) -> str:
    """An address of several lines as one, without the lines that are a building."""
    first, *below = [line.strip() for line in cell.split("\n") if line.strip()] or [""]
    if _POSTAL_LINE.match(fold(first)) and below:
        first, *below = f"{first} {below[0]}", *below[1:]
    inside = [line for line in below if contents.is_building(line) and not contents.is_block_number(line)]
    if inside and not values.get("building"):
        values["building"] = " ".join(inside)
        below = [line for line in below if line not in inside]
    made = first
    for line in below:
        made += f" {line}" if line[0].isascii() and (line[0].isalpha() or made[-1:].isascii()) else line
    return made


def address(values: dict[str, Any], cell: str, code_apart: bool) -> str:
    """A postal code in front of the address goes where postal codes go, unless they have a column; a building in a line of its own
    where buildings go."""
    if "\n" in cell:
        cell = street(values, cell)
    match = None if code_apart else _POSTAL.match(fold(cell))
    code = addresses.parse_postal_code(match[1] or match[2]) if match else None
    if code is None:
        return cell
    values.setdefault("postal_code", code)
    return re.sub(r"^[〒\s　]*[\d０-９\-－‐ー−]+[\s　,、]*", "", cell)


def begin(values: dict[str, Any], town: str) -> None:
    """The city that stood behind a prefecture is the beginning of the address, unless that says it itself."""
    held = values.get("address", "")
    told, rest = addresses.split_prefecture(held)
    if not told and not rest.startswith(town):
        values["address"] = f"{town}{held}"


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
