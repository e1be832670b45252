"""Adding people, changing what they may, and letting them go. Always through here: the last admin stays, the log is written."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from enishi.access.models import Team, User
from enishi.access.rights import log_access, role_names
from enishi.kit.hooks import Hook

CHANGEABLE = ("name", "email", "role", "team")
stopped = Hook("stopped")  # user: upper floors end what opens anything in his name


def add(
    *,
    email: str,
    name: str,
    role: str,
    by: User | None,
    password: str | None = None,
    team: Team | None = None,
) -> User:
    """A new person; without a password he sets it himself by an invitation link.

    Raises:
        ValidationError: by field, where mail address, name or role won't do.
    """
    user = User(email=email.strip().lower(), name=name.strip(), role=role, team=team)
    _check_role(role)
    user.set_password(password)
    user.full_clean()
    with transaction.atomic():
        user.save()
        log_access(by, "user-add", "user", 1, f"{user.email} {user.role}")
    return user


def change(user: User, *, by: User | None, **values: Any) -> User:
    """Changes name, mail address, role or team.

    Raises:
        ValidationError: where a value won't do, or the last admin would be gone.
        ValueError: for anything else than these.
    """
    if set(values) - set(CHANGEABLE):
        raise ValueError(sorted(values))
    with transaction.atomic():
        held = _locked(user)
        before = {name: getattr(held, name) for name in values}
        for name, value in values.items():
            if isinstance(value, str):
                value = value.strip().lower() if name == "email" else value.strip()
            setattr(held, name, value)
        held.full_clean()
        _check_role(held.role)
        if before.get("role") == User.Role.ADMIN and held.role != User.Role.ADMIN and held.is_active:
            _refuse_if_last(held)
        changed = [name for name in values if before[name] != getattr(held, name)]
        if changed:
            if "email" in changed:  # links and sessions made for the old address end
                held.session_round += 1
            held.save(update_fields=[*changed, "session_round"])
            detail = ", ".join(f"{name}: {before[name]} → {getattr(held, name)}" for name in changed)
            log_access(by, "user-change", "user", 1, f"{held.email} {detail}")
    return held


def deactivate(user: User, *, by: User | None) -> User:
    """Stops a person: sessions and links end at once and don't come back with him. What he recorded stays.

    Raises:
        ValidationError: where it would be the last admin.
    """
    with transaction.atomic():
        held = _locked(user)
        if held.is_active:
            if held.is_admin:
                _refuse_if_last(held)
            held.is_active = False
            held.session_round += 1
            held.save(update_fields=["is_active", "session_round"])
            stopped.send(user=held)
            log_access(by, "user-stop", "user", 1, held.email)
    return held


def activate(user: User, *, by: User | None) -> User:
    """Lets a stopped person in again, with the password he had."""
    with transaction.atomic():
        held = _locked(user)
        if not held.is_active:
            held.is_active = True
            held.save(update_fields=["is_active"])
            log_access(by, "user-start", "user", 1, held.email)
    return held


def set_password(user: User, password: str, *, by: User | None) -> None:
    """A new password that has passed the rules; all sessions of the person end.

    Raises:
        ValidationError: of `django.contrib.auth.password_validation`.
    """
    from django.contrib.auth.password_validation import validate_password

    validate_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        log_access(by, "password", "user", 1, user.email)


def reset_factors(user: User, *, by: User | None) -> int:
    """Takes second factor, passkeys and recovery codes away from somebody who lost them; his password still holds. Returns how many."""
    from allauth.mfa.models import Authenticator

    with transaction.atomic():
        count = int(Authenticator.objects.filter(user=user).delete()[0])
        log_access(by, "factor", "user", count, f"{user.email} ×")
    return count


def end_sessions(user: User) -> None:
    """Signs the person out everywhere; the caller renews the session at hand if that one should stay."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])


def _check_role(role: str) -> None:
    if role not in role_names():
        raise ValidationError({"role": _("役割を選んでください。")})


def _locked(user: User) -> User:
    # All admins are locked as well: two who demote each other at the same time must not both succeed.
    list(User.objects.select_for_update().filter(role=User.Role.ADMIN).order_by("pk").values_list("pk"))
    return User.objects.select_for_update().get(pk=user.pk)


def _refuse_if_last(user: User) -> None:
    others = User.objects.filter(role=User.Role.ADMIN, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise ValidationError(_("管理者がいなくなるため変更できません。先にほかの人を管理者にしてください。"))
