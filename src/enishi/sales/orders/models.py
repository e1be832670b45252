"""Orders: what was sold, from here or brought in from elsewhere."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.sales.channels.models import Channel, ChannelCustomer
from enishi.sales.lines.models import Document, Line, document_indexes, line_indexes
from enishi.sales.quotes.models import Quote


class Order(Document):
    """受注, and the history of purchases."""

    status = models.CharField(_("状態"), max_length=10, default="open")
    quote = models.ForeignKey(
        Quote, models.SET_NULL, null=True, blank=True, related_name="orders", verbose_name=_("見積")
    )
    channel = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("チャネル")
    )
    channel_customer = models.ForeignKey(
        ChannelCustomer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("チャネル別顧客"),
    )
    customer_number = models.CharField(_("先方の注文番号"), max_length=60, blank=True)
    delivery_on = models.DateField(_("納品予定日"), null=True, blank=True)
    delivered_on = models.DateField(_("納品日"), null=True, blank=True)
    void_reason = models.CharField(_("取り消した理由"), max_length=200, blank=True, default="")

    class Meta:
        indexes = [*document_indexes("order", "delivery_on", beside=("deleted_at", "status", "total", "net"))]


class OrderLine(Line):
    """A line of an order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("受注"))

    class Meta:
        indexes = [*line_indexes("orderline")]
