"""Accounts, contacts and affiliations do what every entity does."""

from typing import Any

import pytest

from enishi.records import registry, write
from enishi.records.testing import EntityTests


class TestAccounts(EntityTests):
    entity = "account"

    def values(self, number: int) -> dict[str, Any]:
        return {
            "name": f"株式会社丸山製作所{number}",
            "kana": "マルヤマ",
            "phone": f"03-1234-{number:04}",
            "code": f"K{number}",
            "rank": "A",
        }


class TestContacts(EntityTests):
    entity = "contact"
    edits = ("family_name", "髙﨑", "髙﨑")

    @pytest.fixture(autouse=True)
    def _account(self, alice: Any) -> None:
        self.account = write.create(registry.get("account"), {"name": "みどり商事"}, by=alice).record

    def values(self, number: int) -> dict[str, Any]:
        return {
            "family_name": "渡邊", "given_name": f"誠{number}", "account": self.account.pk, "title": "専務",
            "mobile": f"090-1234-{number:04}", "birthday": "1980-02-29",
        }  # fmt: skip


class TestAffiliations(EntityTests):
    entity = "affiliation"
    edits = ("department", "営業部", "営業部")

    @pytest.fixture(autouse=True)
    def _ends(self, alice: Any) -> None:
        self.account = write.create(registry.get("account"), {"name": "みどり商事"}, by=alice).record
        self.contact = write.create(
            registry.get("contact"), {"family_name": "佐藤", "account": self.account.pk}, by=alice
        ).record

    def values(self, number: int) -> dict[str, Any]:
        return {
            "contact": self.contact.pk,
            "account": self.account.pk,
            "department": f"第{number}課",
            "is_main": "",
        }


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("株式会社松葉", "松葉株式会社"), "前株と後株"),
        (("有限会社松葉", "株式会社松葉"), "法人格が違います"),
        # Whoever writes his firm in Latin letters puts its form behind, whatever it is in Japanese.
        (("株式会社松葉", "Ｍａｔｓｕｂａ　Ｋ．Ｋ．"), ""),
        (("有限会社松葉", "Matsuba Co., Ltd."), ""),
    ],
)
def test_what_may_be_another_company_is_said_before_merging(
    names: tuple[str, ...], said: str, alice: Any
) -> None:
    entity = registry.get("account")
    rows = [write.create(entity, {"name": name}, by=alice).record for name in names]
    told = " ".join(entity.merge_warnings(rows))
    assert said in told if said else told == ""


@pytest.mark.django_db
@pytest.mark.parametrize("entity", ["account", "contact"])
@pytest.mark.parametrize(
    ("typed", "address", "prefecture", "whole"),
    [
        ("沖縄", "那覇市1-1", "沖縄県", "那覇市1-1"),
        ("Osaka", "大阪市1", "大阪府", "大阪市1"),
        ("東京都港区", "芝1", "東京都", "港区芝1"),
        ("California", "Los Angeles", "California", "Los Angeles"),
    ],
)
def test_prefectures_are_completed(
    alice: Any, entity: str, typed: str, address: str, prefecture: str, whole: str
) -> None:
    values = {"name": "山田 太郎", "prefecture": typed, "address": address}
    found = write.create(registry.get(entity), values, by=alice).record
    assert (found.prefecture, found.address) == (prefecture, whole)
