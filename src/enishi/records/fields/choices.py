"""One choice of several, and tags."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from enishi.japanese.text import fold
from enishi.japanese.tidy import width
from enishi.japanese.tidy.proposals import Proposal, Wishes
from enishi.records.fields import consents
from enishi.records.fields.base import FieldKind, Text, cleaned_text
from enishi.records.models import Link, Tag

_SEPARATORS = re.compile(r"[,、，;；/／\n]+")


@dataclass(frozen=True)
class Option:
    """A value that can be chosen: stored word, word on the screen, colour, other spellings in people's sheets."""

    value: str
    label: Text
    colour: str = "grey"
    aliases: tuple[str, ...] = ()
    retired: bool = False  # no longer offered; what holds it keeps it
    outcome: str = ""  # of stages: won and lost rest, everything else is being worked on


COLOURS = ("grey", "accent", "green", "amber", "red")


class Choice(FieldKind):
    """One of a list."""

    kind = "choice"
    template = "components/input_select.html"
    design_label: ClassVar[Text] = gettext_lazy("選択肢（ひとつ）")
    design_icon = "circle-dot"
    design_options: ClassVar[tuple[str, ...]] = ("choices",)
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

    @classmethod
    def designed(cls, key: str, label: str, options: dict[str, Any]) -> FieldKind:
        choices = [
            Option(
                one["value"], one["label"], one.get("colour") or "grey", tuple(one.get("aliases") or ()),
                bool(one.get("retired")), one.get("outcome") or "",
            )
            for one in options.get("choices") or ()
        ]  # fmt: skip
        known = ("required", "help", "default")
        made = cls(
            key, label, options=choices, **{name: options[name] for name in known if options.get(name)}
        )
        made.custom = True
        return made

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
        found = self._meant(text, folded)
        if found is not None:
            return found
        raise ValidationError(
            _("%(label)s「%(text)s」は選べません。%(options)s のどれかにしてください。")
            % {
                "label": self.label,
                "text": text[:40],
                "options": "・".join(
                    [str(option.label) for option in self.options if not option.retired][:12]
                ),
            }
        )

    def _meant(self, text: str, folded: str) -> str | None:
        """The value that a word means; what is retired is known by its value only."""
        for option in self.options:
            if text == option.value or (
                not option.retired and folded in {fold(str(option.label)), *map(fold, option.aliases)}
            ):
                return option.value
        return None

    def combine(self, values: Sequence[Any]) -> Any:
        """Of what somebody agreed to or refused the stricter; else the best record's."""
        if consents.is_consent(self.label):
            return min(
                [value for value in values if value] or [""],
                key=lambda value: consents.strictness(f"{value} {self.text(value)}"),
            )
        return super().combine(values)

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

    def schema(self) -> dict[str, Any]:
        words = {option.value: str(option.label) for option in self.options}
        return {"type": "string", "enum": ["", *words], "x-labels": words}


class Stage(Choice):
    """A choice whose values are the columns of a board; some of them end the work (won, lost)."""

    kind = "stage"
    design_label = gettext_lazy("段階（ボードの列）")
    design_icon = "columns-3"
    design_options = ("choices", "outcomes")


class FreeChoice(Choice):
    """A list that grows: words already used are offered, a new word is accepted (industries, sources)."""

    kind = "free_choice"
    template = "components/input_datalist.html"
    design_label = ""
    operators = ("is", "is_not", "in", "not_in", "contains", "empty", "not_empty")

    def clean(self, raw: Any) -> str:
        if raw is None:
            return ""
        self.check_type(raw, str, int, float)
        text = cleaned_text(raw, self, 100)
        folded = fold(text)
        return next((option.value for option in self.options if folded == fold(str(option.label))), text)

    def set_options(self, options: list[Option]) -> None:
        """Other words than those that the field is built with."""
        self._options, self._kept = options, {}

    def offered(self, record: Any) -> list[str]:
        """The words that are offered for a record (None: for many), beside the one that it holds."""
        return [str(option.label) for option in self.options if not option.retired]

    def text(self, value: Any) -> str:
        return value or ""

    def cells(self, records: Sequence[Any]) -> list[str]:
        return [escape(value) for value in self.values(records)]

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        made = (width.spaces(value), width.ascii_width(value), width.kana_width(value))
        return [one for one in made if one is not None]

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 100}


class SeveralChoices(Choice):
    """Any number of a list, in the list's order."""

    joins = True
    kind = "choices"
    template = "components/input_choices.html"
    operators = ("has", "has_not", "empty", "not_empty")
    empty: list[str] = []
    design_label = gettext_lazy("選択肢（いくつでも）")
    design_icon = "list-checks"

    def clean(self, raw: Any) -> list[str]:
        if raw is None or raw == "":
            return []
        self.check_type(raw, str, list, tuple)
        parts = raw if isinstance(raw, list | tuple) else _SEPARATORS.split(raw)
        chosen = {super(SeveralChoices, self).clean(part) for part in parts} - {""}
        return [option.value for option in self.options if option.value in chosen]

    def empty_value(self) -> Any:
        return []

    def text(self, value: Any) -> str:
        return _("、").join(self._shown(one)[0] for one in value or ())

    def input_text(self, value: Any) -> str:
        return ",".join(value or ())

    def cells(self, records: Sequence[Any]) -> list[str]:
        return [" ".join(self._shown(one)[1] for one in value or ()) for value in self.values(records)]

    def combine(self, values: Sequence[Any]) -> list[str]:
        chosen = {one for value in values for one in value or ()}
        return [option.value for option in self.options if option.value in chosen]

    def operand(self, value: Any) -> Any:
        self.check_type(value, str)
        return next(iter(self.clean([value])), "")

    def leaf_q(self, op: str, value: Any, user: Any) -> Q | None:
        if op not in {"has", "has_not"}:
            return None
        found = self.lookup("contains")(json.dumps(value))  # values are short ASCII words of our own
        return found if op == "has" else ~found

    def leaf_holds(self, op: str, held: Any, value: Any) -> bool | None:
        return (value in (held or ())) == (op == "has") if op in {"has", "has_not"} else None

    def schema(self) -> dict[str, Any]:
        words = {option.value: str(option.label) for option in self.options}
        return {"type": "array", "items": {"type": "string", "enum": list(words)}, "x-labels": words}


class Tags(FieldKind):
    """Words put on a record: a sorted list. Look-ups go through the links table, where they have an index."""

    kind = "tags"
    joins = True
    design_icon = "tags"
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

    def combine(self, values: Sequence[Any]) -> list[str]:
        return sorted({name for value in values for name in value or ()})

    def operand(self, value: Any) -> Any:
        self.check_type(value, str)
        return value

    def leaf_q(self, op: str, value: Any, user: Any) -> Q | None:
        if op in {"empty", "not_empty"}:
            has_none = Q(**{self.column: []})
            return has_none if op == "empty" else ~has_none
        assert self.entity is not None
        keys = Tag.objects.filter(name=value).values("pk")
        tagged = Link.objects.filter(
            relation="tag", from_entity=self.entity.name, to_entity="tag", to_id__in=keys
        )
        selected = Q(pk__in=tagged.values("from_id"))
        return selected if op == "has" else ~selected

    def leaf_holds(self, op: str, held: Any, value: Any) -> bool | None:
        return (value in held) == (op == "has") if op in {"has", "has_not"} else None

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "maxLength": 60}, "maxItems": 50}
