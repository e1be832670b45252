"""Recurring jobs of signing in."""

from django.contrib.sessions.backends.db import SessionStore

from enishi.kit.periodic import every


@every(minutes=60 * 24)
def forget_old_sessions() -> None:
    """Sessions that have run out are of no use to anybody but a thief of the database."""
    SessionStore.clear_expired()
