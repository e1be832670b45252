"""On which weekdays and days the company is closed."""

from django.db import models


class CompanyWeek(models.Model):
    """The weekdays on which the company is closed (0 Monday … 6 Sunday); one row at most, without it Saturday and Sunday."""

    weekdays = models.JSONField(default=list, blank=True)
    holidays = models.BooleanField(default=True)  # whether it is closed on national holidays too

    def __str__(self) -> str:
        return ",".join(str(one) for one in self.weekdays)


class DayOff(models.Model):
    """A day on which the company is closed, and why."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()
