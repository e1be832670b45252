"""The review queue: who may be the same, side by side; merged, told apart or put off with one key, the next one follows at once."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from enishi.exchange.duplicates import bases, review, wording
from enishi.exchange.duplicates.models import DuplicatePair, DuplicateRun
from enishi.kit import htmx
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.forwards import say_not_same
from enishi.records.merge import merge
from enishi.records.models import MergeRule
from enishi.records.pages.base import handled, person, whole
from enishi.records.pages.merging import MOST, hanging, keys_of, merged_words
from enishi.records.proposals import propose
from enishi.records.visible import allowed, reached, require, sees_all

AT_ONCE = 4
# Fields that tell who it is have a line of their own even where nothing differs.
TELLING = frozenset({"kana", "telephone", "email", "address", "corporate_number", "date"})
DECISIONS = (
    ("", gettext_lazy("すべて")),
    ("automatic", gettext_lazy("同じとみてよい")),
    ("ask", gettext_lazy("確認が必要")),
)


def entities() -> list[Entity]:
    """The entities among which duplicates are looked for, as far as the person who is served sees them."""
    return [
        one
        for one in registry.all_entities()
        if one.in_navigation and (one.name in {"account", "contact"} or one.drawn) and not one.admin_only
    ]


def chosen(request: HttpRequest) -> Entity:
    """The entity in the address or form.

    Raises:
        NotFound
    """
    every = entities()
    name = request.POST.get("entity", request.GET.get("entity", ""))
    found = next((one for one in every if one.name == name), None)
    if found is None and name:
        raise NotFound
    if found is None and not every:
        raise NotFound
    return found or every[0]


@require_GET
@handled
def queue_page(request: HttpRequest) -> HttpResponse:
    """The page, its next clusters (`part=next`), or how far the run is (`part=run`)."""
    entity, user = chosen(request), person(request)
    require(user, "see", entity)
    part = request.GET.get("part", "")
    run = DuplicateRun.objects.filter(entity=entity.name).first()
    if part == "run":
        return render(
            request,
            "exchange/duplicates/run.html",
            run_context(entity, run) | {"reload": run is not None and run.ended_at is not None},
        )
    decision = request.GET.get("decision", "")
    decision = decision if decision in {"automatic", "ask"} else ""
    found = review.clusters(
        entity, user, decision=decision, but=keys_of(request.GET.get("but", "")), limit=AT_ONCE
    )
    context: dict[str, Any] = {
        "entity": entity, "cards": cards(request, entity, found), "decision": decision, "decisions": DECISIONS,
        "may": allowed(user, entity), "more": len(found) == AT_ONCE,
    }  # fmt: skip
    if part == "next":
        return render(request, "exchange/duplicates/cards.html", context)
    context |= run_context(entity, run) | {
        "entities": entities(), "counts": review.counts(entity) if sees_all(entity, user) else None, "automatic": review.is_automatic(entity), "may_start": reached(entity, user, "change") is None,
    }  # fmt: skip
    return render(request, "exchange/duplicates/queue.html", context)


def run_context(entity: Entity, run: DuplicateRun | None) -> dict[str, Any]:
    """How far a run is, in numbers."""
    going = run is not None and run.status in {DuplicateRun.Status.QUEUED, DuplicateRun.Status.RUNNING}
    percent = round(100 * run.done / run.total) if run is not None and run.total else 0
    return {"entity": entity, "run": run, "going": going, "percent": percent}


def cards(request: HttpRequest, entity: Entity, found: Sequence[review.Cluster]) -> list[dict[str, Any]]:
    """Clusters as the page shows them."""
    keys = [record.pk for one in found for record in one.records]
    hangs = hanging(entity, keys, person(request)) if keys else {}
    return [card(request, entity, one, hangs) for one in found]


def card(
    request: HttpRequest, entity: Entity, cluster: review.Cluster, hangs: dict[int, list[tuple[str, int]]]
) -> dict[str, Any]:
    """A cluster as the page shows it: records in columns, only the fields that say something, and why they may be the same."""
    proposal = propose(entity, cluster.records)
    user = person(request)
    names = [name for section in entity.sections for name in section.fields if name in proposal.choices]
    rows: list[dict[str, Any]] = []
    same: list[tuple[str, str]] = []
    for name in names:
        choice = proposal.choices[name]
        if choice.found.hidden or all(one.empty for one in choice.values):
            continue
        if not choice.differs and choice.found.kind not in TELLING:
            same.append((choice.found.label, next(one.text for one in choice.values if not one.empty)))
            continue
        rows.append(
            {
                "label": choice.found.label,
                "differs": choice.differs,
                "values": [one.text for one in choice.values],
            }
        )
    may = [allowed(user, entity, record) for record in cluster.records]
    return {
        "cluster": cluster, "rows": rows, "same": same, "warnings": proposal.warnings, "wide": len(cluster.records),
        "columns": [
            {"record": record, "title": entity.title(record), "url": entity.url(record.pk), "hangs": hangs[record.pk], "kept": record is proposal.keep}
            for record in proposal.records
        ],
        "ids": ",".join(str(record.pk) for record in proposal.records), "keep": proposal.keep.pk,
        "reasons": reasons(entity, cluster.pairs), "may_merge": all(one.change and one.delete for one in may),
        "may_tell": all(one.change for one in may), "fits": len(cluster.records) <= MOST,
    }  # fmt: skip


def reasons(entity: Entity, pairs: Sequence[DuplicatePair]) -> list[dict[str, Any]]:
    """What spoke for and against, in words with its weight: of the surest pair; nothing of a field that the person doesn't see."""
    roles = bases.roles(entity)
    hidden = {role for name, role in roles.items() if name not in entity.fields}
    return [
        {
            "label": one.label, "level": one.text, "weight": f"{round(one.weight, 1) or 0:+.1f}", "speaks_for": one.weight > -1,  # what agrees and tells little is no objection
            "strength": one.strength,
        }
        for one in wording.reasons(pairs[0].reasons if pairs else [])
        if not hidden & wording.SOURCES[one.field]
    ]  # fmt: skip


