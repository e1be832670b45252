"""What makes business grow, as lines of 今日: dates coming near, birthdays, deals without a next step."""

import datetime
from typing import Any

from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.japanese import amounts, calendar
from enishi.people.contacts.birthdays import MonthDay, key_of
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Date
from enishi.records.limits import names_all
from enishi.records.pages.board_cards import RUNNING
from enishi.records.visible import visible
from enishi.work.daysoff.days import company_days
from enishi.work.today.models import attended

PER_KIND = 8  # lines of dates and of birthdays; of many, the nearest
DEALS = 12
WEEK = 7  # days ahead within which a birthday shows
AHEAD, BEHIND = (
    30,
    14,
)  # days before and after a date of one's own entities (the end of a contract) within which it shows
ENTITIES = 12  # own entities that are asked for dates


def growing(user: Any, today: datetime.date) -> tuple[list[dict[str, Any]], bool]:
    """Dates coming near and birthdays, the nearest first; then open deals without a next step, those that stand still longest first;
    and whether there are more deals. A fixed number of queries, whatever there is of each."""
    seen = attended(user, today)
    dated = [*_renewals(user, today, seen), *_birthdays(user, today, seen)]
    dated.sort(key=lambda pair: (pair[0], pair[1]["key"]))
    deals = _deals(user, today)
    return [row for _day, row in dated] + deals[:DEALS], len(deals) > DEALS


def _deals(user: Any, today: datetime.date) -> list[dict[str, Any]]:
    entity = registry.find("deal")
    if entity is None:
        return []
    whom = "account__name" if names_all(registry.find("account")) else "name"
    priced = "amount" in entity.fields
    deals = (
        visible(entity, user)
        .filter(owner=user, outcome="open", next_step_at=None, next_task_id=None)
        .order_by("stage_changed_at", "pk")
        .values_list("pk", "name", whom, "stage__name", "amount", "stage_changed_at")[: DEALS + 1]
    )
    none, plan = _("次の予定なし"), _("予定")
    following = company_days().after(today)
    tomorrow = following == today + datetime.timedelta(days=1)
    call = _("明日電話") if tomorrow else _("%(day)sに電話") % {"day": f"{following.month}/{following.day}"}
    rows = []
    for key, name, account, stage, amount, since in deals:
        still = (today - timezone.localtime(since).date()).days if since else 0
        parts = (
            none,
            _("「%(stage)s」のまま%(n)d日") % {"stage": stage, "n": still} if still > 0 else stage,
            account if account != name else "",
            amounts.format_yen(amount) if amount and priced else "",
        )
        rows.append({
            "key": f"deal-{key}", "title": name, "reason": "・".join(part for part in parts if part), "icon": "handshake", "tone": "amber",
            "url": f"/deals/{key}/", "about": f"deal:{key}", "action": plan, "tap": call, "tap_url": f"/today/plan/?about=deal:{key}",
        })  # fmt: skip
    return rows


def _birthdays(user: Any, today: datetime.date, seen: set[str]) -> list[tuple[datetime.date, dict[str, Any]]]:
    """Own contacts whose birthday lies within a week (29 February is kept on 1 March in other years)."""
    entity = registry.find("contact")
    if entity is None or "birthday" not in entity.fields:
        return []
    days = [today + datetime.timedelta(days=n) for n in range(WEEK + 1)]
    wanted = {key_of(day.month, day.day): day for day in days}
    for day in days:
        if (day.month, day.day) == (3, 1) and (day - datetime.timedelta(days=1)).day == 28:
            wanted[key_of(2, 29)] = day
    done = [int(key.partition(":")[2]) for key in seen if key.startswith("birthday:")]
    rows = (
        visible(entity, user)
        .filter(owner=user, birthday__isnull=False)
        .annotate(day_of_year=MonthDay("birthday"))
        .filter(day_of_year__in=sorted(wanted))
        .exclude(pk__in=done[:500])
        .annotate(left=Case(*(When(day_of_year=key, then=(day - today).days) for key, day in wanted.items())))
        .select_related("account")
        .only("name", "title", "birthday", "account__name")
    )
    named = names_all(registry.find("account"))
    made = []
    for contact in rows.order_by("left", "pk")[:PER_KIND]:
        day = wanted[contact.day_of_year]
        company = str(contact.account or "") if named else ""
        parts = (_near(day, today), company, contact.title)
        made.append((day, {
            "key": f"birthday-{contact.pk}", "title": _("%(name)s 様 誕生日") % {"name": contact.name},
            "reason": "・".join(part for part in parts if part), "icon": "cake", "tone": "green", "url": f"/contacts/{contact.pk}/",
            "about": f"contact:{contact.pk}", "action": _("お祝い"), "tap": _("済み"), "tap_url": f"/today/attend/?key=birthday:{contact.pk}",
        }))  # fmt: skip
    return made


def _near(day: datetime.date, today: datetime.date) -> str:
    left = (day - today).days
    if not left:
        return _("今日")
    return (
        _("明日") if left == 1 else _("%(day)s・あと%(n)d日") % {"day": calendar.format_short(day), "n": left}
    )


def _renewals(user: Any, today: datetime.date, seen: set[str]) -> list[tuple[datetime.date, dict[str, Any]]]:
    """Records of the owner's own entities whose date (the one their calendar shows: the end of a contract, a deadline) comes near
    or has just passed; those that have ended are left out."""
    made = []
    entities = [one for one in registry.all_entities() if one.drawn and one.calendar_field in one.fields]
    for entity in sorted(entities, key=lambda one: (one.position, one.code))[:ENTITIES]:
        for day, record in _dates(entity, user, today, seen):
            left = (day - today).days
            label = entity.field(entity.calendar_field).label
            when = _near(day, today) if left >= 0 else _("%(n)d日過ぎています") % {"n": -left}
            reason = _("%(field)s %(when)s") % {"field": label, "when": when}
            made.append((day, {
                "key": f"{entity.name}-{record.pk}", "title": entity.title(record), "reason": f"{reason}・{entity}", "icon": entity.icon,
                "tone": "red" if left < 0 else "amber", "url": entity.url(record.pk), "about": f"{entity.name}:{record.pk}",
                "action": _("予定"), "tap": _("済み"), "tap_url": f"/today/attend/?key={entity.name}:{record.pk}",
            }))  # fmt: skip
    return made


def _dates(
    entity: Entity, user: Any, today: datetime.date, seen: set[str]
) -> list[tuple[datetime.date, Any]]:
    found: Any = entity.field(entity.calendar_field)
    assert isinstance(found, Date)
    if "owner" not in entity.fields:
        return []
    first, last = today - datetime.timedelta(days=BEHIND), today + datetime.timedelta(days=AHEAD)
    rows = visible(entity, user).filter(found.day_range(first, last), owner=user)
    ended = _ended(entity)
    if ended is not None:
        rows = rows.exclude(ended)
    done = [int(key.rpartition(":")[2]) for key in seen if key.startswith(f"{entity.name}:")]
    if done:
        rows = rows.exclude(pk__in=done[:500])
    made = []
    for record in rows.order_by(found.expression(), "pk")[:PER_KIND]:
        day = found.day_of(found.get(record))
        if day is not None:
            made.append((day, record))
    return made


def _ended(entity: Entity) -> Q | None:
    """What of an entity with stages has come to its end."""
    field: Any = entity.fields.get(entity.board.field) if entity.board is not None else None
    options = getattr(field, "options", ())
    values = [one.value for one in options if one.outcome and one.outcome not in RUNNING]
    return field.lookup("in")(values) if values else None
