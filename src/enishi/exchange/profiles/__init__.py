"""Forms of other programs' exports, one JSON file each: recognised by their headings and mapped without hands.

A file says

- `names`: what the form is called, by language;
- `signs`: groups of headings; the form is recognised where each group has one that is there (`without`: none of these);
- `main`: what a row is about; left out where the rest of the sheet says it;
- `columns`: target → headings that mean it. A target that begins with `@` is taken only where nothing else has it, `@main` is
  whatever a row is about;
- `rest`: what becomes of other columns: `note`, or `usual` as with any sheet;
- `keys`: by what records are known (the other program's ids, so that a second import changes instead of doubling);
- `words`: target → the other program's words for ours;
- `several`: targets of which a cell may hold several (A;B): the first counts, the others go into the note;
- `labelled`: heading of a counted value ("Phone # - Value", # is a number) → headings of the column that says of what kind it is;
- `places`: `heading` of counted addresses ("Address #") and, by part (street, city, box, extended, region, postal_code, country,
  formatted, label), what stands behind it;
- `skipped`: heading → words; rows that have one of them there are not taken in, which is said;
- `noise`: words in a list of tags that say nothing;
- `start`: the heading of the column that marks where a record begins, in files in which one takes several rows;
- `left`: headings that are not taken in, which is said.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils import translation

from enishi.exchange import labelled
from enishi.exchange.headings import key
from enishi.exchange.sheet import Column, Sheet
from enishi.japanese.text import fold

JOINED = (".address", ".building", ".note")
SHARED = (
    *JOINED,
    ".owner",
)  # of several columns that say who looks after something the first that names one of us counts


@dataclass(frozen=True)
class Profile:
    """One form."""

    name: str
    names: dict[str, str]
    signs: list[list[str]]
    columns: dict[str, list[str]]
    without: list[str] = field(default_factory=list)
    main: str = ""
    rest: str = "note"
    keys: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    several: list[str] = field(default_factory=list)
    labelled: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, Any] = field(default_factory=dict)
    skipped: dict[str, list[str]] = field(default_factory=dict)
    noise: list[str] = field(default_factory=list)
    start: str = ""
    left: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        language = (translation.get_language() or "ja")[:2]
        return self.names.get(language, self.names["ja"])

    def fits(self, heads: set[str]) -> bool:
        """Whether a sheet with these headings (as keys) is of this form."""
        if any(key(one) in heads for one in self.without):
            return False
        return all(any(key(one) in heads for one in group) for group in self.signs)

    def leaves(self, heading: str) -> bool:
        """Whether a column of this heading is not taken in."""
        head = key(heading)
        if any(_counted(one, head) for labels in self.labelled.values() for one in labels):
            return True
        found = self.place_part(heading)
        return head in self._left or (found is not None and found[1] == "label")

    @property
    def _left(self) -> set[str]:
        return {key(one) for one in (*self.left, *self.skipped, self.start) if one}

    def labels_of(self, heading: str) -> list[str] | None:
        """The headings of the column that says of what kind the values of this one are; None where the form labels no such column."""
        for counted, labels in self.labelled.items():
            if number := _counted(counted, key(heading)):
                return [one.replace("#", number) for one in labels]
        return None

    def place_part(self, heading: str) -> tuple[int, str] | None:
        """Of which counted address a column is a part, and of which."""
        head = key(heading)
        for part, endings in self.places.items():
            for one in endings if part != "heading" else ():
                if number := _counted(f"{self.places['heading']} - {one}", head):
                    return int(number), part
        return None

    def meanings(self, main: str) -> dict[str, tuple[str, bool]]:
        """Heading → target, and whether it is taken only where the target is free."""
        made: dict[str, tuple[str, bool]] = {}
        for target, headings in self.columns.items():
            plain = target.removeprefix("@")
            plain = plain.replace("main.", f"{main}.", 1) if plain.startswith("main.") else plain
            for one in headings:
                made.setdefault(key(one), (plain, target.startswith("@")))
        return made

    def meant(self, target: str, cell: str) -> str:
        """Our word for the other program's."""
        return self._words.get(target, {}).get(fold(cell), cell)

    @property
    def _words(self) -> dict[str, dict[str, str]]:
        return _folded(self.name)


