"""How a document goes its way: issued, sent, accepted; a quote becomes an order, orders become an invoice, money comes in.

Issuing draws the number, makes the PDF and keeps it with its hash, all in one transaction; from then on the document stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import attachments, registry, write
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Files, Lines
from enishi.records.models import Operation
from enishi.records.visible import one, require, visible
from enishi.sales import terms
from enishi.sales.documents import paper, pdf
from enishi.sales.documents.issuer import issuer
from enishi.sales.invoices import billing
from enishi.sales.models import Product, Quote
from enishi.sales.products.entity import terms_of

COPIED = (
    "account",
    "contact",
    "deal",
    "name",
    "tax_mode",
    "rounding",
    "discount",
    "remarks",
)
DRAFTS = {"quote": {"draft"}, "order": {"open", "delivered", "invoiced"}, "invoice": {"draft"}}

# States in which an issued one may be taken back.
VOIDABLE = {"quote": {"issued", "sent"}, "order": {"open", "delivered"}, "invoice": {"issued", "sent"}}


def held(entity: Entity, record_id: int, by: User, action: str = "change") -> Any:
    """The record, locked, for somebody who may do this with it; must run in a transaction.

    Raises:
        NotAllowed, NotFound
    """
    record = visible(entity, by).select_for_update(of=("self",)).filter(pk=record_id).first()
    if record is None:
        raise NotFound
    require(by, action, entity, record)
    return record


def refuse_unless(allowed: bool, text: str) -> None:
    """Raises Refused with this text unless it is allowed."""
    if not allowed:
        raise Refused({"": [text]})


# --- issuing ----------------------------------------------------------------------------------------
def issue(entity: Entity, record_id: int, *, by: User) -> Any:
    """Gives a document its number and keeps its PDF; returns the record.

    Raises:
        NotAllowed, NotFound, Refused: it is issued already, or something is missing.
    """
    if not pdf.available():
        raise pdf.Missing
    with transaction.atomic():
        record = held(entity, record_id, by)
        _check_whole(entity, record)
        number = record.number or entity.whole.field("number").draw(record)  # type: ignore[attr-defined]
        values: dict[str, Any] = {"number": number, "issued_at": timezone.now()}
        if entity.name != "order":
            values["status"] = "issued"
        record.number = ""  # drawn on the record in hand, stored by the write
        rows: Any = entity.model._default_manager
        rows.filter(pk=record_id).update(exempt=issuer().exempt)
        write.write(entity, record_id, values, by=by, internal=True)
        keep_pdf(entity, record_id, by)
    return one(entity, by, record_id)


def _check_whole(entity: Entity, record: Any) -> None:
    refuse_unless(
        record.issued_at is None and record.status in DRAFTS[entity.name],
        _("この書類はもう発行されています。"),
    )
    refuse_unless(
        bool(issuer().name), _("先に「設定」の「書類と会社の情報」で、自社の名称を登録してください。")
    )
    refuse_unless(bool(record.account_id or record.contact_id), _("取引先か先方担当を選んでください。"))
    refuse_unless(bool(entity.whole.lines[0].get(record)), _("明細を1行以上入れてください。"))
    if entity.name == "invoice" and (text := billing.too_much(record.pk)):
        raise Refused({"": [text]})


def keep_pdf(entity: Entity, record_id: int, by: User) -> None:
    """Makes the PDF of what is being issued and keeps it on the record."""
    record = one(entity.whole, by, record_id)
    content = pdf.render(paper.html(entity.name, record))
    upload: Any = ContentFile(content, name=f"{file_name(record)}.pdf")
    kept = attachments.store(entity.whole, record_id, upload, by=by)
    rows: Any = entity.model._default_manager
    rows.filter(pk=record_id).update(pdf=kept.pk)


def file_name(record: Any) -> str:
    """20261031_㈱東和商事_110000: day, partner, amount, as 電子帳簿保存法 has them searched for."""
    return f"{record.date:%Y%m%d}_{partner_name(record)}_{record.total}"


def partner_name(record: Any) -> str:
    """Whom a paper is for, as a file may be called."""
    name = str(record.account or record.contact or "")
    for long, short in (("株式会社", "㈱"), ("有限会社", "㈲"), ("合同会社", "(同)")):
        name = name.replace(long, short)
    return "".join(c for c in name if c not in '\\/:*?"<>|\n\t').strip()[:60]


def paper_name(entity: Entity, kind: str) -> str:
    """What a paper is called (請求書, 納品書)."""
    found = paper.PAPERS.get(kind or entity.name)
    return str(found.title) if found is not None else str(entity)


def preview(entity: Entity, record: Any, kind: str = "") -> bytes:
    """The PDF as it would be issued now, marked as a draft; of what is kept elsewhere (a delivery note, a receipt) as it is.

    Raises:
        Refused: the libraries are missing, or this record has no such paper.
    """
    kind = kind or entity.name
    known = paper.PAPERS.get(kind)
    refuse_unless(known is not None and known.entity == entity.name, _("この書類は作れません。"))
    if kind == "receipt":
        refuse_unless(record.status == "paid", _("領収書は、全額の入金を記録してから作れます。"))
    return pdf.render(
        paper.html(kind, record, draft="下書き" if kind == entity.name and record.issued_at is None else "")
    )


# --- states -----------------------------------------------------------------------------------------
def send(entity: Entity, record_id: int, *, by: User, operation: Operation | None = None) -> None:
    """Marks a document as sent.

    Raises:
        NotAllowed, NotFound, Refused: it isn't issued.
    """
    with transaction.atomic():
        record = held(entity, record_id, by)
        refuse_unless(
            record.issued_at is not None and record.status not in {"void", "replaced"},
            _("先に発行してください。"),
        )
        values: dict[str, Any] = {"sent_on": timezone.localdate()}
        if record.status == "issued":
            values["status"] = "sent"
        write.write(entity, record_id, values, by=by, operation=operation, internal=True)


def decline(entity: Entity, record_id: int, *, by: User, operation: Operation | None = None) -> None:
    """The customer has said no to a quote."""
    with transaction.atomic():
        record = held(entity, record_id, by)
        refuse_unless(record.status in {"issued", "sent"}, _("返事待ちの見積ではありません。"))
        write.write(entity, record_id, {"status": "declined"}, by=by, operation=operation, internal=True)


def void(
    entity: Entity,
    record_id: int,
    reason: str,
    *,
    by: User,
    anew: bool = False,
    operation: Operation | None = None,
) -> Any:
    """Takes an issued document back. Its number stays used, its PDF stays readable.

    Args:
        reason: why, for later; invoices and orders must say it.
        anew: an order is made once more, with a number of its own, so that what was wrong is corrected there and issued anew.

    Returns:
        The order that was made anew; None otherwise.

    Raises:
        NotAllowed, NotFound, Refused: no reason, money has come in, or an order is billed.
    """
    with transaction.atomic():
        record = held(entity, record_id, by)
        refuse_unless(record.issued_at is not None, _("下書きはごみ箱に入れられます。"))
        if entity.name == "order":
            refuse_unless(
                record.status in VOIDABLE["order"] and not billing.billed_lines([record.pk]),
                _(
                    "請求した受注や取り消した受注は取り消せません。請求があれば、先に請求を取り消してください。"
                ),
            )
        else:
            refuse_unless(
                record.status in VOIDABLE[entity.name],
                _("この状態の書類は取り消せません。入金の記録があれば、先に消してください。"),
            )
        refuse_unless(entity.name == "quote" or bool(reason.strip()), _("取り消す理由を入力してください。"))
        values: dict[str, Any] = {
            "status": "cancelled" if entity.name == "order" else "void",
            "void_reason": reason.strip()[:200],
        }
        again = (
            anew and entity.name == "order"
        )  # first the new one, so that its quote is an ordered one throughout
        made = _anew(entity, record, by, operation) if again else None
        write.write(entity, record_id, values, by=by, operation=operation, internal=True)
        return made


def _anew(entity: Entity, record: Any, by: User, operation: Operation | None) -> Any:
    """The order once more, with all that a person may write on one, open for corrections."""
    require(by, "create", entity)
    values = {
        found.name: found.get(record)
        for found in entity.whole.fields.values()
        if found.editable and not found.unique and not found.linked and not isinstance(found, Files | Lines)
    }
    values |= {"lines": _lines(entity.whole, record, entity.whole), "status": record.status}
    given = {name: value for name, value in values.items() if not entity.whole.field(name).is_empty(value)}
    return write.create(entity, given, by=by, operation=operation, internal=True).record


def new_version(record_id: int, *, by: User, operation: Operation | None = None) -> Any:
    """A draft of the next version of a quote; the one before stays readable and counts no more.

    Raises:
        NotAllowed, NotFound, Refused
    """
    entity = registry.get("quote")
    require(by, "create", entity)
    with transaction.atomic():
        record = held(entity, record_id, by)
        refuse_unless(
            record.status in {"issued", "sent", "declined"}, _("発行済みの見積だけ、新しい版を作れます。")
        )
        first = record.first_id or record.pk
        last = Quote.objects.filter(first=first).order_by("-revision").first() or record
        base = record.number.rpartition(".")[0] if record.revision > 1 else record.number
        values = copied(entity, record, entity) | {
            "first": first, "revision": last.revision + 1, "number": f"{base}.{last.revision + 1}", "delivery": record.delivery, "payment": record.payment,
        }  # fmt: skip
        write.write(entity, record_id, {"status": "replaced"}, by=by, operation=operation, internal=True)
        return write.create(entity, values, by=by, operation=operation, internal=True).record


def mark_delivered(record_id: int, *, by: User, operation: Operation | None = None) -> None:
    """The goods of an order have been handed over today."""
    entity = registry.get("order")
    with transaction.atomic():
        record = held(entity, record_id, by)
        refuse_unless(record.status == "open", _("納品前の受注ではありません。"))
        values = {"status": "delivered", "delivered_on": max(record.date, timezone.localdate())}
        write.write(entity, record_id, values, by=by, operation=operation, internal=True)


# --- from one to the next ---------------------------------------------------------------------------
def copied(entity: Entity, record: Any, to: Entity) -> dict[str, Any]:
    """Values of a new document of the kind `to`, from another one: the customer, the words, the lines."""
    source, target = entity.whole, to.whole
    values = {name: source.field(name).get(record) for name in COPIED if name in source.fields}
    values["owner"] = record.owner_id
    values["lines"] = _lines(source, record, target)
    return {name: value for name, value in values.items() if value not in (None, "")}


def _lines(source: Entity, record: Any, target: Entity, **more: Any) -> tuple[Any, ...]:
    names = target.lines[0].fields
    return tuple(
        tuple((name, dict(line).get(name, more.get(name))) for name in names)
        for line in source.lines[0].get(record)
    )


def quote_deal(deal_id: int, *, by: User, key: str = "", operation: Operation | None = None) -> Any:
    """A draft of a quote of a deal's products; one for all calls with the same `key`."""
    deals, entity = registry.get("deal"), registry.get("quote")
    require(by, "create", entity)
    with transaction.atomic():
        deal = held(deals, deal_id, by, "see")
        values = {
            "name": deal.name, "account": deal.account_id, "contact": deal.contact_id, "deal": deal.pk, "owner": deal.owner_id,
            "lines": _lines(deals.whole, deal, entity.whole),
        }  # fmt: skip
        given = {name: value for name, value in values.items() if value is not None}
        return write.create_once(entity, given, by=by, key=key, operation=operation, internal=True).record


