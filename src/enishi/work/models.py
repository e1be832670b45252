"""What people do: tasks ahead and activities done, each about any record; the reports of their days."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.records.models import ALIVE, Record, record_indexes

OPEN = ALIVE & models.Q(done_at__isnull=True)


class Task(Record):
    """Something to do: a call, a visit, a document to send. `owner` is who does it."""

    name = models.CharField(_("内容"), max_length=200)
    kind = models.CharField(_("種類"), max_length=20, default="todo")
    about = models.CharField(_("相手・案件"), max_length=60, blank=True, db_index=True)
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    all_day = models.BooleanField(_("終日"), default=True)
    minutes = models.BigIntegerField(
        _("所要時間（分）"), null=True, blank=True
    )  # nothing: an hour in the calendar
    priority = models.CharField(_("優先度"), max_length=10, default="normal")
    repeat = models.CharField(_("繰り返し"), max_length=20, blank=True)
    remind_at = models.DateTimeField(_("通知"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, editable=False)
    note = models.TextField(_("メモ"), blank=True)
    done_at = models.DateTimeField(_("完了日時"), null=True, blank=True)
    done_by_task = models.BigIntegerField(null=True, editable=False)

    class Meta:
        indexes = [
            *record_indexes("task", "due_at"),
            models.Index(fields=["owner", "due_at", "id"], name="task_open_owner", condition=OPEN),
            models.Index(fields=["due_at", "id"], name="task_open", condition=OPEN),
            models.Index(fields=["remind_at"], name="task_remind", condition=OPEN),
        ]

    def __str__(self) -> str:
        return self.name


class Activity(Record):
    """Something done: a call, a visit, a meeting, a note, a mail written elsewhere."""

    kind = models.CharField(_("種類"), max_length=20, default="note")
    about = models.CharField(_("相手・案件"), max_length=60, blank=True, db_index=True)
    at = models.DateTimeField(_("日時"), default=timezone.now)
    text = models.TextField(_("内容"), blank=True)
    outcome = models.CharField(_("結果"), max_length=20, blank=True)
    minutes = models.BigIntegerField(_("時間"), null=True, blank=True)
    met = models.JSONField(_("会った人"), default=list, blank=True)
    next_task = models.ForeignKey(
        Task, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("次の予定")
    )

    class Meta:
        indexes = [
            *record_indexes("activity", "at"),
            models.Index(fields=["owner", "at", "id"], name="activity_owner_at"),
        ]

    def __str__(self) -> str:
        first = self.text.strip().split("\n")[0][:60]
        return first or str(self.get_kind_text())

    def get_kind_text(self) -> str:
        """The word for the kind."""
        from enishi.work.activities.entity import KINDS

        return next((str(one.label) for one in KINDS if one.value == self.kind), self.kind)


from enishi.work.daily.models import DailyComment, DailyReport  # noqa: E402
from enishi.work.daysoff.models import CompanyWeek, DayOff  # noqa: E402
from enishi.work.today.models import Attended  # noqa: E402

__all__ = ["Activity", "Attended", "CompanyWeek", "DailyComment", "DailyReport", "DayOff", "Task"]
