"""A list's body as text: column by column, because a template or a call per cell would cost more than all the queries."""

import re
from html import escape
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.records.entity import Entity
from enishi.records.fields import FieldKind

Offers = tuple[tuple[str, Any, str], ...]
PHONE_CELLS = 3  # how many columns, beside the status, a row shows on a telephone
_NO_DIGITS = re.compile(r"[^0-9+]+")
RESTING = {"won", "lost", "closed", "dormant", "converted", "disqualified"}


def table_rows(
    entity: Entity, records: list[Any], columns: list[FieldKind], offers: Offers = ()
) -> SafeString:
    """The rows of the table; on a telephone the same rows are shown as cards of two lines (styles.css, table.list). `offers`: what each
    row lets one record in one tap (see `PresetGroup`)."""
    shown = [one for one in columns if one.name != entity.title_field]
    names = [escape(entity.title(record)) or "—" for record in records]
    chips = _phone_chips(entity, records)
    small = {one.name for one in _phone_columns(entity, shown)}
    made = [_column(one, records, small) for one in shown]
    buttons = _buttons(entity, records, names)
    readings = [getattr(record, entity.subtitle_field, "") for record in records]
    heads = [
        f'<tr data-id="{record.pk}"><td class="tick"><input type="checkbox" class="checkbox" data-tick value="{record.pk}" aria-label="{name}">'
        f'</td><td class="name"{f""" title="{escape(kana)}" """ if kana else ""}><a href="/{entity.slug}/{record.pk}/">{name}</a>{chip}</td>'
        for record, name, kana, chip in zip(records, names, readings, chips, strict=True)
    ]
    if offers:
        made.append(_offered(entity, records, names, offers))
    rows = ("".join(cells) for cells in zip(heads, *made, buttons, strict=True))
    return mark_safe("".join(rows))  # noqa: S308 (cells escape what they show)


def column_cells(found: FieldKind, records: list[Any]) -> list[str]:
    """A column's cells; a customer or deal without a next step says so."""
    if found.name == "next_step":
        return next_steps(records)
    return found.cells(records)


def next_steps(records: list[Any]) -> list[str]:
    """「11/27 訪問」, or 「次の予定なし」 in red where a deal or customer that is being worked on has none."""
    zone, today = timezone.get_current_timezone(), timezone.localdate()
    none = f'<span class="text-red">{escape(_("次の予定なし"))}</span>'
    made = []
    for record in records:
        if not record.next_step:
            resting = (
                getattr(record, "outcome", "open") in RESTING or getattr(record, "status", "") in RESTING
            )
            made.append("" if resting else none)
            continue
        day = ""
        if record.next_step_at:
            when = record.next_step_at.astimezone(zone)
            late = ' class="text-red"' if when.date() < today else ""
            day = f"<span{late}>{when.month}/{when.day}</span> "
        made.append(f"{day}{escape(record.next_step)}")
    return made


def _phone_columns(entity: Entity, shown: list[FieldKind]) -> list[FieldKind]:
    """The columns of the second line; the number that the button dials is none."""
    others = [
        one for one in shown if one.name not in {entity.status_field, entity.call_field, "phone", "next_step"}
    ]
    step = [one for one in shown if one.name == "next_step"]
    return others[: PHONE_CELLS - len(step)] + step


def _column(found: FieldKind, records: list[Any], small: set[str]) -> list[str]:
    start = f"<td{_class(found, small)}>"
    return [f"{start}{text}</td>" for text in column_cells(found, records)]


def _class(found: FieldKind, small: set[str]) -> str:
    classes = (
        ("num", found.right_aligned),
        ("on-phone", found.name in small),
        ("flows", found.name == "next_step"),
        ("whole", found.whole),
    )
    words = [word for word, good in classes if good]
    return f' class="{" ".join(words)}"' if words else ""


def _offered(entity: Entity, records: list[Any], names: list[str], offers: Offers) -> list[str]:
    """Buttons that open the quick record of a row: a call, a task."""
    from enishi.records.templatetags.ui import icon

    quick = reverse("quick-record")
    words = [(kind, escape(str(word)), icon(picture)) for kind, word, picture in offers]
    return [
        '<td class="offers">' + "".join(
            f'<button type="button" class="btn btn-ghost" hx-get="{quick}?about={entity.name}:{record.pk}&amp;kind={kind}" '
            f'hx-target="#dialog" title="{word}" aria-label="{word}: {name}">{picture}<span class="phone-only">{word}</span></button>'
            for kind, word, picture in words
        ) + "</td>"
        for record, name in zip(records, names, strict=True)
    ]  # fmt: skip


def _phone_chips(entity: Entity, records: list[Any]) -> list[str]:
    """The status beside the name, on telephones only."""
    if not entity.status_field:
        return [""] * len(records)
    cells = entity.field(entity.status_field).cells(records)
    return [f'<span class="phone-only">{cell}</span>' if cell else "" for cell in cells]


def _value(entity: Entity, record: Any, name: str) -> str:
    """A number or address out of a column or an own field."""
    if not name:
        return ""
    return entity.fields[name].get(record) or "" if entity.drawn else getattr(record, name, "")


def _buttons(entity: Entity, records: list[Any], names: list[str]) -> list[str]:
    """Call, or write where there is no number: on telephones only."""
    from enishi.records.templatetags.ui import icon

    phone, mail, chevron = icon("phone", "big"), icon("mail", "big"), icon("chevron-right")
    call_word, mail_word = escape(_("電話をかける")), escape(_("メールを書く"))
    made, phones = [], "phone" in entity.fields
    for record, name in zip(records, names, strict=True):
        call = _value(entity, record, entity.call_field) or (getattr(record, "phone", "") if phones else "")
        digits = _NO_DIGITS.sub("", call)
        address = "" if digits else _value(entity, record, entity.mail_field)
        if digits:
            inner = f'<a class="btn btn-square btn-ghost" href="tel:{escape(digits)}" aria-label="{call_word}: {name}">{phone}</a>'
        elif address:
            inner = f'<a class="btn btn-square btn-ghost" href="mailto:{escape(address)}" aria-label="{mail_word}: {name}">{mail}</a>'
        else:
            inner = str(chevron)
        made.append(f'<td class="reach">{inner}</td></tr>')
    return made
