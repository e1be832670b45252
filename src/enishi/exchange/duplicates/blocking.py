"""Which records are compared at all: those that share a key.

Each key joins what a different kind of damage leaves whole: a name with a slip is found by its telephone, a new telephone by name and
birthday, a wrong birthday by name and town… A key that too many share (a frequent name, a call centre's number, a tower's address) would
make millions of pairs of strangers, and is left out; the same value stands in narrower keys together with a second one.
"""

from collections.abc import Iterator

from enishi.exchange.duplicates.features import Features, is_role
from enishi.exchange.duplicates.names import split_kind


def keys(one: Features) -> list[int]:
    """The keys of a record, as hashes that hold within one run of the program and its forks."""
    made = set(_shared(one))
    made.update(_company(one) if one.kind == "c" else _person(one))
    return [hash(key) for key in made]


def _shared(one: Features) -> Iterator[tuple[str, ...]]:
    who = (
        (one.company[:2] or one.company_latin[:3])
        if one.kind == "c"
        else (one.given[:1] or one.given_latin[:2])
    )
    who_latin = one.company_latin[:3] if one.kind == "c" else one.given_latin[:2]
    for number in {*one.mobiles.split(), *one.phones.split(), *one.faxes.split()}:
        yield ("t", number)
        yield ("t", number, who)
        yield ("T", number[-8:])
        if who:
            yield ("tl", number[-7:], who)
            yield ("tf", number[:7], number[-2:], who)
            yield ("ts", "".join(sorted(number)), who)
    for mail in one.mails.split():
        yield ("m", mail)
        local, _at, host = mail.partition("@")
        if len(local) >= 5 and not is_role(mail):
            yield ("l", local)
            yield ("h", host, local[:4], who)
        yield ("m", mail, who)
    place = one.city[-3:] + one.town[-3:]
    first = "-".join(one.numbers.split("-")[:3])
    if one.numbers and one.town:
        yield ("a", place, first)
        yield ("at", one.town[-3:], first, who)
        yield ("a", place, first, who)
        yield ("ar", place, one.numbers, one.room)
        if who_latin:
            yield ("a", place, first, who_latin)
    if one.postal:
        yield ("p", one.postal, who)
        yield ("pn", one.postal, first)
        if who_latin:
            yield ("p", one.postal, who_latin)
    for code in (one.corporate, one.personal):
        if code:
            yield ("i", code)
            yield ("is", "".join(sorted(code)), who)


def _person(one: Features) -> Iterator[tuple[str, ...]]:
    whole = one.unsplit or one.family + one.given
    given, family = one.given, one.family
    sound = "".join(sorted((one.family_latin, one.given_latin))) if one.given_latin else one.name_latin
    day, month_day, year = one.birthday, one.birthday[4:], one.birthday[:4]
    city = one.city[-3:]
    lines = [number[-4:] for number in (*one.mobiles.split(), *one.phones.split())]
    for kind, name in (
        ("n", "".join(sorted(whole)) if len(whole) > 1 else ""),
        ("s", "".join(sorted(sound)) if len(sound) > 4 else ""),
    ):
        if not name or not (given or one.given_latin or one.unsplit or one.name_latin):
            continue
        yield (kind, name)
        yield (kind, name, one.postal[:3] or one.prefecture)
        yield (kind, name, city, one.town[:2])
        yield (kind, name, "d", month_day)
        yield (kind, name, "y", day[:6])
        yield (kind, name, "e", one.company[:4])
        for line in lines:
            yield (kind, name, "t", line)
    if day:
        yield ("b", day)
        sorted_day = "".join(sorted(day))
        for part in {given, family, one.given_latin[:4], one.family_latin[:4], whole[:2]}:
            if part:
                yield ("b", day, part)
                yield ("bs", sorted_day, part)
                yield ("bm", year, day[4:6], part)
                yield ("bd", month_day, part)
    for part in {given, family, one.given_latin, one.family_latin}:
        if part:
            yield ("g", part, one.postal)
            yield ("g", part, one.numbers, one.town[-2:])
            yield ("gc", part, one.city, one.town[:3])
    if one.company:
        for part in {family, given, one.family_latin, one.given_latin}:
            if part:
                yield ("e", one.company[:6], part)
    if one.domain:
        yield ("dm", one.domain, whole[:2] or sound[:4])
    if one.numbers and one.town.isascii() and one.town:
        yield ("w", one.numbers, one.town[:4])
        yield ("w2", one.town[:6], one.city[:4])


def _company(one: Features) -> Iterator[tuple[str, ...]]:
    base, sound = one.company, one.company_latin
    core, _kind = split_kind(base)
    lines = [number[-4:] for number in (*one.mobiles.split(), *one.phones.split())]
    for kind, name in (
        ("c", base),
        ("s", sound),
        ("k", core if len(core) >= 2 else ""),
        ("cs", "".join(sorted(base)) if len(base) > 3 else ""),
    ):
        if not name:
            continue
        if kind != "k":
            yield (kind, name)
        yield (kind, name, one.branch)
        yield (kind, name, one.postal[:3] or one.prefecture)
        yield (kind, name, one.city)
        yield (kind, name, "a", one.town[:3])
        for line in lines:
            yield (kind, name, "t", line)
    yield ("c", one.whole)
    for part in {base[:3], base[-4:], sound[:6]}:
        if len(part) >= 3:
            yield ("cp", part, one.city, one.town[:2])
            yield ("cp", part, one.postal)
    if one.domain:
        yield ("dm", one.domain)
        yield ("dm", one.domain, base[:2])
        yield ("dm", one.domain, one.city)
