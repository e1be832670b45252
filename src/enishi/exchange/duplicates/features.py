"""A record as it is compared: every text brought to the form in which spellings of one thing agree."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from enishi.exchange.duplicates.firm_names import WORK, firm_only, former, is_department, without_remarks
from enishi.japanese import genders, names, readings, telephones, wareki
from enishi.japanese.address_parts import parse_address
from enishi.japanese.branches import bare, split_office
from enishi.japanese.companies import looks_like_company
from enishi.japanese.romaji import from_kana, latin
from enishi.japanese.text import fold


@dataclass(slots=True)
class Raw:
    """What a row or record says, by what it means; texts as they stand there."""

    company: str = ""
    branch: str = ""
    company_kana: str = ""
    name: str = ""
    family: str = ""
    given: str = ""
    kana: str = ""
    family_kana: str = ""
    given_kana: str = ""
    phones: list[str] = field(default_factory=list)
    faxes: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    website: str = ""
    postal_code: str = ""
    prefecture: str = ""
    address: str = ""
    building: str = ""
    street: list[str] = field(
        default_factory=list
    )  # number, street, second line, suburb of a Western address
    birthday: str = ""
    gender: str = ""
    corporate_number: str = ""
    personal_number: str = ""
    about: str = ""  # "company", "person" or "" where the row itself must tell


class Features(NamedTuple):
    """The same, normalised; several values of one kind stand between blanks. `kind` is c (company), p (person)."""

    kind: str = "p"
    company: str = ""
    branch: str = ""
    whole: str = ""
    company_latin: str = ""
    form: str = ""
    family: str = ""
    given: str = ""
    unsplit: str = ""  # a name of which the parts are not certain
    family_latin: str = ""
    given_latin: str = ""
    name_latin: str = ""
    guessed_family: str = ""  # likely readings of what is written in kanji alone (in Latin letters)
    guessed_given: str = ""
    guessed_company: str = ""
    birthday: str = ""
    gender: str = ""
    mobiles: str = ""
    phones: str = ""
    faxes: str = ""
    mails: str = ""
    domain: str = ""
    postal: str = ""
    prefecture: str = ""
    city: str = ""
    town: str = ""
    numbers: str = ""
    building: str = ""
    room: str = ""
    corporate: str = ""
    personal: str = ""
    former: str = ""  # what the company was called before


MARK = "\x1f"
_CENTRE = re.compile(r"(\S.*?)\s+(\S{2,10}センター)\Z")

_DEPARTMENT = re.compile(
    rf"^(?:第?[0-9一二三四五]?(?:[東西南北]日本)?{WORK}"
    r"(?:部|課|室|係|グループ|本部|チーム|センター)(?:第?[0-9一二三四五]?(?:課|係|グループ|チーム))?)[\s　]*(?=\S{2,})"
)
_NOTE = re.compile(r"[(\[【〈<].*?[)\]】〉>]")
_KANA_ONLY = re.compile(r"[ァ-ヺー\sヽヾ・]+\Z")
_KANJI = re.compile(r"[一-鿿]")
_LATIN_ONLY = re.compile(r"[a-z .,'\-]+\Z")
_FREE_MAIL = frozenset(
    "gmail.com yahoo.co.jp yahoo.com ymail.ne.jp hotmail.com hotmail.co.jp outlook.com outlook.jp live.jp icloud.com me.com mac.com docomo.ne.jp "
    "ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp vodafone.ne.jp ymobile.ne.jp nifty.com biglobe.ne.jp ocn.ne.jp so-net.ne.jp plala.or.jp "
    "rakuten.jp aol.com goo.jp excite.co.jp infoseek.jp msn.com googlemail.com proton.me protonmail.com eonet.ne.jp dion.ne.jp jcom.home.ne.jp "
    "example.com example.jp example.co.jp example.ne.jp example.org example.net mail.com gmx.com".split()
)
_ROLE = frozenset(
    "info contact mail office sales eigyo soumu support admin webmaster inquiry order recruit press keiri jinji hello shop mailbox honsha postmaster "
    "toiawase service post main company customer kanri".split()
)


def normalise(raw: Raw) -> Features:
    """The features of a record."""
    company, branch, whole, company_latin, form = _company(raw)
    about = raw.about or ("company" if company else "person")
    # Who it is that one talks to at a firm says nothing about which firm it is.
    person = ("",) * 6 if about == "company" else _person(raw)
    guessed = _guessed(*person), "" if company_latin or not company else _heard(company)
    mobiles, phones = _phones(raw.phones)
    mails = _mails(raw.mails)
    domain = _domain(mails, raw.website)
    prefecture, city, town, numbers, building, room = _address(raw)
    return Features(
        "c" if about == "company" else "p",
        company, branch, whole, company_latin, form, *person, *guessed[0], guessed[1],
        _birthday(raw.birthday), genders.parse_gender(raw.gender) if raw.gender else "",
        mobiles, phones, _joined(_digits(one) for one in raw.faxes),
        mails, domain, _postal(raw.postal_code), prefecture, city, town, numbers, building, room,
        _number(raw.corporate_number), re.sub(r"[^0-9a-z]", "", fold(raw.personal_number)),
        split_office(former(raw.company)).base if about == "company" else "",
    )  # fmt: skip


def _company(raw: Raw) -> tuple[str, str, str, str, str]:
    if not raw.company:
        return "", "", "", "", ""
    written, read = raw.company, raw.company_kana
    if _KANJI.search(read) and not _KANJI.search(written) and written.isascii() == read.isascii():
        written, read = read, written  # each in the other's column
    company = firm_only(written, raw.name or raw.family + raw.given)
    named_branch = "" if is_department(raw.branch) else firm_only(raw.branch)
    office = split_office(f"{company} {named_branch}".strip())
    if not office.branch and (centre := _CENTRE.match(company)) and names_company(centre[1]):
        found = split_office(centre[1])
        office = type(office)(found.base, bare(centre[2]), found.form, found.base + bare(centre[2]))
    if named_branch and not office.branch:
        base = split_office(company)
        named = bare(named_branch)
        head = named in {"本社", "本店", "本院", "本校"}
        office = type(base)(base.base, "" if head else named, base.form, base.base + ("" if head else named))
    kana = firm_only(read) if read else ""
    sound = kana or (office.base if _KANA_ONLY.match(office.base) else "")
    if sound:
        sound = from_kana(split_office(sound).base)
    elif office.base.isascii():
        sound = latin(office.base)
    return office.base, office.branch, office.whole, sound, office.form


def clean_name(text: str) -> str:
    """A person's name without title, honorific, department and notes, folded, parts between single blanks."""
    if not text:
        return ""
    name = without_remarks(_NOTE.sub("", fold(text).replace("　", " ")).strip())
    name = _DEPARTMENT.sub("", names.split_title(name)[0])
    name = names.strip_honorific(names.split_title(name)[0])[0]
    return " ".join(fold(name).replace("・", " ").replace("=", " ").split())


