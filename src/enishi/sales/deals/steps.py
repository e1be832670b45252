"""The way of a deal through its stages: when it came into which, how many days it stayed, where it went back. Read from its events."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from enishi.records.models import Event
from enishi.sales.models import Deal, Stage

SHOWN = 8  # the last steps; those before are folded


@dataclass
class Stay:
    """A stage in which a deal stands or stood.

    Args:
        until: when it left; None where it stands there still.
        back: it came here from a later stage of the same pipeline.
        by: who moved it here; empty for where it began.
    """

    stage: int
    name: str
    outcome: str
    since: datetime.datetime
    until: datetime.datetime | None
    days: int
    back: bool
    by: str


def stays(record: Deal) -> list[Stay]:
    """The stages in their order, in two queries."""
    rows = Event.objects.filter(entity="deal", record_id=record.pk, kind="stage").order_by("version", "pk")
    found = [event for event in rows.select_related("actor") if "stage" in event.data.get("changes", {})]
    begun = found[0].data["changes"]["stage"][0] if found else record.stage_id
    names = found[0].data.get("labels", {}).get("stage", ["", ""]) if found else ["", ""]
    # Nobody moved it here: it came so, in a file or from before what is kept.
    since = record.created_at if found else max(record.created_at, record.stage_changed_at)
    way: list[tuple[Any, str, datetime.datetime, str]] = [(begun, names[0], since, "")]
    for event in found:
        words = event.data.get("labels", {}).get("stage", ["", ""])
        way.append((event.data["changes"]["stage"][1], words[1], event.at, str(event.actor or "")))
    known = Stage.objects.in_bulk({key for key, *_rest in way if key})
    made: list[Stay] = []
    for place, (key, name, since, by) in enumerate(way):
        stage, before = known.get(key), known.get(way[place - 1][0]) if place else None
        until = way[place + 1][2] if place + 1 < len(way) else None
        back = bool(
            stage and before and stage.pipeline_id == before.pipeline_id and stage.position < before.position
        )
        days = max(0, ((until or timezone.now()) - since).days)
        shown, outcome = (str(stage), stage.outcome) if stage else (name, "open")
        made.append(Stay(key, shown, outcome, since, until, days, back, by))
    return made


def way_of(record: Deal) -> dict[str, Any]:
    """What the card shows: the last steps and those before them, how often the deal went back, how long it has taken altogether (to its
    end, where it has one)."""
    found = stays(record)
    last = found[-1]
    end = (record.closed_at or last.since) if last.outcome in {"won", "lost"} else timezone.now()
    return {
        "last": found[-SHOWN:], "before": found[:-SHOWN], "backs": sum(one.back for one in found),
        "total": max(0, (end - record.created_at).days), "ended": last.outcome in {"won", "lost"}, "count": len(found) - 1,
    }  # fmt: skip