@require_POST
@handled
def decide(request: HttpRequest) -> HttpResponse:
    """Merges the records of a cluster as proposed, or tells them apart."""
    entity, user = chosen(request), person(request)
    keys = keys_of(request.POST.get("ids", ""))
    action = request.POST.get("action", "")
    if action == "apart":
        say_not_same(entity, keys, by=user)
        response = HttpResponse("")
        undo = f"/{entity.slug}/not-same/?back=1&ids={','.join(map(str, keys))}"
        return htmx.toast(response, _("別のものとして覚えました。もう候補に出ません。"), undo_url=undo)
    if action != "merge" or len(keys) < 2:
        raise Refused({"": [_("統合する記録を2件以上選んでください。")]})
    keep = whole(request.POST.get("keep", ""))
    keep = keep if keep in keys else keys[0]
    done = merge(entity, keep, [key for key in keys if key != keep], by=user)
    response = HttpResponse("")
    return htmx.toast(
        response, merged_words(entity, len(keys)), undo_url=f"/undo/operation/{done.operation.pk}/"
    )


@require_POST
@handled
def start(request: HttpRequest) -> HttpResponse:
    """Begins a search over the whole base; the worker does it."""
    from enishi.exchange.duplicates import operations

    entity, user = chosen(request), person(request)
    require(user, "change", entity)
    if reached(entity, user, "change") is not None:  # it looks at everybody's records
        raise NotAllowed
    going = (DuplicateRun.Status.QUEUED, DuplicateRun.Status.RUNNING)
    if not DuplicateRun.objects.filter(entity=entity.name, status__in=going).exists():
        operations.start(entity, user)
    return redirect(f"/duplicates/?entity={entity.name}")


@require_POST
@handled
def rule(request: HttpRequest) -> HttpResponse:
    """Switches merging by itself on or off; only admins."""
    user = person(request)
    require(user, "admin")
    entity = chosen(request)
    automatic = bool(request.POST.get("automatic"))
    MergeRule.objects.update_or_create(
        entity=entity.name, defaults={"automatic": automatic, "by": user, "at": timezone.now()}
    )
    text = (
        _("これからは、調べたあとで「同じとみてよい」ものを自動で統合します。")
        if automatic
        else _("自動では統合しません。")
    )
    messages.success(request, json.dumps({"message": text}), extra_tags="json")
    return redirect(f"/duplicates/?entity={entity.name}")
