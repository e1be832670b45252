"""Who looked at whom is kept, and found again."""

import re
from typing import Any

import pytest
from django.test import Client

from enishi.access import reads
from enishi.access.models import AccessLog
from enishi.access.rights import log_access
from enishi.records import registry, write

pytestmark = [pytest.mark.django_db, pytest.mark.row("F2")]


@pytest.fixture
def account(alice: Any) -> Any:
    return write.create(registry.get("account"), {"name": "株式会社青空"}, by=alice).record


def test_each_card_that_is_opened_stands_in_the_log_once_in_some_minutes(
    account: Any, as_bob: Client, bob: Any, as_carol: Client
) -> None:
    for client in (as_bob, as_bob, as_carol):
        assert client.get(f"/accounts/{account.pk}/").status_code == 200
        client.get(f"/accounts/{account.pk}/?part=live")
    rows = AccessLog.objects.filter(action="read", entity="account", record_id=account.pk)
    assert sorted(rows.values_list("user__email", flat=True)) == ["bob@example.jp", "carol@example.jp"]
    assert as_bob.get("/accounts/999999/").status_code == 404 and rows.count() == 2


@pytest.mark.parametrize("part", ["timeline", "history"])
def test_what_of_a_record_is_read_beside_its_card_stands_in_it_too(
    part: str, account: Any, as_bob: Client
) -> None:
    assert as_bob.get(f"/accounts/{account.pk}/{part}/").status_code == 200
    assert AccessLog.objects.filter(action="read", entity="account", record_id=account.pk).count() == 1


def test_the_log_is_searched_by_admins_alone(account: Any, as_alice: Client, as_bob: Client) -> None:
    as_bob.get(f"/accounts/{account.pk}/")
    list(as_bob.get("/accounts/export/?format=csv").streaming_content)
    assert as_bob.get("/settings/access-log/").status_code == 403

    def shown(query: str) -> str:
        return as_alice.get(f"/settings/access-log/?{query}").content.decode()

    bob = AccessLog.objects.get(action="read").user
    assert "株式会社青空" in shown("") and "馬場 勉" in shown("")
    assert "株式会社青空" in shown(f"about=account:{account.pk}") and "まだ" not in shown(
        f"about=account:{account.pk}"
    )
    assert "株式会社青空</a>" not in shown("action=export") and "csv" in shown("action=export")
    assert "条件に合う記録はありません" in shown("about=account:99999")
    assert "株式会社青空" in shown(f"user={bob.pk}&q=馬場") and "条件に合う" in shown("q=どこにもない")
    assert "条件に合う" in shown("to=2020-01-01") and "株式会社青空" in shown("from=2020-01-01")
    for nonsense in ("from=x", "to=9999-99-99", "user=x", "before=x", "about=x", "action=x", "q=%00"):
        assert as_alice.get(f"/settings/access-log/?{nonsense}").status_code == 200
    card = as_alice.get(f"/accounts/{account.pk}/").content.decode()
    assert f"/settings/access-log/?about=account:{account.pk}" in card
    assert "/settings/access-log/" not in as_bob.get(f"/accounts/{account.pk}/").content.decode()


def test_a_long_log_goes_on_page_by_page(alice: Any, as_alice: Client) -> None:
    AccessLog.objects.bulk_create(
        [AccessLog(user=alice, action="export", entity="account", count=n) for n in range(2, 252)]
    )
    seen, query = 0, ""
    for _page in range(3):
        page = as_alice.get(f"/settings/access-log/?action=export{query}").content.decode()
        seen += page.count("today-row")
        more = re.search(r'class="pager".*?before=([0-9]+)', page, re.DOTALL)
        query = f"&before={more[1]}" if more else ""
    assert seen == 250 and not query


def test_lines_that_cannot_be_written_wait(account: Any, bob: Any, monkeypatch: Any, settings: Any) -> None:
    settings.READ_LOG_SECONDS = 0

    def fail(_rows: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(AccessLog.objects, "bulk_create", fail)
    with pytest.raises(OSError):
        reads.note_read(bob, "account", account.pk)
    monkeypatch.undo()
    assert reads.flush() == 1 and AccessLog.objects.filter(action="read").count() == 1


def test_the_log_speaks_in_words(alice: Any, as_alice: Client) -> None:
    from enishi.connect import tokens
    from enishi.records.design import operations

    contract = operations.add_entity("契約書", slug="contracts", by=alice).name
    operations.add_field(contract, "formula", "倍", {"formula": {"expression": "1 + 1"}}, by=alice)
    operations.add_connection(
        contract, "deal", label="元の案件", back_label="契約書の元", many=False, by=alice
    )
    operations.lay_out(contract, {"columns": ["owner"], "board": "", "sections": []}, by=alice)
    log_access(alice, "api-read", "", 1, "search 基本")
    log_access(alice, "handover", "user", 1, "a@example.jp → b@example.jp (one)")
    log_access(alice, "design", "contact", 1, "retention 7 on")
    log_access(alice, "user-change", "user", 1, "a@example.jp role: member → viewer, name: 甲 → 乙")
    log_access(alice, "user-add", "user", 1, "a@example.jp member")
    log_access(alice, "role-change", "role", 1, "営業 {'default': {'see': 'own'}}")
    tokens.make(alice, "会計", ["read"], by=alice)
    page = as_alice.get("/settings/access-log/").content.decode()
    for words in (
        "変更: ボード、一覧の列、カードの項目", "追加: 倍（計算・集計）", "契約書「元の案件」 — 案件「契約書の元」", "検索「基本」", "b@example.jp（一人へ）", "保存期間 7年（自動）",
        "役割: メンバー → 閲覧のみ、名前: 甲 → 乙",
    ):  # fmt: skip
        assert words in page, words
    for word in ("board", "sections", "(formula)", f"{contract}.", "deal.", "search ", "(one)", "retention", "{&#x27;", "role:"):  # fmt: skip
        assert word not in re.sub(r"<[^>]+>", " ", page), word
    alice.language = "en"
    alice.save()
    page = as_alice.get("/settings/access-log/").content.decode()
    assert "Changed: Board, Columns of the list, Fields of the card" in page and "Search “基本”" in page
