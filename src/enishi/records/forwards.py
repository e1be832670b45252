"""Where merged records went, and which records somebody said are not the same."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.kit.hooks import Hook
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.models import Forward, NotSame
from enishi.records.visible import require, visible

MOST_TOLD = 50
told_apart = Hook("told apart")  # entity, pairs, apart: somebody said so, or took it back


# --- merged -----------------------------------------------------------------------------------------
def lead(entity: Entity, keys: Iterable[int]) -> dict[int, int]:
    """Of these keys those of merged records, and where they went; chains are followed to their end."""
    made: dict[int, int] = {}
    asked = set(keys)
    while asked:
        rows = dict(
            Forward.objects.filter(entity=entity.name, old_id__in=asked).values_list("old_id", "new_id")
        )
        fresh = {old: new for old, new in rows.items() if old not in made}
        made |= fresh
        asked = set(fresh.values()) - set(made)
    return {old: _end(made, old) for old in made}


def _end(steps: dict[int, int], key: int) -> int:
    seen = {key}
    while key in steps and steps[key] not in seen:
        key = steps[key]
        seen.add(key)
    return key


def merged_into(entity: Entity, record_id: int) -> list[int]:
    """The keys of the records that became this one."""
    rows = Forward.objects.filter(entity=entity.name, new_id=record_id)
    return list(rows.order_by("old_id").values_list("old_id", flat=True))


def survivors(entity: Entity, rows: Any, user: User) -> dict[int, Any]:
    """Of merged records (a queryset of them) the ones that they became and the person sees, by the old key."""
    old = list(rows.filter(deleted_at__isnull=False).values_list("pk", flat=True)[:10_000])
    led = lead(entity, old)
    found = visible(entity, user).in_bulk(set(led.values()))
    return {key: found[to] for key, to in led.items() if to in found}


# --- not the same -----------------------------------------------------------------------------------
def pairs_of(keys: Sequence[int]) -> list[tuple[int, int]]:
    """Every pair of these keys, the smaller one first."""
    ordered = sorted(set(keys))
    return [(low, high) for place, low in enumerate(ordered) for high in ordered[place + 1 :]]


def say_not_same(entity: Entity, keys: Sequence[int], *, by: User) -> int:
    """Keeps that these are all different; returns how many pairs that is.

    Raises:
        NotAllowed, NotFound: the person doesn't see one of them; Refused
    """
    with transaction.atomic():
        pairs = _seen_pairs(entity, keys, by)
        rows = [NotSame(entity=entity.name, low_id=low, high_id=high, by=by) for low, high in pairs]
        NotSame.objects.bulk_create(rows, ignore_conflicts=True)
        told_apart.send(entity=entity, pairs=pairs, apart=True)
    return len(pairs)


def take_back_not_same(entity: Entity, keys: Sequence[int], *, by: User) -> int:
    """They may be proposed as the same again.

    Raises:
        NotAllowed, NotFound, Refused
    """
    with transaction.atomic():
        pairs = _seen_pairs(entity, keys, by)
        gone = 0
        for low, high in pairs:
            gone += NotSame.objects.filter(entity=entity.name, low_id=low, high_id=high).delete()[0]
        told_apart.send(entity=entity, pairs=pairs, apart=False)
    return gone


def _seen_pairs(entity: Entity, keys: Sequence[int], by: User) -> list[tuple[int, int]]:
    wanted = {key for key in keys if 0 < key < 2**63}
    if not 2 <= len(wanted) <= MOST_TOLD:
        raise Refused({"": [_("2件から%(most)d件までを選んでください。") % {"most": MOST_TOLD}]})
    require(by, "change", entity)
    rows = list(visible(entity, by).filter(pk__in=wanted))
    if len(rows) != len(wanted):
        raise NotFound
    require(by, "change", entity, *rows)
    return pairs_of(list(wanted))


def not_same_as(entity: Entity, key: int) -> set[int]:
    """The records of which somebody said that they are not this one."""
    rows = NotSame.objects.filter(Q(low_id=key) | Q(high_id=key), entity=entity.name)
    return {high if low == key else low for low, high in rows.values_list("low_id", "high_id")}


def told_not_same(entity: Entity, keys: Sequence[int]) -> set[tuple[int, int]]:
    """Of these records the pairs of which somebody said that they are not the same."""
    rows = NotSame.objects.filter(entity=entity.name, low_id__in=keys, high_id__in=keys)
    return set(rows.values_list("low_id", "high_id"))