@lru_cache(maxsize=1)
def every() -> dict[str, Profile]:
    """All forms, by name."""
    made = {}
    for path in sorted(Path(__file__).parent.glob("*.json")):
        made[path.stem] = Profile(name=path.stem, **json.loads(path.read_text(encoding="utf-8")))
    return made


@lru_cache(maxsize=1024)
def _pattern(counted: str) -> re.Pattern[str]:
    before, _mark, after = counted.partition("#")
    return re.compile(rf"{re.escape(key(before))}(\d{{1,3}}){re.escape(key(after))}")


def _counted(counted: str, head: str) -> str:
    """The number in a heading's key that is of this form ("Phone # - Value"); "" where it isn't."""
    match = _pattern(counted).fullmatch(head)
    return match[1] if match else ""


@lru_cache(maxsize=64)
def _folded(name: str) -> dict[str, dict[str, str]]:
    return {
        target: {fold(theirs): ours for theirs, ours in words.items()}
        for target, words in every()[name].words.items()
    }


def get(name: str) -> Profile | None:
    """The form of this name."""
    return every().get(name)


def find(sheet: Sheet) -> Profile | None:
    """The form of a sheet: of several that fit the one that knows most of the columns."""
    heads = {key(text) for text in sheet.heading.texts if text}
    fitting = [one for one in every().values() if one.fits(heads)]
    return max(fitting, key=lambda one: len(heads & set(one.meanings("account"))), default=None)


def assign(profile: Profile, columns: Sequence[Column], main: str) -> None:
    """Gives the columns the targets that the form knows; what had one of them before goes into the note."""
    meanings = profile.meanings(main)
    taken: dict[str, Column] = {}
    for column in columns:
        head = key(column.heading)
        target, only_free = meanings.get(head, ("", False))
        if profile.leaves(column.heading):
            column.target = ""
        elif target and not only_free and (target not in taken or target.endswith(SHARED)):
            column.target = target
            taken[target] = column
    for column in columns:
        owner = taken.get(column.target, column)
        if owner is not column and key(column.heading) not in meanings and not column.target.endswith(JOINED):
            column.target = ""
    used = {column.target for column in columns}
    for column in columns:
        target, only_free = meanings.get(key(column.heading), ("", False))
        if only_free:
            column.target = target if target not in used or column.target == target else ""
            used.add(column.target)
    _assign_places(profile, columns, main)


def _assign_places(profile: Profile, columns: Sequence[Column], main: str) -> None:
    """The first of counted addresses goes to the fields of an address, further ones into the note; rows may say otherwise
    (`labelled`)."""
    for count, parts in enumerate(labelled.place_columns(profile, columns).values()):
        before = {parts[one].target.partition(".")[0] for one in ("region", "postal_code") if one in parts}
        before &= {"account", "contact"}
        firm = any(column.target == "account.name" for column in columns)
        entity = before.pop() if len(before) == 1 else "account" if firm else "contact"
        for part, column in parts.items():
            name = labelled.PART_FIELDS.get(part, "")
            column.target = (
                f"{entity}.{name}" if name and not count else "" if part == "label" else f"{main}.note"
            )


def table_columns(rows: Sequence[Sequence[Any]], start: int) -> list[int]:
    """Columns that belong to the rows below a record's first (a table within it), not to the record."""
    found: set[int] = set()
    first: Sequence[Any] = ()
    for row in rows:
        if start < len(row) and row[start] not in (None, ""):
            first = row
            continue
        for place, cell in enumerate(row):
            if place != start and cell not in (None, "") and place < len(first) and cell != first[place]:
                found.add(place)
    return sorted(found)
