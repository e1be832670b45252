"""How accounts look and behave."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.japanese import addresses, companies, kana, readings
from enishi.japanese.text import fold
from enishi.japanese.tidy import companies as tidy_companies
from enishi.japanese.tidy.addresses import old_kanji
from enishi.japanese.tidy.proposals import Spanning, Wishes
from enishi.people import buying, tidying
from enishi.people.accounts.models import Account
from enishi.records import registry
from enishi.records.entity import Connection, Entity, ImportHint, Preset, Section
from enishi.records.fields import (
    Choice,
    CorporateNumber,
    Date,
    Email,
    FreeChoice,
    Kana,
    LongText,
    Moment,
    Money,
    Number,
    Option,
    PostalCode,
    Telephone,
    Url,
    Words,
)
from enishi.records.registry import register

LONGEST_PERSON = 12  # characters of a name that may be a person's
INDUSTRIES = (
    "製造", "建設", "卸売", "小売", "飲食", "不動産", "運輸", "医療・福祉", "教育", "情報通信", "金融・保険", "士業・専門",
    "美容・サロン", "宿泊・観光", "印刷", "デザイン", "農林水産", "官公庁・団体", "その他",
)  # fmt: skip
STATUSES = (
    Option("prospect", _("見込み"), "accent", ("見込み客", "見込", "prospect", "lead")),
    Option(
        "active",
        _("取引中"),
        "green",
        ("取引あり", "既存", "既存客", "active", "customer", "現在取引中", "継続"),
    ),
    Option("dormant", _("休眠"), "amber", ("休眠客", "休止", "dormant", "inactive")),
    Option("closed", _("取引終了"), "grey", ("終了", "取引停止", "停止", "廃業", "closed")),
)
RANKS = (
    Option("A", "A", "accent"),
    Option("B", "B"),
    Option("C", "C"),
    Option("D", "D"),
    Option("S", "S", "green"),
)


def grown_list(model: Any, column: str, base: Iterable[str]) -> Any:
    """Options of a list that grows: the usual words."""

    words = [Option(word, word) for word in base]

    def options() -> list[Option]:
        return words

    return options


def fill_prefecture(record: Any) -> None:
    """Takes the prefecture out of the address, or from the postal code where neither says it. An address that is written anew with
    its prefecture says which one is meant; it never stands there twice. A prefecture's short name is completed (沖縄, Osaka), and a city
    behind it (神奈川県横浜市) is the beginning of the address."""
    told, rest = addresses.split_prefecture(record.address or "")
    if told:
        record.prefecture, record.address = told, rest
    elif record.prefecture:
        told, rest = addresses.read_prefecture(record.prefecture)
        held = record.address or ""
        made = held if held.startswith(rest) else f"{rest}{held}"
        if told and len(made) <= record._meta.get_field("address").max_length:
            record.prefecture, record.address = told, made
    if not record.prefecture and record.postal_code:
        places = addresses.lookup_postal_code(record.postal_code)
        if len({place.prefecture for place in places}) == 1:
            record.prefecture = places[0].prefecture


_known_keys: dict[str, str] = {}  # of the batch that is being brought in


def know_match_keys(keys: dict[str, str]) -> None:
    """Keys by name that another process has made of the rows that are looked for next."""
    global _known_keys
    _known_keys = keys


def match_key(name: str) -> str:
    """The key by which accounts of the same name are found; an import asks for it, and then the record."""
    return _known_keys.get(name) or _match_key(name)


@lru_cache(maxsize=4096)
def _match_key(name: str) -> str:
    return companies.company_key(name)[:200]


def as_deals() -> str:
    """Whether what stands in open deals is with tax, as they say it themselves."""
    deals = registry.find("deal")
    amount = deals.fields.get("amount") if deals is not None else None
    return amount.taxed if isinstance(amount, Money) else ""


@register
class AccountEntity(Entity):
    """取引先."""

    name = "account"
    slug = "accounts"
    code = 1
    model = Account
    label = pgettext_lazy("entities", "取引先")
    icon = "building-2"
    hint = _("会社やお店、ご家庭など、取引の相手を登録します。電話・訪問・案件はすべてここに集まります。")
    subtitle_field = "kana"
    status_field = "status"
    call_field = "phone"
    mail_field = "email"
    default_sort = "-last_contact_at"
    built_in = (
        Words("name", required=True, sortable=True, aliases=(
            "会社名", "取引先", "取引先名", "得意先", "得意先名", "顧客名", "社名", "企業名", "法人名", "会社", "貴社名", "屋号", "店名", "仕入先名",
            "company", "company name", "account", "account name", "organization", "customer",
        )),
        Kana("kana", aliases=("フリガナ", "ふりがな", "カナ", "会社名カナ", "会社名フリガナ", "ヨミ", "読み", "社名カナ", "kana")),
        Choice("kind", options=(
            Option("company", _("法人"), "grey", ("会社", "企業", "company")),
            Option("sole", _("個人事業主"), "grey", ("個人事業", "個人", "sole trader")),
            Option("household", _("家庭"), "grey", ("個人宅", "household")),
        ), default="company", aliases=("種別", "区分", "法人区分", "法人/個人", "個人/法人", "法人・個人", "個人・法人", "法人個人", "個人法人", "法人個人区分", "個人法人区分", "法人個人の別")),
        Words("code", longest=40, unique=True, half_width=True, sortable=False, aliases=(
            "得意先コード", "取引先コード", "顧客コード", "会社コード", "顧客番号", "得意先番号", "取引先番号", "customer code", "account number", "code",
        )),
        CorporateNumber("corporate_number", unique=False, aliases=("法人番号", "corporate number")),
        Choice("status", options=STATUSES, default="prospect", sortable=False, aliases=("ステータス", "取引状況", "取引状態", "status")),
        Choice("rank", options=RANKS, aliases=("ランク", "顧客ランク", "重要度", "得意先ランク", "rank", "grade")),
        FreeChoice("industry", options=grown_list(Account, "industry", INDUSTRIES), aliases=("業種", "業界", "industry")),
        Number("employees", least=0, unit=pgettext_lazy("unit", "名"), aliases=("従業員", "従業員数", "社員数", "人数", "employees")),
        PostalCode("postal_code", aliases=("〒", "郵便番号", "郵便", "zip", "zip code", "postal code", "postcode")),
        Words("prefecture", aliases=("都道府県", "県", "prefecture", "state")),
        Words("address", aliases=(
            "住所", "所在地", "住所1", "住所１", "市区町村", "町名番地", "都道府県～町名", "address", "street", "city",
        )),
        Words("building", aliases=("建物", "建物名", "ビル名", "番地・建物", "住所2", "住所２", "building", "address2")),
        Telephone("phone", aliases=("電話", "電話番号", "tel", "ｔｅｌ", "代表電話", "会社電話", "phone", "telephone", "tel1", "固定電話")),
        Telephone("fax", aliases=("fax", "ファックス", "ファクス", "fax番号")),
        Email("email", aliases=("代表メール", "会社メール", "company email")),
        Url("website", aliases=("url", "web", "ホームページ", "hp", "サイト", "webサイト", "website")),
        FreeChoice("source", options=grown_list(Account, "source", (
            "紹介", "展示会", "Webサイト", "電話", "飛び込み", "広告", "セミナー", "既存取引",
        )), aliases=("獲得元", "流入元", "きっかけ", "来店経路", "媒体", "source")),
        Date("started_on", aliases=("取引開始", "取引開始日", "開始日", "契約日")),
        LongText("note", aliases=("備考", "メモ", "特記事項", "摘要", "コメント", "note", "notes", "memo", "remarks")),
        Moment("last_contact_at", editable=False, sortable=True),
        Moment("next_step_at", editable=False, sortable=True),
        Words("next_step", editable=False, tells=(("task", ""),)),
        Money("open_amount", editable=False, sortable=True, taxed=as_deals, tells=(("deal", ""), ("deal", "amount"), ("deal", "account"))),
        *buying.fields("account"),
    )  # fmt: skip
    columns = ("status", "industry", "owner", "last_contact_at", "open_amount", "next_step")
    sections = (
        Section(_("基本情報"), (
            "name", "kana", "status", "rank", "phone", "email", "postal_code", "prefecture", "address", "building", "owner", "tags",
        )),
        Section(_("くわしい情報"), (
            "kind", "industry", "employees", "fax", "website", "code", "corporate_number", "source", "started_on", "note",
        ), folded=True),
    )  # fmt: skip
    quick_fields = ("name", "kana", "phone", "status")
    search_fields = ("kana", "phone", "fax", "email", "code", "address", "prefecture")
    connections = (
        Connection("contact", "account", _("連絡先"), ("title", "phone")),
        Connection("deal", "account", _("案件"), ("stage", "amount")),
        Connection("lead", "account", _("リード"), ("status", "source")),
        Connection("quote", "account", _("見積"), ("status", "total")),
        Connection(
            "channel_customer",
            "account",
            _("チャネル別顧客"),
            ("channel", "outside_id", "last_order_on", "order_count", "lifetime_value"),
        ),
        Connection("order", "account", _("受注・購買履歴"), ("date", "total")),
        Connection("invoice", "account", _("請求"), ("status", "balance")),
        Connection("terms", "account", _("取引条件"), ("price_list", "closing_day")),
    )
    presets = (
        Preset("mine", _("担当分"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("silent", _("30日接触なし"), {"all": [
            {"field": "status", "op": "in", "value": ["active", "prospect"]},
            {"field": "last_contact_at", "op": "before_days", "value": 30},
        ]}, "last_contact_at"),
        Preset("rank_a", _("Aランク"), {"field": "rank", "op": "is", "value": "A"}),
        *buying.presets(),
    )  # fmt: skip
    preset_groups = (buying.group(),)
    uncloned = ("corporate_number", "started_on")
    imports = ImportHint(keys=("code", "corporate_number", "name"))
    together = (("name", "kana"), ("postal_code", "prefecture", "address", "building"))

    def begin_of_file(self, values: dict[str, Any]) -> None:
        """Who is called like a person, in a list that has firms and private customers in one column, is no firm."""
        name = str(values.get("name") or "")
        if "kind" in values or len(name) > LONGEST_PERSON or companies.looks_like_company(name):
            return
        if all(readings.split_name(fold(name).replace(" ", ""))):
            values["kind"] = "household"

    def unite(self, record: Account, values: dict[str, Any], by: Any) -> None:
        from enishi.people.contacts.entity import one_affiliation_each

        one_affiliation_each(account=record.pk, by=by)

    def merge_warnings(self, records: Sequence[Account]) -> list[str]:
        found = [companies.parse_company(record.name) for record in records]
        said = []
        # K.K. and Co., Ltd. always stand behind, and are written by every kind of company.
        formed = [
            one
            for one, record in zip(found, records, strict=True)
            if one.form and not fold(record.name).isascii()
        ]
        if len({one.position for one in formed}) > 1:
            said.append(_t("前株と後株の名前があります。別の会社かもしれません。"))
        elif len({one.form for one in formed}) > 1:
            said.append(_t("法人格が違います。別の会社かもしれません。"))
        if len({one.branch for one in found}) > 1:
            said.append(_t("支店や営業所の名前が違います。"))
        numbers = {record.corporate_number for record in records if record.corporate_number}
        if len(numbers) > 1 and "corporate_number" in self.fields:
            said.append(_t("法人番号が違います。別の会社です。"))
        return said

    def prepare(self, record: Account, changed: set[str]) -> None:
        if {"name", "kana"} & changed or not record.sort_key:
            record.sort_key = kana.sort_key(record.kana or companies.sort_base(record.name))
            record.match_key = match_key(record.name)
        if {"address", "postal_code", "prefecture"} & changed:
            fill_prefecture(record)

    def tidy(self, record: Account, wishes: Wishes) -> list[Spanning]:
        name = record.name
        unsure = tidy_companies.legal_form(name) if record.kind == "company" else None
        of_company = (
            unsure if unsure and not unsure.sure else None,
            tidy_companies.legal_form_english(name) if record.kind == "company" else None,
            tidy_companies.branch_space(name) if record.kind == "company" else None,
            tidy_companies.addressed(name),
        )
        values = tidying.held(self, record, tidying.PLACE)
        official = old_kanji(values.get("address", ""), values.get("postal_code", ""))
        return [
            *tidying.of_one_field("name", of_company),
            *tidying.place(values, wishes),
            *tidying.of_one_field("address", [official] if record.kind == "company" else ()),
        ]

    def event_words(self, event: Any) -> str:
        told = (
            event.data.get("first_order") and "status" in self.fields and registry.find("order") is not None
        )
        return _t("はじめての受注で、取引中になりました。") if told else ""

    def search_text(self, record: Account) -> str:
        return f"{super().search_text(record)}\n{companies.sort_base(record.name)}"
