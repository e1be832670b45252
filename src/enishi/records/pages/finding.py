"""The search at the top of every page, and the bin."""

from html import escape
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.kit import htmx
from enishi.records import registry, write
from enishi.records.bin import KEEP_DAYS
from enishi.records.pages.base import handled, person
from enishi.records.pages.pickers import picked
from enishi.records.search import Hit, find
from enishi.records.templatetags.ui import icon
from enishi.records.visible import in_bin, permits

MOST_HITS = 20


@require_GET
@handled
def search_page(request: HttpRequest) -> HttpResponse:
    """Hits of every kind; as a panel while one types, as a page by address."""
    user = person(request)
    query = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    found = find(query, user, limit=MOST_HITS) if query else []
    context = {
        "query": query,
        "hits": hit_lines(found),
        "more": len(found) >= MOST_HITS,
        "entities": [one for one in registry.all_entities() if one.in_navigation and one.in_search],
    }
    template = "records/search_panel.html" if htmx.is_htmx(request) else "records/search.html"
    return render(request, template, context)


def hit_lines(hits: list[Hit]) -> SafeString:
    """Hits as text (see `rows`)."""
    made = []
    for hit in hits:
        shown = picked(hit.entity, hit.record)
        detail = (
            f'<span class="muted text-[12.5px]">{escape(shown["detail"])}</span>' if shown["detail"] else ""
        )
        made.append(
            f'<a class="hit" href="{hit.entity.url(hit.record.pk)}"><span class="muted">{icon(hit.entity.icon)}</span><span class="min-w-0">'
            f'<span class="block truncate">{escape(shown["label"])}</span>{detail}</span><span class="chip ml-auto">{escape(str(hit.entity))}</span></a>'
        )
    return mark_safe("".join(made))  # noqa: S308 (parts are escaped)


@require_GET
@handled
def bin_page(request: HttpRequest) -> HttpResponse:
    """What was deleted within the last 30 days."""
    user = person(request)
    groups = []
    for entity in registry.all_entities():
        if entity.is_line:  # they come back with what they belong to
            continue
        rows = list(
            in_bin(entity, user).select_related("deleted_by", *entity.pointers).order_by("-deleted_at")[:100]
        )
        if rows:
            groups.append(
                {
                    "entity": entity,
                    "rows": [
                        {
                            "record": row,
                            "title": entity.title(row),
                            "may_restore": permits(user, "delete", entity, row),
                        }
                        for row in rows
                    ],
                }
            )
    return render(request, "records/bin.html", {"groups": groups, "keep_days": KEEP_DAYS})


@require_POST
@handled
def restore(request: HttpRequest, entity: Any, record_id: int) -> HttpResponse:
    """Takes a record out of the bin."""
    from django.contrib import messages

    write.restore(entity, [record_id], by=person(request))
    messages.success(request, _("ごみ箱から戻しました。"))
    return htmx.go(request, entity.url(record_id))
