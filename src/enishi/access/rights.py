"""Who may do what. Roles are admin, member and viewer; rights per entity and team come on top of them."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from enishi.access.models import AccessLog, User

WRITES = frozenset({"create", "change", "delete", "import"})
ACTIONS = frozenset({"see", "export", "admin"}) | WRITES

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def may(user: User | AnonymousUser, action: str, entity_name: str | None = None) -> bool:
    """Whether this person may see, create, change, delete, export, import, or administer (admin).

    Raises:
        ValueError: for an action that doesn't exist, so that a slip of the pen can't open a door.
    """
    if action not in ACTIONS:
        raise ValueError(action)
    if not isinstance(user, User) or not user.is_active:
        return False
    if action == "see":
        return True
    if action == "admin":
        return user.is_admin
    return user.may_write


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


def log_access(user: User | None, action: str, entity: str, count: int, detail: str = "") -> AccessLog:
    """Remembers that somebody exported, read in bulk or changed rights; never drop these rows."""
    return AccessLog.objects.create(user=user, action=action, entity=entity, count=count, detail=detail)
