"""Accounts: companies and households one deals with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.records.models import ALIVE, Record, Touched, record_indexes


class Reachable(models.Model):
    """Where somebody is and how to reach him; shared by accounts and contacts."""

    postal_code = models.CharField(_("郵便番号"), max_length=8, blank=True)
    prefecture = models.CharField(_("都道府県"), max_length=10, blank=True)
    address = models.CharField(_("住所"), max_length=200, blank=True)
    building = models.CharField(_("建物名・部屋番号"), max_length=200, blank=True)
    phone = models.CharField(_("電話"), max_length=60, blank=True)
    fax = models.CharField(_("FAX"), max_length=60, blank=True)
    email = models.CharField(_("メール"), max_length=254, blank=True)

    class Meta:
        abstract = True

    @property
    def full_address(self) -> str:
        """The address in one line, for maps and documents."""
        return " ".join(part for part in (self.prefecture + self.address, self.building) if part)


FORETOLD = ALIVE & models.Q(
    buy_state__isnull=False
)  # of whom something is foretold: few in a base without orders


class Buyer(models.Model):
    """What a customer shows of his purchases. Accounts are customers, and contacts in what they buy without one (private customers)."""

    # Over all channels on which the customer buys; kept up to date by `enishi.sales.channels`. Yen with tax.
    channel_orders = models.BigIntegerField(_("チャネル合計の購入回数"), null=True, editable=False)
    channel_value = models.BigIntegerField(_("チャネル合計の購入額"), null=True, editable=False)
    channel_last_on = models.DateField(_("チャネル合計の最終購入日"), null=True, editable=False)
    # What is foretold of his purchases, kept up to date by `enishi.insight.purchases`: days, percent, and of the next 52 weeks
    # how many purchases and yen with tax.
    buy_last_on = models.DateField(_("前回の購入"), null=True, editable=False)
    buy_count = models.BigIntegerField(_("購入回数"), null=True, editable=False)
    buy_every = models.BigIntegerField(_("購入の間隔"), null=True, editable=False)
    buy_next_on = models.DateField(_("次の購入の見込み日"), null=True, editable=False)
    buy_alive = models.BigIntegerField(_("購入が続く確率"), null=True, editable=False)
    buy_often = models.DecimalField(
        _("1年の購入見込み"), max_digits=9, decimal_places=1, null=True, editable=False
    )
    buy_value = models.BigIntegerField(_("1年の購入見込み額"), null=True, editable=False)
    buy_state = models.CharField(_("購入の状態"), max_length=10, null=True, editable=False)
    buy_basis = models.CharField(_("見込みの根拠"), max_length=10, null=True, editable=False)

    class Meta:
        abstract = True


BUYER_SORTS = ("channel_value", "channel_last_on", "buy_next_on", "buy_value")


def buyer_indexes(table: str) -> list[models.Index]:
    """The parts of the page 次の購入: of one state, in the order of days or of what they are worth; and whoever should buy again about now of
    one's own customers, for 今日."""
    return [
        models.Index(fields=[*fields, "id"], name=f"{table}_{name}", condition=FORETOLD)
        for name, fields in (
            ("buy_next", ("buy_state", "buy_next_on")),
            ("buy_worth", ("buy_state", "buy_value")),
            ("buy_owner", ("owner", "buy_state", "buy_next_on")),
        )
    ]


class Account(Record, Touched, Reachable, Buyer):
    """A company, an office of one, or a household."""

    name = models.CharField(_("名前"), max_length=200)
    kana = models.CharField(_("フリガナ"), max_length=200, blank=True)
    sort_key = models.CharField(max_length=400, editable=False)
    match_key = models.CharField(max_length=200, editable=False, db_index=True)
    kind = models.CharField(_("種類"), max_length=20, default="company")
    code = models.CharField(_("顧客番号"), max_length=40, blank=True)
    corporate_number = models.CharField(_("法人番号"), max_length=13, blank=True)
    status = models.CharField(_("状態"), max_length=20, default="prospect")
    rank = models.CharField(_("ランク"), max_length=5, blank=True)
    industry = models.CharField(_("業種"), max_length=100, blank=True)
    employees = models.BigIntegerField(_("従業員数"), null=True, blank=True)
    website = models.CharField(_("Web"), max_length=500, blank=True)
    source = models.CharField(_("獲得元"), max_length=100, blank=True)
    started_on = models.DateField(_("取引開始日"), null=True, blank=True)
    note = models.TextField(_("備考"), blank=True)
    open_amount = models.BigIntegerField(_("進行中の金額"), null=True, editable=False)

    class Meta:
        indexes = [
            *record_indexes(
                "account",
                "sort_key",
                "last_contact_at",
                "next_step_at",
                "open_amount",
                *BUYER_SORTS,
                filters=("status", "rank", "industry"),
            ),
            *buyer_indexes("account"),
            models.Index(fields=["code"], name="account_code"),
            models.Index(fields=["phone"], name="account_phone"),
            # With code and phone: by which an import finds who is known already.
            models.Index(fields=["email"], name="account_email"),
            models.Index(fields=["corporate_number"], name="account_corporate"),
            models.Index(fields=["postal_code"], name="account_postal"),
            models.Index(fields=["owner", "sort_key", "id"], name="account_owner_sort"),
            models.Index(fields=["status", "sort_key", "id"], name="account_status_sort"),
        ]

    def __str__(self) -> str:
        return self.name
