"""Leads for 今日: who is hot, whom nobody has talked to yet, and to whom nobody has for days."""

import datetime
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.access.models import User
from enishi.records import registry
from enishi.records.visible import visible

HOT_DAYS, QUIET_DAYS = (
    2,
    7,
)  # since the last contact: with hot leads, with others that are new or being worked on
NEEDED = {"owner", "status", "heat", "last_contact_at", "mobile", "phone", "company"}


def waiting(user: User, most: int) -> tuple[list[dict[str, Any]], bool]:
    """The person's own leads that wait for him as lines of 今日, hot ones first, then those that wait longest, and whether there are more.
    Who has a next step ahead waits for that."""
    entity = registry.find("lead")
    if entity is None or not set(entity.fields) >= NEEDED:
        return [], False
    now = timezone.now()
    hot, quiet = now - datetime.timedelta(days=HOT_DAYS), now - datetime.timedelta(days=QUIET_DAYS)
    rows = (
        visible(entity, user)
        .filter(owner=user, status__in=("new", "working", "nurturing"))
        .filter(Q(next_step_at=None) | Q(next_step_at__lte=now))
        .filter(
            Q(heat="hot") & (Q(last_contact_at=None) | Q(last_contact_at__lt=hot))
            | Q(status__in=("new", "working"))
            & (Q(last_contact_at=None) | Q(last_contact_at__lt=quiet))
        )
        .order_by(
            Case(When(heat="hot", then=Value(0)), default=Value(1), output_field=IntegerField()), "created_at", "pk"
        )
        .only("name", "company", "heat", "last_contact_at", "created_at", "mobile", "phone")
    )  # fmt: skip
    may = user.rights.reach("create", "activity") != "none" and user.rights.reach("change", "lead") != "none"
    found = list(rows[: most + 1])
    return [_line(one, now, may) for one in found[:most]], len(found) > most


def condition() -> dict[str, Any]:
    """What `waiting` looks for as a list asks it: by whole days, so that who waits since this hour is among them."""
    quiet = {"field": "last_contact_at", "op": "before_days", "value": QUIET_DAYS}
    never = {"field": "last_contact_at", "op": "empty"}
    ahead = {"field": "next_step_at", "op": "gte", "value": _tomorrow()}
    return {"all": [
        {"field": "owner", "op": "is", "value": "me"},
        {"field": "status", "op": "in", "value": ["new", "working", "nurturing"]},
        *([{"not": ahead}] if "next_step_at" in registry.get("lead").fields else []),
        {"any": [
            {"all": [{"field": "heat", "op": "is", "value": "hot"}, {"any": [never, {"field": "last_contact_at", "op": "before_days", "value": HOT_DAYS}]}]},
            {"all": [{"field": "status", "op": "in", "value": ["new", "working"]}, {"any": [never, quiet]}]},
        ]},
    ]}  # fmt: skip


def _tomorrow() -> str:
    return (timezone.localdate() + datetime.timedelta(days=1)).isoformat()


def _line(lead: Any, now: datetime.datetime, may: bool) -> dict[str, Any]:
    is_hot = lead.heat == "hot"
    days = (now - (lead.last_contact_at or lead.created_at)).days
    quiet = (
        ngettext("%(n)d日間連絡なし", "%(n)d日間連絡なし", days) % {"n": days}
        if lead.last_contact_at
        else _("まだ連絡していません")
    )
    parts = [_("温度感が高い") if is_hot else "", quiet, lead.company if lead.company != lead.name else ""]
    number = "".join(one for one in lead.mobile or lead.phone or "" if one.isdigit() or one == "+")
    return {
        "key": f"lead-{lead.pk}", "title": lead.name, "reason": "・".join(part for part in parts if part), "icon": "flame" if is_hot else "magnet",
        "tone": "red" if is_hot else "amber", "url": f"/leads/{lead.pk}/", "about": f"lead:{lead.pk}", "lead_id": lead.pk if may else None,
        "number": number, "action": _("連絡した"), "kind": "call",
    }  # fmt: skip
