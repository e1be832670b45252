"""vCard files (2.1, 3.0 and 4.0) as a table: one row per card, under headings of our own.

Read by hand, not by a library: what telephones and name-card programs write in Japan is only nearly vCard. Tolerated are
quoted-printable and Shift_JIS values of 2.1, folded and unfolded lines, types without `TYPE=`, groups (`item1.TEL`), properties
without values, missing END. RFC 6350 (4.0), RFC 2426 (3.0), and the vCard 2.1 specification of the versit consortium.
"""

import binascii
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HEADINGS = (
    "vCard", "姓", "名", "姓カナ", "名カナ", "氏名", "会社名", "会社名カナ", "部署", "役職", "携帯", "電話", "会社電話", "FAX", "会社FAX", "メール",
    "会社郵便番号", "会社都道府県", "会社住所", "会社建物", "自宅郵便番号", "自宅都道府県", "自宅住所", "自宅建物", "Web", "誕生日", "性別", "分類", "メモ", "UID", "写真",
)  # fmt: skip
LONGEST_CARD = 5_000_000  # characters; pictures lie in cards
_LINE = re.compile(r"^(?:(?P<group>[A-Za-z0-9-]+)\.)?(?P<name>[A-Za-z0-9-]+)(?P<more>(?:;[^:]*?|;[^:]*\"[^\"]*\"[^:]*?)*):(?P<value>.*)$", re.DOTALL)  # fmt: skip
_GENDERS = {"M": "男性", "F": "女性"}
_TYPES = {"WORK", "HOME", "CELL", "FAX", "VOICE", "MAIN", "PREF", "MOBILE", "PAGER", "INTERNET", "OTHER"}
Row = list[object]


@dataclass
class Property:
    """One line of a card."""

    name: str
    value: str
    types: set[str] = field(default_factory=set)
    group: str = ""

    def parts(self) -> list[str]:
        """The value at its semicolons, unescaped."""
        return [_plain(one) for one in re.split(r"(?<!\\);", self.value)]


def _plain(text: str) -> str:
    return re.sub(r"\\([nN,;:\\])", lambda m: "\n" if m[1] in "nN" else m[1], text).strip()


def begins(head: bytes) -> bool:
    """Whether the bytes are the beginning of a vCard file."""
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").replace(b"\x00", b"")
    return text[:11].upper() == b"BEGIN:VCARD"


def rows(path: Path) -> Iterator[Row]:
    """The heading, then each card as a row."""
    yield list(HEADINGS)
    groups = _groups(path)
    for card in _cards(path):
        if not _is_group(card):
            mine = [
                name for one in card if one.name == "UID" for name in groups.get(_same_uid(one.value), ())
            ]
            if mine:
                mine = [one.value for one in card if one.name == "CATEGORIES"] + mine
                card = [one for one in card if one.name != "CATEGORIES"]
                card.append(Property("CATEGORIES", ",".join(dict.fromkeys(mine))))
            yield _row(card)


def _is_group(card: list[Property]) -> bool:
    """Whether a card is nobody's, but names several (RFC 6350, 6.1.4; Apple's address book writes it as X-ADDRESSBOOKSERVER)."""
    kinds = {one.value.lower() for one in card if one.name in {"KIND", "X-ADDRESSBOOKSERVER-KIND"}}
    return "group" in kinds


def _groups(path: Path) -> dict[str, list[str]]:
    """The id of each card that groups hold → the names of these."""
    held: dict[str, list[str]] = {}
    for card in filter(_is_group, _cards(path)):
        name = next((_plain(one.value) for kind in ("FN", "N") for one in card if one.name == kind), "")
        for one in card:
            if one.name in {"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"} and name:
                held.setdefault(_same_uid(one.value), []).append(name)
    return held


def _bare_uid(text: str) -> str:
    return re.sub(r"^urn:uuid:", "", _plain(text), flags=re.IGNORECASE)


def _same_uid(text: str) -> str:
    return _bare_uid(text).lower()


# --- lines ----------------------------------------------------------------------------------------
def _lines(path: Path) -> Iterator[bytes]:
    """Lines as they are meant: folded ones joined (a blank goes on; in 2.1 a = at the end of a quoted-printable one)."""
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(0)
        wide = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""
        source = stream.read().decode(wide, "replace").encode().splitlines() if wide else stream
        held, soft, picture = b"", False, False
        for raw in source:
            line = raw.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
            if soft:
                held = held[:-1] + line
            elif line[:1] in {b" ", b"\t"} and held:
                if not picture or len(held) < 200:
                    held += line[1:]
                continue
            else:
                if held:
                    yield held
                held = line
            upper = held[:80].upper()
            picture = b"PHOTO" in upper or b"LOGO" in upper or b"SOUND" in upper
            soft = held.endswith(b"=") and b"QUOTED-PRINTABLE" in held[:200].upper()
        if held:
            yield held


