"""The one way out: every read starts here."""

from collections.abc import Hashable
from typing import Any

from django.db.models import QuerySet

from enishi.access.models import User
from enishi.records.entity import Entity
from enishi.records.errors import NotAllowed, NotFound
from enishi.records.prepared import first
from enishi.records.registry import design_number


def visible(entity: Entity, user: User) -> QuerySet[Any]:
    """The living records of an entity that this person may see."""
    return (
        entity.model._default_manager.filter(deleted_at=None)
        if user.is_active
        else entity.model._default_manager.none()
    )


def seen_as(entity: Entity, user: User) -> Hashable:
    """What of the person decides how `visible` asks: those for whom it is the same see the same records."""
    return user.is_active


def in_bin(entity: Entity, user: User) -> QuerySet[Any]:
    """Deleted records that still rest in the bin."""
    if not user.is_active:
        return entity.model._default_manager.none()
    return entity.model._default_manager.filter(deleted_at__isnull=False)


def one(entity: Entity, user: User, record_id: int, *, deleted: bool = False) -> Any:
    """A single record, with what its references point to.

    Raises:
        NotFound: there is none that this person may see (the same answer for both, so that keys tell nothing).
    """
    record = None
    if 0 < record_id < 2**63:
        shape = "one", entity.model, design_number(), seen_as(entity, user), deleted
        rows = in_bin if deleted else visible
        record = first(
            shape, lambda key: rows(entity, user).filter(pk=key).select_related(*entity.pointers), record_id
        )
    if record is None:
        raise NotFound
    return record


def require(user: User, action: str, entity: Entity | None = None) -> None:
    """Refuses what the person's role does not allow.

    Args:
        action: see, create, change, delete, export, import, admin.

    Raises:
        NotAllowed
    """
    from enishi.access.rights import may

    writes = action in {"create", "change", "delete", "import"}
    if not may(user, action, entity.name if entity else None) or (
        entity is not None and entity.admin_only and writes and not user.is_admin
    ):
        raise NotAllowed
