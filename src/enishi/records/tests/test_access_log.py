"""Who looked at whom is kept, and found again."""

import re
from typing import Any

import pytest
from django.test import Client

from enishi.access import reads
from enishi.access.models import AccessLog
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