def _person(raw: Raw) -> tuple[str, str, str, str, str, str]:
    """family, given, unsplit, family_latin, given_latin, name_latin."""
    family, given, unsplit = clean_name(raw.family), clean_name(raw.given), ""
    name = clean_name(raw.name) if not (family or given) else ""
    kana = without_remarks(fold(raw.kana))
    family_kana, given_kana = fold(raw.family_kana), fold(raw.given_kana)
    if name and _KANA_ONLY.match(name) and _KANJI.search(kana):  # each in the other's column
        name, kana = clean_name(raw.kana), name
    if name and _KANA_ONLY.match(name):  # written by its reading: no writing that could be compared
        kana, name = kana or name, ""
    if family and given and _KANA_ONLY.match(family) and _KANA_ONLY.match(given) and not family_kana:
        family_kana, given_kana, family, given = family, given, "", ""
    if name:
        if _LATIN_ONLY.match(name):
            parts = [one for one in re.split(r"[ ,]+", name) if one]
            family_latin, given_latin = (parts[0], " ".join(parts[1:])) if len(parts) > 1 else (name, "")
            return "", "", "", latin(family_latin), latin(given_latin), latin(name)
        split = names.split_person(name)
        two = _SCRIPTS.match(name)
        known = ("", "") if " " in name else readings.split_name(name)
        if two:  # 中田よしお: the script tells where the given name begins
            family, given = two[1], two[2]
        elif all(known) and not split.confident:
            family, given, unsplit = fold(known[0]), fold(known[1]), name.replace(" ", "")
        elif split.confident and split.given:
            family, given = fold(split.family), fold(split.given).replace(" ", "")
        else:
            family, given, unsplit = fold(split.family), fold(split.given), name.replace(" ", "")
    if kana and not (family_kana or given_kana):
        kana = names.strip_honorific(kana)[0]
        head, _space, tail = kana.replace("・", " ").strip().partition(" ")
        if not tail and family and given:  # しまめぐみ: 島 is read しま
            read = fold(readings.likely(family))
            if read and head.startswith(read) and len(head) > len(read):
                head, tail, unsplit = read, head[len(read) :], ""
        if tail:
            family_kana, given_kana = head, tail
    if (family and _LATIN_ONLY.match(family)) or (given and _LATIN_ONLY.match(given)):
        # Western: the letters as they stand, spelling of sounds is not Japanese there
        plain = re.sub(r"[^a-z]", "", family), re.sub(r"[^a-z]", "", given)
        sound = latin(family), latin(given)
        return plain[0], plain[1], "", sound[0], sound[1], sound[0] + sound[1]
    if given and not given_kana and _KANA_ONLY.match(given):
        given_kana = given
    if family and not family_kana and _KANA_ONLY.match(family):
        family_kana = family
    sounds = from_kana(family_kana), from_kana(given_kana)
    whole = sounds[0] + sounds[1] if all(sounds) else from_kana(kana)
    return family.replace(" ", ""), given.replace(" ", ""), unsplit, sounds[0], sounds[1], whole


