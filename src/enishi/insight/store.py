"""Which reports and dashboards a person sees, by the key that stands in addresses: digits for what was made here, words for ready ones."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from enishi.access.models import User
from enishi.insight import ready
from enishi.insight.models import Dashboard, Report, Shared
from enishi.insight.reports.spec import Spec
from enishi.records.errors import NotAllowed, NotFound

Kind = TypeVar("Kind", bound=Shared)


@dataclass
class Named:
    """A report under its name."""

    key: str
    name: str
    entity: str
    held: dict[str, Any]
    row: Report | None = None

    def spec(self) -> Spec:
        """The report as it is asked.

        Raises:
            Refused: it needs what this person doesn't see.
        """
        return Spec.of(self.entity, self.held)


@dataclass
class Board:
    """A dashboard under its name."""

    key: str
    name: str
    hint: str
    tiles: list[dict[str, Any]]
    row: Dashboard | None = None


def shared_with(model: type[Kind], user: User) -> QuerySet[Kind]:
    """What somebody made for this person to see; newest first."""
    seen = Q(owner=user) | Q(share=Shared.Share.ALL)
    if user.team_id:
        seen |= Q(share=Shared.Share.TEAM, owner__team=user.team_id)
    rows: QuerySet[Kind] = model._default_manager.filter(seen, deleted_at=None)
    return rows.select_related("owner").order_by("-updated_at")


def report(user: User, key: str) -> Named:
    """The report of this key.

    Raises:
        NotFound
    """
    if key.isascii() and key.isdigit() and len(key) < 18:
        row = shared_with(Report, user).filter(pk=int(key)).first()
        if row is not None:
            return Named(key, row.name, row.entity, row.spec, row)
    elif ready.available(key) is not None:
        found = ready.REPORTS[key]
        return Named(key, str(found.name), found.entity, found.spec)
    raise NotFound


def reports(user: User) -> list[Named]:
    """All reports: those that were made here, then the ready ones."""
    made = [Named(str(one.pk), one.name, one.entity, one.spec, one) for one in shared_with(Report, user)]
    made += [
        Named(key, str(one.name), one.entity, one.spec)
        for key, one in ready.REPORTS.items()
        if ready.available(key) is not None
    ]
    return made


def dashboard(user: User, key: str) -> Board:
    """The dashboard of this key.

    Raises:
        NotFound
    """
    if key.isascii() and key.isdigit() and len(key) < 18:
        row = shared_with(Dashboard, user).filter(pk=int(key)).first()
        if row is not None:
            return Board(key, row.name, "", row.tiles, row)
    elif key in ready.DASHBOARDS:
        return _ready(key)
    raise NotFound


def dashboards(user: User) -> list[Board]:
    """All dashboards."""
    made = [
        Board(str(one.pk), one.name, str(one.owner), one.tiles, one) for one in shared_with(Dashboard, user)
    ]
    return made + [board for key in ready.DASHBOARDS if (board := _ready(key)).tiles]


def _ready(key: str) -> Board:
    found = ready.DASHBOARDS[key]
    tiles = [
        {"report": name, "wide": wide, "look": "chart"}
        for name, wide in found.tiles
        if ready.available(name) is not None
    ]
    return Board(key, str(found.name), str(found.hint), tiles)


def may_change(user: User, row: Shared | None) -> bool:
    """Whether the person may change or delete it: who made it, and admins."""
    return row is not None and user.may_write and (row.owner_id == user.pk or user.is_admin)


def require_change(user: User, row: Shared | None) -> None:
    """Refuses who may not change it.

    Raises:
        NotAllowed
    """
    if not may_change(user, row):
        raise NotAllowed
