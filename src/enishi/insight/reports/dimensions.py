"""How a field becomes groups: its expression, the words of a group, its order, and the condition that selects a group's records."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import NullIf
from django.db.models.lookups import IsNull, LessThan
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.insight import fiscal
from enishi.insight.reports.buckets import Day, Month, Months, Week
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.fields import (
    Choice,
    Date,
    FieldKind,
    FreeChoice,
    InTeam,
    Names,
    Number,
    Person,
    Reference,
)
from enishi.records.visible import reached

BUCKETS = ("day", "week", "month", "quarter", "fiscal_quarter", "year", "fiscal_year")
KINDS = frozenset(
    {
        "reference", "user", "team", "choice", "stage", "free_choice", "date", "date_time", "moment", "number", "money", "percent",
        "formula", "yes_no", "text", "kana", "email", "telephone", "postal_code", "address", "auto_number", "corporate_number", "url",
        "names", "tags",
    }
)  # fmt: skip
EDGES = (0, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000)
MOST_EDGES = 20
TEAM = "team"


@dataclass(frozen=True)
class Dimension:
    """A field by whose values records are grouped.

    Args:
        path: as a report keeps it: "industry", "account.industry" (of the record pointed to), "owner.team".
        via: the reference or person that leads to the field.
        bucket: how days are gathered; "bands" gathers numbers between `edges`.
    """

    path: str
    found: FieldKind
    via: FieldKind | None = None
    bucket: str = ""
    edges: tuple[int, ...] = ()
    offset: int = 0  # months from January to the beginning of the fiscal year

    @classmethod
    def of(cls, entity: Entity, held: Any) -> "Dimension":
        """What a report keeps, looked up in the entity.

        Raises:
            Refused: there is no such field for this person, or it can't be grouped by.
        """
        held = held if isinstance(held, dict) else {}
        path = str(held.get("field", ""))
        found, via = resolve(entity, path)
        if not groups(found, via):
            raise Refused({"": [_("「%(label)s」では集計できません。") % {"label": found.label}]})
        bucket = str(held.get("bucket") or "")
        if isinstance(found, Date):
            bucket = bucket if bucket in BUCKETS else "month"
        elif isinstance(found, Number) and bucket == "bands":
            edges = held.get("edges")
            edges = (
                edges
                if isinstance(edges, list) and all(type(one) is int and abs(one) < 2**53 for one in edges)
                else []
            )
            picked = tuple(sorted(set(edges[:MOST_EDGES]))) or EDGES
            return cls(path, found, via, bucket, picked)
        else:
            bucket = ""
        return cls(path, found, via, bucket, (), fiscal.first_month() - 1)

    @property
    def kept(self) -> dict[str, Any]:
        """What a report keeps."""
        made: dict[str, Any] = {"field": self.path}
        if self.bucket:
            made["bucket"] = self.bucket
        if self.edges:
            made["edges"] = list(self.edges)
        return made

    @property
    def label(self) -> str:
        """The words above its groups."""
        name = f"{self.via.label}：{self.found.label}" if self.via else self.found.label
        words = bucket_words()
        return f"{name}（{words[self.bucket]}）" if self.bucket in words else name

    @property
    def dated(self) -> bool:
        """Whether its groups follow each other in time."""
        return isinstance(self.found, Date)

    @property
    def tagged(self) -> bool:
        """Whether a record may stand in several of its groups (`reports.tagged`)."""
        return self.found.kind == "tags"

    @property
    def few(self) -> bool:
        """Whether its groups are few by nature and have an order of their own."""
        return (
            self.dated
            or bool(self.edges)
            or (isinstance(self.found, Choice) and not isinstance(self.found, FreeChoice))
            or self.found.kind == "yes_no"
            or self._placed()
            or self.several
        )

    @property
    def several(self) -> bool:
        """Whether a record stands in several of its groups (a deal with each of its competitors)."""
        return isinstance(self.found, Names)

    def apart(self, key: Any) -> list[Any]:
        """The groups that a stored value stands in."""
        return (self.found.parts(key) if isinstance(self.found, Names) else []) or [None]

    def _placed(self) -> bool:
        return isinstance(self.found, Reference) and hasattr(self.found.target.model, "position")

    # --- in the database ----------------------------------------------------------------------------
    def expression(self, user: User) -> Any:
        """What is grouped by; NULL is empty."""
        value = self._value()
        if self.dated:
            value = self._bucketed(value)
        elif self.edges:
            value = self._banded(value)
        elif self.found.kind == "yes_no":
            if self.via is None:
                return Case(
                    When(self.found.lookup()(True), then=Value(1)),
                    default=Value(0),
                    output_field=IntegerField(),
                )
            whens = [When(**{self._path(): yes}, then=Value(int(yes))) for yes in (True, False)]
            value = Case(*whens, default=Value(None), output_field=IntegerField())
        elif not isinstance(self.found, Number | Reference | Person | InTeam):
            value = NullIf(value, Value(""))
        return self._guarded(value, user)

    def _path(self) -> str:
        prefix = f"{self.via.name}__" if self.via else ""
        return f"{prefix}{self.found.column}"

    def _value(self) -> Any:
        if not self.found.custom:
            return F(self._path())
        value: Any = self.found.expression()
        if self.via:
            value = value.copy()
            value.set_source_expressions([F(f"{self.via.name}__custom")])
        return value

    def _bucketed(self, value: Any) -> Any:
        options = {"moment": self.found.kind in {"date_time", "moment"}, "text": self.found.custom}
        if self.bucket == "day":
            return Day(value, **options)
        if self.bucket == "week":
            return Week(value, **options)
        length, offset = self._months()
        return Months(Month(value, **options), length=length, offset=offset)

    def _months(self) -> tuple[int, int]:
        """Length of a group in months, and where the first begins."""
        length = {"month": 1, "quarter": 3, "fiscal_quarter": 3}.get(self.bucket, 12)
        return length, self.offset if self.bucket.startswith("fiscal") else 0

    def _banded(self, value: Any) -> Any:
        made: list[When] = [When(IsNull(value, True), then=Value(None))]
        made += [
            When(LessThan(value, Value(edge)), then=Value(place)) for place, edge in enumerate(self.edges)
        ]
        return Case(*made, default=Value(len(self.edges)), output_field=IntegerField())

    def _guarded(self, value: Any, user: User) -> Any:
        """Of a record pointed to only what the person may see, and nothing of one in the bin: as a condition over it would find it."""
        if self.via is None or isinstance(self.via, Person):
            return value
        assert isinstance(self.via, Reference)
        target, name = self.via.target, self.via.name
        seen = Q(**{f"{name}__deleted_at__isnull": True})
        owners = reached(target, user, "see")
        if owners is not None:
            through = f"{target.rights_through}__" if target.rights_through else ""
            seen &= Q(**{f"{name}__{through}owner_id__in": sorted(owners) or [0]})
        return Case(When(seen, then=value), default=Value(None))

    # --- for people ---------------------------------------------------------------------------------
    def labels(self, keys: Iterable[Any]) -> dict[Any, str]:
        """The words of groups; names behind keys in one query."""
        keys = [key for key in keys if key is not None]
        if isinstance(self.found, Reference | Person | InTeam):
            names = self.found.labels_for(set(keys))
            return {key: names.get(key) or _("（削除済み）") for key in keys}
        return {key: self._word(key) for key in keys}

    def _word(self, key: Any) -> str:
        if self.dated:
            return self._day_word(key)
        if self.edges:
            return self._band_word(key)
        if self.found.kind == "yes_no":
            return _("はい") if key else _("いいえ")
        return self.found.text(key) or str(key)

    def _day_word(self, key: Any) -> str:
        first, _last = self.days(key)
        if self.bucket in {"day", "week"}:
            text = f"{first.year}/{first.month}/{first.day}"
            return text if self.bucket == "day" else f"{text}〜"
        if self.bucket == "month":
            return f"{first.year}/{first.month:02}"
        if self.bucket == "year":
            return _("%(year)d年") % {"year": first.year}
        if self.bucket == "fiscal_year":
            return _("%(year)d年度") % {"year": first.year}
        if self.bucket == "quarter":
            return _("%(year)d年 %(n)d〜%(m)d月") % {
                "year": first.year,
                "n": first.month,
                "m": first.month + 2,
            }
        place = (fiscal.month_index(first) - self.offset) % 12 // 3 + 1
        year = (fiscal.month_index(first) - self.offset) // 12
        return _("%(year)d年度 第%(n)d四半期") % {"year": year, "n": place}

    def _band_word(self, place: int) -> str:
        text = self.found.text
        if place == 0:
            return _("%(edge)s未満") % {"edge": text(self.edges[0])}
        if place >= len(self.edges):
            return _("%(edge)s以上") % {"edge": text(self.edges[-1])}
        return _("%(low)s〜%(high)s未満") % {
            "low": text(self.edges[place - 1]),
            "high": text(self.edges[place]),
        }

    def ordered(self, keys: Iterable[Any]) -> list[Any]:
        """Keys in the order that is the field's own; empty last."""
        given = list(keys)
        found = [key for key in given if key is not None]
        if isinstance(self.found, Choice):
            places = {one.value: place for place, one in enumerate(self.found.options)}
            found.sort(key=lambda key: (places.get(key, len(places)), str(key)))
        elif self._placed():
            target = self.found.target  # type: ignore[attr-defined]
            above = (
                ["pipeline"] if hasattr(target.model, "pipeline_id") else []
            )  # stages of one after those of another
            rows = target.model._default_manager.filter(pk__in=found).order_by(*above, "position", "pk")
            places = {key: place for place, key in enumerate(rows.values_list("pk", flat=True))}
            found.sort(key=lambda key: (places.get(key, len(places)), key))
        elif self.found.kind == "yes_no":
            found.sort(reverse=True)
        elif isinstance(self.found, Reference | Person | InTeam):
            names = self.labels(found)
            found.sort(key=lambda key: (names[key], key))
        else:
            found.sort()
        return [*found, *([None] if None in given else [])]

    # --- days ---------------------------------------------------------------------------------------
    def days(self, key: Any) -> tuple[datetime.date, datetime.date]:
        """First and last day of a group."""
        one = datetime.timedelta(days=1)
        if self.bucket in {"day", "week"}:
            first = datetime.date.fromisoformat(key)
            return first, first + (one * 6 if self.bucket == "week" else one * 0)
        length, offset = self._months()
        start = int(key) * length + offset
        return fiscal.month_start(start), fiscal.month_start(start + length) - one

    def key_of(self, day: datetime.date) -> Any:
        """The group of a day."""
        if self.bucket == "day":
            return day.isoformat()
        if self.bucket == "week":
            return (day - datetime.timedelta(days=day.weekday())).isoformat()
        length, offset = self._months()
        return (fiscal.month_index(day) - offset) // length

    def between(self, first: Any, last: Any, most: int = 400) -> list[Any]:
        """All groups from one to another, those without records too; too many: none."""
        made: list[Any] = []
        key = first
        while len(made) <= most:
            made.append(key)
            if key >= last:
                return made
            key = self.key_of(self.days(key)[1] + datetime.timedelta(days=1))
        return []

    # --- the way to the records ---------------------------------------------------------------------
    def condition(self, key: Any) -> dict[str, Any]:
        """The condition that selects a group's records."""
        if self.found is not None and self.path.endswith(f".{TEAM}"):
            return self._team_condition(key)
        return self._through(self._leaf(key), empty=key is None)

    def others(self, keys: list[Any]) -> dict[str, Any]:
        """The condition that selects the records of all groups but these."""
        filled = [key for key in keys if key is not None]
        name = self.found.name
        if isinstance(self.found, Number) or self.path.endswith(f".{TEAM}"):
            some: dict[str, Any] = {"any": [self.condition(key) for key in keys]}
            return {"not": some}
        if self.several:
            return {"not": {"any": [self.condition(key) for key in keys]}}
        inner: dict[str, Any] = {"field": name, "op": "in", "value": filled}
        wanted = {"of": {"field": self.via.name, "where": inner}} if self.via else inner
        made: dict[str, Any] = {"not": wanted}
        return {"all": [made, {"not": self.condition(None)}]} if None in keys else made

    def _leaf(self, key: Any) -> dict[str, Any]:
        name = self.found.name
        if key is None:
            return {"field": name, "op": "empty"}
        if self.dated:
            first, last = self.days(key)
            return {"field": name, "op": "between", "value": [first.isoformat(), last.isoformat()]}
        if self.edges:
            low = {"field": name, "op": "gte", "value": self.edges[key - 1]} if key else None
            high = {"field": name, "op": "lt", "value": self.edges[key]} if key < len(self.edges) else None
            both = [one for one in (low, high) if one]
            return both[0] if len(both) == 1 else {"all": both}
        if self.found.kind == "yes_no":
            return {"field": name, "op": "is", "value": bool(key)}
        return {"field": name, "op": "has" if self.several or self.tagged else "is", "value": key}

    def _through(self, leaf: dict[str, Any], *, empty: bool) -> dict[str, Any]:
        if self.via is None:
            return leaf
        if empty:
            yes_no = self.found.kind == "yes_no"  # always one or the other: empty is who points to nothing
            filled = {} if yes_no else {"field": self.found.name, "op": "not_empty"}
            return {"not": {"of": {"field": self.via.name, "where": filled}}}
        return {"of": {"field": self.via.name, "where": leaf}}

    def _team_condition(self, key: Any) -> dict[str, Any]:
        assert self.via is not None
        members = list(User.objects.filter(team=key).order_by("pk").values_list("pk", flat=True))
        wanted: dict[str, Any] = {"field": self.via.name, "op": "in", "value": members}
        if key is None:
            return {"any": [{"field": self.via.name, "op": "empty"}, wanted]}
        return wanted


