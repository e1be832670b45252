"""What a condition tree may hold, and the scope it is read in."""

import datetime
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import RecordError
from enishi.records.fields import Date, FieldKind, InTeam, Linked, Person, Pointer, Reference, Tags

Tree = dict[str, Any]
MOST_NODES, DEEPEST, MOST_VALUES, LONGEST_TEXT = 200, 12, 5000, 1000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
NO_VALUE = {"empty", "not_empty", "today", "this_week", "this_month", "last_month", "next_month", "this_year"}
LISTS = {"in", "not_in"}
COUNTS = {"past_days", "next_days", "before_days"}


class BadCondition(RecordError):
    """The tree names something that does not exist or compares with the wrong kind of value."""


@dataclass(frozen=True)
class Scope:
    """Who asks and when: "me" and "this month" mean something only in a scope."""

    user: Any
    today: datetime.date
    nested: bool = False  # the tree says of connected records which are meant

    @classmethod
    def of(cls, user: Any) -> "Scope":
        """The scope of a person now."""
        return cls(user, timezone.localdate())


def check_plain(tree: Any) -> None:
    """Refuses what no database takes, wherever in the tree it stands: lone surrogates, NUL, endless lists and texts.

    Raises:
        BadCondition
    """
    left, seen = [tree], 0
    while left:
        one = left.pop()
        seen += 1
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            left += one
        elif isinstance(one, str) and (len(one) > LONGEST_TEXT or UNSTORABLE.search(one)):
            raise BadCondition(_("絞り込み条件の文字が長すぎるか、使えない文字を含んでいます。"))
        elif isinstance(one, int) and abs(one) >= 2**63:
            raise BadCondition(_("絞り込み条件の数が大きすぎます。"))
        if seen + len(left) > MOST_VALUES:
            raise BadCondition(_("絞り込み条件が多すぎます（%(most)d個まで）。") % {"most": MOST_VALUES})


def all_of(*trees: Tree | None) -> Tree:
    """One tree that asks for all of the given ones; empty ones drop out."""
    kept = [tree for tree in trees if tree]
    return kept[0] if len(kept) == 1 else {"all": kept} if kept else {}


def leaf_field(entity: Entity, tree: Tree) -> tuple[FieldKind, str]:
    """The field and operator of a leaf, looked up in the entity.

    Raises:
        BadCondition: no such field, or not an operator of its kind.
    """
    name, op = tree.get("field"), tree.get("op")
    if not isinstance(name, str) or not isinstance(op, str):
        raise BadCondition(_("絞り込み条件の形式が正しくありません。"))
    try:
        found = entity.field(name)
    except KeyError:
        raise BadCondition(
            _("%(entity)sに「%(name)s」という項目はありません。条件を作り直してください。")
            % {"entity": entity, "name": name[:40]}
        ) from None
    if op not in found.operators:
        raise BadCondition(_("「%(label)s」はこの条件では絞り込めません。") % {"label": found.label})
    return found, op


def leaf_value(found: FieldKind, op: str, tree: Tree, scope: Scope) -> Any:
    """The operand of a leaf, cleaned by the field's kind.

    Raises:
        BadCondition: it is missing or of the wrong kind.
    """
    value = tree.get("value")
    try:
        if op in NO_VALUE:
            return None
        if op in COUNTS:
            days = int(value) if isinstance(value, int | str) else -1
            if not 0 <= days <= 36_600:
                raise BadCondition(
                    _("「%(label)s」の日数は0から36600までで入力してください。") % {"label": found.label}
                )
            return days
        if op in LISTS:
            if not isinstance(value, list) or len(value) > 1000:
                raise BadCondition(_("「%(label)s」の条件には値の一覧が必要です。") % {"label": found.label})
            return [operand(found, one, scope) for one in value]
        if op == "between":
            if not isinstance(value, list) or len(value) != 2:
                raise BadCondition(
                    _("「%(label)s」の条件には始めと終わりが必要です。") % {"label": found.label}
                )
            return [operand(found, one, scope) for one in value]
        if op in {"contains", "not_contains", "starts"}:
            if not isinstance(value, str) or not value:
                raise BadCondition(_("「%(label)s」の条件に文字を入れてください。") % {"label": found.label})
            return value
        return operand(found, value, scope)
    except ValidationError as error:
        raise BadCondition(_("、").join(error.messages)) from None
    except ValueError:
        raise BadCondition(
            _("「%(label)s」の条件の値が正しくありません。") % {"label": found.label}
        ) from None


def steady(entity: Entity, tree: Any) -> bool:
    """Whether a tree selects by fixed values of the record's own columns alone: then it means the same SQL each time."""
    if not isinstance(tree, dict):
        return False
    for word in ("all", "any"):
        if word in tree:
            return isinstance(tree[word], list) and all(steady(entity, one) for one in tree[word])
    if "not" in tree:
        return steady(entity, tree["not"])
    found = entity.fields.get(str(tree.get("field")))
    if found is None or found.moving or isinstance(found, Date | Linked | Tags):
        return False
    if isinstance(found, Pointer):  # names are looked up, keys are not
        return isinstance(tree.get("value"), int) or tree.get("value") == "me"
    return not found.linked


