"""How a deal ends: on which day, and who won it where we didn't."""

import datetime
import json
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import registry
from enishi.records.fields import FreeChoice, Moment, Names
from enishi.records.visible import visible


class ClosedOn(Moment):
    """Kept as a moment by the program, written by people as a day: today's day is now, another one its noon."""

    template = "components/input_date.html"
    visible_if = ("outcome", ("won", "lost"))

    def clean(self, raw: Any) -> datetime.datetime | None:
        value = super().clean(raw)
        if value is None:
            return None
        local = timezone.localtime(value)
        if local.time() != datetime.time():
            return value
        now = timezone.localtime()
        return now if local.date() == now.date() else local.replace(hour=12)

    def against(self, held: Any, value: Any) -> Any:
        """The same day written again changes nothing."""
        same = held and value and timezone.localdate(held) == timezone.localdate(value)
        return held if same and timezone.localtime(value).time() == datetime.time(12) else value

    def in_step(self, record: Any) -> Any:
        return (
            timezone.now()
        )  # the dialog comes where the end is another one: not on the day of the one before

    def input_text(self, value: Any) -> str:
        return timezone.localdate(value).isoformat() if value else ""


class Winner(FreeChoice):
    """Who won: one of the deal's competitors, one of the names that the company has set down, or another."""

    def offered(self, record: Any) -> list[str]:
        names = Names.parts(record.competitor) if record is not None else []
        return list(dict.fromkeys([*names, *super().offered(record)]))


def tasks_left(record: Any, user: User) -> tuple[str, str] | None:
    """The tasks of a deal that was lost, of those that the person sees: nobody needs to do them any more. Words and the address of their list."""
    tasks = registry.find("task")
    if tasks is None:
        return None
    about = f"deal:{record.pk}"
    count = visible(tasks, user).filter(about=about, done_at=None).count()
    tree = {"all": [{"field": "about", "op": "is", "value": about}, {"field": "done_at", "op": "empty"}]}
    words = _("未完了のタスク %(n)d件") % {"n": count}
    return (words, f"{tasks.list_url}?{urlencode({'filter': json.dumps(tree)})}") if count else None
