"""The day's visits in order of time, each with its address and telephone number, and one link that leads past all of them."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.access.models import User
from enishi.japanese.calendar import format_date
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields.any_record import load_titles, parse
from enishi.records.pages.base import day_of, handled, person
from enishi.records.visible import visible
from enishi.work.daysoff.days import company_days
from enishi.work.planner.columns import clock
from enishi.work.planner.entries import rows_between
from enishi.work.planner.views import FIRST, LAST

ADDRESS = {"prefecture", "address", "building"}
STOPS = 10  # Google Maps takes nine stops on the way and the last one
MAPS = "https://www.google.com/maps"


@dataclass
class Stop:
    """One visit."""

    time: str
    title: str
    url: str
    key: int
    about: str = ""
    about_url: str = ""
    address: str = ""
    call: str = ""
    records: bool = False

    @property
    def map_url(self) -> str:
        """The place on Google Maps; opened by a tap only."""
        return f"{MAPS}/search/?{urlencode({'api': 1, 'query': self.address})}"

    @property
    def geo_url(self) -> str:
        """The place for whatever map program the telephone has (RFC 5870, with the query that Android reads)."""
        return f"geo:0,0?{urlencode({'q': self.address})}"


@require_GET
@handled
def route_page(request: HttpRequest) -> HttpResponse:
    """`?on=` the day, today without it. Nothing is asked of a map service: the links are followed by the person's tap."""
    user, today = person(request), timezone.localdate()
    on = day_of(request.GET.get("on", ""), today, FIRST, LAST)
    stops = stops_of(user, on)
    here, one = reverse("route"), datetime.timedelta(days=1)
    context = {
        "on": on, "words": format_date(on), "name": company_days().name(on), "stops": stops, "legs": legs(stops),
        "missing": sum(not stop.address for stop in stops), "is_today": on == today,
        "before": f"{here}?on={max(on - one, FIRST)}", "after": f"{here}?on={min(on + one, LAST)}", "now": here,
        "calendar": f"{reverse('planner')}?span=day&on={on}",
    }  # fmt: skip
    return render(request, "work/route.html", context)


def stops_of(user: User, day: datetime.date) -> list[Stop]:
    """One's own open visits of a day, those with a time in its order, then those of the whole day. A fixed number of queries."""
    entity = registry.find("task")
    if entity is None or "kind" not in entity.fields:
        return []
    tasks = rows_between("task", "due_at", user, day, day, "me", {"done_at": None, "kind": "visit"})
    tasks.sort(key=lambda task: (task.all_day, task.due_at, task.pk))
    about = "about" in entity.fields
    if about:
        load_titles(tasks)
    places = places_of(user, [task.about for task in tasks]) if about else {}
    may = user.rights.reach("create", "activity") != "none" and user.rights.reach("change", "task") != "none"
    made = []
    for task in tasks:
        local = timezone.localtime(task.due_at)
        stop = Stop(
            "" if task.all_day else clock(local.hour * 60 + local.minute),
            entity.title(task),
            entity.url(task.pk),
            task.pk,
        )
        if about and task.about in places:
            stop.about, stop.records = task._about_titles.get(task.about, ""), may
            stop.about_url, stop.address, call = places[task.about]
            stop.call = "".join(c for c in call if c.isdigit() or c == "+")
        made.append(stop)
    return made


def legs(stops: Sequence[Stop]) -> list[dict[str, str]]:
    """Links that lead past all stops with an address, in their order, from where one is; more than ten stops make several."""
    held = [stop for stop in stops if stop.address]
    made = []
    for begin in range(0, len(held), STOPS):
        some = held[begin : begin + STOPS]
        values: dict[str, str | int] = {"api": 1, "destination": some[-1].address, "travelmode": "driving"}
        if begin:  # goes on where the one before ended
            values["origin"] = held[begin - 1].address
        if len(some) > 1:
            values["waypoints"] = "|".join(stop.address for stop in some[:-1])
        words = _("全部を地図で開く") if len(held) <= STOPS else _("%(first)d〜%(last)d件目を地図で開く") % {"first": begin + 1, "last": begin + len(some)}  # fmt: skip
        made.append({"words": words, "url": f"{MAPS}/dir/?{urlencode(values)}"})
    return made


def places_of(user: User, abouts: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Of what tasks are about: card, address and telephone number (as it is written), its own or else its account's; only what the
    person sees. A fixed number of queries."""
    wanted: dict[str, set[int]] = {}
    for text in abouts:
        found = parse(text)
        if found:
            wanted.setdefault(found[0], set()).add(found[1])
    records: dict[str, tuple[Entity, Any]] = {}
    for name, keys in wanted.items():
        entity = registry.find(name)
        if entity is not None:
            for record in visible(entity, user).filter(pk__in=keys):
                records[f"{name}:{record.pk}"] = entity, record
    accounts = _accounts(user, records)
    made = {}
    for text, (entity, record) in records.items():
        address, call = _reach(entity, record)
        above = accounts.get(record.account_id) if "account" in entity.fields and not entity.drawn else None
        if above is not None:
            address, call = address or above[0], call or above[1]
        made[text] = entity.url(record.pk), address, call
    return made


def _accounts(user: User, records: dict[str, tuple[Entity, Any]]) -> dict[int, tuple[str, str]]:
    """Address and number of the accounts to which these records belong."""
    entity = registry.find("account")
    keys = {
        record.account_id
        for owner, record in records.values()
        if "account" in owner.fields and not owner.drawn
    } - {None}
    if entity is None or not keys:
        return {}
    return {one.pk: _reach(entity, one) for one in visible(entity, user).filter(pk__in=keys)}


def _reach(entity: Entity, record: Any) -> tuple[str, str]:
    """A record's own address and telephone number, as far as the person's role shows them."""
    address = getattr(record, "full_address", "") if set(entity.fields) >= ADDRESS else ""
    names = (entity.call_field, "mobile", "phone")
    call = next(
        (text for name in names if name in entity.fields and (text := entity.field(name).value_text(record))),
        "",
    )
    return address, call.split(",")[0]
