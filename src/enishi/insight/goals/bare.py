"""What came in and what is to come in a span of which nobody has set a goal: by team and person, and by how sure it is."""

import datetime
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.access.names import user_names
from enishi.insight.goals.entity import amount_text
from enishi.insight.goals.figures import SEEN, Ledger, open_tree, taxed
from enishi.insight.goals.lines import Figure
from enishi.insight.people import People
from enishi.sales.deals.forecast import CATEGORIES, COUNTED

MEASURE = "won_amount"


@dataclass
class BareLine:
    """The figures of the company, a team or a person: what was won, then each category, then all of it by its probability."""

    label: str
    scope: str
    depth: int
    figures: list[tuple[str, Figure]] = field(default_factory=list)  # each with the head of its column


def lines(user: User, first: datetime.date, last: datetime.date, today: datetime.date) -> list[BareLine]:
    """All that the person sees, teams and persons with anything in it below; none where his role hides what the figures stand on. Four
    queries at most."""
    ledger = Ledger.of(user, first, last, [MEASURE], forecast=today <= last)
    if ledger.sum(MEASURE, None) is None:
        return []
    held = [MEASURE, *(f"{MEASURE}:{name}" for name in COUNTED)]
    busy = {whose for name in held for whose, value in ledger.held.get(name, {}).items() if whose and value}
    every = user.rights.reach("see", SEEN[MEASURE][0]) == "all"
    made = [_line(ledger, _("会社全体") if every else _("見られる案件すべて"), "company", 0, None)]
    people, names = People.now(), user_names()
    order = [key for key in people.team_of if key in busy]

    def person(key: int, depth: int) -> BareLine:
        return _line(ledger, names.get(key, ""), "person", depth, frozenset({key}))

    for team, depth in people.ordered():
        members = people.members(team)
        if busy & members:
            made.append(_line(ledger, people.teams[team].name, "team", depth + 1, members))
            made += [person(key, depth + 2) for key in order if people.team_of[key] == team]
    made += [person(key, 1) for key in order if people.team_of[key] not in people.teams]
    return made if len(made) > 2 else made[:1]  # one person alone is the company


def heading() -> str:
    """What stands above them, with whether it is with tax."""
    said = taxed(MEASURE)
    return _("受注と見込み（%(taxed)s）") % {"taxed": said} if said else _("受注と見込み")


def _line(ledger: Ledger, label: str, scope: str, depth: int, owners: frozenset[int] | None) -> BareLine:
    won = ledger.sum(MEASURE, owners) or 0
    made = BareLine(label, scope, depth)
    made.figures.append((_("受注"), Figure(amount_text(MEASURE, won), ledger.address(MEASURE, owners))))
    words = {str(one.value): str(one.label) for one in CATEGORIES}
    for name in COUNTED:
        value = ledger.sum(f"{MEASURE}:{name}", owners)
        if value is not None:
            tree = open_tree([name], ledger.first, ledger.last)
            url = ledger.address(MEASURE, owners, tree) if value else ""
            made.figures.append((words[name], Figure(amount_text(MEASURE, value), url)))
    weighted = ledger.sum(f"{MEASURE}:weighted", owners)
    if weighted is not None:
        made.figures.append((_("見込み（確度で加重）"), Figure(amount_text(MEASURE, won + weighted))))
    return made
