"""One choice of several, and tags."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from enishi.japanese.text import fold
from enishi.records.fields.base import FieldKind, Text, cleaned_text


@dataclass(frozen=True)
class Option:
    """A value that can be chosen: stored word, word on the screen, colour, other spellings in people's sheets."""

    value: str
    label: Text
    colour: str = "grey"
    aliases: tuple[str, ...] = ()


class Choice(FieldKind):
    """One of a list."""

    kind = "choice"
    template = "components/input_select.html"
    operators: ClassVar[tuple[str, ...]] = ("in", "not_in", "is", "is_not", "empty", "not_empty")

    def __init__(
        self,
        name: str,
        label: Text = "",
        *,
        options: Iterable[Option] | Callable[[], Iterable[Option]],
        **more: Any,
    ) -> None:
        super().__init__(name, label, **more)
        self._options = options
        self._kept: dict[tuple[str | None, Any], tuple[str, str]] = {}

    @property
    def options(self) -> list[Option]:
        """What can be chosen now."""
        return list(self._options() if callable(self._options) else self._options)

    def option(self, value: Any) -> Option | None:
        """The option that a stored value means."""
        return next((option for option in self.options if option.value == value), None)

    def clean(self, raw: Any) -> Any:
        if raw is None or raw == "":
            return ""
        self.check_type(raw, str, int, float)
        text = str(raw).strip()
        if not text:
            return ""
        folded = fold(text)
        for option in self.options:
            if text == option.value or folded in {fold(str(option.label)), *map(fold, option.aliases)}:
                return option.value
        raise ValidationError(
            _("%(label)s「%(text)s」は選べません。%(options)s のどれかにしてください。")
            % {
                "label": self.label,
                "text": text[:40],
                "options": "・".join(str(option.label) for option in self.options[:12]),
            }
        )

    def text(self, value: Any) -> str:
        return self._shown(value)[0]

    def _shown(self, value: Any) -> tuple[str, str]:
        """The word and the chip of a value in the active language; a list asks for the same few again and again."""
        key = (get_language(), value)
        if key not in self._kept:
            if len(self._kept) > 500:
                self._kept.clear()
            option = self.option(value)
            word = str(option.label) if option else str(value or "")
            chip = f'<span class="chip chip-{option.colour if option else "grey"}">{escape(word)}</span>'
            self._kept[key] = (word, chip)
        return self._kept[key]

    def input_text(self, value: Any) -> str:
        return str(value or "")

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]

    def cells(self, records: Sequence[Any]) -> list[str]:
        values = self.values(records)
        chips = {value: self._shown(value)[1] if value else "" for value in set(values)}
        return [chips[value] for value in values]

    def context(self) -> dict[str, Any]:
        return {"options": self.options}


class FreeChoice(Choice):
    """A list that grows: words already used are offered, a new word is accepted (industries, sources)."""

    kind = "free_choice"
    template = "components/input_datalist.html"
    operators = ("is", "is_not", "in", "not_in", "contains", "empty", "not_empty")

    def clean(self, raw: Any) -> str:
        if raw is None:
            return ""
        self.check_type(raw, str, int, float)
        text = cleaned_text(raw, self, 100)
        folded = fold(text)
        return next((option.value for option in self.options if folded == fold(str(option.label))), text)

    def text(self, value: Any) -> str:
        return value or ""

    def cells(self, records: Sequence[Any]) -> list[str]:
        return [escape(value) for value in self.values(records)]


class Tags(FieldKind):
    """Words put on a record: a sorted list. Look-ups go through the links table, where they have an index."""

    kind = "tags"
    template = "components/input_tags.html"
    operators = ("has", "has_not", "empty", "not_empty")
    empty: list[str] = []

    def clean(self, raw: Any) -> list[str]:
        if raw is None or raw == "":
            return []
        self.check_type(raw, str, list)
        parts = raw if isinstance(raw, list) else raw.replace("、", ",").replace("，", ",").split(",")
        if not all(isinstance(part, str) for part in parts):
            raise ValidationError(_("タグは文字で入力してください。"))
        names = {cleaned_text(part, self, 60) for part in parts}
        if len(names) > 50:
            raise ValidationError(_("タグは50個までです。"))
        return sorted(name for name in names if name)

    def empty_value(self) -> Any:
        return []

    def text(self, value: Any) -> str:
        return value if isinstance(value, str) else "、".join(value or [])

    def input_text(self, value: Any) -> str:
        return ", ".join(value or [])

    def cell(self, record: Any) -> str:
        return " ".join(
            f'<span class="chip chip-grey">{escape(name)}</span>' for name in self.get(record) or []
        )

    def operand(self, value: Any) -> Any:
        self.check_type(value, str)
        return value
