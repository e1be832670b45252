"""Likely the same: found by indexed keys while somebody types, at any number of records."""

from functools import partial
from typing import Any

from enishi.access.models import User
from enishi.japanese import companies, telephones
from enishi.japanese.text import clean, fold
from enishi.records.entity import Entity
from enishi.records.prepared import fetch
from enishi.records.visible import shape, visible


def similar(entity: Entity, values: dict[str, str], user: User, limit: int = 5) -> list[tuple[Any, str]]:
    """Records with the same name key, telephone or mail, each with the label of what agrees."""
    model = entity.model
    values = {name: clean(text) for name, text in values.items()}
    columns = {one.name for one in model._meta.concrete_fields}
    reasons: list[tuple[str, str, str]] = []
    if "match_key" in columns:
        name = values.get("name") or (values.get("family_name", "") + values.get("given_name", ""))
        key = companies.company_key(name) if "corporate_number" in columns else fold(name).replace(" ", "")
        if len(key) >= 2:
            reasons.append((entity.field("name").label, "match_key", key[:200]))
    numbers = [
        telephones.parse_telephone(text).display
        for column in ("phone", "mobile")
        if (text := values.get(column, "")) and sum(c.isdigit() for c in text) >= 9
    ]
    for column in ("phone", "mobile"):
        if column in columns:
            reasons += [(entity.field(column).label, column, number) for number in numbers]
    if "email" in columns and "@" in values.get("email", ""):
        reasons.append((entity.field("email").label, "email", values["email"]))
    found: dict[int, tuple[Any, str]] = {}

    def alike(column: str, value: Any) -> Any:
        return visible(entity, user).filter(**{column: value})[:limit]

    for label, column, text in reasons:
        for record in fetch(shape(entity, user, "similar", limit, column), partial(alike, column), text):
            found.setdefault(record.pk, (record, label))
    return list(found.values())[:limit]
