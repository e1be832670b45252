"""What channels add to cards: on an account or a private customer, what was bought on all of them."""

from typing import Any

from django.http import HttpRequest

from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.pages.cards import card_context
from enishi.sales.channels.figures import OF_BUYER, SUMS


@card_context.connect
def on_buyers_card(request: HttpRequest, entity: Entity, record: Any, context: dict[str, Any]) -> None:
    """The sums over all channels, which stand on the record: no query."""
    if entity.name not in SUMS or "sections" not in context:
        return
    words = registry.whole_entities()["channel_customer"].fields
    facts = [
        (words[each].label, found.value_text(record))
        for name, each in zip(OF_BUYER, ("order_count", "lifetime_value", "last_order_on"), strict=True)
        if (found := entity.fields.get(name)) is not None and not found.is_empty(found.get(record))
    ]
    if facts:
        context["channel_sums"] = facts
        context["extra_parts"] = [*context.get("extra_parts", ()), "channels/sums.html"]
