"""What merging remembers: where old keys lead, and which records are not the same."""

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
