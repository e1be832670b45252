"""Tasks and activities do what every entity does."""

from typing import Any

import pytest

from enishi.records import registry, write
from enishi.records.testing import EntityTests


class TestTasks(EntityTests):
    entity = "task"

    @pytest.fixture(autouse=True)
    def _account(self, alice: Any) -> None:
        self.account = write.create(registry.get("account"), {"name": "みどり商事"}, by=alice).record

    def values(self, number: int) -> dict[str, Any]:
        return {
            "name": f"見積を送る{number}",
            "kind": "document",
            "about": f"account:{self.account.pk}",
            "due_at": "2026-11-24",
        }


class TestActivities(EntityTests):
    entity = "activity"
    edits = ("text", "社長に会えた", "社長に会えた")

    @pytest.fixture(autouse=True)
    def _account(self, alice: Any) -> None:
        self.account = write.create(registry.get("account"), {"name": "みどり商事"}, by=alice).record

    def values(self, number: int) -> dict[str, Any]:
        return {
            "kind": "visit",
            "about": f"account:{self.account.pk}",
            "at": "2026-11-20 14:00",
            "text": f"新製品の説明{number}",
        }
