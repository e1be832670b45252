"""What the access log says of a line, in words: what is written are names that last (keys of entities and roles, parts of a layout);
what is read are the words that the reader knows them by now."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.access.rights import role_names
from enishi.records import registry
from enishi.records.fields import KINDS

PARTS = {
    "order": gettext_lazy("並び順"), "sections": gettext_lazy("カードの項目"), "columns": gettext_lazy("一覧の列"), "quick": gettext_lazy("最初に聞く項目"), "board": gettext_lazy("ボード"),
    "amount": gettext_lazy("ボードの金額"), "calendar": gettext_lazy("カレンダー"),
}  # fmt: skip
SHARES = {
    "one": gettext_lazy("一人へ"),
    "load": gettext_lazy("少ない人から順に"),
    "area": gettext_lazy("地域で"),
}
PERSON = {
    "email": gettext_lazy("メールアドレス"), "name": gettext_lazy("名前"), "role": gettext_lazy("役割"), "team": gettext_lazy("チーム"), "team_id": gettext_lazy("チーム"),
    "language": gettext_lazy("言語"),
}  # fmt: skip
_TIE = re.compile(r"(\w+)\.(.*) — (\w+)\.(.*)\Z")
_KIND = re.compile(r"(.*) \((\w+)\)\Z")
_KEPT = re.compile(r"retention (\S*) ?(\w*)\Z")


def said(action: str, detail: str) -> str:
    """A line's detail, for people."""
    make = _SAID.get(action)
    return make(detail) if make is not None and detail else detail


def _design(detail: str) -> str:
    sign, text = detail[:2], detail[2:]
    if kept := _KEPT.match(detail):
        years = kept[1]
        if not years.isdigit():
            return _("保存期間なし")
        return _("保存期間 %(years)s年") % {"years": years} + (_("（自動）") if kept[2] else "")
    if sign not in {"+ ", "= ", "- "}:
        return detail
    parts = text.split(", ")
    if all(part in PARTS for part in parts):
        text = _("、").join(str(PARTS[part]) for part in parts)
    elif tie := _TIE.match(text):
        text = f"{_entity(tie[1])}「{tie[2]}」 — {_entity(tie[3])}「{tie[4]}」"
    elif (kind := _KIND.match(text)) and kind[2] in KINDS and KINDS[kind[2]].design_label:
        text = f"{kind[1]}（{KINDS[kind[2]].design_label}）"
    words = {"+ ": _("追加: %(what)s"), "= ": _("変更: %(what)s"), "- ": _("外した: %(what)s")}
    return words[sign] % {"what": text}


def _entity(name: str) -> str:
    found = registry.find(name)
    return str(found) if found is not None else name


def _ended(words: dict[str, Any], detail: str) -> str:
    """A key in brackets at the end, in words."""
    found = _KIND.match(detail)
    return f"{found[1]}（{words[found[2]]}）" if found and found[2] in words else detail


def _api_read(detail: str) -> str:
    return _("検索「%(words)s」") % {"words": detail[7:]} if detail.startswith("search ") else detail


def _role(detail: str) -> str:
    return detail.partition(" {")[0]


def _staff(detail: str) -> str:
    """「mail role: member → viewer, name: A → B」 or 「mail member」."""
    names = role_names()
    mail, _space, rest = detail.partition(" ")
    if rest in names:
        return f"{mail} {names[rest]}"
    changes = re.findall(r"(\w+): (.*?) → (.*?)(?=, \w+: |\Z)", rest)
    told = [
        f"{PERSON.get(name, name)}: {names.get(old, old)} → {names.get(new, new)}"
        for name, old, new in changes
    ]
    return f"{mail} {_('、').join(told)}" if told else detail


_SAID: dict[str, Callable[[str], str]] = {
    "design": _design, "handover": partial(_ended, SHARES), "api-read": _api_read, "role-change": _role, "user-add": _staff, "user-change": _staff,
}  # fmt: skip
