"""What a write or a read may answer instead of doing it. Messages are for the person at the screen."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _


class RecordError(Exception):
    """Base of the errors a caller is expected to show."""


class NotAllowed(RecordError):
    """The person may not do this."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("この操作をする権限がありません。管理者に確認してください。"))


class NotFound(RecordError):
    """No such record, or not one this person may see."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("見つかりません。削除されたか、見る権限がありません。"))


class Moved(NotFound):
    """The record was merged into another, which this person sees."""

    def __init__(self, old_id: int, new_id: int, url: str) -> None:
        self.old_id, self.new_id, self.url = old_id, new_id, url
        super().__init__(_("この記録は、ほかの記録に統合されました。画面を開き直してください。"))


class Refused(RecordError):
    """Values that can't be accepted; `errors` maps field names to messages ('' for the record as a whole)."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__(" ".join(message for messages in errors.values() for message in messages))


class RowRefused(Refused):
    """One of many rows can't be accepted; none was stored. `row` counts from 0, `fields` are its errors by field."""

    def __init__(self, row: int, fields: dict[str, list[str]], message: str) -> None:
        self.row, self.fields = row, fields
        super().__init__({"": [message]})


@dataclass
class Clash:
    """One field that two people changed: what is stored now and what was to be stored."""

    field: str
    label: str
    theirs: Any
    mine: Any
    theirs_text: str
    mine_text: str


@dataclass
class Conflict(RecordError):
    """Somebody else changed the same fields since this person read the record. Nothing was stored."""

    clashes: list[Clash]
    version: int
    by: str = ""
    at: datetime | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        names = _("、").join(clash.label for clash in self.clashes)
        return _("%(by)sさんが先に%(fields)sを変更しました。どちらを残すか選んでください。") % {
            "by": self.by,
            "fields": names,
        }
