"""Which column of a loose file says what: by its heading, by the vocabulary of the import, by what stands in it.

The first column is the id. What isn't recognised is left out: no evidence is better than wrong evidence.
"""

import re
from collections.abc import Callable
from typing import Any

from enishi.exchange import contents, headings, readers
from enishi.exchange.duplicates.features import Raw, names_company
from enishi.exchange.duplicates.firm_names import without_remarks
from enishi.japanese import names
from enishi.japanese.text import fold

# Role → heads of columns, beside those that the import knows. `_` in front of a field of `Raw` is a part put together later.
_WORDS = {
    "_employer": "勤務先 勤務先名 勤務先会社名 所属会社 所属企業 職場 employer workplace",
    "company": "会社名 法人名 企業名 社名 商号 商号名称 商号又は名称 法人名称 事業者名 取引先名 取引先 得意先名 得意先 仕入先名 団体名 屋号 店名 店舗名 施設名 会社 法人 企業 組織名 契約会社名 company companyname company_name corporate_name corporation organization organisation org firm business business_name account account_name",
    "branch": "支店 支店名 営業所 営業所名 事業所 事業所名 支社 支社名 拠点 拠点名 工場名 支店・営業所 支店営業所名 事業所・支店名 branch branch_name office site",
    "company_kana": "会社名カナ 会社名フリガナ 会社カナ 法人名カナ 法人名フリガナ 企業名カナ 社名カナ 社名フリガナ 商号カナ 商号フリガナ 取引先名カナ 得意先名カナ 得意先カナ 会社フリガナ company_kana companykana organization_kana",
    "name": "氏名 お名前 担当者 担当者名 担当者氏名 ご担当者 先方担当者 窓口担当者 代表者 代表者名 代表者氏名 顧客氏名 会員名 患者名 生徒名 氏名漢字 漢字氏名 本名 姓名 宛名 person person_name full_name fullname contact contact_name contact_person representative",
    "any_name": "名前 顧客名 お客様名 名称 氏名名称 氏名又は名称 氏名・名称 顧客名称 取引先名・氏名 name customer customer_name client client_name title_name 会社名氏名 会社名・氏名 名義 契約者名 契約者",
    "family": "姓 氏 苗字 名字 姓漢字 漢字姓 名前姓 last_name lastname surname family_name familyname sname lname",
    "given": "名 名漢字 漢字名 名前名 下の名前 first_name firstname given_name givenname gname fname forename",
    "kana": "氏名カナ 氏名フリガナ 氏名ふりがな 名前カナ お名前カナ カナ氏名 シメイ セイメイ 担当者カナ 担当者フリガナ 代表者カナ 代表者フリガナ person_kana name_kana full_name_kana",
    "any_kana": "フリガナ ふりがな カナ よみ ヨミ 読み 読み仮名 よみがな ヨミガナ カナ名 カナ名称 名称カナ 名称フリガナ 顧客名カナ 顧客名フリガナ 顧客カナ お客様名カナ kana furigana yomi yomigana reading phonetic customer_kana",
    "family_kana": "セイ せい 姓カナ 姓フリガナ 姓ふりがな カナ姓 フリガナ姓 氏名カナ姓 ミョウジ last_name_kana family_name_kana family_kana surname_kana lastname_kana last_kana sei",
    "given_kana": "メイ めい 名カナ 名フリガナ 名ふりがな カナ名前 フリガナ名 氏名カナ名 first_name_kana given_name_kana given_kana firstname_kana first_kana mei",
    "phone": "電話 電話番号 電話番号1 電話番号2 電話1 電話2 電話3 tel tel1 tel2 ｔｅｌ 代表電話 代表番号 代表電話番号 代表tel 会社電話 会社電話番号 会社tel 直通 直通電話 直通番号 固定電話 自宅電話 自宅電話番号 自宅tel 連絡先 連絡先電話番号 連絡先tel 日中連絡先 緊急連絡先 携帯 携帯電話 携帯番号 携帯電話番号 携帯tel スマホ "
    "phone phone1 phone2 phone_number phone_no telephone telephone_number home_phone work_phone business_phone office_phone mobile mobile_phone mobile_number cell cellphone cell_phone tel_no telno landline direct",
    "fax": "fax fax番号 faxno ファックス ファクス ファックス番号 ファクス番号 代表fax fax_number ファクシミリ",
    "mail": "メール メールアドレス メール1 メール2 eメール eメールアドレス 電子メール 電子メールアドレス mail mail_address e_mail email email_address email1 email2 e-mail 代表メール 会社メール 担当者メール 連絡先メール pcメール 携帯メール アドレス メアド",
    "website": "url ホームページ ホームページurl hp hpアドレス web webサイト サイト ウェブサイト website web_site homepage site_url 会社url 会社hp",
    "postal_code": "郵便番号 〒 〒番号 郵便 郵便no zip zip_code zipcode postal postal_code postalcode postcode post_code",
    "prefecture": "都道府県 都道府県名 県 県名 prefecture state province pref region",
    "_city": "市区町村 市区町村名 市町村 市町村名 市区郡町村 市区郡 city municipality 住所市区町村 市町",
    "_town": "町域 町名 町域名 大字 町 丁目 町名丁目 town 字丁目 町字",
    "_address": "住所 住所1 ご住所 所在地 本店所在地 本社所在地 会社住所 自宅住所 現住所 勤務先住所 送付先住所 address address1 address_1 addr addr1 street street_address address_line_1 addressline1 full_address location 住所全体 事務所所在地 住所（都道府県以降） 市区町村番地 市区町村以降 市区町村以下 以降の住所",
    "_block": "番地 番地等 丁目番地 丁目・番地 地番 番地号 町名番地 町域番地 町名・番地 町域・番地 block banchi house_number",
    "building": "建物 建物名 建物名部屋番号 建物名・部屋番号 建物・部屋番号 建物名等 ビル名 ビル マンション名 マンション アパート名 部屋番号 号室 方書 住所2 住所３ 住所3 building building_name apartment apt room suite address2 address_2 address_line_2 addressline2 address3",
    "_number": "street_number street_no streetnumber house_no houseno",
    "_suburb": "suburb locality district",
    "birthday": "生年月日 誕生日 生年月日西暦 生年月日和暦 birthday birth_date birthdate date_of_birth dob birth 誕生年月日",
    "gender": "性別 男女 gender sex",
    "corporate_number": "法人番号 法人番号13桁 国税庁法人番号 登録番号 インボイス番号 インボイス登録番号 適格請求書発行事業者登録番号 適格請求書登録番号 corporate_number corporation_number houjin_bangou invoice_number registration_number tax_id",
    "personal_number": "soc_sec_id ssn social_security_number 免許証番号 被保険者番号 保険証番号 マイナンバー 個人番号 passport passport_number national_id",
    "about": "種別 区分 顧客区分 法人個人 法人個人区分 個人法人 個人法人区分 法人・個人 個人・法人 顧客種別 取引先区分 type customer_type kind record_type entity entity_type category",
}  # fmt: skip
_ROLE_OF = {headings.key(word): role for role, words in _WORDS.items() for word in words.split()}
_OF_FIELD = {
    "account.name": "company", "account.kana": "company_kana", "contact.name": "name", "contact.kana": "kana",
    "contact.family_name": "family", "contact.given_name": "given", "contact.family_kana": "family_kana", "contact.given_kana": "given_kana",
    "contact.birthday": "birthday", "contact.gender": "gender", "account.corporate_number": "corporate_number", "account.website": "website",
    "account.postal_code": "postal_code", "account.prefecture": "prefecture", "account.address": "_address", "account.building": "building",
    "account.phone": "phone", "contact.mobile": "phone", "account.fax": "fax", "account.email": "mail",
    "contact.postal_code": "postal_code", "contact.prefecture": "prefecture", "contact.address": "_address", "contact.building": "building",
    "contact.phone": "phone", "contact.fax": "fax", "contact.email": "mail",
}  # fmt: skip
_BY_CONTENT: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (contents.is_email, "mail"), (contents.is_postal_code, "postal_code"), (contents.is_corporate_number, "corporate_number"),
    (contents.is_telephone, "phone"), (contents.is_url, "website"), (contents.is_prefecture, "prefecture"),
    (contents.is_address, "_address"), (contents.is_company, "company"), (contents.is_person, "name"),
)  # fmt: skip
SOME_OFFICES = 0.2  # of the cells of a column of departments
_OFFICES = re.compile(r"(?:支店|営業所|支社|出張所|事業所|工場|支部|センター|店)$")
_SHOPS = {
    headings.key(word) for word in "店名 店舗名 施設名 店舗".split()
}  # beside a company's name, one of its shops
SOME_PEOPLE = 0.15  # of the cells of a column of customers beside one of who answers there
SOME_FIRMS = 0.1  # of the cells of a column of names; fewer are people with odd names
SEVERAL = {"phone", "fax", "mail", "_address", "_block", "_city", "_town", "building"}
_COMPANY = re.compile(r"法人|会社|企業|団体|company|corporate|business|b2b|account|org")
_PERSON = re.compile(r"個人|家庭|消費者|person|individual|private|consumer|b2c|contact|human")


