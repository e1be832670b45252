"""Mail addresses as customers really have them."""

import re
import unicodedata

from django.utils.translation import gettext as _

# Old telephone carriers gave out a..b@docomo.ne.jp and abc.@docomo.ne.jp, which RFC 5321 forbids unquoted; they exist and are kept.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]+\Z")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})\Z"
)


_NAMED = re.compile(r"[^<>@]+<([^<>@\s]+@[^<>@\s]+)>\Z")  # 山田 花子 <hanako@example.jp>


def clean_email(text: str) -> str:
    """Half-width, trimmed, domain in lower case.

    Raises:
        ValueError: where it can't be an address.
    """
    address = unicodedata.normalize("NFKC", text).strip()
    if named := _NAMED.match(address):
        address = named[1]
    address = address.strip("<>;,").removeprefix("mailto:")
    local, at, domain = address.rpartition("@")
    domain = domain.lower()
    if at and not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            domain = ""
    if not at or not _LOCAL.match(local) or len(local) > 64 or not _DOMAIN.match(domain):
        raise ValueError(
            _("「%(text)s」はメールアドレスとして読めません。name@example.co.jp のように入力してください。")
            % {"text": text.strip()[:60]}
        )
    return f"{local}@{domain}"


def is_unusual_email(address: str) -> bool:
    """Whether the address breaks the standard (two dots, a dot at an end) and must be quoted to be sent to."""
    local = address.rpartition("@")[0]
    return ".." in local or local.startswith(".") or local.endswith(".")
