"""A person's day, and what others say about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.records.models import ALIVE, Record, record_indexes


class DailyReport(Record):
    """A person's report of a day; `owner` is who writes it. Without `submitted_at` it is a draft."""

    name = models.CharField(_("日報"), max_length=200, editable=False)
    day = models.DateField(_("日付"))
    done = models.TextField(_("今日したこと"), blank=True)
    result = models.TextField(_("成果・気づき"), blank=True)
    plan = models.TextField(_("次の予定"), blank=True)
    submitted_at = models.DateTimeField(_("提出日時"), null=True, blank=True, editable=False)

    class Meta:
        indexes = [
            *record_indexes("daily_report", "day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "day"], name="daily_report_once", condition=ALIVE)
        ]

    def __str__(self) -> str:
        return self.name


class DailyComment(Record):
    """What somebody says about a report; `owner` is who says it."""

    report = models.ForeignKey(DailyReport, models.CASCADE, related_name="comments", verbose_name=_("日報"))
    text = models.TextField(_("コメント"))

    class Meta:
        indexes = record_indexes("daily_comment")

    def __str__(self) -> str:
        return self.text.strip().split("\n")[0][:60]