def roles(heading: list[str], rows: list[list[Any]], about: str = "") -> list[str]:
    """The role of each column ("" says nothing; the first is "id").

    Args:
        about: "account" or "contact", where it was said what the rows are.
    """
    width = max([len(heading), *map(len, rows)], default=0)
    texts = [*heading, *[""] * width][:width]
    made = ["id", *("" for _ in texts[1:])][:width]
    taken: set[str] = set()
    cells = [
        [row[n] for row in rows if n < len(row) and row[n] not in (None, "")][:300] for n in range(width)
    ]
    firms = [n for n in range(1, width) if by_heading(texts[n]) == "company"]
    shops = [n for n in firms if headings.key(texts[n]) in _SHOPS] if len(firms) > 1 else []
    shops = shops if len(shops) < len(firms) else []
    for certain in (True, False):
        for place in range(1, width):
            if made[place] or not cells[place]:
                continue
            role = by_heading(texts[place]) if certain else _by_content(texts[place], cells[place])
            if _tells_offices(texts[place], cells[place]) or (role == "company" and place in shops):
                role = "branch"
            if role and (role not in taken or role in SEVERAL) and _fits(role, cells[place]):
                made[place] = role
                taken.add(role)
    if "any_name" in taken and "name" in taken and "company" not in taken:
        place = made.index("any_name")
        if contents.share(cells[place], _is_somebody) > SOME_PEOPLE:
            return made  # firms with who answers there, and people, in one column: each row says which it is
    if "name" in taken and not taken & {
        "company",
        "any_name",
        "family",
    }:  # お名前 over firms and people alike
        place = made.index("name")
        if contents.share(cells[place], lambda cell: names_company(str(cell))) > SOME_FIRMS:
            made = ["any_name" if role == "name" else "any_kana" if role == "kana" else role for role in made]
            taken = set(made)
    return _settled(made, taken, about)


