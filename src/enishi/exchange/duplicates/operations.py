"""Runs over the whole base."""

from enishi.access.models import User
from enishi.exchange.duplicates.models import DuplicateRun
from enishi.records.entity import Entity


def start(entity: Entity, by: User) -> DuplicateRun:
    """Queues a search for duplicates among all records of an entity."""
    return DuplicateRun.objects.create(entity=entity.name, user=by)
