"""A run of the worker over all orders, and which products go together."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from enishi.sales.models import Product

SIGNS = {"account": 1, "contact": -1}  # of the keys of each kind of customer


class PurchaseFit(models.Model):
    """One run: what it was made of, and how well it fits (`fitting.Fitted.told`). The last ones are kept."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    seen = models.CharField(
        max_length=80, blank=True
    )  # of the orders as they were: day, number, newest change
    figures = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.queued_at:%Y-%m-%d %H:%M} {self.status}"


class ProductPair(models.Model):
    """Of the customers who bought `product`, how many also bought `other` (in any order, at any time)."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    other = models.ForeignKey(Product, models.CASCADE, related_name="+")
    both = models.BigIntegerField()  # customers who bought both
    buyers = models.BigIntegerField()  # customers who bought `product`
    other_buyers = models.BigIntegerField()
    customers = models.BigIntegerField()  # all who bought anything
    place = models.BigIntegerField()  # among those of `product`, the best is 1

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "other"], name="pair_once")]
        indexes = [models.Index(fields=["product", "place"], name="pair_product")]

    def __str__(self) -> str:
        return f"{self.product_id} → {self.other_id}"

    @property
    def confidence(self) -> float:
        """The share of the buyers of `product` who also bought `other`, 0 to 1."""
        return self.both / self.buyers

    @property
    def lift(self) -> float:
        """How many times as often they did as all customers."""
        return self.both * self.customers / (self.buyers * self.other_buyers)

    @property
    def support(self) -> float:
        """The share of all customers who bought both, 0 to 1."""
        return self.both / self.customers
