"""Mails about signing in, sent by the worker: the page answers the same, and as fast, whether the address is known or not."""

import datetime
import logging
from smtplib import SMTPException

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django_tasks import task

from enishi.access import invitations
from enishi.access.models import User

logger = logging.getLogger(__name__)
# Minutes after which a mail that a server refused or didn't take is tried again.
TRY_AGAIN = (1, 5, 30)


@task()
def send_reset_mail(email: str, attempt: int = 0) -> bool:
    """Sends the link for a new password if the address is a user's; does nothing otherwise."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return False
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    return _send(
        user, "account/email/password_reset", f"{settings.PUBLIC_URL}{path}", send_reset_mail, email, attempt
    )


@task()
def send_invitation(email: str, attempt: int = 0) -> bool:
    """Sends a new person the link by which he sets his password."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return False
    return _send(user, "account/email/invitation", invitations.link(user), send_invitation, email, attempt)


def _send(user: User, template: str, link: str, again: object, email: str, attempt: int) -> bool:
    with translation.override(user.language):
        values = {"person": user, "link": link, "site": settings.PUBLIC_URL}
        subject = " ".join(render_to_string(f"{template}_subject.txt", values).split())
        text = render_to_string(f"{template}.txt", values).strip() + "\n"
    # The address of the row, not the typed one: look-alike letters must not lead a link elsewhere.
    message = EmailMessage(subject, text, None, [user.email], headers={"Auto-Submitted": "auto-generated"})
    try:
        message.send()
    except (OSError, SMTPException) as error:
        if attempt >= len(TRY_AGAIN):
            raise
        logger.warning("mail to %s: %s; trying again in %d min", user.email, error, TRY_AGAIN[attempt])
        later = timezone.now() + datetime.timedelta(minutes=TRY_AGAIN[attempt])
        again.using(run_after=later).enqueue(email, attempt + 1)  # type: ignore[attr-defined]
        return False
    return True
