"""How much speaks for a row of a file being a customer that is known: points with the reason for each.

Points add up to a score out of 100. They are no probabilities: whoever reads 「電話が同じ +30、都道府県が違う −25」 can follow them.
What a score is worth depends on the strictness (`Strictness`). Some things end the matter whatever else agrees: two branches
of one company are two customers, father and son at one address are two people.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from enishi.japanese import addresses, companies, kana, names, telephones
from enishi.japanese.branches import split_office
from enishi.japanese.text import fold

Get = Callable[[str], Any]
Reason = tuple[str, int]  # what agrees or differs (see `words.REASONS`), and its points

# Mail boxes that several people read, and hosts where anybody has one: they say little about who somebody is.
_SHARED_BOX = re.compile(
    r"^(info|contact|office|mail|admin|support|sales|soumu|eigyo|keiri|jimu|honsha|shop|order|web|post)\b"
)
_FREE_HOSTS = {
    "gmail.com", "googlemail.com", "yahoo.co.jp", "ymail.ne.jp", "outlook.jp", "outlook.com", "hotmail.com", "hotmail.co.jp", "icloud.com", "me.com",
    "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp", "ocn.ne.jp", "nifty.com", "biglobe.ne.jp", "so-net.ne.jp", "plala.or.jp",
}  # fmt: skip
ALIKE = 80  # how alike two names must be, of 100, to be one with a slip of the pen


@dataclass(frozen=True)
class Strictness:
    """From how many points on a row is taken for the known record, and from how many on it is asked about."""

    certain: int
    likely: int


STRICTNESS = {"careful": Strictness(90, 60), "loose": Strictness(75, 45)}


@dataclass
class Likeness:
    """What speaks for two being one: the score, why, and whether it may be taken for certain at all."""

    score: int = 0
    reasons: list[Reason] = field(default_factory=list)
    doubtful: bool = False  # never without asking

    def add(self, word: str, points: int) -> None:
        """One more thing that agrees or differs."""
        self.reasons.append((word, points))
        self.score = max(0, min(100, self.score + points))


NOTHING = Likeness()


def _text(get: Get, name: str) -> str:
    value = get(name)
    return value if isinstance(value, str) else ""


def digits(text: str) -> str:
    """A telephone number's digits without its extension."""
    return telephones.parse_telephone(text).digits if text else ""


def host_of(get: Get) -> str:
    """The host of the web site, else of the mail address unless anybody can have one there."""
    return _site_of(get) or _mail_host_of(get)


def _site_of(get: Get) -> str:
    return re.sub(r"^https?://(www\.)?|[/?#:].*$", "", _text(get, "website").lower())


def _mail_host_of(get: Get) -> str:
    host = _text(get, "email").rpartition("@")[2].lower()
    return "" if host in _FREE_HOSTS else host


def _other_hosts(mine: Get, theirs: Get) -> bool:
    """Whether two firms have hosts of their own: a site is held against a site and a mail address against one, for a site may stand
    elsewhere than the mail, and below or above another name of the firm."""
    for of in (_site_of, _mail_host_of):
        one, two = of(mine), of(theirs)
        if one and two:
            return one != two and not one.endswith(f".{two}") and not two.endswith(f".{one}")
    return False


# --- places -----------------------------------------------------------------------------------------
def _place(get: Get) -> tuple[str, str, str]:
    """Prefecture, the rest's key up to the block number, and the town's letters in it."""
    prefecture, address = _text(get, "prefecture"), _text(get, "address")
    if address and not prefecture:
        prefecture, address = addresses.split_prefecture(address)
    key = addresses.address_key(address) if address else ""
    block = re.match(r"\D*[\d-]*", key)
    key = block[0].rstrip("-") if block and any(c.isdigit() for c in block[0]) else key
    return fold(prefecture), key, re.sub(r"\d.*", "", key)


def _compare_places(found: Likeness, mine: Get, theirs: Get, same: int) -> bool:
    """Adds what the addresses say; whether they are the same to the block number."""
    (here, key, town), (there, other, other_town) = _place(mine), _place(theirs)
    if here and there and here != there:
        found.add("prefecture_differs", -25)
        return False
    if key and other and any(c.isdigit() for c in key + other):
        if key == other or (key.endswith(other) or other.endswith(key)) and min(len(key), len(other)) >= 6:
            found.add("address", same)
            return True
        if town and other_town and fuzz.ratio(town, other_town) < 60:
            found.add("town_differs", -12)
            return False
        if all(any(c.isdigit() for c in one) for one in (key, other)):
            found.add("block_differs", -15)
            return False
    code, other_code = _text(mine, "postal_code"), _text(theirs, "postal_code")
    if code and code == other_code:
        found.add("postal_code", 8)
    return False


