"""データ整備: what to look at, what was found line by line, and the rows of a line."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from enishi.access.models import User
from enishi.exchange.cleansing import operations, tasks
from enishi.exchange.cleansing.differences import marked
from enishi.exchange.cleansing.looking import Found, Looker, in_order, may_tidy, tidied_entities
from enishi.exchange.cleansing.models import (
    Cleansing,
    CleansingFix,
    CleansingIgnored,
    CleansingLine,
    CleansingRow,
    Work,
)
from enishi.exchange.cleansing.scan import begin, described, last_wish, rows_of, wishes_of
from enishi.japanese.tidy.proposals import RULES
from enishi.kit import htmx
from enishi.records import history, registry
from enishi.records.entity import Entity
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.pages.base import handled, person, whole
from enishi.records.visible import require, visible

PAGE = 50
SAMPLES = 5
MOST_TICKED = 1000


@handled
def start(request: HttpRequest) -> HttpResponse:
    """What shall be looked at: a list (its address), ticked records, or everything; and the person's searches so far."""
    user = person(request)
    sent = request.POST if request.method == "POST" else request.GET
    entity = registry.find(sent.get("entity", "")) if sent.get("entity") else None
    entities = tidied_entities(user)
    if not entities:
        raise NotAllowed
    if entity is not None:
        require(user, "change", entity)
        if entity not in entities:
            entity = None
    ids = [key for part in sent.get("ids", "").split(",") if (key := whole(part.strip())) is not None]
    if len(ids) > MOST_TICKED:
        raise Refused({"": [_("1件から%(most)d件までを選んでください。") % {"most": MOST_TICKED}]})
    query = _query(sent)
    if request.method == "POST":
        made = begin(user, entity=entity, query=query, ids=ids, house=sent.get("house", "hyphen"))
        return redirect("cleansing-found", made.pk)
    part = {"ids": ids, "query": query}
    context = {
        "entity": entity,
        "entities": entities,
        "query": query,
        "ids": ",".join(map(str, ids)),
        "count": rows_of(entity, user, part).count() if entity is not None else None,
        "narrowed": bool(query),
        "house": last_wish(),
        "searches": [(one, described(one)) for one in Cleansing.objects.filter(user=user)[:10]],
    }
    return render(request, "exchange/cleansing/start.html", context)


def _query(sent: QueryDict) -> str:
    """The part of a list's address that says which records it has."""
    kept = QueryDict(sent.get("query", "")) if "query" in sent else sent
    return urlencode({name: kept.get(name) for name in ("filter", "q", "preset", "view") if kept.get(name)})


def search_of(request: HttpRequest, cleansing_id: int) -> Cleansing:
    """One's own search.

    Raises:
        NotFound
    """
    found = Cleansing.objects.select_related("user").filter(pk=cleansing_id, user=person(request)).first()
    if found is None:
        raise NotFound
    return found


@require_GET
@handled
def found_page(request: HttpRequest, cleansing_id: int) -> HttpResponse:
    """How far the search is, then what it found: a line per field and rule."""
    search = search_of(request, cleansing_id)
    fixes = list(_fixes(search))
    busy = search.status in tasks.OPEN or any(one.status in {*tasks.OPEN, Work.UNDOING} for one in fixes)
    groups, ignored = _groups(search, person(request)) if search.status not in tasks.OPEN else ([], [])
    context = {
        "search": search,
        "scope": described(search),
        "running": search.status in tasks.OPEN,
        "busy": busy,
        "percent": round(100 * search.done / search.total) if search.total else 0,
        "groups": groups,
        "ignored": ignored,
        "fixes": [_fix_told(one) for one in fixes],
    }
    template = "part.html" if request.GET.get("part") else "found.html"
    return render(request, f"exchange/cleansing/{template}", context)


def _fixes(search: Cleansing) -> Any:
    return CleansingFix.objects.filter(line__cleansing=search).select_related("line", "operation")[:20]


def _fix_told(fix: CleansingFix) -> dict[str, Any]:
    entity = registry.find(fix.line.entity)
    undone = fix.operation is None or fix.operation.undone_at is not None
    return {
        "fix": fix,
        "title": operations.title_of(fix.line, entity) if entity and fix.line.rule in RULES else "",
        "entity": entity,
        "running": fix.status in {*tasks.OPEN, Work.UNDOING},
        "undoing": fix.status == Work.UNDOING,
        "undone": undone,
        "percent": round(100 * fix.seen / fix.total) if fix.total else 0,
    }


