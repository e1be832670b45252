"""Cells with telephone numbers: one, several of several kinds, or words instead."""

from typing import TYPE_CHECKING, Any

from enishi.exchange import oddcells, readers
from enishi.exchange.parsed import Parsed
from enishi.japanese import telephones
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind

if TYPE_CHECKING:
    from enishi.exchange.rows import RowReader


def value(
    reader: "RowReader", parsed: Parsed, entity: Entity, found: FieldKind, heading: str, cell: Any
) -> str:
    """The cell's number; further ones in it go to the fields that are empty, or into the note, and so does what is said of
    them (FAX兼)."""
    several = telephones.find_telephones(cell)
    if not several:
        number, unsaid = oddcells.telephone(cell)
        if unsaid and not number:
            raise ValueError  # 青葉ビル2F: it stays as text
        if unsaid:
            reader.note(parsed, entity.name, f"{heading}: {unsaid}")
        return str(found.clean(number))
    if any(one.remark for one in several):
        reader.note(parsed, entity.name, f"{heading}: {readers.plain(cell).strip()}")
    order = [
        word
        for word, part in (("phone", "tel"), ("phone", "電話"), ("fax", "fax"), ("mobile", "携帯"))
        if part in fold(heading)
    ]
    main = ""
    for place, one in enumerate(several):
        number = one.number.display
        mobile = one.number.digits.startswith(("070", "080", "090"))
        kind = one.label or ("mobile" if mobile else "")
        if not kind and "fax" in order and len(order) > 1 and place == 1:
            kind = "fax"
        # A fax number leaves a column of telephones for the field of its own, and no other column.
        leaves = kind == "fax" and found.name in {"phone", "mobile"} and "fax" not in fold(heading)
        alone = place == len(several) - 1 and not leaves
        if not main and (kind in {"", found.name} or alone):
            main = number
        elif room := _room(reader, parsed, entity, kind):
            parsed.values.setdefault(room, {})[kind] = number
        else:
            named = f"{heading} FAX" if kind == "fax" and "fax" not in fold(heading) else heading
            reader.note(parsed, entity.name, f"{named}: {number}")
    return main


def _room(reader: "RowReader", parsed: Parsed, entity: Entity, kind: str) -> str:
    """Whose field of this kind is empty in the row, the number's own first; "" where there is none."""
    for name in sorted(("contact", "account"), key=lambda one: one != entity.name):
        if name not in reader.names or kind not in registry.get(name).fields:
            continue
        columns = reader.places.get(f"{name}.{kind}", ())
        told = any(at < len(parsed.cells) and parsed.cells[at] not in (None, "") for at in columns)
        if kind and not told and not parsed.values.get(name, {}).get(kind):
            return name
    return ""
