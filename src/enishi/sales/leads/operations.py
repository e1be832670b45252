"""Converting a lead into a customer: account, contact and deal, each new or one that is there already.

All of it is one transaction and one operation, so that taking it back (`records.history.undo_operation`) gives back what was: what was
made goes to the bin, what was filled is empty again, tasks are about the lead again, and the lead stands where it stood.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import registry, write
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.fields import Choice
from enishi.records.models import Operation
from enishi.records.similar import Likely, similar
from enishi.records.visible import one, require, visible
from enishi.sales.leads.models import Lead
from enishi.work.models import Activity, Task

AGAIN = datetime.timedelta(seconds=20)  # within which a second tap is the first one

KINDS = ("account", "contact", "deal")
PLACE = ("postal_code", "prefecture", "address", "building")
# The lead's field behind each field of what it becomes.
MAPPED: dict[str, dict[str, str]] = {
    "account": {
        "name": "company", "industry": "industry", "employees": "employees", "website": "website", "source": "source", "phone": "phone",
        "fax": "fax", **{name: name for name in PLACE},
    },
    "contact": {
        "family_name": "family_name", "given_name": "given_name", "family_kana": "family_kana", "given_kana": "given_kana",
        "honorific": "honorific", "department": "department", "title": "title", "mobile": "mobile", "phone": "phone", "email": "email",
        "source": "source", "met_on": "met_on",
    },
    "deal": {"amount": "budget", "source": "source", "note": "need"},
}  # fmt: skip
# What has no field in any of them: it goes on as lines of the note of the deal, else of the contact, else of the account.
NOTED = ("campaign", "timing", "heat", "note")
DEALS_OWN = ("need", "budget")  # goes there too where the deal's fields don't take it up


@dataclass(frozen=True)
class Into:
    """What a lead becomes of one kind: a new record (with values that differ from the lead's), or the one of this key."""

    record_id: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Converted:
    """What a conversion made or tied."""

    lead: Lead
    operation: Operation
    records: dict[str, Any]


def convert_lead(
    lead_id: int, into: Mapping[str, Into], *, by: User, version: int | None = None
) -> Converted:
    """Converts a lead.

    Args:
        into: by kind (account, contact, deal) what it becomes; a kind that isn't named is not made.
        version: the version that the person saw.

    Raises:
        NotAllowed, NotFound, Refused: also where the lead is converted already, by another click or another person.
    """
    entity = registry.get("lead").whole
    require(by, "change", entity)
    chosen = [kind for kind in KINDS if kind in into]
    if not {"account", "contact"} & set(chosen):
        raise Refused({"": [_("取引先か連絡先のどちらかを選んでください。")]})
    with transaction.atomic():
        one(entity, by, lead_id)
        lead: Lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead_id)
        require(by, "change", entity, lead)
        if lead.converted_at is not None:
            raise Refused({"": [_("このリードはすでに転換されています。")]})
        if version is not None and version != lead.version:
            raise Refused({"": [_("この画面を開いたあとでリードが変更されました。今の内容をもう一度確かめてください。")]})  # fmt: skip
        summary = _("リード「%(title)s」を転換") % {"title": lead.name}
        operation = Operation.objects.create(
            kind="bulk", user=by, summary=summary[:300], figures={"whole": True}
        )
        made: dict[str, Any] = {}
        for kind in chosen:
            made[kind] = _become(kind, lead, into[kind], made, by, operation, noting=kind == _noting(chosen))
        values = {"status": "converted", "converted_at": timezone.now()}
        values |= {kind: record.pk for kind, record in made.items()}
        write.write_many(entity, [(lead, values)], by=by, operation=operation, cleaned=True, internal=True)
        _lead_tasks(lead, made, by, operation)
    return Converted(lead, operation, made)


def _noting(chosen: list[str]) -> str:
    """The kind whose note takes up what has no field of its own."""
    for kind in ("deal", "contact", "account"):
        note = registry.get(kind).fields.get("note") if kind in chosen else None
        if note is not None and note.editable:
            return kind
    return ""


def _noted(lead: Lead, note: str, but: set[str]) -> str:
    """A note with lines of what the lead says and nothing else has taken up; what stands in it already isn't said again."""
    entity = registry.get("lead")
    for name in (*DEALS_OWN, *NOTED):
        found = entity.fields.get(name)
        if found is None or name in but or found.is_empty(found.get(lead)):
            continue
        line = _("%(label)s：%(text)s") % {"label": found.label, "text": found.value_text(lead)}
        if f"\n{line}\n" not in f"\n{note}\n":
            note = f"{note}\n{line}".strip("\n")
    return note


def _become(
    kind: str,
    lead: Lead,
    into: Into,
    made: Mapping[str, Any],
    by: User,
    operation: Operation,
    *,
    noting: bool,
) -> Any:
    """The record of one kind: made of the lead's values, or the chosen one, whose empty fields are filled.

    Args:
        noting: whether its note takes up what has no field.
    """
    entity = registry.get(kind)
    values = carried(entity, lead)
    for name in KINDS:
        if name in made and name in entity.fields:
            values[name] = made[name].pk
    if into.record_id is None:
        values |= {"tags": list(lead.tags or ()), **({"owner": lead.owner_id} if lead.owner_id else {})}
        taken = _taken_up(entity, values)
        values |= into.values
        if noting and (note := _noted(lead, str(values.get("note") or ""), taken)):
            values["note"] = note
        try:
            return write.create(entity, values, by=by, operation=operation).record
        except Refused as error:
            raise _named(entity, error) from None
    record = one(entity, by, into.record_id)
    filled: dict[str, Any] = {
        name: value
        for name, value in values.items()
        if entity.fields[name].editable and entity.fields[name].is_empty(entity.fields[name].get(record))
    }
    if kind == "contact" and "account" in values and record.account_id:
        filled = {name: value for name, value in filled.items() if name not in {"department", "title"}}
    if noting:
        before = str(filled.get("note") or entity.fields["note"].get(record) or "")
        if (note := _noted(lead, before, _taken_up(entity, filled))) != before:
            filled["note"] = note
    tags = list(dict.fromkeys([*(record.tags or ()), *(lead.tags or ())]))
    if tags != list(record.tags or ()):
        filled["tags"] = tags
    if not filled:
        return record
    try:
        return write.write(entity, record.pk, filled, by=by, operation=operation).record
    except Refused as error:
        raise _named(entity, error) from None


