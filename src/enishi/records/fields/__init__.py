"""Field kinds: a class per kind. See `base.FieldKind`."""

from enishi.records.fields.any_record import AnyRecord
from enishi.records.fields.automatic import AutoNumber
from enishi.records.fields.base import FieldKind
from enishi.records.fields.choices import Choice, FreeChoice, Option, SeveralChoices, Stage, Tags
from enishi.records.fields.dates import Date, DateTime, Moment
from enishi.records.fields.files import Files, Pictures
from enishi.records.fields.formulas import Formula
from enishi.records.fields.lines import Lines
from enishi.records.fields.links import Linked
from enishi.records.fields.names import Names
from enishi.records.fields.numbers import Exact, Money, Number, Percent, YesNo
from enishi.records.fields.references import Person, Pointer, Reference
from enishi.records.fields.teams import InTeam
from enishi.records.fields.texts import (
    Address,
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
        Words, LongText, Number, Money, Percent, Date, DateTime, Choice, SeveralChoices, Stage, YesNo, Telephone, Email, Url, Address,
        Person, InTeam, AutoNumber, Formula, Files, Pictures, Kana, PostalCode, CorporateNumber, Moment, FreeChoice, Tags, Reference, AnyRecord, Linked, Lines, Names,
    )
}  # fmt: skip

__all__ = [
    "KINDS", "Address", "AnyRecord", "AutoNumber", "Choice", "CorporateNumber", "Date", "DateTime", "Email", "Exact", "FieldKind", "Files", "Formula", "FreeChoice", "InTeam", "Kana", "Lines", "Linked", "LongText",
    "Moment", "Money", "Names", "Number", "Option", "Percent", "Person", "Pictures", "Pointer", "PostalCode", "Reference", "SeveralChoices", "Stage", "Tags",
    "Telephone", "Url", "Words", "YesNo",
]  # fmt: skip
