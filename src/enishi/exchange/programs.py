"""Cells of another program's export: its words for ours, several values in one cell, ids that point to records."""

import re
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.exchange import profiles
from enishi.exchange.headings import key
from enishi.exchange.sheet import PERSON, Column
from enishi.japanese import wareki
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.fields import Date, FieldKind, Money, Person

if TYPE_CHECKING:
    from enishi.exchange.mapping import Plan
    from enishi.exchange.parsed import Parsed
    from enishi.exchange.rows import RowReader

_SEVERAL = re.compile(r"\s*(?:;|\n|:::)\s*")
_MAIL_BEHIND = re.compile(r"\s*[(<（]([^()<>（）\s]+@[^()<>（）\s]+)[)>）]\s*$")
_KINDS = (
    (("work fax", "home fax", "fax", "ファックス", "勤務先fax"), "fax"),
    (("mobile", "cell", "携帯", "iphone"), "mobile"),
    (("work", "main", "勤務先", "会社", "代表"), "work"),
)


class ProgramReader:
    """What a form knows of its cells beyond where they go."""

    def __init__(self, plan: "Plan") -> None:
        self.plan = plan
        found = profiles.get(plan.profile)
        assert found is not None
        self.profile = found
        heads = {key(column.heading): column.index for column in plan.columns}
        self.several = set(found.several)
        self.labels: dict[int, int] = {}  # column of a number → column that says of what kind it is
        for number, labels in found.labelled.items():
            for label in labels:
                if key(number) in heads and key(label) in heads:
                    self.labels[heads[key(number)]] = heads[key(label)]
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
    ) -> tuple[Any, str]:
        """The cell as our fields take it, and the target of a number that says itself of what kind it is ("" where it goes is
        the column's)."""
        if column.index in self.labels:
            at = self.labels[column.index]
            return cell, self._kind(str(cells[at]) if at < len(cells) and cells[at] else "")
        if isinstance(found, Date) and isinstance(cell, str):
            return self._day(cell), ""
        if not isinstance(cell, str):
            return cell, ""
        if column.target in self.several:
            first, *others = [part for part in _SEVERAL.split(cell) if part] or [""]
            for one in others:
                reader.remark(parsed, f"{column.heading}: {one}")
            cell = _MAIL_BEHIND.sub("", first)
        if isinstance(found, Money):
            cell = re.sub(r"^\s*(JPY|円)\s*|\s*(JPY|円)\s*$", "", cell)
        if isinstance(found, Person) and (mail := _MAIL_BEHIND.search(cell)):
            cell = mail[1]
        return self.profile.meant(column.target, cell), ""

    def _kind(self, label: str) -> str:
        word = fold(label.removeprefix("* "))
        for words, kind in _KINDS:
            if any(fold(one) in word for one in words):
                return "account.phone" if kind == "work" else f"contact.{kind}"
        return "contact.phone" if word else ""

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

    def finish(self, parsed: "Parsed", cells: list[Any]) -> None:
        """Somebody of whom there is only the other program's id is pointed to, not made; what is left out is said."""
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
