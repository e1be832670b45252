"""What a role hides or fixes is so at every end: one field at a time, in files, over connections, in what is taken back."""

from pathlib import Path
from typing import Any

import pytest

from enishi.access.models import Role, User
from enishi.exchange import headings, importing
from enishi.exchange.mapping import Plan
from enishi.records import history, limits, merge, registry, write
from enishi.records.errors import NotAllowed
from enishi.records.fields import Linked, Reference
from enishi.records.models import Operation
from tests.security.test_matrix import company
from tests.security.test_roles import OWN_ONLY, client_of, person

pytestmark = [pytest.mark.django_db, pytest.mark.row("F2")]
ALL = dict.fromkeys(OWN_ONLY, "all")
__all__ = ["company"]


def test_a_hidden_field_of_a_connection_breaks_no_page(company: dict[str, Any]) -> None:
    user = person("外回り", default=ALL)
    client, role = client_of(user), Role.objects.get()
    pages = [(one, f"{one.url(company['records'][one.name].pk)}") for one in registry.all_entities()
             if one.name in company["records"]]  # fmt: skip
    hidden = [
        (entity.name, one.name, one.to)
        for entity in registry.all_entities()
        for one in limits.hideable(entity)
        if isinstance(one, Reference | Linked)
    ]
    assert len(hidden) > 15
    for name, field, to in hidden:
        role.rights = {**role.rights, "fields": {name: {field: "hidden"}}}
        role.save()
        for entity, address in pages:
            if entity.name in {name, to} and entity.in_navigation:
                assert client.get(address).status_code == 200, (name, field, address)
        assert client.get("/record/").status_code == 200, (name, field)


@pytest.mark.parametrize("first", ["restricted", "admin"])
def test_a_file_is_read_by_who_brings_it(first: str, alice: User, tmp_path: Path) -> None:
    """What is kept of the words of headings is nobody's own; what a role hides is no column's target."""
    gone = {"phone": "hidden", "kana": "hidden", "address": "fixed"}
    user = person("取り込み係", default=ALL, fields={"account": gone}, imports=True)
    path = tmp_path / "得意先.csv"
    path.write_text(
        "会社名,フリガナ,電話番号,住所\n"
        + "".join(f"第{n}商店,ダイ{n}ショウテン,03-1111-111{n},港区芝{n}\n" for n in range(5)),
        encoding="utf-8",
    )
    headings._meant.cache_clear()
    headings._words.cache_clear()

    def targets(by: User) -> set[str]:
        with limits.serving(by):
            return {
                one.target for one in Plan.from_json(importing.begin(path, path.name, by=by).plan).columns
            }

    full = {"account.name", "account.kana", "account.phone", "account.address"}
    if first == "admin":
        assert full <= targets(alice)
    assert targets(user) == {"account.name", "account.note"}
    assert full <= targets(alice)
    with limits.serving(user):
        job = importing.run(importing.begin(path, path.name, by=user))
    assert job.error == "" and job.figures["created"] == {"account": 5}


def test_a_connection_is_hidden_and_fixed_at_both_ends(company: dict[str, Any], alice: User) -> None:
    drawn = registry.get(company["drawn"])
    (tie,) = drawn.linked
    user = person("外回り", default=ALL)
    role = Role.objects.get()
    for right in ("hidden", "fixed"):
        for name, field, other, end in (
            (drawn.name, tie.name, "account", tie.back_name), ("account", tie.back_name, drawn.name, tie.name),
        ):  # fmt: skip
            role.rights = {**role.rights, "fields": {name: {field: right}}}
            role.save()
            seen = limits.seen_by(registry.get(other), User.objects.get(pk=user.pk))
            if right == "hidden":
                assert end not in seen.fields, (name, field)
            else:
                assert seen.fields[end].fixed and not seen.fields[end].editable, (name, field)


def test_what_was_given_away_is_not_taken_back(alice: User, bob: User) -> None:
    """A merge and a change of many by somebody who no longer reaches the records: refused before a name is said."""
    entity = registry.get("account")
    user = person("外回り", default=OWN_ONLY)
    made = [
        write.create(entity, {"name": name, "owner": user.pk}, by=alice).record
        for name in ("青木商店", "青木商店（株）", "別の店")
    ]
    done = merge.merge(entity, made[0].pk, [made[1].pk], by=user)
    changed = Operation.objects.create(kind="bulk", user=user, summary="")
    write.write_many(entity, [(made[2], {"note": "新しい"})], by=user, operation=changed)
    for one in (made[0], made[2]):
        write.write(entity, one.pk, {"owner": bob.pk, "name": f"極秘{one.pk}"}, by=alice)
    assert done.operation is not None
    for operation in (done.operation, changed):
        with limits.serving(user), pytest.raises(NotAllowed):
            history.undo_operation(operation.pk, by=user)
    assert entity.model._default_manager.get(pk=made[2].pk).note == "新しい"


def test_a_search_that_reads_part_says_so(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    entity = registry.get("account")
    for n in range(5):
        write.create(entity, {"name": f"丸山商店{n}", "phone": f"03-1111-222{n}"}, by=alice)
    client = client_of(person("電話なし", default=ALL, fields={"account": {"phone": "hidden"}}))
    words = "この言葉を含むものが多いので"
    assert words not in client.get("/accounts/?q=丸山").text
    monkeypatch.setattr("enishi.records.search.MOST_READ", 3)
    page = client.get("/accounts/?q=丸山").text
    assert words in page and page.count("丸山商店") >= 3
    assert (
        words not in client.get("/accounts/").text and words not in client.get("/accounts/?q=丸山商店4").text
    )
    assert words not in client_of(alice).get("/accounts/?q=丸山").text  # reads all


def test_what_records_are_called_by_is_hidden_from_nobody(alice: User) -> None:
    """Every title tells a document's number: a role that hid it would only think so."""
    for name in ("quote", "order", "invoice"):
        assert not {"number", "name"} & {one.name for one in limits.hideable(registry.get(name))}
    user = person("番号なし", default=ALL, fields={"order": {"number": "hidden", "total": "hidden"}})
    seen = limits.seen_by(registry.get("order"), user).fields
    assert "number" in seen and "total" not in seen
