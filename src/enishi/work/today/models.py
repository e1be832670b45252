"""Lines of 今日 that somebody has seen to and that no task or activity takes away: birthdays, dates coming near."""

import datetime
from typing import Any

from django.conf import settings
from django.db import models


class Attended(models.Model):
    """A person has seen to a line; it stays away until the day it would come up again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(
        max_length=80
    )  # "birthday:12:20261201", "contract:7:20270131": the line and its day
    until = models.DateField()  # the last day on which the line would show

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="attended_once")]
        indexes = [models.Index(fields=["until"], name="attended_until")]

    def __str__(self) -> str:
        return self.key


def attended(user: Any, today: datetime.date) -> set[str]:
    """The keys of the lines that a person has seen to."""
    return set(Attended.objects.filter(user=user, until__gte=today).values_list("key", flat=True))
