"""Files and pictures as fields: the value is a list of attachments' keys; they are put there on the card."""

from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.records.fields.base import FieldKind, Text
from enishi.records.models import Attachment

# What a browser may show as a picture: told by the first bytes, never by the name.
PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"),
)  # fmt: skip


def picture_type(head: bytes) -> str:
    """The type of a picture by its first bytes; "" for anything else (SVG can carry scripts and is no picture here)."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in PICTURES if head.startswith(start)), "")


class Files(FieldKind):
    """Files of one purpose (the signed contract, the drawing)."""

    kind = "file"
    operators = ("empty", "not_empty")
    empty: list[int] = []
    joins = True
    pictures: ClassVar[bool] = False
    design_label: ClassVar[Text] = gettext_lazy("ファイル")
    design_icon = "paperclip"

    def __init__(self, name: str, label: Text = "", **options: Any) -> None:
        super().__init__(name, label, **options)
        self.editable = self.importable = False  # put there on the card (`pages.cards.upload`)

    def clean(self, raw: Any) -> list[int]:
        if raw is None or raw == "":
            return []
        if not isinstance(raw, list) or not all(type(one) is int and 0 < one < 2**63 for one in raw):
            raise ValidationError(_("%(label)sの値の形式が正しくありません。") % {"label": self.label})
        return raw

    def empty_value(self) -> Any:
        return []

    def combine(self, values: Sequence[Any]) -> list[int]:
        return list(dict.fromkeys(key for value in values for key in value or ()))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "integer"}}

    def names(self, values: Sequence[Any]) -> dict[int, str]:
        """Names of the files that are still there, in one query."""
        keys = {key for value in values for key in value or ()}
        return (
            dict(Attachment.objects.filter(pk__in=keys, deleted_at=None).values_list("pk", "name"))
            if keys
            else {}
        )

    def text(self, value: Any) -> str:
        names = self.names([value])
        return _("、").join(names[key] for key in value or () if key in names)

    def input_text(self, value: Any) -> str:
        return ",".join(map(str, value or ()))

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]

    def cells(self, records: Sequence[Any]) -> list[str]:
        values = self.values(records)
        names = self.names(values)
        return [
            " ".join(self.shown(key, names[key]) for key in value or () if key in names) for value in values
        ]

    def shown(self, key: int, name: str) -> str:
        """One file in a cell."""
        return f'<a class="link" href="/files/{key}/">{escape(name)}</a>'


class Pictures(Files):
    """Pictures, shown small."""

    kind = "picture"
    pictures = True
    design_label = gettext_lazy("写真・画像")
    design_icon = "image"

    def shown(self, key: int, name: str) -> str:
        return f'<a href="/files/{key}/"><img class="thumb" src="/files/{key}/image/" alt="{escape(name)}" loading="lazy"></a>'
