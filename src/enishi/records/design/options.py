"""A field's options, as a form or a file gives them, checked."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.japanese import amounts
from enishi.japanese.text import clean
from enishi.records.design.words import read_words, wordy
from enishi.records.errors import Refused
from enishi.records.fields import FieldKind
from enishi.records.fields.automatic import check_pattern
from enishi.records.fields.choices import COLOURS
from enishi.records.fields.dates import TODAY, Date, Moment

RULES = ("wanted", "required_from", "visible_if")
COMMON = ("required", "unique", "help", "default", "label_en", *RULES)
OUTCOMES = ("", "won", "lost")
MOST_CHOICES = 200
MOST_DUE = 1000
UNIQUE = frozenset({"text", "telephone", "email", "url", "number", "kana"})


def read_options(
    kind: type[FieldKind],
    raw: Mapping[str, Any],
    *,
    held: Mapping[str, Any] | None = None,
    built_in: bool = False,
) -> dict[str, Any]:
    """The options of a field of this kind: what is given, over what is held.

    Raises:
        Refused: by option.
    """
    due = ("due_days",) if issubclass(kind, Date) and not issubclass(kind, Moment) else ()
    allowed = (
        ("required", "help", "default", "label_en", "may_lack", "words", *due, *RULES)
        if built_in
        else (*COMMON, *kind.design_options)
    )
    made = {name: value for name, value in (held or {}).items() if name in allowed}
    for name in allowed:
        if name in raw:
            made[name] = _reader(name)(name, raw[name])
    if not wordy(kind):
        made.pop("words", None)
    if not built_in and kind.kind not in UNIQUE:
        made.pop("unique", None)
    if "choices" in allowed and not built_in:
        made["choices"] = _choices(raw.get("choices", made.get("choices")), (held or {}).get("choices") or [])
    made = {
        name: value
        for name, value in made.items()
        if not (value is None or value is False or value == "") and (name != "due_days" or value)
    }
    if not built_in and made.get("default"):
        _check_default(kind, made)
    return made


def _reader(name: str) -> Callable[[str, Any], Any]:
    return _READ.get(name, _text)


def _check_default(kind: type[FieldKind], made: dict[str, Any]) -> None:
    if issubclass(kind, Date) and made["default"] == TODAY:
        return
    probe = kind.designed(
        "f0", _("はじめの値"), {name: value for name, value in made.items() if name != "default"}
    )
    try:
        made["default"] = probe.to_json(probe.clean(made["default"]))
    except ValidationError as error:
        raise Refused({"default": list(error.messages)}) from None


def _text(name: str, raw: Any) -> str:
    text = clean(str(raw if raw is not None else "")).strip()
    if len(text) > 500:
        raise Refused({name: [_("500文字までにしてください。")]})
    return text


def _yes(_name: str, raw: Any) -> bool:
    return raw not in ("", "0", "false", None, False, 0)


def _whole(name: str, raw: Any) -> int | None:
    if raw in ("", None):
        return None
    try:
        number = int(amounts.parse_number(str(raw)))
    except (ValueError, ArithmeticError, OverflowError):
        raise Refused({name: [_("数字で入力してください。")]}) from None
    if abs(number) > 10**15:
        raise Refused({name: [_("数が大きすぎます。")]})
    return number


def _places(name: str, raw: Any) -> int:
    number = _whole(name, raw) or 0
    if not 0 <= number <= 4:
        raise Refused({name: [_("小数は4桁までです。")]})
    return number


def _due_days(name: str, raw: Any) -> int:
    number = _whole(name, raw) or 0
    if not 0 <= number <= MOST_DUE:
        raise Refused(
            {
                name: [
                    _("何日前から知らせるかは、1から%(most)dまでの日数にしてください。") % {"most": MOST_DUE}
                ]
            }
        )
    return number


def due_shown(found: FieldKind | None) -> set[str]:
    """Of a built-in field: whether it may be marked as a day on which something is due."""
    return (
        {"due_days"}
        if isinstance(found, Date) and found.editable and "due_days" in found.design_options
        else set()
    )


def due_offered(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How long before, with what is held where that is something else."""
    days = {7, 30, 60, 90, 180}
    held = options.get("due_days")
    days |= {held} if isinstance(held, int) and held else set()
    return [(str(n), ngettext("%(n)d日前から", "%(n)d日前から", n) % {"n": n}) for n in sorted(days)]


