"""Records and bodies as the API gives and takes them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.connect import tokens
from enishi.connect.api.base import BadRequest, Call, whole_number
from enishi.connect.models import ApiToken
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import NotAllowed
from enishi.records.fields import FieldKind, Linked
from enishi.records.fields.links import load as load_links
from enishi.records.limits import unseen
from enishi.records.visible import exports_all, visible


def reads(token: ApiToken, entity: Entity) -> bool:
    """Whether a token may read this entity: what it may not read it is told nothing of, not by way of another either."""
    return tokens.allows(token, "read", entity.name, entity.slug)


def fields_of(entity: Entity) -> list[FieldKind]:
    """Fields that the API shows."""
    return [one for one in entity.fields.values() if not one.hidden]


def shown(
    request: Call, entity: Entity, records: Sequence[Any], names: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """Records as the API gives them; connections of all of them in two queries each.

    Args:
        names: the fields that are wanted; None: all.
    """
    wanted = None if names is None else set(names)
    fields = [found for found in fields_of(entity) if wanted is None or found.name in wanted]
    load_links(entity, records, [found.name for found in fields if found.linked])
    for each in entity.references:  # whose names are asked for one by one by some titles
        unseen(registry.find(each.to), filter(None, map(each.get, records)))
    seen = {
        found.name: _seen(found, records, request.person) for found in fields if isinstance(found, Linked)
    }
    # Column by column: what a field needs to know it asks once for all of them.
    held = {found.name: found.values(records) for found in fields if not isinstance(found, Linked)}
    return [
        {
            "id": record.pk,
            "version": record.version,
            "title": entity.title(record),
            "url": entity.url(record.pk),
            "fields": {
                found.name: _tied(found, record, seen)
                if isinstance(found, Linked)
                else found.to_json(held[found.name][place])
                for found in fields
            },
        }
        for place, record in enumerate(records)
    ]


def answered(request: Call, entity: Entity, record: Any, sent: Iterable[str] = ()) -> dict[str, Any]:
    """A record that was just written. A token that may only write is told what it sent, as it is stored, and no more."""
    if reads(request.token, entity):
        return shown(request, entity, [record])[0]
    made = shown(request, entity, [record], sent)[0]
    del made["title"]
    return made


def _seen(found: Linked, records: Sequence[Any], user: User) -> set[int]:
    """Of the records tied to these, those that the person may see."""
    keys = {key for record in records for key, _role in found.get(record)}
    return (
        set(visible(found.target, user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    )


def _tied(found: Linked, record: Any, seen: dict[str, set[int]]) -> list[dict[str, Any]]:
    return [{"id": key, "role": role} for key, role in found.get(record) if key in seen[found.name]]


def given(held: dict[str, Any], *, versioned: bool = True) -> tuple[dict[str, Any], int | None]:
    """The fields of a body, and the version that it was read at (`versioned`: a new record has none).

    Raises:
        BadRequest
    """
    fields = held.get("fields")
    if not isinstance(fields, dict) or set(held) - ({"fields", "version"} if versioned else {"fields"}):
        raise BadRequest(_('本文は {"fields": {項目: 値}} の形にしてください。'))
    return fields, whole_number(held.get("version"), "version", None, 2**31 - 1)


def check_scopes(token: ApiToken, entity: Entity, tree: Any) -> None:
    """Conditions ask only about entities that the token may read: else its answers would tell what others hold.

    Raises:
        NotAllowed
    """
    if isinstance(tree, list):
        for one in tree:
            check_scopes(token, entity, one)
    if not isinstance(tree, dict):
        return
    for word in ("all", "any", "not"):
        check_scopes(token, entity, tree.get(word))
    for word in ("of", "has"):
        held = tree.get(word)
        if not isinstance(held, dict):
            continue
        found = entity.fields.get(str(held.get("field")))
        name = held.get("entity") or getattr(found, "to", "")
        other = registry.find(name) if isinstance(name, str) else None
        if other is None:
            continue  # which is no condition
        if not reads(token, other):
            raise NotAllowed(
                _("このトークンの使い道では、%(entity)sの条件は使えません。") % {"entity": other}
            )
        check_scopes(token, other, held.get("where"))
    found = entity.fields.get(str(tree.get("field")))
    if "op" in tree and isinstance(found, Linked) and not reads(token, found.target):
        raise NotAllowed(
            _("このトークンの使い道では、%(entity)sの条件は使えません。") % {"entity": found.target}
        )


def require_whole(request: Call, entity: Entity) -> None:
    """Who goes through all pages takes the list with him, as by an export.

    Raises:
        NotAllowed: exports reach less than what the person sees
    """
    if not exports_all(entity, request.person):
        raise NotAllowed(
            _(
                "続きのページを読むには「書き出し」の権利が要ります。条件を付けて、1回で読める件数に絞ってください。"
            )
        )
