"""What the levels of a pair say together: the same customer, or one of the other explanations for what agrees.

Adding up agreements, as plain record linkage does, counts a household's address, telephone and family name as three proofs of
identity. They are one fact with another explanation: two people of one family. So every pair is weighed under several explanations,
each with its own chances for each level, and the pair is the same only where that beats all others together:

    same       the same person or firm, written twice
    family     two of one household: family name, address and telephone agree, given name and birthday don't
    colleague  two at one office: employer, its address, telephone and domain agree
    namesake   two of one name: nothing else agrees but by chance
    group      two firms under one roof: address, telephone, site may agree, the name doesn't
    office     two offices of one firm: name and 法人番号 agree, office or address doesn't
    stranger   two of whom each agreement is chance, as frequent as the value is in this very file

The chances of "same" are how often people write, forget and change things; those of "stranger" come from the file's own
frequencies (a rare name says more). They were set from the field and level frequencies of `tests/ledger.py` and FEBRL and rounded; nothing
depends on their second digit.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from enishi.exchange.duplicates.comparing import Levels
from enishi.exchange.duplicates.features import Features

Chances = dict[str, dict[str, float]]

_NAME = {"same": 0.86, "variant": 0.08, "close": 0.04, "different": 0.02}
_LINE = {"same": 0.72, "variant": 0.03, "close": 0.06, "part": 0.01, "different": 0.18}
_PLACE = {
    "same": 0.62,
    "variant": 0.16,
    "close": 0.05,
    "room": 0.01,
    "town": 0.05,
    "city": 0.03,
    "part": 0.03,
    "different": 0.05,
}
_FAR = {
    "same": 1e-5,
    "variant": 4e-5,
    "close": 1e-4,
    "room": 1e-4,
    "town": 1e-3,
    "city": 0.02,
    "part": 0.09,
    "different": 0.89,
}
_POST = {"same": 0.78, "close": 0.08, "part": 0.05, "different": 0.09}
_CHANCE_LINE = {"same": 1e-6, "variant": 2e-6, "close": 1e-5, "part": 1e-5, "different": 1.0}
_CHANCE_MAIL = {"same": 1e-6, "variant": 1e-6, "close": 1e-5, "role": 1e-4, "part": 3e-5, "different": 1.0}
_CHANCE_POST = {"same": 5e-4, "close": 2e-3, "part": 0.01, "different": 0.98}
_CHANCE_DAY = {"same": 4e-5, "variant": 4e-5, "close": 1.5e-3, "part": 3e-3, "different": 1.0}
_CHANCE_CODE = {"same": 1e-8, "close": 1e-6, "different": 1.0}

SAME: Chances = {
    "family": {"same": 0.87, "variant": 0.06, "close": 0.03, "different": 0.04},
    "given": {"same": 0.87, "variant": 0.07, "close": 0.035, "different": 0.025},
    "employer": {"same": 0.8, "variant": 0.05, "close": 0.03, "part": 0.05, "different": 0.07},
    "company": {"same": 0.85, "variant": 0.06, "close": 0.05, "part": 0.025, "different": 0.015},
    "branch": {"same": 0.93, "variant": 0.01, "one": 0.055, "different": 0.005},
    "birthday": {"same": 0.9, "variant": 0.02, "close": 0.06, "part": 0.01, "different": 0.01},
    "gender": {"same": 0.97, "different": 0.03},
    "mobile": {"same": 0.8, "variant": 0.01, "close": 0.06, "part": 0.01, "different": 0.12},
    "phone": _LINE,
    "fax": {**_LINE, "different": 0.2},
    "mail": {"same": 0.76, "variant": 0.03, "close": 0.05, "role": 0.76, "part": 0.02, "different": 0.12},
    "domain": {"same": 0.9, "different": 0.1},
    "address": _PLACE,
    "postal": _POST,
    "corporate": {"same": 0.97, "close": 0.02, "different": 0.01},
    "personal": {"same": 0.85, "close": 0.1, "different": 0.05},
}
_UNLIKE = {"same": 0.004, "variant": 0.012, "close": 0.03, "different": 0.954}
OTHERS: dict[str, Chances] = {
    "family": {
        "family": {"same": 0.93, "variant": 0.02, "close": 0.01, "different": 0.04},
        "given": {"same": 0.002, "variant": 0.01, "close": 0.06, "different": 0.928},
        "birthday": {"same": 0.04, "variant": 0.005, "close": 0.02, "part": 0.035, "different": 0.9},
        "gender": {"same": 0.5, "different": 0.5},
        "mobile": {"same": 0.2, "variant": 0.01, "close": 0.02, "part": 0.02, "different": 0.75},
        "phone": {"same": 0.85, "variant": 0.03, "close": 0.02, "part": 0.01, "different": 0.09},
        "mail": {"same": 0.2, "variant": 0.01, "close": 0.02, "role": 0.3, "part": 0.02, "different": 0.73},
        "domain": {"same": 0.4, "different": 0.6},
        "address": {
            "same": 0.72,
            "variant": 0.18,
            "close": 0.04,
            "room": 0.01,
            "town": 0.02,
            "city": 0.01,
            "part": 0.01,
            "different": 0.01,
        },
        "postal": {"same": 0.93, "close": 0.03, "part": 0.02, "different": 0.02},
    },
    "colleague": {
        "family": {},
        "given": {},
        "employer": {"same": 0.9, "variant": 0.05, "close": 0.02, "part": 0.02, "different": 0.01},
        "gender": {"same": 0.5, "different": 0.5},
        "phone": {"same": 0.85, "variant": 0.03, "close": 0.01, "part": 0.05, "different": 0.06},
        "fax": {"same": 0.85, "variant": 0.03, "close": 0.01, "part": 0.05, "different": 0.06},
        "mail": {
            "same": 0.02,
            "variant": 0.001,
            "close": 0.02,
            "role": 0.85,
            "part": 0.001,
            "different": 0.66,
        },
        "domain": {"same": 0.95, "different": 0.05},
        "address": {
            "same": 0.72,
            "variant": 0.2,
            "close": 0.02,
            "room": 0.02,
            "town": 0.02,
            "city": 0.01,
            "part": 0.01,
            "different": 0.01,
        },
        "postal": {"same": 0.93, "close": 0.03, "part": 0.02, "different": 0.02},
        "corporate": {"same": 0.97, "close": 0.01, "different": 0.02},
    },
    "namesake": {
        "family": {"same": 0.95, "variant": 0.04, "close": 0.005, "different": 0.005},
        "given": {"same": 0.93, "variant": 0.06, "close": 0.005, "different": 0.005},
        "gender": {"same": 0.97, "different": 0.03},
        "company": {"same": 0.95, "variant": 0.03, "close": 0.01, "part": 0.01, "different": 0.01},
        "branch": {"same": 0.9, "variant": 0.001, "one": 0.05, "different": 0.05},
        "address": {**_FAR, "town": 0.02, "city": 0.15, "part": 0.2, "different": 0.63},
        "postal": {**_CHANCE_POST, "same": 0.02, "part": 0.05},
    },
    "group": {
        "company": {"same": 0.002, "variant": 0.004, "close": 0.03, "part": 0.2, "different": 0.764},
        "branch": {"same": 0.8, "variant": 0.01, "one": 0.1, "different": 0.09},
        "phone": {"same": 0.5, "variant": 0.02, "close": 0.02, "part": 0.1, "different": 0.36},
        "fax": {"same": 0.5, "variant": 0.02, "close": 0.02, "part": 0.1, "different": 0.36},
        "mail": {"same": 0.2, "variant": 0.01, "close": 0.02, "role": 0.35, "part": 0.02, "different": 0.6},
        "domain": {"same": 0.6, "different": 0.4},
        "address": {
            "same": 0.7,
            "variant": 0.15,
            "close": 0.02,
            "room": 0.06,
            "town": 0.02,
            "city": 0.02,
            "part": 0.02,
            "different": 0.01,
        },
        "postal": {"same": 0.9, "close": 0.03, "part": 0.03, "different": 0.04},
        "corporate": {"same": 0.05, "close": 0.01, "different": 0.94},
    },
    "office": {
        "company": {"same": 0.93, "variant": 0.05, "close": 0.01, "part": 0.005, "different": 0.005},
        "branch": {"same": 0.25, "variant": 0.01, "one": 0.34, "different": 0.4},
        "phone": {"same": 0.08, "variant": 0.01, "close": 0.01, "part": 0.02, "different": 0.88},
        "fax": {"same": 0.1, "variant": 0.01, "close": 0.01, "part": 0.02, "different": 0.86},
        "mail": {"same": 0.1, "variant": 0.01, "close": 0.02, "role": 0.45, "part": 0.02, "different": 0.7},
        "domain": {"same": 0.93, "different": 0.07},
        "address": {
            "same": 0.01,
            "variant": 0.01,
            "close": 0.01,
            "room": 0.02,
            "town": 0.03,
            "city": 0.15,
            "part": 0.12,
            "different": 0.65,
        },
        "postal": {"same": 0.03, "close": 0.02, "part": 0.05, "different": 0.9},
        "corporate": {"same": 0.96, "close": 0.01, "different": 0.03},
    },
    "stranger": {},
}
CHANCE: Chances = {
    "family": {"variant": 0.004, "close": 0.01, "different": 1.0},
    "given": {"variant": 0.004, "close": 0.01, "different": 1.0},
    "employer": {"variant": 1e-4, "close": 1e-3, "part": 1e-3, "different": 1.0},
    "company": {"variant": 2e-4, "close": 1e-3, "part": 2e-3, "different": 1.0},
    "branch": {"same": 0.8, "variant": 0.01, "one": 0.1, "different": 0.1},
    "birthday": _CHANCE_DAY,
    "gender": {"same": 0.5, "different": 0.5},
    "mobile": _CHANCE_LINE,
    "phone": _CHANCE_LINE,
    "fax": _CHANCE_LINE,
    "mail": _CHANCE_MAIL,
    "domain": {"same": 1e-4, "different": 1.0},
    "address": _FAR,
    "postal": _CHANCE_POST,
    "corporate": _CHANCE_CODE,
    "personal": _CHANCE_CODE,
}
# How common each explanation is beside "same", among pairs that agree in something.
PERSON = {"family": 1.0, "colleague": 1.0, "namesake": 0.15}
COMPANY = {"group": 1.0, "office": 1.0, "namesake": 0.1}
# The value behind a level of agreement, whose frequency in the file decides how much it says.
VALUES = {
    "family": ("family", "family_latin"), "given": ("given", "given_latin"), "company": ("company", "company_latin"),
    "employer": ("company", "company_latin"), "mobile": ("mobiles",), "phone": ("phones",), "fax": ("faxes",), "mail": ("mails",),
    "domain": ("domain",), "birthday": ("birthday",), "postal": ("postal",), "corporate": ("corporate",), "personal": ("personal",),
}  # fmt: skip


@dataclass
class Frequencies:
    """How often values occur in the base: those seen more than twice, by column; and how many records there are."""

    records: int
    common: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    filled: Mapping[str, int] = field(default_factory=dict)

    def count(self, column: str, value: str) -> int:
        """Occurrences; what isn't common is taken to occur twice, since a pair agrees on it."""
        return self.common.get(column, {}).get(value, 2)