def order_quote(
    record_id: int,
    *,
    by: User,
    win_deal: bool = False,
    won: Mapping[str, Any] | None = None,
    operation: Operation | None = None,
) -> Any:
    """An order of what was quoted; the quote is accepted. `win_deal` sets its deal won, for what was ordered, with what `won` says of it.

    Raises:
        NotAllowed, NotFound, Refused: also by the deal's fields, where its stage calls for what it lacks.
    """
    quotes, entity = registry.get("quote"), registry.get("order")
    require(by, "create", entity)
    with transaction.atomic():
        record = held(quotes, record_id, by)
        refuse_unless(record.status in {"issued", "sent"}, _("発行済みの見積だけ、注文にできます。"))
        values = copied(quotes, record, entity) | {"quote": record.pk}
        values.pop("remarks", None)
        # Taken back from behind: once the order is gone, the quote stands as before by itself.
        write.write(quotes, record_id, {"status": "accepted"}, by=by, operation=operation, internal=True)
        made = write.create(entity, values, by=by, operation=operation, internal=True).record
        if win_deal and record.deal_id:
            win(record.deal_id, by, deal_amount(record), said=won, operation=operation)
        return one(entity, by, made.pk)


def deal_amount(record: Any) -> int:
    """What a deal is worth by one of its papers, in yen: as its own lines would sum up, so with tax only where prices hold it."""
    return int(record.total if record.tax_mode == "included" else record.net)


