"""Dates and moments. Dates are dates; moments are stored in UTC and shown in the company's zone."""

import datetime
from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.japanese import calendar, wareki
from enishi.records.fields.base import FieldKind, Text

WHEN = (
    "is", "gte", "lte", "between", "today", "this_week", "this_month", "last_month", "next_month", "this_year",
    "past_days", "next_days", "before_days", "empty", "not_empty",
)  # fmt: skip
TODAY = "today"  # the beginning of a date that is the day on which the record is made
EARLIEST, LATEST = datetime.date(1800, 1, 1), datetime.date(2999, 12, 31)


class Date(FieldKind):
    """A day, read from anything a Japanese ledger writes (2026/11/23, 令和8年11月23日, R8.11.23)."""

    kind = "date"
    design_label: ClassVar[Text] = gettext_lazy("日付")
    design_icon = "calendar"
    design_options: ClassVar[tuple[str, ...]] = ("due_days",)
    due_days: int = 0  # something is due on that day (a renewal, an end): whoever looks after the record is told so many days before
    template = "components/input_date.html"
    operators = WHEN
    nullable = True

    def clean(self, raw: Any) -> datetime.date | None:
        if raw is None or raw == "":
            return None
        self.check_type(raw, str, int, float, datetime.date)
        try:
            value = wareki.parse_date(raw)
        except (ValueError, OverflowError) as error:
            raise ValidationError(str(error)) from None
        if value is not None and not EARLIEST <= value <= LATEST:
            raise ValidationError(
                _("%(label)s「%(raw)s」は1800年から2999年までの日付にしてください。")
                % {"label": self.label, "raw": str(raw)[:40]}
            )
        return value

    @classmethod
    def designed(cls, key: str, label: str, options: dict[str, Any]) -> FieldKind:
        made = super().designed(key, label, options)
        made.due_days = int(options.get("due_days") or 0)  # type: ignore[attr-defined]
        return made

    def beginning(self) -> Any:
        if self.default == TODAY:
            return self.clean(timezone.localdate())
        return super().beginning()

    def to_json(self, value: Any) -> Any:
        return value.isoformat() if value else None

    def from_json(self, value: Any) -> Any:
        return datetime.date.fromisoformat(value) if value else None

    def text(self, value: Any) -> str:
        return calendar.format_date(value) if value else ""

    def input_text(self, value: Any) -> str:
        return value.isoformat() if value else ""

    def export(self, record: Any) -> Any:
        return self.get(record)

    def day_range(self, first: datetime.date, last: datetime.date) -> Q:
        """From the first to the last day, both included."""
        return self.lookup("gte")(self.operand_value(first)) & self.lookup("lte")(self.operand_value(last))

    def operand_value(self, day: datetime.date) -> Any:
        """A day as the stored value is compared with."""
        return day.isoformat() if self.custom else day

    def day_of(self, value: Any) -> datetime.date | None:
        """The day a stored value falls on."""
        day: datetime.date | None = value
        return day

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date"}


class DateTime(Date):
    """A moment."""

    kind = "date_time"
    design_label: ClassVar[Text] = gettext_lazy("日時")
    design_icon = "clock"
    template = "components/input_datetime.html"

    def beginning(self) -> Any:
        return timezone.now() if self.default == TODAY else super().beginning()

    def clean(self, raw: Any) -> datetime.datetime | None:
        if raw is None or raw == "":
            return None
        self.check_type(raw, str, int, float, datetime.date)
        try:
            value = wareki.parse_datetime(raw)
        except (ValueError, OverflowError) as error:
            raise ValidationError(str(error)) from None
        if value is None:
            return None
        if not EARLIEST <= value.date() <= LATEST:
            raise ValidationError(
                _("%(label)sは1800年から2999年までの日時にしてください。") % {"label": self.label}
            )
        return timezone.make_aware(value) if timezone.is_naive(value) else value

    def to_json(self, value: Any) -> Any:
        return value.astimezone(datetime.UTC).isoformat() if value else None

    def from_json(self, value: Any) -> Any:
        return datetime.datetime.fromisoformat(value) if value else None

    def text(self, value: Any) -> str:
        return (
            f"{calendar.format_date(timezone.localtime(value).date())} {timezone.localtime(value):%H:%M}"
            if value
            else ""
        )

    def input_text(self, value: Any) -> str:
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if value else ""

    def export(self, record: Any) -> Any:
        value = self.get(record)
        return timezone.localtime(value).replace(tzinfo=None) if value else None

    def day_range(self, first: datetime.date, last: datetime.date) -> Q:
        start = timezone.make_aware(datetime.datetime.combine(first, datetime.time()))
        end = timezone.make_aware(
            datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time())
        )
        if self.custom:
            return self.lookup("gte")(self.to_json(start)) & self.lookup("lt")(self.to_json(end))
        return self.lookup("gte")(start) & self.lookup("lt")(end)

    def day_of(self, value: Any) -> datetime.date | None:
        return timezone.localtime(value).date() if value else None

    def operand(self, value: Any) -> Any:
        return Date.clean(self, value)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date-time"}


class Moment(DateTime):
    """A moment that the program keeps (last contact, updated); lists show how long ago it was."""

    kind = "moment"
    design_label = ""
    design_options = ()

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]

    def cells(self, records: Sequence[Any]) -> list[str]:
        ago = Ago()
        return [ago.html(value) if value else "" for value in self.values(records)]


class Ago:
    """「今日」「昨日」「3日前」「明日」「5日後」, beyond a year the date; words and clock are looked up once for many moments."""

    def __init__(self, now: datetime.datetime | None = None) -> None:
        now = timezone.localtime(now)
        self.zone, self.today = now.tzinfo, now.date()
        self._words: dict[int, str] = {}

    def text(self, value: datetime.datetime) -> str:
        """The words."""
        return self.day(value.astimezone(self.zone).date())

    def day(self, day: datetime.date) -> str:
        """The words of a day."""
        days = (self.today - day).days
        if not -60 < days < 365:
            return calendar.format_date(day, weekday=False)
        if days not in self._words:
            self._words[days] = _days(days)
        return self._words[days]

    def html(self, value: datetime.datetime, late_after: int = 0) -> str:
        """The words in a <time> whose title is the exact moment; amber after so many days."""
        exact = value.astimezone(self.zone)
        day = exact.date()
        tone = " text-amber" if late_after and (self.today - day).days >= late_after else ""
        title = f"{calendar.format_date(day)} {exact.hour:02}:{exact.minute:02}"
        return f'<time class="ago{tone}" datetime="{exact.isoformat(timespec="minutes")}" title="{title}">{self.day(day)}</time>'


def _days(days: int) -> str:
    if days == 0:
        return _("今日")
    if days == 1:
        return _("昨日")
    if days == -1:
        return _("明日")
    return _("%(days)d日前") % {"days": days} if days > 0 else _("%(days)d日後") % {"days": -days}


def ago_text(value: datetime.datetime, now: datetime.datetime | None = None) -> str:
    """`Ago.text` of one moment."""
    return Ago(now).text(value)


def ago_html(value: datetime.datetime, late_after: int = 0) -> str:
    """`Ago.html` of one moment."""
    return Ago().html(value, late_after)
