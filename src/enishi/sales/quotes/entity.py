"""How quotes look and behave."""

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records.entity import Connection, ImportHint, Preset, Section
from enishi.records.fields import Choice, Date, Number, Option, Reference, Words
from enishi.records.registry import register
from enishi.sales.documents.entity import DocumentEntity, document_fields
from enishi.sales.documents.issuer import issuer
from enishi.sales.models import Quote

STATUSES = (
    Option("draft", _("下書き")),
    Option("issued", _("発行済み"), "accent"),
    Option("sent", _("送付済み"), "accent"),
    Option("accepted", _("受注"), "green"),
    Option("declined", _("失注"), "red"),
    Option("replaced", _("改版済み")),
    Option("void", _("取り消し"), "red"),
)


@register
class QuoteEntity(DocumentEntity):
    """見積."""

    name, slug, code, model, icon = "quote", "quotes", 51, Quote, "file-text"
    label = pgettext_lazy("entities", "見積")
    hint = _("見積書を作ります。発行すると番号が付き、PDFが残ります。そのまま注文・請求へ進めます。")
    built_in = (
        *document_fields(
            "quote", ("見積日", "日付", "date"), ("見積番号", "見積no", "見積no.", "quote number")
        ),
        Choice("status", options=STATUSES, default="draft", editable=False),
        Date("expires_on", sortable=True, aliases=("有効期限", "見積有効期限")),
        Words("delivery", longest=100),
        Words("payment", longest=100),
        Number("revision", editable=False, listed=False),
        Reference("first", to="quote", editable=False, listed=False),
    )
    columns = ("account", "date", "total", "status", "expires_on", "owner")
    sections = (
        Section(
            _("基本情報"),
            ("name", "number", "account", "contact", "deal", "date", "expires_on", "lines", "discount", "net", "tax", "total", "owner", "tags"),
        ),
        Section(
            _("くわしい情報"),
            ("delivery", "payment", "tax_mode", "rounding", "remarks", "note", "sent_on", "revision", "first"),
            folded=True,
        ),
    )  # fmt: skip
    printed = ("expires_on", "delivery", "payment")
    quick_fields = ("account", "contact", "name", "date", "expires_on", "lines")
    connections = (
        Connection("order", "quote", _("受注"), ("status", "total")),
        Connection("quote", "first", _("ほかの版"), ("revision", "status", "total")),
    )
    presets = (
        Preset("mine", _("担当分"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("draft", _("下書き"), {"field": "status", "op": "is", "value": "draft"}),
        Preset("waiting", _("返事待ち"), {"field": "status", "op": "in", "value": ["issued", "sent"]}),
        Preset(
            "expired",
            _("期限切れ"),
            {"all": [
                {"field": "status", "op": "in", "value": ["issued", "sent"]},
                {"field": "expires_on", "op": "before_days", "value": 1},
            ]},
        ),
    )  # fmt: skip
    uncloned = ("date", "expires_on")
    imports = ImportHint(keys=("number",), beside=("account", "quote_line", "product", "contact"))

    def prepare(self, record: Quote, changed: set[str]) -> None:
        super().prepare(record, changed)
        if record.expires_on is None and record.date and not record.pk and not record.importing:
            record.expires_on = record.date + datetime.timedelta(days=issuer().quote_days)


def is_expired(record: Any) -> bool:
    """Whether the quote waits for an answer and its time is over."""
    return (
        record.status in {"issued", "sent"}
        and record.expires_on is not None
        and record.expires_on < timezone.localdate()
    )
