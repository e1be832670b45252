"""The dialog in front of an order that comes of a quote: what is to be known before, and what the deal's step to won asks for."""

import copy
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.pages.base import person
from enishi.records.pages.steps import asked_within, step_values
from enishi.records.visible import permits, visible
from enishi.sales.documents import flow
from enishi.sales.quotes.entity import is_expired


def order_context(
    request: HttpRequest, entity: Entity, record: Any, errors: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """What the dialog shows. `errors`: why the step of the deal was refused, by its fields."""
    made: dict[str, Any] = {"expired": "expires_on" in entity.fields and is_expired(record)}
    found = _winnable(request, entity, record)
    if found is None:
        return made
    deals, deal, stage = found
    sent = request.POST if request.method == "POST" else request.GET
    made |= {"deal": deals.title(deal), "win": sent.get("win_deal") == "1" or "win_shown" not in sent}
    seen = {"net", "total", "tax_mode"} <= set(entity.fields)
    amount = deals.fields.get("amount")
    worth = flow.deal_amount(record)
    if seen and amount is not None and amount.editable and deal.amount != worth:
        made["worth"] = worth
        deal.amount = worth
    if made["win"]:
        made["step"] = asked_within(request, deals, deal, str(stage), errors or {})
    return made


def won_values(request: HttpRequest, entity: Entity, record: Any) -> dict[str, Any]:
    """What the dialog says of the deal beside its stage, as far as its step asks for it."""
    found = _winnable(request, entity, record)
    if found is None:
        return {}
    deals, deal, stage = found
    step = asked_within(request, deals, deal, str(stage), {})
    names = {one["name"] for one in step["inputs"]} if step else set()
    return step_values(request, deals, "stage", among=names)


def _winnable(request: HttpRequest, entity: Entity, record: Any) -> tuple[Entity, Any, int] | None:
    """The quote's deal that can still be won by this person, as a copy not to be stored, and its stage that means won."""
    user, deals = person(request), registry.find("deal")
    if deals is None or "deal" not in entity.fields or not record.deal_id:
        return None
    deal = visible(deals, user).filter(pk=record.deal_id).exclude(outcome="won").first()
    stage = flow.won_stage(deal) if deal is not None else None
    if stage is None or not permits(user, "change", deals, deal):
        return None
    return deals, copy.copy(deal), stage
