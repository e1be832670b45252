"""Reports, dashboards, what is sent by mail, and the fiscal year."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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


class Dashboard(Shared):
    """Tiles in their order: [{"report": key, "wide": bool, "look": "chart" | "table" | "number"}…]."""

    tiles = models.JSONField(default=list)


class Schedule(models.Model):
    """A report that is sent by mail again and again; each who gets it sees in it what he may see."""

    class Every(models.TextChoices):
        DAY = "day", _("毎日")
        WEEK = "week", _("毎週")
        MONTH = "month", _("毎月")

    report = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    every = models.CharField(max_length=10, choices=Every.choices)
    day = models.PositiveSmallIntegerField(default=0)  # of the week (0 is Monday), of the month (1–31)
    at = models.TimeField()
    due_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.report} {self.every}"


class Delivery(models.Model):
    """One mail of a schedule to one person; the constraint holds that none is sent twice."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "user", "due_at"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.due_at}"
