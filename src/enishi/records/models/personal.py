"""How long personal data are kept."""

from django.db import models

from enishi.records.models.core import user_key


class RetentionRule(models.Model):
    """Records of an entity that nobody has had to do with for so many years are anonymised: by hand, or by themselves each night."""

    entity = models.CharField(max_length=40, unique=True)
    years = models.PositiveSmallIntegerField()
    automatic = models.BooleanField(default=False)
    by = user_key()

    def __str__(self) -> str:
        return f"{self.entity} {self.years}"
