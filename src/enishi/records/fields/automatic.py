"""Automatic numbers: given out when a record is made, never twice."""

import datetime
import re
from collections.abc import Sequence as Rows
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.records.fields.base import FieldKind, Text
from enishi.records.fields.texts import Words
from enishi.records.models import Sequence

_NUMBER = re.compile(r"\{(n|yyyy|yy|mm)(?::([1-9]))?\}")
USUAL = "{n:4}"


class AutoNumber(Words):
    """A number in a pattern: `C-{yyyy}-{n:4}` is C-2026-0001; with the year in it (and the month), it begins anew with each.

    A record that comes with a number of its own (an import of older ones) keeps it.
    """

    kind = "auto_number"
    design_label: ClassVar[Text] = gettext_lazy("自動の番号")
    design_icon = "list-ordered"
    design_options = ("number_pattern",)

    def __init__(self, name: str, label: Text = "", *, number_pattern: str = USUAL, **options: Any) -> None:
        options.setdefault("unique", True)
        super().__init__(name, label, **options)
        self.number_pattern = number_pattern
        self.editable = False
        self.importable = True

    @classmethod
    def designed(cls, key: str, label: str, options: dict[str, Any]) -> FieldKind:
        made = cls(
            key, label, number_pattern=options.get("number_pattern") or USUAL, help=options.get("help") or "",
            sortable=bool(options.get("sortable")),
        )  # fmt: skip
        made.custom = True
        return made

    def formed(self, number: int, day: datetime.date) -> str:
        """The number in its pattern."""
        words = {"yyyy": f"{day:%Y}", "yy": f"{day:%y}", "mm": f"{day:%m}"}
        return _NUMBER.sub(
            lambda found: words.get(found[1]) or f"{number:0{found[2] or 1}d}", self.number_pattern
        )

    def number(self, records: Rows[Any]) -> None:
        """Gives numbers to those records that have none; must run in the transaction that stores them."""
        wanting = [record for record in records if self.is_empty(self.get(record))]
        if not wanting:
            return
        assert self.entity is not None
        day = timezone.localdate()
        span = self.formed(0, day) if "{yy" in self.number_pattern else ""
        Sequence.objects.get_or_create(key=f"{self.entity.name}.{self.name}.{span}"[:60])
        row = Sequence.objects.select_for_update().get(key=f"{self.entity.name}.{self.name}.{span}"[:60])
        given = [str(self.get(record)) for record in records if not self.is_empty(self.get(record))]
        while wanting:
            drawn = [self.formed(row.last + place, day) for place in range(1, len(wanting) + 1)]
            row.last += len(drawn)
            taken = {*given, *self._taken(drawn)}
            free = [text for text in drawn if text not in taken]
            for record, text in zip(wanting, free, strict=False):
                self.put(record, text)
            wanting = wanting[len(free) :]
        row.save(update_fields=["last"])

    def _taken(self, texts: list[str]) -> list[str]:
        assert self.entity is not None
        rows = self.entity.model._default_manager.filter(self.lookup("in")(texts))
        return [str(self.get(record)) for record in rows]


def check_pattern(text: str) -> str:
    """A pattern that can be used.

    Raises:
        ValidationError: there is no running number in it, or more than one.
    """
    if (
        len(text) > 40
        or sum(found[0] == "n" for found in _NUMBER.findall(text)) != 1
        or "{" in _NUMBER.sub("", text)
    ):
        raise ValidationError(
            _("番号の形は {n:4} をひとつ入れて、C-{yyyy}-{n:4} のように書いてください（40文字まで）。")
        )
    return text
