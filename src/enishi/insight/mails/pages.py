"""Reports by mail in the browser: the mails of a person, one that is drawn or changed, a trial, and no more of it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.access.models import User
from enishi.access.rights import log_access
from enishi.insight import store
from enishi.insight.mails import content, schedule, sending
from enishi.insight.models import Dashboard, Report, ReportMail, ReportMailing
from enishi.records.errors import NotAllowed, NotFound, RecordError, Refused
from enishi.records.pages.base import handled, person, whole

MOST_RECIPIENTS = 100
MOST_MAILS = 200  # of the list, those that go out next


def changeable(user: User) -> QuerySet[ReportMail]:
    """The mails that somebody may change: his own; of admins all."""
    rows = ReportMail.objects.all()
    if not user.may_write:
        return rows.none()
    return rows if user.is_admin else rows.filter(owner=user)


@require_GET
@handled
def list_page(request: HttpRequest) -> HttpResponse:
    """The mails that the person draws up and those that he gets, with what became of the last of each."""
    user = person(request)
    mine = set(changeable(user).values_list("pk", flat=True))
    rows = ReportMail.objects.filter(Q(pk__in=mine) | Q(recipients=user)).distinct().order_by("next_at", "pk")
    lines, found = [], list(rows.select_related("owner").prefetch_related("recipients")[:MOST_MAILS])
    names, last = _names(found, user), _last(found)
    for mail in found:
        people = list(mail.recipients.all())
        lines.append({
            "mail": mail, "name": names[mail.kind, mail.key], "words": schedule.words(mail), "people": people, "may": mail.pk in mine,
            "gets": user in people, "last": [one for one in last.get(mail.pk, ()) if mail.pk in mine or one.user_id == user.pk],
        })  # fmt: skip
    return render(request, "insight/mails.html", {"lines": lines})


def _names(mails: list[ReportMail], user: User) -> dict[tuple[str, str], str]:
    """What the mails' reports and dashboards are called; those that were made here by one query for each kind."""
    made = {
        (one.kind, one.key): str(_("（見られないレポート）")) if one.key.isdigit() else _name(one, user) for one in mails
    }  # fmt: skip
    for kind, model in (("report", Report), ("dashboard", Dashboard)):
        keys = {key for one in mails if one.kind == kind and (key := whole(one.key)) is not None}
        rows = store.shared_with(model, user).filter(pk__in=keys)
        made |= {(kind, str(key)): name for key, name in rows.values_list("pk", "name")}
    return made


def _name(mail: ReportMail, user: User) -> str:
    try:
        return content.title(mail, user)
    except RecordError:
        return str(_("（見られないレポート）"))


def _last(mails: list[ReportMail]) -> dict[int, list[ReportMailing]]:
    """The mailings of each mail's last time; one query."""
    newest = ReportMailing.objects.filter(mail=OuterRef("mail")).order_by("-due_at").values("due_at")[:1]
    rows = ReportMailing.objects.filter(mail__in=mails, due_at=Subquery(newest)).select_related("user")
    made: dict[int, list[ReportMailing]] = {}
    for one in rows:
        made.setdefault(one.mail_id, []).append(one)
    return made


@handled
def report_mail(request: HttpRequest, report_key: str) -> HttpResponse:
    """A new mail of a report."""
    user = person(request)
    named = store.report(user, report_key)
    named.spec()
    return _page(request, user, ReportMail(kind="report", key=named.key, owner=user), named.name)


