"""How deals look and behave."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.access.models import User
from enishi.japanese.calendar import format_date
from enishi.japanese.text import fold
from enishi.people.models import Account
from enishi.records import formulas, registry
from enishi.records.entity import Ask, Board, Connection, Entity, ImportHint, Preset, Section
from enishi.records.errors import Refused
from enishi.records.fields import (
    Choice,
    Date,
    FreeChoice,
    Lines,
    Linked,
    LongText,
    Moment,
    Money,
    Names,
    Option,
    Percent,
    Reference,
    Words,
    YesNo,
)
from enishi.records.merge import figures
from enishi.records.registry import register
from enishi.sales.deals import stale
from enishi.sales.deals.closing import ClosedOn, Winner, tasks_left
from enishi.sales.deals.forecast import CATEGORIES, Category
from enishi.sales.lines.entity import fill_prices
from enishi.sales.models import Deal, Stage
from enishi.sales.pipelines.entity import OUTCOMES, default_pipeline, stages_of
from enishi.sales.taxed import as_usual

CLOSED = frozenset({"won", "lost"})
LONGEST_NAMES = 200  # of the competitors' column
LOST_REASONS = (
    "価格・予算", "機能・要件", "競合", "時期", "決裁者・稟議", "関係性", "社内事情", "法務・セキュリティ", "その他",
)  # fmt: skip

# What somebody at the customer's is for a deal.
ROLES = ("決裁者", "推進者", "窓口", "利用者", "技術担当", "購買担当", "反対者")


class StageField(Reference):
    """A stage of the deal's pipeline; sheets name it by words."""

    template = "components/input_stage.html"
    beside = ("outcome", "stage_changed_at")

    def by_name(self, text: str) -> int | None:
        pipeline = default_pipeline()
        stage = stage_by_words(text, stages_of(pipeline.pk))
        return stage.pk if stage else super().by_name(text)

    def cell(self, record: Any) -> str:
        days = stale.days_over(record, stale.limits(), timezone.now())
        return self.chip(record.outcome, str(record.stage), days)

    def cells(self, records: Sequence[Any]) -> list[str]:
        names = self.labels_for({record.stage_id for record in records})
        known, now = stale.limits(), timezone.now()
        return [
            self.chip(record.outcome, names.get(record.stage_id, ""), stale.days_over(record, known, now))
            for record in records
        ]

    @staticmethod
    def chip(outcome: str, name: str, days: int = 0) -> str:
        """The stage's name in the colour of its outcome; beside it how many days the deal has stood still there, if it has."""
        colour = {"open": "accent", "won": "green", "lost": "red", "hold": "amber"}.get(outcome, "grey")
        made = f'<span class="chip chip-{colour}">{escape(name)}</span>'
        return f"{made} {stale.chip(days)}" if days else made


_STAGE_WORDS = {
    "won": (
        "受注", "成約", "成立", "won", "closed won", "契約済", "契約", "契約完了", "受注済", "受注確定", "決定", "獲得", "納品済", "納品完了", "完工", "引渡済", "完了",
    ),
    "lost": (
        "失注", "不成立", "敗戦", "lost", "closed lost", "キャンセル", "流れ", "見送り", "不採用", "辞退", "中止", "取消", "取り消し", "取りやめ", "他決", "不調", "没", "断念",
    ),
    "hold": ("保留", "凍結", "ペンディング", "hold", "on hold", "延期", "休止", "中断", "様子見", "塩漬け"),
}  # fmt: skip
# What other companies call the steps of the usual pipeline.
_STEP_WORDS = {
    "引き合い": ("引合", "引合い", "問い合わせ", "問合せ", "お問合せ", "リード", "新規", "見込み", "反響", "lead", "new", "inquiry", "prospecting"),
    "アプローチ": ("初回接触", "初回訪問", "初回面談", "アポ", "アポ取得", "アポイント", "接触", "訪問", "電話", "未対応", "approach", "contacted", "qualification", "qualified"),
    "ヒアリング": ("商談", "現地調査", "調査", "要件確認", "課題確認", "ニーズ確認", "面談", "hearing", "discovery", "needs analysis", "meeting"),
    "提案・見積": ("提案", "見積", "見積り", "見積もり", "見積提出", "見積書提出", "提案書提出", "提案書", "プレゼン", "デモ", "proposal", "quote", "quotation", "proposal/price quote"),
    "クロージング": ("交渉", "価格交渉", "条件交渉", "最終交渉", "最終", "内示", "内定", "稟議", "契約手続", "契約準備", "契約待ち", "受注見込", "negotiation", "negotiation/review", "closing"),
}  # fmt: skip


