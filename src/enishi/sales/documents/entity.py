"""What quotes, orders and invoices have in common."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import (
    Choice,
    Date,
    FieldKind,
    Lines,
    LongText,
    Moment,
    Money,
    Option,
    Reference,
    Words,
)
from enishi.records.limits import names_all, unseen
from enishi.sales import tax
from enishi.sales.documents.issuer import DocumentNumber, issuer
from enishi.sales.lines.entity import fill_prices
from enishi.sales.taxed import AS_WRITTEN, EXCLUDED, INCLUDED

TAX_MODES = (
    Option("excluded", _("税抜（外税）"), "grey", ("外税", "税抜", "税別")),
    Option("included", _("税込（内税）"), "grey", ("内税", "税込")),
)
ROUNDINGS = (
    Option("floor", _("切り捨て")),
    Option("half", _("四捨五入")),
    Option("ceil", _("切り上げ")),
)
SUMMED = {"lines", "discount", "tax_mode", "rounding", "date", "withholds", "issued_at"}
OPEN = {"note", "owner", "tags"}  # what may change on a document that was issued
PRINTED = ("name", "number", "date", "lines", "discount", "net", "tax", "total", "remarks")
# Whom a paper is for: its fields that say so, and what of these records is printed beside the name.
ADDRESSED = {"account": (), "contact": ("department", "title", "honorific")}
POSTAL = {
    "postal_code",
    "prefecture",
    "address",
    "building",
}  # stands on what is kept; what is made anew leaves it out


def document_fields(
    kind: str, date_words: tuple[str, ...], number_words: tuple[str, ...]
) -> tuple[FieldKind, ...]:
    """What every document holds."""
    return (
        Words("name", help=_("空なら、はじめの品名から付きます。"), aliases=("件名", "subject")),
        DocumentNumber("number", kind, aliases=number_words),
        Reference("account", to="account", carries_up=True),
        Reference("contact", to="contact", carries_up=True),
        Reference("deal", to="deal", carries_up=True),
        Date("date", sortable=True, default=timezone.localdate, aliases=date_words),
        Lines("lines", _("明細"), child=f"{kind}_line", listed=False),
        Choice("tax_mode", options=TAX_MODES, default=lambda: issuer().tax_mode, required=True, listed=False),
        Choice("rounding", options=ROUNDINGS, default=lambda: issuer().rounding, required=True, listed=False),
        Money("discount", listed=False, taxed=AS_WRITTEN, help=_("全体からの値引き。税率ごとに分けて引きます。")),
        Money("net", editable=False, taxed=EXCLUDED),
        Money("tax", editable=False),
        Money("total", editable=False, sortable=True, taxed=INCLUDED),
        LongText("remarks", aliases=("備考", "摘要")),
        LongText("note", aliases=("メモ",)),
        Moment("issued_at", editable=False),
        Date("sent_on", editable=False),
    )  # fmt: skip


class DocumentEntity(Entity):
    """Base of quotes, orders and invoices."""

    status_field = "status"
    title_beside = ("number",)
    default_sort: ClassVar[str] = "-date"
    closed: ClassVar[frozenset[str]] = frozenset()  # states in which nothing of it changes by hand
    search_fields = ("number", "account", "contact")
    printed: ClassVar[tuple[str, ...]] = ()  # what its papers print beside PRINTED
    steps: ClassVar[frozenset[str]] = (
        frozenset()
    )  # states of an issued one between which a step may be taken back

    def prints(self) -> bool:
        """Whether the person being served sees all fields that its papers print, but for whom they are for."""
        child = self.whole.lines[0].target
        seen = registry.find(child.name)
        return (
            seen is not None
            and {*PRINTED, *self.printed} <= set(self.fields)
            and set(child.line_columns) <= set(seen.fields)
        )

    def unread(self, records: Sequence[Any]) -> set[int]:
        """Of these records those whose papers the person being served may not read, because something on them is hidden from him."""
        if not self.prints():
            return {record.pk for record in records}
        return {key for name in ADDRESSED for key in self.nameless(records, name)}

    def nameless(self, records: Sequence[Any], name: str) -> set[int]:
        """Of these records those whose account or contact (`name`) is there and may not be told."""
        named = {record.pk: key for record in records if (key := getattr(record, f"{name}_id"))}
        target = registry.find(name)
        if name not in self.fields or target is None or not set(ADDRESSED[name]) <= set(target.fields):
            return set(named)
        hidden = unseen(target, named.values())
        kept: set[int] = set()
        if not set(target.fields) >= POSTAL:  # a paper that bears the account's address has not the contact's
            kept = {
                record.pk for record in records
                if record.pk in named and record.pdf and (name == "account" or not record.account_id)
            }  # fmt: skip
        return kept | {pk for pk, key in named.items() if key in hidden}

    def concealed_files(self, keys: Sequence[int]) -> set[int]:
        targets = [registry.find(name) for name in ADDRESSED]
        if self is self.whole and all(
            target and target is target.whole and names_all(target) for target in targets
        ):
            return set()
        issued: Any = self.model._default_manager
        rows = list(issued.filter(pk__in=keys, pdf__isnull=False))
        hidden = self.unread(rows)
        return {row.pdf for row in rows if row.pk in hidden}

    def title(self, record: Any) -> str:
        return f"{record.number} {record.name}".strip() or str(_t("（件名なし）"))

    def titles(self, keys: Any) -> dict[int, str]:
        rows: Any = self.model._default_manager.filter(pk__in=list(keys))
        return {record.pk: self.title(record) for record in rows.only("pk", "number", "name")}

    def sums(self, record: Any) -> tax.Totals:
        """The document's sums per rate."""
        held = [dict(line) for line in self.lines[0].get(record)]
        return tax.totals(
            ((self.tax_code(record, line), line["amount"] or 0) for line in held),
            record.date,
            **self.reckoning(record),
        )

    def tax_code(self, record: Any, line: dict[str, Any]) -> str:
        """By which code a line of the document is taxed."""
        return "outside" if self.exempt(record) else line["tax_code"] or "standard"

    def exempt(self, record: Any) -> bool:
        """Whether the document is of a company that is exempt from tax: as it was when it was issued, else as it is now."""
        if (
            record.issued_at is None or record.pk is None
        ):  # one that is stored as issued has no sums yet that would tell
            return issuer().exempt
        if record.exempt is not None:
            return bool(record.exempt)
        held = [dict(line) for line in self.lines[0].get(record)]  # issued when that was not kept yet
        taxed = tax.totals(
            ((line["tax_code"] or "standard", line["amount"] or 0) for line in held), record.date, **self.reckoning(record)
        )  # fmt: skip
        return not record.tax and bool(taxed.tax)

    def reckoning(self, record: Any) -> dict[str, Any]:
        """How the document is reckoned, as `tax.totals` asks for it."""
        return {
            "included": record.tax_mode == "included", "direction": record.rounding, "discount": record.discount or 0,
        }  # fmt: skip

    def prepare(self, record: Any, changed: set[str]) -> None:
        if record.account_id is None and record.contact_id and "contact" in changed and not record.importing:
            record.account_id = record.contact.account_id if record.contact else None
        if "lines" in changed and not record.importing:
            fill_prices(self, record)
        if SUMMED & changed or not record.pk:
            sums = self.sums(record)
            record.net, record.tax, record.total = sums.net, sums.tax, sums.gross
        if not record.name and not record.importing:
            record.name = self._named(record)

    def _named(self, record: Any) -> str:
        held = self.lines[0].get(record)
        texts = [text for line in held if (text := dict(line)["text"])]
        if not texts:
            return ""
        return texts[0][:180] if len(texts) == 1 else _t("%(text)s ほか") % {"text": texts[0][:180]}

    def check(self, record: Any, changed: set[str]) -> dict[str, list[str]]:
        errors: dict[str, list[str]] = {}
        if record.date is None:
            errors["date"] = [_t("日付を入力してください。")]
        if abs(record.total) > 10**14:
            errors["lines"] = [_t("金額が大きすぎます。数量と単価を確かめてください。")]
        return errors

    def line_sums(self, record: Any) -> list[tuple[str, str]]:
        money = self.field("total").text
        made = [(_t("税抜金額"), money(record.net))]
        if record.discount:  # the sum that it is taken off comes first
            before = sum(dict(line)["amount"] or 0 for line in self.lines[0].get(record))
            made = [(_t("小計"), money(before)), (_t("値引き"), f"-{money(record.discount)}"), *made]
        for share in self.sums(record).shares:
            if share.tax or share.percent:
                label = _t("%(percent)d%%対象 %(net)s の消費税") % {
                    "percent": share.percent,
                    "net": money(share.net),
                }
                made.append((label, money(share.tax)))
        return [*made, (_t("合計（税込）"), money(record.total))]

    def locked(self, record: Any, names: set[str]) -> str:
        if record.pdf and f"file:{record.pdf}" in names:
            return _t("発行した書類の控えは外せません。")
        held = names - OPEN - {one.name for one in self.whole.own}
        if not held or all(name.startswith("file:") for name in held) or not self.is_closed(record):
            return ""
        if "deleted_at" in held:
            return _t("発行した書類はごみ箱に入れられません。取り消すときは「取り消す」を使ってください。")
        if "revision" in self.whole.fields:
            return _t("発行した書類は変更できません。新しい版を作るか、取り消して作り直してください。")
        return _t("発行した書類は変更できません。「取り消す」から取り消して、作り直してください。")

    def locked_back(self, record: Any, name: str, old: Any) -> str:
        text = self.locked(record, {name})
        if text and name == "sent_on":
            return ""
        if text and name == "status" and {record.status, old} <= self.steps and not self.followed(record):
            return ""
        return text

    def followed(self, record: Any) -> bool:
        """Whether something that was made of the record holds it in its state."""
        return False

    def is_closed(self, record: Any) -> bool:
        """Whether the document stands as it was issued."""
        return record.issued_at is not None

    def event_kind(self, changed: dict[str, Any]) -> str:
        return "status" if "status" in changed else "changed"
