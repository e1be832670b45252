"""What a person may choose in the wizard: what the rows of a sheet are, and where a column goes."""

from enishi.exchange import headings
from enishi.exchange.headings import importable
from enishi.exchange.mapping import Plan
from enishi.records import registry
from enishi.records.entity import Entity


def targets(plan: Plan) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be, by entity, for the wizard's choices."""
    return [
        (
            str(entity),
            [
                (f"{entity.name}.{one.name}", one.label)
                for one in entity.fields.values()
                if headings.takes(one)
            ],
        )
        for entity in [*importable(plan.main), *(one for one in plan.entities if one.name == "activity")]
    ]


def mains() -> list[Entity]:
    """What a person may say that the rows of a sheet are: what sheets are proposed as without being asked, then the rest."""
    usual = importable()
    return [*usual, *(one for one in registry.all_entities() if one.in_navigation and one not in usual)]
