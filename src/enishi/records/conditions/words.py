"""A condition in words, for the chips above a list."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from enishi.records.conditions import tree as trees
from enishi.records.conditions.tree import BadCondition, Scope, Tree, leaf_field
from enishi.records.entity import Entity
from enishi.records.models import Operation

OPERATOR_WORDS = {
    "is": gettext_lazy("である"),
    "is_not": gettext_lazy("ではない"),
    "in": gettext_lazy("のどれか"),
    "not_in": gettext_lazy("のどれでもない"),
    "contains": gettext_lazy("を含む"),
    "not_contains": gettext_lazy("を含まない"),
    "starts": gettext_lazy("で始まる"),
    "gte": gettext_lazy("以上"),
    "lte": gettext_lazy("以下"),
    "gt": gettext_lazy("より大きい"),
    "lt": gettext_lazy("より小さい"),
    "between": gettext_lazy("の間"),
    "empty": gettext_lazy("が空"),
    "not_empty": gettext_lazy("が入っている"),
    "has": gettext_lazy("が付いている"),
    "has_not": gettext_lazy("が付いていない"),
    "today": gettext_lazy("今日"),
    "this_week": gettext_lazy("今週"),
    "this_month": gettext_lazy("今月"),
    "last_month": gettext_lazy("先月"),
    "next_month": gettext_lazy("来月"),
    "this_year": gettext_lazy("今年"),
    "past_days": gettext_lazy("過去…日以内"),
    "next_days": gettext_lazy("今後…日以内"),
    "before_days": gettext_lazy("…日以上前"),
}


def describe(entity: Entity, tree: Tree, scope: Scope) -> str:
    """「業種: 製造」, 「最終接触: 30日以上前」; nested trees with または / かつ."""
    if not tree or tree in ({"all": []}, {"any": []}):
        return _("すべて")
    if "all" in tree:
        return _("、かつ ").join(_part(entity, one, scope) for one in tree["all"])
    if "any" in tree:
        return _(" または ").join(_part(entity, one, scope) for one in tree["any"])
    if "not" in tree:
        return _("「%(inner)s」を除く") % {"inner": describe(entity, tree["not"], scope)}
    if "search" in tree:
        return _("検索: %(text)s") % {"text": tree["search"]}
    if "of" in tree:
        pointer: Any = entity.field(tree["of"]["field"])
        inner = describe(pointer.target, tree["of"].get("where") or {}, scope)
        return _("%(label)s（%(inner)s）") % {"label": pointer.label, "inner": inner}
    if "has" in tree:
        return _has(entity, tree["has"], scope)
    if "event" in tree:
        return _event(tree["event"])
    if "operation" in tree:
        return _operation(tree["operation"], scope)
    return _leaf(entity, tree, scope)


def _part(entity: Entity, tree: Tree, scope: Scope) -> str:
    """A condition among others: several of its own stand in brackets, so that nobody takes one for the others'."""
    text = describe(entity, tree, scope)
    several = len(tree.get("all") or tree.get("any") or ()) > 1
    return _("（%(inner)s）") % {"inner": text} if several else text


def _leaf(entity: Entity, tree: Tree, scope: Scope) -> str:
    found, op = leaf_field(entity, tree)
    value = tree.get("value")

    def text(one: Any) -> str:
        if one == "me":
            return _("自分")
        try:
            return found.text(trees.operand(found, one, scope))
        except Exception:  # a value that no longer exists still has a chip to take away
            return str(one)

    if op in trees.NO_VALUE:
        return (
            f"{found.label}: {OPERATOR_WORDS[op]}"
            if op not in {"empty", "not_empty"}
            else (f"{found.label}{OPERATOR_WORDS[op]}")
        )
    if op in trees.COUNTS:
        return f"{found.label}: " + str(OPERATOR_WORDS[op]).replace("…", str(value))
    if op in {"is", "has"}:
        return f"{found.label}: {text(value)}"
    if op == "in" and isinstance(value, list):
        return f"{found.label}: " + "・".join(text(one) for one in value)
    if op == "not_in" and isinstance(value, list):
        return f"{found.label}: " + _("%(values)s を除く") % {"values": "・".join(text(one) for one in value)}
    if op == "between" and isinstance(value, list) and len(value) == 2:
        return f"{found.label}: {text(value[0])} – {text(value[1])}"
    if op in {"gte", "lte"} and trees.is_date(found):
        return f"{found.label}: {text(value)}" + (_("以降") if op == "gte" else _("以前"))
    shown = value if op in {"contains", "not_contains", "starts"} else text(value)
    return _("%(label)s: %(value)s %(operator)s") % {
        "label": found.label,
        "value": shown,
        "operator": OPERATOR_WORDS[op],
    }


def _has(entity: Entity, body: Any, scope: Scope) -> str:
    tied = trees.linked(entity, body)
    other = tied.target if tied is not None else trees.related(entity, body)[0]
    least = body.get("at_least", 1)
    inner = describe(other, body["where"], scope) if body.get("where") else ""
    label = tied.label if tied is not None else str(other)
    name = f"{label}（{inner}）" if inner else label
    if least == 0:
        return _("%(name)sがない") % {"name": name}
    if least == 1:
        return _("%(name)sがある") % {"name": name}
    return ngettext("%(name)sが%(least)d件以上", "%(name)sが%(least)d件以上", least) % {
        "name": name,
        "least": least,
    }


def _event(body: Any) -> str:
    from enishi.records.timeline import kind_label

    names = "・".join(kind_label(kind) for kind in body.get("kinds") or []) or _("できごと")
    days, least = body.get("days"), body.get("at_least", 1)
    span = _("過去%(days)d日に") % {"days": days} if days is not None else ""
    if least == 0:
        return _("%(span)s%(names)sがない") % {"span": span, "names": names}
    return _("%(span)s%(names)sが%(least)d回以上") % {"span": span, "names": names, "least": least}


def _operation(body: Any, scope: Scope) -> str:
    """「取り込み: 来場者.csv」; files are called after customers, so their names are for those who brought them, and for admins."""
    key, made = trees.operation_parts(body)
    found = Operation.objects.filter(pk=key).first()
    kind = found.get_kind_display() if found is not None else _("操作")
    named = found is not None and (found.user_id == scope.user.pk or scope.user.is_admin)
    text = f"{kind}: {found.summary}" if found is not None and named and found.summary else str(kind)
    if made is None:
        return text
    return _("%(text)s（新しく登録）") % {"text": text} if made else _("%(text)s（更新）") % {"text": text}


__all__ = ["OPERATOR_WORDS", "BadCondition", "describe"]
