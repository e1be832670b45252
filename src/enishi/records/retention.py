"""How long personal data is kept: who is due by the rules for it, and made anonymous when asked or by itself (Art. 22 of the law on the
protection of personal information, see `personal`). Whoever is still dealt with is not due."""

import datetime
import logging
from collections.abc import Iterator
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from enishi.access.models import User
from enishi.records import registry
from enishi.records.conditions import Scope, compile_condition
from enishi.records.entity import Entity
from enishi.records.errors import RecordError
from enishi.records.fields import Date, Moment
from enishi.records.models import Event, RetentionRule, Touched
from enishi.records.personal import anonymise

logger = logging.getLogger(__name__)


def due(rule: RetentionRule, today: datetime.date | None = None) -> QuerySet[Any]:
    """Persons with whom nobody has had to do for longer than the rule keeps them: no contact, no change, no next step, and nothing that
    points to them is unfinished, was changed since or has a day since (an order, a contract that runs)."""
    entity = registry.get(rule.entity)
    limit = timezone.make_aware(
        datetime.datetime.combine(
            (today or timezone.localdate()) - relativedelta(years=rule.years), datetime.time()
        )
    )
    rows: Any = entity.model._default_manager.filter(deleted_at=None, updated_at__lt=limit)
    if issubclass(entity.model, Touched):
        rows = rows.filter(next_step="").filter(Q(last_contact_at=None) | Q(last_contact_at__lt=limit))
    if entity.name == "account":
        rows = rows.filter(kind__in=("sole", "household"))
    for held in _holding(entity, limit):
        rows = rows.exclude(Exists(held))
    done = Event.objects.filter(entity=entity.name, record_id=OuterRef("pk"), kind="anonymised")
    waiting: QuerySet[Any] = rows.exclude(Exists(done))
    return waiting


def _holding(entity: Entity, limit: datetime.datetime) -> Iterator[QuerySet[Any]]:
    """Records that keep a person (the `pk` of the query around them): built-in and drawn, by whatever they point with."""
    for other in registry.whole_entities().values():
        living: Any = other.model._default_manager.filter(deleted_at=None)
        days = [one for one in other.fields.values() if isinstance(one, Date) and not isinstance(one, Moment)]
        recent = {
            "any": [
                {"field": one.name, "op": "gte", "value": timezone.localdate(limit).isoformat()}
                for one in days
            ]
        }
        kept = Q(updated_at__gte=limit) | other.unfinished()
        if days:
            kept |= compile_condition(other, recent, Scope(None, timezone.localdate()))
        for found in other.references:
            if found.to == entity.name and not found.custom:
                yield living.filter(kept, **{found.column: OuterRef("pk")})
        for tie in other.linked:
            if tie.to == entity.name:
                ties = tie.links().filter(**{f"{tie.there}_id": OuterRef("pk")})
                yield ties.filter(**{f"{tie.here}_id__in": living.filter(kept).values("pk")})


def run_rule(rule: RetentionRule, *, by: User, most: int = 1000) -> int:
    """Anonymises what is due; returns how many. Each by itself, so that what was done stays done."""
    entity = registry.get(rule.entity)
    count = 0
    for key in list(due(rule).order_by("pk").values_list("pk", flat=True)[:most]):
        try:
            anonymise(entity, key, by=by)
        except RecordError:  # who can't be anonymised keeps nobody behind him
            logger.exception("%s %s stays", entity.name, key)
            continue
        count += 1
    return count


def run_automatic() -> int:
    """What the rules that run by themselves have to do; each in the name of the admin who set it, as long as he is one."""
    count = 0
    for rule in RetentionRule.objects.filter(automatic=True).select_related("by"):
        if (
            registry.find(rule.entity) is not None
            and rule.by is not None
            and rule.by.is_active
            and rule.by.is_admin
        ):
            try:
                count += run_rule(rule, by=rule.by)
            except Exception:  # one rule's trouble keeps no other from its work
                logger.exception("retention rule of %s", rule.entity)
    return count
