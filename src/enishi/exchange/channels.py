"""Sheets of purchases by channel: チャネル, 会員番号 or 顧客ID, 購入日, 金額. Without a column of channels none of it applies, for a number
alone doesn't say whose number it is."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange.headings import key
from enishi.exchange.mapping import Plan
from enishi.exchange.parsed import Parsed
from enishi.exchange.sheet import PERSON, Sheet
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.visible import visible

OWN = ("channel", "channel_customer")
CHANNEL, CUSTOMER, NAME = (
    ("channel", "name"),
    ("channel_customer", "outside_id"),
    ("channel_customer", "name"),
)
# What a channel calls its customers' numbers: the first of these that the sheet has; 会員番号 beside 顧客ID is our own number of somebody.
_IDS = tuple(
    {key(word) for word in words.split()}
    for words in (
        "顧客ID 外部ID お客様ID カスタマーID 購入者ID 注文者ID ユーザーID customer_id outside_id external_id user_id",
        "会員ID 会員番号 会員コード 会員No member_id member_no",
        "顧客番号 顧客コード お客様番号 お客様コード 顧客No customer_number customer_code",
    )
)
_NAMES = {key(word) for word in "顧客名 お客様名 お客様 会員名 氏名 お名前 名前 購入者 購入者名 注文者 注文者名 customer customer_name name".split()}  # fmt: skip
_CERTAIN = ("code", "mobile", "phone", "email", "birthday")  # by which a sheet's people are known


def tell(sheet: Sheet) -> bool:
    """Decides what columns of channels mean, in a sheet about orders or channel customers; whether there are any."""
    has = any(CHANNEL in found for found in sheet.meaning.values()) and sheet.about in {
        "order",
        "channel_customer",
    }
    for index, found in sheet.meaning.items():
        kept = CHANNEL in found if has else False
        if sheet.about != "channel_customer":
            sheet.meaning[index] = [CHANNEL] if kept else [one for one in found if one[0] not in OWN]
        elif kept:
            sheet.meaning[index] = [CHANNEL]
    if not has:
        return False
    columns = {key(column.heading): column.index for column in sheet.columns if column.heading}
    number = next((columns[word] for words in _IDS for word in columns if word in words), None)
    if number is None:
        return False
    sheet.meaning[number] = [CUSTOMER]
    if sheet.about == "order":
        certain = any(("contact", name) in found for found in sheet.meaning.values() for name in _CERTAIN)
        for word, index in columns.items():
            persons = [
                one for one in sheet.meaning[index] if one[0] in {"contact", "account"} and one[1] in PERSON
            ]
            if word in _NAMES and (persons or not sheet.meaning[index]) and not certain:
                sheet.meaning[index] = [NAME]
    return True


def is_sales(sheet: Sheet) -> bool:
    """Whether a sheet about orders says on which channel who paid how much when."""
    return tell(sheet) and sheet.has("order", "date") and sheet.has("order_line", "amount")


def is_of_purchases(plan: Plan) -> bool:
    """Whether each row is a purchase of a channel's customer and nothing more: of such the amount is what was paid, tax included."""
    used = {column.target for column in plan.columns}
    goods = {"order_line.quantity", "order_line.unit_price", "order_line.tax_code", "order.tax_mode"}
    net = any(
        "税抜" in column.heading or "税別" in column.heading
        for column in plan.columns
        if column.target == "order_line.amount"
    )
    return plan.main == "order" and "channel_customer.outside_id" in used and not used & goods and not net


def problem(values: dict[str, dict[str, Any]], paid: bool) -> str:
    """What a row of such a sheet lacks, in words; "" where it lacks nothing. `paid`: it is a purchase and nothing more, of which the
    customer's number alone tells whether it has been brought in already."""
    customer = values.get("channel_customer", {})
    if customer and not values.get("channel"):
        return _("チャネル: 空です。どこでの購入か（店舗の名前など）を入れてください。")
    if paid and not customer.get("outside_id"):
        return _("顧客ID: 空です。だれの購入か分かるように、会員番号か顧客IDを入れてください。")
    return ""


class Channels:
    """What an import looks up of channels and their customers before it decides what is known; a query or two for a batch."""

    def __init__(self, by: User) -> None:
        self.by = by
        self.spelled: dict[str, str] = {}  # names of channels, by what they are when folded

    def prepare(self, rows: Sequence[Parsed]) -> None:
        """Names channels as they are named here, and leaves out member numbers that nobody has."""
        named = [row.values["channel"] for row in rows if row.values.get("channel", {}).get("name")]
        if named:
            held = visible(registry.get("channel"), self.by).order_by("-pk").values_list("name", flat=True)
            self.spelled |= {fold(name): name for name in held}
            for values in named:
                values["name"] = self.spelled.setdefault(fold(values["name"]), values["name"])
        self._leave_out_unknown(rows)

    def _leave_out_unknown(self, rows: Sequence[Parsed]) -> None:
        """Rows whose member number nobody has here come in for the channel's customer all the same: the number stands in his note."""
        alone = [
            row
            for row in rows
            if "channel_customer" in row.values and list(row.values.get("contact", ())) == ["code"]
        ]
        if not alone:
            return
        told = {row.values["contact"]["code"] for row in alone}
        rows_held = visible(registry.get("contact"), self.by).filter(code__in=told)
        known = set(rows_held.values_list("code", flat=True))
        for row in alone:
            if (code := row.values["contact"]["code"]) not in known:
                del row.values["contact"]
                row.values["channel_customer"].setdefault("note", _("会員番号: %(code)s") % {"code": code})
                row.kept.append(_("会員番号「%(code)s」") % {"code": code})
