"""How two records stand to each other, field by field, in levels from agreement to contradiction.

A field that one of the two doesn't have has no level: it says nothing. The levels of names are in `names`.
"""

from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from enishi.exchange.duplicates import names
from enishi.exchange.duplicates.features import Features, is_role
from enishi.exchange.duplicates.names import CLOSE, DIFFERENT, SAME, VARIANT

Levels = dict[str, str]


def levels(a: Features, b: Features) -> Levels:
    """The level of each field that both have."""
    made: Levels = {}
    if a.kind == "c" and b.kind == "c":
        made["company"], made["branch"] = names.companies(a, b)
        if made["company"] == names.UNKNOWN:
            del made["company"]
        if a.form and b.form:
            made["form"] = SAME if a.form == b.form else DIFFERENT
    else:
        family, given = names.people(a, b)
        for field, level in (("family", family), ("given", given)):
            if level != names.UNKNOWN:
                made[field] = level
        if a.company and b.company:
            name, branch = names.companies(a, b)
            if name != names.UNKNOWN:
                made["employer"] = name if branch == SAME or name == DIFFERENT else "part"
        if a.birthday and b.birthday:
            made["birthday"] = birthday(a.birthday, b.birthday)
        if a.gender and b.gender:
            made["gender"] = SAME if a.gender == b.gender else DIFFERENT
        if a.personal and b.personal:
            made["personal"] = _code(a.personal, b.personal)
    _reach(a, b, made)
    if a.corporate and b.corporate:
        made["corporate"] = _code(a.corporate, b.corporate)
    if level := address(a, b):
        made["address"] = level
    if a.postal and b.postal:
        made["postal"] = postal(a.postal, b.postal)
    return made


def _code(one: str, other: str) -> str:
    if one == other:
        return SAME
    return CLOSE if len(one) == len(other) and OSA.distance(one, other) == 1 else DIFFERENT


def birthday(one: str, other: str) -> str:
    """Of two days as 20011231: a slip is one digit, two swapped digits, day and month swapped, or a wrong era's year;
    "part" where two of year, month and day agree."""
    if one == other:
        return SAME
    if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]:
        return VARIANT
    if OSA.distance(one, other) == 1:
        return CLOSE
    if one[4:] == other[4:] and abs(int(one[:4]) - int(other[:4])) in {25, 63, 88, 30, 93, 118, 10, 100}:
        return CLOSE  # 平成 for 昭和, 令和 for 平成; a slip of the decade
    parts = (one[:4] == other[:4]) + (one[4:6] == other[4:6]) + (one[6:] == other[6:])
    return "part" if parts == 2 else DIFFERENT


def postal(one: str, other: str) -> str:
    """Postal codes: a slip is one digit or two swapped; "part" is the same post office."""
    if one == other:
        return SAME
    if len(one) == len(other) and OSA.distance(one, other) == 1 and one[:2] == other[:2]:
        return CLOSE
    return "part" if len(one) == 7 and one[:3] == other[:3] else DIFFERENT


@lru_cache(maxsize=65536)
def number(one: str, other: str) -> str:
    """Telephone numbers: a slip is one digit or two swapped (not the last, by which lines of one office differ); a number
    without its area code is a variant."""
    if one == other:
        return SAME
    shorter, longer = sorted((one, other), key=len)
    if 6 <= len(shorter) < len(longer) and longer.endswith(shorter.lstrip("0")):
        return VARIANT
    if OSA.distance(one, other) == 1 and len(shorter) >= 9:
        return CLOSE if one[:-1] != other[:-1] else "part"
    if len(one) == len(other):
        places = [n for n in range(len(one)) if one[n] != other[n]]
        if len(places) == 2 and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]:
            return CLOSE
    return DIFFERENT


_ORDER = {SAME: 0, VARIANT: 1, CLOSE: 2, "part": 3, DIFFERENT: 4}


def _best(ours: str, theirs: str, compare: object) -> str:
    return min(
        (compare(x, y) for x in ours.split() for y in theirs.split()),  # type: ignore[operator]
        key=_ORDER.__getitem__,
        default="",
    )


def _reach(a: Features, b: Features, made: Levels) -> None:
    """Telephones and mail addresses, in whatever column they stand."""
    if a.mobiles and b.mobiles:
        made["mobile"] = _best(a.mobiles, b.mobiles, number)
    if a.phones and b.phones:
        made["phone"] = _best(a.phones, b.phones, number)
    if a.faxes and b.faxes:
        made["fax"] = _best(a.faxes, b.faxes, number)
    if made.get("phone", DIFFERENT) == DIFFERENT:
        crossed = [(a.phones, b.faxes), (a.faxes, b.phones)]
        if any(set(x.split()) & set(y.split()) for x, y in crossed):
            made["phone"] = SAME
    if a.mails and b.mails:
        made["mail"] = _best(a.mails, b.mails, mail)
        shared = set(a.mails.split()) & set(b.mails.split())
        if shared and all(map(is_role, shared)):
            made["mail"] = "role"
    if a.kind == "c" and made.get("mobile") == DIFFERENT:
        del made["mobile"]  # the person at the firm is another one
    if a.domain and b.domain:
        made["domain"] = SAME if a.domain == b.domain else DIFFERENT


