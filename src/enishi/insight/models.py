"""Reports, dashboards, goals, what orders foretell, and the fiscal year."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.insight.goals.models import Goal
from enishi.insight.purchases.models import ProductPair, PurchaseFit

__all__ = [
    "Dashboard",
    "FiscalYear",
    "Goal",
    "ProductPair",
    "PurchaseFit",
    "Report",
    "ReportMail",
    "ReportMailing",
    "Shared",
]


class FiscalYear(models.Model):
    """The month in which the company's year begins; one row at most."""

    first_month = models.PositiveSmallIntegerField(default=4)

    def __str__(self) -> str:
        return str(self.first_month)


class Shared(models.Model):
    """What somebody made for himself, his team or all. Who may see it still sees only his own records in it."""

    class Share(models.TextChoices):
        MINE = "mine", _("自分だけ")
        TEAM = "team", _("自分のチーム")
        ALL = "all", _("全員")

    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    share = models.CharField(max_length=10, choices=Share.choices, default=Share.MINE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Report(Shared):
    """A report as it is asked (`reports.spec`)."""

    entity = models.CharField(max_length=40)
    spec = models.JSONField(default=dict)


class ReportMail(models.Model):
    """A report or a dashboard that goes out by mail again and again, to each as he may see it."""

    class Every(models.TextChoices):
        DAY = "day", _("毎日")
        BUSINESS_DAY = "business_day", _("営業日（会社の休みを除く）")
        WEEK = "week", _("毎週")
        MONTH = "month", _("毎月")

    kind = models.CharField(max_length=10)  # report, dashboard
    key = models.CharField(max_length=40)  # as it stands in addresses
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="report_mails")
    every = models.CharField(max_length=20, choices=Every.choices, default=Every.WEEK)
    weekday = models.PositiveSmallIntegerField(default=0)  # Monday 0
    day = models.PositiveSmallIntegerField(default=1)  # of the month; in shorter months the last
    hour = models.PositiveSmallIntegerField(default=8)
    next_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ReportMailing(models.Model):
    """One mail of a report to one person for one time that it was due; there is never a second of the same."""

    class State(models.TextChoices):
        WAITING = "waiting", _("送信待ち")
        SENDING = "sending", _("送信中")
        SENT = "sent", _("送信済み")
        FAILED = "failed", _("送れませんでした")
        LEFT = "left", _("送りませんでした")

    class Problem(models.TextChoices):
        """Ours; what a mail server says stands there as it said it."""

        LATE = "late", _("2日間送信できませんでした。")
        GONE = "gone", _("削除されたか、この人には共有されていません。")
        NOTHING = "nothing", _("この人に見せられるレポートがありません。")
        BROKEN = "broken", _("レポートを作成できませんでした。管理者は enishi.log をご確認ください。")

    mail = models.ForeignKey(ReportMail, models.CASCADE, related_name="mailings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    touched_at = models.DateTimeField()  # when it was last taken up or put off
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)  # one of `Problem`, or the server's words

    class Meta:
        ordering = ["-due_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["mail", "user", "due_at"], name="report_mailing_once")]
        indexes = [
            models.Index(
                fields=["touched_at"],
                name="report_mailing_open",
                condition=models.Q(state__in=("waiting", "sending")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.mail_id} {self.user_id} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def said(self) -> str:
        """What went wrong, in the words of who looks."""
        return str(dict(self.Problem.choices).get(self.problem, self.problem))


class Dashboard(Shared):
    """Tiles in their order: [{"report": key, "wide": bool, "look": "chart" | "table" | "number"}…]."""

    tiles = models.JSONField(default=list)
