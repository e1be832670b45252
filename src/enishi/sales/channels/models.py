"""Where customers buy, and who they are there: the same customer has another number in the shop than in the web store."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.people.models import Account, Contact
from enishi.records.models import Record, record_indexes


class Channel(Record):
    """A way on which customers buy: a shop, a web store, the telephone, a fair, the desk for firms."""

    name = models.CharField(_("チャネル名"), max_length=100)
    kind = models.CharField(_("種類"), max_length=10, default="other")
    active = models.BooleanField(_("使用中"), default=True)
    note = models.TextField(_("メモ"), blank=True)

    class Meta:
        indexes = [*record_indexes("channel", "name")]

    def __str__(self) -> str:
        return self.name


class ChannelCustomer(Record):
    """A customer as one channel knows him. The four figures follow from the orders that name him (`channels.figures`): days, how many,
    and whole yen with tax; without orders there are none."""

    name = models.CharField(_("名前"), max_length=200, blank=True)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="customers", verbose_name=_("チャネル"))
    outside_id = models.CharField(_("顧客ID"), max_length=60, blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("取引先")
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("連絡先")
    )
    first_order_on = models.DateField(_("初回購入日"), null=True, editable=False)
    last_order_on = models.DateField(_("最終購入日"), null=True, editable=False)
    order_count = models.BigIntegerField(_("購入回数"), null=True, editable=False)
    lifetime_value = models.BigIntegerField(_("累計購入額"), null=True, editable=False)
    note = models.TextField(_("メモ"), blank=True)

    class Meta:
        indexes = [
            *record_indexes("chancust", "name", "last_order_on", "order_count", "lifetime_value"),
            # By which an import finds who is known already.
            models.Index(fields=["outside_id", "channel"], name="chancust_outside"),
        ]

    def __str__(self) -> str:
        return self.name
