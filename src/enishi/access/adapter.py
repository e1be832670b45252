"""How django-allauth behaves here: nobody signs himself up, links stay on this host, words are ours."""

import base64
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger("enishi.access")


def _box() -> Fernet:
    key = salted_hmac("enishi.access.factor", "secret", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def sealed(text: str) -> str:
    """A secret that only this installation can read."""
    return _box().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """What `sealed` closed.

    Raises:
        InvalidToken: it was closed with another key (the key file is not the one of the database).
    """
    return _box().decrypt(text.encode()).decode()


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks the project."""

    error_messages = {  # noqa: RUF012 (allauth's own form)
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("このアカウントは利用を停止しています。社内の管理者にお問い合わせください。"),
        "email_password_mismatch": _(
            "メールアドレスまたはパスワードが違います。大文字・小文字や全角になっていないかを確かめてください。"
        ),
        "incorrect_password": _("パスワードが違います。"),
        "enter_current_password": _("今のパスワードが違います。"),
        "too_many_login_attempts": _(
            "サインインの失敗が続いたため、しばらく受け付けを止めています。5分ほど待ってからもう一度お試しください。"
        ),
        "rate_limited": _("短い時間に操作が続きすぎました。少し待ってからもう一度お試しください。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only an admin adds people."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """After signing in one only goes on to a page of this very host, whatever hosts are allowed."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth counts per Host header and address, which gives an attacker one more round per host name.
        return str(credentials.get("email", "")).strip().lower()


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks the project about second factors and passkeys."""

    error_messages = {  # noqa: RUF012 (allauth's own form)
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "コードが違います。時計が合っているかを確かめて、新しく出たコードを入れてください。"
        ),
        "cannot_generate_recovery_codes": _("先に認証アプリかパスキーを登録してください。"),
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """What a new passkey is called until its owner names it."""
        count = user.authenticator_set.filter(type=type).count()
        return str(_("パスキー %(n)d") % {"n": count + 1})

    def encrypt(self, text: str) -> str:
        """The secret of an authenticator app as it lies in the database: sealed with the installation's key, which a copy of the
        database alone does not hold."""
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret as it was given; "" where another key closed it, which no code fits (an admin takes the factor away then)."""
        try:
            return opened(encrypted_text)
        except InvalidToken:
            logger.warning("a second factor was sealed with another key than secret.key")
            return ""
