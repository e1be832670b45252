"""Deals, pipelines and stages do what every entity does."""

from typing import Any

import pytest

from enishi.records import registry, write
from enishi.records.testing import EntityTests
from enishi.sales.pipelines.entity import default_pipeline, stages_of


class TestDeals(EntityTests):
    entity = "deal"

    @pytest.fixture(autouse=True)
    def _company(self, alice: Any) -> None:
        self.account = write.create(registry.get("account"), {"name": "みどり商事"}, by=alice).record
        self.stage = stages_of(default_pipeline().pk)[0]

    def values(self, number: int) -> dict[str, Any]:
        return {
            "name": f"設備更新{number}",
            "account": self.account.pk,
            "stage": self.stage.pk,
            "amount": f"{number}00,000",
        }


class TestPipelines(EntityTests):
    entity = "pipeline"

    def values(self, number: int) -> dict[str, Any]:
        return {"name": f"新規開拓{number}", "position": number}


class TestStages(EntityTests):
    entity = "stage"

    @pytest.fixture(autouse=True)
    def _pipeline(self, alice: Any) -> None:
        self.pipeline = default_pipeline()

    def values(self, number: int) -> dict[str, Any]:
        return {
            "name": f"試用{number}",
            "pipeline": self.pipeline.pk,
            "position": number,
            "outcome": "open",
            "probability": "40",
        }
