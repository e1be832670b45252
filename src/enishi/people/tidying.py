"""What the fields of accounts and contacts say of each other when they are tidied."""

from collections.abc import Iterable, Mapping
from typing import Any

from enishi.japanese.tidy import addresses
from enishi.japanese.tidy.proposals import Proposal, Spanning, Wishes

PLACE = ("postal_code", "prefecture", "address", "building")


def held(entity: Any, record: Any, names: Iterable[str]) -> dict[str, str]:
    """The values of those fields that the entity has, as the person who is served sees it."""
    return {name: str(entity.fields[name].get(record) or "") for name in names if name in entity.fields}


def of_one_field(name: str, made: Iterable[Proposal | None]) -> list[Spanning]:
    """Proposals for one field, as those of a record."""
    return [Spanning(one.rule, name, {name: one.value}, one.sure) for one in made if one is not None]


def place(values: Mapping[str, str], wishes: Wishes) -> list[Spanning]:
    """Proposals for where somebody is."""
    address = values.get("address", "")
    if not address:
        return (
            addresses.address_fields(values) if values.get("prefecture") or values.get("postal_code") else []
        )
    made = of_one_field("address", (addresses.inner_spaces(address), addresses.house_number(address, wishes)))
    return [*made, *addresses.address_fields(values)]