def won_stage(deal: Any) -> int | None:
    """The stage of a deal's pipeline that means won."""
    from enishi.sales.pipelines.entity import stages_of

    return next((stage.pk for stage in stages_of(deal.pipeline_id) if stage.outcome == "won"), None)


def win(
    deal_id: int,
    by: User,
    amount: int | None = None,
    *,
    said: Mapping[str, Any] | None = None,
    operation: Operation | None = None,
) -> None:
    """Puts a deal on the stage of its pipeline that means won; `amount` in yen is what it was won for, where the person may write it,
    `said` what he says of it himself."""
    deals = registry.get("deal")
    deal = visible(deals, by).filter(pk=deal_id).first()
    stage = won_stage(deal) if deal is not None and deal.outcome != "won" else None
    if stage is not None:
        values: dict[str, Any] = {"stage": stage}
        if amount is not None and "amount" in deals.fields and deals.field("amount").editable:
            values["amount"] = amount
        write.write(deals, deal_id, values | dict(said or {}), by=by, operation=operation)


def invoice_orders(
    order_ids: Sequence[int], *, by: User, lines: Sequence[int] = (), operation: Operation | None = None
) -> Any:
    """A draft of one invoice of orders of one customer: of all that isn't billed yet, or of the chosen lines.

    Args:
        lines: keys of order lines; none means all.

    Raises:
        NotAllowed, NotFound, Refused: nothing is left to bill, or the orders don't go together.
    """
    orders, entity = registry.get("order"), registry.get("invoice")
    require(by, "create", entity)
    with transaction.atomic():
        rows = [held(orders, key, by) for key in sorted(set(order_ids))]
        refuse_unless(bool(rows), _("受注を選んでください。"))
        first = rows[0]
        for row in rows:
            refuse_unless(row.status != "cancelled", _("取り消した受注は請求できません。"))
            refuse_unless(
                _billed_to(row) == _billed_to(first),
                _("取引先（個人のお客様なら先方担当）か税の計算が違う受注は、1つの請求にまとめられません。"),
            )
        left, wanted = billing.left_of(rows), set(lines)
        chosen = [line for line in left if not wanted or line.pk in wanted]
        refuse_unless(bool(chosen), _("まだ請求していない明細がありません。"))
        values = copied(orders, first, entity) | {
            "lines": _billed_lines(entity, chosen, {row.pk: row for row in rows}),
            "date": _bill_date(rows),
        }
        values["discount"] = billing.discount_of(rows, left, chosen) or None
        if len(rows) > 1:
            values["name"] = _("%(month)d月分ご請求") % {"month": values["date"].month}
        values = {name: value for name, value in values.items() if value is not None}
        return write.create(entity, values, by=by, operation=operation, internal=True).record


