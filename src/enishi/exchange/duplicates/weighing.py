"""What the levels of a pair say together: the same customer, or one of the other explanations for what agrees.

Adding up agreements, as plain record linkage does, counts a household's address, telephone and family name as three proofs of
identity. They are one fact with another explanation: two people of one family. So every pair is weighed under several explanations,
each with its own chances for each level (`chances`), and the pair is the same only where that beats all others together:

    same       the same person or firm, written twice
    family     two of one household: family name, address and telephone agree, given name and birthday don't
    colleague  two at one office: employer, its address, telephone and domain agree
    namesake   two of one name: nothing else agrees but by chance
    group      two firms under one roof: address, telephone, site may agree, the name doesn't
    office     two offices of one firm: name and 法人番号 agree, office or address doesn't
    stranger   two of whom each agreement is chance, as frequent as the value is in this very base (a rare name says more)
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from enishi.exchange.duplicates.chances import CHANCE, COMPANY, OTHERS, PERSON, SAME, UNHEARD
from enishi.exchange.duplicates.comparing import Levels
from enishi.exchange.duplicates.features import Features

# The value behind an agreement, whose frequency in the base decides how much it says.
_NAMES = {
    "family": ("family", "family_latin"), "given": ("given", "given_latin"), "company": ("company", "company_latin"),
    "employer": ("company", "company_latin"),
}  # fmt: skip
_VALUES = {
    "mobile": "mobiles", "phone": "phones", "fax": "faxes", "mail": "mails", "domain": "domain", "birthday": "birthday", "postal": "postal",
    "corporate": "corporate", "personal": "personal",
}  # fmt: skip
_SHARED = {"phone", "mail", "fax"}


@dataclass
class Frequencies:
    """How often values occur in the base: those seen more than twice, by column; how many records there are, and how many have
    each column. `family` is how common relatives are beside repeats (bits), where the base itself can tell."""

    records: int
    common: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    filled: Mapping[str, int] = field(default_factory=dict)
    family: float = 0.0

    def count(self, column: str, value: str) -> int:
        """Occurrences; what isn't common is taken to occur twice, since a pair agrees on it."""
        held = self.common.get(column)
        return held.get(value, 2) if held else 2


@dataclass(frozen=True)
class Weighed:
    """The probability that the two are one, the strongest other explanation, and what each field says (bits for or against)."""

    score: float
    instead: str
    weights: dict[str, float]
    against: dict[str, float]  # how far each other explanation lies behind "same" (bits)


def weigh(a: Features, b: Features, found: Levels, known: Frequencies) -> Weighed:
    """Weighs a pair of the same kind."""
    chance, sharing = _chances(a, b, found, known)
    tied = _tied(found)
    same = {name: SAME[name].get(level, UNHEARD) * tied.get(name, 1.0) for name, level in found.items()}
    total = sum(same.values())
    rivals: dict[str, tuple[float, dict[str, float]]] = {
        "stranger": (
            math.log2(max(known.records, 50) / 0.3),
            {n: bits * tied.get(n, 1.0) for n, bits in chance.items()},
        )
    }
    for name, odds in (COMPANY if a.kind == "c" else PERSON).items():
        table = OTHERS[name]
        bits = {}
        for one, level in found.items():
            held = table.get(one)
            bits[one] = (held.get(level, UNHEARD) if held else chance[one]) * tied.get(one, 1.0)
        base = odds
        if name == "namesake":
            base += _namesakes(a, known)
        else:
            base += sharing if name != "office" else 0.0
            base += known.family if name == "family" else 0.0
            if name == "colleague" and "employer" not in found:
                base -= 3
        rivals[name] = base, bits
    scored = {name: base + sum(bits.values()) for name, (base, bits) in rivals.items()}
    best = max(scored, key=scored.__getitem__)
    against = {name: total - value for name, value in scored.items()}
    odds_against = sum(2.0 ** -max(min(value, 200.0), -200.0) for value in against.values())
    worst = rivals[best][1]
    return Weighed(1 / (1 + odds_against), best, {name: same[name] - worst[name] for name in found}, against)


def _namesakes(a: Features, known: Frequencies) -> float:
    """A name that many bear has many namesakes; one that two records have is likely one man's."""
    count = known.count("company", a.company) if a.kind == "c" else known.count("name", a.family + a.given)
    return min(math.log2(max(count, 2) / 2), 5)


def _tied(found: Levels) -> dict[str, float]:
    """Facts that follow from one another count once: postal code from address, fax from telephone, domain from mail."""
    made = {}
    if "postal" in found and "address" in found:
        if (
            found["address"] in {"same", "variant", "close", "room", "short", "town"}
            or found["postal"] == "different"
        ):
            made["postal"] = 0.15
        elif found["postal"] in {"same", "close"}:
            made["postal"] = 0.6
    if "fax" in found and "phone" in found:
        made["fax"] = 0.3
    if "domain" in found and "mail" in found:
        made["domain"] = 0.3 if found["mail"] != "different" else 0.8
    return made


def _chances(a: Features, b: Features, found: Levels, known: Frequencies) -> tuple[dict[str, float], float]:
    """What chance alone gives each level, and how many share the most shared telephone or mail (both in bits)."""
    made, sharing = {}, 0.0
    for name, level in found.items():
        base = CHANCE[name].get(level, -17.0)
        if name in _NAMES:
            if level in {"same", "variant"}:
                often = math.log2(max(_name_share(a, b, name, known), 1e-5))
                base = often if level == "same" else max(base, often)
        elif level == "same" and name in _VALUES:
            count, total = _value_share(a, b, _VALUES[name], known)
            if count > 2:
                base = max(base, math.log2((count - 2) / total))
                if name in _SHARED and count > 3:
                    sharing = max(sharing, min(math.log2(count / 3), 6.0))
        made[name] = base
    return made, sharing


def _name_share(a: Features, b: Features, name: str, known: Frequencies) -> float:
    """How much of the base bears the name on which the two agree."""
    written, heard = _NAMES[name]
    x, y = getattr(a, written), getattr(b, written)
    if x and x == y:
        return known.count(written, x) / max(known.filled.get(written, 0), 50)
    x, y = getattr(a, heard), getattr(b, heard)
    if x and x == y:
        return known.count(heard, x) / max(known.filled.get(heard, 0), 50)
    x = getattr(a, written) or getattr(b, written)
    return known.count(written, x) / max(known.filled.get(written, 0), 50)


def _value_share(a: Features, b: Features, column: str, known: Frequencies) -> tuple[int, int]:
    """How often the value occurs on which the two agree (the rarest of several), and among how many."""
    ours, theirs = getattr(a, column), getattr(b, column)
    shared = {ours} if ours == theirs else set(ours.split()) & set(theirs.split())
    count = min((known.count(column, value) for one in shared for value in one.split()), default=2)
    return count, max(known.filled.get(column, 0), 50)
