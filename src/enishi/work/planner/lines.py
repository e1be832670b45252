"""Entries as text (see `records.pages.rows`: what repeats a thousand times on a page is joined, not rendered)."""

from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.records.templatetags.ui import icon
from enishi.work.planner.columns import Placed
from enishi.work.views import ICONS


class Lines:
    """Makes the lines of one page; looks its words up once.

    Args:
        span: day, week, month or agenda; months have no room for what an entry is about.
        others: whether entries of several people stand there; `named` whether their names stand in the lines.
    """

    def __init__(self, span: str, *, others: bool, named: bool) -> None:
        self.month, self.timed = span == "month", span in {"day", "week"}
        self.others, self.named = others, named
        self.record = reverse("quick-record")
        self.outcome = _("「%(title)s」の結果を記録")
        self.pen = icon("clipboard-pen")

    def html(self, placed: Placed) -> SafeString:
        """One entry: what it is and where it stands, for the script that moves it; a link; the way to its outcome."""
        one = placed.entry
        title, about, owner = escape(one.title), escape(one.about), escape(one.owner)
        colour = f" person-{placed.colour}" if self.others else ""
        minute = f' data-minute="{one.minute}"' if one.minute is not None else ""
        hover = " ".join(part for part in (title, about, owner) if part)
        parts = [
            f'<div class="month-one planner-{one.state}{colour}" id="cal-{one.entity}-{one.key}" data-entity="{one.entity}" data-record="{one.key}"',
            f' data-version="{one.version}"{minute} data-length="{one.length}" data-lane="{placed.lane}" data-lanes="{placed.lanes}"',
            " data-moves" if one.moves else "",
            f'><a href="{escape(one.url)}" draggable="false" title="{hover}"',
            ' aria-describedby="cal-how">' if one.moves else ">",
            icon(ICONS.get(one.kind, "square-check")),
            f" <b>{one.time}</b>" if one.time else "",
            f" {title}",
            f'<span class="planner-about">{about}</span>' if about and not self.month else "",
            f'<span class="planner-about">{owner}</span>' if owner and self.named else "",
            "</a>",
        ]
        if one.records and not self.month:
            label = escape(self.outcome % {"title": one.title})
            parts.append(
                f'<button type="button" class="cal-record" hx-get="{self.record}?task={one.key}" hx-target="#dialog" aria-label="{label}">{self.pen}</button>'
            )
        if one.stretches and self.timed:
            parts.append('<span class="cal-end" aria-hidden="true"></span>')
        parts.append("</div>")
        return mark_safe("".join(parts))  # noqa: S308 (each part is escaped)
