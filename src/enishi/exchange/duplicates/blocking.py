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
    if one.kind == "c":
        who, heard = one.company[:2] or one.company_latin[:3], (one.company_latin or one.guessed_company)[:3]
    else:
        who, heard = one.given[:1] or one.given_latin[:2], (one.given_latin or one.guessed_given)[:2]
    for number in {*one.mobiles.split(), *one.phones.split(), *one.faxes.split()}:
        yield ("t", number)
        yield ("t", number[-7:], who)
        yield ("ts", "".join(sorted(number)), who)
    for mail in one.mails.split():
        yield ("m", mail)
        yield ("m", mail, who)
        local, _at, host = mail.partition("@")
        if len(local) >= 5 and not is_role(mail):
            yield ("l", local)
            yield ("h", host, local[:4])
    first = "-".join(one.numbers.split("-")[:3])
    if one.numbers and one.town:
        yield ("a", one.city[-3:] + one.town[-3:], first)
        yield ("a", one.town[-3:], first, who)
        yield ("a", one.city[-3:] + one.town[-3:], one.numbers, one.room)
        if heard:
            yield ("ah", one.town[-3:], first, heard)
    if one.postal:
        yield ("p", one.postal, first)
        yield ("p", one.postal, who)
        if heard:
            yield ("ph", one.postal, heard)
    for code in (one.corporate, one.personal):
        if code:
            yield ("i", code)
            yield ("is", "".join(sorted(code)), who)


def _person(one: Features) -> Iterator[tuple[str, ...]]:
    whole = one.unsplit or one.family + one.given
    sound = one.family_latin + one.given_latin if one.given_latin else one.name_latin
    day, month_day = one.birthday, one.birthday[4:]
    lines = [number[-4:] for number in (*one.mobiles.split(), *one.phones.split())]
    named = bool(one.given or one.given_latin or one.unsplit or one.name_latin)
    for kind, name in (("n", whole if len(whole) > 1 else ""), ("s", sound if len(sound) > 4 else "")):
        if not name or not named:
            continue
        name = "".join(sorted(name))  # whichever part stands first
        yield (kind, name)
        yield (kind, name, one.postal[:3] or one.prefecture)
        if day:
            yield (kind, name, "d", month_day)
            yield (kind, name, "y", day[:6])
        for line in lines:
            yield (kind, name, "t", line)
        if one.company:
            yield (kind, name, "e", one.company[:4])
    if day:
        yield ("b", day)
        for part in {one.given, one.given_latin[:4], one.family or one.family_latin[:4]}:
            if part:
                yield ("b", day, part)
                yield ("bm", day[:6], part)
        for part in {one.given, one.given_latin[:4]}:
            if part:
                yield ("bs", "".join(sorted(day)), part)
                yield ("bd", month_day, part)
    for part in {one.given, one.family, one.given_latin, one.family_latin}:
        if part:
            yield ("g", part, one.postal, one.numbers[:3])
            yield ("gc", part, one.city[-3:], one.town[:3])
    if one.company:
        for part in {one.family, one.given, one.given_latin}:
            if part:
                yield ("e", one.company[:6], part)
    if one.domain:
        yield ("dm", one.domain, whole[:2] or sound[:4])
    if one.numbers and one.town.isascii() and one.town:
        yield ("w", one.numbers, one.town[:4])
        yield ("w", one.town[:6], one.city[:4])


def _company(one: Features) -> Iterator[tuple[str, ...]]:
    base, sound = one.company, one.company_latin
    core, _kind = split_kind(base)
    lines = [number[-4:] for number in (*one.mobiles.split(), *one.phones.split())]
    region = one.postal[:3] or one.prefecture
    for kind, name in (("c", base), ("s", sound), ("cs", "".join(sorted(base)) if len(base) > 3 else "")):
        if name:
            yield (kind, name)
            yield (kind, name, region)
            yield (kind, name, one.branch, one.city)
            for line in lines:
                yield (kind, name, "t", line)
    if len(core) >= 2 and core != base:
        yield ("k", core, one.city, one.town[:2])
        for line in lines:
            yield ("k", core, line)
    yield ("c", one.whole)
    for part in {base[:3], base[-4:], sound[:6]}:
        if len(part) >= 3:
            yield ("cp", part, one.city, one.town[:2])
    if one.domain:
        yield ("dm", one.domain)
        yield ("dm", one.domain, base[:2])
        yield ("dm", one.domain, one.city)