def _billed_to(order: Any) -> tuple[Any, ...]:
    """What orders share that go on one invoice: the customer, who is the contact where there is no account, and how tax is reckoned."""
    return order.account_id, order.contact_id if order.account_id is None else None, order.tax_mode


def _billed_lines(entity: Entity, lines: Sequence[Any], orders: dict[int, Any]) -> tuple[Any, ...]:
    fields = entity.whole.lines[0].fields
    made = []
    products = dict(
        Product.objects.filter(pk__in={line.product_id for line in lines} - {None}).values_list(
            "pk", "withholding"
        )
    )
    for line in lines:
        own = {
            "day": orders[line.order_id].delivered_on or orders[line.order_id].date, "order_line": line.pk,
            "withholding": products.get(line.product_id, "auto"),
        }  # fmt: skip
        made.append(tuple((name, own[name] if name in own else fields[name].get(line)) for name in fields))
    return tuple(made)


def _bill_date(rows: Sequence[Any]) -> Any:
    """One order is billed today; several on the closing day of the last of them, once that has passed."""
    today = timezone.localdate()
    if len(rows) == 1:
        return max(today, rows[0].date)
    own = terms_of(rows[0].account_id)
    day = own.closing_day if own and own.closing_day else issuer().closing_day
    return min(
        terms.closing_date(max(row.date for row in rows), day), max(today, *(row.date for row in rows))
    )
