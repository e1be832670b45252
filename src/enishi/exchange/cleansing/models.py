"""Searches for what might be tidied, what they found, what people agreed to and what they want left as it is.

Of a proposal nothing is kept but whose it is and a keyed digest of the values before and after: the rules are pure, so what
they propose is computed again where it is shown or agreed to, and no name or number lies in a table of its own.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.records.models import Operation, user_key


class Work(models.TextChoices):
    """How far a piece of the worker's work is."""

    QUEUED = "queued", _("順番待ち")
    RUNNING = "running", _("進行中")
    DONE = "done", _("完了")
    FAILED = "failed", _("失敗")
    UNDOING = "undoing", _("取り消し中")
    UNDONE = "undone", _("取り消しました")


class Cleansing(models.Model):
    """One search: over which records, how far it is. `scope` lists {"entity", "query", "ids"}; `place` says which of them the
    worker is at and behind which key."""

    user = user_key()
    asked_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Work.choices, default=Work.QUEUED)
    scope: Any = models.JSONField(default=list)
    house = models.CharField(max_length=10, default="hyphen", blank=True)
    place: Any = models.JSONField(default=dict)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["user", "-asked_at"], name="cleansing_of_user")]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class CleansingLine(models.Model):
    """What one rule proposes for one field: a line on the page. What may be agreed to unseen and what may not are two lines."""

    cleansing = models.ForeignKey(Cleansing, models.CASCADE, related_name="lines")
    entity = models.CharField(max_length=40)
    field = models.CharField(max_length=60)
    rule = models.CharField(max_length=30)
    sure = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cleansing", "entity", "field", "rule", "sure"], name="cleansing_line_once")
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.entity}.{self.field} {self.rule}"


class CleansingRow(models.Model):
    """A record to which a line applies."""

    line = models.ForeignKey(CleansingLine, models.CASCADE, related_name="rows", db_index=False)
    record_id = models.BigIntegerField()
    digest = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "record_id"], name="cleansing_row_once")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.record_id}"


class CleansingIgnored(models.Model):
    """What shall stay as it is: one record's value, for everybody until it changes; or (without a record) a line, for the one
    who doesn't want to be asked."""

    entity = models.CharField(max_length=40)
    field = models.CharField(max_length=60)
    rule = models.CharField(max_length=30)
    record_id = models.BigIntegerField(null=True)
    digest = models.BigIntegerField(default=0)
    user = user_key()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "record_id", "field", "rule", "digest"], condition=Q(record_id__isnull=False), name="cleansing_ignored_once"),
            models.UniqueConstraint(fields=["user", "entity", "field", "rule"], condition=Q(record_id__isnull=True), name="cleansing_line_ignored_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.entity}.{self.field} {self.rule}"


class CleansingFix(models.Model):
    """What somebody agreed to: the rows of a line (all, or `ids`), done by the worker where they are many; one operation."""

    line = models.ForeignKey(CleansingLine, models.CASCADE, related_name="fixes")
    user = user_key()
    asked_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Work.choices, default=Work.QUEUED)
    ids: Any = models.JSONField(null=True)
    operation = models.ForeignKey(Operation, models.SET_NULL, null=True, related_name="+")
    after = models.BigIntegerField(default=0)
    seen = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    written = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(
        default=0
    )  # since the search by others: looked at anew, not written
    refused: Any = models.JSONField(default=list)  # messages of rules that speak against it
    refused_count = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.line_id} {self.status}"
