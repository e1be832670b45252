"""Where admins say on which weekdays and days the company is closed."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from enishi.japanese.calendar import format_date, holiday_name
from enishi.japanese.text import clean
from enishi.kit import htmx
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.pages.base import handled, person, unreadable
from enishi.work.daysoff.days import company_days, forget
from enishi.work.daysoff.models import CompanyWeek, DayOff
from enishi.work.daysoff.reading import Unread, read_days


@handled
def days_off(request: HttpRequest) -> HttpResponse:
    """The setting; `action` says what a form changes: week, add (one day, a span, or a pasted list), remove, restore."""
    if not person(request).is_admin:
        raise NotAllowed
    if request.method != "POST":
        return _page(request)
    action = request.POST.get("action") or request.GET.get("action", "")
    if action == "week":
        return _week(request)
    if action == "add":
        return _add(request)
    if action in {"remove", "restore"}:
        return _one(request, action)
    raise Refused({"": [unreadable()]})


def _page(request: HttpRequest, *, error: str = "", text: str = "", status: int = 200) -> HttpResponse:
    today, known = timezone.localdate(), company_days()
    since = today.replace(month=1, day=1)
    rows = [
        {"day": one.day.isoformat(), "words": format_date(one.day), "name": one.name, "holiday": holiday_name(one.day) or "",
         "past": one.day < today, "weekend": one.day.weekday() in known.weekdays}
        for one in DayOff.objects.filter(day__gte=since)[:1000]
    ]  # fmt: skip
    names = (_("月曜"), _("火曜"), _("水曜"), _("木曜"), _("金曜"), _("土曜"), _("日曜"))
    context = {
        "weekdays": [(number, name, number in known.weekdays) for number, name in enumerate(names)],
        "holidays": known.holidays, "rows": rows, "error": error, "text": text, "year": today.year,
        "next": format_date(known.after(today)),
    }  # fmt: skip
    return render(request, "daysoff/page.html", context, status=status)


def _week(request: HttpRequest) -> HttpResponse:
    chosen = sorted({int(one) for one in request.POST.getlist("weekday") if one in set("0123456")})
    if len(chosen) == 7:
        raise Refused({"": [_("すべての曜日を休みにはできません。営業する曜日を1つは残してください。")]})
    CompanyWeek.objects.update_or_create(
        pk=1, defaults={"weekdays": chosen, "holidays": request.POST.get("holidays") == "1"}
    )
    messages.success(request, _("休みの曜日を保存しました。"))
    return redirect("days-off")


def _add(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("days", "")
    try:
        found = read_days(text, timezone.localdate().year)
    except Unread as problem:
        return _page(request, error=str(problem), text=text, status=422)
    if not found:
        problem_text = _("休業日を入力してください。例: 2026/12/29〜2027/1/3 年末年始休業")
        return _page(request, error=problem_text, text=text, status=422)
    DayOff.objects.bulk_create(
        [DayOff(day=day, name=found[day]) for day in sorted(found)],  # in one order, so that two who save don't wait for each other
        update_conflicts=True, unique_fields=["day"], update_fields=["name"],
    )  # fmt: skip
    forget()
    messages.success(request, _("休業日を%(n)d日登録しました。") % {"n": len(found)})
    return redirect("days-off")


def _one(request: HttpRequest, action: str) -> HttpResponse:
    try:
        day = datetime.date.fromisoformat(request.POST.get("day") or request.GET.get("day", ""))
    except ValueError:
        raise Refused({"": [unreadable()]}) from None
    if action == "restore":
        name = clean(request.GET.get("name", "")).strip()[:60]
        DayOff.objects.get_or_create(day=day, defaults={"name": name})
        response = htmx.toast(HttpResponse(status=204), _("元に戻しました。"))
    else:
        held = DayOff.objects.filter(day=day).first()
        if held is None:
            raise NotFound
        held.delete()
        back = {"action": "restore", "day": day.isoformat(), "name": held.name}
        response = htmx.toast(
            HttpResponse(), _("%(day)sを休業日から外しました。") % {"day": format_date(day)},
            undo_url=f"{reverse('days-off')}?{urlencode(back)}",
        )  # fmt: skip
    return response if htmx.is_htmx(request) else redirect("days-off")
