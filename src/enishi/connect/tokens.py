"""Making, checking and ending tokens."""

import datetime
import hashlib
import re
import secrets
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.access.models import User
from enishi.access.rights import log_access
from enishi.access.staff import stopped
from enishi.connect.models import ApiToken
from enishi.japanese.text import clean
from enishi.records import registry

PREFIX = "enishi_"
SCOPES = {
    "read": gettext_lazy("見る・検索する"),
    "write": gettext_lazy("登録・変更する"),
    "delete": gettext_lazy("ごみ箱へ移す・戻す"),
    "import": gettext_lazy("ファイルを取り込む"),
}
CALENDAR = "calendar"  # opens the calendar's feed and nothing of the API (connect/feeds.py)
_SCOPE = re.compile(
    r"(?:(read|write|delete)(:[a-z][a-z0-9_-]{0,39})?|import|calendar)\Z"
)  # a file may bring several entities
LONGEST_DAYS, USED_EVERY = 3650, datetime.timedelta(minutes=1)


def make(
    user: User, name: str, scopes: Iterable[str], *, days: int | None = 365, by: User | None
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown once and never again (256 random bits).

    Args:
        scopes: read, write, delete, import; `read:accounts` holds to one entity, by name or address.
        days: until it expires; None never does.

    Raises:
        ValidationError: with a message for the person.
    """
    name = clean(name).strip()[:60] or _("名前なし")
    wanted = sorted({_by_name(one.strip()) for one in scopes if one.strip()})
    bad = [one for one in wanted if not _SCOPE.match(one)]
    if bad or not wanted:
        raise ValidationError(
            _("使い道は read・write・delete・import から選んでください（%(bad)s）。")
            % {"bad": _("、").join(bad) or _("空")}
        )
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise ValidationError(_("期限は1日から%(most)d日までにしてください。") % {"most": LONGEST_DAYS})
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, digest=_digest(text), hint=text[-4:], scopes=wanted,
        expires_at=timezone.now() + datetime.timedelta(days=days) if days is not None else None,
    )  # fmt: skip
    log_access(by, "token-add", "user", 1, f"{user.email} {name} {' '.join(wanted)}")
    return token, text


def _by_name(scope: str) -> str:
    """A scope of one entity by the entity's name: its address may be another's one day.

    Raises:
        ValidationError: there is no such entity.
    """
    what, colon, named = scope.partition(":")
    if not colon or not _SCOPE.match(scope):
        return scope
    every = registry.all_entities()
    found = registry.find(named) or next((one for one in every if one.slug == named), None)
    if found is None:
        raise ValidationError(_("「%(word)s」という台帳はありません。") % {"word": named})
    return f"{what}:{found.name}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def find(text: str) -> ApiToken | None:
    """The token of this text, if it still opens anything."""
    if not text.startswith(PREFIX) or len(text) > 100 or not text.isascii():
        return None
    token = ApiToken.objects.select_related("user").filter(digest=_digest(text), revoked_at=None).first()
    now = timezone.now()
    if (
        token is None
        or not token.user.is_active
        or (token.expires_at is not None and token.expires_at <= now)
    ):
        return None
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def allows(token: ApiToken, scope: str, *names: str) -> bool:
    """Whether a token's scopes cover this, for everything or for the entity of these names."""
    return scope in token.scopes or any(f"{scope}:{name}" in token.scopes for name in names)


def is_calendar(token: ApiToken) -> bool:
    """Whether a token is a calendar's address and nothing else."""
    return bool(token.scopes == [CALENDAR])


def revoke(token: ApiToken, *, by: User | None) -> None:
    """Ends a token at once."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        log_access(by, "token-stop", "user", 1, f"{token.user.email} {token.name}")


@stopped.connect
def end_all(user: User) -> None:
    """Who is stopped has no tokens and no calendar any more, should he come back."""
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
