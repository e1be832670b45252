"""Pipelines and stages: settings, edited by admins on the generic pages."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records.entity import Connection, Entity, Section
from enishi.records.fields import Choice, Number, Option, Percent, Reference, Words
from enishi.records.registry import register
from enishi.sales.models import Deal, Pipeline, Stage

OUTCOMES = (
    Option("open", _("進行中"), "accent"),
    Option("won", _("受注"), "green"),
    Option("lost", _("失注"), "red"),
    Option("hold", _("保留"), "amber"),
)
# Name, probability, outcome, days until stale: 引き合い → … as Japanese sales teams name them.
DEFAULT_STAGES = (
    ("引き合い", 10, "open", 7),
    ("アプローチ", 20, "open", 14),
    ("ヒアリング", 30, "open", 14),
    ("提案・見積", 50, "open", 21),
    ("クロージング", 80, "open", 14),
    ("受注", 100, "won", 0),
    ("失注", 0, "lost", 0),
    ("保留", 10, "hold", 60),
)


def default_pipeline() -> Pipeline:
    """The first pipeline; made with its stages where a company has none yet."""
    pipeline = Pipeline.objects.filter(deleted_at=None).first()
    if pipeline is None:
        pipeline = make_pipeline("営業", DEFAULT_STAGES)
    return pipeline


def make_pipeline(name: str, stages: Sequence[tuple[str, int, str, int]], position: int = 0) -> Pipeline:
    """A pipeline with its stages in order."""
    pipeline = Pipeline.objects.create(name=name, position=position)
    Stage.objects.bulk_create(
        [
            Stage(
                pipeline=pipeline,
                name=stage,
                position=place,
                probability=probability,
                outcome=outcome,
                stale_days=days,
            )
            for place, (stage, probability, outcome, days) in enumerate(stages)
        ]
    )
    return pipeline


def stages_of(pipeline_id: int) -> list[Stage]:
    """The living stages in order."""
    return list(Stage.objects.filter(pipeline=pipeline_id, deleted_at=None).order_by("position", "pk"))


@register
class PipelineEntity(Entity):
    """パイプライン."""

    name = "pipeline"
    slug = "pipelines"
    code = 20
    model = Pipeline
    label = pgettext_lazy("entities", "パイプライン")
    icon = "milestone"
    hint = _("案件の進め方です。事業ごとに分けられます。")
    in_navigation = False
    in_search = False
    admin_only = True
    has_timeline = False
    default_sort = "position"
    built_in = (
        Words("name", required=True, unique=True, longest=100),
        Number("position", least=0, sortable=True),
    )
    columns = ("position",)
    sections = (Section(_("パイプライン"), ("name", "position")),)
    connections = (
        Connection(
            "stage", "pipeline", pgettext_lazy("entities", "ステージ"), ("position", "outcome", "probability")
        ),
    )
    quick_fields = ("name", "position")

    def settle(self, records: Sequence[Pipeline], changes: Sequence[dict[str, Any]], by: Any) -> None:
        for record, change in zip(records, changes, strict=True):
            if not change and not record.stages.exists():
                Stage.objects.bulk_create(
                    [
                        Stage(
                            pipeline=record,
                            name=name,
                            position=place,
                            probability=share,
                            outcome=outcome,
                            stale_days=days,
                        )
                        for place, (name, share, outcome, days) in enumerate(DEFAULT_STAGES)
                    ]
                )


@register
class StageEntity(Entity):
    """ステージ."""

    name = "stage"
    slug = "stages"
    code = 21
    model = Stage
    label = pgettext_lazy("entities", "ステージ")
    icon = "flag"
    in_navigation = False
    in_search = False
    admin_only = True
    has_timeline = False
    default_sort = "position"
    built_in = (
        Words("name", required=True, longest=100),
        Reference("pipeline", to="pipeline", required=True),
        Number("position", least=0, sortable=True, default=0),
        Choice("outcome", options=OUTCOMES, default="open", required=True),
        Percent("probability", default=0),
        Number("stale_days", least=0, most=3650, unit=pgettext_lazy("unit", "日"), default=14),
    )
    columns = ("pipeline", "position", "outcome", "probability", "stale_days")
    sections = (
        Section(_("ステージ"), ("name", "pipeline", "position", "outcome", "probability", "stale_days")),
    )
    quick_fields = ("name", "pipeline", "position", "outcome", "probability", "stale_days")

    def check(self, record: Stage, changed: set[str]) -> dict[str, list[str]]:
        if record.pk and "pipeline" in changed and Deal.objects.filter(stage=record.pk).exists():
            return {"pipeline": [_t("案件があるステージは別のパイプラインへ移せません。")]}
        return {}
