"""What the lines of a record are: an entity whose records belong to another and are edited there (see `fields.lines`)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from enishi.records.entity import Entity


class LineEntity(Entity):
    """Base of the entities of lines. `rights_through` is the reference to the record that a line belongs to, `rights_of` its entity."""

    in_navigation = False
    in_search = False
    has_timeline = False
    is_line = True
    lines_field: ClassVar[str] = "lines"  # of the record that they belong to
    line_columns: ClassVar[tuple[str, ...]] = ()  # what the editor shows
    line_same: ClassVar[tuple[str, ...]] = ()  # what tells that a changed line is the same thing still
    line_defaults: ClassVar[tuple[str, ...]] = ()  # what may be filled in a line that says nothing

    def title(self, record: Any) -> str:
        return str(record) or _("（品名なし）")

    def line_words(self, values: dict[str, Any]) -> str:
        """A line in a few words, for histories and cells."""
        return "、".join(
            self.field(name).text(value) for name, value in values.items() if value not in (None, "")
        )

    def columns_of(self, record: Any) -> tuple[str, ...]:
        """What the editor shows of the lines of this record (None: of one that is just being made)."""
        return self.line_columns

    def line_extras(self, record: Any) -> dict[str, Any]:
        """What the editor of lines knows beside its columns; `record` is what they belong to, where it is there."""
        return {}

    def hold_above(self, keys: Sequence[int]) -> None:
        """Whoever writes a document locks it and then its lines; a line that is written by itself is locked in the same order."""
        from enishi.records.registry import whole_entities

        up = f"{self.rights_through}_id"
        above = self.model._default_manager.filter(pk__in=keys).values(up)
        rows = whole_entities()[self.rights_of].model._default_manager.filter(pk__in=above).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))

    def locked(self, record: Any, names: set[str]) -> str:
        from enishi.records.registry import whole_entities

        if names <= {"owner", "tags", *(one.name for one in self.whole.own)}:
            return ""  # who looks after it is not what is written on the paper
        parent = getattr(record, self.rights_through, None)
        return (
            whole_entities()[self.rights_of].locked(parent, {self.lines_field}) if parent is not None else ""
        )