@dataclass(frozen=True)
class Weighed:
    """The probability that the two are one, the strongest other explanation, and what each field says (bits for or against)."""

    score: float
    instead: str
    weights: dict[str, float]


def weigh(a: Features, b: Features, found: Levels, known: Frequencies) -> Weighed:
    """Weighs a pair of the same kind."""
    chance, sharing = _chances(a, b, found, known)
    same = {name: math.log2(SAME[name].get(level, 1e-4)) for name, level in found.items()}
    _tie(found, same)
    total = sum(same.values())
    explanations = COMPANY if a.kind == "c" else PERSON
    rivals: dict[str, float] = {"stranger": math.log2(max(known.records, 50) / 0.3)}
    rival_fields: dict[str, dict[str, float]] = {"stranger": chance}
    for name, odds in explanations.items():
        table = OTHERS[name]
        bits = {}
        for one, level in found.items():
            held = table.get(one)
            bits[one] = math.log2(held[level]) if held and level in held else chance[one]
        _tie(found, bits)
        rival_fields[name] = bits
        shared = math.log2(sharing) if name in {"family", "colleague", "group"} else 0.0
        rivals[name] = math.log2(odds) + shared
        if name == "colleague" and "employer" not in found:
            rivals[name] -= 3
        if name == "namesake":
            rivals[name] += _namesakes(a, found, known)
    scored = {name: base + sum(rival_fields[name].values()) for name, base in rivals.items()}
    best = max(scored, key=lambda name: scored[name])
    against = sum(2.0 ** min(value - total, 60) for value in scored.values())
    weights = {name: same[name] - rival_fields[best][name] for name in found}
    return Weighed(1 / (1 + against), best, weights)