def _pattern(name: str, raw: Any) -> str:
    text = _text(name, raw)
    if len(text) > 100 or text.count("*") > 3:
        raise Refused({name: [_("形は100文字まで、*は3つまでにしてください。")]})
    return text


def _number_pattern(name: str, raw: Any) -> str:
    text = _text(name, raw)
    if not text:
        return ""
    try:
        return check_pattern(text)
    except ValidationError as error:
        raise Refused({name: list(error.messages)}) from None


_READ: dict[str, Callable[[str, Any], Any]] = {
    "required": _yes,
    "wanted": _yes,
    "may_lack": _yes,
    "words": lambda _name, raw: read_words(raw),
    "formula": lambda _name, raw: raw if isinstance(raw, dict) else {},
    "result": lambda _name, raw: "money" if raw == "money" else "number",
    "visible_if": lambda _name, raw: _visible_if(raw), "unique": _yes, "places": _places, "due_days": _due_days, "least": _whole, "most": _whole, "pattern": _pattern,
    "number_pattern": _number_pattern, "choices": lambda _name, raw: raw,
}  # fmt: skip


def _visible_if(raw: Any) -> dict[str, Any] | None:
    """`{"field", "values"}`, or "f3=o1" words of which the first says the field."""
    if isinstance(raw, dict):
        field, values = raw.get("field"), raw.get("values")
        good = (
            isinstance(field, str)
            and isinstance(values, list)
            and all(isinstance(one, str) for one in values)
        )
        return {"field": field, "values": values[:50]} if good and values else None
    words = [one.partition("=") for one in (raw or ()) if isinstance(one, str) and "=" in one]
    if not words:
        return None
    first = words[0][0]
    return {
        "field": first[:60],
        "values": [value[:60] for field, _mark, value in words if field == first][:50],
    }


def _choices(raw: Any, held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Choices in their order; those that are held and not given again are retired, because records may hold them."""
    if isinstance(raw, str):
        raw = [{"label": part.strip()} for part in re.split(r"[\n,、，]+", raw) if part.strip()]
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise Refused({"choices": [_("選択肢の形式が正しくありません。")]})
    known = {one["value"]: one for one in held}
    number = max(
        (int(one["value"][1:]) for one in held if re.fullmatch(r"o[0-9]{1,6}", one["value"])), default=0
    )
    made: list[dict[str, Any]] = []
    seen: set[str] = set()
    # Who writes again what was retired wants it back.
    retired = {one["label"]: one["value"] for one in held if one.get("retired")}
    back = {
        label
        for one in raw
        if one.get("value") not in known and (label := _text("choices", one.get("label"))[:60]) in retired
    }
    for one in raw:
        label = _text("choices", one.get("label"))[:60]
        if not label or (label in back and one.get("value") in known):
            continue
        if label in back:
            one = {**one, "value": retired[label]}
        if label in seen and not one.get("retired"):
            raise Refused({"choices": [_("選択肢「%(label)s」が2つあります。") % {"label": label}]})
        seen.add(label)
        value = one.get("value")
        if value not in known or any(value == each["value"] for each in made):
            number += 1
            value = f"o{number}"
        made.append(
            {
                "value": value, "label": label, "colour": one.get("colour") if one.get("colour") in COLOURS else "grey",
                "retired": bool(one.get("retired")), "outcome": one.get("outcome") if one.get("outcome") in OUTCOMES else "",
                **({"label_en": _text("choices", one["label_en"])[:60]} if one.get("label_en") else {}),
            }
        )  # fmt: skip
    made += [{**one, "retired": True} for one in held if one["value"] not in {each["value"] for each in made}]
    if not [one for one in made if not one["retired"]]:
        raise Refused({"choices": [_("選択肢をひとつ以上入れてください。")]})
    if len(made) > MOST_CHOICES:
        raise Refused({"choices": [_("選択肢は%(most)d個までです。") % {"most": MOST_CHOICES}]})
    return made
