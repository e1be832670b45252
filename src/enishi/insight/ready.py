"""Reports and dashboards that every company finds: by role, over whatever entities it has."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enishi.insight.reports.spec import Spec
from enishi.records.errors import Refused

Text = str | Promise
OPEN = {"field": "outcome", "op": "is", "value": "open"}
WON = {"field": "outcome", "op": "is", "value": "won"}
LOST = {"field": "outcome", "op": "is", "value": "lost"}
MINE = {"field": "owner", "op": "is", "value": "me"}
AMOUNT = {"op": "sum", "field": "amount"}
COUNT = {"op": "count"}
TOTAL = {"op": "sum", "field": "total"}
BALANCE = {"op": "sum", "field": "balance"}
SOLD = {"field": "status", "op": "is_not", "value": "cancelled"}
BILLED = {"field": "status", "op": "not_in", "value": ["draft", "void"]}
UNPAID = {"field": "status", "op": "in", "value": ["issued", "sent", "partly"]}
SOLD_LATELY = {
    "of": {"field": "order", "where": {"all": [SOLD, {"field": "date", "op": "past_days", "value": 365}]}}
}


@dataclass(frozen=True)
class ReadyReport:
    """A report under its key."""

    name: Text
    entity: str
    spec: dict[str, Any]


@dataclass(frozen=True)
class ReadyDashboard:
    """A dashboard: tiles as (report, wide)."""

    name: Text
    hint: Text
    tiles: tuple[tuple[str, bool], ...]


def _both(*trees: dict[str, Any]) -> dict[str, Any]:
    return {"all": list(trees)}


def _by(field: str, bucket: str = "") -> list[dict[str, Any]]:
    return [{"field": field, "bucket": bucket}]


def _report(name: Text, entity: str, *measures: dict[str, str], rows: Any = (), **more: Any) -> ReadyReport:
    return ReadyReport(name, entity, {"measures": list(measures), "rows": list(rows), **more})


REPORTS: dict[str, ReadyReport] = {
    "won-this-month": _report(_("今月の案件の受注金額"), "deal", AMOUNT, COUNT, filter=WON, period="closed_at", span="this_month", compare="before"),
    "won-this-fiscal": _report(_("今年度の案件の受注金額"), "deal", AMOUNT, COUNT, filter=WON, period="closed_at", span="this_fiscal", compare="year"),
    "won-by-month": _report(
        _("月ごとの案件の受注金額（今年度）"), "deal", AMOUNT, COUNT, rows=_by("closed_at", "month"), filter=WON, period="closed_at",
        span="this_fiscal", compare="year", chart="bar",
    ),
    "won-by-owner": _report(_("担当者ごとの案件の受注金額（今年度）"), "deal", AMOUNT, COUNT, rows=_by("owner"), filter=WON, period="closed_at", span="this_fiscal"),
    "won-by-industry": _report(
        _("業種ごとの案件の受注金額（直近1年）"), "deal", AMOUNT, COUNT, rows=_by("account.industry"), filter=WON, period="closed_at", span="days_365", chart="pie",
    ),
    "open-amount": _report(_("進行中の案件の金額"), "deal", AMOUNT, COUNT, filter=OPEN),
    "pipeline": _report(
        _("段階ごとの進行中の案件"), "deal", COUNT, AMOUNT, rows=[*_by("pipeline"), *_by("stage")], filter=OPEN, chart="funnel"
    ),
    "open-by-owner": _report(
        _("担当者と段階ごとの進行中の金額"), "deal", AMOUNT, COUNT, rows=_by("owner"), column={"field": "stage"}, filter=OPEN, chart="stacked",
    ),
    "expected": _report(_("受注予定の金額（月ごと）"), "deal", AMOUNT, COUNT, rows=_by("expected_close", "month"), filter=OPEN, chart="bar"),
    "lost-reasons": _report(_("失注の理由（直近1年）"), "deal", COUNT, AMOUNT, rows=_by("lost_reason"), filter=LOST, period="closed_at", span="days_365"),
    "lost-to": _report(_("選ばれた競合（直近1年の失注）"), "deal", COUNT, AMOUNT, rows=_by("lost_to"), filter=LOST, period="closed_at", span="days_365"),
    "competitors": _report(
        _("競合ごとの案件の結果"), "deal", COUNT, AMOUNT, rows=_by("competitor"), column={"field": "outcome"}, chart="stacked",
    ),
    "outcome-by-source": _report(
        _("獲得元ごとの案件の結果"), "deal", COUNT, AMOUNT, rows=_by("source"), column={"field": "outcome"}, chart="stacked",
    ),
    "my-open": _report(
        _("自分の進行中の案件"), "deal", AMOUNT, COUNT, rows=[*_by("pipeline"), *_by("stage")], filter=_both(OPEN, MINE),
        chart="funnel",
    ),  # fmt: skip
    "my-won": _report(_("自分の今月の受注"), "deal", AMOUNT, COUNT, filter=_both(WON, MINE), period="closed_at", span="this_month", compare="before"),
    "my-expected": _report(
        _("自分の受注予定（月ごと）"), "deal", AMOUNT, COUNT, rows=_by("expected_close", "month"), filter=_both(OPEN, MINE), chart="bar",
    ),
    "my-activities": _report(
        _("自分の活動（直近90日・週ごと）"), "activity", COUNT, rows=_by("at", "week"), column={"field": "kind"}, filter=MINE, period="at",
        span="days_90", chart="stacked",
    ),
    "my-tasks": _report(
        _("自分の残っているタスク"), "task", COUNT, rows=_by("due_at", "week"), filter=_both(MINE, {"field": "done_at", "op": "empty"}), chart="bar",
    ),
    "activities-by-week": _report(
        _("活動の件数（直近90日・週ごと）"), "activity", COUNT, rows=_by("at", "week"), column={"field": "kind"}, period="at", span="days_90", chart="stacked",
    ),
    "activities-by-owner": _report(
        _("担当者と種類ごとの活動（直近30日）"), "activity", COUNT, rows=_by("owner"), column={"field": "kind"}, period="at", span="days_30", chart="heat",
    ),
    "new-accounts": _report(
        _("新しい取引先（月ごと）"), "account", COUNT, rows=_by("created_at", "month"), period="created_at", span="days_365", chart="line",
    ),
    "accounts-by-industry": _report(_("業種ごとの取引先"), "account", COUNT, rows=_by("industry"), top=10),
    "accounts-by-prefecture": _report(_("都道府県ごとの取引先"), "account", COUNT, rows=_by("prefecture"), top=12),
    "accounts-by-rank": _report(_("ランクと状態ごとの取引先"), "account", COUNT, rows=_by("rank"), column={"field": "status"}, chart="heat"),
    "accounts-by-source": _report(_("獲得元ごとの取引先"), "account", COUNT, rows=_by("source"), chart="pie"),
    "open-by-account": _report(_("進行中の金額が大きい取引先"), "deal", AMOUNT, COUNT, rows=_by("account"), filter=OPEN, top=10),
    "new-contacts": _report(
        _("新しい連絡先（月ごと）"), "contact", COUNT, rows=_by("created_at", "month"), period="created_at", span="days_365", chart="line",
    ),
    "leads-by-source": _report(_("獲得元ごとのリード"), "lead", COUNT, rows=_by("source"), column={"field": "status"}, chart="stacked"),
    "orders-by-month": _report(
        _("月ごとの売上（今年度）"), "order", TOTAL, COUNT, rows=_by("date", "month"), filter=SOLD, period="date", span="this_fiscal",
        compare="year", chart="bar",
    ),
    "orders-by-account": _report(
        _("取引先ごとの売上（今年度）"), "order", TOTAL, COUNT, rows=_by("account"), filter=SOLD, period="date", span="this_fiscal", compare="year", top=15,
    ),
    "orders-by-channel": _report(
        _("チャネルごとの売上（今年度）"), "order", TOTAL, COUNT, rows=_by("channel"), filter=SOLD, period="date", span="this_fiscal", chart="pie",
    ),
    "sales-by-product": _report(
        _("商品ごとの売上（直近1年）"), "order_line", {"op": "sum", "field": "amount"}, {"op": "sum", "field": "quantity"}, rows=_by("product"), filter=SOLD_LATELY, top=15,
    ),
    "billed-by-month": _report(
        _("月ごとの請求金額（今年度）"), "invoice", TOTAL, BALANCE, COUNT, rows=_by("date", "month"), filter=BILLED, period="date", span="this_fiscal", chart="bar",
    ),
    "unpaid-by-due": _report(_("入金待ちの残高（支払期限の月ごと）"), "invoice", BALANCE, COUNT, rows=_by("due_on", "month"), filter=UNPAID, chart="bar"),
    "unpaid-by-account": _report(_("入金待ちの残高（取引先ごと）"), "invoice", BALANCE, COUNT, rows=_by("account"), filter=UNPAID, top=15),
}  # fmt: skip

DASHBOARDS: dict[str, ReadyDashboard] = {
    "owner": ReadyDashboard(_("経営者"), _("今年度の数字と、これからの見込み"), (
        ("won-this-month", False), ("won-this-fiscal", False), ("won-by-month", True), ("orders-by-month", True), ("expected", False),
        ("won-by-industry", False), ("won-by-owner", False), ("open-by-account", False), ("orders-by-account", False), ("sales-by-product", False),
        ("unpaid-by-account", False), ("new-accounts", False),
    )),
    "sales-head": ReadyDashboard(_("営業責任者"), _("案件の進みと、担当者の動き"), (
        ("open-amount", False), ("won-this-month", False), ("pipeline", False), ("open-by-owner", False), ("expected", False),
        ("lost-reasons", False), ("activities-by-owner", True), ("activities-by-week", True),
    )),
    "salesman": ReadyDashboard(_("営業"), _("自分の案件と活動"), (
        ("my-won", False), ("my-open", False), ("my-expected", False), ("my-tasks", False), ("my-activities", True),
    )),
    "office": ReadyDashboard(_("事務・経理"), _("請求と入金、売れたもの"), (
        ("unpaid-by-due", False), ("unpaid-by-account", False), ("billed-by-month", True), ("orders-by-month", True), ("sales-by-product", False),
        ("orders-by-channel", False),
    )),
    "marketing": ReadyDashboard(_("マーケティング"), _("どこから来て、どこで決まるか"), (
        ("leads-by-source", True), ("new-accounts", False), ("new-contacts", False), ("accounts-by-source", False), ("outcome-by-source", False),
        ("accounts-by-industry", False), ("accounts-by-prefecture", False), ("accounts-by-rank", True),
    )),
}  # fmt: skip


def available(key: str) -> Spec | None:
    """A ready report as the person who is served can ask it; None where it needs what isn't there."""
    found = REPORTS.get(key)
    if found is None:
        return None
    try:
        return Spec.of(found.entity, found.spec)
    except Refused:
        return None
