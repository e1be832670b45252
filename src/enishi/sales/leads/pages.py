"""Converting a lead in the browser; what its card says about it; what comes of leads by source."""

import datetime
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Avg, Case, Count, DurationField, ExpressionWrapper, F, Q, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.kit import htmx
from enishi.records import registry, write
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.models import Operation
from enishi.records.pages.base import form_input, handled, person, whole
from enishi.records.pages.cards import card_context
from enishi.records.visible import allowed, one, require, visible
from enishi.sales.leads import questions
from enishi.sales.leads.models import Lead
from enishi.sales.leads.operations import KINDS, Into, carried, convert_lead, likely_same, open_deals, touch

ASKED = {
    "account": ("name",),
    "contact": ("family_name", "given_name"),
    "deal": ("name", "amount", "expected_close"),
}
PERIODS = (30, 90, 365, 0)


@card_context.connect
def add_lead(
    request: HttpRequest, entity: Entity, record: Any, context: dict[str, Any], **_more: Any
) -> None:
    """On a lead's card: the way to convert it, or what it became; others that may be the same."""
    if entity.name != "lead":
        return
    user = person(request)
    ties = []
    for kind in KINDS:
        found = entity.fields.get(kind)
        if found is not None and found.get(record):
            ties.append((registry.whole_entities()[kind].url(found.get(record)), str(found.label), found.value_text(record)))  # fmt: skip
    done = record.converted_at is not None
    likely = [] if done or "sections" not in context else [
        each for some in likely_same(record, user, 3).values() for each in some
    ]  # fmt: skip
    if done or record.status == "disqualified":
        context["has_touch"] = False  # nothing is left to be done with it
    context["lead"] = {
        "open": not done and context["may_write"] and record.status != "disqualified",
        "done": done,
        "ties": ties,
        "likely": likely,
        "progress": None if done or record.status == "disqualified" else questions.progress(entity, record),
    }
    context["head_parts"] = [*context.get("head_parts", ()), "leads/head.html"]


@require_POST
@handled
def warm(request: HttpRequest, record_id: int) -> HttpResponse:
    """Takes over the heat that follows from the answers as they stand now."""
    entity, user = registry.get("lead"), person(request)
    lead: Lead = one(entity, user, record_id)
    require(user, "change", entity, lead)
    found = questions.progress(entity, lead)
    if found is None or not found.proposed:
        raise Refused({"": [_("提案できる温度感がありません。質問の答えを確かめてください。")]})
    done = write.write(entity, lead.pk, {"heat": found.proposed}, by=user)
    told = {"message": _("温度感を「%(heat)s」にしました。") % {"heat": found.proposed_label}}
    if done.event is not None:
        told["undo_url"] = f"/undo/event/{done.event.pk}/"
    messages.success(request, json.dumps(told), extra_tags="json")
    return htmx.go(request, entity.url(lead.pk))


@require_POST
@handled
def touched(request: HttpRequest, record_id: int) -> HttpResponse:
    """Got in touch, in one tap: a call on the timeline, and a new lead is being worked on from then. Taken back as one."""
    user = person(request)
    lead, operation = touch(record_id, by=user)
    response = HttpResponse(status=204)
    text = _("「%(name)s」への電話を記録しました。") % {"name": registry.get("lead").title(lead)}
    htmx.toast(response, text, undo_url=f"/undo/operation/{operation.pk}/" if operation else "")
    return htmx.trigger(response, **{"records-changed": True})


@handled
def convert_page(request: HttpRequest, record_id: int) -> HttpResponse:
    """Asks what the lead becomes, and converts it."""
    entity, user = registry.get("lead"), person(request)
    lead: Lead = one(entity, user, record_id)
    require(user, "change", entity, lead)
    if lead.converted_at is not None:  # a second click leads to what the first made
        messages.info(request, _("このリードはすでに転換されています。"))
        return htmx.go(request, entity.url(lead.pk))
    general: list[str] = []
    if request.method == "POST":
        try:
            done = convert_lead(
                lead.pk, _into(request), by=user, version=whole(request.POST.get("version", ""))
            )
        except Refused as error:
            lead = one(entity, user, record_id)
            if lead.converted_at is not None:
                return htmx.go(request, entity.url(lead.pk))
            general = [text for texts in error.errors.values() for text in texts]
        else:
            return _converted(request, lead, done.operation, done.records)
    context = {
        "entity": entity, "record": lead, "title": entity.title(lead), "general": general,
        "parts": _parts(request, lead), "version": lead.version,
    }  # fmt: skip
    return render(request, "leads/convert.html", context, status=422 if general else 200)


