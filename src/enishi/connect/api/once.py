"""Calls that may be sent again: with an Idempotency-Key what they make is made once.

The first call leaves, in the transaction of what it makes, a row with its key, a hash of what it asked, and the keys of what came of
it. Whoever comes with the same key waits for that transaction (the row is unique) and gets the same answer, made anew of the
records as they are now; what asks for something else is refused.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from enishi.connect.api.base import BadRequest, Call
from enishi.connect.models import Repeat
from enishi.records.errors import Refused

LONGEST = 200
Result = dict[str, Any]


def once(
    request: Call,
    make: Callable[[Any], Result],
    tell: Callable[[Result, bool], HttpResponse],
    *,
    ready: Callable[[], Any] = lambda: None,
    body: bytes | None = None,
) -> HttpResponse:
    """Makes something, once per key, and answers.

    Args:
        make: does it, in a transaction, with what `ready` gave; returns keys that say what was made (no personal data).
        tell: the answer of such a result, and whether it was made just now.
        ready: what can be done before anything is locked.
        body: what was asked, where that isn't the body as it stands.

    Raises:
        BadRequest, Refused
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST:
        raise BadRequest(_("Idempotency-Key は%(most)d文字までにしてください。") % {"most": LONGEST})
    if not key:
        prepared = ready()
        with transaction.atomic():
            result = make(prepared)
        return tell(result, True)
    row = {"user": request.person, "key": _hash(key.encode())}
    asked = _hash(f"{request.method} {request.path}\n".encode(), request.body if body is None else body)
    held = Repeat.objects.filter(**row).first()
    if held is None:
        prepared = ready()
        try:
            with transaction.atomic():
                mine = Repeat.objects.create(**row, asked=asked)
                mine.result = json.loads(json.dumps(make(prepared)))
                mine.save(update_fields=["result"])
            return tell(mine.result, True)
        except IntegrityError:
            held = Repeat.objects.filter(**row).first()
            if held is None:
                raise
    if held.asked != asked:
        raise Refused({"": [_("同じ Idempotency-Key で、前と違う内容が送られました。新しい内容には新しいキーを使ってください。")]})  # fmt: skip
    return tell(held.result, False)


def _hash(*parts: bytes) -> str:
    made = hashlib.sha256()
    for part in parts:
        made.update(part)
    return made.hexdigest()