@lru_cache(maxsize=65536)
def mail(one: str, other: str) -> str:
    """Mail addresses: a slip of a letter or two; "part" where the name before @ is the same at another provider."""
    if one == other:
        return SAME
    (local, _at, host), (local_other, _at2, host_other) = one.partition("@"), other.partition("@")
    near = OSA.distance(one, other)
    if host == host_other:
        digits = any(c.isdigit() for c in set(local) ^ set(local_other))
        if near == 1 and min(len(local), len(local_other)) >= 5 and not digits:
            return CLOSE
        if local.replace(".", "") == local_other.replace(".", "") or near == 1:
            return CLOSE if len(local) >= 4 else DIFFERENT
        return DIFFERENT
    if local == local_other and len(local) >= 5:
        return VARIANT if OSA.distance(host, host_other) <= 2 else "part"
    return DIFFERENT


# --- addresses --------------------------------------------------------------------------------------
def address(a: Features, b: Features) -> str:
    """same: town and numbers; variant: one is written shorter, or its town otherwise; close: a digit or letter is wrong;
    room: another room of the house; town, city, part (prefecture): only so far alike; different; "" where one has none."""
    if not ((a.town or a.numbers) and (b.town or b.numbers)):
        if a.city and b.city and a.city != b.city and not _ends(a.city, b.city):
            return DIFFERENT
        return "city" if a.city and a.city == b.city else ""
    western = a.town.isascii() and b.town.isascii() and a.city.isascii() and b.city.isascii()
    return _western(a, b) if western else _japanese(a, b)


def _ends(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def town(one: str, other: str) -> str:
    """Town names; 通り名 and 大字 may stand in front of one."""
    if one == other:
        return SAME
    if not one or not other:
        return "part"
    if _ends(one, other):
        return VARIANT
    if one.startswith(other) or other.startswith(one):
        return VARIANT if min(len(one), len(other)) >= 2 else CLOSE
    if OSA.distance(one, other) == 1 and min(len(one), len(other)) >= 2:
        return CLOSE
    return CLOSE if JaroWinkler.similarity(one, other) > 0.9 else DIFFERENT


def _japanese(a: Features, b: Features) -> str:
    cities = a.city == b.city or not a.city or not b.city or _ends(a.city, b.city)
    if a.prefecture and b.prefecture and a.prefecture != b.prefecture:
        return (
            DIFFERENT
            if not (a.city and a.city == b.city and a.town == b.town and a.numbers == b.numbers)
            else CLOSE
        )
    towns = town(a.town, b.town)
    if not cities:
        near = (
            OSA.distance(a.city, b.city) == 1
            and len(a.city) > 2
            and towns == SAME
            and a.numbers == b.numbers
            and a.numbers
        )
        return CLOSE if near else "part"
    if towns == DIFFERENT:
        return "city" if a.city and b.city else "part"
    numbers = _numbers(a.numbers, b.numbers)
    if numbers in {SAME, VARIANT}:
        room = _rooms(a, b)
        if room == DIFFERENT:
            return "room"
        if towns == SAME and numbers == SAME:
            return SAME
        if towns == "part" and not (a.postal and a.postal == b.postal):
            return "town"
        return VARIANT if towns in {SAME, VARIANT} or numbers == SAME else CLOSE
    if numbers == CLOSE and towns in {SAME, VARIANT}:
        return CLOSE
    if not a.numbers or not b.numbers or (numbers == "part" and towns in {SAME, VARIANT}):
        return "short" if towns in {SAME, VARIANT} else "city"
    return "town" if towns in {SAME, VARIANT} else "city"


def _numbers(one: str, other: str) -> str:
    """1-2-3 and 1-2-3-405 are one house (variant); 1-2 of 1-2-3 is a shorter writing."""
    if not one or not other:
        return "part"
    if one == other:
        return SAME if "-" in one or len(one) > 2 else VARIANT
    ours, theirs = one.split("-"), other.split("-")
    size = min(len(ours), len(theirs))
    if ours[:size] == theirs[:size] and size >= 2:
        return VARIANT
    if ours[:size] == theirs[:size]:
        return "part"
    if sorted("".join(ours)) == sorted("".join(theirs)) or (
        len(ours) == len(theirs) and OSA.distance(one, other) == 1
    ):
        wrong = [n for n in range(size) if ours[n] != theirs[n]]
        if len(ours) == len(theirs) and len(wrong) <= 2 and len(ours) >= 2:
            return CLOSE
    return DIFFERENT


def _rooms(a: Features, b: Features) -> str:
    """Whether both name a room, and another one."""
    ours, theirs = a.numbers.split("-"), b.numbers.split("-")
    room_a = a.room or (ours[3] if len(ours) > 3 else "")
    room_b = b.room or (theirs[3] if len(theirs) > 3 else "")
    if room_a and room_b and room_a != room_b and room_a.rstrip("f") != room_b.rstrip("f"):
        return DIFFERENT
    return SAME


def _western(a: Features, b: Features) -> str:
    signs = [
        _worded(a.numbers, b.numbers, 0.99), _worded(a.town, b.town, 0.88), _worded(a.city, b.city, 0.88),
        _worded(a.building, b.building, 0.88), _worded(a.postal, b.postal, 0.99),
    ]  # fmt: skip
    agree, against = signs.count(1), signs.count(-1)
    if agree >= 4 and not against:
        return SAME
    if agree >= 3:
        return VARIANT
    if agree == 2:
        return CLOSE if against <= 2 else "town"
    return "city" if agree == 1 else DIFFERENT


def _worded(one: str, other: str, least: float) -> int:
    """1 alike, −1 not, 0 where one is missing."""
    if not one or not other:
        return 0
    return 1 if one == other or JaroWinkler.similarity(one, other) >= least else -1
