"""What stands on the paper of a quote, an order, a delivery, an invoice, a receipt. Always in Japanese, whoever prints it."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from enishi.japanese import addresses, names
from enishi.japanese.amounts import format_yen
from enishi.japanese.telephones import parse_telephone
from enishi.japanese.wareki import format_wareki
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields.numbers import plain_decimal
from enishi.records.limits import unseen
from enishi.records.registry import whole_entities
from enishi.sales import tax
from enishi.sales.documents.issuer import issuer, words_of


@dataclass(frozen=True)
class Paper:
    """A kind of paper: of which entity it is, and its usual words."""

    kind: str
    entity: str
    title: str
    greeting: str
    total: str
    remarks: str = ""


PAPERS = {
    one.kind: one
    for one in (
        Paper("quote", "quote", "御見積書", "下記のとおりお見積り申し上げます。", "御見積金額"),
        Paper("order", "order", "注文請書", "下記のとおりご注文をお請けいたしました。", "ご注文金額"),
        Paper("delivery", "order", "納品書", "下記のとおり納品いたしました。", "合計金額"),
        Paper("invoice", "invoice", "請求書", "下記のとおりご請求申し上げます。", "ご請求金額"),
        Paper("receipt", "invoice", "領収書", "下記の金額を正に領収いたしました。", "領収金額"),
    )
}
# What the company's own words may name; a flat list, never a language.
MERGE_FIELDS = (
    "{取引先}",
    "{番号}",
    "{件名}",
    "{日付}",
    "{合計}",
    "{支払期限}",
    "{有効期限}",
    "{担当}",
    "{自社}",
)
_UNTAXED = {"export": "免税", "exempt": "非課税", "outside": "不課税", "old8": "旧税率8%", "old5": "旧税率5%"}


def day_text(day: datetime.date | None) -> str:
    """2026年10月31日, or by era where the company wants it so."""
    if day is None:
        return ""
    return format_wareki(day) if issuer().japanese_era else f"{day.year}年{day.month}月{day.day}日"


def addressee(record: Any, own: str = "") -> tuple[str, str]:
    """The first and the second line of whom it is for: a company is 御中; with a person named below it bears nothing, and he is 様."""
    account, contact = record.account, record.contact
    person = ""
    if contact is not None:
        title = " ".join(part for part in (contact.department, contact.title) if part)
        name = names.strip_honorific(contact.name)[0]
        person = f"{title}　{name} {contact.honorific or '様'}".strip("　 ")
    if account is None:
        return person, ""
    name = own or account.name
    if person:
        return name, person
    return names.with_honorific(name, "person" if account.kind == "household" else "company"), ""


def postal_address(record: Any) -> list[str]:
    """Where the paper goes to, as a window envelope shows it: postal code, place, building; of the account, else of the person. Only what
    whoever makes the paper may see of them."""
    name, held = ("account", record.account) if record.account else ("contact", record.contact)
    entity = registry.find(name)
    if held is None or entity is None or unseen(entity, {held.pk}):
        return []
    seen = {
        one: getattr(held, one)
        for one in ("postal_code", "prefecture", "address", "building")
        if one in entity.fields
    }
    code = seen.get("postal_code")
    place = (seen.get("prefecture") or "") + (seen.get("address") or "") if "address" in seen else ""
    return [
        line
        for line in (f"〒{code}" if code else "", place, seen.get("building") or "" if place else "")
        if line
    ]


def hyphenated(number: str) -> str:
    """A telephone number as it is written in Japan (03-1234-5678); what is none, as it stands."""
    return parse_telephone(number).display or number


def merged(text: str, record: Any, to: str) -> str:
    """Own words with what they name filled in."""
    held = {
        "{取引先}": to, "{番号}": record.number, "{件名}": record.name, "{日付}": day_text(record.date), "{合計}": format_yen(record.total),
        "{支払期限}": day_text(getattr(record, "due_on", None)), "{有効期限}": day_text(getattr(record, "expires_on", None)),
        "{担当}": str(record.owner or ""), "{自社}": issuer().name,
    }  # fmt: skip
    for name, value in held.items():
        text = text.replace(name, value)
    return text


VOID = "取消"  # across what was taken back
TAKEN_BACK = frozenset({"void", "cancelled"})


def html(kind: str, record: Any, *, draft: str = "") -> str:
    """The page of a record's paper. `draft`: what stands across it while it isn't issued."""
    paper, company = PAPERS[kind], issuer()
    with translation.override("ja"):
        context = _context(paper, company, record, draft)
        context["void"] = VOID if record.status in TAKEN_BACK else ""
        return render_to_string("documents/paper.html", context)


def void_stamp() -> str:
    """A page with nothing but the mark, to be laid over a paper as it was issued."""
    return (
        f'<!DOCTYPE html><html lang="ja"><style>@page {{ @bottom-left {{ content: none }} @bottom-right {{ content: none }} }}</style>'
        f'<body><div class="void"><span>{VOID}</span></div></body></html>'
    )


def _context(paper: Paper, company: Any, record: Any, draft: str) -> dict[str, Any]:
    entity: Entity = whole_entities()[paper.entity]
    words = words_of(paper.kind)
    own = _terms_name(record)
    to, to_person = addressee(record, own)
    exempt = entity.exempt(record)  # type: ignore[attr-defined]
    lines = [_line(dict(one), record, exempt) for one in entity.lines[0].get(record)]
    sums = entity.sums(record)  # type: ignore[attr-defined]
    remarks = "\n".join(part for part in (record.remarks, merged(words.remarks, record, to)) if part)
    total = record.total if record.issued_at else sums.gross  # a draft is reckoned as it would be issued now
    if (
        paper.entity == "invoice" and record.issued_at is None and record.withholds
    ):  # as it would be issued now
        record.withheld = tax.withholding(entity.withheld_of(record))  # type: ignore[attr-defined]
    withheld = record.withheld if paper.entity == "invoice" else 0
    due = total - withheld
    return {
        "title": words.title or paper.title, "number": record.number, "draft": draft, "company": company,
        "postal_code": addresses.parse_postal_code(company.postal_code) or company.postal_code,
        "phone": hyphenated(company.phone), "fax": hyphenated(company.fax),
        "seal": f"data:image/png;base64,{company.seal}" if company.seal else "",
        "to": to, "to_person": to_person, "to_address": postal_address(record), "greeting": merged(words.greeting or paper.greeting, record, to),
        "meta": _meta(paper, record), "owner": str(record.owner or "") if paper.kind in {"quote", "order"} else "",
        "name": record.name, "total_label": paper.total, "total": format_yen(due), "withheld": bool(withheld), "exempt": exempt, "terms": _terms(paper, company, record),
        "has_days": any(one["day"] for one in lines), "included": record.tax_mode == "included" and not exempt, "lines": lines,
        "sums": _sums(sums, record, exempt), "sum_label": _sum_label(paper, bool(withheld)), "sum": format_yen(due),
        "has_reduced": any(one["reduced"] for one in lines), "remarks": remarks, "footer": merged(words.footer, record, to),
    }  # fmt: skip


def _sum_label(paper: Paper, withheld: bool) -> str:
    if not withheld:
        return "合計"
    return "差引領収額" if paper.kind == "receipt" else "差引ご請求額"


def _terms_name(record: Any) -> str:
    from enishi.sales.products.entity import terms_of

    own = terms_of(record.account_id)
    return own.addressee if own else ""


def _meta(paper: Paper, record: Any) -> list[tuple[str, str]]:
    label = {"quote": "見積番号", "order": "受注番号", "delivery": "受注番号"}.get(paper.kind, "請求番号")
    day = {"quote": "見積日", "order": "受注日", "delivery": "納品日", "receipt": "領収日"}.get(
        paper.kind, "請求日"
    )
    on = record.delivered_on or record.date if paper.kind == "delivery" else record.date
    if paper.kind == "receipt":
        on = _paid_on(record)
    made = [(day, day_text(on))]
    if record.number:
        made.append((label, record.number))
    if paper.kind == "quote" and record.revision > 1:
        made.append(("版", f"第{record.revision}版"))
    return made


def _paid_on(record: Any) -> datetime.date:
    """The day on which the last of it was paid: what a receipt is dated by, however often it is printed."""
    last = record.payments.filter(deleted_at=None).order_by("-date").values_list("date", flat=True).first()
    return last or timezone.localdate()


def _terms(paper: Paper, company: Any, record: Any) -> list[tuple[str, str]]:
    if paper.kind == "quote":
        made = [
            ("有効期限", day_text(record.expires_on)),
            ("納期", record.delivery),
            ("支払条件", record.payment),
        ]
    elif paper.kind == "order":
        made = [("貴社注文番号", record.customer_number), ("納期", day_text(record.delivery_on))]
    elif paper.kind == "invoice":
        made = [("お支払期限", day_text(record.due_on)), ("お振込先", company.bank)]
    elif paper.kind == "receipt":
        made = [("但し", f"{record.name}の代金として" if record.name else "")]
    else:
        made = [("貴社注文番号", record.customer_number)]
    return [(label, value) for label, value in made if value]


def _line(line: dict[str, Any], record: Any, exempt: bool) -> dict[str, Any]:
    code = line["tax_code"] or "standard"
    beside = []
    if line["discount_percent"]:
        beside.append(f"値引 {plain_decimal(line['discount_percent']):f}%")
    if line["discount"]:
        beside.append(f"値引 {format_yen(line['discount'])}")
    if code in _UNTAXED and not exempt:
        beside.append(_UNTAXED[code])
    price = line["unit_price"]
    day = line.get("day")
    return {
        "day": f"{day.month}/{day.day}" if day else "", "text": line["text"], "beside": "、".join(beside), "unit": line["unit"],
        "reduced": code == "reduced" and record.date >= tax.REDUCED_FROM and not exempt,
        "quantity": "" if line["quantity"] is None else f"{plain_decimal(line['quantity']):,f}",
        "price": "" if price is None else f"{plain_decimal(price):,f}", "amount": f"{line['amount'] or 0:,}",
    }  # fmt: skip


def _sums(sums: tax.Totals, record: Any, exempt: bool) -> list[tuple[str, str, str]]:
    """Rows below the lines: what, yen, tax of it."""
    made: list[tuple[str, str, str]] = []
    if record.discount:
        made.append(("値引き", format_yen(-record.discount), ""))
    if not exempt:
        included = record.tax_mode == "included"
        made += [
            (
                _rate(share),
                format_yen(share.gross if included else share.net),
                format_yen(share.tax) if share.percent else "",
            )
            for share in sums.shares
        ]
        whole = ("税込金額・うち消費税 計", sums.gross) if included else ("税抜金額・消費税 計", sums.net)
        made.append((whole[0], format_yen(whole[1]), format_yen(sums.tax)))
    if getattr(record, "withheld", 0):
        base = whole_entities()["invoice"].withheld_of(record)  # type: ignore[attr-defined]
        label = "源泉徴収税額"
        if tax.withholding(base) == record.withheld:  # else it was reckoned by an older rule
            label += f"（対象額 {format_yen(base)}）"
        made += [("合計", format_yen(sums.gross), ""), (label, format_yen(-record.withheld), "")]
    return made


def _rate(share: tax.Share) -> str:
    if not share.percent:
        return _UNTAXED.get(share.code, "0%対象")
    return f"{share.percent}%対象" + {"reduced": "※", "old8": "（旧税率）", "old5": "（旧税率）"}.get(
        share.code, ""
    )
