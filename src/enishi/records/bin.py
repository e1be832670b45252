"""The bin: deleted records rest 30 days, then they are gone for good."""

import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from enishi.records import registry, search
from enishi.records.models import Attachment, Event, EventSubject, Link

KEEP_DAYS = 30


def empty_old(now: datetime.datetime | None = None) -> int:
    """Erases what has rested longer than 30 days, with its events, links and files; returns how many records."""
    limit = (now or timezone.now()) - datetime.timedelta(days=KEEP_DAYS)
    erased = 0
    # The highest numbers first: tasks and affiliations go before the accounts they point to.
    for entity in reversed(registry.all_entities()):
        while True:
            keys = list(
                entity.model._default_manager.filter(deleted_at__lt=limit).values_list("pk", flat=True)[:500]
            )
            if not keys:
                break
            with transaction.atomic():
                search.forget(entity, keys)
                EventSubject.objects.filter(entity=entity.name, record_id__in=keys).delete()
                Event.objects.filter(entity=entity.name, record_id__in=keys).delete()
                Link.objects.filter(from_entity=entity.name, from_id__in=keys).delete()
                Link.objects.filter(to_entity=entity.name, to_id__in=keys).delete()
                files = list(Attachment.objects.filter(entity=entity.name, record_id__in=keys))
                Attachment.objects.filter(pk__in=[one.pk for one in files]).delete()
                entity.model._default_manager.filter(pk__in=keys).delete()
            for one in files:
                (Path(settings.MEDIA_ROOT) / one.path).unlink(missing_ok=True)
            erased += len(keys)
    return erased