def _groups(search: Cleansing, user: User) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines by entity with their counts and samples, and those that the person doesn't want to be asked about."""
    counts = dict(
        CleansingRow.objects.filter(line__cleansing=search)
        .values_list("line")
        .annotate(n=Count("pk"))
        .values_list("line", "n")
    )
    silent = set(
        CleansingIgnored.objects.filter(user=user, record_id=None).values_list("entity", "field", "rule")
    )
    held: dict[str, list[CleansingLine]] = {}
    for line in search.lines.all():
        if counts.get(line.pk) and line.rule in RULES:
            held.setdefault(line.entity, []).append(line)
    groups, ignored = [], []
    for entity in registry.all_entities():
        lines = held.get(entity.name, [])
        if not lines or not may_tidy(entity, user):
            continue
        names = [name for section in entity.sections for name in section.fields]
        editable = {one.name for one in entity.fields.values() if one.editable}
        lines = in_order([one for one in lines if one.field in editable], names)
        told: list[dict[str, Any]] = [
            {"line": one, "title": operations.title_of(one, entity), "why": RULES[one.rule].why, "n": counts[one.pk]}
            for one in lines
        ]  # fmt: skip
        shown = [one for one in told if (entity.name, one["line"].field, one["line"].rule) not in silent]
        ignored += [{**one, "entity": entity} for one in told if one not in shown]
        _add_samples(search, entity, user, shown)
        if shown:
            groups.append({"entity": entity, "lines": shown, "n": sum(one["n"] for one in shown)})
    return groups, ignored


def _add_samples(search: Cleansing, entity: Entity, user: User, told: list[dict[str, Any]]) -> None:
    """The first rows of each line as they are now: a short query per line, one for the records of all of them."""
    keys = {
        one["line"].pk: list(
            one["line"].rows.order_by("record_id").values_list("record_id", "digest")[:SAMPLES]
        )
        for one in told
    }
    wanted = {key for rows in keys.values() for key, _digest in rows}
    records = {one.pk: one for one in visible(entity, user, "change").filter(pk__in=wanted)}
    looker = Looker(entity, wishes_of(search))
    found = {key: {one.key: one for one in looker.look(record)} for key, record in records.items()}
    for one in told:
        line = one["line"]
        rows = (
            (key, found.get(key, {}).get((line.field, line.rule, line.sure))) for key, _d in keys[line.pk]
        )
        one["samples"] = [_shown(entity, records[key], each) for key, each in rows if each is not None]


def _shown(entity: Entity, record: Any, found: Found) -> dict[str, Any]:
    """A row for the eye: the record, and per field what it was and what it will be."""
    values = []
    names = sorted(found.after, key=lambda name: name != found.field)
    for name in names:
        one = entity.fields[name]
        before, after = marked(one.text(found.before[name]), one.text(found.after[name]))
        values.append({"label": one.label if len(names) > 1 else "", "before": before, "after": after})
    return {"pk": record.pk, "title": entity.title(record), "url": entity.url(record.pk), "values": values}


def line_of(request: HttpRequest, cleansing_id: int, line_id: int) -> tuple[CleansingLine, Entity]:
    """A line of one's own search.

    Raises:
        NotAllowed, NotFound
    """
    search = search_of(request, cleansing_id)
    line = search.lines.filter(pk=line_id).first()
    if line is None or registry.find(line.entity) is None:
        raise NotFound
    line.cleansing = search
    return line, operations.entity_of(line, person(request))


@handled
def line_page(request: HttpRequest, cleansing_id: int, line_id: int) -> HttpResponse:
    """The rows of a line, a page at a time behind a key; some are agreed to or left as they are."""
    line, entity = line_of(request, cleansing_id, line_id)
    user = person(request)
    if request.method == "POST":
        return _act(request, line, user)
    after = whole(request.GET.get("after", ""), 0) or 0
    held = list(line.rows.filter(record_id__gt=after).order_by("record_id")[: PAGE + 1])
    page = held[:PAGE]
    records = {
        one.pk: one for one in visible(entity, user, "change").filter(pk__in=[row.record_id for row in page])
    }
    looker, rows = Looker(entity, wishes_of(line.cleansing)), []
    for row in page:
        record = records.get(row.record_id)
        found = looker.find(record, (line.field, line.rule, line.sure)) if record is not None else None
        if record is not None and found is not None:
            rows.append(_shown(entity, record, found))
    context = {
        "line": line,
        "search": line.cleansing,
        "entity": entity,
        "title": operations.title_of(line, entity),
        "why": RULES[line.rule].why,
        "rows": rows,
        "total": line.rows.count(),
        "following": page[-1].record_id if len(held) > PAGE else 0,
        "after": after,
    }
    return render(request, "exchange/cleansing/line.html", context)