def _namesakes(a: Features, found: Levels, known: Frequencies) -> float:
    """A name that many bear has many namesakes; one that two records have is likely one man's."""
    if a.kind == "c":
        count = known.count("company", a.company)
        return min(math.log2(max(count, 2) / 2), 4)
    count = known.common.get("name", {}).get(a.family + a.given, 2)
    return min(math.log2(max(count, 2) / 2), 5)


def _tie(found: Levels, bits: dict[str, float]) -> None:
    """Facts that follow from one another count once: postal code from address, fax from telephone, domain from mail."""
    if "postal" in bits and "address" in bits:
        if found["address"] in {"same", "variant", "close", "room", "town"} or found["postal"] == "different":
            bits["postal"] *= 0.15
        elif found["postal"] in {"same", "close"}:
            bits["postal"] *= 0.6
    if "fax" in bits and "phone" in bits:
        bits["fax"] *= 0.3
    if "domain" in bits and "mail" in bits:
        bits["domain"] *= 0.3 if found["mail"] != "different" else 0.8


def _chances(a: Features, b: Features, found: Levels, known: Frequencies) -> tuple[dict[str, float], float]:
    """What chance alone gives each level (bits), and how many share the most shared telephone, mail or address."""
    made, sharing = {}, 1.0
    for name, level in found.items():
        table = CHANCE[name]
        base = table.get(level, 1e-5)
        if level == "same" or (level == "variant" and name in {"family", "given", "company"}):
            count, total = _shared(a, b, name, known)
            if name in {"family", "given", "company", "employer"}:
                base = max(count / total, 1 / total) if level == "same" else max(base, count / total)
                base = max(base, 1e-5)
            elif count > 2:
                base = max(base, (count - 2) / total)
            if name in {"phone", "mail", "fax"} and count > 3:
                sharing = max(sharing, min(count / 3, 64))
        made[name] = math.log2(base)
    _tie(found, made)
    return made, sharing


def _shared(a: Features, b: Features, name: str, known: Frequencies) -> tuple[int, int]:
    """How often the value occurs on which the two agree (the rarest, where they agree on several), among how many."""
    best, total = 0, max(known.records, 1)
    for column in VALUES.get(name, ()):
        ours, theirs = getattr(a, column), getattr(b, column)
        shared = (
            {ours} & {theirs}
            if column not in {"mobiles", "phones", "faxes", "mails"}
            else set(ours.split()) & set(theirs.split())
        )
        for value in shared:
            if value:
                count = known.count(column, value)
                best = count if not best else min(best, count)
                total = max(known.filled.get(column, total), 50)
    if not best:
        column = VALUES.get(name, ("",))[0]
        best = max(known.count(column, getattr(one, column, "")) for one in (a, b)) if column else 2
    return best, total
