"""The company that issues documents, and the numbers they get."""

import time
from typing import Any, ClassVar

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from enishi.records.fields import AutoNumber
from enishi.sales.models import DocumentText, Issuer

KEEP_SECONDS = 2.0
USUAL_FORMS = {"quote": "見-{yyyy}-{n:4}", "order": "注-{yyyy}-{n:4}", "invoice": "請-{yyyy}-{n:4}"}
_held: dict[str, tuple[float, Issuer]] = {}


def issuer() -> Issuer:
    """The company's details; kept for two seconds, because each line of an import asks for them."""
    now = time.monotonic()
    held = _held.get("issuer")
    if held is None or now - held[0] > KEEP_SECONDS:
        held = _held["issuer"] = (now, Issuer.objects.filter(pk=1).first() or Issuer(pk=1))
    return held[1]


def forget() -> None:
    """Reads the company's details anew."""
    _held.clear()


def words_of(kind: str) -> DocumentText:
    """The company's own words on a kind of document (empty where the usual ones stand)."""
    return DocumentText.objects.filter(kind=kind).first() or DocumentText(kind=kind)


class DocumentNumber(AutoNumber):
    """A number that is drawn when the document is issued, not when it is made: drafts have none, and numbers have no holes.

    An order is fixed when it is taken, not when its paper is issued: it has its number from the moment it is stored. Orders out of a file
    keep the number of the file; those that have none there (the history of purchases) stay without, until a paper of them is issued.
    """

    kind = "auto_number"
    design_label = ""
    usual: ClassVar[str] = ""

    def __init__(self, name: str, document: str, **options: Any) -> None:
        self.document = document
        super().__init__(name, longest=40, **options)

    @property
    def number_pattern(self) -> str:
        """The company's form of these numbers."""
        return str(issuer().forms.get(self.document) or USUAL_FORMS[self.document])

    @number_pattern.setter
    def number_pattern(self, _value: str) -> None:
        """What the base class sets counts nothing."""

    def number(self, records: Any) -> None:
        """Draws for orders that somebody takes; for nothing else when a record is made."""
        if self.document == "order":
            super().number([record for record in records if not record.importing])

    def draw(self, record: Any) -> str:
        """Gives the record its number; must run in the transaction that stores it."""
        super().number([record])
        return str(self.get(record))


@receiver([post_save, post_delete], sender=Issuer)
def _changed(**_more: Any) -> None:
    """A change made here is seen here at once."""
    forget()