def operand(found: FieldKind, value: Any, scope: Scope) -> Any:
    """One operand; "me" is the person who asks."""
    if value == "me" and isinstance(found, Person):
        return scope.user.pk
    if value == "me" and isinstance(found, InTeam):
        return scope.user.team_id or 0
    if isinstance(value, dict | list):
        raise ValidationError(_("「%(label)s」の条件の値が正しくありません。") % {"label": found.label})
    cleaned = found.operand(value)
    if found.is_empty(cleaned) and not isinstance(cleaned, bool):
        raise ValidationError(_("「%(label)s」の条件に値を入れてください。") % {"label": found.label})
    return cleaned


def related(entity: Entity, body: Any) -> tuple[Entity, Reference | None, str]:
    """What a "has" names: the other entity, and its reference field here or the link relation.

    Raises:
        BadCondition: there is no such connection.
    """
    if isinstance(body, dict) and isinstance(body.get("entity"), str):
        other = registry.find(body["entity"])
        if other is not None:
            name, relation = body.get("field"), body.get("link")
            for one in other.references:
                if one.name == name and one.to == entity.name:
                    return other, one, ""
            if relation == "about":
                return other, None, "about"
    raise BadCondition(_("条件にあるつながりが見つかりません。条件を作り直してください。"))


def linked(entity: Entity, body: Any) -> Linked | None:
    """The connection drawn by the owner that a "has" names, seen from here; None where it names something else."""
    if isinstance(body, dict) and "entity" not in body:
        found = entity.fields.get(str(body.get("field")))
        if isinstance(found, Linked):
            return found
    return None


def at_least(body: Any) -> int:
    """How many a "has" or "event" asks for.

    Raises:
        BadCondition
    """
    least = body.get("at_least", 1)
    if type(least) is not int or not 0 <= least <= 1_000_000:
        raise BadCondition(_("条件の回数は0から1000000までの整数にしてください。"))
    return least


def pointed(entity: Entity, body: Any) -> Reference:
    """The reference that an "of" names.

    Raises:
        BadCondition
    """
    if isinstance(body, dict):
        for one in entity.references:
            if one.name == body.get("field"):
                return one
    raise BadCondition(_("条件にあるつながりが見つかりません。条件を作り直してください。"))


def event_parts(body: Any) -> tuple[list[str], int | None, int]:
    """Kinds, days and count of an "event".

    Raises:
        BadCondition
    """
    if not isinstance(body, dict):
        raise BadCondition(_("絞り込み条件の形式が正しくありません。"))
    kinds, days = body.get("kinds") or [], body.get("days")
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise BadCondition(_("条件のできごとの種類が正しくありません。"))
    if days is not None and (type(days) is not int or not 0 <= days <= 36_600):
        raise BadCondition(_("条件の日数は0から36600までの整数にしてください。"))
    return kinds, days, at_least(body)


def operation_parts(body: Any) -> tuple[int, bool | None]:
    """The key of an "operation", and whether it asks for what that made (True), for what it changed (False), or for both (None).

    Raises:
        BadCondition
    """
    key, made = (body.get("id"), body.get("made")) if isinstance(body, dict) else (None, None)
    if type(key) is not int or key < 1 or not (made is None or isinstance(made, bool)):
        raise BadCondition(_("絞り込み条件の形式が正しくありません。"))
    return key, made


def check_size(tree: Any, depth: int = 0) -> int:
    """Counts nodes and refuses trees that are too deep or too large (they come from addresses and API calls).

    Raises:
        BadCondition
    """
    if depth == 0:
        check_plain(tree)
    if depth > DEEPEST or not isinstance(tree, dict):
        raise BadCondition(_("絞り込み条件の形式が正しくないか、重なりが深すぎます。"))
    nodes = 1
    for key in ("all", "any"):
        if key in tree:
            if not isinstance(tree[key], list):
                raise BadCondition(_("絞り込み条件の形式が正しくありません。"))
            nodes += sum(check_size(one, depth + 1) for one in tree[key])
    if "not" in tree:
        nodes += check_size(tree["not"], depth + 1)
    for key in ("of", "has"):
        body = tree.get(key)
        if isinstance(body, dict) and body.get("where"):
            nodes += check_size(body["where"], depth + 1)
    if nodes > MOST_NODES:
        raise BadCondition(_("絞り込み条件が多すぎます（%(most)d個まで）。") % {"most": MOST_NODES})
    return nodes


def date_range(op: str, value: Any, today: datetime.date) -> tuple[datetime.date, datetime.date] | None:
    """First and last day of an operator on dates, both included; None where it is no range."""
    day = datetime.timedelta(days=1)
    month_start = today.replace(day=1)
    if op == "is":
        return value, value
    if op == "today":
        return today, today
    if op == "this_week":
        start = today - day * today.weekday()
        return start, start + day * 6
    if op == "this_month":
        return month_start, next_month(today) - day
    if op == "last_month":
        return (month_start - day).replace(day=1), month_start - day
    if op == "next_month":
        start = next_month(today)
        return start, next_month(start) - day
    if op == "this_year":
        return today.replace(month=1, day=1), today.replace(month=12, day=31)
    if op == "past_days":
        return today - day * value, today
    if op == "next_days":
        return today, today + day * value
    if op == "before_days":
        return datetime.date.min, today - day * value
    if op == "gte":
        return value, datetime.date.max
    if op == "lte":
        return datetime.date.min, value
    if op == "between":
        return value[0], value[1]
    return None


def next_month(day: datetime.date) -> datetime.date:
    """The first day of the month after."""
    return (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)


def is_date(found: FieldKind) -> bool:
    """Whether date operators apply."""
    return isinstance(found, Date)