def _is_somebody(cell: Any) -> bool:
    """Whether a customer's name is a person's beyond doubt."""
    text = str(cell)
    return not names_company(text) and names.looks_like_person(text)


def _tells_offices(text: str, cells: list[Any]) -> bool:
    """Whether a column of departments holds offices too (支店・部署): these are customers of their own."""
    about = headings.key(text)
    if not (
        "部署" in about
        or "所属" in about
        or any(name == "department" for _entity, name in headings.means(text))
    ):
        return False
    return contents.share(cells, lambda cell: bool(_OFFICES.search(fold(str(cell))))) >= SOME_OFFICES


def by_heading(text: str) -> str:
    """The role that a heading names; "" where none."""
    for one in dict.fromkeys((headings.key(text), *headings._variants(text))):
        if one in _ROLE_OF:
            return _ROLE_OF[one]
    for entity, name in headings.means(text):
        if role := _OF_FIELD.get(f"{entity}.{name}", ""):
            return role
    return ""


def _by_content(text: str, cells: list[Any]) -> str:
    if headings.means(text) or headings.is_ours(text):
        return ""  # known, and no evidence: status, rank, note…
    return next((role for test, role in _BY_CONTENT if contents.share(cells[:60], test) > 0.7), "")


def _fits(role: str, cells: list[Any]) -> bool:
    if role == "about":
        return (
            contents.share(
                cells, lambda cell: bool(_COMPANY.search(fold(str(cell))) or _PERSON.search(fold(str(cell))))
            )
            > 0.8
        )
    if role in {"phone", "fax"}:
        return contents.share(cells, lambda cell: sum(c.isdigit() for c in str(cell)) >= 6) > 0.5
    if role == "mail":
        return contents.share(cells, lambda cell: "@" in str(cell) or "＠" in str(cell)) > 0.5
    if role == "branch":
        return contents.share(cells, contents.is_number) < 0.5
    return True


