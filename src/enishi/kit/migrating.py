"""Migrations whose models are drawn once, not after each operation."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """New tables with all that is added to them, new columns and indexes of others, from the state after the last of these operations.

    Django draws every model that is connected with a changed one anew after each operation. Here all are connected with the users,
    so that most of the time of a first start went into it. The schema is the same.

    Args:
        operations: `CreateModel` and what is added to what they create; onto other tables `AddIndex`, `RemoveIndex`, and `AddField` of
            what SQLite adds without building the table anew (may be empty, no default, not unique).

    Raises:
        ValueError: something else is among them.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[Any]) -> None:
        self.operations = list(operations)
        self.made: set[str] = set()
        for one in self.operations:
            if not _fits(one, self.made):
                raise ValueError(f"{one!r} needs a step of its own")
            if isinstance(one, CreateModel):
                self.made.add(one.name_lower)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As Django writes it down."""
        return type(self).__name__, [], {"operations": self.operations}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Without drawn models nothing is drawn in between; the next who asks for them has all drawn once."""
        state.__dict__.pop("apps", None)
        for one in self.operations:
            one.state_forwards(app_label, state)

    def _steps(self) -> list[Any]:
        """What the database is asked for: what is added to a new table is made with it."""
        return [
            one for one in self.operations if isinstance(one, CreateModel) or _table(one) not in self.made
        ]

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Each table with its columns, indexes and constraints, and what is added to others."""
        for one in self._steps():
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """The other way round."""
        for one in reversed(self._steps()):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """In words."""
        return "; ".join(one.describe() for one in self.operations)


def gathered(operations: Sequence[Any]) -> list[Any]:
    """These operations, with each run of them that can be done at once put `Together`."""
    found: list[Any] = []
    run: list[Any] = []
    for one in operations:
        if _fits(one, {other.name_lower for other in run if isinstance(other, CreateModel)}):
            run.append(one)
            continue
        found += [*_joined(run), one]
        run = []
    return found + _joined(run)


def _joined(run: list[Any]) -> list[Any]:
    return [Together(run)] if len(run) > 1 else run


def _table(one: Any) -> str:
    return str(one.model_name).lower()


def _fits(one: Any, made: set[str]) -> bool:
    """Whether it needs no state between the first and the last of its run."""
    if isinstance(one, CreateModel | AddIndex):
        return True
    if isinstance(one, AddField | AddConstraint) and _table(one) in made:
        return True
    if isinstance(one, RemoveIndex):
        return _table(one) not in made
    return isinstance(one, AddField) and _plain(one.field)


def _plain(field: Any) -> bool:
    """Whether SQLite adds it by ALTER TABLE (Django builds the table anew for all others)."""
    return bool(
        field.null
        and not (
            field.unique
            or field.primary_key
            or field.many_to_many
            or field.has_default()
            or field.has_db_default()
            or field.generated
        )
    )
