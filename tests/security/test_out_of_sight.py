"""What somebody doesn't see he neither reads by its number, nor ties to, nor takes from what it is tied to."""

from pathlib import Path
from typing import Any

import pytest

from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.records import limits, registry, timeline, write
from enishi.records.design import operations
from enishi.records.errors import Refused
from tests.security.test_roles import OWN_ONLY, client_of, person

pytestmark = [pytest.mark.django_db, pytest.mark.row("F2")]
ALL = dict.fromkeys(OWN_ONLY, "all")
HIDDEN = "極秘 太郎"


def make(entity: str, by: Any, **values: Any) -> Any:
    return write.create(registry.get(entity), values, by=by).record


@pytest.mark.parametrize("see", ["own", "none"])
def test_who_was_met_is_nobody_s_way_to_people_out_of_sight(alice: Any, see: str) -> None:
    reach = {**dict.fromkeys(OWN_ONLY, "none"), "see": see} if see == "none" else dict.fromkeys(OWN_ONLY, see)
    user = person("外回り", default=ALL, entities={"contact": reach})
    hidden = make("contact", alice, family_name="極秘", given_name="太郎")
    visit = make("activity", alice, kind="visit", text="訪問した", met=[hidden.pk])
    client = client_of(user)
    page = client.get(f"/activities/{visit.pk}/")
    assert page.status_code == 200 and "太郎" not in page.content.decode()
    activity = registry.get("activity")
    with pytest.raises(Refused):
        write.create(activity, {"kind": "note", "text": "探り", "met": [hidden.pk]}, by=user)
    with pytest.raises(Refused):
        mine = make("activity", user, kind="note", text="私の")
        write.write(activity, mine.pk, {"met": [hidden.pk]}, by=user)
    # What he sends back without them takes nobody away.
    for met in ([], [hidden.pk]):
        write.write(activity, visit.pk, {"met": met, "text": f"直した{len(met)}"}, by=user)
        visit.refresh_from_db()
        assert visit.met == [hidden.pk] and visit.text == f"直した{len(met)}"
    write.write(activity, visit.pk, {"met": []}, by=alice)
    visit.refresh_from_db()
    assert visit.met == []


@pytest.mark.parametrize("way", ["alone", "bulk", "file"])
def test_ties_to_what_is_out_of_sight_stay(alice: Any, tmp_path: Path, way: str) -> None:
    several = operations.add_connection(
        "account", "contact", label="関係者", back_label="関係先", many=True, by=alice
    ).key
    single = operations.add_connection(
        "account", "product", label="主力", back_label="主力先", many=False, by=alice
    ).key
    hidden, seen = make("contact", alice, family_name="極秘"), make("contact", alice, family_name="公開")
    secret = make("product", alice, name="試作品")
    account = make(
        "account", alice, name="丸山商店", code="A1", **{several: [hidden.pk, seen.pk], single: [secret.pk]}
    )
    user = person(
        "外回り",
        default=ALL,
        entities={one: dict.fromkeys(OWN_ONLY, "own") for one in ("contact", "product")},
        imports=True,
    )
    type(seen).objects.filter(pk=seen.pk).update(owner=user)
    entity = registry.get("account")
    if way == "file":
        bring(
            write_csv(tmp_path / "a.csv", [["得意先コード", "会社名", "関係者"], ["A1", "丸山商店", "公開"]]),
            user,
        )
    elif way == "bulk":
        write.write_many(
            entity,
            [(entity.model._default_manager.get(), {several: [seen.pk], single: []})],
            by=user,
            operation=None,
        )
    else:
        write.write(entity, account.pk, {several: [seen.pk], single: []}, by=user)
    fresh = entity.model._default_manager.get()
    field = entity.field
    assert {key for key, _role in field(several).get(fresh)} == {hidden.pk, seen.pk}
    assert [key for key, _role in field(single).get(fresh)] == [secret.pk]
    write.write(entity, account.pk, {several: []}, by=user)
    fresh = entity.model._default_manager.get()
    assert [key for key, _role in field(several).get(fresh)] == [hidden.pk]


def test_a_file_gives_nobody_a_number_that_somebody_out_of_sight_has(alice: Any, tmp_path: Path) -> None:
    make("account", alice, name="見えない会社", code="10190")
    user = person("外回り", default=dict.fromkeys(OWN_ONLY, "own"), imports=True)
    job = bring(
        write_csv(
            tmp_path / "a.csv",
            [["得意先コード", "会社名"], ["10190", "全く別の会社"], ["10191", "新しい会社"]],
        ),
        user,
    )
    held = registry.get("account").model._default_manager
    assert held.filter(code="10190").count() == 1
    assert job.figures["refused"] == 1 and "すでに使われています" in job.refused_rows.get().reason
    assert held.get(name="新しい会社").code == "10191"


def test_a_timeline_shows_what_is_seen_of_it_however_much_is_not(alice: Any) -> None:
    user = person("外回り", default=ALL, entities={"activity": dict.fromkeys(OWN_ONLY, "own")})
    account = make("account", alice, name="丸山商店")
    make("activity", user, kind="note", text="私が書いた", about=f"account:{account.pk}")
    for n in range(timeline.PAGE * 2 + 3):
        make("activity", alice, kind="note", text=f"見えない{n}", about=f"account:{account.pk}")
    with limits.serving(user):
        page = timeline.page(registry.get("account"), account.pk, user)
    assert len(page.items) == 2 and not page.following
    shown = client_of(user).get(f"/accounts/{account.pk}/").content.decode()
    assert "私が書いた" in shown and "見えない" not in shown
