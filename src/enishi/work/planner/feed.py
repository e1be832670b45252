"""One's own calendar as iCalendar (RFC 5545), for Google Calendar, Outlook, Thunderbird and telephones to read."""

import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from enishi.access.models import User
from enishi.records import registry
from enishi.records.fields.any_record import load_titles
from enishi.work.about import CONTACT_KINDS
from enishi.work.planner.entries import MOST, rows_between
from enishi.work.planner.route import places_of

BEFORE, AFTER = datetime.timedelta(days=90), datetime.timedelta(days=400)
USUAL = datetime.timedelta(hours=1)  # a visit's length where nobody wrote one
GOING = frozenset({"visit", "meeting"})  # what one goes somewhere for
NOTES = {"task": "note", "activity": "text"}
LONGEST = 2000  # characters of a note
EVERY = "PT1H"  # how often a reader should ask again


def calendar_of(user: User, today: datetime.date) -> bytes:
    """The open tasks of a person and what he did, from 90 days before to 400 days after `today`, as one VCALENDAR (UTF-8).

    A visit or meeting tells where it is (what it is about, or its account), each entry also the number to call and its note.
    What his role doesn't see isn't there; call it inside `limits.serving(user)`. Times are in UTC, whole days are dates, so that
    no reader needs a zone of ours. Keys of events stay the same for the life of a record. At most 1,000 of either kind: of tasks the
    nearest from today on before those that are late, of activities the latest. A fixed number of queries.
    """
    made = Calendar()
    made.add("prodid", "-//Enishi//Enishi//JA")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("Enishi（%(name)s）") % {"name": user})
    made.add("x-wr-timezone", settings.TIME_ZONE)
    made.add("x-published-ttl", EVERY)
    first, last = today - BEFORE, today + AFTER
    late, coming = (
        rows_between("task", "due_at", user, begin, end, "me", {"done_at": None})
        for begin, end in ((first, today - datetime.timedelta(days=1)), (today, last))
    )
    tasks = [*coming, *late][:MOST]
    done = rows_between("activity", "at", user, first, last, "me", {"kind__in": CONTACT_KINDS}, latest=True)[
        :MOST
    ]
    load_titles([*tasks, *done])
    seen = [*(tasks if _shows("task", "about") else ()), *(done if _shows("activity", "about") else ())]
    places = places_of(user, [one.about for one in seen])
    for task in tasks:
        made.add_component(
            _event("task", task, task.due_at, places, whole=task.all_day, length=_length("task", task))
        )
    for activity in done:
        made.add_component(
            _event("activity", activity, activity.at, places, length=_length("activity", activity))
        )
    return bytes(made.to_ical())


def _shows(name: str, field: str) -> bool:
    entity = registry.find(name)
    return entity is not None and field in entity.fields


def _length(name: str, record: Any) -> datetime.timedelta:
    """How long it takes, as far as somebody wrote it and the role shows it."""
    seen = "minutes" in registry.get(name).fields and record.minutes
    return datetime.timedelta(minutes=record.minutes) if seen else USUAL


def _event(
    name: str,
    record: Any,
    at: datetime.datetime,
    places: dict[str, tuple[str, str, str]],
    *,
    whole: bool = False,
    length: datetime.timedelta = USUAL,
) -> Event:
    entity = registry.get(name)
    about = record._about_titles.get(record.about, "") if "about" in entity.fields else ""
    title = entity.title(record)
    event = Event()
    event.add("uid", f"{name}-{record.pk}@{settings.PUBLIC_URL.rpartition('/')[2]}")
    event.add("dtstamp", record.updated_at.astimezone(datetime.UTC))
    event.add("last-modified", record.updated_at.astimezone(datetime.UTC))
    event.add("sequence", record.version)
    if whole:
        day = timezone.localtime(at).date()
        event.add("dtstart", day)
        event.add("dtend", day + datetime.timedelta(days=1))
    else:
        event.add("dtstart", at.astimezone(datetime.UTC))
        event.add("dtend", (at + length).astimezone(datetime.UTC))
    event.add("summary", f"{title}（{about}）" if about and about not in title else title)
    address = settings.PUBLIC_URL + entity.url(record.pk)
    event.add("url", address)
    _url, place, call = places.get(record.about, ("", "", "")) if "about" in entity.fields else ("", "", "")
    if place and "kind" in entity.fields and record.kind in GOING:
        event.add("location", place)
    note = getattr(record, NOTES[name]) if NOTES[name] in entity.fields else ""
    if note == title:
        note = ""
    lines = (_("電話：%(number)s") % {"number": call} if call else "", (note or "")[:LONGEST], address)
    event.add("description", "\n".join(line for line in lines if line))
    return event
