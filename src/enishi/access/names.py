"""What users are called. Every list shows it, and it hardly ever changes: kept for some seconds."""

import time
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from enishi.access.models import User

KEEP_SECONDS = 5
_kept: list[tuple[float, dict[int, str]]] = []


def user_names() -> dict[int, str]:
    """Names of all users by key, of leavers too; those without a name are called by their address."""
    now = time.monotonic()
    if not _kept or now - _kept[0][0] > KEEP_SECONDS:
        rows = User.objects.order_by().values_list("pk", "name", "email")
        _kept[:] = [(now, {key: name or email for key, name, email in rows})]
    return _kept[0][1]


@receiver([post_save, post_delete], sender=User)
def forget(**_more: Any) -> None:
    """A change made here is seen here at once."""
    _kept.clear()