_SCRIPTS = re.compile(r"([一-鿿々ヶケ]{1,5})([ァ-ヺー]{2,})\Z")


def _guessed(
    family: str, given: str, unsplit: str, heard_family: str, heard_given: str, heard: str
) -> tuple[str, str]:
    """How family and given name are likely read, where no reading stands beside them."""
    if heard or not (family or given):
        return "", ""
    if unsplit and not given:
        family, given = readings.split_name(unsplit)
    return (
        heard_family or (_heard(family) if family else ""),
        heard_given or (_heard(given) if given else ""),
    )


def _heard(text: str) -> str:
    return from_kana(readings.likely(text))


def _birthday(text: str) -> str:
    if not text:
        return ""
    digits = re.sub(r"\D", "", text)
    if text.isdigit() and len(text) == 8:
        return "" if _is_filler(text) else text
    try:
        parsed = wareki.parse_date(text)
    except ValueError:
        parsed = None
    day = getattr(parsed, "date", parsed)
    if day is not None and hasattr(day, "strftime"):
        digits = f"{day.year:04d}{day.month:02d}{day.day:02d}"
    return digits if len(digits) == 8 and not _is_filler(digits) else ""


def _is_filler(day: str) -> bool:
    """1900/1/1, 9999/12/31: what programs write where a birthday isn't known."""
    return day[:4] in {"0000", "0001", "1753", "1899", "9999"} or day in {"19000101", "19000100", "19010101"}


def _digits(text: str) -> str:
    if not text:
        return ""
    digits = telephones.parse_telephone(telephones.mend_zero(text)).digits
    if digits.startswith("0081"):
        digits = "0" + digits[4:]
    return digits if 6 <= len(digits) <= 15 and len(set(digits)) > 2 else ""


def _phones(texts: list[str]) -> tuple[str, str]:
    mobiles: list[str] = []
    phones: list[str] = []
    for text in texts:
        if not text:
            continue
        digits = _digits(text)
        found = [digits] if digits and len(digits) <= 11 else []
        if not found:
            found = [one.number.digits for one in telephones.find_telephones(text) if one.label != "fax"]
        for one in found:
            (mobiles if one.startswith(("070", "080", "090")) and len(one) == 11 else phones).append(one)
    return _joined(mobiles), _joined(phones)


