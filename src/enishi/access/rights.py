"""Who may do what.

Three roles are always there: admins may do all, members all but administer, viewers look. Roles that the owner of the company
makes (`access.Role`) say for each entity how far each action reaches: none, own, the team's, all; and which fields are
hidden or only read. Roles and teams are few: each process keeps them and looks again after two seconds.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from enishi.access.models import AccessLog, Role, Team, User

REACHES = ("none", "own", "team", "all")
RECORD_ACTIONS = ("see", "create", "change", "delete", "export")
WRITES = frozenset({"create", "change", "delete", "import"})
ACTIONS = frozenset({"see", "export", "admin"}) | WRITES
FIELD_RIGHTS = ("hidden", "fixed")
KEEP_SECONDS = 2.0
Reaches = Mapping[str, str]

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


@dataclass(frozen=True)
class Rights:
    """What one person may do.

    `look` says what of it changes how entities look (what is hidden or fixed); "" where nothing is. It and `key` are the same for
    all who may do the same.
    """

    key: str
    user: int
    default: Reaches
    entities: Mapping[str, Reaches] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    admin: bool = False
    imports: bool = False
    team: frozenset[int] = frozenset()  # users of the person's team and those below it, himself among them
    look: str = ""

    def reach(self, action: str, entity: str = "") -> str:
        """How far an action reaches in an entity; nothing reaches farther than one sees."""
        held = self.entities.get(entity, self.default)
        wanted, seen = held.get(action, "none"), held.get("see", "none")
        return min(wanted, seen, key=REACHES.index)

    @property
    def writes(self) -> bool:
        """Whether anything at all may be created or changed."""
        every = (self.default, *self.entities.values())
        return any(held.get(action, "none") != "none" for held in every for action in ("create", "change"))

    def owners(self, action: str, entity: str = "") -> frozenset[int] | None:
        """Whose records an action may touch; None: everybody's."""
        reach = self.reach(action, entity)
        if reach == "all":
            return None
        return {"none": frozenset[int](), "own": frozenset({self.user}), "team": self.team}[reach]


ALL = dict.fromkeys(RECORD_ACTIONS, "all")
LOOKING = {"see": "all"}


def of_role(role: str, held: Mapping[str, Any] | None, user: int, team: frozenset[int], stamp: str) -> Rights:
    """The rights of a role's key and row; a role that isn't there any more opens nothing."""
    if role == User.Role.ADMIN:
        return Rights(role, user, ALL, admin=True, imports=True)
    if role == User.Role.MEMBER:
        return Rights(role, user, ALL, imports=True)
    if role == User.Role.VIEWER:
        return Rights(role, user, LOOKING)
    if held is None:
        return Rights(role, user, {}, look="nothing")
    entities, fields = held.get("entities", {}), held.get("fields", {})
    # What isn't seen in full takes from others what is summed up over it.
    hides = bool(fields) or any(
        one.get("see", "none") != "all" for one in (held.get("default", {}), *entities.values())
    )
    return Rights(
        role,
        user,
        held.get("default", {}),
        entities,
        fields,
        imports=bool(held.get("imports")),
        team=team | {user},
        look=f"{role}.{stamp}" if hides else "",
    )


@dataclass(frozen=True)
class _Tables:
    """Roles and teams as they stood a moment ago."""

    at: float
    stamp: str
    roles: Mapping[str, Role]
    below: Mapping[int, frozenset[int]]  # team → users of it and of those below it


_kept: list[_Tables] = []


def _tables() -> _Tables:
    now = time.monotonic()
    if _kept and now - _kept[0].at < KEEP_SECONDS:
        return _kept[0]
    roles = {one.key: one for one in Role.objects.all()}
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    members: dict[int, set[int]] = {}
    for user, team in User.objects.filter(team__isnull=False).values_list("pk", "team_id"):
        for above in _chain(team, parents):
            members.setdefault(above, set()).add(user)
    stamp = str(hash(repr(sorted((key, one.rights) for key, one in roles.items()))))
    _kept[:] = [_Tables(now, stamp, roles, {team: frozenset(users) for team, users in members.items()})]
    return _kept[0]


def _chain(team: int | None, parents: Mapping[int, int | None]) -> list[int]:
    """A team and those above it; a ring ends where it began."""
    found: list[int] = []
    while team is not None and team not in found:
        found.append(team)
        team = parents.get(team)
    return found


@receiver([post_save, post_delete], sender=User)
@receiver([post_save, post_delete], sender=Role)
@receiver([post_save, post_delete], sender=Team)
def forget(**_more: Any) -> None:
    """A change made here is seen here at once."""
    _kept.clear()


NOTHING = Rights("", 0, {})


def rights_of(user: User | AnonymousUser) -> Rights:
    """What a person may do now; nothing where he isn't signed in or was stopped."""
    if not isinstance(user, User) or not user.is_active:
        return NOTHING
    known = user.__dict__.get("_rights")
    if (
        known is not None
        and known[0] == (user.role, user.team_id)
        and time.monotonic() - known[1] < KEEP_SECONDS
    ):
        return known[2]  # type: ignore[no-any-return]
    if user.role in User.Role.values:
        made = of_role(user.role, None, user.pk, frozenset(), "")
    else:
        tables = _tables()
        row = tables.roles.get(user.role)
        team = tables.below.get(user.team_id or 0, frozenset())
        made = of_role(user.role, row.rights if row else None, user.pk, team, tables.stamp)
    user.__dict__["_rights"] = ((user.role, user.team_id), time.monotonic(), made)
    return made


def role_names() -> dict[str, str]:
    """Every role by its key, in words."""
    built_in = {str(key): str(label) for key, label in User.Role.choices}
    return built_in | {key: one.name for key, one in _tables().roles.items()}


def may(user: User | AnonymousUser, action: str, entity_name: str | None = None) -> bool:
    """Whether this person may see, create, change, delete, export, import, or administer (admin) anything of an entity.

    Raises:
        ValueError: for an action that doesn't exist, so that a slip of the pen can't open a door.
    """
    if action not in ACTIONS:
        raise ValueError(action)
    rights = rights_of(user)
    if action == "admin":
        return rights.admin
    if action == "import":
        return rights.imports and rights.writes
    if entity_name is None:
        return any(rights.reach(action, name) != "none" for name in ("", *rights.entities))
    return rights.reach(action, entity_name) != "none"


def admin_required(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R]:
    """Decorator of views that only admins may open; others get a page that says whom to ask."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if not may(request.user, "admin"):
            raise PermissionDenied(
                _("このページは管理者だけが開けます。必要なときは社内の管理者に頼んでください。")
            )
        return view(request, *args, **kwargs)

    return guarded


def log_access(
    user: User | None, action: str, entity: str, count: int, detail: str = "", *, record_id: int | None = None
) -> AccessLog:
    """Remembers that somebody exported, read in bulk or changed rights; never drop these rows."""
    return AccessLog.objects.create(
        user=user, action=action, entity=entity, count=count, detail=detail, record_id=record_id
    )
