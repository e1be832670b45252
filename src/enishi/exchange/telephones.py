"""Two columns of a person's telephones, neither of which says which kind it holds (電話1, 電話2)."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from enishi.exchange import contents, headings

if TYPE_CHECKING:
    from enishi.exchange.mapping import Plan
    from enishi.exchange.parsed import Parsed
    from enishi.exchange.rows import RowReader
    from enishi.exchange.sheet import Column

_KIND = re.compile(
    r"自宅|勤務|会社|直通|緊急|日中|代表|携帯|home|work|direct|連絡先|内線|実家|保護者|本人|fax",
    re.IGNORECASE,
)
PLACES = ("contact.phone", "contact.mobile")


def unsorted(plan: "Plan") -> str:
    """The heading of the second column where both are read by what stands in them; "" where each says what it holds."""
    found = [one for one in plan.columns if one.target in PLACES]
    if len(found) != 2 or {one.target for one in found} != set(PLACES) or plan.profile:
        return ""
    return found[1].heading if are_plain(found) else ""


def are_plain(columns: "Iterable[Column]") -> bool:
    """Whether the headings say that a number is a telephone's, and of which kind it is they don't."""
    heads = [(one.heading, headings.means(one.heading)) for one in columns]
    return all(
        ("contact", "phone") in means and ("contact", "mobile") not in means and not _KIND.search(head)
        for head, means in heads
    )


def sort(reader: "RowReader", parsed: "Parsed", heading: str) -> None:
    """The row's first mobile number is the mobile one; of two others the second stands in the note."""
    values = parsed.values.get("contact", {})
    order = sorted((one for one in reader.plan.columns if one.target in PLACES), key=lambda one: one.index)
    held = [values.pop(name) for one in order if values.get(name := one.target.partition(".")[2])]
    mobile = next((one for one in held if contents.is_mobile(one)), "")
    others = [one for one in held if one != mobile]
    if mobile:
        values["mobile"] = mobile
    if others:
        values["phone"] = others[0]
    for number in others[1:]:
        reader.note(parsed, "contact", f"{heading}: {number}")
