"""What makes business grow, as lines of 今日: dates coming near, birthdays, deals without a next step."""

import datetime
import json
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.insight.purchases import today as purchases
from enishi.japanese import amounts, calendar
from enishi.people.contacts.birthdays import MonthDay, key_of
from enishi.records import dues, registry
from enishi.records.entity import Entity
from enishi.records.limits import names_all
from enishi.records.visible import visible
from enishi.work.daysoff.days import company_days
from enishi.work.today.models import attended

PER_KIND = 8  # lines of dates and of birthdays; of many, the nearest
DEALS = 12
BIRTHDAY, EVERY = "birthday", 300  # what 今日 itself shows more of, and how many at most
MINE = {"field": "owner", "op": "is", "value": "me"}
WEEK = 7  # days ahead within which a birthday shows


def growing(
    user: Any, today: datetime.date, whole: str = ""
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Dates coming near and birthdays, the nearest first; then customers who should buy again, then open deals without a next step, those that stand still longest first;
    and address and words of the lists of what was left out. A fixed number of queries, whatever there is of each.

    Args:
        whole: "birthday": all of them (no list asks for days of a year).
    """
    seen = attended(user, today)
    renewals, due_more = _renewals(user, today, seen)
    most = EVERY if whole == BIRTHDAY else PER_KIND
    birthdays = _birthdays(user, today, seen, most + 1)
    dated = [*renewals, *birthdays[:most]]
    dated.sort(key=lambda pair: (pair[0], pair[1]["key"]))
    call = _call(today)
    buying, buy_more = purchases.expected(user, today)
    deals = _deals(user, today, call)
    more = list(due_more)
    if len(birthdays) > most and not whole:
        address = f"{reverse('today')}?{urlencode({'all': BIRTHDAY})}"
        more.append((address, _("1週間以内の誕生日をすべて見る")))
    for name in buy_more:
        words = _("そろそろ買いそうな%(entity)sをすべて見る") % {"entity": registry.get(name).label}
        more.append((list_address(name, purchases.condition(name, today)), words))
    if len(deals) > DEALS:
        address = list_address("deal", MINE, preset="no_next")
        more.append((address, _("次の予定がない案件をすべて見る")))
    rows = [*(row for _day, row in dated), *_buying(buying, call), *deals[:DEALS]]
    return rows, more


def list_address(name: str, condition: dict[str, Any], **more: str) -> str:
    """The list of an entity under a condition."""
    entity = registry.get(name)
    return f"/{entity.slug}/?{urlencode({**more, 'filter': json.dumps(condition, ensure_ascii=False)})}"


def _call(today: datetime.date) -> str:
    """The word for a call on the next business day."""
    following = company_days().after(today)
    tomorrow = following == today + datetime.timedelta(days=1)
    return _("明日電話") if tomorrow else _("%(day)sに電話") % {"day": f"{following.month}/{following.day}"}


def _deals(user: Any, today: datetime.date, call: str) -> list[dict[str, Any]]:
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


def _birthdays(
    user: Any, today: datetime.date, seen: set[str], most: int
) -> list[tuple[datetime.date, dict[str, Any]]]:
    """Own contacts whose birthday lies within a week (29 February is kept on 1 March in other years)."""
    entity = registry.find("contact")
    if entity is None or "birthday" not in entity.fields:
        return []
    days = [today + datetime.timedelta(days=n) for n in range(WEEK + 1)]
    wanted = {key_of(day.month, day.day): day for day in days}
    for day in days:
        if (day.month, day.day) == (3, 1) and (day - datetime.timedelta(days=1)).day == 28:
            wanted[key_of(2, 29)] = day
    ends = tuple(f"{day:%Y%m%d}" for day in days)
    done = [int(key.split(":")[1]) for key in seen if key.startswith("birthday:") and key.endswith(ends)]
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
    for contact in rows.order_by("left", "pk")[:most]:
        day = wanted[contact.day_of_year]
        company = str(contact.account or "") if named else ""
        parts = (_near(day, today), company, contact.title)
        made.append((day, {
            "key": f"birthday-{contact.pk}", "title": _("%(name)s 様 誕生日") % {"name": contact.name},
            "reason": "・".join(part for part in parts if part), "icon": "cake", "tone": "green", "url": f"/contacts/{contact.pk}/",
            "about": f"contact:{contact.pk}", "action": _("お祝い"), "tap": _("済み"), "tap_url": f"/today/attend/?key={dues.key_of('birthday', contact.pk, day)}",
        }))  # fmt: skip
    return made


def _near(day: datetime.date, today: datetime.date) -> str:
    left = (day - today).days
    if not left:
        return _("今日")
    return (
        _("明日") if left == 1 else _("%(day)s・あと%(n)d日") % {"day": calendar.format_short(day), "n": left}
    )


def _renewals(
    user: Any, today: datetime.date, seen: set[str]
) -> tuple[list[tuple[datetime.date, dict[str, Any]]], list[tuple[str, str]]]:
    """Contracts that end, and whatever else has a day that the owner marked (`records.dues`); and the lists of what was left out."""
    made = []
    found, cut = dues.nearest(user, today, PER_KIND, seen)
    for one in found:
        left = (one.day - today).days
        when = (
            ngettext("あと%(n)d日", "あと%(n)d日", left) if left > 0
            else _("今日") if not left
            else ngettext("%(n)d日過ぎています", "%(n)d日過ぎています", -left)
        )  # fmt: skip
        about = f"{one.entity.name}:{one.key}"
        made.append((one.day, {
            "key": f"{one.entity.name}-{one.key}", "title": one.title,
            "reason": "・".join((when % {"n": abs(left)}, f"{one.label} {calendar.format_date(one.day, weekday=False)}", str(one.entity.label))),
            "icon": one.entity.icon, "tone": "red" if left < 0 else "amber", "url": one.entity.url(one.key), "about": about,
            "action": _("予定"), "tap": _("済み"), "tap_url": f"/today/attend/?key={dues.key_of(one.entity.name, one.key, one.day)}",
        }))  # fmt: skip
    words = _("%(label)sが近い%(entity)sをすべて見る")
    lists = [
        (
            list_address(entity.name, dues.condition(entity, field, today), **({"sort": field.name} if field.sortable else {})),
            words % {"label": field.label, "entity": entity.label},
        )
        for entity, field in cut
    ]  # fmt: skip
    return made, lists


def _buying(found: list[tuple[Entity, int, str, str]], call: str) -> list[dict[str, Any]]:
    """Customers who should buy again about now."""
    return [
        {
            "key": f"purchase-{entity.name}-{key}", "title": name, "reason": _("次の購入 %(text)s") % {"text": text}, "icon": "shopping-cart", "tone": "green",
            "url": entity.url(key), "about": f"{entity.name}:{key}", "action": _("電話"), "kind": "call",
            "tap": call, "tap_url": f"/today/plan/?about={entity.name}:{key}",
        }
        for entity, key, name, text in found
    ]  # fmt: skip
