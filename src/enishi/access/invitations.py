"""Links by which somebody sets a first or a forgotten password: used once, at most a week, of one purpose."""

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from enishi.access.models import User

PURPOSE = "enishi.access.invitation"


def _state(user: User) -> str:
    """Changes as soon as a password is set, the person signs in, is stopped, or gets another address."""
    value = f"{user.password}:{user.last_login}:{user.session_round}:{user.email}"
    return salted_hmac(PURPOSE, value, algorithm="sha256").hexdigest()


def link(user: User) -> str:
    """The address to hand to the person; made of the public address of the installation, never of a request."""
    token = signing.dumps({"user": user.pk, "state": _state(user)}, salt=PURPOSE)
    return f"{settings.PUBLIC_URL}{reverse('welcome', args=[token])}"


def find(token: str) -> User | None:
    """Whom the link is for; None for a forged, used or old one."""
    try:
        held = signing.loads(token, salt=PURPOSE, max_age=settings.INVITATION_AGE)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or not constant_time_compare(held["state"], _state(user)):
        return None
    return user
