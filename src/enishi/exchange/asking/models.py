"""Rows of an import that wait for a person to say whom they mean."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.records.models import user_key


class WaitingRow(models.Model):
    """A row that may mean somebody who is known. It is stored once somebody has answered.

    `keys` are the records that it has already (the company that its person belongs to), `alike` is the same for rows that ask
    the same question, so that one answer does for all of them.
    """

    class State(models.TextChoices):
        OPEN = "open", _("未回答")
        SAME = "same", _("同じ")
        NEW = "new", _("別")
        SKIP = "skip", _("とばした")

    job = models.ForeignKey("exchange.ImportJob", models.CASCADE, related_name="waiting_rows")
    number = models.PositiveIntegerField()
    cells: Any = models.JSONField()
    entity = models.CharField(max_length=40)
    candidates: Any = models.JSONField(
        default=list
    )  # [{"id": key, "score": 0–100, "reasons": [[word, points]…]}…]
    keys: Any = models.JSONField(default=dict)  # entity → key
    alike = models.CharField(max_length=40)
    state = models.CharField(max_length=4, choices=State.choices, default=State.OPEN)
    record_id = models.BigIntegerField(null=True)  # of the candidate that is the same
    answered_by = user_key(db_index=False)
    answered_at = models.DateTimeField(null=True)
    events: Any = models.JSONField(default=list)  # what the answer did, newest first

    class Meta:
        ordering = ["number", "pk"]
        indexes = [
            models.Index(fields=["job", "state", "number"], name="waiting_next"),
            models.Index(fields=["job", "alike", "state"], name="waiting_alike"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.entity}"
