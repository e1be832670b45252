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


# Within other text: what stands around an address in ledgers (PC:a@example.jp, a@example.jp（仕事）, a@example.jp/b@example.jp) is
# none of it, though the standard allows / and quotes in one.
_WITHIN = re.compile(
    r"(?<![A-Za-z0-9!#$%&*+=?^_`{|}~.'\-])[A-Za-z0-9_][A-Za-z0-9!#$%&*+=?^_`{|}~.\-]*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}(?![A-Za-z0-9])"
)


def find_emails(text: str) -> tuple[list[str], str]:
    """The addresses that stand within a text, and what is left of it without them."""
    half = unicodedata.normalize("NFKC", text)
    found = []
    for one in _WITHIN.findall(half):
        try:
            found.append(clean_email(one))
        except ValueError:
            continue
    return found, _WITHIN.sub(" ", half)


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
