"""How quotes look and behave."""

import datetime
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records import write
from enishi.records.entity import Connection, ImportHint, Preset, Section
from enishi.records.fields import Choice, Date, Number, Option, Reference, Words
from enishi.records.models import Event
from enishi.records.registry import get, register
from enishi.sales.documents.entity import DocumentEntity, document_fields
from enishi.sales.documents.issuer import issuer
from enishi.sales.models import Order, Quote

STATUSES = (
    Option("draft", _("下書き")),
    Option("issued", _("発行済み"), "accent"),
    Option("sent", _("送付済み"), "accent"),
    Option("accepted", _("受注"), "green"),
    Option("declined", _("失注"), "red"),
    Option("replaced", _("改版済み")),
    Option("void", _("取り消し"), "red"),
)
WAITING = frozenset({"issued", "sent"})
ANSWERED = WAITING | {"declined"}  # what a quote may have been before it was ordered or replaced


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
        Words("void_reason", editable=False, listed=False, visible_if=("status", ("void",))),
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
            ("delivery", "payment", "tax_mode", "rounding", "remarks", "note", "sent_on", "void_reason", "revision", "first"),
            folded=True,
        ),
    )  # fmt: skip
    printed = ("expires_on", "delivery", "payment")
    steps = ANSWERED | {"accepted", "replaced"}
    quick_fields = ("account", "contact", "name", "date", "expires_on", "lines")
    connections = (
        Connection("order", "quote", _("受注"), ("status", "total")),
        Connection("quote", "first", _("ほかの版"), ("revision", "status", "total")),
    )
    running: ClassVar = {"field": "status", "op": "in", "value": ["draft", "issued", "sent"]}
    uncounted = ("void", "replaced")
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

    def adds(self, record: Quote, connection: Connection) -> bool:
        """An order comes of 「注文にする」, another version of 「新しい版を作る」."""
        return connection.field not in {"quote", "first"}

    def prepare(self, record: Quote, changed: set[str]) -> None:
        super().prepare(record, changed)
        if record.expires_on is None and record.date and not record.pk and not record.importing:
            record.expires_on = record.date + datetime.timedelta(days=issuer().quote_days)

    def locked_back(self, record: Any, name: str, old: Any) -> str:
        # What an order or a newer version makes of it follows from these, never from a value put back.
        if name == "status" and old not in ANSWERED:
            return self.locked(record, {name})
        return super().locked_back(record, name, old)

    def followed(self, record: Quote) -> bool:
        if record.status == "accepted":
            held = Order.objects.filter(quote=record, deleted_at=None)
            return held.exclude(status="cancelled").exists()
        if record.status == "replaced":
            family = Quote.objects.filter(first=record.first_id or record.pk, deleted_at=None)
            later = family.exclude(status="void")
            return later.filter(revision__gt=record.revision).exists()
        return False

    def settle(self, records: Sequence[Quote], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """A version that went into the bin, or was taken back, gives the one before its state; and takes it again when it is there again."""
        moved = {
            record.first_id
            for record, change in zip(records, changes, strict=True)
            if record.first_id and ("deleted_at" in change or "void" in change.get("status", ()))
        }
        for first in sorted(moved):
            rows = (
                Quote.objects.select_for_update(of=("self",)).filter(deleted_at=None).exclude(status="void")
            )
            family = list(rows.filter(Q(pk=first) | Q(first=first)).order_by("revision", "pk"))
            pairs = [(one, _before(one)) for one in family[-1:] if one.status == "replaced"]
            pairs += [(one, "replaced") for one in family[-2:-1] if one.status in ANSWERED]
            _set(pairs, by)


def follow_orders(keys: set[int], by: Any) -> None:
    """Quotes whose order went into the bin, or was taken back, stand as before it was made; once there is one again they are accepted."""
    held = Order.objects.filter(quote__in=keys, deleted_at=None).exclude(status="cancelled")
    ordered = set(held.values_list("quote", flat=True))
    rows = Quote.objects.select_for_update(of=("self",)).filter(pk__in=keys, deleted_at=None)
    pairs = []
    for quote in rows.order_by("pk"):
        if quote.pk in ordered and quote.status in WAITING:
            pairs.append((quote, "accepted"))
        elif quote.pk not in ordered and quote.status == "accepted":
            pairs.append((quote, _before(quote)))
    _set(pairs, by)


def _set(pairs: Sequence[tuple[Quote, str]], by: Any) -> None:
    given = [(quote, {"status": status}) for quote, status in pairs]
    write.write_many(
        get("quote").whole, given, by=by, operation=None, cleaned=True, internal=True, check=False
    )


def _before(quote: Quote) -> str:
    """The state that a quote had before it got the one it has, by its history."""
    rows = Event.objects.filter(entity="quote", record_id=quote.pk, kind="status").order_by("-version")
    for event in rows[:20]:
        old, new = event.data.get("changes", {}).get("status", ("", ""))
        if new == quote.status and old in ANSWERED:
            return str(old)
    return "sent" if quote.sent_on else "issued"


def is_expired(record: Any) -> bool:
    """Whether the quote waits for an answer and its time is over."""
    return (
        record.status in {"issued", "sent"}
        and record.expires_on is not None
        and record.expires_on < timezone.localdate()
    )
