"""Handovers: planned, under way and done."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.records.models.core import Operation, user_key


class Handover(models.Model):
    """What one person looks after, on its way to others. `plan`: how, to (user keys), areas (prefecture → key), entities."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("予定")
        RUNNING = "running", _("引継ぎ中")
        DONE = "done", _("完了")
        FAILED = "failed", _("できませんでした")
        CANCELLED = "cancelled", _("取りやめ")
        UNDOING = "undoing", _("取り消し中")
        UNDONE = "undone", _("取り消しました")

    class Problem(models.TextChoices):
        RECEIVER = (
            "receiver",
            _("引き継ぐ人の中に、今は利用していない人がいます。人を選び直して、もう一度予定してください。"),
        )
        PLANNER = "planner", _("予定した人が、今は管理者ではありません。管理者がもう一度予定してください。")

    person = user_key()
    by = user_key()
    on = models.DateField()
    plan: Any = models.JSONField(default=dict)
    figures: Any = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    operation = models.ForeignKey(Operation, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.person} {self.on}"

    @property
    def problem(self) -> str:
        """Why it was not done, in words."""
        held = self.figures.get("problem", "")
        return str(self.Problem(held).label) if held in self.Problem.values else str(held)
