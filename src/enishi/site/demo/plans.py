"""What the sample company wants to reach and what its people report: goals, next appointments of visits, a week of daily reports."""

import datetime
import random
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.utils import timezone

from enishi.japanese.calendar import is_business_day
from enishi.records.limits import serving
from enishi.sales.models import Deal
from enishi.work.daily import filling
from enishi.work.daily.models import DailyReport
from enishi.work.models import Activity

if TYPE_CHECKING:
    from enishi.site.demo import Sample

SEED, MONTHS, REPORTED, APPOINTMENTS = 62, 4, 5, 40
DAY = datetime.timedelta(days=1)
FOUND = (
    "更新の時期が近いお客様が増えています。来週までに一覧を作ります。",
    "見積の回答待ちが多いので、明日の午前にまとめて電話します。",
    "展示会で名刺を交換した方から2件折り返しがありました。",
    "競合の値下げの話を2社で聞きました。価格表を見直したいです。",
    "",
)


def build(sample: "Sample") -> None:
    """Fills goals, appointments and reports into a sample company that has deals, activities and tasks."""
    usual, sample.draw = sample.draw, random.Random(SEED)  # noqa: S311 (drawn apart from the rest, which stays as it was)
    try:
        _goals(sample)
        _appointments(sample)
        _reports(sample)
    finally:
        sample.draw = usual


def _goals(sample: "Sample") -> None:
    """Of the last months, this one and the next: what was reached, a little less or more."""
    first = sample.today.replace(day=1)
    months = [first]
    for _number in range(MONTHS - 1):
        months.insert(0, (months[0] - DAY).replace(day=1))
    months.append((first + 31 * DAY).replace(day=1))
    rows: list[dict[str, Any]] = []
    for month in months:
        like = min(month, first)  # of the month to come nothing is known: as this one
        goal = {"period": "month", "start": month}
        whole = 0
        for person in sample.people:
            won, visits, calls = _reached(person.pk, like)
            mine = {**goal, "scope": "person", "owner": person.pk}
            target = _near(sample, won, 100_000, 500_000)
            whole += target
            rows.append({**mine, "measure": "won_amount", "target": target})
            rows.append({**mine, "measure": "visits", "target": _near(sample, visits, 1, 8)})
            rows.append({**mine, "measure": "calls", "target": _near(sample, calls, 1, 10)})
        rows.append(
            {**goal, "scope": "company", "measure": "won_amount", "target": whole, "owner": sample.user.pk}
        )
    sample.store("goal", rows, [100] * len(rows))


def _reached(owner: int, month: datetime.date) -> tuple[int, int, int]:
    """What somebody won in a month, his visits and his calls."""
    end = (month + 31 * DAY).replace(day=1)
    span = [timezone.make_aware(datetime.datetime.combine(day, datetime.time())) for day in (month, end)]
    won = Deal.objects.filter(owner=owner, outcome="won", closed_at__gte=span[0], closed_at__lt=span[1])
    done = Activity.objects.filter(owner=owner, at__gte=span[0], at__lt=span[1])
    return (
        won.aggregate(sum=Sum("amount"))["sum"] or 0,
        done.filter(kind__in=("visit", "meeting")).count(),
        done.filter(kind="call").count(),
    )


def _near(sample: "Sample", reached: int, step: int, least: int) -> int:
    """A round figure about what was reached."""
    return max(round(reached * sample.draw.choice((0.85, 0.95, 1.1, 1.2, 1.35)) / step) * step, least)


def _appointments(sample: "Sample") -> None:
    """Some visits led to the next one."""
    visits = list(
        Activity.objects.filter(kind__in=("visit", "meeting"), outcome__in=("success", "ongoing"), at__gte=sample.now - 75 * DAY)
        .order_by("pk")
    )  # fmt: skip
    chosen = sample.draw.sample(visits, min(APPOINTMENTS, len(visits)))
    rows, ages = [], []
    for one in chosen:
        at = sample.moment(0, sample.draw.choice((10, 11, 13, 14, 15, 16)))
        day = timezone.localdate(one.at) + sample.draw.choice((7, 10, 14, 14, 21)) * DAY
        while not is_business_day(day):
            day += DAY
        due = timezone.make_aware(datetime.datetime.combine(day, timezone.localtime(at).time()))
        rows.append(
            {
                "name": "次回の打ち合わせ" if one.kind == "meeting" else "再訪問", "kind": one.kind, "about": one.about,
                "due_at": due.replace(tzinfo=None), "all_day": False, "owner": one.owner_id, "done_at": due if due < sample.now else None,
            }
        )  # fmt: skip
        ages.append(max(0, (sample.today - timezone.localdate(one.at)).days))
    tasks = sample.store("task", rows, ages)
    for one, task in zip(chosen, tasks, strict=True):
        one.next_task = task
    Activity.objects.bulk_update(chosen, ["next_task"])


def _reports(sample: "Sample") -> None:
    """Everybody's last business days, from what each has recorded."""
    days: list[datetime.date] = []
    day = sample.today - DAY
    while len(days) < REPORTED:
        if is_business_day(day):
            days.append(day)
        day -= DAY
    rows: list[dict[str, Any]] = []
    ages: list[int] = []
    for person in sample.people:
        with serving(person):
            for day in days:
                done = filling.done_text(person, day)
                if not done:
                    continue
                rows.append(
                    {
                        "day": day, "owner": person.pk, "done": done, "result": sample.draw.choice(FOUND), "plan": filling.plan_text(person, day),
                    }
                )  # fmt: skip
                ages.append((sample.today - day).days)
    reports = sample.store("daily_report", rows, ages)
    for report, age in zip(reports, ages, strict=True):
        report.submitted_at = sample.moment(age, 18)
    DailyReport.objects.bulk_update(reports, ["submitted_at"])
