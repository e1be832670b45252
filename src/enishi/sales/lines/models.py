"""What the lines of deals, quotes, orders and invoices hold, and what those documents have in common."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.people.models import Account, Contact
from enishi.records.models import Record, record_indexes


class Line(Record):
    """A line: what, how much of it, at what price. `amount` is whole yen and follows from the others (`sales.tax.line_amount`)."""

    position = models.BigIntegerField(_("並び順"), default=0)
    product = models.ForeignKey(
        "sales.Product", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("商品")
    )
    text = models.CharField(_("品名"), max_length=300, blank=True)
    quantity = models.DecimalField(_("数量"), max_digits=15, decimal_places=3, null=True, blank=True)
    unit = models.CharField(_("単位"), max_length=20, blank=True)
    unit_price = models.DecimalField(_("単価"), max_digits=15, decimal_places=4, null=True, blank=True)
    discount_percent = models.DecimalField(_("値引率"), max_digits=5, decimal_places=2, null=True, blank=True)
    discount = models.BigIntegerField(_("値引額"), null=True, blank=True)
    tax_code = models.CharField(_("税区分"), max_length=10, default="standard")
    amount = models.BigIntegerField(_("金額"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text or str(self.product or "")


class Document(Record):
    """What quotes, orders and invoices have in common. Sums are whole yen and follow from the lines (`sales.tax.totals`)."""

    name = models.CharField(_("件名"), max_length=200, blank=True)
    number = models.CharField(_("番号"), max_length=40, blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("取引先")
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("先方担当")
    )
    deal = models.ForeignKey(
        "sales.Deal", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("案件")
    )
    date = models.DateField(_("日付"), default=timezone.localdate)
    tax_mode = models.CharField(_("税の計算"), max_length=10, default="excluded")
    rounding = models.CharField(_("端数処理"), max_length=10, default="floor")
    discount = models.BigIntegerField(_("値引き"), null=True, blank=True)
    net = models.BigIntegerField(_("税抜金額"), default=0)
    tax = models.BigIntegerField(_("消費税"), default=0)
    total = models.BigIntegerField(_("合計金額"), default=0)
    remarks = models.TextField(_("備考（書類に載せる）"), blank=True)
    note = models.TextField(_("メモ（社内）"), blank=True)
    issued_at = models.DateTimeField(_("発行日時"), null=True, blank=True)
    exempt = models.BooleanField(
        null=True, editable=False
    )  # whether the company was exempt from tax when it was issued
    pdf = models.BigIntegerField(null=True, editable=False)  # the attachment that was issued
    sent_on = models.DateField(_("送付日"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()  # as its entity titles it


def line_indexes(table: str) -> list[models.Index]:
    """Indexes of a table of lines: of a product, newest last, and those of all records."""
    return [*record_indexes(table), models.Index(fields=["product", "id"], name=f"{table}_product")]


def document_indexes(table: str, *sorts: str, beside: tuple[str, ...] = ()) -> list[models.Index]:
    """Indexes of a table of documents; `beside` the customer's documents by day, what is added up of them from that index alone."""
    made: list[Any] = [*record_indexes(table, "date", "total", *sorts)]
    made.append(models.Index(fields=["number"], name=f"{table}_number"))
    made.append(models.Index(fields=["account", "date", "id", *beside], name=f"{table}_account"))
    return made
