"""Connected records on a card as text (see `rows`)."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.records.templatetags.ui import icon, initials


class Line(NamedTuple):
    """One connected record: its name and address, cells (escaped), its role, the key by which it is untied (0: it isn't) where, and
    whether it may go a place up."""

    title: str
    url: str
    cells: list[str]
    role: str = ""
    drop: int = 0
    drop_url: str = ""
    rises: bool = False


def lines(found: Iterable[Line]) -> SafeString:
    """All lines of a sheet; one that says so where there is none."""
    made = "".join(map(_line, found))
    return mark_safe(made or f'<p class="muted">{escape(_("まだありません"))}</p>')  # noqa: S308 (parts are escaped)


def _line(one: Line) -> str:
    title = escape(one.title)
    role = f' <span class="chip">{escape(one.role)}</span>' if one.role else ""
    cells = "".join(f"<span>{cell}</span>" for cell in one.cells)
    drop = ""
    if one.rises:
        label = escape(_("「%(label)s」を上へ") % {"label": one.title})
        drop = (
            f'<form hx-post="{escape(one.drop_url)}" hx-swap="none"><input type="hidden" name="raise" value="{one.drop}">'
            f'<button class="btn btn-ghost btn-square" aria-label="{label}">{icon("chevron-up")}</button></form>'
        )
    if one.drop:
        label = escape(_("「%(title)s」とのつながりを外す") % {"title": one.title})
        drop += (
            f'<form hx-post="{escape(one.drop_url)}" hx-swap="none"><input type="hidden" name="remove" value="{one.drop}">'
            f'<button class="btn btn-ghost btn-square" aria-label="{label}">{icon("x")}</button></form>'
        )
    return (
        f'<div class="flex items-start gap-1"><div class="min-w-0 flex-1"><a class="flex gap-3 items-center py-1 min-h-[40px]" href="{escape(one.url)}">'
        f'<span class="avatar">{escape(initials(one.title))}</span><span class="min-w-0"><span class="block">{title}{role}</span></span></a>'
        f'<div class="muted text-[13px] pl-11 -mt-2 flex gap-2 flex-wrap">{cells}</div></div>{drop}</div>'
    )
