"""The stages on a pipeline's card, with what each calls for, and the dialog that changes it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from enishi.kit import htmx
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import NotFound
from enishi.records.pages.base import dialog, handled, person
from enishi.records.pages.cards import card_context
from enishi.records.visible import require
from enishi.sales.models import Stage
from enishi.sales.pipelines.entering import asked_at, call_for, called_for
from enishi.sales.pipelines.entity import stages_of


@card_context.connect
def add_stages(
    request: HttpRequest, entity: Entity, record: Any, context: dict[str, Any], **_more: Any
) -> None:
    """What must be filled to enter each stage; on a stage's card that of its own."""
    if entity.name not in {"pipeline", "stage"} or "sections" not in context or registry.find("deal") is None:
        return
    pipeline = record.pk if entity.name == "pipeline" else record.pipeline_id
    stages = stages_of(pipeline)
    asked, lost = called_for(stages), registry.get("deal").asks.get("lost")
    reason = registry.get("deal").fields.get(lost.must[0]) if lost and lost.must else None
    context["stage_rules"] = [
        {
            "stage": stage,
            "outcome": registry.get("stage").field("outcome").text(stage.outcome),
            "fields": [one.label for one in asked.get(stage.pk, [])],
            "reason": reason if stage.outcome == "lost" else None,
        }
        for stage in stages
        if entity.name == "pipeline" or stage.pk == record.pk
    ]
    context["extra_parts"] = [*context.get("extra_parts", ()), "pipelines/stages.html"]


@handled
def entering_dialog(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Asks which fields must be filled to enter a stage, and keeps it."""
    user = person(request)
    require(user, "admin")
    stage = Stage.objects.filter(pk=stage_id, deleted_at=None).exclude(outcome="lost").first()
    if stage is None:
        raise NotFound
    if request.method == "POST":
        call_for(stage, set(request.POST.getlist("field")), by=user)
        response = htmx.trigger(HttpResponse(status=204), **{"close-dialog": True})
        response.headers["HX-Redirect"] = registry.get("pipeline").url(stage.pipeline_id)
        return htmx.toast(response, _("保存しました。"))
    return dialog(request, "pipelines/entering.html", {"stage": stage, "asked": asked_at(stage)})