def _joined(values: object) -> str:
    return " ".join(dict.fromkeys(one for one in values if one))  # type: ignore[attr-defined]


def _mails(texts: list[str]) -> str:
    made = []
    for text in texts:
        for part in re.split(r"[\s,;、/]+", text) if text else ():
            mail = fold(part).strip("<>").removeprefix("mailto:")
            if "@" in mail:
                made.append(mail)
    return _joined(made)


def _domain(mails: str, website: str) -> str:
    """The company's own domain, from its site or a mail address that isn't of a provider."""
    for mail in mails.split():
        host = mail.rpartition("@")[2]
        if host and host not in _FREE_MAIL:
            return host
    host = re.sub(r"^https?://|^www\.|[/?#].*$", "", fold(website))
    return re.sub(r"^www\.", "", host) if "." in host else ""


def is_role(mail: str) -> bool:
    """info@ and its kin: an office's, nobody's own."""
    return re.sub(r"[0-9._-]+$", "", mail.partition("@")[0]) in _ROLE


def _postal(text: str) -> str:
    digits = re.sub(r"\D", "", fold(text)) if text else ""
    return digits.zfill(7) if len(digits) == 6 else digits


def _number(text: str) -> str:
    digits = re.sub(r"\D", "", fold(text)) if text else ""
    return digits if len(digits) == 13 else ""


_JAPANESE = re.compile(r"[一-鿿ァ-ヺぁ-ん]")


def _address(raw: Raw) -> tuple[str, str, str, str, str, str]:
    if any(raw.street) or (raw.address and not _JAPANESE.search(raw.address)):
        number, street, second, suburb = [*raw.street, "", "", "", ""][:4] if raw.street else ("",) * 4
        if raw.address and not street:
            head = re.match(r"\s*(\d+\w?)[ ,]+(.*)", raw.address)
            number, street = (head[1], head[2]) if head else (number, raw.address)
        return (
            fold(raw.prefecture), _letters(suburb), _letters(street), re.sub(r"[^0-9a-z]", "", fold(number)),
            _letters(second or raw.building), "",
        )  # fmt: skip
    if not (raw.address or raw.postal_code or raw.prefecture):
        return "", "", "", "", "", ""
    parts = parse_address(raw.address, raw.prefecture, raw.postal_code, raw.building)
    return parts.prefecture, parts.city, parts.town, parts.numbers, parts.building, parts.room


def _letters(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", fold(text))


_FIRM_END = re.compile(
    r"(?:屋|堂|軒|亭|庵|舎|社|園|院|寺|館|荘|組|店|会|所|局|庁|塾|教室|企画|本舗|Inc|ストア|マート|クラブ|センター|スタジオ|ジャパン)$"
)
_FIRM_HEARD = re.compile(
    r"(?:ショウジ|シヨウジ|ショウカイ|コウギョウ|コウギヨウ|サンギョウ|サンギヨウ|ケンセツ|セイサクショ|セイサクシヨ|コウムテン|ブッサン|ウンユ|ウンソウ|インサツ|ショクヒン|デンキ|セツビ|フドウサン|システム|サービス|キカク|ヤクヒン|カガク|テッコウ|キンゾク|クリニック|スイサン|シュゾウ|カイハツ|キカイ|ジドウシャ|ホールディングス|ショウテン|カブシキガイシャ|ユウゲンガイシャ|ゴウドウガイシャ)"
)


def names_company(text: str) -> bool:
    """Whether a name that may be a person's or a company's is a company's."""
    from enishi.exchange.duplicates.names import split_kind

    if looks_like_company(text):
        return True
    office = split_office(text)
    bare_text = fold(text)
    if office.form or office.branch or split_kind(office.base)[1] or _FIRM_HEARD.search(bare_text):
        return True
    if " " in bare_text.strip():
        return False
    known = names.split_person(text)
    return bool(_FIRM_END.search(bare_text)) and not (known.honorific or len(bare_text) <= 3)


def pack(one: Features) -> str:
    """As one text, to be held a million times."""
    return MARK.join(one)


def unpack(text: str) -> Features:
    """The reverse of `pack`."""
    return Features(*text.split(MARK))
