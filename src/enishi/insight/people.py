"""Who belongs to which team, for figures by person and team."""

from dataclasses import dataclass, field

from enishi.access.models import Team, User


@dataclass
class People:
    """Users and teams as they stand now; two queries."""

    teams: dict[int, Team] = field(default_factory=dict)
    team_of: dict[int, int | None] = field(default_factory=dict)

    @classmethod
    def now(cls) -> "People":
        """Reads them."""
        teams = {one.pk: one for one in Team.objects.order_by("name", "pk")}
        return cls(teams, dict(User.objects.order_by("name", "pk").values_list("pk", "team_id")))

    def below(self, team: int) -> frozenset[int]:
        """A team and those below it."""
        found, left = {team}, [team]
        while left:
            above = left.pop()
            for key, one in self.teams.items():
                if one.parent_id == above and key not in found:
                    found.add(key)
                    left.append(key)
        return frozenset(found)

    def members(self, team: int) -> frozenset[int]:
        """The users of a team and of those below it."""
        within = self.below(team)
        return frozenset(user for user, one in self.team_of.items() if one in within)

    def ordered(self) -> list[tuple[int, int]]:
        """Teams as a tree: (team, how deep); what stands in a ring comes at the end."""
        children: dict[int | None, list[int]] = {}
        for key, one in self.teams.items():
            children.setdefault(one.parent_id, []).append(key)
        made: list[tuple[int, int]] = []
        seen: set[int] = set()

        def walk(above: int | None, depth: int) -> None:
            for key in children.get(above, ()):
                if key not in seen:
                    seen.add(key)
                    made.append((key, depth))
                    walk(key, depth + 1)

        walk(None, 0)
        return made + [(key, 0) for key in self.teams if key not in seen]
