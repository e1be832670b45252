"""Tokens: keys that let a program act for a person."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.access.models import User


class ApiToken(models.Model):
    """A key to the API. Only a hash of it is kept; it may do no more than its person, and no more than its scopes."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(_("名前"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)  # its last characters, by which its owner tells it from others
    scopes: Any = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} …{self.hint}"


class Repeat(models.Model):
    """What a call with this Idempotency-Key has made already (see `api.once`)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)  # hashed: a key may be of any length
    asked = models.CharField(max_length=64)  # a hash of method, address and body
    result: Any = models.JSONField(default=dict)  # keys of what was made
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="repeat_once")]