def _settled(made: list[str], taken: set[str], about: str) -> list[str]:
    """Readings go to the name they stand behind; a Western address has a number, a street, a suburb."""
    western = "_number" in taken or "_suburb" in taken
    if "_employer" in taken and not taken & {"name", "any_name", "family", "company"}:
        made = ["company" if role == "_employer" else role for role in made]
    anchor = ""
    for place, role in enumerate(made):
        if role in {"company", "name", "any_name", "family"}:
            anchor = role
        elif role == "any_kana":
            made[place] = {"company": "company_kana", "name": "kana", "family": "kana"}.get(
                anchor, "any_kana"
            )
            if "family" in taken and "family_kana" in taken:
                made[place] = "company_kana" if "company" in taken and "company_kana" not in taken else ""
        elif role == "company" and about == "contact" and "name" not in taken | {"family"}:
            made[place] = "any_name"
    if "any_name" in taken:  # 名前 beside 会社名 is somebody there
        better = "name" if "company" in taken else "company" if "name" in taken or "family" in taken else ""
        made = [better if role == "any_name" and better else role for role in made]
        if better == "name":
            made = ["kana" if role == "any_kana" else role for role in made]
    if western:
        made = [
            "_street"
            if role == "_address"
            else "_second"
            if role == "building"
            else "_suburb"
            if role in {"_city", "_town"}
            else role
            for role in made
        ]
    return made


def names_people_first(texts: list[str], roles: list[str]) -> bool:
    """Whether a list is about people who work somewhere: 氏名 (not as somebody's 担当者) stands before 会社名, or has a 役職 beside it."""
    if "company" not in roles:
        return False
    keys = [headings.key(text) for text in texts]
    if _POSTS & set(keys) and any(
        one in _PEOPLE for one, role in zip(keys, roles, strict=False) if role in _NAMED
    ):
        return True  # 会社名, 部署, 役職, 氏名: somebody's card
    before = [
        headings.key(text)
        for text, role in zip(texts, roles[: roles.index("company")], strict=False)
        if role in _NAMED
    ]
    return any(one in _PEOPLE for one in before)


_NAMED = {"name", "any_name", "family"}
_POSTS = {headings.key(word) for word in "役職 役職名 肩書 肩書き title job_title jobtitle position".split()}
_PEOPLE = {
    headings.key(word)
    for word in "氏名 名前 お名前 姓名 氏名漢字 漢字氏名 フルネーム 姓 苗字 名字 full_name fullname last_name lastname family_name".split()
}


