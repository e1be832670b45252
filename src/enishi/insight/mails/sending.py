"""Sends what is due, each mail once: two workers, a clock that steps and a worker that died on the way change nothing of that.

Who is first to move `next_at` on makes the mailings of that time; a mailing is one row per mail, person and time, and who is first to
mark it sends it. A mailing that a dead worker left behind is taken up again half an hour later. What was due while no worker ran goes
out once, not once for each missed time.
"""

import datetime
import logging
from smtplib import SMTPException

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_tasks import task

from enishi.access.models import User
from enishi.insight.mails import content, schedule
from enishi.insight.models import ReportMail, ReportMailing

logger = logging.getLogger(__name__)
State, Problem = ReportMailing.State, ReportMailing.Problem
TRY_AGAIN = (2, 10, 30, 120)  # minutes after which a mail is tried again that the server didn't take
LEFT_BEHIND = datetime.timedelta(minutes=30)
TOO_LATE = datetime.timedelta(days=2)
AHEAD = datetime.timedelta(hours=3)  # longer than any mail is put off


def queue() -> int:
    """Makes the mailings of what is due and hands them to the workers; how many mails were due."""
    now, due = timezone.now(), 0
    for mail in ReportMail.objects.all():
        after = schedule.following(mail, now)
        if mail.next_at <= now:
            due += _queue_one(mail, after, now)
        elif (
            mail.next_at != after
        ):  # the clock was ahead when that was reckoned, or the company closes that day
            ReportMail.objects.filter(pk=mail.pk, next_at=mail.next_at).update(next_at=after)
    _take_up(now)
    return due


def _queue_one(mail: ReportMail, after: datetime.datetime, now: datetime.datetime) -> bool:
    with transaction.atomic():
        if not ReportMail.objects.filter(pk=mail.pk, next_at=mail.next_at).update(next_at=after):
            return False  # another worker was faster
        people = list(mail.recipients.filter(is_active=True).order_by("pk"))
        start(mail, people, mail.next_at, now)
        return True


def start(mail: ReportMail, people: list[User], due_at: datetime.datetime, now: datetime.datetime) -> None:
    """Hands mails to the workers, in the caller's transaction; whoever has had the one of that time gets no second."""
    had = set(ReportMailing.objects.filter(mail=mail, due_at=due_at).values_list("user", flat=True))
    fresh = [
        ReportMailing(mail=mail, user=user, due_at=due_at, touched_at=now)
        for user in people
        if user.pk not in had
    ]
    for row in ReportMailing.objects.bulk_create(fresh):
        send.enqueue(row.pk)


def _take_up(now: datetime.datetime) -> None:
    """Mailings that a worker left behind, or that rest for a time that the clock no longer shows."""
    unfinished = ReportMailing.objects.filter(state__in=(State.WAITING, State.SENDING))
    behind = unfinished.filter(touched_at__lt=now - LEFT_BEHIND)
    behind.filter(Q(due_at__lt=now - TOO_LATE) | Q(tries__gt=len(TRY_AGAIN))).update(
        state=State.FAILED, problem=Problem.LATE
    )
    left = unfinished.filter(Q(touched_at__lt=now - LEFT_BEHIND) | Q(touched_at__gt=now + AHEAD))
    for key in list(left.values_list("pk", flat=True)):
        # Asked once more: a worker may have taken it up since the look.
        if left.filter(pk=key).update(touched_at=now, state=State.WAITING):
            send.enqueue(key)


@task()
def send(mailing_id: int) -> bool:
    """Sends one mail, unless another worker does or has; whether it went out."""
    now = timezone.now()
    # One statement: of two workers one changes the row.
    mine = ReportMailing.objects.filter(pk=mailing_id, state=State.WAITING)
    if not mine.update(state=State.SENDING, touched_at=now, tries=F("tries") + 1):
        return False
    row = ReportMailing.objects.select_related("mail__owner", "user").get(pk=mailing_id)
    if not row.user.is_active:
        return _leave(row, State.LEFT, "")
    try:
        made, exported = content.message(row)
    except content.Unsent as problem:
        return _leave(row, State.LEFT, str(problem))
    except Exception:  # one report that can't be drawn must not come back for two days
        logger.exception("report mail %d to %s", row.mail_id, row.user.email)
        return _again(row, Problem.BROKEN.value)
    try:
        made.send()
    except (OSError, SMTPException, ValueError) as error:
        return _again(row, f"{type(error).__name__}: {error}")
    sent = _leave(row, State.SENT, "")  # before anything else that may go wrong, or it would be sent again
    content.log_sent(row.user, exported)
    return sent


def _leave(row: ReportMailing, state: str, problem: str) -> bool:
    ReportMailing.objects.filter(pk=row.pk).update(
        state=state, problem=problem[:300], touched_at=timezone.now()
    )
    return state == State.SENT


def _again(row: ReportMailing, problem: str) -> bool:
    """The server didn't take it: later once more, at last not at all."""
    logger.warning("report mail %d to %s: %s", row.mail_id, row.user.email, problem)
    if row.tries > len(TRY_AGAIN):
        return _leave(row, State.FAILED, problem)
    later = timezone.now() + datetime.timedelta(minutes=TRY_AGAIN[row.tries - 1])
    with transaction.atomic():
        ReportMailing.objects.filter(pk=row.pk).update(
            state=State.WAITING, problem=problem[:300], touched_at=later
        )
        send.using(run_after=later).enqueue(row.pk)
    return False


def forget() -> None:
    """Mailings of last year are of no use to anybody; the access log keeps what left the house."""
    ReportMailing.objects.filter(due_at__lt=timezone.now() - datetime.timedelta(days=365)).delete()
