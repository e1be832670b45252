"""How channels and their customers look and behave."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.japanese.text import fold
from enishi.records.entity import Connection, Entity, ImportHint, Preset, Section
from enishi.records.fields import Choice, Date, LongText, Money, Number, Option, Reference, Words, YesNo
from enishi.records.registry import register
from enishi.sales.channels.figures import refresh_buyers
from enishi.sales.channels.models import Channel, ChannelCustomer
from enishi.sales.taxed import INCLUDED

KINDS = (
    Option("shop", _("店舗"), "accent", ("実店舗", "店頭", "直営店", "shop", "store")),
    Option("web", _("Webストア"), "green", ("ec", "ecサイト", "通販", "ネット", "オンライン", "web store", "online")),
    Option("phone", _("電話"), "grey", ("電話注文", "telephone")),
    Option("fair", _("展示会・催事"), "amber", ("展示会", "催事", "イベント", "fair", "exhibition")),
    Option("desk", _("法人窓口"), "accent", ("法人", "法人営業", "b2b", "外商", "b2b desk")),
    Option("other", _("その他"), "grey", ("他", "other")),
)  # fmt: skip
# What the name of a channel says of its kind, the surest first; folded, so that kana are katakana.
_NAMED = (
    ("fair", re.compile(r"展示|催事|フェア|見本市|物産|イベント|マルシェ|fair|exhibition")),
    ("web", re.compile(r"web|ウェブ|(^|[^a-z])ec([^a-z]|$)|通販|ネット|オンライン|サイト|楽天|amazon|アマゾン|yahoo|ヤフ|shopify|mall|モール|online")),
    ("phone", re.compile(r"電話|テレホン|コール|tel|phone")),
    ("desk", re.compile(r"法人|b2b|btob|外商|卸|営業")),
    ("shop", re.compile(r"店|ショップ|直営|窓口|shop|store")),
)  # fmt: skip


def kind_of(name: str) -> str:
    """The kind of a channel of this name; "other" where the name doesn't tell."""
    folded = fold(name)
    return next((kind for kind, said in _NAMED if said.search(folded)), "other")


@register
class ChannelEntity(Entity):
    """チャネル."""

    name, slug, code, model, icon = "channel", "channels", 46, Channel, "store"
    label = pgettext_lazy("entities", "チャネル")
    hint = _(
        "お客様が買うところ（店舗・Webストア・電話・展示会・法人窓口）を登録します。売上の表の「チャネル」の列からも作れます。"
    )
    status_field = "kind"
    default_sort = "name"
    built_in = (
        Words("name", required=True, unique=True, sortable=True, longest=100, aliases=(
            "チャネル", "販売チャネル", "購入チャネル", "受注チャネル", "販路", "販売経路", "購入経路", "注文経路", "channel", "sales channel",
        )),
        Choice("kind", options=KINDS, aliases=("チャネル種別", "種別")),
        YesNo("active", default=True, aliases=("有効", "active")),
        LongText("note", aliases=("備考",)),
    )  # fmt: skip
    columns = ("kind", "active", "note", "updated_at")
    sections = (Section(_("基本情報"), ("name", "kind", "active", "note", "owner", "tags")),)
    quick_fields = ("name", "kind")
    connections = (
        Connection("channel_customer", "channel", _("お客様"), ("outside_id", "last_order_on", "lifetime_value")),
        Connection("order", "channel", _("受注・購買履歴"), ("date", "total")),
    )  # fmt: skip
    presets = (Preset("active", _("使用中"), {"field": "active", "op": "is", "value": "1"}),)
    imports = ImportHint(keys=("name",))

    def prepare(self, record: Channel, changed: set[str]) -> None:
        if not record.kind or ("kind" not in changed and record.pk is None):
            record.kind = kind_of(record.name)


@register
class ChannelCustomerEntity(Entity):
    """チャネル別顧客."""

    name, slug, code, model, icon = "channel_customer", "channel-customers", 47, ChannelCustomer, "id-card"
    clonable = False
    label = pgettext_lazy("entities", "チャネル別顧客")
    hint = _(
        "同じお客様の、店舗の会員番号やWebストアの顧客IDを登録します。購入の回数と金額は、受注から自動で合計します。"
    )
    default_sort = "-updated_at"
    built_in = (
        Words("name", sortable=True, help=_("空なら、連絡先・取引先の名前か顧客IDが入ります。"), aliases=("顧客名", "会員名", "お客様名", "氏名", "customer name")),
        Reference("channel", to="channel", required=True),
        Words("outside_id", longest=60, unique=True, within="channel", sortable=False, help=_("そのチャネルでの会員番号や顧客ID。同じチャネルの中では重複できません。"), aliases=(
            "会員番号", "会員ID", "顧客番号", "顧客コード", "お客様番号", "お客様ID", "外部ID", "customer id", "member id", "outside id",
        )),
        Reference("account", to="account", carries_up=True),
        Reference("contact", to="contact", carries_up=True),
        Date("first_order_on", editable=False, tells=(("order", ""), ("order", "date"))),
        Date("last_order_on", editable=False, sortable=True, tells=(("order", ""), ("order", "date"))),
        Number("order_count", editable=False, sortable=True, unit=pgettext_lazy("unit", "回"), tells=(("order", ""),)),
        Money("lifetime_value", editable=False, sortable=True, taxed=INCLUDED, tells=(("order", ""), ("order", "total"))),
        LongText("note", aliases=("備考",)),
    )  # fmt: skip
    columns = (
        "channel",
        "outside_id",
        "account",
        "contact",
        "last_order_on",
        "order_count",
        "lifetime_value",
    )
    sections = (
        Section(
            _("基本情報"), ("name", "channel", "outside_id", "account", "contact", "note", "owner", "tags")
        ),
        Section(_("購入"), ("first_order_on", "last_order_on", "order_count", "lifetime_value")),
    )
    quick_fields = ("channel", "outside_id", "name", "account", "contact")
    search_fields = ("outside_id", "account", "contact")
    connections = (Connection("order", "channel_customer", _("受注・購買履歴"), ("date", "total")),)
    presets = (
        Preset("mine", _("担当分"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("loose", _("取引先・連絡先が未設定"), {"all": [
            {"field": "account", "op": "empty"}, {"field": "contact", "op": "empty"},
        ]}),
    )  # fmt: skip
    imports = ImportHint(keys=("outside_id",), within="channel", beside=("channel", "account"))
    about_people = True
    same_person = ("contact", "account")

    def prepare(self, record: ChannelCustomer, changed: set[str]) -> None:
        if record.importing:
            record.name = record.name or record.outside_id
            return
        contact = record.contact if record.contact_id else None
        if record.account_id is None and contact is not None and "contact" in changed:
            record.account_id = contact.account_id
        if not record.name:
            record.name = str(contact or record.account or record.outside_id)[:200]

    def check(self, record: ChannelCustomer, changed: set[str]) -> dict[str, list[str]]:
        if not record.name:
            return {"outside_id": [_t("顧客ID・名前・取引先・連絡先のどれかを入力してください。")]}
        return {}

    def settle(self, records: Sequence[ChannelCustomer], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """Keeps the sums over all channels on the accounts and contacts."""
        pairs: list[tuple[int | None, int | None]] = []
        for record, change in zip(records, changes, strict=True):
            if record.order_count is None or not {"account", "contact", "deleted_at", ""} & set(change):
                continue
            before = (
                change.get("account", (record.account_id,))[0],
                change.get("contact", (record.contact_id,))[0],
            )
            pairs += [before, (record.account_id, record.contact_id)]
        refresh_buyers(pairs)
