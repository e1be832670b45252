"""Buttons of documents on their cards, their PDF, the products that lines are filled from."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.kit import htmx
from enishi.records import attachments, registry, write
from enishi.records.entity import Entity
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.fields.numbers import plain_decimal
from enishi.records.lists import ListState
from enishi.records.models import Attachment, Operation
from enishi.records.pages.base import dialog, form_input, handled, person, whole
from enishi.records.pages.cards import card_context
from enishi.records.pages.lists import list_context
from enishi.records.search import find
from enishi.records.visible import allowed, one, require, visible
from enishi.sales.documents import beside, flow, ordering, paper, pdf
from enishi.sales.documents.entity import DocumentEntity
from enishi.sales.documents.issuer import issuer
from enishi.sales.invoices import billing
from enishi.sales.invoices.entity import UNPAID, days_over
from enishi.sales.products.entity import prices_for
from enishi.sales.quotes.entity import is_expired

MOST_BILLED = 500  # orders on one invoice


@card_context.connect
def add_document_buttons(
    request: HttpRequest, entity: Entity, record: Any, context: dict[str, Any], **_more: Any
) -> None:
    """What can be done with a document, on its card."""
    user = person(request)
    if entity.name == "deal":
        quotes = registry.find("quote")
        if quotes is not None and allowed(user, quotes).create:
            _show(context, {"quote_deal": True})
        return
    if entity.name == "payment":
        _show(context, {"beside": beside.of(entity, record, user)})
        return
    if not isinstance(entity, DocumentEntity):
        return
    may, status = context["may_write"], record.status
    issued = record.issued_at is not None
    read = not entity.unread([record])
    makes = {
        name: (found := registry.find(name)) is not None and allowed(user, found).create
        for name in ("quote", "order", "invoice", "payment")
    }
    _show(
        context,
        {
            "pdf": read,
            "issued": issued,
            "issue": may and not issued and status in flow.DRAFTS[entity.name],
            "unnamed": may
            and entity.name != "order"  # whose paper is seldom wanted
            and not issued
            and status in flow.DRAFTS[entity.name]
            and not issuer().name,
            "unregistered": may
            and entity.name == "invoice"
            and not issued
            and status in flow.DRAFTS[entity.name]
            and bool(issuer().name)
            and not (issuer().registration or issuer().exempt),
            "send": may
            and issued
            and record.sent_on is None
            and status in {"issued", "open", "delivered", "invoiced", "partly", "paid"},
            "order": may and entity.name == "quote" and status in {"issued", "sent"} and makes["order"],
            "decline": may and entity.name == "quote" and status in {"issued", "sent"},
            "version": may
            and entity.name == "quote"
            and status in {"issued", "sent", "declined"}
            and makes["quote"],
            "deliver": may and entity.name == "order" and status == "open",
            "delivery_note": read and entity.name == "order",
            "invoice": may
            and entity.name == "order"
            and status in {"open", "delivered"}
            and makes["invoice"],
            "pay": may and entity.name == "invoice" and status in UNPAID and makes["payment"],
            "void": may and issued and status in flow.VOIDABLE[entity.name],
            "receipt": read and entity.name == "invoice" and status == "paid",
            "expired": entity.name == "quote" and "expires_on" in entity.fields and is_expired(record),
            "beside": beside.of(entity, record, user),
            "late": days_over(record) if entity.name == "invoice" and "due_on" in entity.fields else 0,
        },
    )


def _show(context: dict[str, Any], document: dict[str, Any]) -> None:
    context["document"] = document
    context["head_parts"] = [*context.get("head_parts", ()), "documents/head.html"]


@require_GET
@handled
def paper_page(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """The PDF: as it was issued, or as it would be (with 下書き across it); ?kind=delivery and receipt are made as they are asked for."""
    user = person(request)
    if not isinstance(entity, DocumentEntity):
        raise NotFound
    record = one(entity, user, record_id)
    if entity.unread([record]):
        raise NotAllowed(_("この書類には、あなたの役割では見られない項目が載っています。必要なときは管理者に相談してください。"))  # fmt: skip
    kind = request.GET.get("kind", "")
    content = None
    if not kind and record.pdf and Attachment.objects.filter(pk=record.pdf, deleted_at=None).exists():
        _attachment, stream = attachments.open_for(record.pdf, user)
        with stream:
            content = stream.read()
        if record.status in paper.TAKEN_BACK:  # what is kept stays as it was issued
            content = pdf.stamped(content, pdf.render(paper.void_stamp()))
    if content is None:
        content = flow.preview(entity, record, kind)
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{flow.paper_name(entity, kind)}_{record.number or _('下書き')}_{flow.partner_name(record)}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _begun(user: Any, summary: str) -> Operation:
    """What a step does from now on, to be taken back as one."""
    return Operation.objects.create(
        kind="edit", user=user, summary=summary[:300], figures={"whole": True, "all_or_none": True}
    )


def _step(
    request: HttpRequest, entity: Entity, record_id: int, act: Callable[[Operation], Any], text: str
) -> HttpResponse:
    """Goes a step that can be taken back as one, and back to the page that is still there then."""
    user = person(request)
    with transaction.atomic():
        summary = _("「%(title)s」: %(text)s") % {
            "title": entity.title(one(entity, user, record_id)),
            "text": text,
        }
        operation = _begun(user, summary)
        made = act(operation)
        if not operation.events.exists():  # a second tap made nothing
            operation.delete()
    back = f"/undo/operation/{operation.pk}/?{urlencode({'to': entity.url(record_id)})}"
    told = {"message": text, "undo_url": back if operation.pk else ""}
    messages.success(request, json.dumps(told), extra_tags="json")
    return htmx.go(request, registry.of(made).url(made.pk) if made is not None else entity.url(record_id))


@require_POST
@handled
def act(request: HttpRequest, entity: Entity, record_id: int, action: str) -> HttpResponse:
    """One of the buttons."""
    user = person(request)
    name = entity.name
    if not isinstance(entity, DocumentEntity) and (name, action) != ("deal", "quote"):
        raise NotFound
    if action == "issue" or (action == "void" and name != "order"):  # which can't be taken back
        if action == "issue":
            flow.issue(entity, record_id, by=user)
            messages.success(request, _("発行しました。PDFを控えとして残しました。"))
        else:
            flow.void(entity, record_id, request.POST.get("reason", ""), by=user)
            messages.success(request, _("取り消しました。番号は使ったままになります。"))
        return htmx.go(request, entity.url(record_id))
    win, anew = request.POST.get("win_deal") == "1", request.POST.get("anew") == "1"
    reason, once = request.POST.get("reason", ""), request.POST.get("idempotency_key", "")[:80]
    won = (
        ordering.won_values(request, entity, one(entity, user, record_id)) if win and name == "quote" else {}
    )
    chosen = [key for text in request.POST.getlist("line") if (key := whole(text))]
    if request.POST.get("lines_shown") and not chosen:
        raise Refused({"": [_("請求する明細を1行以上選んでください。")]})
    more: dict[str, Any] = {"by": user}
    steps: dict[tuple[str, str], tuple[Callable[[Operation], Any], str]] = {
        ("deal", "quote"): (lambda run: flow.quote_deal(record_id, key=once, operation=run, **more), _("見積の下書きを作りました。")),
        ("quote", "decline"): (lambda run: flow.decline(entity, record_id, operation=run, **more), _("失注にしました。")),
        ("quote", "version"): (lambda run: flow.new_version(record_id, operation=run, **more), _("新しい版の下書きを作りました。")),
        ("quote", "order"): (lambda run: flow.order_quote(record_id, win_deal=win, won=won, operation=run, **more), _("受注を登録しました。")),
        ("order", "deliver"): (lambda run: flow.mark_delivered(record_id, operation=run, **more), _("納品済みにしました。")),
        ("order", "invoice"): (lambda run: flow.invoice_orders([record_id], lines=chosen, operation=run, **more), _("請求の下書きを作りました。")),
        ("order", "void"): (
            lambda run: flow.void(entity, record_id, reason, anew=anew, operation=run, **more),
            _("取り消して、新しい番号の受注を作りました。直してから発行してください。") if anew else _("取り消しました。番号は使ったままになります。"),
        ),
    }  # fmt: skip
    if name != "deal":
        steps[name, "send"] = (lambda run: flow.send(entity, record_id, operation=run, **more), _("送付済みにしました。"))  # fmt: skip
    step = steps.get((name, action))
    if step is None:
        raise NotFound
    try:
        return _step(request, entity, record_id, *step)
    except Refused as error:
        if action != "order" or not win:
            raise
        record = one(entity, user, record_id)
        context = _asked(request, entity, record, action) | ordering.order_context(request, entity, record, error.errors)  # fmt: skip
        if not context.get("step") or not set(error.errors) & set(registry.get("deal").fields):
            raise
        return dialog(request, "documents/ask.html", context, status=422)


def _asked(request: HttpRequest, entity: Entity, record: Any, action: str) -> dict[str, Any]:
    """What every dialog in front of a step shows."""
    creates = allowed(person(request), entity).create
    return {"entity": entity, "record": record, "title": entity.title(record), "action": action, "creates": creates}  # fmt: skip


@require_GET
@handled
def ask(request: HttpRequest, entity: Entity, record_id: int, action: str) -> HttpResponse:
    """The dialog in front of a step that asks something."""
    user = person(request)
    if not isinstance(entity, DocumentEntity) or action not in {"order", "invoice", "void", "pay"}:
        raise NotFound
    record = one(entity, user, record_id)
    require(user, "change", entity, record)
    context = _asked(request, entity, record, action)
    if action == "order":
        context |= ordering.order_context(request, entity, record)
    if action == "invoice":
        context["lines"] = billing.left_of([record])
        context["prints"] = entity.prints()
    elif action == "pay":
        payments = registry.get("payment")
        context["balance"] = record.balance if "balance" in entity.fields else None
        given = {
            "amount": "" if context["balance"] is None else f"{record.balance}",
            "date": "",
            "method": "振込",
        }
        context["inputs"] = [
            form_input(
                payments.field(one_field),
                payments.field(one_field).beginning(),
                raw=given.get(one_field) or None,
            )
            for one_field in ("date", "amount", "fee", "method", "note")
        ]
    return render(request, "documents/ask.html", context)


@require_POST
@handled
def pay(request: HttpRequest, record_id: int) -> HttpResponse:
    """Money received for an invoice."""
    user = person(request)
    invoices, payments = registry.get("invoice"), registry.get("payment")
    record = one(invoices, user, record_id)
    require(user, "change", invoices, record)
    values = {
        name: request.POST[name]
        for name in ("date", "amount", "fee", "method", "note")
        if request.POST.get(name, "") != ""
    }
    if not values.get("amount") and values.get("fee"):
        values["amount"] = "0"
    done = write.create_once(
        payments, values | {"invoice": record_id, "owner": record.owner_id or user.pk}, by=user, key=request.POST.get("idempotency_key", "")[:80]
    )  # fmt: skip
    said = _("入金を記録しました。")
    over = -one(invoices, user, record_id).balance
    if over > 0 and "balance" in invoices.fields:
        said += _("請求額より%(amount)s多い入金です。") % {"amount": invoices.field("balance").text(over)}
    text = {
        "message": said,
        "undo_url": f"/undo/event/{done.event.pk}/" if done.event else "",
    }
    messages.success(request, json.dumps(text), extra_tags="json")
    return htmx.go(request, invoices.url(record_id))


@require_POST
@handled
def bill_together(request: HttpRequest) -> HttpResponse:
    """Orders that were chosen in the list, as one invoice."""
    user = person(request)
    keys = [key for text in request.POST.getlist("ids") for part in text.split(",") if (key := whole(part))]
    if len(set(keys)) > MOST_BILLED:
        raise Refused({"": [_("1回にまとめて請求できるのは%(most)d件までです。%(n)d件が選ばれているので、条件で絞るか選び直してください。") % {"most": MOST_BILLED, "n": len(set(keys))}]})  # fmt: skip
    text = _("請求の下書きを作りました。")
    with transaction.atomic():
        operation = _begun(user, text)
        made = flow.invoice_orders(keys, by=user, operation=operation)
    back = f"/undo/operation/{operation.pk}/?{urlencode({'to': registry.get('order').list_url})}"
    messages.success(request, json.dumps({"message": text, "undo_url": back}), extra_tags="json")
    return htmx.go(request, registry.get("invoice").url(made.pk))


@list_context.connect
def add_payments(request: HttpRequest, state: ListState, context: dict[str, Any]) -> None:
    """The way from the invoices to what came in for them, which stands in no menu."""
    payments = registry.find("payment")
    if state.entity.name == "invoice" and payments is not None:
        context["payments"] = payments
        context["list_parts"] = [*context.get("list_parts", ()), "documents/payments.html"]


@require_GET
@handled
def product_lines(request: HttpRequest) -> JsonResponse:
    """Products for a line, with what they fill in: found by words, or those of late; priced for the customer."""
    user = person(request)
    products = registry.find("product")
    if products is None:
        return JsonResponse({"results": []})
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    rows = (
        [hit.record for hit in find(query, user, limit=12, entities=[products])]
        if query
        else list(visible(products, user).filter(active=True).order_by("-updated_at")[:12])
    )
    account = whole(request.GET.get("account", ""))
    seen = registry.find("account")
    if account and (seen is None or not visible(seen, user).filter(pk=account).exists()):
        account = None
    own = prices_for(account, [row.pk for row in rows])
    results = []
    for row in rows:
        shown = "price" in products.fields
        price = own.get(row.pk, row.price) if shown else None
        words = f"¥{plain_decimal(price):,f}" if price is not None else ""
        detail = "　".join(part for part in (row.code, words) if part)
        fill = {
            "product": row.pk, "text": row.name, "unit": row.unit, "unit_price": None if price is None else f"{plain_decimal(price):f}",
            "tax_code": row.tax_code,
        }  # fmt: skip
        results.append({"value": str(row.pk), "label": row.name, "detail": detail, "fill": fill})
    return JsonResponse({"results": results})
