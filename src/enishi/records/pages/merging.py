"""Merging in the browser: records side by side, a value chosen with one click; and saying that they are not the same."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from enishi.access.models import User
from enishi.kit import htmx
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import AnyRecord, Linked, Reference
from enishi.records.forwards import not_same_as, say_not_same, take_back_not_same
from enishi.records.merge import merge
from enishi.records.models import Attachment
from enishi.records.pages.base import form_input, handled, person, whole
from enishi.records.proposals import Choice, Proposal, left_out, note_field, propose
from enishi.records.similar import similar_to
from enishi.records.visible import require, visible

MOST = 5
UNWRITTEN = frozenset(
    {"any_record", "contacts", "reference", "connection", "file", "picture", "choices", "lines"}
)


@dataclass
class Column:
    """One of the records above its values."""

    record: Any
    title: str
    url: str
    owner: str
    hangs: list[tuple[str, int]]
    kept: bool


def keys_of(text: str) -> list[int]:
    """Keys out of an address or a form, each once."""
    found = [key for part in text.split(",") if (key := whole(part.strip())) is not None]
    return list(dict.fromkeys(found))


@handled
def merge_page(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Asks field by field what shall stand, and merges."""
    user = person(request)
    given = request.POST if request.method == "POST" else request.GET
    keys = keys_of(f"{given.get('ids', '')},{given.get('other', '')}")
    require(user, "change", entity)
    require(user, "delete", entity)
    if entity.is_line:
        raise NotFound
    if not 1 <= len(keys) <= MOST:
        raise Refused({"": [_("統合する記録を2件から%(most)d件まで選んでください。") % {"most": MOST}]})
    records = list(visible(entity, user).filter(pk__in=keys).select_related(*entity.pointers).order_by("pk"))
    if len(records) != len(keys):
        raise NotFound
    if len(keys) == 1:
        context = {"entity": entity, "record": records[0], "title": entity.title(records[0])}
        context |= {
            "likely": similar_to(entity, records[0], user),
            "apart": told_apart_from(entity, records[0], user),
        }
        return render(request, "records/merge_pick.html", context)
    require(user, "change", entity, *records)
    keep = whole(given.get("keep", ""))
    errors: dict[str, list[str]] = {}
    if request.method == "POST" and "go" in request.POST:
        try:
            return _merged(request, entity, keep if keep in keys else keys[0], keys)
        except Refused as error:
            errors = error.errors
    proposal = propose(entity, records, keep_id=keep)
    context = merge_context(proposal, user) | {
        "errors": errors,
        "general": [text for name, texts in errors.items() if name not in proposal.choices for text in texts],
        "rows": sorted(
            (_row(proposal, choice, request, errors) for choice in _asked(proposal)),
            key=lambda row: not row["differs"],
        ),
        "next": given.get("next", ""),
    }
    return render(request, "records/merge.html", context, status=422 if errors else 200)


def _merged(request: HttpRequest, entity: Entity, keep: int, keys: Sequence[int]) -> HttpResponse:
    picks: dict[str, int] = {}
    values: dict[str, str] = {}
    for name in entity.fields:
        said = request.POST.get(f"pick-{name}", "")
        if said == "write":
            values[name] = request.POST.get(f"write-{name}", "")
        elif (record_id := whole(said)) is not None:
            picks[name] = record_id
    versions = {
        key: seen for key in keys if (seen := whole(request.POST.get(f"version-{key}", ""))) is not None
    }
    done = merge(
        entity, keep, [key for key in keys if key != keep], values, by=person(request), picks=picks, versions=versions,
        keep_unchosen=bool(request.POST.get("keep_unchosen")),
    )  # fmt: skip
    text = merged_words(entity, len(done.gone) + 1)
    messages.success(
        request,
        json.dumps({"message": text, "undo_url": f"/undo/operation/{done.operation.pk}/"}),
        extra_tags="json",
    )
    return htmx.go(request, entity.url(done.record.pk))


def merged_words(entity: Entity, count: int) -> str:
    """What the toast says."""
    return ngettext(
        "%(entity)s %(n)d件を1件に統合しました。", "%(entity)s %(n)d件を1件に統合しました。", count
    ) % {"entity": entity, "n": count}


def merge_context(proposal: Proposal, user: User) -> dict[str, Any]:
    """What the merge page and the queue show of records beside each other."""
    entity = proposal.entity
    hangs = hanging(entity, [record.pk for record in proposal.records], user)
    return {
        "entity": entity,
        "proposal": proposal,
        "keep": proposal.keep.pk,
        "ids": ",".join(str(record.pk) for record in proposal.records),
        "columns": [
            Column(
                record, entity.title(record), entity.url(record.pk), entity.field("owner").value_text(record),
                hangs[record.pk], record is proposal.keep,
            )
            for record in proposal.records
        ],
        "warnings": proposal.warnings,
        "left_out": left_out(proposal, {}),
        "note": note_field(entity),
    }  # fmt: skip


