"""Several people in one row of a ledger of firms (担当①, 担当②): what belongs to the second of them is not the firm's."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enishi.exchange.sheet import Column

_OWN = ("担当", "代表", "社長", "pic")
_REACH = ("email", "phone", "mobile", "fax")


def keep_apart(columns: Iterable["Column"]) -> None:
    """A column that tells of a person (担当①メール) goes to the person, the second one's (担当②メール) into the note with its heading: neither
    is the firm's."""
    columns = list(columns)
    if not any(one.target in {"contact.name", "contact.family_name"} for one in columns):
        return
    for column in columns:
        entity, _dot, name = column.target.partition(".")
        if entity != "account" or name not in _REACH or not _is_a_persons(column):
            continue
        theirs = f"contact.{name}"
        column.target = "" if any(one.target == theirs for one in columns) else theirs


def _is_a_persons(column: "Column") -> bool:
    return any(word in column.heading.lower() for word in _OWN)
