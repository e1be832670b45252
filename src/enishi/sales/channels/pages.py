"""What channels add to cards: on an account, what its customers bought on all of them."""

from typing import Any

from django.http import HttpRequest

from enishi.records.entity import Entity
from enishi.records.pages.cards import card_context
from enishi.sales.channels.figures import OF_ACCOUNT


@card_context.connect
def on_account_card(request: HttpRequest, entity: Entity, record: Any, context: dict[str, Any]) -> None:
    """The sums over all channels, which stand on the account: no query."""
    if entity.name != "account" or "sections" not in context:
        return
    shown = [entity.fields[name] for name in OF_ACCOUNT if name in entity.fields]
    facts = [(one.label, one.value_text(record)) for one in shown if not one.is_empty(one.get(record))]
    if facts:
        context["channel_sums"] = facts
        context["extra_parts"] = [*context.get("extra_parts", ()), "channels/sums.html"]
