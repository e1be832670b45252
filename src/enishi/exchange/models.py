"""Imports under way and done."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.exchange.asking.models import WaitingRow
from enishi.exchange.cleansing.models import (
    Cleansing,
    CleansingFix,
    CleansingIgnored,
    CleansingLine,
    CleansingRow,
)
from enishi.exchange.duplicates.models import DuplicatePair, DuplicateRun
from enishi.exchange.roundtrip.models import ReturnedRow, SentRow, SentSheet
from enishi.records.models import Operation, user_key

__all__ = [
    "Cleansing", "CleansingFix", "CleansingIgnored", "CleansingLine", "CleansingRow", "DuplicatePair", "DuplicateRun", "ImportJob",
    "RefusedRow", "ReturnedRow", "SentRow", "SentSheet", "WaitingRow",
]  # fmt: skip


class ImportJob(models.Model):
    """A file on its way in: what it is, how its columns are read, how far it is and what came of it."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("確認中")
        QUEUED = "queued", _("順番待ち")
        RUNNING = "running", _("取り込み中")
        DONE = "done", _("完了")
        FAILED = "failed", _("失敗")
        UNDOING = "undoing", _("取り消し中")
        UNDONE = "undone", _("取り消しました")

    user = user_key()
    created_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=255)
    path = models.CharField(max_length=300)
    entity = models.CharField(max_length=40, blank=True)
    plan: Any = models.JSONField(default=dict)  # see mapping.Plan.to_json
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    figures: Any = models.JSONField(default=dict)
    refused_path = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    beat_at = models.DateTimeField(null=True)
    operation = models.ForeignKey(Operation, models.SET_NULL, null=True)
    rest = models.CharField(
        max_length=4, blank=True
    )  # the answer that the worker is giving to all waiting rows

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class RefusedRow(models.Model):
    """A row that could not come in, with the reason."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="refused_rows")
    number = models.PositiveIntegerField()
    cells: Any = models.JSONField()
    reason = models.TextField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"
