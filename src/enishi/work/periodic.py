"""Reminders; lines of 今日 that are over."""

from django.utils import timezone

from enishi.kit.periodic import every
from enishi.work import views
from enishi.work.models import Attended


@every(minutes=1)
def remind() -> None:
    """Puts due reminders under the bells."""
    views.remind()


@every(minutes=24 * 60)
def forget_attended() -> None:
    """Forgets which lines of past days somebody has seen to."""
    Attended.objects.filter(until__lt=timezone.localdate()).delete()
