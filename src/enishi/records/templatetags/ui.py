"""Small things every template needs: icons, amounts, dates, links that keep the list's state."""

import datetime
import secrets
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from enishi.japanese import amounts, calendar
from enishi.records.fields.dates import ago_html

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A Lucide icon out of the sprite; it is decoration, so words must stand beside it or in the button's label."""
    return _icon(str(name), extra, _sprite())


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("build/icons.svg")


@lru_cache(maxsize=500)
def _icon(name: str, extra: str, sprite: str) -> SafeString:
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        sprite,
        name,
    )


# What differs from request to request stands in kept text as a mark that nobody can type.
_TOKEN, _FILL = f"token-{secrets.token_hex(16)}", f"fill-{secrets.token_hex(16)}"


@register.simple_tag(takes_context=True)
def kept(context: dict[str, Any], template_name: str, *, fill: str = "", **inputs: Any) -> SafeString:
    """A template rendered once for as long as its inputs stay the same: the frame, toolbars.

    Args:
        inputs: all that the template may use; hashable. Forms get their token.
        fill: a text that differs on each page; the template says where with {{ fill }}.
    """
    if any(value == "" and name == "frame" for name, value in inputs.items()):
        return SafeString("")  # nobody has signed in
    text = _kept(template_name, get_language() or "ja", tuple(inputs.items()))
    if _TOKEN in text:
        text = text.replace(_TOKEN, str(context["csrf_token"]))  # made once for each page
    return mark_safe(text.replace(_FILL, escape(fill)) if fill or _FILL in text else text)  # noqa: S308 (a rendered template)


@lru_cache(maxsize=2000)
def _kept(template_name: str, language: str, inputs: tuple[tuple[str, Any], ...]) -> str:
    context = {**dict(inputs), "csrf_token": _TOKEN, "fill": _FILL, "LANGUAGE_CODE": language}
    return str(render_to_string(template_name, context))


@register.filter
def past_day(at: datetime.datetime | None) -> bool:
    """Whether the day of a moment is over."""
    return at is not None and timezone.localtime(at).date() < timezone.localdate()


@register.filter
def yen(value: Any) -> str:
    """¥1,234,567; nothing gives a dash."""
    return "—" if value is None or value == "" else amounts.format_yen(int(value))


@register.filter
def man(value: Any) -> str:
    """1,240万円."""
    return "—" if value is None or value == "" else amounts.format_man(int(value))


@register.filter
def jdate(value: Any) -> str:
    """2026/11/23(月), of a date or of a moment in the company's zone."""
    if not value:
        return ""
    return calendar.format_date(
        timezone.localtime(value).date() if isinstance(value, datetime.datetime) else value
    )


@register.filter
def jshort(value: Any) -> str:
    """11/23(月)."""
    if not value:
        return ""
    return calendar.format_short(
        timezone.localtime(value).date() if isinstance(value, datetime.datetime) else value
    )


@register.filter
def jdatetime(value: Any) -> str:
    """2026/11/23(月) 14:30."""
    if not value:
        return ""
    here = timezone.localtime(value)
    return f"{calendar.format_date(here.date())} {here:%H:%M}"


@register.filter
def jmoment(value: Any) -> str:
    """今日 14:30, 11/20(金) 16:05, in another year with the year."""
    if not value:
        return ""
    here, now = timezone.localtime(value), timezone.localtime()
    if here.date() == now.date():
        from django.utils.translation import gettext as _

        return f"{_('今日')} {here:%H:%M}"
    if here.year == now.year:
        return f"{calendar.format_short(here.date())} {here:%H:%M}"
    return calendar.format_date(here.date())


@register.filter
def ago(value: Any) -> SafeString:
    """「3日前」 with the exact time on hover."""
    return mark_safe(ago_html(value)) if value else mark_safe("")  # noqa: S308 (ago_html escapes)


@register.filter
def initials(value: Any) -> str:
    """Two characters for a round picture."""
    text = str(value or "")
    return (text.split()[0] if text.split() else "")[:2]


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value out of a mapping by a key that a variable holds."""
    return mapping.get(key) if mapping else None


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present address's query with some parameters changed; None takes one away."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    text = parameters.urlencode()
    return f"?{text}" if text else "?"


@register.filter
def thousands(value: Any) -> str:
    """1,284."""
    return f"{value:,}"


@register.filter
def toast_json(message: Any) -> str:
    """A message of the framework as the script's toast."""
    import json

    return json.dumps(
        {"message": str(message), "level": "error" if "error" in message.tags else "info"}, ensure_ascii=False
    )


@register.filter
def json_script_data(value: Any) -> SafeString:
    """Data for an element's own script, escaped as `json_script` does, without an id."""
    from django.utils.html import json_script

    return mark_safe(str(json_script(value)).replace("<script", "<script data-kinds", 1))  # noqa: S308 (json_script escapes)


@register.filter
def plain_cell(cell: str) -> SafeString:
    """A cell inside a button: links become text, chips stay. Empty gives a dash."""
    import re

    return mark_safe(re.sub(r"</?a\b[^>]*>", "", cell) or "—")  # noqa: S308 (cells escape what they show)


@register.filter
def field_text(record: Any, name: str) -> str:
    """A field's value in words."""
    from enishi.records import registry

    return registry.of(record).field(name).value_text(record)


@register.filter
def with_class(field: Any) -> SafeString:
    """A form field of Django with our input classes."""
    from django import forms

    widget = field.field.widget
    name = (
        "select"
        if isinstance(widget, forms.Select)
        else "toggle"
        if isinstance(widget, forms.CheckboxInput)
        else "input"
    )
    return field.as_widget(attrs={"class": name})  # type: ignore[no-any-return]
