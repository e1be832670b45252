"""Drawing: every change of entities, fields and connections goes through one of these. Nothing is ever dropped: what is no longer
wanted is retired, keeps its values, and can be brought back.
"""

from enishi.records.design.connections import (
    add_connection,
    bring_back_connection,
    change_connection,
    retire_connection,
)
from enishi.records.design.entities import (
    LAYOUT,
    WORDS,
    add_entity,
    bring_back_entity,
    change_entity,
    is_taken,
    lay_out,
    order_entities,
    retire_entity,
)
from enishi.records.design.own_fields import (
    COUNTED,
    add_field,
    bring_back_field,
    change_field,
    retire_field,
)

__all__ = [
    "COUNTED", "LAYOUT", "WORDS", "add_connection", "add_entity", "add_field", "bring_back_connection", "bring_back_entity",
    "bring_back_field", "change_connection", "change_entity", "change_field", "is_taken", "lay_out", "order_entities", "retire_connection",
    "retire_entity", "retire_field",
]  # fmt: skip