class _Team(InTeam):
    """The team of a person."""

    def bind(self, entity: Entity) -> None:
        self.entity = entity


def resolve(entity: Entity, path: str) -> tuple[FieldKind, FieldKind | None]:
    """The field that a path names, and the one that leads to it.

    Raises:
        Refused: there is none for the person who is served.
    """
    first, _mark, rest = path.partition(".")
    found = entity.fields.get(first)
    if found is not None and not rest:
        return found, None
    if isinstance(found, Person) and not found.custom and rest == TEAM:
        return _Team("team", _("チーム")), found
    if isinstance(found, Reference) and not found.custom and rest in found.target.fields:
        return found.target.fields[rest], found
    raise Refused(
        {
            "": [
                _(
                    "このレポートで使っている項目が見つからないか、見る権限がありません。レポートを編集してください。"
                )
            ]
        }
    )


def groups(found: FieldKind, via: FieldKind | None = None) -> bool:
    """Whether records can be grouped by a field."""
    if found.kind not in KINDS or found.hidden or found.linked:
        return False
    if via is not None and found.kind == "tags":
        return False
    return not (via is not None and found.kind == "yes_no" and (found.custom or found.computed))


def bucket_words() -> dict[str, str]:
    """How days are gathered, in words."""
    return {
        "day": _("日"), "week": _("週"), "month": _("月"), "quarter": _("四半期"), "year": _("年"),
        "fiscal_quarter": _("年度の四半期"), "fiscal_year": _("年度"), "bands": _("区間"),
    }  # fmt: skip