def _phones(get: Get, *columns: str) -> set[str]:
    return {number for column in columns if len(number := digits(_text(get, column))) >= 9}


def in_different_cities(mine: Get, theirs: Get) -> bool:
    """Whether the fixed telephones and fax machines of two are in different cities, by the codes that they begin with."""
    here, there = (
        {code for name in ("phone", "fax") if (code := telephones.area_code(_text(get, name)))}
        for get in (mine, theirs)
    )
    return bool(here and there and not here & there)


# --- companies --------------------------------------------------------------------------------------
def compare_accounts(mine: Get, theirs: Get) -> Likeness:
    """A row's account (its values by field name) against a record's or another row's."""
    name, other = _text(mine, "name"), _text(theirs, "name")
    if not name or not other:
        return NOTHING
    one, two = _company(name), _company(other)
    if one.base + one.branch == two.base + two.branch:
        two = replace(
            two, base=one.base, branch=one.branch
        )  # where the office begins may be guessed otherwise
    if one.branch != two.branch and one.branch and two.branch:
        return NOTHING  # another branch is another customer
    found = Likeness()
    number, their_number = _text(mine, "corporate_number"), _text(theirs, "corporate_number")
    same_number = bool(number) and number == their_number
    _compare_names(found, mine, theirs, one, two)
    if not found.score and not same_number:
        others = _phones(mine, "phone") & _phones(theirs, "phone")
        if not others:
            return NOTHING
    if one.branch != two.branch:
        found.add("branch_differs", -20)
        found.doubtful = True
    if number and their_number:
        found.add(
            "corporate_number" if same_number else "corporate_number_differs", 60 if same_number else -60
        )
    phones, their_phones = _phones(mine, "phone"), _phones(theirs, "phone")
    if phones and their_phones:
        found.add("phone" if phones & their_phones else "phone_differs", 30 if phones & their_phones else -10)
    mail, their_mail = _text(mine, "email").lower(), _text(theirs, "email").lower()
    if mail and mail == their_mail:
        found.add("email", 30)
    elif (host := host_of(mine)) and host == host_of(theirs):
        found.add("host", 15)
    elif _other_hosts(mine, theirs):
        found.add("host_differs", -10)
    _compare_places(found, mine, theirs, 30)
    code, their_code = _text(mine, "code"), _text(theirs, "code")
    if code and their_code and code != their_code:
        found.add("code_differs", -10)
    return found


@lru_cache(maxsize=8192)
def _company(name: str) -> companies.CompanyName:
    """The parts of a name, its office found with and without a space before it."""
    parts, office = companies.parse_company(name), split_office(name)
    if not office.branch or not office.base:
        return parts
    return replace(parts, base=office.base, branch=office.branch)


def office_of(name: str) -> str:
    """The office in a company's name, folded; "" for the company as a whole."""
    return _company(name).branch


def _compare_names(
    found: Likeness, mine: Get, theirs: Get, one: companies.CompanyName, two: companies.CompanyName
) -> None:
    short = len(one.base) <= 2
    if one.base == two.base:
        if _text(mine, "name") == _text(theirs, "name"):
            found.add("name", 50 if short else 70)
        elif one.form and two.form and one.form != two.form:
            found.add("form_differs", 25)
            found.doubtful = True
        elif one.form and two.form and one.position != two.position:
            found.add("position_differs", 45)
        elif (one.form, one.position) == (two.form, two.position):  # ㈱青空工業 and （株）青空工業
            found.add("name_written", 40 if short else 60)
        else:
            found.add("name_key", 40 if short else 60)
        return
    if _numbers(one.base) != _numbers(two.base):
        return  # 試作1 and 試作2 are two
    found.doubtful = True
    alike = fuzz.ratio(one.base, two.base) if one.base and two.base else 0.0
    reading, other = (
        kana.sort_key(_text(get, "kana")) if _text(get, "kana") else "" for get in (mine, theirs)
    )
    if reading and reading == other:
        found.add("kana", 40 if alike >= 50 else 30)
    elif alike >= ALIKE or _within(one.base, two.base):
        found.add("name_alike", 35)