def _decoded(raw: bytes, charset: str = "") -> str:
    for name in (charset, "utf-8", "cp932", "euc_jp"):
        if name:
            try:
                return raw.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    return raw.decode("utf-8", "replace")


def _property(raw: bytes) -> Property | None:
    match = _LINE.match(_decoded(raw))
    if match is None:
        return None
    charset, quoted, types = "", False, set()
    for part in match["more"].split(";"):
        name, equals, value = part.partition("=")
        name, value = name.strip().upper(), value.strip().strip('"')
        if not equals:  # 2.1 writes TEL;CELL;VOICE:
            quoted |= name == "QUOTED-PRINTABLE"
            types.add(name)
        elif name == "TYPE":
            types |= {one.strip().upper() for one in value.split(",")}
        elif name == "CHARSET":
            charset = {"SHIFT_JIS": "cp932", "SHIFT-JIS": "cp932", "SJIS": "cp932", "X-SJIS": "cp932"}.get(
                value.upper(), value
            )
        elif name == "ENCODING":
            quoted |= value.upper() in {"QUOTED-PRINTABLE", "QP"}
        elif name == "PREF":
            types.add("PREF")
    value = match["value"]
    if quoted:
        try:
            value = _decoded(quopri.decodestring(value.encode("ascii", "ignore")), charset)
        except (binascii.Error, ValueError):
            return None
    elif charset:
        value = _decoded(raw[raw.index(b":") + 1 :], charset)
    return Property(match["name"].upper(), value.strip(), types, (match["group"] or "").lower())


def _cards(path: Path) -> Iterator[list[Property]]:
    card: list[Property] | None = None
    for raw in _lines(path):
        mark = raw[:12].strip().upper()
        if mark.startswith(b"BEGIN:VCARD"):
            if card:
                yield card
            card = []
        elif mark.startswith(b"END:VCARD"):
            if card:
                yield card
            card = None
        elif card is not None and (found := _property(raw)) is not None and found.value.strip(" ;"):
            card.append(found)
    if card:
        yield card


# --- a card -----------------------------------------------------------------------------------------
class _Card:
    """The cells of one card; what has no place of its own goes into the note."""

    def __init__(self) -> None:
        self.cells: dict[str, str] = {"vCard": "1"}
        self.notes: list[str] = []

    def put(self, heading: str, value: str, label: str = "") -> None:
        """The first value of its kind goes to its column, further ones into the note."""
        value = value.strip()
        if not value:
            return
        if heading and heading not in self.cells:
            self.cells[heading] = value
        elif self.cells.get(heading) != value:
            self.notes.append(f"{label or heading}: {value}")


def _row(card: list[Property]) -> Row:
    made = _Card()
    labels = {one.group: _label(one.value) for one in card if one.name == "X-ABLABEL" and one.group}
    # What is preferred comes first.
    for one in sorted(card, key=lambda each: "PREF" not in each.types):
        _PUT.get(one.name, _leave)(made, one, labels.get(one.group, ""))
    if made.cells.get("姓") or made.cells.get("名"):
        made.cells.pop("氏名", None)
    elif made.cells.get("氏名") and made.cells.get("氏名") == made.cells.get("会社名"):
        made.cells.pop("氏名")
    if made.notes:
        made.cells["メモ"] = "\n".join([*([made.cells["メモ"]] if "メモ" in made.cells else []), *made.notes])
    return [made.cells.get(heading, "") for heading in HEADINGS]


def _label(text: str) -> str:
    """Apple writes _$!<Mobile>!$_ for its own words."""
    return re.sub(r"^_\$!<|>!\$_$", "", text).strip()


def _names(made: _Card, one: Property, label: str) -> None:
    family, given, *more = [*one.parts(), "", ""]
    made.put("姓", family)
    made.put("名", " ".join(part for part in (given, more[0] if more else "") if part))


def _sort_string(made: _Card, one: Property, label: str) -> None:
    """Telephones of Japan write the reading here, family name first."""
    parts = one.parts() if ";" in one.value else _plain(one.value).split(None, 1)
    if re.search(r"[぀-ヿｦ-ﾟ]", one.value):
        made.put("姓カナ", parts[0] if parts else "")
        made.put("名カナ", parts[1] if len(parts) > 1 else "")


def _company(made: _Card, one: Property, label: str) -> None:
    name, *units = one.parts()
    made.put("会社名", name)
    made.put("部署", " ".join(unit for unit in units if unit))


