"""What every change of the design has in common: who may, that every process hears of it, and words that are taken only once."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.access.rights import log_access
from enishi.japanese.text import clean
from enishi.kit.hooks import Hook
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.models import ConnectionDesign, DesignRound, FieldDesign
from enishi.records.visible import require

field_seen = Hook("a field was taken out of sight or brought back")  # entity: its name, field: the field's


def raise_number() -> int:
    """One more: what every process holds is old. In the transaction of the change."""
    DesignRound.objects.get_or_create(pk=1)
    row = DesignRound.objects.select_for_update().get(pk=1)
    row.number += 1
    row.save(update_fields=["number"])
    return row.number


def changed(by: User, entity: str, what: str) -> None:
    """Raises the number of the design, so that every process reads it anew, and remembers who did what."""
    raise_number()
    log_access(by, "design", entity, 1, what[:500])


def drawing(work: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of operations: only admins draw; in one transaction; this process sees the result at once."""

    def drawn(*given: Any, by: User, **more: Any) -> Any:
        require(by, "admin")
        try:
            with transaction.atomic():
                return work(*given, by=by, **more)
        finally:
            registry.refresh(now=True)

    drawn.__doc__, drawn.__name__ = work.__doc__, work.__name__
    return drawn


def word(raw: Any, name: str, label: str, *, longest: int = 60, required: bool = True) -> str:
    """A name that the owner gives.

    Raises:
        Refused
    """
    text = " ".join(clean(str(raw or "")).split())
    if required and not text:
        raise Refused({name: [_("%(label)sを入力してください。") % {"label": label}]})
    if len(text) > longest:
        raise Refused(
            {name: [_("%(label)sは%(longest)d文字までです。") % {"label": label, "longest": longest}]}
        )
    return text


def check_label(entity: Entity, label: str, mine: str) -> None:
    for one in entity.fields.values():
        if one.name != mine and one.label == label and not one.hidden:
            raise Refused(
                {
                    "label": [
                        _("「%(label)s」という項目はすでにあります。別の名前にしてください。")
                        % {"label": label}
                    ]
                }
            )


def next_position(entity_name: str) -> int:
    """Behind all fields and connections that are there."""
    last = [
        FieldDesign.objects.filter(entity=entity_name).aggregate(n=Max("position"))["n"],
        ConnectionDesign.objects.filter(from_entity=entity_name).aggregate(n=Max("position"))["n"],
        ConnectionDesign.objects.filter(to_entity=entity_name).aggregate(n=Max("position"))["n"],
    ]
    return max((one for one in last if one is not None), default=0) + 1
