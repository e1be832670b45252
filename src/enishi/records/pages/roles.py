"""Settings of who may what: roles, and teams. Admins only."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.access import roles
from enishi.access.models import Role, Team, User
from enishi.access.rights import RECORD_ACTIONS, admin_required
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.limits import hideable
from enishi.records.pages.base import person, stamp, whole


def _reach_words() -> list[tuple[str, str]]:
    return [("none", _("なし")), ("own", _("自分の担当")), ("team", _("チーム")), ("all", _("すべて"))]


def _action_words() -> list[tuple[str, str]]:
    return [
        ("see", _("見る")), ("create", _("登録")), ("change", _("変更")), ("delete", _("削除")), ("export", _("書き出し")),
    ]  # fmt: skip


def entities() -> list[Entity]:
    """Those that a role has rights in: not settings, not what hangs on another record."""
    return [one for one in registry.all_entities() if not one.admin_only and not one.rights_through]


def _known() -> dict[str, set[str]]:
    return {one.name: {found.name for found in hideable(one)} for one in entities()}


@admin_required
def roles_page(request: HttpRequest) -> HttpResponse:
    """Every role and who has it; a new one is made from one that is there."""
    wrong: list[str] = []
    if request.method == "POST":
        try:
            made = roles.add_role(
                request.POST.get("name", ""), request.POST.get("based_on", ""), by=person(request)
            )
        except ValidationError as error:
            wrong = list(error.messages)
        else:
            return redirect("role", made.pk)
    people: dict[str, list[str]] = {}
    for one in User.objects.filter(is_active=True):
        people.setdefault(one.role, []).append(str(one))
    words = {
        "admin": _("すべてを見て変更でき、設定と利用者の管理もできます。"),
        "member": _("すべての顧客や案件を見て、登録・変更・削除・書き出しができます。"),
        "viewer": _("すべてを見るだけです。"),
    }
    context = {
        "fixed": [(str(label), words[key], people.get(key, [])) for key, label in User.Role.choices],
        "own": [(one, people.get(one.key, [])) for one in Role.objects.all()],
        "bases": [(key, label) for key, label in User.Role.choices if key != User.Role.ADMIN],
        "wrong": wrong,
        "name": request.POST.get("name", ""),
    }
    return render(request, "access/roles.html", context, status=422 if wrong else 200)


@admin_required
def role_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What the people of one role may do: entity by entity, field by field."""
    role = get_object_or_404(Role, pk=pk)
    wrong: list[str] = []
    rights: dict[str, Any] = role.rights
    if request.method == "POST":
        rights = _posted(request)
        seen = request.POST.get("seen", "")
        try:
            roles.change_role(
                role,
                request.POST.get("name", ""),
                rights,
                _known(),
                by=person(request),
                seen=lambda held: seen in {"", _stamp(held)},
            )
        except ValidationError as error:
            wrong = list(error.messages)
        else:
            messages.success(request, _("保存しました。2秒以内に全員に効きます。"))
            return redirect("role", pk)
    context = {
        "role": role,
        "seen": _stamp(role),
        "name": request.POST.get("name", role.name),
        "wrong": wrong,
        "actions": _action_words(),
        "reaches": _reach_words(),
        "rows": [_row(one.name, str(one), rights) for one in entities()],
        "default": _row("", _("これから追加する台帳"), rights),
        "imports": rights.get("imports"),
        "fields": [
            {
                "entity": one,
                "fields": [(found, rights.get("fields", {}).get(one.name, {}).get(found.name, "")) for found in hideable(one)],
                "limited": len(rights.get("fields", {}).get(one.name, {})),
            }
            for one in entities()
        ],
        "people": User.objects.filter(role=role.key),
    }  # fmt: skip
    return render(request, "access/role.html", context, status=422 if wrong else 200)


def _stamp(role: Role) -> str:
    return stamp([role.name, role.rights])


def _row(name: str, label: str, rights: dict[str, Any]) -> dict[str, Any]:
    held = (
        rights.get("entities", {}).get(name, rights.get("default", {})) if name else rights.get("default", {})
    )
    return {
        "name": name,
        "label": label,
        "reaches": [(action, held.get(action, "none")) for action in RECORD_ACTIONS],
    }


def _posted(request: HttpRequest) -> dict[str, Any]:
    """The rights as the form sends them."""
    made: dict[str, Any] = {
        "default": {}, "entities": {}, "fields": {}, "imports": bool(request.POST.get("imports")),
    }  # fmt: skip
    for key, value in request.POST.items():
        kind, _dot, rest = key.partition(".")
        entity, _dot, last = rest.rpartition(".")
        if kind == "reach":
            held = made["entities"].setdefault(entity, {}) if entity else made["default"]
            held[last] = value
        elif kind == "field" and value:
            made["fields"].setdefault(entity, {})[last] = value
    return made


@admin_required
@require_POST
def role_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a role away that nobody has."""
    role = get_object_or_404(Role, pk=pk)
    try:
        roles.remove_role(role, by=person(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("role", pk)
    messages.success(request, _("役割「%(name)s」を消しました。") % {"name": role.name})
    return redirect("roles")


@admin_required
def teams_page(request: HttpRequest) -> HttpResponse:
    """The teams as a tree: made, renamed, moved, taken away."""
    if request.method == "POST":
        parent = Team.objects.filter(pk=whole(request.POST.get("parent", "")) or 0).first()
        team = Team.objects.filter(pk=whole(request.POST.get("team", "")) or 0).first()
        try:
            if request.POST.get("action") == "remove" and team is not None:
                roles.remove_team(team, by=person(request))
                messages.success(request, _("チーム「%(name)s」を消しました。") % {"name": team.name})
            else:
                roles.save_team(team, request.POST.get("name", ""), parent, by=person(request))
                messages.success(request, _("保存しました。"))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("teams")
    people: dict[int, list[str]] = {}
    for one in User.objects.filter(is_active=True, team__isnull=False):
        people.setdefault(one.team_id or 0, []).append(str(one))
    found = roles.tree()
    rows = [
        {"team": team, "indent": min(depth, 5), "people": people.get(team.pk, [])} for team, depth in found
    ]
    return render(request, "access/teams.html", {"rows": rows, "teams": [team for team, _depth in found]})
