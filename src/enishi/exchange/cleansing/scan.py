"""The search itself: in batches by key, each stored together with how far it is, so that a killed one goes on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange.cleansing.looking import Found, LineKey, Looker, may_tidy, tidied_entities
from enishi.exchange.cleansing.models import Cleansing, CleansingIgnored, CleansingLine, CleansingRow, Work
from enishi.exchange.importing import Turns
from enishi.japanese.tidy.proposals import Wishes
from enishi.records import limits, registry
from enishi.records.entity import Entity
from enishi.records.errors import NotAllowed, RecordError, Refused
from enishi.records.lists import ListState
from enishi.records.rows import insert_rows, new
from enishi.records.visible import require, visible, within

BATCH = 1000
AT_ONCE = 500  # records that are looked at while the person waits
MOST_KEPT = 10  # searches of one person


def begin(
    user: User,
    *,
    entity: Entity | None = None,
    query: str = "",
    ids: Sequence[int] = (),
    house: str = "hyphen",
) -> Cleansing:
    """A search over a list (its address), over ticked records, or over everything that the person may change; small ones are
    done at once, others wait for the worker.

    Raises:
        NotAllowed, Refused, BadCondition
    """
    if entity is not None:
        require(user, "change", entity)
    entities = [entity] if entity is not None else tidied_entities(user)
    if not entities:
        raise NotAllowed
    if house not in {"hyphen", "words", ""}:
        raise Refused({"house": [_("番地の書き方を選んでください。")]})
    scope = [
        {"entity": one.name, "query": query if one is entity else "", "ids": sorted(set(ids)) if one is entity else []}
        for one in entities
    ]  # fmt: skip
    total = sum(rows_of(one, user, part).count() for one, part in zip(entities, scope, strict=True))
    with transaction.atomic():
        made = Cleansing.objects.create(user=user, scope=scope, house=house, total=total)
        older = Cleansing.objects.filter(user=user).values_list("pk", flat=True)[MOST_KEPT:]
        Cleansing.objects.filter(pk__in=list(older)).delete()
        if total > AT_ONCE:
            from enishi.exchange.cleansing import tasks

            tasks.scan.enqueue(made.pk)
    return run(made) if total <= AT_ONCE else made


def rows_of(entity: Entity, user: User, part: Mapping[str, Any]) -> Any:
    """The records of one part of a scope that the person may change.

    Raises:
        BadCondition
    """
    if part["ids"]:
        return visible(entity, user, "change").filter(pk__in=part["ids"])
    return within(entity, user, ListState.of(entity, user, QueryDict(part["query"])).queryset(), "change")


def run(cleansing: Cleansing) -> Cleansing:
    """Looks at all records of the scope, or goes on where it was killed; a reason ends it, never a traceback for the person."""
    assert cleansing.user is not None
    try:
        with limits.serving(cleansing.user):
            _run(cleansing, cleansing.user)
    except RecordError as error:
        _fail(cleansing, str(error))
    except Exception:
        _fail(cleansing, _("調べている途中で問題が起きました。もう一度お試しください。くわしくは管理者が記録（enishi.log）を見てください。"))  # fmt: skip
        raise
    return cleansing


def _fail(cleansing: Cleansing, text: str) -> None:
    cleansing.status, cleansing.error = Work.FAILED, text
    cleansing.save(update_fields=["status", "error"])


def _run(cleansing: Cleansing, user: User) -> None:
    cleansing.status, cleansing.beat_at = Work.RUNNING, timezone.now()
    cleansing.save(update_fields=["status", "beat_at"])
    turns = Turns()
    for number, part in enumerate(cleansing.scope):
        entity = registry.find(part["entity"])
        if number < cleansing.place.get("part", 0) or entity is None or not may_tidy(entity, user):
            continue
        after = cleansing.place.get("after", 0) if number == cleansing.place.get("part", 0) else 0
        scanner = Scanner(cleansing, entity)
        while True:
            records = list(rows_of(entity, user, part).filter(pk__gt=after).order_by("pk")[:BATCH])
            if not records:
                break
            after = records[-1].pk
            found = scanner.look(records)
            with turns.turn(), transaction.atomic():
                scanner.store(found)
                cleansing.done += len(records)
                cleansing.total = max(cleansing.total, cleansing.done)
                cleansing.place, cleansing.beat_at = {"part": number, "after": after}, timezone.now()
                cleansing.save(update_fields=["done", "total", "place", "beat_at"])
    cleansing.status = Work.DONE
    cleansing.save(update_fields=["status"])


class Scanner:
    """Looks at records of one entity and keeps what is proposed for them, but for what shall stay as it is."""

    def __init__(self, cleansing: Cleansing, entity: Entity) -> None:
        self.cleansing, self.entity = cleansing, entity
        self.looker = Looker(entity, wishes_of(cleansing))
        self.lines: dict[LineKey, CleansingLine] = {
            (one.field, one.rule, one.sure): one for one in cleansing.lines.filter(entity=entity.name)
        }

    def look(self, records: Sequence[Any]) -> list[tuple[int, Found]]:
        """Proposals by record."""
        kept = {
            (one.record_id, one.field, one.rule, one.digest)
            for one in CleansingIgnored.objects.filter(
                entity=self.entity.name, record_id__in=[record.pk for record in records]
            )
        }
        made = []
        for record in records:
            for found in self.looker.look(record):
                if not kept or (record.pk, found.field, found.rule, found.digest) not in kept:
                    made.append((record.pk, found))
        return made

    def store(self, found: Sequence[tuple[int, Found]]) -> None:
        """Keeps them; must run in a transaction."""
        rows = []
        for record_id, one in found:
            line = self.lines.get(one.key)
            if line is None:
                line, _new = CleansingLine.objects.get_or_create(
                    cleansing=self.cleansing, entity=self.entity.name, field=one.field, rule=one.rule, sure=one.sure
                )  # fmt: skip
                self.lines[one.key] = line
            rows.append(new(CleansingRow, line_id=line.pk, record_id=record_id, digest=one.digest))
        insert_rows(CleansingRow, rows)

    def again(self, records: Sequence[Any]) -> None:
        """Looks anew at records that have changed; must run in a transaction."""
        keys = [record.pk for record in records]
        lines = CleansingLine.objects.filter(cleansing=self.cleansing, entity=self.entity.name)
        CleansingRow.objects.filter(line__in=list(lines), record_id__in=keys).delete()
        self.store(self.look(records))


def wishes_of(cleansing: Cleansing) -> Wishes:
    """What was chosen when the search began."""
    return Wishes(house=cleansing.house)  # type: ignore[arg-type]


def last_wish() -> str:
    """How the company wanted house numbers the last time."""
    return Cleansing.objects.order_by("-pk").values_list("house", flat=True).first() or "hyphen"


def described(cleansing: Cleansing) -> list[dict[str, Any]]:
    """The scope for people: entity, and the address of the list where it was not all of it."""
    made = []
    for part in cleansing.scope:
        entity = registry.find(part["entity"])
        if entity is not None:
            narrowed = bool(part["query"]) and any(QueryDict(part["query"]).get(one) for one in ("filter", "q", "preset", "view"))  # fmt: skip
            url = f"{entity.list_url}?{part['query']}" if narrowed else entity.list_url
            made.append({"entity": entity, "url": url, "narrowed": narrowed, "ticked": len(part["ids"])})
    return made
