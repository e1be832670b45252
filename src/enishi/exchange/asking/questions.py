"""A question on its way from the importer into the table of waiting rows."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from enishi.exchange.asking.deciding import Decision
from enishi.exchange.asking.models import WaitingRow
from enishi.exchange.models import ImportJob
from enishi.exchange.parsed import Parsed, portable

# Two rows of which these are the same ask the same question.
_TELLING = ("name", "family_name", "given_name", "code", "corporate_number", "email", "phone", "mobile", "birthday", "prefecture", "address", "account")  # fmt: skip


class Asks:
    """That a row waits, in which entity, and whom it may mean."""

    def __init__(self, entity: str, decision: Decision) -> None:
        self.entity, self.decision = entity, decision
        self.candidates: list[dict[str, Any]] = []

    def settle(self, rows: Sequence[Parsed]) -> None:
        """Once the batch is stored, candidates among its own rows have keys too."""
        for likeness, target in self.decision.candidates:
            key = rows[target].keys.get(self.entity) if isinstance(target, int) else target.pk
            if key is not None:
                self.candidates.append({"id": key, "score": likeness.score, "reasons": likeness.reasons})

    def row(self, job: ImportJob, parsed: Parsed) -> WaitingRow:
        """As it is kept."""
        values = parsed.values.get(self.entity, {})
        told = [self.entity, *(str(values.get(name, "")) for name in _TELLING)]
        return WaitingRow(
            job=job,
            number=parsed.number,
            cells=portable(parsed.cells),
            entity=self.entity,
            candidates=self.candidates,
            keys=dict(parsed.keys),
            alike=hashlib.sha1(json.dumps(told).encode(), usedforsecurity=False).hexdigest(),
        )
