"""The fields of a card as text (see `rows`)."""

import re
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.records.entity import Entity
from enishi.records.fields import Files
from enishi.records.fields import Lines as LinesField
from enishi.records.rules import is_asked

_LINK = re.compile(r"</?a\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def facts(entity: Entity, record: Any, may_write: bool, *, token: str = "") -> list[dict[str, Any]]:
    """Sections: their label and their lines."""
    sections = [(section.label, section.fields) for section in entity.sections]
    lines = Lines(entity, may_write, token)
    return [
        {"label": label, "html": mark_safe("".join(lines.html(record, name) for name in names if _stands(entity, name, record)))}  # noqa: S308
        for label, names in sections
    ]  # fmt: skip


def _stands(entity: Entity, name: str, record: Any) -> bool:
    """Whether a field has a line: connections to several have a sheet of their own, and what isn't asked has none."""
    found = entity.fields.get(name)
    if found is None or found.kind == "lines" or (found.linked and getattr(found, "many", False)):
        return False
    return not found.visible_if or is_asked(found, record) or not found.is_empty(found.get(record))


def line_sheets(entity: Entity, record: Any, may_write: bool) -> list[dict[str, Any]]:
    """The sheets of what a record is made of, line by line: label and table."""
    lines = Lines(entity, may_write)
    return [{"label": one.label, "html": lines.html(record, one.name)} for one in entity.lines]


def fact(entity: Entity, record: Any, name: str, may_write: bool) -> dict[str, Any]:
    """One line of a card: the field and what is shown."""
    return {"field": entity.field(name), "name": name, "html": Lines(entity, may_write).html(record, name)}


def card_cell(found: Any, record: Any) -> str:
    """The value on a card: long text whole, everything else as in a list."""
    return escape(found.get(record)) if found.kind == "long_text" else str(found.cell(record))


class Lines:
    """Makes a card's lines; looks the words up once."""

    def __init__(self, entity: Entity, may_write: bool, token: str = "") -> None:
        """`token`: the form token, where files may be added."""
        self.entity, self.may_write, self.token = entity, may_write, token
        self.empty, self.change = escape(_("空")), escape(_("（変更する）"))

    def html(self, record: Any, name: str) -> SafeString:
        """A line: a button that turns into an input where the person may write, else the value with its links."""
        found = self.entity.field(name)
        if isinstance(found, LinesField):
            return self._table(record, found)
        cell, label = card_cell(found, record), escape(found.label)
        if self.may_write and found.editable and not self.entity.locked(record, {name}):
            plain = _TAG.sub("", cell) or self.empty
            value = (
                f'<button type="button" class="fact-value" hx-get="/{self.entity.slug}/{record.pk}/field/{name}/?edit" hx-target="closest [data-fact]" '
                f'hx-swap="outerHTML" aria-label="{label}: {plain} {self.change}">{_LINK.sub("", cell) or "—"}</button>'
            )
        else:
            value = f'<span class="fact-value">{cell or "—"}</span>'
            if isinstance(found, Files) and self.may_write and self.token and not found.fixed:
                value += self._adder(record, found)
        return mark_safe(f'<div class="fact" data-fact="{name}"><dt>{label}</dt><dd>{value}</dd></div>')  # noqa: S308 (parts are escaped)

    def _table(self, record: Any, found: LinesField) -> SafeString:
        """The record's lines as a table, their sums below, and the button that edits them."""
        child, fields = found.target, found.fields
        held = [dict(line) for line in found.get(record)]
        shown = [one for one in child.columns_of(record) if any(line[one] not in (None, "") for line in held)]
        names = {
            one: fields[one].labels_for({line[one] for line in held if line[one]})
            for one in shown
            if fields[one].kind == "reference"
        }
        right = {one: ' class="num"' if fields[one].right_aligned else "" for one in shown}
        head = "".join(f"<th{right[one]}>{escape(fields[one].label)}</th>" for one in shown)
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td{right[one]} data-label="{escape(fields[one].label)}">'
                f"{escape(names[one].get(line[one], '') if one in names else fields[one].text(line[one]))}</td>"
                for one in shown
            )
            + "</tr>"
            for line in held
        )
        body = f'<table class="lines-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        if not held:
            body = f'<p class="muted">{escape(_("まだ明細がありません"))}</p>'
        told = self.entity.line_sums(record)
        sums = "".join(
            f"<div><dt>{escape(label)}</dt><dd>{escape(text)}</dd></div>" for label, text in told if label
        )
        beside = "".join(
            f'<p class="muted text-right text-[13px]">{escape(text)}</p>' for label, text in told if not label
        )
        button = ""
        if self.may_write and found.editable and not self.entity.locked(record, {found.name}):
            words = escape(_("明細を編集") if held else _("明細を入れる"))
            button = (
                f'<button type="button" class="btn" hx-get="/{self.entity.slug}/{record.pk}/field/{found.name}/?edit" hx-target="closest [data-fact]" '
                f'hx-swap="outerHTML">{words}</button>'
            )
        return mark_safe(  # noqa: S308 (parts are escaped)
            f'<div class="fact-lines" data-fact="{found.name}">{body}'
            f'<div class="lines-foot">{button}<div class="ml-auto"><dl class="lines-sums">{sums}</dl>{beside}</div></div></div>'
        )

    def _adder(self, record: Any, found: Files) -> str:
        """Where files are put: chosen is sent."""
        from enishi.records.templatetags.ui import icon

        kinds = ' accept="image/jpeg,image/png,image/gif,image/webp"' if found.pictures else ""
        return (
            f'<form method="post" enctype="multipart/form-data" action="/{self.entity.slug}/{record.pk}/files/?field={found.name}">'
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{self.token}"><label class="btn btn-ghost small">'
            f'<input class="sr-only" type="file" name="file" multiple data-upload{kinds}>{icon(found.design_icon)}{escape(_("追加"))}</label></form>'
        )
