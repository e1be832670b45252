"""Cells of another program's export: its words for ours, several values in one cell, ids that point to records."""

import re
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.exchange import places, profiles
from enishi.exchange.headings import key
from enishi.exchange.labelled import SEVERAL, LabelledReader
from enishi.exchange.sheet import PERSON, Column
from enishi.japanese import wareki
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.fields import Date, FieldKind, Money, Person

if TYPE_CHECKING:
    from enishi.exchange.mapping import Plan
    from enishi.exchange.parsed import Parsed
    from enishi.exchange.rows import RowReader

_MAIL_BEHIND = re.compile(r"\s*[(<（]([^()<>（）\s]+@[^()<>（）\s]+)[)>）]\s*$")
_SHORT_ID = re.compile(r"(?:001|003|006|00Q)[A-Za-z0-9]{12}\Z")  # accounts, contacts, opportunities, leads
_YEARLESS = re.compile(r"^\s*--(\d\d)-?(\d\d)\s*$")


class ProgramReader:
    """What a form knows of its cells beyond where they go."""

    def __init__(self, plan: "Plan") -> None:
        self.plan = plan
        found = profiles.get(plan.profile)
        assert found is not None
        self.profile = found
        self.several = set(found.several)
        self.labelled = LabelledReader(found, plan.columns)
        skipped = {key(heading): {fold(word) for word in words} for heading, words in found.skipped.items()}
        self.skipped = [
            (one, skipped[key(one.heading)]) for one in plan.columns if key(one.heading) in skipped
        ]
        self.left = [
            column for column in plan.columns if not column.target and column.heading in found.left
            and column.heading not in found.signs[0]
        ]  # fmt: skip

    def cell(
        self,
        reader: "RowReader",
        parsed: "Parsed",
        column: Column,
        found: FieldKind,
        cells: list[Any],
        cell: Any,
    ) -> Any:
        """The cell as our fields take it; None where nothing of it is left for the column's own field."""
        if self.labelled.takes(column):
            return self.labelled.cell(reader, parsed, column, cells, cell)
        if isinstance(found, Date) and isinstance(cell, str):
            if yearless := _YEARLESS.match(cell):
                month, day = int(yearless[1]), int(yearless[2])
                reader.remark(parsed, f"{column.heading}: {month}月{day}日")
                return None
            return self._day(cell)
        if not isinstance(cell, str):
            return cell
        if column.target.endswith(".note") and places.is_japan(cell) and _is_country(column.heading):
            return None
        if column.target.endswith(".tags") and self.profile.noise:
            words = [one for one in SEVERAL.split(cell) if one and one not in self.profile.noise]
            return " ::: ".join(words)
        if column.target in self.several:
            first, *others = [part for part in SEVERAL.split(cell) if part] or [""]
            for one in others:
                reader.remark(parsed, f"{column.heading}: {one}")
            cell = _MAIL_BEHIND.sub("", first)
        if isinstance(found, Money):
            cell = re.sub(r"^\s*(JPY|円)\s*|\s*(JPY|円)\s*$", "", cell)
        if isinstance(found, Person) and (mail := _MAIL_BEHIND.search(cell)):
            cell = mail[1]
        if self.profile.name.startswith("salesforce") and column.target.endswith(".code"):
            return whole_id(cell.strip())
        return self.profile.meant(column.target, cell)

    def spellings(self, code: str) -> list[str]:
        """As what the file's id of a record may stand here."""
        return spellings(code) if self.profile.name.startswith("salesforce") else [code]

    def skips(self, cells: list[Any]) -> str:
        """Why a row is not taken in ("" where it is): the other program keeps it as deleted."""
        for column, words in self.skipped:
            cell = cells[column.index] if column.index < len(cells) else None
            if cell is not None and fold(str(cell)) in words:
                return _("%(heading)sが「%(word)s」の行は、元のシステムで削除されたものなので取り込みません") % {
                    "heading": column.heading, "word": cell,
                }  # fmt: skip
        return ""

    @staticmethod
    def _day(cell: str) -> Any:
        """The day of a moment, as our clocks have it."""
        try:
            moment = wareki.parse_datetime(cell) if ":" in cell else None
        except ValueError:
            return cell
        if moment is None:
            return cell
        return (timezone.localtime(moment) if timezone.is_aware(moment) else moment).date()

    def finish(self, reader: "RowReader", parsed: "Parsed", cells: list[Any]) -> None:
        """Somebody of whom there is only the other program's id is pointed to, not made; what is left out is said."""
        self.labelled.finish(reader, parsed, cells)
        for name in ("account", "contact"):
            values = parsed.values.get(name)
            if values is None or name == self.plan.main or not values.get("code"):
                continue
            if not any(values.get(part) for part in PERSON):
                parsed.tied[name] = values.pop("code")
                if not values:
                    del parsed.values[name]
        for column in self.left:
            if column.index < len(cells) and cells[column.index] not in (None, ""):
                parsed.kept.append(_("%(heading)s（取り込みません）") % {"heading": column.heading})

    def label(self, entity: str) -> str:
        """What the id of another record is called in the file."""
        target = f"{entity}.code"
        heading = next((column.heading for column in self.plan.columns if column.target == target), "")
        return heading or str(registry.get(entity).fields["code"].label)


def whole_id(text: str) -> str:
    """A Salesforce id in its 18 characters: reports give the first 15, which differ by capitals; each of the last three says which of
    five are capitals (Salesforce, "How to convert a 15-character ID to 18 characters"). Anything else stays as it is."""
    if not _SHORT_ID.match(text):
        return text
    ends = (
        sum(1 << place for place, one in enumerate(text[at : at + 5]) if one.isupper()) for at in (0, 5, 10)
    )
    return text + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[end] for end in ends)


def spellings(code: str) -> list[str]:
    """As what a Salesforce id may stand here: lists that came in before have the 15 characters of the reports."""
    short = code[:15]
    return [code, short] if short != code and whole_id(short) == code else [code]


def _is_country(heading: str) -> bool:
    head = key(heading)
    return "country" in head or head.startswith("国") or head.endswith("国")
