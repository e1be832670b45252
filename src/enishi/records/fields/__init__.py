"""Field kinds: a class per kind. See `base.FieldKind`."""

from enishi.records.fields.any_record import AnyRecord
from enishi.records.fields.base import FieldKind
from enishi.records.fields.choices import Choice, FreeChoice, Option, Tags
from enishi.records.fields.dates import Date, DateTime, Moment
from enishi.records.fields.numbers import Money, Number, Percent, YesNo
from enishi.records.fields.references import Person, Pointer, Reference
from enishi.records.fields.texts import (
    CorporateNumber,
    Email,
    Kana,
    LongText,
    PostalCode,
    Telephone,
    Url,
    Words,
)

KINDS: dict[str, type[FieldKind]] = {
    kind.kind: kind
    for kind in (
        Words, LongText, Kana, Email, Telephone, Url, PostalCode, CorporateNumber, Number, Money, Percent, YesNo,
        Date, DateTime, Moment, Choice, FreeChoice, Tags, Reference, Person, AnyRecord,
    )
}  # fmt: skip

__all__ = [
    "KINDS", "AnyRecord", "Choice", "CorporateNumber", "Date", "DateTime", "Email", "FieldKind", "FreeChoice", "Kana", "LongText",
    "Moment", "Money", "Number", "Option", "Percent", "Person", "Pointer", "PostalCode", "Reference", "Tags",
    "Telephone", "Url", "Words", "YesNo",
]  # fmt: skip
