"""Lists behind figures: the generic list of an entity, narrowed by conditions."""

import datetime
import json
from collections.abc import Iterable
from urllib.parse import urlencode

from enishi.records.conditions import all_of
from enishi.records.conditions.tree import Tree
from enishi.records.entity import Entity

MOST_OWNERS = 1000  # as many as a condition may name


def list_address(entity: Entity, *trees: Tree | None) -> str:
    """The address of the list of those records for which all trees hold."""
    tree = all_of(*trees)
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    return f"{entity.list_url}?{urlencode({'filter': text})}" if tree else entity.list_url


def between(field: str, first: datetime.date, last: datetime.date) -> Tree:
    """From the first to the last day, both included."""
    return {"field": field, "op": "between", "value": [first.isoformat(), last.isoformat()]}


def owned_by(owners: Iterable[int | None] | None) -> Tree | None:
    """Whose records: None everybody's, [None] those that nobody owns."""
    if owners is None:
        return None
    held = list(owners)
    if held == [None]:
        return {"field": "owner", "op": "empty"}
    keys = sorted(key for key in held if key is not None)
    if len(keys) == 1:
        return {"field": "owner", "op": "is", "value": keys[0]}
    return {"field": "owner", "op": "in", "value": keys[:MOST_OWNERS]}
