"""Lists in which a person's numbers, mails and addresses are counted and labelled ("Phone 2 - Label", "Phone 2 - Value"): each goes
where its label says, what finds no room goes into the note under its label."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from enishi.exchange import contents, places
from enishi.exchange.headings import key
from enishi.exchange.sheet import Column
from enishi.japanese import telephones
from enishi.japanese.text import fold
from enishi.records import registry

if TYPE_CHECKING:
    from enishi.exchange.parsed import Parsed
    from enishi.exchange.profiles import Profile
    from enishi.exchange.rows import RowReader

SEVERAL = re.compile(r"\s*(?:;|\n|:::)\s*")
_KINDS = (
    (("work fax", "home fax", "fax", "ファックス", "勤務先fax"), "contact.fax"),
    (("mobile", "cell", "携帯", "iphone"), "contact.mobile"),
    (("work", "main", "勤務先", "会社", "代表"), "account.phone"),
)
_HOME = ("home", "自宅")
PART_FIELDS = {
    "street": "address", "city": "address", "box": "address", "formatted": "address", "extended": "building",
    "region": "prefecture", "postal_code": "postal_code",
}  # fmt: skip


def place_columns(profile: "Profile", columns: Iterable[Column]) -> dict[int, dict[str, Column]]:
    """The columns of each counted address: by its number, then by part (street, city, region…; label)."""
    made: dict[int, dict[str, Column]] = {}
    for column in columns:
        found = profile.place_part(column.heading)
        if found is not None:
            made.setdefault(found[0], {}).setdefault(found[1], column)
    return dict(sorted(made.items()))


class LabelledReader:
    """Reads what is counted and labelled in a row."""

    def __init__(self, profile: "Profile", columns: list[Column]) -> None:
        at = {key(column.heading): column.index for column in columns}
        self.labels: dict[int, int] = {}  # column of a value → column of its label; -1 without one
        for column in columns:
            labels = profile.labels_of(column.heading)
            if labels is not None and column.target:
                self.labels[column.index] = next((at[key(one)] for one in labels if key(one) in at), -1)
        self.places: list[tuple[str, dict[str, Column]]] = []
        for number, parts in place_columns(profile, columns).items():
            taken = {part: one for part, one in parts.items() if one.target or part == "label"}
            if set(taken) - {"label"}:
                self.places.append((f"{profile.places['heading'].replace('#', str(number))}", taken))
        self.rest: list[tuple[Column, str, str, str]] = []  # second telephones of a cell of this row
        self.in_places = {one.index for _name, parts in self.places for one in parts.values()}

    def takes(self, column: Column) -> bool:
        """Whether a column is read here and nowhere else."""
        return column.index in self.labels or column.index in self.in_places

    def cell(
        self, reader: "RowReader", parsed: "Parsed", column: Column, cells: list[Any], cell: Any
    ) -> str | None:
        """Puts a cell where its label says; returns what is left for the column's own target (None: nothing)."""
        if column.index in self.in_places:
            return None
        label = _at(cells, self.labels[column.index]).removeprefix("* ")
        base = re.sub(r"\s*-\s*(Value|値)$", "", column.heading)
        name = f"{base} ({label})" if label else base
        values = [part for part in SEVERAL.split(str(cell)) if part]
        if key(base).startswith(("phone", "電話")):
            for count, one in enumerate(values):
                number = (column, label, name, one)
                if count:
                    self.rest.append(number)  # what a later column calls by its kind goes first
                else:
                    self._telephone(reader, parsed, *number)
            return None
        first, *others = values or [""]
        for one in others:
            reader.remark(parsed, f"{name}: {one}")
        if column.target.endswith(".note"):
            titled = label if label and not key(base).startswith("email") else name
            if first:
                reader.remark(parsed, f"{titled}: {first}")
            return None
        entity, _dot, place = column.target.partition(".")
        if parsed.values.get(entity, {}).get(place):
            reader.remark(parsed, f"{name}: {first}")
            return None
        return first

    @staticmethod
    def _telephone(
        reader: "RowReader", parsed: "Parsed", column: Column, label: str, name: str, text: str
    ) -> None:
        """A number into the field of its kind where that is free, else where a number like it may go, else into the note."""
        found = telephones.find_telephones(text)
        shown = found[0].number.display if found else text
        mobile = bool(found) and found[0].number.digits.startswith(("070", "080", "090"))
        likely = [kind_of(label)] if label else []
        if not likely and not mobile and column.target.endswith((".mobile", ".phone", ".fax")):
            likely = [column.target]
        likely += ["contact.mobile"] if mobile else [] if likely == ["contact.fax"] else ["contact.phone"]
        for place in likely:
            entity, _dot, field = place.partition(".")
            values = parsed.values.setdefault(entity if entity in reader.names else "contact", {})
            if values.get(field) == shown:
                return
            if not values.get(field):
                values[field] = shown
                return
        reader.remark(parsed, f"{name}: {shown}")

    def finish(self, reader: "RowReader", parsed: "Parsed", cells: list[Any]) -> None:
        """What a row has beside the first of its kind. Of addresses: each into the firm's fields or the person's, as its label says; a further one into the note."""
        for number in self.rest:
            self._telephone(reader, parsed, *number)
        self.rest.clear()
        for name, parts in self.places:
            texts = {part: _at(cells, one.index) for part, one in parts.items()}
            label = texts.pop("label", "").removeprefix("* ")
            values = _place(texts)
            if not values:
                continue
            firm = bool(parsed.values.get("account", {}).get("name")) and fold(label) not in _HOME
            entity = registry.get("account" if firm else "contact")
            held = parsed.values.setdefault(entity.name, {})
            if not held.get("address") and not held.get("postal_code"):
                try:
                    held |= {field: entity.field(field).clean(value) for field, value in values.items()}
                    continue
                except ValidationError:
                    pass  # too long, or no postal code of ours
            code = f"〒{values['postal_code']}" if "postal_code" in values else ""
            lines = f"{values.get('prefecture', '')}{values.get('address', '')}"
            told = " ".join(one for one in (code, lines, values.get("building", "")) if one)
            reader.remark(parsed, f"{name} ({label}): {told}" if label else f"{name}: {told}")


def kind_of(label: str) -> str:
    """The field that a number's label says."""
    word = fold(label)
    return next(
        (target for words, target in _KINDS if any(fold(one) in word for one in words)), "contact.phone"
    )


def _place(texts: dict[str, str]) -> dict[str, str]:
    """An address's fields of its parts, else of the whole as it is written on an envelope."""
    if not any(texts.get(part) for part in PART_FIELDS if part != "formatted"):
        return places.written(texts.get("formatted", ""))
    street, *rest = [*texts.get("street", "").split("\n"), ""]
    below = [line.strip() for line in rest if line.strip()]
    inside = [line for line in below if contents.is_building(line)]
    street = " ".join([street, *(line for line in below if line not in inside)]).strip()
    country = texts.get("country", "")
    made = {
        "postal_code": texts.get("postal_code", ""),
        "prefecture": texts.get("region", ""),
        "address": f"{texts.get('city', '')}{' ' if street.isascii() and texts.get('city') else ''}{street}",
        "building": " ".join(one for one in (*inside, texts.get("extended", ""), texts.get("box", "")) if one),
    }  # fmt: skip
    if country and not places.is_japan(country):
        made["address"] = f"{made['address']} {country}".strip()
    return {field: value for field, value in made.items() if value}


def _at(cells: list[Any], index: int) -> str:
    return str(cells[index]).strip() if 0 <= index < len(cells) and cells[index] is not None else ""
