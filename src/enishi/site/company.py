"""Whose ledger this is. Every page shows it, and it hardly ever changes: kept for some seconds."""

import time
from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from enishi.japanese.text import clean
from enishi.site.models import Company

KEEP_SECONDS = 5
LONGEST = 80
_kept: list[tuple[float, str]] = []


def company_name() -> str:
    """The name as an admin set it, else the installation's (ENISHI_COMPANY)."""
    now = time.monotonic()
    if not _kept or now - _kept[0][0] > KEEP_SECONDS:
        name = Company.objects.filter(pk=1).values_list("name", flat=True).first()
        _kept[:] = [(now, name or settings.COMPANY_NAME)]
    return _kept[0][1]


def rename(name: str) -> None:
    """Sets the name; nothing gives back the installation's."""
    Company.objects.update_or_create(pk=1, defaults={"name": clean(name).strip()[:LONGEST]})


@receiver([post_save, post_delete], sender=Company)
def forget(**_more: Any) -> None:
    """A change made here is seen here at once."""
    _kept.clear()
