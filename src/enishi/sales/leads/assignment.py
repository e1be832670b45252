"""Who looks after a lead of which nobody is said to: rules in their order, each with somebody, people in turn, or nobody.

Rules are asked once for all leads that are stored together, never row by row. The turn stands in the rule's row, which is locked until the
leads are stored: of two who bring leads in at the same time the second goes on where the first has stopped, on both databases.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.access.models import Team, User
from enishi.access.names import user_names
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.errors import Refused
from enishi.records.models import Notification
from enishi.records.models.core import Operation
from enishi.sales.leads.models import Lead, LeadAbsence, LeadRule

MOST_RULES = 100


def in_force() -> bool:
    """Whether there is any rule; one small query."""
    return LeadRule.objects.filter(active=True).exists()


def takes(user: User) -> bool:
    """Whether somebody can work on leads: he is there and may change them."""
    return user.is_active and user.rights.reach("change", "lead") != "none"


def away(day: datetime.date) -> set[int]:
    """Who gets no leads on a day."""
    return set(LeadAbsence.objects.filter(first__lte=day, last__gte=day).values_list("user", flat=True))


@dataclass
class Turn:
    """A rule with those who are there today, ready to give."""

    rule: LeadRule
    order: list[int]  # everybody whom the rule names, away or not
    present: frozenset[int]
    sources: frozenset[str] = frozenset()
    prefectures: frozenset[str] = frozenset()
    given: list[int] = field(default_factory=list)

    def fits(self, lead: Lead) -> bool:
        """Whether the rule speaks of such a lead."""
        if self.sources and fold(lead.source) not in self.sources:
            return False
        return not self.prefectures or lead.prefecture in self.prefectures

    def following(self) -> int | None:
        """Whose turn it is; None where nobody is there."""
        last = self.rule.last_id
        start = self.order.index(last) + 1 if last in self.order else 0
        ahead = [*self.order[start:], *self.order[:start]]
        return next((key for key in ahead if key in self.present), None)

    def take(self) -> int | None:
        """Gives the turn to the next."""
        key = self.following()
        if key is not None:
            self.rule.last_id = key
            self.given.append(key)
        return key


def turns(rules: Iterable[LeadRule], day: datetime.date) -> list[Turn]:
    """Rules with their people: four queries, whatever their number."""
    rules = list(rules)
    gone = away(day)
    below = _teams() if any(one.team_id for one in rules) else {}
    users = {one.pk: one for one in User.objects.filter(is_active=True).order_by("name", "pk")}
    able = {key for key, one in users.items() if takes(one)}
    made = []
    for rule in rules:
        named = [key for key in rule.people if isinstance(key, int)]
        if rule.team_id:
            within = below.get(rule.team_id, set())
            named += [key for key, one in users.items() if one.team_id in within and key not in named]
        made.append(
            Turn(
                rule, named, frozenset(named) & able - gone, frozenset(map(fold, rule.sources)), frozenset(rule.prefectures),
            )
        )  # fmt: skip
    return made


def _teams() -> dict[int, set[int]]:
    """Each team with those below it."""
    parents = dict(Team.objects.values_list("pk", "parent"))
    made: dict[int, set[int]] = {key: {key} for key in parents}
    for key in parents:
        above, seen = parents[key], {key}
        while above is not None and above not in seen:
            made[above].add(key)
            seen.add(above)
            above = parents.get(above)
    return made


def give(leads: Sequence[Lead]) -> None:
    """Gives leads without owner one, in the transaction that stores them; what decided stands on each as `assigned`.

    Of the rules that fit the first decides that has somebody who is there. Where none has, the lead stays without owner and says so.
    """
    # In the order of their keys: whoever locks them in another could wait for one who waits for him.
    rules = list(LeadRule.objects.select_for_update(of=("self",)).filter(active=True).order_by("pk"))
    held = sorted(turns(rules, timezone.localdate()), key=lambda one: (one.rule.position, one.rule.pk))
    names = user_names()
    for lead in leads:
        empty = ""
        for turn in held:
            if not turn.fits(lead):
                continue
            if turn.rule.how == LeadRule.How.HAND:
                lead.assigned = {"rule": turn.rule.name, "how": "hand"}
                break
            key = turn.take()
            if key is not None:
                lead.owner_id = key
                how = "one" if len(turn.order) == 1 else "turn"
                lead.assigned = {"rule": turn.rule.name, "how": how, "name": names.get(key, "")}
                break
            empty = empty or turn.rule.name
        else:
            lead.assigned = {"rule": empty, "how": "nobody" if empty else "unruled"}
    for turn in held:
        if turn.given:
            turn.rule.save(update_fields=["last"])


def words(told: Any) -> str:
    """Why a lead has the owner that it has, as its timeline says it; "" where nothing is known."""
    if not isinstance(told, dict):
        return ""
    sentences = {
        "turn": _("担当は%(name)sさん：割り当てルール「%(rule)s」の順番"),
        "one": _("担当は%(name)sさん：割り当てルール「%(rule)s」"),
        "hand": _("担当なし：割り当てルール「%(rule)s」は手で割り当てます"),
        "nobody": _("担当なし：割り当てルール「%(rule)s」に、今日受けられる人がいませんでした"),
        "unruled": _("担当なし：当てはまる割り当てルールがありませんでした"),
    }
    sentence = sentences.get(str(told.get("how")), "")
    return sentence % {"name": told.get("name", ""), "rule": told.get("rule", "")} if sentence else ""


def announce(leads: Sequence[Lead], by: User, operation: Operation | None) -> None:
    """Puts new leads under the bells of those who got them: one line for each person, of an import one for all of its batches."""
    entity = registry.get("lead")
    got: dict[int, list[Lead]] = {}
    for lead in leads:
        if lead.owner_id is not None and lead.owner_id != by.pk:
            got.setdefault(lead.owner_id, []).append(lead)
    made = []
    for user in User.objects.filter(pk__in=got):
        mine = got[user.pk]
        with translation.override(user.language):
            if operation is not None:
                text = _("リードがまとめて割り当てられました。担当分の一覧で確かめてください。")
                key = f"leads-{operation.pk}"
            elif len(mine) == 1:
                text = _("リード「%(name)s」の担当になりました。") % {"name": entity.title(mine[0])}
                key = f"lead-{mine[0].pk}"
            else:
                text = ngettext("リード%(n)d件の担当になりました。", "リード%(n)d件の担当になりました。", len(mine)) % {"n": len(mine)}  # fmt: skip
                key = f"lead-{mine[0].pk}"
        alone = operation is None and len(mine) == 1
        url = entity.url(mine[0].pk) if alone else f"{entity.list_url}?preset=mine"
        made.append(Notification(user=user, text=text[:300], url=url, key=key))
    Notification.objects.bulk_create(made, ignore_conflicts=True)


# --- the rules themselves -----------------------------------------------------------------------------
def check(rule: LeadRule) -> None:
    """Raises what speaks against a rule.

    Raises:
        Refused
    """
    errors: dict[str, list[str]] = {}
    if not rule.name:
        errors["name"] = [_("ルールの名前を入力してください。")]
    if rule.how == LeadRule.How.TURN and not rule.people and rule.team_id is None:
        errors["people"] = [_("割り当てる人かチームを選んでください。")]
    if rule.pk is None and LeadRule.objects.count() >= MOST_RULES:
        errors["name"] = [_("ルールは%(most)d個までです。使わないルールを削除してください。") % {"most": MOST_RULES}]  # fmt: skip
    if errors:
        raise Refused(errors)


def add(rule: LeadRule) -> LeadRule:
    """Stores a new rule as the last.

    Raises:
        Refused
    """
    check(rule)
    rule.position = (LeadRule.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    rule.save()
    return rule


def move(rule: LeadRule, up: bool) -> None:
    """One place up or down among the rules."""
    keys = list(LeadRule.objects.order_by("position", "pk").values_list("pk", flat=True))
    here = keys.index(rule.pk)
    there = here - 1 if up else here + 1
    if 0 <= there < len(keys):
        keys[here], keys[there] = keys[there], keys[here]
    for place, key in enumerate(keys):
        LeadRule.objects.filter(pk=key).update(position=place)
