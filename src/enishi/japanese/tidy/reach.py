"""How somebody is reached: telephone, mail, web address; and official numbers.

Telephone: 電気通信番号計画 (総務省), as `japanese.telephones` has it; foreign numbers as libphonenumber writes them
internationally. Corporate numbers: 法人番号の指定等に関する省令 第二条; 登録番号 is T and these 13 digits (国税庁).
"""

import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

import phonenumbers

from enishi.japanese.addresses import parse_postal_code
from enishi.japanese.companies import valid_corporate_number
from enishi.japanese.emails import clean_email
from enishi.japanese.telephones import mend_zero, parse_telephone
from enishi.japanese.tidy.proposals import Proposal

_HYPHENED = re.compile(r"0[0-9]+-[0-9]+-[0-9]+\Z")  # what most numbers look like
_ASIDE = re.compile(r"\s*(?:内線|ext\.?|#|\(内\)).*$", re.IGNORECASE)


def telephone(text: str) -> Proposal | None:
    """「０３（１２３４）５６７８」→「03-1234-5678」, 「+81 3…」 too. Hyphens that disagree with the number plan ask, as does
    a number that lost its 0; what isn't a number stays."""
    if _HYPHENED.match(text) and parse_telephone(text.replace("-", "")).display == text:
        return None
    held = parse_telephone(text)
    if not held.valid:
        mended = parse_telephone(mend_zero(text))
        return Proposal("phone-zero", mended.display, sure=False) if mended.valid else None
    aside = _ASIDE.search(unicodedata.normalize("NFKC", text).strip())
    tail = f" {aside[0].strip()}" if aside else ""
    if not held.e164.startswith("+81"):
        number = phonenumbers.parse(held.e164)
        made = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL) + tail
        return Proposal("phone-form", made) if made != text else None
    planned = parse_telephone("0" + held.e164.removeprefix("+81")).display + tail
    if planned == text:
        return None
    typed = held.display
    if typed.count("-") == 2 and typed != planned:
        return Proposal("phone-plan", planned, sure=False)
    return Proposal("phone-form", planned)


# Mistyped domains of free mail and telephone carriers: neighbours on the keyboard, letters left out or swapped, endings.
_TYPOS = {
    "gmail.com": "gmial.com gmai.com gamil.com gnail.com gmeil.com gmail.con gmail.cm gmail.co gmail.om gmail.comm gmaill.com gmal.com gimail.com ggmail.com gmail.cpm gmail.ne.jp gmail.co.jp",
    "yahoo.co.jp": "yaho.co.jp yahooo.co.jp yahoo.co.jo yahoo.co.lp yahoo.cojp yahoo.c.jp yahoo.co.p yhaoo.co.jp yafoo.co.jp yahho.co.jp yahoo.jp yahoo.ne.jp",
    "docomo.ne.jp": "docomo.co.jp docomo.ne.jo docomo.nejp docom.ne.jp docmo.ne.jp dokomo.ne.jp docomo.jp docomo.ne.p",
    "ezweb.ne.jp": "ezwed.ne.jp ezweb.co.jp ezweb.ne.jo ezwb.ne.jp ezwe.ne.jp ezweb.jp",
    "au.com": "au.con",
    "softbank.ne.jp": "softbank.ne.jo sofbank.ne.jp softbnk.ne.jp softbannk.ne.jp",
    "i.softbank.jp": "i.softbank.ne.jp i.softbank.jo i.sofbank.jp i.softbank.co.jp",
    "icloud.com": "icloud.con iclud.com icoud.com iclould.com icloud.co icluod.com icloud.co.jp",
    "hotmail.com": "hotmail.con hotmial.com hotmai.com hotmil.com hotmail.cm",
    "hotmail.co.jp": "hotmail.co.jo hotmial.co.jp hotmai.co.jp",
    "outlook.jp": "outlook.jo outlok.jp",
    "outlook.com": "outlook.con outlok.com outloook.com",
}  # fmt: skip
_RIGHT = {wrong: right for right, words in _TYPOS.items() for wrong in words.split()}
_ENDINGS = {".con": ".com", ".co.jo": ".co.jp", ".ne.jo": ".ne.jp", ".or.jo": ".or.jp", ".cojp": ".co.jp", ".nejp": ".ne.jp"}  # fmt: skip


def email(text: str) -> Proposal | None:
    """Half-width, domain in lower case, no blanks or stops at the ends. The local part keeps its case, dots and + tag."""
    try:
        made = clean_email(text.strip(" \u3000.,;。、．，"))
    except ValueError:
        return _unreadable(text)
    if made != text:
        return Proposal("email-form", made)
    local, _at, domain = made.rpartition("@")
    right = _RIGHT.get(domain)
    if right is None:
        right = next((domain.removesuffix(bad) + good for bad, good in _ENDINGS.items() if domain.endswith(bad)), None)  # fmt: skip
    return Proposal("email-typo", f"{local}@{right}", sure=False) if right else None


def _unreadable(text: str) -> Proposal | None:
    """A comma for a stop, a blank within: readable when mended, but who knows; asks."""
    folded = unicodedata.normalize("NFKC", text)
    mended = re.sub(r"\s+", "", folded).replace(",", ".").replace("、", ".").replace("。", ".")
    mended = re.sub(r"@{2,}", "@", mended)
    try:
        return Proposal("email-typo", clean_email(mended.strip(".,;")), sure=False)
    except ValueError:
        return None


_SCHEME = re.compile(r"(?:h?t{1,2}ps?|https?)(?::/{1,3}|;//|//:?|:／／)(?=[a-z0-9])", re.IGNORECASE)


def url(text: str) -> Proposal | None:
    """Half-width, a scheme in front, the host in lower case; `htp://` and `http:/` ask."""
    folded = unicodedata.normalize("NFKC", text).strip().strip("　")
    if not folded or any(one.isspace() for one in folded):
        return None
    sure = True
    if not re.match(r"https?://", folded, re.IGNORECASE) and (wrong := _SCHEME.match(folded)):
        scheme = "https://" if "s" in wrong[0].lower() else "http://"
        folded, sure = scheme + folded[wrong.end() :], False
    if "://" not in folded:
        folded = f"https://{folded}"
    try:
        parts = urlsplit(folded)
        if parts.scheme.lower() not in {"http", "https"} or "." not in (parts.hostname or ""):
            return None
        made = urlunsplit(parts._replace(scheme=parts.scheme.lower(), netloc=_host(parts.netloc)))
    except ValueError:
        return None
    if made == text:
        return None
    return Proposal("url-form" if sure else "url-typo", made, sure=sure)


def _host(netloc: str) -> str:
    who, at, host = netloc.rpartition("@")
    return f"{who}{at}{host.lower()}"


def corporate_number(text: str) -> Proposal | None:
    """13 digits out of 「T7000012050002」 or 「7-0000-1205-0002」, where the check digit agrees."""
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    digits = re.sub(r"[\s\-‐−ー]", "", folded).removeprefix("T")
    return Proposal("number-form", digits) if digits != text and valid_corporate_number(digits) else None


def postal_code(text: str) -> Proposal | None:
    """「〒０６００００１」→「060-0001」; what has no seven digits stays."""
    made = parse_postal_code(text)
    return Proposal("postal-form", made) if made and made != text else None