@handled
def dashboard_mail(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    """A new mail of a dashboard."""
    user = person(request)
    board = store.dashboard(user, dashboard_key)
    return _page(request, user, ReportMail(kind="dashboard", key=board.key, owner=user), board.name)


@handled
def edit(request: HttpRequest, mail_id: int) -> HttpResponse:
    """A mail that is changed."""
    user = person(request)
    mail = _mine(user, mail_id)
    return _page(request, user, mail, _name(mail, user))


def _mine(user: User, mail_id: int) -> ReportMail:
    """The mail, for who may change it.

    Raises:
        NotFound
    """
    mail = changeable(user).filter(pk=mail_id).first()
    if mail is None:
        raise NotFound
    return mail


def _page(request: HttpRequest, user: User, mail: ReportMail, name: str) -> HttpResponse:
    if not user.may_write:
        raise NotAllowed
    errors: dict[str, list[str]] = {}
    chosen = {user.pk} if mail.pk is None else set(mail.recipients.values_list("pk", flat=True))
    if request.method == "POST":
        people = _read(request, mail)
        chosen = {one.pk for one in people}
        try:
            _check(mail, people)
        except Refused as error:
            errors = error.errors
        else:
            _save(mail, people, user, name)
            messages.success(request, _("メールの予定を保存しました。次は%(when)sに送ります。") % {"when": f"{timezone.localtime(mail.next_at):%Y/%m/%d %H:%M}"})  # fmt: skip
            return redirect("report-mails")
    context: dict[str, Any] = {
        "mail": mail, "name": name, "errors": errors, "people": User.objects.filter(is_active=True), "chosen": chosen, "every": ReportMail.Every.choices,
        "weekdays": schedule.weekdays(), "days": schedule.days(), "hours": range(24),
    }  # fmt: skip
    return render(request, "insight/mail_form.html", context, status=422 if errors else 200)


def _read(request: HttpRequest, mail: ReportMail) -> list[User]:
    """What the form says, onto the mail; gives the recipients."""
    form = request.POST
    mail.every = form.get("every", "")
    for name in ("weekday", "day", "hour"):
        found = whole(form.get(name, ""))
        setattr(mail, name, 99 if found is None else min(found, 99))
    keys = [key for text in form.getlist("to") if (key := whole(text)) is not None]
    return list(User.objects.filter(pk__in=keys, is_active=True))


def _check(mail: ReportMail, people: list[User]) -> None:
    """Raises what speaks against it.

    Raises:
        Refused
    """
    errors: dict[str, list[str]] = {}
    if mail.every not in ReportMail.Every.values:
        errors["every"] = [_("送る間隔を選んでください。")]
    if not (mail.weekday < 7 and 1 <= mail.day <= 31 and mail.hour < 24):
        errors["hour"] = [_("曜日・日・時刻を選び直してください。")]
    if not people:
        errors["to"] = [_("送る相手を選んでください。")]
    elif len(people) > MOST_RECIPIENTS:
        errors["to"] = [_("送る相手は%(most)d人までです。") % {"most": MOST_RECIPIENTS}]
    blind = [one.name for one in people if not content.sees(one, mail.kind, mail.key)]
    if blind:
        errors["to"] = [_("%(names)sさんはこのレポートを見られないので送れません。共有の範囲を広げるか、送る相手から外してください。") % {"names": _("、").join(blind)}]  # fmt: skip
    if errors:
        raise Refused(errors)


def _save(mail: ReportMail, people: list[User], user: User, name: str) -> None:
    sending.queue()  # what was due until now goes out as it was set until now
    mail.next_at = schedule.following(mail, timezone.now())
    with transaction.atomic():
        mail.save()
        mail.recipients.set(people)
        log_access(user, "export", "", len(people), f"report mail: {name} → {', '.join(one.email for one in people)}"[:500])  # fmt: skip


@require_POST
@handled
def delete(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Sends it no more, to nobody."""
    _mine(person(request), mail_id).delete()
    messages.success(request, _("メールの予定を削除しました。"))
    return redirect("report-mails")


@require_POST
@handled
def leave(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Sends it no more to who asks."""
    user = person(request)
    mail = ReportMail.objects.filter(pk=mail_id, recipients=user).first()
    if mail is None:
        raise NotFound
    mail.recipients.remove(user)
    messages.success(request, _("このメールはもう届きません。"))
    return redirect("report-mails")


@require_POST
@handled
def try_now(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Sends it now to who asks, as he will see it."""
    user = person(request)
    mail = _mine(user, mail_id)
    with transaction.atomic():
        now = timezone.now()
        sending.start(mail, [user], now, now)
    messages.success(request, _("自分あてに送りました。数分のうちに届きます。"))
    return redirect("report-mails")
