"""Reports: the list of them, one of them, the builder with its preview, files."""

import json
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.access.models import User
from enishi.access.rights import log_access
from enishi.insight import fiscal, store
from enishi.insight.models import FiscalYear, Report, Shared
from enishi.insight.reports import builder, exporting
from enishi.insight.reports.charts import chart
from enishi.insight.reports.dimensions import bucket_words
from enishi.insight.reports.shown import Shown, show
from enishi.insight.reports.spec import Spec, chart_words, span_words
from enishi.japanese.text import clean
from enishi.kit import htmx
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import NotAllowed, NotFound, RecordError, Refused
from enishi.records.pages.base import handled, person, whole
from enishi.records.pages.lists import builder_offer
from enishi.records.visible import allowed, exports_all, require, visible

WIDE, BESIDE, NARROW = 1040, 680, 330


@require_GET
@handled
def home(request: HttpRequest) -> HttpResponse:
    """Dashboards and reports, searched by name."""
    user = person(request)
    words = clean(request.GET.get("q", "")).strip()[:80]
    found = [one for one in store.reports(user) if words.lower() in one.name.lower()]
    boards = [one for one in store.dashboards(user) if words.lower() in one.name.lower()]
    rows = [(one, registry.find(one.entity)) for one in found]
    context = {
        "words": words, "boards": boards, "mine": [pair for pair in rows if pair[0].row], "ready": [pair for pair in rows if not pair[0].row],
        "entities": builder.entities(), "may_write": user.may_write,
    }  # fmt: skip
    return render(request, "insight/home.html", context)


@require_GET
@handled
def page(request: HttpRequest, report_key: str) -> HttpResponse:
    """A report: chart, table, and the way to the records behind every figure."""
    user = person(request)
    named = store.report(user, report_key)
    shown = show(named.spec(), user)
    context = {
        "named": named, "may_change": store.may_change(user, named.row), "may_export": allowed(user, shown.spec.entity).export,
        "may_write": user.may_write, **shown_context(shown, user),
    }  # fmt: skip
    return render(request, "insight/report.html", context)


def shown_context(shown: Shown, user: User, *widths: int) -> dict[str, Any]:
    """What the parts of a page that show a report need."""
    step = len(shown.measure_labels)
    return {
        "bare": _nothing_of(shown, user), "shown": shown, "chart": chart(shown, *(widths or (WIDE, NARROW))), "about": exporting.about(shown, user), "step": step,
        "pairs": list(zip(shown.measure_labels, shown.total, strict=True)), "compared": bool(shown.spec.compare),
    }  # fmt: skip


def _nothing_of(shown: Shown, user: User) -> Entity | None:
    """What is to be registered first, where a report is empty because the person sees no record of its kind at all; of lines it is
    what they stand in.
    """
    entity = shown.spec.entity
    if not shown.empty or visible(entity, user).exists():
        return None
    return registry.find(entity.rights_of) if entity.is_line else entity


@handled
def new(request: HttpRequest) -> HttpResponse:
    """The builder for another report, beginning with nothing or with one that there is."""
    user = person(request)
    if request.method == "POST":
        return _save(request, user, None)
    source = request.GET.get("from", "")
    if source:
        named = store.report(user, source)
        return _builder(request, named.spec(), _("%(name)sの写し") % {"name": named.name}, None)
    entity = registry.find(request.GET.get("entity", "")) or next(iter(builder.entities()), None)
    if entity is None or entity.admin_only:
        raise NotFound
    return _builder(request, Spec.of(entity.name, _beginning(entity)), "", None)


def _beginning(entity: Any) -> dict[str, Any]:
    """What a new report shows first, so that nobody begins before an empty page."""
    field = next(
        (name for name in (entity.status_field, "kind", "owner") if name and name in entity.fields), "owner"
    )
    return {"rows": [{"field": field}], "measures": [{"op": "count"}]}


@handled
def edit(request: HttpRequest, report_key: str) -> HttpResponse:
    """The builder for a report of one's own."""
    user = person(request)
    named = store.report(user, report_key)
    store.require_change(user, named.row)
    if request.method == "POST":
        return _save(request, user, named.row)
    try:
        spec = named.spec()
    except Refused as problem:
        messages.error(request, str(problem))
        if registry.find(named.entity) is None:
            raise
        spec = Spec.of(named.entity, {})
    return _builder(request, spec, named.name, named.row)


def _builder(
    request: HttpRequest, spec: Spec, name: str, row: Report | None, *, problem: str = "", status: int = 200
) -> HttpResponse:
    entity = spec.entity
    measures = [f"{one.op}:{one.found.name}" if one.found else "count" for one in spec.measures]
    dimensions = builder.dimension_choices(entity)
    places = [
        ("row0", _("行"), spec.rows[0] if spec.rows else None),
        ("row1", _("行（2つめ）"), spec.rows[1] if len(spec.rows) > 1 else None),
        ("column", _("列"), spec.column),
    ]
    context = {
        "spec": spec, "entity": entity, "entities": builder.entities(), "name": name, "row": row, "share": row.share if row else "mine",
        "shares": Shared.Share.choices, "dimensions": dimensions, "places": places, "measures": (measures + ["", "", ""])[: max(3, len(measures))],
        "measure_choices": builder.measure_choices(entity), "dates": builder.date_choices(entity), "spans": span_words().items(),
        "charts": chart_words().items(), "buckets": [one for one in bucket_words().items() if one[0] != "bands"],
        "kinds": builder_offer(entity), "filter": json.dumps(spec.filter), "problem": problem, "may_write": person(request).may_write,
    }  # fmt: skip
    return render(request, "insight/builder.html", context, status=status)


