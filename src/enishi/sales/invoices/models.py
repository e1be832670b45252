"""Invoices and what was paid for them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.records.models import Record, record_indexes
from enishi.sales.lines.models import Document, Line, document_indexes, line_indexes
from enishi.sales.orders.models import Order, OrderLine


class Invoice(Document):
    """請求書. `balance` is what is still to come: total less withholding less what was paid (bank fees that were taken off count as paid)."""

    status = models.CharField(_("状態"), max_length=10, default="draft")
    due_on = models.DateField(_("支払期限"), null=True, blank=True)
    withholds = models.BooleanField(_("源泉徴収する"), default=False)
    withheld = models.BigIntegerField(_("源泉徴収税額"), default=0)
    paid = models.BigIntegerField(_("入金額"), default=0)
    balance = models.BigIntegerField(_("残高"), default=0)
    void_reason = models.CharField(_("取り消した理由"), max_length=200, blank=True)

    class Meta:
        indexes = [*document_indexes("invoice", "due_on", "balance")]


class InvoiceLine(Line):
    """A line of an invoice; `day` is when it was supplied (取引年月日), `order_line` what it bills."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", verbose_name=_("請求"))
    day = models.DateField(_("取引日"), null=True, blank=True)
    order_line = models.ForeignKey(
        OrderLine, models.SET_NULL, null=True, blank=True, related_name="billed", verbose_name=_("受注の明細")
    )
    withholding = models.CharField(_("源泉対象"), max_length=4, blank=True, default="auto")  # auto, yes, no

    class Meta:
        indexes = [*line_indexes("invoiceline")]


class Payment(Record):
    """Money received for an invoice."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="payments", verbose_name=_("請求"))
    name = models.CharField(_("名前"), max_length=200, blank=True)
    date = models.DateField(_("入金日"), default=timezone.localdate)
    amount = models.BigIntegerField(_("入金額"))
    fee = models.BigIntegerField(_("差し引かれた振込手数料"), null=True, blank=True)
    method = models.CharField(_("方法"), max_length=40, blank=True)
    note = models.TextField(_("メモ"), blank=True)

    class Meta:
        indexes = [*record_indexes("payment", "date")]

    def __str__(self) -> str:
        return self.name


__all__ = ["Invoice", "InvoiceLine", "Order", "Payment"]
