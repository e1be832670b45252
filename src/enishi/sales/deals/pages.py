"""What a deal's card shows beside its fields."""

from typing import Any

from django.http import HttpRequest

from enishi.records.entity import Entity
from enishi.records.pages.cards import card_context
from enishi.sales.deals.steps import way_of


@card_context.connect
def add_way(request: HttpRequest, entity: Entity, record: Any, context: dict[str, Any], **_more: Any) -> None:
    """The stages that the deal went through."""
    if entity.name == "deal" and "sections" in context:
        context["way"] = way_of(record)
        context["extra_parts"] = [*context.get("extra_parts", ()), "deals/way.html"]