def _save(request: HttpRequest, user: User, row: Report | None) -> HttpResponse:
    if not user.may_write:
        raise NotAllowed
    entity, held = request.POST.get("entity", ""), builder.from_form(request.POST)
    spec = Spec.of(entity, held)
    name = clean(request.POST.get("name", "")).strip()[:80]
    try:
        spec.check(user)
        if not name:
            raise Refused({"name": [_("レポートの名前を入力してください。")]})
    except RecordError as error:
        return _builder(request, spec, name, row, problem=str(error), status=422)
    share = request.POST.get("share", "mine")
    row = row or Report(owner=user)
    row.name, row.entity, row.spec = name, spec.entity.name, spec.kept
    row.share = share if share in Shared.Share.values else Shared.Share.MINE
    row.save()
    messages.success(request, _("レポートを保存しました。"))
    return redirect("report", row.pk)


@require_GET
@handled
def preview(request: HttpRequest) -> HttpResponse:
    """What the builder's form asks, as it stands."""
    user = person(request)
    try:
        spec = Spec.of(request.GET.get("entity", ""), builder.from_form(_without_nul(request.GET)))
        shown = show(spec, user)
    except RecordError as error:
        return render(request, "insight/problem.html", {"problem": str(error)})
    return render(request, "insight/shown.html", shown_context(shown, user, BESIDE, NARROW))


def _without_nul(form: QueryDict) -> QueryDict:
    if not any("\x00" in value for _name, values in form.lists() for value in values):
        return form
    made = QueryDict(mutable=True)
    for name, values in form.lists():
        made.setlist(name, [value.replace("\x00", "") for value in values])
    return made


@require_GET
@handled
def export(request: HttpRequest, report_key: str) -> HttpResponseBase:
    """The report as xlsx or csv. Every export is logged."""
    user = person(request)
    named = store.report(user, report_key)
    spec = named.spec()
    require(user, "export", spec.entity)
    if not exports_all(spec.entity, user):  # the figures are of all that he sees
        raise NotAllowed(
            _(
                "書き出せる範囲が見える範囲より狭いため、このレポートはファイルにできません。画面でご覧ください。"
            )
        )
    form = request.GET.get("format", "xlsx")
    if form not in exporting.FORMS:
        raise NotFound
    shown = show(spec, user)
    path = exporting.write(named.name, shown, user, form)
    log_access(user, "export", spec.entity.name, len(shown.rows), f"report {form}: {named.name}"[:100])
    stream = path.open("rb")
    path.unlink()
    name = f"{named.name}_{timezone.localdate():%Y%m%d}{exporting.FORMS[form]}".replace("/", "／")
    return FileResponse(stream, as_attachment=True, filename=name)


@require_POST
@handled
def delete(request: HttpRequest, report_key: str) -> HttpResponse:
    """Takes a report away; it can be had back."""
    user = person(request)
    row = store.report(user, report_key).row
    store.require_change(user, row)
    assert row is not None
    row.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at"])
    told_with_undo(
        request,
        _("レポート「%(name)s」を削除しました。") % {"name": row.name},
        reverse("report-restore", args=[row.pk]),
    )
    return redirect("reports")


def told_with_undo(request: HttpRequest, text: str, url: str) -> None:
    """A message on the next page, with the way back."""
    messages.success(request, json.dumps({"message": text, "undo_url": url}), extra_tags="json")


@require_POST
@handled
def restore(request: HttpRequest, report_key: str) -> HttpResponse:
    """Brings a deleted report back."""
    return brought_back(request, Report, report_key, reverse("reports"))


def brought_back(request: HttpRequest, model: Any, key: str, url: str) -> HttpResponse:
    """Undoes a deletion.

    Raises:
        NotFound, NotAllowed
    """
    number = whole(key)
    row = model.objects.filter(pk=number).first() if number is not None else None
    if row is None:
        raise NotFound
    store.require_change(person(request), row)
    row.deleted_at = None
    row.save(update_fields=["deleted_at"])
    return (
        htmx.toast(HttpResponse(status=204), _("元に戻しました。"))
        if htmx.is_htmx(request)
        else redirect(url)
    )


@handled
def fiscal_year(request: HttpRequest) -> HttpResponse:
    """The month in which the company's year begins."""
    user = person(request)
    if not user.is_admin:
        raise NotAllowed
    if request.method == "POST":
        month = whole(request.POST.get("first_month", "")) or 0
        if not 1 <= month <= 12:
            raise Refused({"": [_("月は1月から12月までで選んでください。")]})
        FiscalYear.objects.update_or_create(pk=1, defaults={"first_month": month})
        messages.success(request, _("年度の始まりを保存しました。"))
        return redirect("fiscal-year")
    return render(request, "insight/fiscal.html", {"first": fiscal.first_month(), "months": range(1, 13)})