def _telephone(made: _Card, one: Property, label: str) -> None:
    number = re.sub(r"^tel:", "", _plain(one.value), flags=re.IGNORECASE).replace(";ext=", " 内線")
    word = label.upper()
    kinds = one.types | {word}
    if kinds & {"FAX", "WORKFAX", "HOMEFAX"} or "FAX" in word:
        made.put("FAX" if "HOME" in kinds else "会社FAX", number, "FAX")
    elif kinds & {"CELL", "MOBILE", "IPHONE", "携帯"} or re.match(r"^(\+81[- ]?|0)[789]0", number):
        made.put("携帯", number, label or "携帯")
    elif kinds & {"WORK", "MAIN", "会社", "代表"}:
        made.put("会社電話", number, label or "会社電話")
    else:
        made.put("電話", number, label or "電話")


def _mail(made: _Card, one: Property, label: str) -> None:
    made.put("メール", re.sub(r"^mailto:", "", _plain(one.value), flags=re.IGNORECASE), label or "メール")


def _address(made: _Card, one: Property, label: str) -> None:
    """ADR is post box; extended; street; city; region; code; country. A Japanese address is read from behind."""
    box, extended, street, city, region, code, _country = [*one.parts(), *[""] * 7][:7]
    side = "自宅" if "HOME" in one.types or label.upper() in {"HOME", "自宅"} else "会社"
    lines = (region, city, street, extended, box)
    if f"{side}住所" in made.cells or f"{side}郵便番号" in made.cells:
        made.notes.append("住所: " + " ".join(part.replace("\n", " ") for part in (code, *lines) if part))
        return
    street, _newline, building = street.partition("\n")
    made.put(f"{side}郵便番号", code)
    made.put(f"{side}都道府県", region)
    made.put(f"{side}住所", f"{city}{street}")
    made.put(f"{side}建物", " ".join(part for part in (building.replace("\n", " "), extended, box) if part))


def _birthday(made: _Card, one: Property, label: str) -> None:
    """A day without a year (--0506, Apple's year 1604) is no date of birth: it stays as a remark."""
    text = _plain(one.value)
    if match := re.match(r"^(?:--|1604-?)(\d\d)-?(\d\d)", text):
        made.notes.append(f"誕生日: {int(match[1])}月{int(match[2])}日")
    elif match := re.match(r"^(\d{4})-?(\d\d)-?(\d\d)", text):
        made.put("誕生日", "-".join(match.groups()))
    else:
        made.put("", text, "誕生日")


def _uid(made: _Card, one: Property, label: str) -> None:
    uid = _bare_uid(one.value)
    made.put("UID" if len(uid) <= 40 else "", uid, "UID")


def _gender(made: _Card, one: Property, label: str) -> None:
    made.put("性別", _GENDERS.get(_plain(one.value)[:1].upper(), ""))


def _picture(made: _Card, one: Property, label: str) -> None:
    made.put("写真", "あり")


def _leave(made: _Card, one: Property, label: str) -> None:
    """What has no column of ours is a remark, but for what only programs read."""
    if one.name in _SILENT or one.name.startswith("X-AB"):
        return
    made.put("", _plain(one.value).replace("\n", " ")[:500], label or one.name.removeprefix("X-"))


def _to(heading: str) -> Callable[[_Card, Property, str], None]:
    """A property that is a cell as it stands."""
    return lambda made, one, label: made.put(heading, _plain(one.value), label or heading)


_SILENT = {"VERSION", "PRODID", "REV", "KEY", "SOURCE", "KIND", "PROFILE", "MAILER", "TZ", "GEO", "CLASS", "NAME", "LANG", "CLIENTPIDMAP", "X-IRMC-LUID", "X-ACCOUNT", "X-REDUCTION", "X-PHONETIC-MIDDLE-NAME"}  # fmt: skip
_PUT = {
    "N": _names, "FN": _to("氏名"), "X-PHONETIC-LAST-NAME": _to("姓カナ"), "X-PHONETIC-FIRST-NAME": _to("名カナ"), "SORT-STRING": _sort_string, "SOUND": _sort_string,
    "ORG": _company, "X-PHONETIC-ORG": _to("会社名カナ"), "TITLE": _to("役職"), "TEL": _telephone, "EMAIL": _mail, "ADR": _address, "URL": _to("Web"),
    "BDAY": _birthday, "GENDER": _gender, "CATEGORIES": _to("分類"), "NOTE": _to("メモ"), "UID": _uid, "PHOTO": _picture, "LOGO": _picture,
}  # fmt: skip
