"""What users are called. Every list shows it, and it hardly ever changes: kept for some seconds."""

import time
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from enishi.access.models import User
from enishi.japanese.text import fold

KEEP_SECONDS = 5
_kept: list[tuple[float, dict[int, str]]] = []
_known: list[tuple[float, dict[str, list[int]], dict[str, list[int]]]] = []


def user_names() -> dict[int, str]:
    """Names of all users by key, of leavers too; those without a name are called by their address."""
    now = time.monotonic()
    if not _kept or now - _kept[0][0] > KEEP_SECONDS:
        rows = User.objects.order_by().values_list("pk", "name", "email")
        _kept[:] = [(now, {key: name or email for key, name, email in rows})]
    return _kept[0][1]


def same_name(text: str) -> list[int]:
    """Keys of the active users whom a sheet or a person means by this: by address or whole name, else by family name."""
    now, folded = time.monotonic(), fold(text)
    if not _known or now - _known[0][0] > KEEP_SECONDS:
        exact: dict[str, list[int]] = {}
        family: dict[str, list[int]] = {}
        for key, name, email in User.objects.filter(is_active=True).values_list("pk", "name", "email"):
            for word in {fold(email), fold(name), fold("".join(name.split()))}:
                exact.setdefault(word, []).append(key)
            if name.split():
                family.setdefault(fold(name.split()[0]), []).append(key)
        _known[:] = [(now, exact, family)]
    return _known[0][1].get(folded) or _known[0][2].get(folded, [])


@receiver([post_save, post_delete], sender=User)
def forget(**_more: Any) -> None:
    """A change made here is seen here at once."""
    _kept.clear()
    _known.clear()
