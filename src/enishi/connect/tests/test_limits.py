"""What a call doesn't tell: F5 and F2. Records that the person may not see, entities that the token may not read."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enishi.access.models import AccessLog, Role, User
from enishi.connect.tests.test_api import Caller, goods
from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.testing import changed_tables, snapshot

__all__ = ["goods"]
pytestmark = [pytest.mark.django_db, pytest.mark.row("F5"), pytest.mark.row("F2")]


def outside(entities: dict[str, Any]) -> User:
    """Somebody who sees all but for these entities."""
    every = {"see": "all", "create": "all", "change": "all"}
    role = Role.objects.create(name="外", rights={"default": every, "entities": entities, "fields": {}})
    return User.objects.create_user("out@example.jp", "とても長い合言葉です", name="外", role=role.key)


def test_connections_tell_no_key_of_what_one_may_not_see(goods: dict[str, str], alice: Any) -> None:
    own = {"see": "own", "create": "own", "change": "own"}
    user = outside({goods["supplier"]: own})
    supplier, product, tie = (
        registry.get(goods["supplier"]),
        registry.get(goods["product"]),
        goods["tie"],
    )
    secret = write.create(supplier, {"name": "ひそか"}, by=alice).record
    mine = write.create(supplier, {"name": "自分の", "owner": user.pk}, by=alice).record
    made = write.create(product, {"name": "品", tie: [secret.pk, mine.pk]}, by=alice).record
    gone = write.create(supplier, {"name": "消えた", "owner": user.pk}, by=alice).record
    write.write(product, made.pk, {tie: [secret.pk, mine.pk, gone.pk]}, by=alice)
    write.delete(supplier, [gone.pk], by=alice)
    call = Caller(user)
    assert call("get", f"goods/{made.pk}").json()["fields"][tie] == [{"id": mine.pk, "role": ""}]
    assert call("get", "goods").json()["items"][0]["fields"][tie] == [{"id": mine.pk, "role": ""}]
    changed = call("patch", f"goods/{made.pk}", {"fields": {"name": "品2"}, "version": 1}).json()
    assert changed["fields"][tie] == [{"id": mine.pk, "role": ""}]
    held = call("get", f"goods/{made.pk}/links").json()
    assert [one["id"] for one in held[tie]] == [mine.pk]
    assert [one["id"] for one in call("get", f"goods/{made.pk}/links/{tie}").json()["items"]] == [mine.pk]
    # Nor is what he doesn't see taken away by what he writes.
    assert registry.get(goods["product"]).fields[tie].get(product.model._default_manager.get(pk=made.pk)) == (
        (secret.pk, ""),
        (mine.pk, ""),
        (gone.pk, ""),
    )
    costs = []
    for count in (5, 60):
        write.create_many(
            product,
            [{"name": f"品{n}", tie: [secret.pk, mine.pk]} for n in range(count)],
            by=alice,
            operation=None,
        )
        with CaptureQueriesContext(connection) as asked:
            call("get", "goods?limit=200")
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_a_reference_tells_no_name_of_what_one_may_not_see(alice: Any) -> None:
    user = outside({"account": {"see": "own"}})
    firm = write.create(registry.get("account"), {"name": "ひそか商事"}, by=alice).record
    contact = write.create(
        registry.get("contact"), {"family_name": "田中", "account": firm.pk}, by=alice
    ).record
    call = Caller(user)
    for address in ("contacts", f"contacts/{contact.pk}", f"contacts/{contact.pk}/links", f"contacts/{contact.pk}/timeline"):  # fmt: skip
        answer = call("get", address)
        assert answer.status_code == 200 and "ひそか" not in answer.content.decode(), address
    assert call("get", f"contacts/{contact.pk}/links").json()["account"] == []


def test_a_token_deletes_only_where_it_may(goods: dict[str, str], bob: Any) -> None:
    product = write.create(registry.get(goods["product"]), {"name": "品"}, by=bob).record
    call = Caller(bob, ("write", f"delete:{goods['supplier']}"))
    before = snapshot("connect.ApiToken", "access.AccessLog")
    answer = call("post", "goods/bulk", {"items": [{"action": "delete", "id": product.pk}]})
    assert answer.status_code == 422 and "items.0" in answer.json()["errors"]
    assert changed_tables(before, snapshot("connect.ApiToken", "access.AccessLog")) == []
    maker = write.create(registry.get(goods["supplier"]), {"name": "先"}, by=bob).record
    assert (
        call("post", "suppliers/bulk", {"items": [{"action": "delete", "id": maker.pk}]}).status_code == 200
    )


def test_a_token_reads_only_where_it_may(goods: dict[str, str], bob: Any) -> None:
    """Not by links, timelines, conditions, nor by what a write answers."""
    supplier, product, tie = registry.get(goods["supplier"]), registry.get(goods["product"]), goods["tie"]
    maker = write.create(supplier, {"name": "ひそか食品"}, by=bob).record
    made = write.create(product, {"name": "品", tie: [maker.pk]}, by=bob).record
    write.create(
        registry.get("activity"), {"kind": "visit", "text": "ひそかな話", "about": f"{product.name}:{made.pk}"}, by=bob
    )  # fmt: skip
    write.write(product, made.pk, {tie: []}, by=bob)
    write.write(product, made.pk, {tie: [maker.pk]}, by=bob)
    call = Caller(bob, ("read:goods", "write:goods"))
    for address in ("goods", f"goods/{made.pk}", f"goods/{made.pk}/links", f"goods/{made.pk}/timeline"):
        answer = call("get", address)
        assert answer.status_code == 200 and "ひそか" not in answer.content.decode(), address
    assert call("get", f"goods/{made.pk}/links").json() == {"next": {}}
    assert call("get", f"goods/{made.pk}/links/{tie}").status_code == 403
    for tree in (
        {"has": {"field": tie, "where": {"field": "name", "op": "starts", "value": "ひ"}}},
        {"any": [{"not": {"has": {"field": tie, "where": {}}}}]},
        {"field": tie, "op": "is", "value": maker.pk},
        {"has": {"entity": "activity", "link": "about", "where": {}}},
    ):
        assert call("get", f"goods?filter={json.dumps(tree)}").status_code == 403, tree
    whole = Caller(bob, ("read",))
    assert "ひそかな話" in whole("get", f"goods/{made.pk}/timeline").content.decode()
    writer = Caller(bob, ("write:goods",))
    write.write(product, made.pk, {goods["price"]: 777}, by=bob)
    answer = writer("patch", f"goods/{made.pk}", {"fields": {}, "version": 1})
    assert answer.json()["fields"] == {} and "品" not in answer.content.decode()
    answer = writer("patch", f"goods/{made.pk}", {"fields": {goods["price"]: 5}, "version": 1})
    assert answer.status_code == 409 and "777" not in answer.content.decode()
    answer = writer("post", f"goods/{made.pk}/links/{tie}", {"add": [maker.pk]})
    assert answer.status_code == 200 and "ひそか" not in answer.content.decode()
    assert writer("post", "goods", {"fields": {"name": "新"}}).json()["fields"] == {"name": "新"}


def test_reading_links_and_timelines_is_remembered(goods: dict[str, str], bob: Any) -> None:
    made = write.create(registry.get(goods["product"]), {"name": "品"}, by=bob).record
    call = Caller(bob)
    addresses = (
        f"goods/{made.pk}/links",
        f"goods/{made.pk}/links/{goods['tie']}",
        f"goods/{made.pk}/timeline",
    )
    for address in addresses:
        call("get", address)
    rows = AccessLog.objects.filter(user=bob, action="api-read").order_by("pk")
    assert list(rows.values_list("record_id", "detail")) == [(made.pk, f"/api/v1/{one}") for one in addresses]


# --- connections ------------------------------------------------------------------------------------
def test_a_role_is_one_of_the_connection_s_and_is_changed_by_adding(
    goods: dict[str, str], alice: Any, bob: Any
) -> None:
    tie = operations.add_connection(
        goods["product"], goods["supplier"], label="運ぶ", back_label="運ぶ品", many=True, options={"roles": ["主", "副"]}, by=alice
    ).key  # fmt: skip
    product, call = registry.get(goods["product"]), Caller(bob)
    maker = write.create(registry.get(goods["supplier"]), {"name": "先"}, by=bob).record
    made = write.create(product, {"name": "品"}, by=bob).record
    address = f"goods/{made.pk}/links/{tie}"

    def roles() -> list[str]:
        return [one["role"] for one in call("get", address).json()["items"]]

    answer = call("post", address, {"add": [{"id": maker.pk, "role": "ない役割"}]})
    assert answer.status_code == 422 and "ない役割" in answer.json()["errors"][tie][0] and roles() == []
    fields = {"name": "y", tie: [{"id": maker.pk, "role": "ない役割"}]}
    assert call("post", "goods", {"fields": fields}).status_code == 422
    items = [{"action": "create", "fields": fields}]
    assert call("post", "goods/bulk", {"items": items}).json()["errors"].keys() == {f"items.0.{tie}"}
    call("post", address, {"add": [{"id": maker.pk, "role": "主"}]})
    assert roles() == ["主"]
    call("post", address, {"add": [{"id": maker.pk, "role": "副"}]})
    assert roles() == ["副"]
    call("post", address, {"add": [maker.pk]})  # says nothing of the role
    assert roles() == ["副"]
    call("post", address, {"add": [{"id": maker.pk, "role": ""}]})
    assert roles() == [""]
    # A role that was taken away since stays where it stands, and what is read may be written back.
    call("post", address, {"add": [{"id": maker.pk, "role": "主"}]})
    operations.change_connection(tie, {"roles": ["副"]}, by=alice)
    held = call("get", f"goods/{made.pk}").json()["fields"][tie]
    assert call(
        "patch", f"goods/{made.pk}", {"fields": {tie: held}, "version": made.version}
    ).status_code == 200 and roles() == ["主"]


def test_all_pages_of_a_connection_hold_every_record_once_in_its_order(
    goods: dict[str, str], alice: Any
) -> None:
    supplier, product, tie = registry.get(goods["supplier"]), registry.get(goods["product"]), goods["tie"]
    user = outside({supplier.name: {"see": "own", "export": "own"}})
    makers = write.create_many(
        supplier, [{"name": f"先{n}", "owner": user.pk if n % 2 else alice.pk} for n in range(420)], by=alice, operation=None
    )  # fmt: skip
    keys = [one.pk for one in reversed(makers)]
    made = write.create(product, {"name": "品", tie: keys}, by=alice).record
    call = Caller(user)
    wanted = [key for key in keys if makers[key - makers[0].pk].owner_id == user.pk]
    for limit in (200, 7):
        seen: list[int] = []
        cursor = ""
        while True:
            page = call("get", f"goods/{made.pk}/links/{tie}?limit={limit}&cursor={cursor}").json()
            seen += [one["id"] for one in page["items"]]
            cursor = page["next"]
            if not cursor:
                break
        assert seen == wanted
    first = call("get", f"goods/{made.pk}/links").json()
    assert [one["id"] for one in first[tie]] == wanted[:200]
    address = first["next"][tie].removeprefix("/api/v1/")
    assert [one["id"] for one in call("get", address).json()["items"]] == wanted[200:]
    for bad in ("x", "1", "1_", "_1", "1_x", "9" * 30 + "_1", "-1_1"):
        assert call("get", f"goods/{made.pk}/links/{tie}?cursor={bad}").status_code == 422
    assert call("get", f"goods/{made.pk}/links/{tie}?nonsense=1").status_code == 400


def test_what_is_out_of_use_stays_hidden_and_limited(goods: dict[str, str], alice: Any) -> None:
    """A field that a role doesn't see is told by no history, and by nothing computed of it, once nobody uses it; and the role's page keeps
    what it says of it and of entities out of use."""
    product = goods["product"]
    double = operations.add_field(product, "formula", "倍", {"formula": {"expression": "{価格} * 2"}, "result": "money"}, by=alice).key  # fmt: skip
    entity = registry.get(product)
    made = write.create(entity, {"name": "品", goods["price"]: 4321}, by=alice).record
    write.write(entity, made.pk, {goods["price"]: 1234}, by=alice)
    user = outside({})
    role = Role.objects.get()
    role.rights |= {"fields": {product: {goods["price"]: "hidden"}}, "entities": {product: {"see": "all"}, goods["supplier"]: {"see": "own"}}}  # fmt: skip
    role.save()
    operations.retire_field(product, goods["price"], by=alice)
    client = Client()
    client.force_login(user)
    read = [client.get(f"/goods/{made.pk}/{part}").content.decode() for part in ("", "timeline/", "history/?from=1&to=2")]  # fmt: skip
    read.append(json.dumps(Caller(user)("get", f"goods/{made.pk}").json()))
    read.append(json.dumps(Caller(user)("get", f"goods/{made.pk}/timeline").json(), ensure_ascii=False))
    for text in read:
        plain = text.replace(",", "")
        assert not [one for one in ("4321", "1234", "8642", "2468", f'"{double}"') if one in plain]
    operations.retire_entity(goods["supplier"], by=alice)
    admin = Client()
    admin.force_login(alice)
    sent = {"name": "外", f"reach.{product}.see": "all", "reach..see": "all"}
    assert admin.post(f"/settings/roles/{role.pk}/", sent).status_code == 302
    role.refresh_from_db()
    assert role.rights["fields"] == {product: {goods["price"]: "hidden"}}
    assert role.rights["entities"][goods["supplier"]]["see"] == "own"


def test_what_is_given_out_of_sight_is_not_called_missing(goods: dict[str, str], alice: Any) -> None:
    """On the page and over HTTP: the change has been made, and is said to have been."""
    user = outside({goods["supplier"]: {"see": "own", "create": "own", "change": "own"}})
    supplier = registry.get(goods["supplier"])
    first, second = (
        write.create(supplier, {"name": name, "owner": user.pk}, by=alice).record for name in ("甲", "乙")
    )
    sent = {"fields": {"owner": alice.pk}, "version": 1}
    assert Caller(user)("patch", f"suppliers/{first.pk}", sent).status_code == 204
    client = Client(headers={"HX-Request": "true"})
    client.force_login(user)
    answer = client.post(f"/suppliers/{second.pk}/field/owner/", {"owner": str(alice.pk), "version": "1"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/suppliers/")
    assert "もう表示できません" in client.get("/suppliers/", headers={"HX-Request": "false"}).content.decode()
    assert {row.owner_id for row in supplier.model._default_manager.all()} == {alice.pk}


def test_further_pages_of_a_connection_are_an_export(goods: dict[str, str], alice: Any) -> None:
    supplier, product, tie = registry.get(goods["supplier"]), registry.get(goods["product"]), goods["tie"]
    makers = write.create_many(supplier, [{"name": f"先{n}"} for n in range(3)], by=alice, operation=None)
    made = write.create(product, {"name": "品", tie: [one.pk for one in makers]}, by=alice).record
    call = Caller(outside({}))
    page = call("get", f"goods/{made.pk}/links/{tie}?limit=1")
    assert page.status_code == 200
    assert call("get", f"goods/{made.pk}/links/{tie}?limit=1&cursor={page.json()['next']}").status_code == 403