def _asked(proposal: Proposal) -> list[Choice]:
    """The fields that hold something anywhere, in the order of the form."""
    entity = proposal.entity
    names = [name for section in entity.sections for name in section.fields]
    names += [name for name in proposal.choices if name not in names and entity.fields[name].linked]
    every = [proposal.choices[name] for name in dict.fromkeys(names) if name in proposal.choices]
    return [one for one in every if not one.found.hidden and any(not value.empty for value in one.values)]


def _row(
    proposal: Proposal, choice: Choice, request: HttpRequest, errors: dict[str, list[str]]
) -> dict[str, Any]:
    """A line of the page: who says what, what is taken."""
    found, name = choice.found, choice.name
    said = request.POST.get(f"pick-{name}", "")
    first = {repr(one.value): one.record_id for one in reversed(choice.values) if not one.empty}
    same = choice.picked if not choice.differs else None
    picked = said or ("" if choice.picked is None else str(choice.picked))
    can_write = found.kind not in UNWRITTEN and found.editable
    written = None
    if can_write:
        written = form_input(
            found, choice.value, raw=request.POST.get(f"write-{name}"), errors=errors.get(name), bare=True
        )
        written |= {"name": f"write-{name}", "id": f"write-{name}"}
    return {
        "name": name, "label": found.label, "differs": choice.differs, "picked": picked, "same": same, "joins": found.joins or isinstance(found, Linked),
        "values": [
            {"record_id": one.record_id, "text": one.text, "empty": one.empty, "first": first.get(repr(one.value)) == one.record_id}
            for one in choice.values
        ],
        "joined": found.text(choice.value) if choice.picked is None else "", "result": found.text(choice.value),
        "input": written, "errors": errors.get(name, []),
    }  # fmt: skip


def hanging(entity: Entity, keys: Sequence[int], user: User) -> dict[int, list[tuple[str, int]]]:
    """What hangs on records, by kind: a few queries, whatever their number."""
    made: dict[int, dict[str, int]] = {key: {} for key in keys}

    def count(word: str, rows: Any, column: str, key_of: Any = int) -> None:
        for value, n in rows.order_by().values_list(column).annotate(n=Count("pk")):
            held = made[key_of(value)]
            held[word] = held.get(word, 0) + n

    for other in registry.all_entities():
        for found in other.fields.values():
            if isinstance(found, Reference) and found.to == entity.name and not found.custom:
                count(str(other), visible(other, user).filter(**{f"{found.column}__in": keys}), found.column)
            elif isinstance(found, AnyRecord) and not found.custom:
                about = [f"{entity.name}:{key}" for key in keys]
                rows = visible(other, user).filter(**{f"{found.column}__in": about})
                count(str(other), rows, found.column, lambda text: int(text.rpartition(":")[2]))
    for linked in entity.linked:
        rows = linked.links().filter(**{f"{linked.here}_id__in": keys})
        count(linked.label, rows, f"{linked.here}_id")
    count(
        _("ファイル"),
        Attachment.objects.filter(entity=entity.name, record_id__in=keys, deleted_at=None),
        "record_id",
    )
    return {key: list(found.items()) for key, found in made.items()}


# --- not the same -----------------------------------------------------------------------------------
@require_POST
@handled
def not_same(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Says that records are all different, or takes that back."""
    user = person(request)
    keys = keys_of(request.POST.get("ids", "") or request.GET.get("ids", ""))
    back = "back" in request.GET or "back" in request.POST
    if back:
        take_back_not_same(entity, keys, by=user)
        text, undo = _("「別のもの」を取り消しました。また候補に出ます。"), ""
    else:
        say_not_same(entity, keys, by=user)
        text = _("別のものとして覚えました。もう候補に出ません。")
        undo = f"/{entity.slug}/not-same/?back=1&ids={','.join(map(str, keys))}"
    if htmx.is_htmx(request):
        return htmx.toast(HttpResponse(status=204), text, undo_url=undo)
    messages.success(request, json.dumps({"message": text, "undo_url": undo}), extra_tags="json")
    return htmx.go(request, entity.url(keys[0]))


def told_apart_from(entity: Entity, record: Any, user: User) -> list[Any]:
    """The records that somebody said are not this one, as far as the person sees them."""
    keys = not_same_as(entity, record.pk)
    return list(visible(entity, user).filter(pk__in=keys).order_by("pk")[:20]) if keys else []
