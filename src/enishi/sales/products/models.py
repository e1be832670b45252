"""What is sold, and at which price to whom."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.people.models import Account
from enishi.records.models import Record, record_indexes


class Product(Record):
    """A thing or service that is sold. Prices are yen without tax or with it, as the document says that they go into."""

    name = models.CharField(_("商品名"), max_length=200)
    code = models.CharField(_("商品コード"), max_length=40, blank=True)
    kind = models.CharField(_("分類"), max_length=100, blank=True)
    unit = models.CharField(_("単位"), max_length=20, blank=True)
    price = models.DecimalField(_("標準単価"), max_digits=15, decimal_places=4, null=True, blank=True)
    cost = models.DecimalField(_("原価"), max_digits=15, decimal_places=4, null=True, blank=True)
    tax_code = models.CharField(_("税区分"), max_length=10, default="standard")
    withholding = models.CharField(_("源泉対象"), max_length=4, blank=True, default="auto")  # auto, yes, no
    active = models.BooleanField(_("販売中"), default=True)
    description = models.TextField(_("説明"), blank=True)

    class Meta:
        indexes = [
            *record_indexes("product", "name", "price"),
            models.Index(fields=["code"], name="product_code"),
        ]

    def __str__(self) -> str:
        return self.name


class PriceList(Record):
    """Prices for some customers that differ from the usual ones."""

    name = models.CharField(_("価格表の名前"), max_length=100)
    note = models.TextField(_("備考"), blank=True)

    class Meta:
        indexes = [*record_indexes("pricelist", "name")]

    def __str__(self) -> str:
        return self.name


class Price(Record):
    """A product's price in a price list."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="prices", verbose_name=_("価格表"))
    position = models.BigIntegerField(_("並び順"), default=0)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("商品"))
    price = models.DecimalField(_("単価"), max_digits=15, decimal_places=4)

    class Meta:
        indexes = [*record_indexes("price")]

    def __str__(self) -> str:
        return str(self.product)


class Terms(Record):
    """How an account is billed: closing day, when it pays, its price list. Without a row the company's own terms hold."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="terms", verbose_name=_("取引先"))
    price_list = models.ForeignKey(
        PriceList, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("価格表")
    )
    closing_day = models.BigIntegerField(_("締日"), null=True, blank=True)
    pay_months = models.BigIntegerField(_("支払月"), null=True, blank=True)
    pay_day = models.BigIntegerField(_("支払日"), null=True, blank=True)
    addressee = models.CharField(_("請求書の宛名"), max_length=200, blank=True)

    class Meta:
        indexes = [*record_indexes("terms")]

    def __str__(self) -> str:
        return str(self.account)
