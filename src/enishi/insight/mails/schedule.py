"""When a report goes out next, in the company's own time."""

import calendar as months
import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.insight.models import ReportMail
from enishi.work.daysoff.days import company_days

MOST_DAYS = 400  # the longest way from one mail to the next


def fits(mail: ReportMail, day: datetime.date) -> bool:
    """Whether the mail goes out on a day."""
    if mail.every == ReportMail.Every.BUSINESS_DAY:
        return company_days().works(day)
    if mail.every == ReportMail.Every.WEEK:
        return day.weekday() == mail.weekday
    if mail.every == ReportMail.Every.MONTH:
        return day.day == min(mail.day, months.monthrange(day.year, day.month)[1])
    return True


def following(mail: ReportMail, after: datetime.datetime) -> datetime.datetime:
    """The first time after a moment."""
    zone = timezone.get_default_timezone()
    day = after.astimezone(zone).date()
    for _day in range(MOST_DAYS):
        at = datetime.datetime.combine(day, datetime.time(mail.hour), tzinfo=zone)
        if fits(mail, day) and at > after:
            return at
        day += datetime.timedelta(days=1)
    return after + datetime.timedelta(days=MOST_DAYS)  # a company that has closed for good


def weekdays() -> list[tuple[int, str]]:
    """The days of the week, Monday first."""
    return list(
        enumerate((_("月曜日"), _("火曜日"), _("水曜日"), _("木曜日"), _("金曜日"), _("土曜日"), _("日曜日")))
    )


def days() -> list[tuple[int, str]]:
    """The days of a month; the 31st is the last of each."""
    return [*((day, _("%(day)d日") % {"day": day}) for day in range(1, 31)), (31, _("月末"))]


def words(mail: ReportMail) -> str:
    """「毎週 月曜日 8時」"""
    parts = [str(mail.get_every_display())]
    if mail.every == ReportMail.Every.WEEK:
        parts.append(dict(weekdays())[mail.weekday])
    if mail.every == ReportMail.Every.MONTH:
        parts.append(dict(days()).get(mail.day, ""))
    return " ".join([*parts, _("%(hour)d時") % {"hour": mail.hour}])