def _act(request: HttpRequest, line: CleansingLine, user: User) -> HttpResponse:
    action = request.POST.get("action", "")
    ids = [key for text in request.POST.getlist("row") if (key := whole(text)) is not None][:MOST_TICKED]
    back = reverse("cleansing-found", args=[line.cleansing_id])
    if action in {"ignore-line", "recall-line"}:
        operations.ignore_line(line, by=user, ignored=action == "ignore-line")
        return redirect(back)
    if action == "ignore":
        n = operations.ignore(line, by=user, ids=ids)
        messages.success(
            request, ngettext("%(n)d件をそのままにします。", "%(n)d件をそのままにします。", n) % {"n": n}
        )
    elif action in {"all", "chosen"}:
        fix = operations.agree(line, by=user, ids=None if action == "all" else ids)
        _tell(request, fix)
        if action == "all":
            return redirect(back)
    else:
        raise Refused({"": [_("することを選んでください。")]})
    if not line.rows.exists():
        return redirect(back)
    return redirect(f"{request.path}?after={whole(request.POST.get('after', ''), 0) or 0}")


def _tell(request: HttpRequest, fix: CleansingFix) -> None:
    """What came of it, with its undo where the page can do that at once."""
    if fix.status in tasks.OPEN:
        messages.success(request, _("直しています。この画面を離れても続きます。"))
        return
    if fix.status == Work.FAILED:
        messages.error(request, fix.error)
        return
    parts = []
    if fix.written or not (fix.changed or fix.refused_count):
        parts.append(
            ngettext("%(n)d件を直しました。", "%(n)d件を直しました。", fix.written) % {"n": fix.written}
        )
    if fix.changed:
        parts.append(
            ngettext("%(n)d件は、調べた後に変わったため、見直しました。", "%(n)d件は、調べた後に変わったため、見直しました。", fix.changed) % {"n": fix.changed}
        )  # fmt: skip
    if fix.refused_count:
        parts.append(
            _("%(n)d件は直せませんでした: %(why)s")
            % {"n": fix.refused_count, "why": "、".join(fix.refused[:3])}
        )
    text = "".join(parts)
    if fix.written:
        told = {"message": text, "undo_url": reverse("cleansing-undo", args=[fix.pk])}
        messages.success(request, json.dumps(told), extra_tags="json")
    else:
        messages.warning(request, text)


@require_POST
@handled
def undo(request: HttpRequest, fix_id: int) -> HttpResponse:
    """Takes back what was agreed to: at once where it is little, else in the worker."""
    user = person(request)
    fix = (
        CleansingFix.objects.select_related("line__cleansing", "operation", "user")
        .filter(pk=fix_id, user=user)
        .first()
    )
    if fix is None:
        raise NotFound
    entity = registry.find(fix.line.entity)
    if entity is None:
        raise NotFound
    require(user, "change", entity)
    if fix.operation is None or fix.operation.undone_at is not None:
        raise Refused({"": [_("この操作はすでに元に戻されています。")]})
    if fix.status in {*tasks.OPEN, Work.UNDOING}:
        raise Refused({"": [_("まだ終わっていません。終わってからお試しください。")]})
    if fix.operation.events.count() > history.AT_ONCE:
        fix.status = Work.UNDOING
        fix.save(update_fields=["status"])
        tasks.undo_fix.enqueue(fix.pk, user.pk)
        text = _("元に戻しています。この画面を離れても続きます。")
    else:
        undone = operations.undo(fix, by=user)
        text = _("%(n)d件を元に戻しました。") % {"n": undone.records}
        if undone.kept:
            text += _("その後に変更された値はそのままです: %(names)s") % {"names": "、".join(undone.kept[:5])}
    if htmx.is_htmx(request):
        return htmx.toast(HttpResponse(status=204), text)
    messages.success(request, text)
    return redirect("cleansing-found", fix.line.cleansing_id)