def _converted(request: HttpRequest, lead: Lead, operation: Operation, kinds: Iterable[str]) -> HttpResponse:
    """The lead's card, with the ways to what it became: whoever takes it back stays on a page that is there."""
    names = "・".join(str(registry.get(name)) for name in KINDS if name in kinds)
    told = {
        "message": _("%(names)sに転換しました。") % {"names": names},
        "undo_url": f"/undo/operation/{operation.pk}/",
    }
    messages.success(request, json.dumps(told), extra_tags="json")
    return htmx.go(request, registry.get("lead").url(lead.pk))


def _into(request: HttpRequest) -> dict[str, Into]:
    """What the form says: per kind nothing, a new record, or one that is there."""
    made: dict[str, Into] = {}
    for kind in KINDS:
        said = request.POST.get(kind, "")
        if said == "new":
            posted = {
                name: request.POST[f"{kind}-{name}"]
                for name in ASKED[kind]
                if f"{kind}-{name}" in request.POST
            }
            made[kind] = Into(values=posted)
        elif said:
            key = whole(request.POST.get(f"{kind}-pick", "") if said == "pick" else said)
            if key is None:
                raise Refused({"": [_("%(entity)sを選んでください。") % {"entity": registry.get(kind)}]})
            made[kind] = Into(record_id=key)
    return made


def _is_he(lead: Lead, contact: Any, accounts: list[int]) -> bool:
    """Whether a likely contact is so surely the lead that he is chosen beforehand: somebody of the same name elsewhere is not."""
    reached = any(
        getattr(lead, name) and getattr(lead, name) == getattr(contact, name)
        for name in ("email", "mobile", "phone")
    )
    return reached or contact.account_id in accounts


def _parts(request: HttpRequest, lead: Lead) -> list[dict[str, Any]]:
    """The three questions of the page, with what is likely chosen beforehand."""
    user = person(request)
    likely = likely_same(lead, user)
    accounts = [each.record.pk for each in likely["account"]]
    sure = {
        "account": next((each for each in likely["account"] if each.score >= 80), None),
        "contact": next((each for each in likely["contact"] if _is_he(lead, each.record, accounts)), None),
    }
    theirs = accounts + [each.record.account_id for each in likely["contact"] if each is sure["contact"]]
    made = []
    for kind in KINDS:
        entity = registry.find(kind)
        if entity is None:
            continue
        choices: list[dict[str, Any]] = [
            {"key": str(each.record.pk), "title": each.title, "why": each.why, "detail": each.detail}
            for each in likely.get(kind, ())
        ]
        if kind == "deal":
            choices = [{"key": str(deal.pk), "title": deal.name, "why": "", "detail": str(deal.account or "")} for deal in open_deals(theirs, user)]  # fmt: skip
        may = allowed(user, entity).create
        best = sure.get(kind)
        first = str(best.record.pk) if best is not None else "new" if may else ""
        if kind == "account" and best is None and not lead.company:
            first = ""
        if kind == "contact" and best is None and not (lead.family_name or lead.given_name):
            first = ""
        values = carried(entity, lead)
        inputs = []
        for name in ASKED[kind]:
            if name in entity.fields:
                asked = form_input(
                    entity.fields[name], values.get(name), raw=request.POST.get(f"{kind}-{name}")
                )
                inputs.append(asked | {"name": f"{kind}-{name}", "id": f"f-{kind}-{name}"})
        pick = (
            form_input(registry.get("lead").fields[kind], None, bare=True)
            if kind in registry.get("lead").fields
            else None
        )
        made.append({
            "kind": kind, "entity": entity, "choices": choices, "may": may, "inputs": inputs,
            "chosen": request.POST.get(kind, "") if request.method == "POST" else first,
            "pick": pick and pick | {"name": f"{kind}-pick", "id": f"f-{kind}-pick"},
        })  # fmt: skip
    return made