def stage_by_words(text: str, stages: Sequence[Stage]) -> Stage | None:
    """The stage that a sheet's word means: the same name, a name that contains it, its outcome, another company's word for
    it; 提案中, 1.提案 and 見積提出済 are 提案 and 見積提出."""
    plain = re.sub(r"^[\d①-⑳]+\s*[.:)]?\s*", "", fold(text))
    for key in dict.fromkeys(
        (fold(text), plain, re.sub(r"(済ミ?|待チ?|中|段階|フェーズ)$", "", plain).strip())
    ):
        if key and (found := _stage_of(key, stages)):
            return found
    return None


def _stage_of(key: str, stages: Sequence[Stage]) -> Stage | None:
    for stage in stages:
        if fold(stage.name) == key:
            return stage
    for outcome, words in _STAGE_WORDS.items():
        if key in map(fold, words):
            return next((stage for stage in stages if stage.outcome == outcome), None)
    for stage in stages:
        parts = fold(stage.name).replace(" ", "・").split("・")
        if key in parts or (len(key) >= 2 and key in fold(stage.name)):
            return stage
    for name, words in _STEP_WORDS.items():
        if key in map(fold, words):
            return next((stage for stage in stages if stage.name == name), None)
    return None


def first_stage(pipeline_id: int) -> Stage:
    """Where a deal of the pipeline begins.

    Raises:
        Refused: somebody has taken all stages out.
    """
    stages = stages_of(pipeline_id)
    if not stages:
        raise Refused(
            {
                "pipeline": [
                    _t("このパイプラインにはステージがありません。設定の「パイプライン」で作ってください。")
                ]
            }
        )
    return next((stage for stage in stages if stage.outcome == "open"), stages[0])


