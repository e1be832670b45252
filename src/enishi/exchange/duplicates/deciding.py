"""What is said of a weighed pair: taken for one without asking, asked about, or left alone.

The weights say how likely; these rules say what no weight may outvote. They hold whatever the file is like: two given names are two people,
two offices are two customers, and a name alone is nobody.
"""

from dataclasses import dataclass

from enishi.exchange.duplicates.comparing import Levels
from enishi.exchange.duplicates.features import Features
from enishi.exchange.duplicates.weighing import Weighed

AUTOMATIC, ASK, NOTHING = "automatic", "ask", ""
ASK_FROM = 0.5
AUTOMATIC_FROM = 0.995
_NEAR = {"same", "variant"}


@dataclass(frozen=True)
class Decided:
    """The decision and the score that goes with it."""

    decision: str
    score: float


def decide(a: Features, b: Features, found: Levels, weighed: Weighed) -> str:
    """automatic, ask or ""."""
    if contradict(a, b, found) or weighed.score < ASK_FROM:
        return NOTHING
    if a.kind == "c":
        return _company(found, weighed)
    return _person(a, b, found, weighed)


def contradict(a: Features, b: Features, found: Levels) -> bool:
    """Whether the two are evidently not one, whatever else agrees. Also forbids that a third record joins them."""
    if a.kind != b.kind:
        return True
    if a.kind == "c":
        return _two_firms(found)
    return _two_people(a, b, found)


def _two_firms(found: Levels) -> bool:
    branch, name = found.get("branch"), found.get("company")
    if branch == "different" or (name == "different" and not _renamed(found)):
        return True
    if branch == "one" and not (_at_one_place(found) and found.get("phone", "same") in {"same", "variant"}):
        return True
    return found.get("corporate") == "different" and not (
        found.get("phone") == "same" and _at_one_place(found)
    )


def _renamed(found: Levels) -> bool:
    """Another name at the same door, with the same telephone and 法人番号."""
    return (
        found.get("corporate") == "same"
        and found.get("branch") == "same"
        and _at_one_place(found)
        and found.get("phone") in _NEAR
    )


def _at_one_place(found: Levels) -> bool:
    return found.get("address") in {"same", "variant"}


def _two_people(a: Features, b: Features, found: Levels) -> bool:
    given, family, birthday = found.get("given"), found.get("family"), found.get("birthday")
    certain = found.get("personal") == "same"
    if _western(
        a, b
    ):  # Western names are mistaken more, and relatives are told by the base itself (`weighing.Frequencies.family`)
        return given == "different" and birthday == "different" and not certain
    if given == "different" and not certain:
        return True
    if birthday == "different" and not certain and _strong(found) < 2:
        return True
    if found.get("gender") == "different" and given not in {"same"} and not certain:
        return True
    if family == "different":
        # Married since: all else must be the same person's.
        if given not in _NEAR:
            return not certain
        return not certain and not (birthday in {"same", "variant"} and _strong(found)) and _strong(found) < 2
    return given == "close" and not certain and birthday != "same" and _strong(found) < 2


def _western(a: Features, b: Features) -> bool:
    """Whether both names are in Latin letters as they stand, not in place of a Japanese writing."""
    return (
        bool(a.given + a.family)
        and bool(b.given + b.family)
        and (a.given + a.family + b.given + b.family).isascii()
    )


def _strong(found: Levels) -> int:
    """How many things agree that are a person's own or his household's."""
    own = (found.get("mobile") in _NEAR) + (found.get("mail") == "same") + (found.get("personal") == "same")
    return own + (found.get("phone") in _NEAR) + (found.get("address") in _NEAR)


def _agrees(found: Levels) -> bool:
    """Whether anything beyond the name agrees."""
    if _strong(found) or found.get("birthday") in {"same", "variant"}:
        return True
    near = ("mobile", "phone", "mail", "personal")
    if any(found.get(name) == "close" for name in near) or found.get("address") == "close":
        return True
    return (
        found.get("employer") in _NEAR
        or (found.get("postal") == "same" and "address" not in found)
        or found.get("mail") == "variant"
    )


def _told_by_birthday(a: Features, b: Features, found: Levels) -> bool:
    """Names in two scripts can't be compared; then the birthday must say it, with something that the household shares."""
    named = all(one.given or one.name_latin for one in (a, b))
    return named and found.get("birthday") == "same" and _strong(found) > 0


def _person(a: Features, b: Features, found: Levels, weighed: Weighed) -> str:
    if not _agrees(found):
        return NOTHING
    own = any(found.get(name) == "same" for name in ("mobile", "mail", "personal"))
    if "given" not in found and not own and not _western(a, b) and not _told_by_birthday(a, b, found):
        return NOTHING
    family, given = found.get("family"), found.get("given")
    if family not in {"same"} or given not in {"same"} or weighed.score < AUTOMATIC_FROM:
        return ASK
    if found.get("birthday", "same") not in {"same", "variant"} or found.get("gender") == "different":
        return ASK
    if found.get("employer") == "different" or (a.unsplit or a.family) == "" or (b.unsplit or b.family) == "":
        spelled = found.get("birthday") == "same" and (
            found.get("mobile") == "same" or found.get("mail") == "same"
        )
        return AUTOMATIC if spelled else ASK
    proofs = _strong(found) + (found.get("birthday") in {"same", "variant"})
    # In a large base two of one name and birthday may even have made themselves the same mail address: where they live elsewhere and
    # have other numbers, a person looks.
    against = sum(found.get(name) == "different" for name in ("mobile", "phone", "address"))
    if proofs == 2 and (against > 1 or (against and found.get("birthday") == "variant")):
        return ASK
    return AUTOMATIC if proofs >= 2 else ASK


def _company(found: Levels, weighed: Weighed) -> str:
    name, branch = found.get("company"), found.get("branch")
    phone, mail, place = found.get("phone"), found.get("mail"), _at_one_place(found)
    corporate, mobile = found.get("corporate") == "same", found.get("mobile") == "same"
    lines = (phone in _NEAR) or (found.get("fax") in _NEAR) or mobile
    proofs = (
        lines
        + place
        + (mail in {"same", "role"})
        + corporate
        + (found.get("domain") == "same" and mail not in {"same", "role"})
    )
    if name is None or name in {"close", "part", "different"}:
        return ASK if proofs >= 2 and (lines or corporate or mail == "same") else NOTHING
    if name == "same" and branch == "same" and weighed.score >= AUTOMATIC_FROM:
        if found.get("corporate") == "different" or found.get("address") in {
            "different",
            "part",
            "city",
            "town",
            "room",
        }:
            return ASK
        return AUTOMATIC if proofs >= 2 and (place or lines) else ASK
    return ASK
