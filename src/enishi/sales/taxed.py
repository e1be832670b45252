"""Whether an amount is with tax, in words that stand beside its figures where amounts of both sorts meet (reports, dashboards, goals)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enishi.sales.documents.issuer import issuer

INCLUDED, EXCLUDED = _("税込"), _("税抜")
AS_WRITTEN = _("書類の税区分のまま")  # lines and discounts: as the prices of each document are


def as_usual() -> str | Promise:
    """Of what bears no sort of its own (a deal): as the company writes its prices."""
    return INCLUDED if issuer().tax_mode == "included" else EXCLUDED