def _taken_up(entity: Entity, values: Mapping[str, Any]) -> set[str]:
    """The lead's fields that stand in these values of what it becomes."""
    return {said for name, said in MAPPED[entity.name].items() if name in values}


def _named(entity: Entity, error: Refused) -> Refused:
    """The same refusal, which says of what it speaks."""
    return Refused({"": [f"{entity}: {text}" for texts in error.errors.values() for text in texts]})


def carried(entity: Entity, lead: Lead) -> dict[str, Any]:
    """The values that a lead gives to what it becomes: the usual fields, and own fields of the same name and kind."""
    source = registry.get("lead")
    made: dict[str, Any] = {}
    for name, said in MAPPED[entity.name].items():
        if name in entity.fields and said in source.fields:
            value = source.fields[said].get(lead)
            if not source.fields[said].is_empty(value):
                made[name] = value
    if entity.name == "account" and not made.get("name"):
        made |= {"name": lead.name, "kind": "household"}
    if entity.name == "contact" and not (made.get("family_name") or made.get("given_name")):
        made["family_name"] = lead.name
    if entity.name == "deal":
        made["name"] = _("%(name)sの案件") % {"name": lead.company or lead.name}
    targets = {(str(one.label), one.kind): one for one in entity.own if one.editable and not one.linked}
    for said_by in source.own:
        target = targets.get((str(said_by.label), said_by.kind))
        value = said_by.get(lead)
        if target is not None and not said_by.linked and not said_by.is_empty(value):
            made[target.name] = said_by.value_text(lead) if isinstance(said_by, Choice) else value
    return made


def _lead_tasks(lead: Lead, made: Mapping[str, Any], by: User, operation: Operation) -> None:
    """What is still to do is about the deal now, or about the customer; what was done shows there as the lead's."""
    kind = next(name for name in ("deal", "contact", "account") if name in made)
    about = f"{kind}:{made[kind].pk}"
    rows = Task.objects.select_for_update(of=("self",)).filter(
        about=f"lead:{lead.pk}", done_at=None, deleted_at=None
    )
    pairs = [(task, {"about": about}) for task in rows.order_by("pk")]
    write.write_many(registry.get("task"), pairs, by=by, operation=operation, cleaned=True, internal=True)


def touch(lead_id: int, *, by: User) -> tuple[Lead, Operation | None]:
    """Records that somebody called a lead just now; a new one is being worked on from then on. One operation; None where he has said so
    a moment ago already (a second tap).

    Raises:
        NotAllowed, NotFound, Refused
    """
    entity = registry.get("lead")
    with transaction.atomic():
        lead: Lead = one(entity, by, lead_id)
        require(by, "change", entity, lead)
        list(
            Lead.objects.select_for_update(of=("self",)).filter(pk=lead.pk).values_list("pk")
        )  # of two taps one is first
        moment = timezone.now() - AGAIN
        if Activity.objects.filter(
            about=f"lead:{lead.pk}", kind="call", owner=by, created_at__gte=moment, deleted_at=None
        ).exists():
            return lead, None
        summary = _("リード「%(title)s」に電話") % {"title": lead.name}
        operation = Operation.objects.create(
            kind="edit", user=by, summary=summary[:300], figures={"whole": True}
        )
        values = {"kind": "call", "about": f"lead:{lead.pk}", "at": timezone.now()}
        write.create(registry.get("activity"), values, by=by, operation=operation)
        if lead.status == "new":
            write.write(entity, lead.pk, {"status": "working"}, by=by, operation=operation)
    return lead, operation


def likely_same(lead: Lead, user: User, limit: int = 5) -> dict[str, list[Likely]]:
    """Accounts, contacts and leads that may be the same, with reasons; only what the person sees."""
    told: dict[str, dict[str, str]] = {
        kind: {name: str(getattr(lead, said) or "") for name, said in MAPPED[kind].items()}
        for kind in ("account", "contact")
    }
    told["account"]["email"] = lead.email
    told["lead"] = {name: str(getattr(lead, name) or "") for name in ("family_name", "given_name", "mobile", "phone", "email")}  # fmt: skip
    found: dict[str, list[Likely]] = {kind: [] for kind in told}
    for kind, values in told.items():
        entity = registry.find(kind)
        if entity is None:
            continue
        but = lead.pk if kind == "lead" else None
        for each in similar(entity, values, user, limit * 2, but=but):
            held = found.get(each.entity.name)
            known = held is None or any(each.record.pk == one.record.pk for one in held)
            if not known and (each.entity.name, each.record.pk) != ("lead", lead.pk):
                found[each.entity.name].append(each)
    return {kind: sorted(some, key=lambda one: -one.score)[:limit] for kind, some in found.items()}


def open_deals(accounts: list[int], user: User) -> list[Any]:
    """Open deals of these accounts, which the lead may belong to."""
    entity = registry.find("deal")
    if entity is None or not accounts:
        return []
    rows = visible(entity, user).filter(account__in=accounts, outcome__in=("open", "hold"))
    return list(rows.select_related("account").order_by("-updated_at")[:5])
