"""What a form or a file says of a connection: who is added, who is taken out, in which role."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError

_ROLE = re.compile(r"(.+?)（([^（）]{1,100})）\Z", re.DOTALL)


@dataclass(frozen=True)
class LinkEdit:
    """Records added to a list and taken out of it, and one that goes a place up; a role of None leaves the one that is there."""

    added: tuple[tuple[int, str | None], ...]
    removed: frozenset[int]
    raised: int = 0


def raised(pairs: list[tuple[int, str]], key: int) -> list[tuple[int, str]]:
    """The pairs with one of them a place further up."""
    place = next((place for place, pair in enumerate(pairs) if pair[0] == key), 0)
    if place:
        pairs[place - 1], pairs[place] = pairs[place], pairs[place - 1]
    return pairs


def with_role(name: str, find: Callable[[str], int]) -> tuple[int, str | None]:
    """A record by its name, or by its name with the role behind it in brackets."""
    try:
        return find(name), None
    except ValidationError:
        found = _ROLE.match(name)
        if found is None:
            raise
        return find(found[1].strip()), found[2]
