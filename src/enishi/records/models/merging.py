"""What merging remembers: where old keys lead, and which records are not the same."""

from typing import Any

from django.db import models
from django.utils import timezone

from enishi.records.models.core import Operation, user_key


class Forward(models.Model):
    """A record that was merged into another: whoever asks for the old key is led to the new one."""

    entity = models.CharField(max_length=40)
    old_id = models.BigIntegerField()
    new_id = models.BigIntegerField()
    operation = models.ForeignKey(Operation, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "old_id"], name="forward_once")]
        indexes = [models.Index(fields=["entity", "new_id"], name="forward_new")]

    def __str__(self) -> str:
        return f"{self.entity} {self.old_id} → {self.new_id}"


class NotSame(models.Model):
    """Two records of which a person said that they are not the same; `low_id` is the smaller key."""

    entity = models.CharField(max_length=40)
    low_id = models.BigIntegerField()
    high_id = models.BigIntegerField()
    by = user_key()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "low_id", "high_id"], name="not_same_once"),
            models.CheckConstraint(condition=models.Q(low_id__lt=models.F("high_id")), name="not_same_order"),
        ]
        indexes = [models.Index(fields=["entity", "high_id"], name="not_same_high")]

    def __str__(self) -> str:
        return f"{self.entity} {self.low_id} ≠ {self.high_id}"


class MergedRow(models.Model):
    """Rows of one table that a merge changed in the same way, as they were before and after.

    `before` is empty for rows that the merge made, `after` for those that it took away. Taking the merge back puts every
    row back to what it was (`records.unmerge`).
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="+")
    entity = models.CharField(max_length=40)  # whose records were merged …
    survivor = models.BigIntegerField()  # … and into which: the parts of an operation of many merges
    model = models.CharField(max_length=80)
    keys: Any = models.JSONField()
    before: Any = models.JSONField(null=True)
    after: Any = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["operation", "id"], name="merged_row_operation"),
            models.Index(fields=["entity", "survivor"], name="merged_row_survivor"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.keys}"


class MergeRule(models.Model):
    """Whether what is surely the same is merged by the worker after a search for duplicates; off where there is none."""

    entity = models.CharField(max_length=40, unique=True)
    automatic = models.BooleanField(default=False)
    by = user_key()
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.entity}: {self.automatic}"
