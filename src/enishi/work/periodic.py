"""Reminders."""

from enishi.kit.periodic import every
from enishi.work import views


@every(minutes=1)
def remind() -> None:
    """Puts due reminders under the bells."""
    views.remind()