class Reader:
    """Makes `Raw` of rows."""

    def __init__(self, found: list[str], about: str = "") -> None:
        self.roles, self.about = found, {"account": "company", "contact": "person"}.get(about, "")
        self.beside = (
            "any_name" in found and "name" in found
        )  # customers of both kinds, and who answers at firms
        self.western = any(role in {"_number", "_suburb"} for role in found)
        # A ledger of firms and of people, told apart in a column that isn't always filled.
        self.mixed = "about" in found and "company" in found and not {"family", "birthday"} & set(found)

    def raw(self, row: list[Any]) -> Raw:
        """A row as it is compared."""
        made = Raw(about=self.about)
        parts: dict[str, list[str]] = {}
        for role, cell in zip(self.roles, row, strict=False):
            if not role or role == "id" or cell is None or cell == "":
                continue
            text = readers.plain(cell)[:300] if not isinstance(cell, str) else cell[:300]
            if role == "phone":
                made.phones.append(text)
            elif role == "fax":
                made.faxes.append(text)
            elif role == "mail":
                made.mails.append(text)
            elif role == "about":
                made.about = made.about or _about(text)
            elif role[0] == "_" or role in {"building", "any_name", "any_kana"}:
                parts.setdefault(role, []).append(text)
            else:
                setattr(made, role, text)
        self._address(made, parts)
        self._whose(
            made,
            "".join(parts.get("any_name", "")),
            "".join(parts.get("any_kana", "")),
            "".join(parts.get("_employer", "")),
        )
        return made

    def _address(self, made: Raw, parts: dict[str, list[str]]) -> None:
        if self.western:
            order = ("_number", "_street", "_second", "_suburb")
            made.street = [" ".join(parts.get(role, [])) for role in order]
            return
        pieces: list[str] = []
        for role in ("_city", "_address", "_town", "_block"):
            for text in parts.get(role, []):
                if not (len(text) >= 5 and any(text in one for one in pieces)):
                    pieces.append(text)
        made.address = "".join(pieces)
        made.building = " ".join(parts.get("building", []))
        if not made.postal_code and (found := _POSTAL.match(fold(made.address))):
            made.postal_code = found[1]

    def _whose(self, made: Raw, name: str, reading: str, employer: str) -> None:
        """A row is about a company, or about a person who may work at one: by what was said, else by what it holds."""
        if (
            not made.about
            and made.birthday
            and (made.name or made.family or (name and not names_company(name)))
        ):
            made.about = "person"
        if name:
            bare = without_remarks(fold(name))
            if made.about == "company" or (not made.about and names_company(bare)):
                made.company = made.company or name
            elif self.beside and not made.about and made.name and not _is_somebody(bare):
                made.company = name  # somebody answers there
            elif self.beside:
                made.about, made.name = "person", name
            else:
                made.name = made.name or name
        if self.mixed and not made.about and made.company and not names_company(made.company):
            made.about = "person"
            made.name, made.kana = made.company, made.company_kana or made.kana
            made.company = made.company_kana = ""
        person = bool(made.name or made.family or made.given or made.kana or made.family_kana)
        if employer and not made.company:
            made.company = employer
            made.about = made.about or ("person" if person else "company")
        if made.about == "person" and not person and made.company:  # one column for both, 種別 says which
            made.name, made.kana, made.company, made.company_kana = made.company, made.company_kana, "", ""
        elif made.about == "company" and not made.company:
            made.company = made.name or made.family + made.given
            made.company_kana = made.company_kana or made.kana
            made.name = made.kana = made.family = made.given = ""
        made.about = made.about or (
            "company" if made.company or (made.company_kana and not person) else "person"
        )
        if reading and made.about == "company":
            made.company_kana = made.company_kana or reading
        elif reading:
            made.kana = made.kana or reading
        if made.about == "company" and not made.company:
            made.company = made.company_kana


_POSTAL = re.compile(r"^〒?\s*(\d{3}-?\d{4})(?!\d)")
_SOLE = re.compile(r"個人事業|自営|sole")


def _about(text: str) -> str:
    folded = fold(text)
    if _SOLE.search(folded):
        return ""
    return "company" if _COMPANY.search(folded) else "person" if _PERSON.search(folded) else ""