@register
class DealEntity(Entity):
    """案件."""

    not_in_bulk = frozenset({"pipeline", "closed_at", "lost_reason", "lost_to"})
    name = "deal"
    slug = "deals"
    code = 3
    model = Deal
    label = pgettext_lazy("entities", "案件")
    icon = "handshake"
    hint = _("商談をひとつずつ登録します。ボードで段階を動かすと、金額の見込みが分かります。")
    status_field = "stage"
    default_sort = "-updated_at"
    board = Board("stage", amount="amount", group="pipeline", whom=("account", "contact"))
    asks: ClassVar[dict[str, Ask]] = {
        "lost": Ask(
            _("失注"), ("lost_reason", "lost_to", "lost_detail"), must=("lost_reason",), open=("lost_to",)
        ),
        "won": Ask(_("受注"), ("amount", "closed_at"), alone=("amount",), glad=True),
    }
    built_in = (
        Words("name", required=True, aliases=("案件名", "案件", "商談名", "件名", "プロジェクト名", "商談", "deal", "deal name", "opportunity", "opportunity name")),
        Words("code", longest=40, unique=True, half_width=True, aliases=("案件no", "案件no.", "案件番号", "案件コード", "管理番号", "deal id", "no", "no.")),
        Reference("account", to="account", carries_up=True),
        Reference("contact", to="contact", carries_up=True),
        Reference("pipeline", to="pipeline", listed=False),
        StageField("stage", to="stage", aliases=("フェーズ", "ステージ", "段階", "進捗", "ステータス", "状況", "商談フェーズ", "stage", "phase", "status")),
        Money("amount", sortable=True, taxed=as_usual, aliases=(
            "金額", "見込金額", "案件金額", "受注金額", "見積金額", "予算", "売上見込", "合計費用", "受注予定額", "amount", "value", "revenue",
        )),
        Lines("lines", _("商品の明細"), child="deal_line", listed=False),
        YesNo("amount_from_lines", default=True, listed=False, importable=False, help=_("明細があれば、その合計を金額にします。金額を直接入力すると外れます。")),
        Percent("probability", aliases=("確度", "受注確度", "確率", "probability")),
        Category("forecast_category", options=CATEGORIES, aliases=("見通し", "見込区分", "forecast category"),
                 help=_("空けておくと確度から決まります（80%以上は確実、50%以上はうまくいけば）。")),
        Date("expected_close", sortable=True, aliases=("受注予定", "受注予定日", "完了予定日", "予定日", "クローズ予定", "close date", "expected close")),
        FreeChoice("source", options=lambda: [Option(word, word) for word in ("紹介", "展示会", "Webサイト", "電話", "既存取引", "入札")],
                   aliases=("獲得元", "流入元", "source")),
        Linked("stakeholders", _("関係者"), to="contact", relation="stakeholders", forward=True, many=True, roles=ROLES, back="deal_roles",
               offers="account", aliases=("関係者", "stakeholders", "contact roles")),
        Names("competitor", aliases=("競合", "競合先", "competitor"), help=_("いくつでも「、」で区切って入れられます。")),
        FreeChoice("lost_reason", options=lambda: [Option(word, word) for word in LOST_REASONS], aliases=("失注理由", "lost reason")),
        Winner("lost_to", options=(), aliases=("失注先", "負けた競合", "他決先", "lost to", "winning competitor")),
        LongText("lost_detail"),
        Words("their_owner", longest=100, listed=False),
        LongText("note", aliases=("備考", "メモ", "note", "description")),
        Choice("outcome", options=OUTCOMES, editable=False),
        Moment("stage_changed_at", editable=False),
        ClosedOn("closed_at", aliases=("決着日", "失注日", "actual close date", "closed on")),
        stale.Stale("stale", _("滞留"), editable=False, listed=False),
        Moment("last_contact_at", editable=False, sortable=True),
        Moment("next_step_at", editable=False, sortable=True),
        Words("next_step", editable=False, tells=(("task", ""),)),
    )  # fmt: skip
    columns = ("stage", "account", "amount", "expected_close", "owner", "next_step")
    sections = (
        Section(_("基本情報"), (
            "name", "account", "contact", "stage", "amount", "probability", "expected_close", "forecast_category", "closed_at", "lines", "owner",
            "tags",
        )),
        Section(_("くわしい情報"), (
            "pipeline", "amount_from_lines", "code", "source", "competitor", "lost_reason", "lost_to", "lost_detail", "their_owner", "note",
        ), folded=True),
    )  # fmt: skip
    quick_fields = ("name", "account", "stage", "amount", "expected_close")
    search_fields = ("account", "contact", "code", "competitor")
    running: ClassVar = {"field": "outcome", "op": "in", "value": ["open", "hold"]}
    presets = (
        Preset("open", _("進行中"), {"field": "outcome", "op": "is", "value": "open"}),
        Preset("mine", _("担当分"), {"all": [
            {"field": "owner", "op": "is", "value": "me"}, {"field": "outcome", "op": "is", "value": "open"},
        ]}),
        Preset("no_next", _("次の予定なし"), {"all": [
            {"field": "outcome", "op": "is", "value": "open"}, {"field": "next_step_at", "op": "empty"},
        ]}),
        Preset("stale", _("滞留中"), {"field": "stale", "op": "is", "value": True}),
        Preset("won", _("受注"), {"field": "outcome", "op": "is", "value": "won"}),
        Preset("lost", _("失注"), {"field": "outcome", "op": "is", "value": "lost"}),
    )  # fmt: skip
    imports = ImportHint(keys=("code",))
    uncloned = (
        "stage", "probability", "forecast_category", "expected_close", "closed_at", "competitor", "lost_reason", "lost_to", "lost_detail",
    )  # fmt: skip
    connections = (
        Connection("lead", "deal", _("リード"), ("status", "source")),
        Connection("quote", "deal", _("見積"), ("status", "total")),
        Connection("order", "deal", _("受注"), ("status", "total")),
        Connection("invoice", "deal", _("請求"), ("status", "balance")),
    )

    def unfinished(self) -> Q:
        return Q(outcome__in=("open", "hold"))

    def left_open(self, record: Deal, user: User) -> tuple[str, str] | None:
        return tasks_left(record, user) if record.outcome == "lost" else None

    def handed_over(self, rows: Any) -> Any:
        return rows.filter(outcome__in=("open", "hold"))  # who won a deal won it

    def event_kind(self, changed: dict[str, Any]) -> str:
        return "stage" if "stage" in changed else "changed"

    def prepare(self, record: Deal, changed: set[str]) -> None:
        if record.account_id is None and record.contact_id and "contact" in changed:
            record.account_id = record.contact.account_id if record.contact else None
        if "lines" in changed and not record.importing:
            fill_prices(self, record)
        if {"lines", "amount", "amount_from_lines"} & changed and not record.importing:
            self._sum_lines(record, changed)
        if record.stage_id is None:
            pipeline = record.pipeline_id or default_pipeline().pk
            record.stage = first_stage(pipeline)
            changed = changed | {"stage"}
        if "stage" in changed or "pipeline" in changed or not record.pk:
            stage = record.stage
            if "pipeline" in changed and "stage" not in changed and stage.pipeline_id != record.pipeline_id:
                stage = record.stage = first_stage(record.pipeline_id)
            now, was = timezone.now(), record.outcome
            record.pipeline_id = stage.pipeline_id
            record.stage_changed_at = now
            record.outcome = stage.outcome
            if was != stage.outcome and "closed_at" not in changed:
                record.closed_at = None  # what was lost in May and is won in November is won in November
            if record.pk and was == "lost" and stage.outcome != "lost":
                for name in {"lost_reason", "lost_detail", "lost_to"} - changed:
                    setattr(record, name, "")
            if "probability" not in changed:
                record.probability = stage.probability
        self._close(record, changed)

    @staticmethod
    def _close(record: Deal, changed: set[str]) -> None:
        """The day a deal ended belongs to what has ended; who won it is one of those who competed."""
        if record.outcome not in CLOSED:
            if record.importing and "closed_at" in changed and record.closed_at:
                line = f"{_t('決着日')}: {format_date(timezone.localdate(record.closed_at))}"
                if line not in record.note.split("\n"):  # nothing of a file is lost
                    record.note = f"{record.note}\n{line}".strip("\n")
            if record.importing or "closed_at" not in changed:
                record.closed_at = None
        elif record.closed_at is None:
            record.closed_at = timezone.now()
        if "lost_to" in changed and record.lost_to:
            names = Names.parts(record.competitor)
            together = "、".join([*names, record.lost_to])
            if record.lost_to not in names and len(together) <= LONGEST_NAMES:
                record.competitor = together

    def _sum_lines(self, record: Deal, changed: set[str]) -> None:
        """The amount follows the lines, until somebody says another one."""
        held = self.lines[0].get(record)
        if not held:
            return
        amount = sum(dict(line)["amount"] or 0 for line in held)
        if "amount" in changed and record.amount is not None and not {"lines", "amount_from_lines"} & changed:
            record.amount_from_lines = record.amount == amount
        if record.amount_from_lines:
            record.amount = amount

    def line_sums(self, record: Deal) -> list[tuple[str, str]]:
        held = self.lines[0].get(record)
        if not held:
            return []
        amount = sum(dict(line)["amount"] or 0 for line in held)
        follows = (
            _t("案件の金額になっています")
            if record.amount_from_lines
            else _t("案件の金額は直接入力した額です")
        )
        return [(_t("明細の合計"), self.field("amount").text(amount)), ("", follows)]

    def check(self, record: Deal, changed: set[str]) -> dict[str, list[str]]:
        errors: dict[str, list[str]] = {}
        if record.stage.pipeline_id != record.pipeline_id:
            errors["stage"] = [_t("このステージは選んだパイプラインにありません。")]
        if not getattr(record, "importing", False) and "closed_at" in changed and record.closed_at:
            if record.outcome not in CLOSED:
                errors["closed_at"] = [
                    _t("決着日は、受注か失注の案件にだけ入れられます。先にステージを動かしてください。")
                ]
            elif timezone.localdate(record.closed_at) > timezone.localdate():
                errors["closed_at"] = [_t("決着日には、今日までの日付を入れてください。")]
        if record.amount is not None and record.amount < 0:
            errors["amount"] = [_t("金額は0円以上にしてください。")]
        return errors

    def settle(self, records: Sequence[Deal], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """Keeps the sum of open deals on the account."""
        keys: set[int] = set()
        for record, change in zip(records, changes, strict=True):
            if not change or {"stage", "amount", "lines", "account", "deleted_at"} & set(change):
                keys.update(key for key in (record.account_id, change.get("account", (None, None))[0]) if key)
        refresh_open_amounts(keys)

    def summed(self, records: Sequence[Deal]) -> None:
        refresh_open_amounts({record.account_id for record in records if record.account_id})


@figures.connect
def refresh_accounts(entity: Any, keys: Sequence[int]) -> None:
    """After a merge, or one taken back: the sums of these accounts."""
    if entity.name == "account":
        refresh_open_amounts(set(keys))


def refresh_open_amounts(keys: set[int]) -> None:
    """Sums the open deals of these accounts anew."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), 500):
        part = ordered[start : start + 500]
        with transaction.atomic():
            # Locked before the deals are read: of two who write at once the second sees what the first stored.
            accounts = list(Account.objects.filter(pk__in=part).order_by("pk").select_for_update(no_key=True))
            sums = dict(
                Deal.objects.filter(Q(outcome="open") | Q(outcome="hold"), account__in=part, deleted_at=None)
                .values_list("account")
                .annotate(total=Sum("amount"))
            )
            stale = [account for account in accounts if account.open_amount != sums.get(account.pk)]
            for account in stale:
                account.open_amount = sums.get(account.pk)
            if stale:
                formulas.follow(registry.get("account"), stale, ("open_amount",))
