"""The bin: thirty days, then nothing is left, neither rows nor files."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from enishi.records import attachments, registry, write
from enishi.records import bin as records_bin
from enishi.records.models import Attachment, Event, EventSubject, Link, SearchDoc
from enishi.records.testing import queries
from enishi.sales.pipelines.entity import default_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("A8")]
DAY = datetime.timedelta(days=1)


@pytest.fixture
def account(alice: Any) -> Any:
    return write.create(registry.get("account"), {"name": "丸山製作所", "tags": ["VIP"]}, by=alice).record


def gone_since(record: Any, days: float, by: Any) -> None:
    write.delete(registry.of(record), [record.pk], by=by)
    type(record).objects.filter(pk=record.pk).update(deleted_at=timezone.now() - DAY * days)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_thirty_days_and_not_a_day_less(account: Any, alice: Any) -> None:
    gone_since(account, 29.9, alice)
    assert records_bin.empty_old() == 0
    write.restore(registry.get("account"), [account.pk], by=alice)
    gone_since(account, 30.1, alice)
    assert records_bin.empty_old() == 1
    assert not type(account).objects.filter(pk=account.pk).exists()
    assert records_bin.empty_old() == 0


def test_nothing_of_it_is_left(account: Any, alice: Any) -> None:
    held = attachments.store(
        registry.get("account"), account.pk, SimpleUploadedFile("契約書.pdf", b"%PDF"), by=alice
    )
    path = Path(attachments.settings.MEDIA_ROOT) / held.path
    deal = write.create(registry.get("deal"), {"name": "更新", "account": account.pk}, by=alice).record
    visit = write.create(
        registry.get("activity"),
        {"kind": "visit", "text": "会えた", "about": f"account:{account.pk}"},
        by=alice,
    ).record
    assert path.exists()
    gone_since(account, 31, alice)
    assert records_bin.empty_old() == 1
    assert not path.exists() and not Attachment.objects.exists()
    for model in (Event, EventSubject):
        assert not model.objects.filter(entity="account").exists()
    assert (
        not Link.objects.filter(from_entity="account").exists()
        and not Link.objects.filter(to_entity="account").exists()
    )
    assert not SearchDoc.objects.filter(pk__in=[account.pk * 4096 + 1]).exists()
    deal.refresh_from_db()
    visit.refresh_from_db()
    assert deal.account_id is None  # what was connected stays, without it
    assert Event.objects.filter(entity="deal", record_id=deal.pk).exists()


def test_what_others_stand_on_waits_and_holds_nothing_else_up(account: Any, alice: Any) -> None:
    stage = stages_of(default_pipeline().pk)[0]
    deal = write.create(registry.get("deal"), {"name": "更新", "stage": stage.pk}, by=alice).record
    gone_since(stage, 31, alice)
    gone_since(account, 31, alice)
    assert records_bin.empty_old() == 1
    assert (
        type(stage).objects.filter(pk=stage.pk).exists()
        and not type(account).objects.filter(pk=account.pk).exists()
    )
    gone_since(deal, 31, alice)
    assert records_bin.empty_old() == 1  # the deal; its stage the next time
    assert records_bin.empty_old() == 1


def test_a_file_taken_off_a_record_goes_after_thirty_days_too(account: Any, alice: Any) -> None:
    held = attachments.store(
        registry.get("account"), account.pk, SimpleUploadedFile("名簿.xlsx", b"x"), by=alice
    )
    path = Path(attachments.settings.MEDIA_ROOT) / held.path
    attachments.remove(held.pk, by=alice)
    records_bin.empty_old()
    assert path.exists()
    records_bin.empty_old(timezone.now() + DAY * 31)
    assert not path.exists() and not Attachment.objects.exists()
    assert type(account).objects.filter(pk=account.pk).exists()


def test_the_page_costs_the_same_with_many(alice: Any, as_alice: Any, account: Any) -> None:
    contact = write.create(
        registry.get("contact"), {"family_name": "佐藤", "account": account.pk}, by=alice
    ).record
    made = write.create_many(
        registry.get("affiliation"),
        [
            {"contact": contact.pk, "account": account.pk, "department": f"{n}課", "is_main": ""}
            for n in range(60)
        ],
        by=alice,
        operation=None,
    )
    gone_since(account, 1, alice)
    keys = [one.pk for one in made]
    write.delete(registry.get("affiliation"), keys[:5], by=alice)
    as_alice.get("/bin/")
    few = len(queries(as_alice, "/bin/"))
    write.delete(registry.get("affiliation"), keys[5:], by=alice)
    assert len(queries(as_alice, "/bin/")) == few


def test_a_restored_record_is_found_again_and_back_on_timelines(account: Any, alice: Any) -> None:
    deal = write.create(
        registry.get("deal"), {"name": "更新の件", "account": account.pk, "amount": 500}, by=alice
    ).record
    shown = lambda: EventSubject.objects.filter(entity="account", record_id=account.pk, event__entity="deal")  # noqa: E731
    assert shown().count() == 1
    write.delete(registry.get("deal"), [deal.pk], by=alice)
    account.refresh_from_db()
    assert [one.kind for one in shown()] == ["deleted"] and account.open_amount is None
    write.restore(registry.get("deal"), [deal.pk], by=alice)
    account.refresh_from_db()
    assert (
        sorted(one.kind for one in shown()) == ["created", "deleted", "restored"]
        and account.open_amount == 500
    )
