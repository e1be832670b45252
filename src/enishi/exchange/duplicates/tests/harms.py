"""What happens to an entry when it is written once more: each function harms a row and says whether it could."""

import re
from collections.abc import Callable
from typing import Any

import jaconv

from enishi.exchange.duplicates.tests import words
from enishi.exchange.duplicates.tests.hepburn import hepburn

Maker = Row = Any  # of `ledger`, which draws from these


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
    row.written_kana = jaconv.z2h(f"{row.family_kana} {row.given_kana}", kana=True).strip()
    return bool(row.written_kana)


def hiragana(maker: Maker, row: Row) -> bool:
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
