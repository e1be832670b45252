"""Connections: drawn, changed, retired and brought back."""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import registry
from enishi.records.design.drawing import changed, check_label, drawing, next_position, word
from enishi.records.errors import NotFound, Refused
from enishi.records.models import ConnectionDesign, Link
from enishi.records.tasks import compute_entity

MOST_CONNECTIONS = 60


@drawing
def add_connection(
    from_entity: str, to_entity: str, *, label: str, back_label: str, many: bool, by: User,
    options: Mapping[str, Any] | None = None,
) -> ConnectionDesign:  # fmt: skip
    """A connection between two entities (or of one with itself), named in both directions.

    Raises:
        NotAllowed, NotFound, Refused
    """
    here, there = registry.find(from_entity), registry.find(to_entity)
    if here is None or there is None:
        raise Refused({"to": [_("つなぐ相手を選んでください。")]})
    label = word(label, "label", _("こちらから見た名前"))
    back_label = word(back_label, "back_label", _("相手から見た名前"))
    check_label(here, label, "")
    check_label(there, back_label, "")
    if here is there and label == back_label:
        raise Refused({"back_label": [_("両側の名前を変えてください（例：親会社と子会社）。")]})
    if ConnectionDesign.objects.filter(from_entity=from_entity).count() >= MOST_CONNECTIONS:
        raise Refused({"label": [_("つながりは%(most)d個までです。") % {"most": MOST_CONNECTIONS}]})
    row = ConnectionDesign.objects.create(
        from_entity=from_entity, to_entity=to_entity, label=label, back_label=back_label, many=many,
        options=_connection_options(options or {}), position=max(next_position(from_entity), next_position(to_entity)),
    )  # fmt: skip
    changed(by, from_entity, f"+ {row}")
    return row


def _connection_options(raw: Mapping[str, Any]) -> dict[str, Any]:
    roles = raw.get("roles") or []
    if isinstance(roles, str):
        roles = re.split(r"[,、，\n]+", roles)
    made: dict[str, Any] = {
        "roles": [word(one, "roles", _("役割")) for one in roles if str(one).strip()][:50],
        "required": bool(raw.get("required")),
        "label_en": word(raw.get("label_en"), "label_en", "label", required=False),
        "back_label_en": word(raw.get("back_label_en"), "back_label_en", "label", required=False),
    }
    return {name: value for name, value in made.items() if value}


def _connection_row(name: str) -> ConnectionDesign:
    found = re.fullmatch(r"c([0-9]{1,18})r?", name)
    row = ConnectionDesign.objects.select_for_update().filter(pk=int(found[1])).first() if found else None
    if row is None:
        raise NotFound
    return row


@drawing
def change_connection(name: str, values: Mapping[str, Any], *, by: User) -> ConnectionDesign:
    """Names, roles; one becomes several at any time, several become one only where nobody has more than one.

    Raises:
        NotAllowed, NotFound, Refused
    """
    row = _connection_row(name)
    row.label = word(values.get("label", row.label), "label", _("こちらから見た名前"))
    row.back_label = word(values.get("back_label", row.back_label), "back_label", _("相手から見た名前"))
    for entity_name, label, mine in (
        (row.from_entity, row.label, row.key), (row.to_entity, row.back_label, row.back_key),
    ):  # fmt: skip
        entity = registry.find(entity_name)
        if entity is not None:
            check_label(entity, label, mine)
    many = bool(values.get("many", row.many))
    if row.many and not many and _has_several(row):
        raise Refused(
            {"many": [_("すでに2件以上つながっているものがあるため、「ひとつだけ」にはできません。")]}
        )
    row.many = many
    row.options = _connection_options({**row.options, **values})
    row.save()
    changed(by, row.from_entity, f"= {row}")
    return row


def _has_several(row: ConnectionDesign) -> bool:
    links = Link.objects.filter(relation=row.key, from_entity=row.from_entity, to_entity=row.to_entity)
    return links.values("from_id").annotate(n=Count("pk")).filter(n__gt=1).exists()


@drawing
def retire_connection(name: str, *, by: User) -> None:
    """Takes a connection out of sight; who is tied to whom stays."""
    row = _connection_row(name)
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    changed(by, row.from_entity, f"- {row}")


@drawing
def bring_back_connection(name: str, *, by: User) -> None:
    """The reverse of `retire_connection`."""
    row = _connection_row(name)
    row.retired_at = None
    row.save(update_fields=["retired_at"])
    for name in dict.fromkeys((row.from_entity, row.to_entity)):  # sums over it
        compute_entity.enqueue(name)
    changed(by, row.from_entity, f"+ {row}")
