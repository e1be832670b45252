"""The bin: deleted records rest 30 days, then they are gone for good."""

import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import PROTECT, Q, QuerySet
from django.utils import timezone

from enishi.records import registry, search
from enishi.records.models import Attachment, Event, EventSubject, Forward, Link, MergedRow, NotSame

KEEP_DAYS = 30


def empty_old(now: datetime.datetime | None = None) -> int:
    """Erases what has rested longer than 30 days, with its events, links and files; returns how many records."""
    limit = (now or timezone.now()) - datetime.timedelta(days=KEEP_DAYS)
    erased = 0
    _erase_files(Attachment.objects.filter(deleted_at__lt=limit))
    # The highest numbers first: tasks and affiliations go before the accounts they point to.
    for entity in reversed(registry.all_entities()):
        old = entity.model._default_manager.filter(deleted_at__lt=limit)
        # A merged record stays as long as the one that it became: its history is that one's.
        led = Forward.objects.filter(entity=entity.name)
        old = old.exclude(pk__in=led.values("old_id"))
        for held in entity.model._meta.related_objects:
            if held.on_delete is PROTECT:  # a stage stays as long as a deal stands on it
                old = old.exclude(pk__in=held.related_model._default_manager.values(held.field.attname))
        while True:
            keys = list(old.order_by("pk").values_list("pk", flat=True)[:500])
            if not keys:
                break
            with transaction.atomic():
                keys += led.filter(new_id__in=keys).values_list("old_id", flat=True)
                search.forget(entity, keys)
                EventSubject.objects.filter(entity=entity.name, record_id__in=keys).delete()
                Event.objects.filter(entity=entity.name, record_id__in=keys).delete()
                Link.objects.filter(from_entity=entity.name, from_id__in=keys).delete()
                Link.objects.filter(to_entity=entity.name, to_id__in=keys).delete()
                entity.model._default_manager.filter(pk__in=keys).delete()
                led.filter(old_id__in=keys).delete()
                told = NotSame.objects.filter(entity=entity.name)
                told.filter(Q(low_id__in=keys) | Q(high_id__in=keys)).delete()
                MergedRow.objects.filter(entity=entity.name, survivor__in=keys).delete()
            _erase_files(Attachment.objects.filter(entity=entity.name, record_id__in=keys))
            erased += len(keys)
    return erased


def _erase_files(rows: QuerySet[Attachment]) -> None:
    """The bytes first: what is broken off here is found again the next time."""
    for one in rows:
        (Path(settings.MEDIA_ROOT) / one.path).unlink(missing_ok=True)
        one.delete()
