"""How django-allauth behaves here: nobody signs himself up, links stay on this host, words are ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks the project."""

    error_messages = {  # noqa: RUF012 (allauth's own form)
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("このアカウントは利用を停止しています。社内の管理者にお問い合わせください。"),
        "email_password_mismatch": _(
            "メールアドレスまたはパスワードが違います。大文字・小文字や全角になっていないかを確かめてください。"
        ),
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
