"""What several records become as one: field by field the sensible value, before anybody has chosen.

Of two values that differ the one counts that was verified last (written by somebody, as the history tells), and of those that
were never touched the one of the record about which most is known. An empty value never wins over one that is there. What can
stand side by side (tags, files, long texts, connections) is kept whole.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from enishi.japanese.text import fold
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind, LongText
from enishi.records.fields.links import load as load_links
from enishi.records.models import Event

MOST_EVENTS = 2000
REACH = frozenset({"telephone", "email"})
UNCHOSEN = frozenset({"created_at", "updated_at", "created_by", "updated_by"})


@dataclass
class Value:
    """What one record says in a field."""

    record_id: int
    value: Any
    text: str
    empty: bool


@dataclass
class Choice:
    """A field of the proposal: what each record says, whose value is proposed (None: all of them together), and the value."""

    found: FieldKind
    values: list[Value]
    picked: int | None
    value: Any
    differs: bool

    @property
    def name(self) -> str:
        """The field's name."""
        return self.found.name


@dataclass
class Proposal:
    """What a merge would make of records; `keep` is the one that stays."""

    entity: Entity
    keep: Any
    others: list[Any]
    choices: dict[str, Choice]
    warnings: list[str] = field(default_factory=list)

    @property
    def records(self) -> list[Any]:
        """All of them, the one that stays first."""
        return [self.keep, *self.others]


def propose(entity: Entity, records: Sequence[Any], *, keep_id: int | None = None) -> Proposal:
    """The proposal for records of an entity (with their fields as the entity given shows them).

    Args:
        keep_id: the record that shall stay; else the one about which most is known, of equals the oldest.
    """
    load_links(entity, records, entity.fields)
    known = {record.pk: _known(entity, record) for record in records}
    ordered = sorted(records, key=lambda record: (-known[record.pk], record.pk))
    keep = next((record for record in ordered if record.pk == keep_id), ordered[0])
    others = [record for record in ordered if record is not keep]
    verified = _verified(entity, records)
    best = [keep, *others]
    choices: dict[str, Choice] = {}
    groups = {name: group for group in entity.together for name in group}
    sources: dict[tuple[str, ...], Any] = {}
    for name, found in entity.fields.items():
        if not chosen_in_merge(found):
            continue
        group = groups.get(name)
        if group and group not in sources:
            sources[group] = _group_source(entity, group, best, verified)
        choices[name] = _choice(found, best, verified, sources.get(group) if group else None)
    proposal = Proposal(entity, keep, others, choices)
    proposal.warnings = entity.merge_warnings(best)
    return proposal


def chosen_in_merge(found: FieldKind) -> bool:
    """Whether a merge decides about a field (what follows from others, or the program keeps, it doesn't)."""
    if found.computed or found.name in UNCHOSEN or found.kind == "moment":
        return False
    return found.editable or found.linked or found.kind == "file" or bool(getattr(found, "pictures", False))


def _known(entity: Entity, record: Any) -> int:
    """How many fields of a record say something."""
    return sum(
        1
        for found in entity.fields.values()
        if found.editable and not found.is_empty(found.get(record)) and not found.computed
    )


def _verified(entity: Entity, records: Sequence[Any]) -> dict[tuple[int, str], datetime.datetime]:
    """When a value was written last, by record and field; none for what stands as it came in."""
    rows = Event.objects.filter(entity=entity.name, record_id__in=[record.pk for record in records])
    newest = rows.filter(version__gt=1).order_by("-pk").values_list("record_id", "at", "data")
    made: dict[tuple[int, str], datetime.datetime] = {}
    for record_id, at, data in newest[:MOST_EVENTS]:
        for name in data.get("changes", ()):
            made.setdefault((record_id, name), at)
    return made


_NEVER = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)


def _order(found: FieldKind, best: Sequence[Any], verified: Mapping[tuple[int, str], Any]) -> list[Any]:
    """Records by how much their value of a field counts: verified last first, then as they came (the most complete first)."""
    return sorted(
        best, key=lambda record: -(verified.get((record.pk, found.name), _NEVER) - _NEVER).total_seconds()
    )


def _choice(
    found: FieldKind, best: Sequence[Any], verified: Mapping[tuple[int, str], Any], source: Any
) -> Choice:
    values = []
    for record in best:
        value = found.get(record)
        values.append(Value(record.pk, value, found.value_text(record), found.is_empty(value)))
    ordered = _order(found, best, verified)
    if source is not None and not found.is_empty(found.get(source)):
        ordered = [source, *(record for record in ordered if record is not source)]
    value = found.combine([found.get(record) for record in ordered])
    told = [one for one in values if not one.empty]
    differs = len({repr(one.value) for one in told}) > 1
    picked: int | None = next((one.record_id for one in values if one.value == value), None)
    if found.joins and differs:
        picked = next((one.record_id for one in values if one.value == value), None)
    return Choice(found, values, picked, value, differs)


def _group_source(
    entity: Entity, group: tuple[str, ...], best: Sequence[Any], verified: Mapping[tuple[int, str], Any]
) -> Any:
    """The record whose address (name, post) is taken as a whole: the one verified last, else the one that says most."""
    names = [name for name in group if name in entity.fields]
    if not names:
        return None

    def weight(record: Any) -> tuple[float, int, int]:
        said = [str(entity.fields[name].value_text(record)) for name in names]
        last = max((verified.get((record.pk, name), _NEVER) for name in names), default=_NEVER)
        filled = sum(map(bool, said))
        return (last - _NEVER).total_seconds() if filled else -1.0, filled, sum(map(len, said))

    return max(best, key=weight)


# --- what is left out ---------------------------------------------------------------------------------
def note_field(entity: Entity) -> FieldKind | None:
    """The long text that takes what is not chosen."""
    found = entity.fields.get("note")
    if isinstance(found, LongText) and found.editable:
        return found
    return next((one for one in entity.fields.values() if isinstance(one, LongText) and one.editable), None)


def left_out(proposal: Proposal, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Telephone numbers and mail addresses that no field of the result holds: (field's word, value)."""
    kept = {
        fold(str(values.get(name, choice.value)))
        for name, choice in proposal.choices.items()
        if choice.found.kind in REACH
    }
    made: dict[tuple[str, str], None] = {}
    for choice in proposal.choices.values():
        if choice.found.kind in REACH:
            for one in choice.values:
                if not one.empty and fold(str(one.value)) not in kept:
                    made[choice.found.label, one.text] = None
    return list(made)


def left_out_lines(proposal: Proposal, values: Mapping[str, Any]) -> str:
    """The same as lines for the note."""
    return "\n".join(
        _("統合前の%(label)s: %(text)s") % {"label": label, "text": text}
        for label, text in left_out(proposal, values)
    )
