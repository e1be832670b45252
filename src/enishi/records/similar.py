"""Likely the same: found while somebody types, at any number of records.

Candidates come from the search index (`records.search`), which knows every record's name without spaces and variants of
characters, its reading, its mail address and the digits of its telephone numbers, and from the indexed keys of names; a few dozen of
them are compared with what was typed. Only what the person sees of a record counts, in its values and in the reasons given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from enishi.access.models import User
from enishi.japanese import companies, names, telephones
from enishi.japanese.kana import to_katakana
from enishi.japanese.text import clean, fold
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.forwards import not_same_as
from enishi.records.prepared import fetch, fetch_keys
from enishi.records.search import candidates, light
from enishi.records.visible import shape, visible

LEAST_DIGITS, LEAST_LETTERS = 6, 2
MOST_READ = 40
PLACE = ("prefecture", "address")
ALIKE = 80.0  # of 100: 丸山製作所 and 丸山製作書 are, 東京商事 and 東京商会 are not


@dataclass
class Asked:
    """What was typed, in the forms in which it is compared."""

    name: str = ""  # folded, without legal form, branch, honorific and spaces
    parts: tuple[str, ...] = ()  # of a person's name, in either order
    branch: str = ""
    words: str = ""  # the name as the search is asked for it
    kana: str = ""
    kana_words: str = ""  # the reading as the search is asked for it
    numbers: tuple[str, ...] = ()
    mail: str = ""
    official: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.kana or self.numbers or self.mail or self.official)


@dataclass
class Likely:
    """A record that may be the same, and why."""

    entity: Entity
    record: Any
    title: str
    detail: str
    reasons: list[str] = field(default_factory=list)
    score: float = 0.0

    @property
    def why(self) -> str:
        """The reasons in one line."""
        return "・".join(self.reasons)


def similar(
    entity: Entity, values: Mapping[str, str], user: User, limit: int = 5, *, but: int | None = None
) -> list[Likely]:
    """Records that are likely the one of which these values are typed, the likeliest first.

    Args:
        but: the record itself, which is being changed; those that somebody told apart from it are left out too.
    """
    asked = read(entity, values)
    if not asked:
        return []
    found: list[Likely] = []
    left = {but, *not_same_as(entity, but)} if but else set()
    for other, keys in _candidates(entity, asked, user).items():
        fields = _fields(other)
        for record in _told(other, user, fields, keys):
            if other.name == entity.name and record.pk in left:
                continue
            one = _compared(other, record, asked, fields, same_kind=other.name == entity.name)
            if one is not None:
                found.append(one)
    found.sort(key=lambda one: (-one.score, one.entity.name != entity.name, one.record.pk))
    return found[:limit]


def similar_to(entity: Entity, record: Any, user: User, limit: int = 5) -> list[Likely]:
    """Records that are likely the same as a stored one."""
    values = {
        one.name: one.value_text(record)
        for one in entity.fields.values()
        if one.kind in _KINDS and not one.linked
    }
    return [
        one
        for one in similar(entity, values, user, limit + 5, but=record.pk)
        if one.entity.name == entity.name
    ][:limit]


def similar_by_words(entity: Entity, text: str, user: User, limit: int = 5) -> list[Likely]:
    """Records that are likely meant by one line of text: a name in any spelling, a telephone number, a mail address, a corporate number."""
    fields = _fields(entity)
    values = {"name" if is_person(entity) else entity.title_field: text}
    if "@" in text:
        values |= dict.fromkeys(fields["email"][:1], text)
    elif len(digits_of(text)) >= LEAST_DIGITS:
        values = dict.fromkeys([*fields["telephone"][:1], *fields["corporate_number"][:1]], text)
    return [one for one in similar(entity, values, user, limit) if one.entity.name == entity.name]


# --- what was typed -----------------------------------------------------------------------------------
_KINDS = frozenset({"text", "kana", "telephone", "email", "corporate_number"})


def is_person(entity: Entity) -> bool:
    """Whether records of an entity are called by family and given name."""
    return "family_name" in entity.fields


def _fields(entity: Entity) -> dict[str, list[str]]:
    """The fields of an entity that can tell who it is, by kind."""
    made: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for one in entity.fields.values():
        if one.kind in made and one.name != "fax" and not one.hidden:
            made[one.kind].append(one.name)
    return made


def read(entity: Entity, values: Mapping[str, str]) -> Asked:
    """What of the typed values tells who it is."""
    held = {name: clean(str(text)).strip()[:200] for name, text in values.items() if name in entity.fields}
    fields = _fields(entity)
    asked = Asked()
    if is_person(entity):
        typed = " ".join(
            part for part in (held.get("family_name", ""), held.get("given_name", "")) if part
        ) or held.get("name", "")
        split = names.split_person(typed)
        if split.family and split.given:
            asked.parts = fold(split.family).replace(" ", ""), fold(split.given).replace(" ", "")
            asked.name, asked.words = "".join(asked.parts), " ".join(asked.parts)
    else:
        text = held.get(entity.title_field, "")
        parts = companies.parse_company(text)
        base = parts.base or fold(text).replace(" ", "")
        if len(base) >= LEAST_LETTERS:
            asked.name, asked.branch, asked.words = base, parts.branch, base
    names_of_kana = ("family_kana", "given_kana") if is_person(entity) else fields["kana"][:1]
    kana = [fold(to_katakana(held.get(name, ""))) for name in names_of_kana]
    if all(kana) and len("".join(kana)) >= 3:
        asked.kana, asked.kana_words = "".join(kana).replace(" ", ""), " ".join(kana)
    digits = [digits_of(held.get(name, "")) for name in fields["telephone"]]
    asked.numbers = tuple(dict.fromkeys(one for one in digits if len(one) >= LEAST_DIGITS))
    asked.mail = next(
        (fold(held[name]) for name in fields["email"] if "@" in held.get(name, "").strip("@")), ""
    )
    asked.official = next(
        (
            digits_of(held.get(name, ""))
            for name in fields["corporate_number"]
            if len(digits_of(held.get(name, ""))) == 13
        ),
        "",
    )
    return asked


def digits_of(text: str) -> str:
    """The digits of a number in any spelling, as it is dialled at home."""
    return telephones.parse_telephone(text).digits


# --- who it may be --------------------------------------------------------------------------------------
def _candidates(entity: Entity, asked: Asked, user: User) -> dict[Entity, list[int]]:
    """Keys of records to compare, by entity: a few index look-ups."""
    found: dict[str, dict[int, None]] = {}

    def add(hits: Iterable[tuple[Entity, int]]) -> None:
        for other, key in hits:
            found.setdefault(other.name, {})[key] = None

    columns = {one.name for one in entity.model._meta.concrete_fields}
    if "match_key" in columns and asked.name:
        keys = {
            asked.name,
            "".join(reversed(asked.parts)),
            f"{asked.name}|{asked.branch}" if asked.branch else "",
        }
        wanted = sorted(key[:200] for key in keys if key)
        asked_for = shape(entity, user, "match key")
        add((entity, row[0]) for row in fetch(asked_for, partial(_of_keys, entity, user), *wanted))
    if asked.official:
        for one in entity.fields.values():
            if one.kind == "corporate_number" and one.column in columns:
                rows = visible(entity, user).filter(**{one.column: asked.official})
                add((entity, key) for key in rows.order_by().values_list("pk", flat=True)[:MOST_READ])
    if len(asked.name) > LEAST_LETTERS:
        add(candidates(asked.words, user, [entity], most=MOST_READ))
        if not asked.parts and len(asked.name) >= 4:  # a slip further behind
            add(candidates(asked.name[:3], user, [entity], most=MOST_READ, prefix=True))
    if asked.kana:
        add(candidates(asked.kana_words, user, [entity], most=MOST_READ, prefix=True))
    reachable = _reachable(entity)
    for number in asked.numbers:
        add(candidates(number, user, reachable, most=MOST_READ))
    if asked.mail:
        add(candidates(asked.mail, user, reachable, most=MOST_READ))
    return {other: list(keys) for name, keys in found.items() if (other := registry.find(name)) is not None}


def _told(entity: Entity, user: User, fields: Mapping[str, Sequence[str]], keys: list[int]) -> list[Any]:
    """Candidates with what is compared and shown of them, and no more."""
    told = [entity.fields[name] for names in fields.values() for name in names]
    told += [entity.fields[name] for name in PLACE if name in entity.fields]
    columns = sorted({"custom" if one.custom else one.column for one in told})
    asked = shape(entity, user, "told")
    return fetch_keys(asked, lambda some: light(entity, user, some, *columns), keys)


def _of_keys(entity: Entity, user: User, *keys: str) -> Any:
    rows = visible(entity, user).filter(match_key__in=keys)
    return rows.order_by().values_list("pk")[:MOST_READ]


def _reachable(entity: Entity) -> list[Entity]:
    """The entities that have telephone numbers or mail addresses: one and the same customer may stand as account and as contact."""
    return [
        one
        for one in registry.all_entities()
        if one.in_search
        and (
            one.name == entity.name
            or (
                not one.parent_fields
                and any(each.kind in {"telephone", "email"} for each in one.fields.values())
            )
        )
    ]


# --- compared -------------------------------------------------------------------------------------------
def _compared(
    entity: Entity, record: Any, asked: Asked, fields: Mapping[str, Sequence[str]], *, same_kind: bool
) -> Likely | None:
    """The record with the reasons for which it may be the same; None where there are none."""
    reasons: list[tuple[float, str]] = []
    if same_kind and asked.name:
        reasons += _by_name(entity, record, asked)
    if same_kind and asked.kana:
        held = "".join(
            fold(str(entity.fields[name].get(record))).replace(" ", "") for name in fields["kana"][:1]
        )
        if held and held == asked.kana:
            reasons.append((70.0, _("読みが同じ")))
        elif held and len(asked.kana) >= 5 and held.startswith(asked.kana):
            reasons.append((45.0, _("読みが似ている")))
    for name in fields["telephone"]:
        held = digits_of(str(entity.fields[name].get(record) or ""))
        for number in asked.numbers:
            if held == number:
                reasons.append((95.0, _("電話が同じ")))
            elif held.startswith(number):
                reasons.append((40.0, _("電話の始まりが同じ")))
    for name in fields["email"]:
        if asked.mail and fold(str(entity.fields[name].get(record) or "")) == asked.mail:
            reasons.append((98.0, _("メールが同じ")))
    for name in fields["corporate_number"]:
        if asked.official and entity.fields[name].get(record) == asked.official:
            reasons.append((100.0, _("法人番号が同じ")))
    if not reasons:
        return None
    reasons.sort(reverse=True)
    detail = next((text for one in entity.references if (text := one.value_text(record))), "")
    for name in PLACE:
        if name in entity.fields:
            detail = f"{detail} {entity.fields[name].value_text(record)}".strip()
    words = list(dict.fromkeys(word for _score, word in reasons))[:3]
    return Likely(entity, record, entity.title(record), detail, words, sum(score for score, _word in reasons))


def _by_name(entity: Entity, record: Any, asked: Asked) -> list[tuple[float, str]]:
    text = entity.title(record)
    if asked.parts:
        held = fold(text).replace(" ", "")
        if held == asked.name:
            return [(80.0, _("名前が同じ"))]
        if held == "".join(reversed(asked.parts)):
            return [(75.0, _("姓と名が逆で同じ"))]
        return []
    parts = companies.parse_company(text)
    base = parts.base or fold(text).replace(" ", "")
    if base == asked.name:
        if parts.branch != asked.branch:
            return [(60.0, _("名前が同じ（支店・営業所が違う）"))]
        return [(85.0, _("名前が同じ"))]
    score = fuzz.ratio(base, asked.name)
    if score >= ALIKE or (len(asked.name) >= 3 and base.startswith(asked.name) and score >= 60):
        return [(score * 0.6, _("名前が似ている"))]
    return []
