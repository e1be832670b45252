"""Personal data: everything about one person as a file, anonymising, how long it is kept. Admins only."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from enishi.access.rights import log_access
from enishi.records import personal, registry, retention
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.models import RetentionRule
from enishi.records.pages.base import handled, person, whole
from enishi.records.visible import one, require


@handled
def personal_page(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """What would be given out, what anonymising would take away and what would stay."""
    user = person(request)
    plan = personal.plan(entity, record_id, by=user)
    record = one(entity, user, record_id)
    context = {"entity": entity, "record": record, "title": entity.title(record), "plan": plan}
    return render(request, "records/personal.html", context)


@require_POST
@handled
def personal_file(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """Everything held about the person as one file."""
    record = one(entity, person(request), record_id)
    if not personal.is_person(entity, record):
        raise NotFound
    response = HttpResponse(
        personal.as_file(entity, record_id, by=person(request)), content_type="application/zip"
    )
    response.headers["Content-Disposition"] = (
        f'attachment; filename="personal-data-{entity.slug}-{record_id}-{timezone.localdate():%Y%m%d}.zip"'
    )
    return response


@require_POST
@handled
def anonymise(request: HttpRequest, entity: Entity, record_id: int) -> HttpResponse:
    """Takes away what tells who it is."""
    if request.POST.get("sure") != "1":
        raise Refused({"": [_("元に戻せないことを確かめて、印を付けてください。")]})
    personal.anonymise(entity, record_id, by=person(request))
    messages.success(request, _("匿名化しました。"))
    return redirect(entity.url(record_id))


@handled
def retention_page(request: HttpRequest) -> HttpResponse:
    """How long persons are kept with whom nobody has to do any more, and who is due."""
    user = person(request)
    require(user, "admin")
    rules = {rule.entity: rule for rule in RetentionRule.objects.all()}
    if request.method == "POST":
        return _change(request, rules)
    rows: list[dict[str, Any]] = []
    for entity in registry.all_entities():
        if not personal.holds_people(entity):
            continue
        rule = rules.get(entity.name)
        waiting = list(retention.due(rule).order_by("pk")[:51]) if rule else []
        rows.append(
            {
                "entity": entity, "rule": rule, "more": len(waiting) > 50,
                "due": [{"title": entity.title(row), "url": f"{entity.url(row.pk)}personal/", "at": getattr(row, "last_contact_at", None) or row.updated_at} for row in waiting[:50]],
            }
        )  # fmt: skip
    return render(request, "records/retention.html", {"rows": rows, "years": personal.YEARS})


def _change(request: HttpRequest, rules: dict[str, RetentionRule]) -> HttpResponse:
    user = person(request)
    entity = registry.find(request.POST.get("entity", ""))
    if entity is None or not personal.holds_people(entity):
        raise NotFound
    rule = rules.get(entity.name)
    if request.POST.get("action") == "run":
        if rule is None or request.POST.get("sure") != "1":
            raise Refused({"": [_("元に戻せないことを確かめて、印を付けてください。")]})
        count = retention.run_rule(rule, by=user, most=50)
        text = ngettext("%(n)d人を匿名化しました。", "%(n)d人を匿名化しました。", count) % {"n": count}
        messages.success(request, text)
        return redirect("retention")
    years = whole(request.POST.get("years", "")) or 0
    if years and years not in personal.YEARS:
        raise Refused({"years": [_("年数を選んでください。")]})
    if years:
        automatic = bool(request.POST.get("automatic"))
        RetentionRule.objects.update_or_create(
            entity=entity.name, defaults={"years": years, "automatic": automatic, "by": user}
        )
    elif rule is not None:
        rule.delete()
    log_access(user, "design", entity.name, 1, f"retention {years} {request.POST.get('automatic', '')}"[:100])
    messages.success(request, _("保存しました。"))
    return redirect("retention")
