"""引継ぎ in the browser: whose, what, to whom, when; what was handed over, and giving it back. Only admins."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.access.models import User
from enishi.japanese import wareki
from enishi.records import handover, registry, tasks
from enishi.records.errors import Refused
from enishi.records.models import Handover
from enishi.records.pages.base import handled, person, whole
from enishi.records.visible import require


@handled
def handover_page(request: HttpRequest) -> HttpResponse:
    """Choose a person, see what he looks after, say who gets it; below, what was handed over."""
    user = person(request)
    require(user, "admin")
    given = request.POST if request.method == "POST" else request.GET
    leaver = User.objects.filter(pk=whole(given.get("person", "")) or 0).first()
    errors: dict[str, list[str]] = {}
    if request.method == "POST" and leaver is not None:
        try:
            made = _plan(request, leaver, user)
        except Refused as error:
            errors = error.errors
        else:
            if made.on <= timezone.localdate():
                tasks.hand_over.enqueue(made.pk)
                messages.success(request, _("引継ぎを始めました。"))
            else:
                messages.success(request, _("引継ぎを予定しました。"))
            return redirect("handover")
    rows: list[dict[str, Any]] = [
        {"row": one, "to": _names(one), "figures": _figures(one)}
        for one in Handover.objects.select_related("person", "by")[:30]
    ]
    held = handover.holdings(leaver) if leaver else []
    context = {
        "people": User.objects.order_by("-is_active", "name"), "leaver": leaver, "held": held, "errors": errors,
        "receivers": [
            one for one in User.objects.filter(is_active=True).exclude(pk=leaver.pk if leaver else 0) if handover.works(one)
        ],
        "areas": handover.areas(leaver) if leaver else [], "rows": rows, "today": timezone.localdate().isoformat(),
        "how": given.get("how", "one"), "chosen": [whole(key) for key in given.getlist("to")], "on": given.get("on", ""),
        "running": any(one["row"].status in {"running", "undoing"}
            or (one["row"].status == "waiting" and one["row"].on <= timezone.localdate())
            for one in rows),
    }  # fmt: skip
    return render(request, "records/handover.html", context, status=422 if errors else 200)


def _plan(request: HttpRequest, leaver: User, user: User) -> Handover:
    keys = [key for one in request.POST.getlist("to") if (key := whole(one)) is not None]
    found = {one.pk: one for one in User.objects.filter(pk__in=keys, is_active=True)}
    places = {
        name.removeprefix("area-"): key
        for name in request.POST
        if name.startswith("area-") and (key := whole(request.POST[name])) is not None
    }
    how = request.POST.get("how", "")
    if how == "area":
        found |= {one.pk: one for one in User.objects.filter(pk__in=places.values(), is_active=True)}
        keys += [key for key in places.values() if key not in keys]
    try:
        on = wareki.parse_date(request.POST.get("on", "")) if request.POST.get("on") else None
    except ValueError as error:
        raise Refused({"on": [str(error)]}) from None
    return handover.plan(
        leaver, how=how, to=[found[key] for key in keys if key in found], areas=places,
        names=request.POST.getlist("entity"), on=on, by=user,
    )  # fmt: skip


def _names(row: Handover) -> str:
    found = dict(User.objects.filter(pk__in=row.plan.get("to", [])).values_list("pk", "name"))
    return _("、").join(found.get(key, "") for key in row.plan.get("to", []) if key in found)


def _figures(row: Handover) -> list[tuple[Any, int]]:
    return [(entity, n) for name, n in row.figures.items() if (entity := registry.find(name)) is not None]


@require_POST
@handled
def handover_action(request: HttpRequest, handover_id: int, action: str) -> HttpResponse:
    """Calls a planned one off, or gives back what was handed over."""
    user = person(request)
    require(user, "admin")
    row = get_object_or_404(Handover, pk=handover_id)
    if action == "cancel":
        handover.cancel(row, by=user)
        messages.success(request, _("引継ぎを取りやめました。"))
    elif action == "undo" and Handover.objects.filter(
        pk=row.pk, status__in=[Handover.Status.DONE, Handover.Status.FAILED], operation__isnull=False
    ).update(status=Handover.Status.UNDOING):
        tasks.undo_handover.enqueue(row.pk, user.pk)
        messages.success(request, _("引継ぎを元に戻しています。"))
    else:
        raise Refused({"": [_("この引継ぎは、もう取り消せません。")]})
    return redirect("handover")
