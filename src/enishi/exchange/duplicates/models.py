"""Runs over the whole base, and the pairs they found."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.records.models import user_key


class DuplicateRun(models.Model):
    """A search for duplicates among all records of an entity: how far it is and what came of it."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("順番待ち")
        RUNNING = "running", _("調べています")
        DONE = "done", _("完了")
        FAILED = "failed", _("失敗")

    entity = models.CharField(max_length=40)
    user = user_key()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    asked_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    figures: Any = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity"],
                condition=models.Q(status__in=["queued", "running"]),
                name="duplicate_run_one",
            )
        ]
        indexes = [models.Index(fields=["entity", "-asked_at"], name="duplicate_run")]

    def __str__(self) -> str:
        return f"{self.entity} {self.asked_at:%Y-%m-%d %H:%M}"


class DuplicatePair(models.Model):
    """Two records that are likely the same, with the weight of each field; `low_id` is the smaller key, `cluster` the
    smallest key among all that hang together."""

    class Decision(models.TextChoices):
        AUTOMATIC = "automatic", _("同じとみてよい")
        ASK = "ask", _("確認が必要")

    class State(models.TextChoices):
        OPEN = "open", _("未確認")
        MERGED = "merged", _("統合済み")
        NOT_SAME = "not_same", _("別のもの")

    entity = models.CharField(max_length=40)
    low_id = models.BigIntegerField()
    high_id = models.BigIntegerField()
    cluster = models.BigIntegerField()
    score = models.FloatField()  # the probability that the two are one, 0 to 1
    decision = models.CharField(max_length=10, choices=Decision.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reasons: Any = models.JSONField(default=list)  # [{"field": name, "weight": bits, "level": word}]
    run = models.ForeignKey(DuplicateRun, models.SET_NULL, null=True, related_name="+")
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "low_id", "high_id"], name="duplicate_pair_once")
        ]
        indexes = [
            models.Index(fields=["entity", "state", "-score", "cluster"], name="duplicate_queue"),
            models.Index(fields=["entity", "cluster"], name="duplicate_cluster"),
            models.Index(fields=["entity", "high_id"], name="duplicate_high"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.low_id}–{self.high_id} {self.score:.3f}"