@require_GET
@handled
def figures_page(request: HttpRequest) -> HttpResponse:
    """By source: how many leads of a period, how many are worked on, converted, became deals, were won, and for how much."""
    entity, user = registry.get("lead"), person(request)
    days = whole(request.GET.get("days", ""), 90)
    days = days if days in PERIODS else 90
    since = timezone.localdate() - datetime.timedelta(days=days) if days else None
    rows = visible(entity, user)
    if since:
        rows = rows.filter(created_at__date__gte=since)
    seen, deals = {"source", "status"} <= set(entity.fields), registry.find("deal")
    money = deals is not None and {"amount", "outcome"} <= set(deals.fields) and "deal" in entity.fields
    won = (
        Q(deal__in=visible(deals, user).filter(outcome="won")) if money and deals is not None else Q(pk=None)
    )
    counts = {
        "n": Count("pk"), "busy": Count("pk", filter=~Q(status__in=("new", "disqualified"))),
        "converted": Count("pk", filter=Q(status="converted")), "refused": Count("pk", filter=Q(status="disqualified")),
        "deals": Count("deal", distinct=True) if money else Count("pk", filter=Q(pk=None)), "won": Count("deal", filter=won, distinct=True),
    }  # fmt: skip
    found = rows.order_by().values_list("source").annotate(**counts) if seen else []
    lines = [_line(entity, since, *row) for row in sorted(found, key=lambda row: (-row[1], row[0]))]
    if seen:
        _add_days(lines, rows, visible(deals, user) if money and deals is not None else None)
    if money and deals is not None:
        amounts = _amounts(rows, visible(deals, user))
        for line in lines:
            line["amount"] = amounts.get(line["source"], 0)
    total = _total(rows.aggregate(**counts), lines) if lines else None
    most = max((line["n"] for line in lines), default=1)
    for line in lines:
        line["bar"] = line["n"] * 100 // most
    context = {
        "entity": entity, "lines": lines, "total": total, "days": days, "money": money,
        "periods": [(one, _("すべて") if not one else _("直近%(n)d日") % {"n": one}) for one in PERIODS],
    }  # fmt: skip
    return render(request, "leads/figures.html", context)


def _total(counts: dict[str, int], lines: list[dict[str, Any]]) -> dict[str, Any]:
    """All sources together; a deal that leads of several sources became is one."""
    made = {**counts, **_rates(counts["n"], counts["converted"], counts["won"])}
    return {**made, "amount": sum(line["amount"] for line in lines)}


def _rates(n: int, converted: int, won: int) -> dict[str, int]:
    """How many of n leads were converted and won, in percent."""
    return {"rate": round(converted * 100 / n) if n else 0, "won_rate": round(won * 100 / n) if n else 0}


def _add_days(lines: list[dict[str, Any]], leads: Any, deals: Any) -> None:
    """How many days it takes on average from a lead to its conversion, and from there to the order."""
    moments = [("convert_days", leads.exclude(converted_at=None), "created_at", "converted_at")]
    if deals is not None:
        won = leads.exclude(converted_at=None).filter(
            deal__in=deals.filter(outcome="won").exclude(closed_at=None)
        )
        moments.append(("won_days", won, "converted_at", "deal__closed_at"))
    for line in lines:
        line["convert_days"] = line["won_days"] = None
    for name, rows, first, last in moments:
        # What a lead was tied to that had been won before took no days, and lessens no other's.
        span = ExpressionWrapper(F(last) - F(first), output_field=DurationField())
        none = Value(datetime.timedelta(0), output_field=DurationField())
        taken = Case(When(Q(**{f"{last}__gt": F(first)}), then=span), default=none)
        found = dict(rows.order_by().values_list("source").annotate(mean=Avg(taken)))
        for line in lines:
            if (mean := found.get(line["source"])) is not None:
                line[name] = round(mean.total_seconds() / 86400, 1)


def _amounts(leads: Any, deals: Any) -> dict[str, int]:
    """What was won by source, each deal once (of several leads that became one the first source counts)."""
    first: dict[int, str] = {}
    for key, source in leads.exclude(deal=None).order_by("pk").values_list("deal", "source"):
        first.setdefault(key, source)
    sums: dict[str, int] = {}
    for key, amount in deals.filter(outcome="won", leads__in=leads).values_list("pk").annotate(one=Sum("amount", distinct=True)):  # fmt: skip
        if key in first:
            sums[first[key]] = sums.get(first[key], 0) + (amount or 0)
    return sums


def _line(entity: Entity, since: datetime.date | None, source: str, n: int, busy: int, converted: int, refused: int, deals: int, won: int) -> dict[str, Any]:  # fmt: skip
    """A source with its figures and the lists behind them."""
    told: dict[str, Any] = (
        {"field": "source", "op": "is", "value": source} if source else {"field": "source", "op": "empty"}
    )

    def address(*more: dict[str, Any]) -> str:
        parts = [told, *more]
        if since:
            parts.append({"field": "created_at", "op": "gte", "value": since.isoformat()})
        return f"{entity.list_url}?{urlencode({'filter': json.dumps({'all': parts})})}"

    return {
        "source": source, "n": n, "busy": busy, "converted": converted, "refused": refused, "deals": deals, "won": won,
        **_rates(n, converted, won), "amount": 0, "convert_days": None, "won_days": None,
        "all_url": address(),
        "deals_url": address({"field": "deal", "op": "not_empty"}),
        "won_url": address({"of": {"field": "deal", "where": {"field": "outcome", "op": "is", "value": "won"}}}),
        "busy_url": address({"field": "status", "op": "in", "value": ["working", "nurturing", "converted"]}),
        "converted_url": address({"field": "status", "op": "is", "value": "converted"}),
        "refused_url": address({"field": "status", "op": "is", "value": "disqualified"}),
    }  # fmt: skip
