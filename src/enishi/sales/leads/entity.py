"""How leads look and behave."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.japanese.companies import parse_company
from enishi.japanese.tidy.persons import person
from enishi.japanese.tidy.proposals import Spanning, Wishes
from enishi.people import tidying
from enishi.people.accounts.entity import INDUSTRIES
from enishi.people.contacts.entity import fill_person
from enishi.records.entity import Ask, Board, Entity, ImportHint, Preset, Section
from enishi.records.fields import (
    Choice,
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
    Reference,
    Telephone,
    Url,
    Words,
    YesNo,
)
from enishi.records.registry import register
from enishi.records.storing import running
from enishi.records.visible import reached
from enishi.sales.leads import assignment, questions
from enishi.sales.leads.models import Lead
from enishi.sales.leads.questions import Score

STATUSES = (
    Option("new", _("新規"), "accent", ("未対応", "新着", "new", "open"), outcome="open"),
    Option("working", _("対応中"), "amber", ("連絡中", "アプローチ中", "working", "contacted"), outcome="open"),
    Option("nurturing", _("育成中"), "accent", ("ナーチャリング", "フォロー中", "nurturing"), outcome="hold"),
    Option("converted", _("転換済み"), "green", ("商談化", "商談化済み", "converted", "qualified"), outcome="won"),
    Option("disqualified", _("対象外"), "grey", ("見込みなし", "除外", "disqualified", "unqualified"), outcome="lost"),
)  # fmt: skip
REASONS = (
    "予算なし",
    "ニーズなし",
    "時期が合わない",
    "対象地域外",
    "競合・同業",
    "連絡がつかない",
    "重複・いたずら",
    "その他",
)
OVER = ("converted", "disqualified")
SOURCES = ("展示会", "Webサイト", "紹介", "セミナー", "広告", "電話", "名刺交換", "SNS", "資料請求")


@register
class LeadEntity(Entity):
    """リード: before it is known whether anything comes of it."""

    name = "lead"
    slug = "leads"
    code = 7
    model = Lead
    label = pgettext_lazy("entities", "リード")
    icon = "magnet"
    hint = _("問い合わせや展示会の名刺など、取引になるか分からない相手を登録します。見込みが立ったら取引先・連絡先・案件に転換します。")  # fmt: skip
    about_people = True
    same_person = ("contact", "account")
    fresh_words = _("新しいリードとして登録")
    subtitle_field = "kana"
    status_field = "status"
    call_field = "mobile"
    mail_field = "email"
    default_sort = "-created_at"
    board = Board("status", amount="budget")
    asks: ClassVar[dict[str, Ask]] = {"disqualified": Ask(_("対象外"), ("reason",), must=("reason",))}
    built_in = (
        Words("name", aliases=("リード", "リード名", "見込み客", "見込客", "見込み客名", "氏名", "名前", "お名前", "担当者名", "lead", "lead name", "name")),
        Kana("kana", aliases=("フリガナ", "ふりがな", "カナ", "氏名カナ")),
        Words("family_name", aliases=("姓", "苗字", "名字", "last name")),
        Words("given_name", aliases=("名", "下の名前", "first name")),
        Kana("family_kana", aliases=("セイ", "姓カナ")),
        Kana("given_kana", aliases=("メイ", "名カナ")),
        YesNo("name_unsure", editable=False),
        Words("honorific", longest=20, default="様", listed=False),
        Words("company", aliases=("会社名", "会社", "社名", "企業名", "貴社名", "勤務先", "company", "organization")),
        Words("department", aliases=("部署", "部署名", "所属", "department")),
        Words("title", aliases=("役職", "肩書", "役職名", "job title", "title")),
        Telephone("mobile", aliases=("携帯", "携帯電話", "mobile")),
        Telephone("phone", aliases=("電話", "電話番号", "tel", "phone")),
        Telephone("fax", aliases=("fax",)),
        Email("email", aliases=("メール", "メールアドレス", "e-mail", "email", "mail")),
        PostalCode("postal_code", aliases=("〒", "郵便番号", "zip")),
        Words("prefecture", aliases=("都道府県", "prefecture")),
        Words("address", aliases=("住所", "所在地", "address")),
        Words("building", aliases=("建物", "建物名", "住所2")),
        Url("website", aliases=("url", "ホームページ", "webサイト", "website")),
        FreeChoice("industry", options=lambda: [Option(word, word) for word in INDUSTRIES], aliases=("業種", "業界", "industry")),
        Number("employees", least=0, unit=pgettext_lazy("unit", "名"), aliases=("従業員数", "従業員", "employees")),
        FreeChoice("source", options=lambda: [Option(word, word) for word in SOURCES], aliases=("獲得元", "流入元", "リードソース", "きっかけ", "媒体", "lead source", "source")),
        Words("campaign", aliases=("展示会名", "施策", "キャンペーン", "イベント名", "セミナー名", "campaign")),
        Date("met_on", sortable=True, aliases=("獲得日", "名刺交換日", "問い合わせ日", "問合せ日", "来場日", "資料請求日")),
        Choice("status", options=STATUSES, default="new", aliases=("状態", "ステータス", "リードステータス", "対応状況", "lead status", "status")),
        Choice("heat", options=(
            Option("hot", _("高い"), "red", ("高", "a", "hot", "ホット")), Option("warm", _("ふつう"), "amber", ("中", "b", "warm", "ウォーム")),
            Option("cold", _("低い"), "grey", ("低", "c", "cold", "コールド")),
        ), aliases=("温度感", "見込み度", "確度", "ランク", "heat", "rating")),
        Score("score", editable=False, sortable=True, unit=pgettext_lazy("unit", "点")),
        LongText("need", aliases=("要望", "ご要望", "課題", "お問い合わせ内容", "問い合わせ内容", "ニーズ", "need")),
        Money("budget", sortable=True, aliases=("予算", "予算額", "budget")),
        Words("timing", longest=100, aliases=("導入時期", "検討時期", "購入時期", "timing")),
        FreeChoice("reason", options=lambda: [Option(word, word) for word in REASONS], aliases=("対象外の理由", "除外理由")),
        LongText("note", aliases=("備考", "メモ", "note", "notes", "memo")),
        Reference("account", to="account", carries_up=True, editable=False),
        Reference("contact", to="contact", carries_up=True, editable=False),
        Reference("deal", to="deal", carries_up=True, editable=False),
        Moment("converted_at", editable=False, sortable=False),
        Moment("last_contact_at", editable=False, sortable=True),
        Moment("next_step_at", editable=False, sortable=True),
        Words("next_step", editable=False, tells=(("task", ""),)),
    )  # fmt: skip
    columns = ("company", "status", "heat", "source", "owner", "next_step", "created_at")
    sections = (
        Section(_("基本情報"), (
            "family_name", "given_name", "family_kana", "given_kana", "company", "department", "title", "mobile", "phone", "email",
            "status", "heat", "source", "owner", "tags",
        )),
        Section(_("ご要望"), ("need", "budget", "timing", "campaign", "met_on", "reason")),
        Section(_("くわしい情報"), (
            "postal_code", "prefecture", "address", "building", "fax", "website", "industry", "employees", "note", "account", "contact",
            "deal", "converted_at",
        ), folded=True),
    )  # fmt: skip
    quick_fields = ("family_name", "given_name", "company", "mobile", "email", "source")
    search_fields = ("kana", "company", "phone", "mobile", "email", "address", "prefecture", "campaign")
    running: ClassVar = {"not": {"field": "status", "op": "in", "value": list(OVER)}}
    presets = (
        Preset("open", _("対応が必要"), {"field": "status", "op": "in", "value": ["new", "working"]}),
        Preset("mine", _("担当分"), {"all": [
            {"field": "owner", "op": "is", "value": "me"},
            {"field": "status", "op": "in", "value": ["new", "working", "nurturing"]},
        ]}),
        Preset("hot", _("温度感が高い"), {"all": [
            {"field": "heat", "op": "is", "value": "hot"}, {"field": "status", "op": "in", "value": ["new", "working", "nurturing"]},
        ]}),
        Preset("unassigned", _("担当なし"), {"all": [
            {"field": "owner", "op": "empty"}, {"field": "status", "op": "in", "value": ["new", "working", "nurturing"]},
        ]}),
        Preset("promising", _("見込み点が高い"), {"all": [
            {"field": "score", "op": "gte", "value": 70}, {"field": "status", "op": "in", "value": ["new", "working", "nurturing"]},
        ]}, sort="-score"),
        Preset("converted", _("転換済み"), {"field": "status", "op": "is", "value": "converted"}),
        Preset("disqualified", _("対象外"), {"field": "status", "op": "is", "value": "disqualified"}),
    )  # fmt: skip
    imports = ImportHint(keys=("email",))
    together = (
        ("family_name", "given_name", "family_kana", "given_kana", "name", "kana"),
        ("company", "department", "title"),
        ("postal_code", "prefecture", "address", "building"),
    )
    untidied = ("name", "kana")
    uncloned = ("status", "reason")

    def of_name(self, name: str) -> dict[str, Any]:
        return {"company": name} if parse_company(name).form else {"name": name}

    def tidy(self, record: Lead, wishes: Wishes) -> list[Spanning]:
        named = tidying.held(self, record, ("family_name", "given_name", "honorific", "title"))
        return [*person(named), *tidying.place(tidying.held(self, record, tidying.PLACE), wishes)]

    def finds_owner(self, by: Any) -> bool:
        """By the rules of リードの割り当て; not for those who may make leads only for themselves or their team."""
        return reached(self.whole, by, "create") is None and assignment.in_force()

    def assign(self, records: Sequence[Any], by: Any) -> None:
        without = [one for one in records if one.owner_id is None and one.status not in OVER]
        if without and self.finds_owner(by):
            assignment.give(without)

    def created_data(self, record: Lead) -> dict[str, Any]:
        told = getattr(record, "assigned", None)
        return {"assigned": told} if told else {}

    def event_words(self, event: Any) -> str:
        return assignment.words(event.data.get("assigned")) if "owner" in self.fields else ""

    def settle(self, records: Sequence[Any], changes: Sequence[dict[str, Any]], by: Any) -> None:
        fresh = [
            one
            for one, changed in zip(records, changes, strict=True)
            if not changed and hasattr(one, "assigned")
        ]
        if fresh:
            assignment.announce(fresh, by, running())

    def handed_over(self, rows: Any) -> Any:
        return rows.exclude(status__in=OVER)

    def prepare(self, record: Lead, changed: set[str]) -> None:
        alone = not (record.family_name or record.given_name) and "name" not in changed
        if alone and record.company:
            record.name = record.company  # a company of which nobody is known yet
        fill_person(record, changed)
        if "status" in changed and record.status != "disqualified":
            record.reason = ""
        record.score = questions.score(record.custom)

    def check(self, record: Lead, changed: set[str]) -> dict[str, list[str]]:
        errors: dict[str, list[str]] = {}
        if not record.name.strip():
            errors["family_name"] = [_t("姓か会社名を入力してください。")]
        if getattr(record, "importing", False):  # an old list may not know why
            return errors
        if "status" in changed:
            if record.status == "converted" and record.converted_at is None:
                errors["status"] = [_t("転換は、リードの画面の「転換する」から行ってください。")]
            elif record.status != "converted" and record.converted_at is not None:
                errors["status"] = [_t("転換済みのリードです。状態を戻すには、転換を元に戻してください。")]
        if record.budget is not None and record.budget < 0:
            errors["budget"] = [_t("予算は0円以上にしてください。")]
        return errors
