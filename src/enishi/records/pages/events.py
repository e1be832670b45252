"""The lines of a timeline as text (see `rows`)."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.japanese import calendar
from enishi.records.limits import unseen
from enishi.records.timeline import Item


class Lines:
    """Makes the lines of one timeline; looks words and clock up once."""

    def __init__(self, may_write: bool) -> None:
        self.may_write, self.now = may_write, timezone.localtime()
        self.today, self.empty, self.undo = _("今日"), _("（空）"), escape(_("元に戻す"))
        self.open, self.result, self.next = escape(_("開く")), escape(_("結果")), escape(_("次回"))

    def html(self, items: Iterable[Item]) -> SafeString:
        """All lines."""
        return mark_safe("".join(map(self._line, items)))  # noqa: S308 (parts are escaped)

    def _line(self, item: Item) -> str:
        from enishi.records.templatetags.ui import icon

        event = item.event
        parts = [
            f'<li class="event" id="event-{event.pk}"><span class="event-mark {item.tone}">{icon(item.icon)}</span><div class="min-w-0">'
            f'<div class="event-head"><b>{escape(item.label)}</b><span class="muted">{escape(item.actor)}</span>{self._source(item)}{self._time(event.at)}</div>'
        ]
        if item.source_entity is not None and item.source_entity.name == "activity":
            parts.append(self._activity(item.source))
        if item.attachment is not None:
            name = escape(item.attachment.name)
            gone = item.attachment.deleted_at is not None
            shown = (
                f'<span class="muted">{name}</span>'
                if gone
                else f'<a class="link" href="/files/{item.attachment.pk}/">{name}</a>'
            )
            parts.append(f"<div>{shown}</div>")
        if item.note:
            parts.append(f'<div class="muted text-[13px]">{escape(item.note)}</div>')
        for label, old, new in item.lines:
            before, after = self._short(old, 60), self._short(new, 80)
            parts.append(f'<div><span class="muted">{escape(label)}</span> {before} → <b>{after}</b></div>')
        if item.undoable and self.may_write:
            parts.append(
                f'<button type="button" class="link text-[12.5px]" hx-post="/undo/event/{event.pk}/" hx-swap="none" data-reloads>{self.undo}</button>'
            )
        return "".join(parts) + "</div></li>"

    def _source(self, item: Item) -> str:
        """Where the event really happened: a link to the deal, task or activity."""
        if item.source is None or item.source_entity is None:
            return ""
        words = self.open
        if item.source_entity.name != "activity":
            words = f"{escape(str(item.source_entity))}: {escape(item.source_title)}"
        return f'<a class="link" href="{escape(item.source_url)}">{words}</a>'

    def _activity(self, activity: Any) -> str:
        """What was talked about, how it went, what comes next."""
        from enishi.records import registry

        shown = registry.of(activity).fields
        text = f'<div class="prose-text">{escape(activity.text)}</div>' if "text" in shown else ""
        tasks = registry.find("task")
        task = activity.next_task if tasks is not None else None
        if task is not None and unseen(tasks, {task.pk}):
            task = None
        parts = []
        if activity.outcome and "outcome" in shown:
            parts.append(f"{self.result}: {escape(_outcome(activity))}")
        if task is not None:
            day = calendar.format_short(timezone.localtime(task.due_at).date()) if task.due_at else ""
            parts.append(f"{self.next}: {day} {escape(task.name)}")
        return text + (f'<div class="muted text-[13px]">{" → ".join(parts)}</div>' if parts else "")

    def _short(self, text: str, most: int) -> str:
        text = text or self.empty
        return escape(text if len(text) <= most else f"{text[: most - 1]}…")

    def _time(self, at: Any) -> str:
        """今日 14:30, 11/20(金) 16:05, in another year the date; the exact moment on hover."""
        here = at.astimezone(self.now.tzinfo)
        day, clock = here.date(), f"{here.hour:02}:{here.minute:02}"
        if day == self.now.date():
            words = f"{self.today} {clock}"
        elif day.year == self.now.year:
            words = f"{calendar.format_short(day)} {clock}"
        else:
            words = calendar.format_date(day)
        title = f"{calendar.format_date(day)} {clock}"
        return f'<time datetime="{here.isoformat(timespec="seconds")}" title="{title}">{escape(words)}</time>'


def _outcome(activity: Any) -> str:
    from enishi.records import registry

    return registry.of(activity).field("outcome").value_text(activity)
