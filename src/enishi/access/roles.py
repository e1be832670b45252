"""Making and changing roles and teams. Always through here: who has a role keeps one, rings of teams are refused, the log is written."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.access.models import Role, Team, User
from enishi.access.rights import ALL, FIELD_RIGHTS, LOOKING, REACHES, RECORD_ACTIONS, log_access
from enishi.japanese.text import clean

Fields = Mapping[str, set[str]]  # entity → the fields that may be hidden or fixed


def beginning(based_on: str) -> dict[str, Any]:
    """The rights that a new role begins with: those of a role that is there.

    Raises:
        ValidationError: there is none, or it is the admins'.
    """
    if based_on == User.Role.MEMBER:
        return {"default": dict(ALL), "entities": {}, "fields": {}, "imports": True}
    if based_on == User.Role.VIEWER:
        return {"default": dict(LOOKING), "entities": {}, "fields": {}, "imports": False}
    held = next((one for one in Role.objects.all() if one.key == based_on), None)
    if held is None:
        raise ValidationError({"based_on": _("もとにする役割を選んでください。")})
    return dict(held.rights)


def checked(rights: Mapping[str, Any], known: Fields) -> dict[str, Any]:
    """Rights with nothing in them but what there is: actions, reaches, entities, fields.

    Raises:
        ValidationError
    """
    wrong = ValidationError(_("権利の指定が正しくありません。画面を開き直してください。"))
    try:
        entities = {str(name): _reaches(held) for name, held in rights.get("entities", {}).items()}
        fields = {
            str(name): {str(one): str(right) for one, right in held.items()}
            for name, held in rights.get("fields", {}).items()
        }
        made: dict[str, Any] = {
            "default": _reaches(rights["default"]),
            "entities": entities,
            "fields": {name: held for name, held in fields.items() if held},
            "imports": bool(rights.get("imports")),
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise wrong from None
    for name, held in made["fields"].items():
        if name not in known or set(held) - known[name] or set(held.values()) - set(FIELD_RIGHTS):
            raise wrong
    if set(entities) - set(known):
        raise wrong
    return made


def _with_unused(rights: dict[str, Any], before: Mapping[str, Any], known: Fields) -> dict[str, Any]:
    """Rights together with what was said before of entities and fields that are out of use now: it holds again when they come back."""
    for name, held in before.get("entities", {}).items():
        if name not in known:
            rights["entities"][name] = held
    for name, held in before.get("fields", {}).items():
        unused = {one: right for one, right in held.items() if one not in known.get(name, ())}
        if unused:
            rights["fields"][name] = {**rights["fields"].get(name, {}), **unused}
    return rights


def _reaches(held: Mapping[str, str]) -> dict[str, str]:
    if set(held) - set(RECORD_ACTIONS) or set(held.values()) - set(REACHES):
        raise ValueError(held)
    return {action: held.get(action, "none") for action in RECORD_ACTIONS}


def add_role(name: str, based_on: str, *, by: User | None) -> Role:
    """A new role.

    Raises:
        ValidationError: by field.
    """
    role = Role(name=clean(name).strip(), rights=beginning(based_on))
    with transaction.atomic():
        role.full_clean()
        role.save()
        log_access(by, "role-add", "role", 1, role.name)
    return role


def change_role(
    role: Role,
    name: str,
    rights: Mapping[str, Any],
    known: Fields,
    *,
    by: User | None,
    seen: Callable[[Role], bool] = lambda held: True,
) -> Role:
    """Changes a role's name and rights; they hold for everybody who has it within two seconds.

    Args:
        seen: whether the role is, now that nobody else can change it, still what the person saw.

    Raises:
        ValidationError
    """
    with transaction.atomic():
        held = Role.objects.select_for_update().get(pk=role.pk)
        if not seen(held):
            raise ValidationError(
                _(
                    "この役割は、開いている間にほかの管理者が変更しました。画面には入力した内容が残っています。このまま上書きするなら、もう一度「保存」を押してください。"
                )
            )
        held.name, held.rights = clean(name).strip(), _with_unused(checked(rights, known), held.rights, known)
        held.full_clean()
        held.save()
        log_access(by, "role-change", "role", 1, f"{held.name} {held.rights}"[:2000])
    return held


def remove_role(role: Role, *, by: User | None) -> None:
    """Takes a role away that nobody has.

    Raises:
        ValidationError
    """
    with transaction.atomic():
        having = User.objects.select_for_update().filter(role=role.key).count()
        if having:
            raise ValidationError(
                ngettext(
                    "この役割の人が%(n)d人います。先に別の役割にしてください。",
                    "この役割の人が%(n)d人います。先に別の役割にしてください。",
                    having,
                )
                % {"n": having}
            )
        log_access(by, "role-remove", "role", 1, role.name)
        role.delete()


def save_team(team: Team | None, name: str, parent: Team | None, *, by: User | None) -> Team:
    """Makes or changes a team.

    Raises:
        ValidationError: no name, or it would stand below itself.
    """
    with transaction.atomic():
        list(Team.objects.select_for_update().values_list("pk"))  # two moves at once could make a ring
        held = Team() if team is None else Team.objects.get(pk=team.pk)
        above = parent
        while above is not None:
            if above.pk == held.pk:
                raise ValidationError(_("チームを自分の下には置けません。"))
            above = above.parent
        held.name, held.parent = clean(name).strip(), parent
        held.full_clean()
        held.save()
        log_access(by, "team", "team", 1, f"{held.name} ← {parent.name if parent else '—'}")
    return held


def remove_team(team: Team, *, by: User | None) -> None:
    """Takes a team away that has neither people nor teams below it.

    Raises:
        ValidationError
    """
    with transaction.atomic():
        if team.members.exists() or team.children.exists():
            raise ValidationError(
                _("人がいるチームや、下にチームがあるチームは消せません。先に移してください。")
            )
        log_access(by, "team-remove", "team", 1, team.name)
        team.delete()


def tree() -> list[tuple[Team, int]]:
    """Every team with its depth, each below the one it belongs to."""
    below: dict[int | None, list[Team]] = {}
    for one in Team.objects.all():
        below.setdefault(one.parent_id, []).append(one)
    made: list[tuple[Team, int]] = []

    def add(parent: int | None, depth: int) -> None:
        for one in below.get(parent, []):
            made.append((one, depth))
            add(one.pk, depth + 1)

    add(None, 0)
    return made