@lru_cache(maxsize=4096)
def _numbers(text: str) -> str:
    return re.sub(r"\D", "", text)


def near_names(one: str, two: str) -> bool:
    """A quick look at two companies' names: the same numbers in them, and half of their letters."""
    return _numbers(one) == _numbers(two) and fuzz.ratio(one, two) >= 40


def _within(one: str, two: str) -> bool:
    """東和商事 in 東和商事本社: one name goes on where the other ends."""
    less, more = sorted((one, two), key=len)
    return len(less) >= 3 and more.startswith(less)


# --- people -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Person:
    family: str
    given: str
    full: str
    kana: str


def _person(get: Get) -> _Person:
    family, given = _text(get, "family_name"), _text(get, "given_name")
    if not family and not given:
        split = names.split_person(_text(get, "name"))
        family, given = split.family, split.given
    reading = f"{_text(get, 'family_kana')} {_text(get, 'given_kana')}".strip() or _text(get, "kana")
    family, given = fold(family).replace(" ", ""), fold(given).replace(" ", "")
    return _Person(family, given, family + given, kana.sort_key(reading.replace(" ", "")) if reading else "")


def compare_contacts(mine: Get, theirs: Get) -> Likeness:
    """A row's contact (its values by field name) against a record's or another row's."""
    one, two = _person(mine), _person(theirs)
    if not one.full or not two.full:
        return NOTHING
    found = Likeness()
    _compare_people(found, one, two)
    if not found.score:
        return NOTHING  # others of the family, others at the number
    account, their_account = mine("account"), theirs("account_id")
    same_account = account is not None and account == their_account
    if same_account:
        found.add("account", 40)
    elif account is not None and their_account is not None:
        found.add("account_differs", -15)
        found.doubtful = True
    _compare_reach(found, mine, theirs)
    born, their_birth = mine("birthday"), theirs("birthday")
    if born and their_birth:
        found.add(
            "birthday" if born == their_birth else "birthday_differs", 30 if born == their_birth else -60
        )
    _compare_places(found, mine, theirs, 25)
    if (gender := mine("gender")) and (other := theirs("gender")) and gender != other:
        found.add("gender_differs", -30)
    code, their_code = _text(mine, "code"), _text(theirs, "code")
    if code and their_code and code != their_code:
        found.add("code_differs", -10)
    return found


def _compare_people(found: Likeness, one: _Person, two: _Person) -> None:
    if one.full == two.full and one.given and two.given:
        found.add("person", 50)
        if one.kana and two.kana and one.kana != two.kana:
            found.add("kana_differs", -15)
        return
    found.doubtful = True
    if one.kana and one.kana == two.kana and one.given and two.given:
        found.add("kana", 40)
    elif one.family == two.family and not (one.given and two.given):
        found.add("family_only", 25)
    elif one.given and one.given == two.given:
        found.add("given_only", 25)
    elif one.family == two.family and _slip(one.given, two.given):
        found.add("name_alike", 25)


def _slip(one: str, two: str) -> bool:
    """A given name of three letters and more with one of them wrong; 健一 and 健二 are brothers."""
    return _numbers(one) == _numbers(two) and min(len(one), len(two)) >= 3 and fuzz.ratio(one, two) >= 66


def _compare_reach(found: Likeness, mine: Get, theirs: Get) -> None:
    mail, their_mail = _text(mine, "email").lower(), _text(theirs, "email").lower()
    if mail and their_mail:
        if mail == their_mail:
            found.add("email", 15 if _SHARED_BOX.match(mail) else 40)
        else:
            found.add("email_differs", -5)
    mobile, their_mobile = _phones(mine, "mobile"), _phones(theirs, "mobile")
    every, their_every = _phones(mine, "mobile", "phone"), _phones(theirs, "mobile", "phone")
    if mobile and their_mobile and not mobile & their_mobile:
        found.add("mobile_differs", -10)
    shared = every & their_every
    if any(number.startswith(("070", "080", "090")) for number in shared):
        found.add("mobile", 40)
    elif shared:
        found.add("phone", 25)


COMPARE = {"account": compare_accounts, "contact": compare_contacts}
