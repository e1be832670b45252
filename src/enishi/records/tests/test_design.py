"""A4: entities, fields and connections that the owner draws get what built-in ones get."""

import datetime
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from enishi.records import history, registry, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.conditions.evaluate import matches
from enishi.records.design import indexes, operations, picture
from enishi.records.errors import NotAllowed, Refused
from enishi.records.fields.link_edits import LinkEdit
from enishi.records.lists import table_size
from enishi.records.models import Event, EventSubject, FieldDesign, Link
from enishi.records.search import find
from enishi.records.tasks import number_entity
from enishi.records.testing import HTMX, EntityTests, changed_tables, snapshot, toast
from enishi.records.visible import visible

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4")]
STAGES = [{"label": "新規"}, {"label": "交渉中", "colour": "amber"}, {"label": "完了", "outcome": "won"}]


@pytest.fixture
def supplier(alice: Any) -> str:
    """A drawn entity with a field of every kind."""
    name: str = operations.add_entity("仕入先", slug="suppliers", icon="factory", by=alice).name
    for kind, label, options in (
        ("text", "コード", {"unique": "1", "pattern": "AA-99"}),
        ("number", "人数", {"unit": "名"}),
        ("number", "重さ", {"unit": "kg", "places": "2"}),
        ("money", "与信枠", {}),
        ("percent", "掛率", {}),
        ("date", "契約終了日", {}),
        ("date_time", "来社", {}),
        ("yes_no", "冷蔵", {}),
        ("choice", "区分", {"choices": [{"label": "食品", "colour": "green"}, {"label": "資材"}]}),
        ("choices", "地域", {"choices": [{"label": "関東"}, {"label": "近畿"}, {"label": "九州"}]}),
        ("stage", "段階", {"choices": STAGES}),
        ("telephone", "代表電話", {}),
        ("email", "メール", {}),
        ("url", "サイト", {}),
        ("address", "所在地", {}),
        ("user", "責任者", {}),
        ("long_text", "備考", {}),
        ("auto_number", "番号", {"number_pattern": "S-{n:3}"}),
    ):
        operations.add_field(name, kind, label, options, by=alice)
    return name


def key(entity: str, label: str) -> str:
    """The name of the field with this label."""
    return next(one.name for one in registry.get(entity).fields.values() if one.label == label)


class TestDrawnEntity(EntityTests):
    """What built-in entities are tested for, on one that was drawn in the browser."""

    edits = ("name", "新しい名前", "新しい名前")

    @pytest.fixture(autouse=True)
    def _drawn(self, supplier: str) -> None:
        type(self).entity = supplier

    @pytest.fixture(autouse=True)
    def _cast(  # type: ignore[override]
        self,
        _drawn: None,
        alice: Any,
        bob: Any,
        carol: Any,
        as_alice: Client,
        as_bob: Client,
        as_carol: Client,
    ) -> None:
        self.about = registry.get(self.entity)
        self.writer, self.as_writer, self.other, self.as_other = bob, as_bob, alice, as_alice
        self.as_carol = as_carol

    def values(self, number: int) -> dict[str, Any]:
        return {
            "name": f"丸山食品{number}", key(self.entity, "コード"): f"AB-{number:02}"[:5] if number < 100 else "",
            key(self.entity, "与信枠"): number * 1000,
        }  # fmt: skip


# --- fields ---------------------------------------------------------------------------------------
def test_every_kind_of_field_takes_what_people_write(supplier: str, bob: Any) -> None:
    entity = registry.get(supplier)
    given = {
        "コード": "ＡＢ-12", "人数": "1,200名", "重さ": "12.35", "与信枠": "50万円", "掛率": "65%", "契約終了日": "令和8年12月31日",
        "来社": "2026/11/24 15:30", "冷蔵": "はい", "区分": "食品", "地域": "九州、関東", "段階": "交渉中", "代表電話": "０３-1234-5678",
        "メール": "a@example.co.jp", "サイト": "example.co.jp", "所在地": "〒100-0001", "責任者": "馬場 勉", "備考": "一行目\n二行目",
    }  # fmt: skip
    record = write.create(
        entity, {"name": "丸山食品"} | {key(supplier, label): raw for label, raw in given.items()}, by=bob
    ).record
    record = entity.model._default_manager.get(pk=record.pk)
    shown = {label: entity.field(key(supplier, label)).value_text(record) for label in given}
    assert shown == {
        "コード": "ＡＢ-12", "人数": "1,200名", "重さ": "12.35kg", "与信枠": "¥500,000", "掛率": "65%", "契約終了日": "2026/12/31(木)",
        "来社": "2026/11/24(火) 15:30", "冷蔵": "はい", "区分": "食品", "地域": "関東、九州", "段階": "交渉中", "代表電話": "03-1234-5678",
        "メール": "a@example.co.jp", "サイト": "https://example.co.jp", "所在地": "〒100-0001 東京都千代田区千代田", "責任者": "馬場 勉",
        "備考": "一行目\n二行目",
    }  # fmt: skip
    assert entity.field(key(supplier, "番号")).value_text(record) == "S-001"


@pytest.mark.parametrize(
    ("label", "raw", "said"),
    [
        ("コード", "A-1", "形が違います"), ("人数", "たくさん", "数として読めません"), ("区分", "衣料", "選べません"), ("地域", "関東、月", "選べません"),
        ("メール", "例", "メール"), ("責任者", "だれか", "当てはまる利用者がいません"), ("契約終了日", "2月30日", "日付"), ("サイト", "javascript:alert(1)", "Webアドレス"),
    ],
)  # fmt: skip
def test_what_a_field_can_t_take_is_refused_at_that_field(
    supplier: str, bob: Any, label: str, raw: str, said: str
) -> None:
    before = snapshot()
    with pytest.raises(Refused) as refused:
        write.create(registry.get(supplier), {"name": "丸山", key(supplier, label): raw}, by=bob)
    assert said in refused.value.errors[key(supplier, label)][0]
    assert changed_tables(before, snapshot()) == []


def test_a_unique_own_field_is_unique_among_the_living(supplier: str, bob: Any) -> None:
    entity, code = registry.get(supplier), key(supplier, "コード")
    first = write.create(entity, {"name": "甲", code: "AB-12"}, by=bob).record
    with pytest.raises(Refused, match="「甲」が使っています"):
        write.create(entity, {"name": "乙", code: "AB-12"}, by=bob)
    write.delete(entity, [first.pk], by=bob)
    write.create(entity, {"name": "乙", code: "AB-12"}, by=bob)


def test_automatic_numbers_never_repeat_and_older_ones_are_kept(supplier: str, bob: Any, alice: Any) -> None:
    entity, number = registry.get(supplier), key(supplier, "番号")
    records = write.create_many(entity, [{"name": f"社{n}"} for n in range(3)], by=bob, operation=None)
    assert [entity.field(number).get(one) for one in records] == ["S-001", "S-002", "S-003"]
    write.create_many(entity, [{"name": "古い", number: "S-004"}], by=bob, operation=None, cleaned=True)
    assert entity.field(number).get(write.create(entity, {"name": "次"}, by=bob).record) == "S-005"
    titled = operations.add_entity("契約", layout={"title_pattern": "K-{yyyy}-{n:4}"}, by=alice).name
    made = write.create(registry.get(titled), {}, by=bob).record
    assert made.name == f"K-{timezone.localdate():%Y}-0001"
    assert [hit.record.pk for hit in find(made.name, bob, entities=[registry.get(titled)])] == [made.pk]


def test_a_retired_choice_stays_on_its_records_and_is_no_longer_offered(
    supplier: str, alice: Any, bob: Any, as_bob: Client
) -> None:
    entity, kind = registry.get(supplier), key(supplier, "区分")
    record = write.create(entity, {"name": "甲", kind: "食品"}, by=bob).record
    row = FieldDesign.objects.get(pk=int(kind[1:]))
    operations.change_field(
        supplier,
        kind,
        {"choices": [{**row.options["choices"][1], "label": "資材・包材"}, {"label": "酒類"}]},
        by=alice,
    )
    entity = registry.get(supplier)
    assert entity.field(kind).value_text(entity.model._default_manager.get(pk=record.pk)) == "食品"
    with pytest.raises(Refused):
        write.create(entity, {"name": "乙", kind: "食品"}, by=bob)
    form = as_bob.get("/suppliers/new/").content.decode()
    assert "資材・包材" in form and "酒類" in form and ">食品<" not in form
    assert write.write(entity, record.pk, {"name": "甲2", kind: "o1"}, by=bob).record.custom[kind] == "o1"


def test_a_retired_field_keeps_its_values_and_comes_back_with_them(
    supplier: str, alice: Any, bob: Any
) -> None:
    entity, memo = registry.get(supplier), key(supplier, "備考")
    record = write.create(entity, {"name": "甲", memo: "大事"}, by=bob).record
    operations.retire_field(supplier, memo, by=alice)
    assert memo not in registry.get(supplier).fields
    write.write(registry.get(supplier), record.pk, {"name": "甲2"}, by=bob)
    operations.bring_back_field(supplier, memo, by=alice)
    entity = registry.get(supplier)
    assert entity.field(memo).get(entity.model._default_manager.get(pk=record.pk)) == "大事"


def test_a_built_in_entity_gets_own_fields_and_other_words(alice: Any, as_bob: Client, bob: Any) -> None:
    shoe = operations.add_field("account", "text", "締日", {"help": "月末など"}, by=alice).key
    operations.change_field("account", "industry", {"label": "職種", "required": "1"}, by=alice)
    operations.retire_field("account", "fax", by=alice)
    page = as_bob.get("/accounts/new/").content.decode()
    assert "締日" in page and "月末など" in page and "職種" in page and ">FAX" not in page
    with pytest.raises(Refused, match="職種を入力"):
        write.create(registry.get("account"), {"name": "東和"}, by=bob)
    made = write.create(
        registry.get("account"), {"name": "東和", "industry": "卸", shoe: "20日"}, by=bob
    ).record
    card = as_bob.get(f"/accounts/{made.pk}/").content.decode()
    assert "20日" in card and "職種" in card and 'data-fact="fax"' not in card
    with pytest.raises(Refused, match="なくてはならない"):
        operations.retire_field("account", "name", by=alice)


# --- connections ----------------------------------------------------------------------------------
@pytest.fixture
def ties(supplier: str, alice: Any) -> dict[str, str]:
    """One supplier per account and many products per supplier."""
    product = operations.add_entity("取扱品", slug="goods", by=alice).name
    operations.add_field(product, "date", "発売日", {}, by=alice)
    one = operations.add_connection(
        supplier, "account", label="取引先", back_label="仕入先", many=False, by=alice
    ).key
    many = operations.add_connection(
        product,
        supplier,
        label="仕入先",
        back_label="取扱商品",
        many=True,
        options={"roles": "主、予備"},
        by=alice,
    ).key
    return {"supplier": supplier, "product": product, "one": one, "many": many}


def test_a_connection_shows_on_both_cards_with_its_role(
    ties: dict[str, str], bob: Any, as_bob: Client
) -> None:
    supplier, product = registry.get(ties["supplier"]), registry.get(ties["product"])
    account = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    maker = write.create(supplier, {"name": "丸山食品", ties["one"]: account.pk}, by=bob).record
    goods = write.create(product, {"name": "干し芋", ties["many"]: [[maker.pk, "主"]]}, by=bob).record
    assert "東和商事" in as_bob.get(supplier.url(maker.pk)).content.decode()
    assert "丸山食品" in as_bob.get(f"/accounts/{account.pk}/").content.decode()
    page = as_bob.get(supplier.url(maker.pk)).content.decode()
    assert "干し芋" in page and ">主<" in page
    assert "丸山食品" in as_bob.get(product.url(goods.pk)).content.decode()
    # In list columns, both ways round, and in an export.
    back = f"{ties['many']}r"
    assert "干し芋" in as_bob.get(f"/suppliers/?columns={back}").content.decode()
    sheet = b"".join(
        as_bob.get(f"/goods/export/?format=csv&columns={ties['many']}").streaming_content
    ).decode("utf-8-sig")
    assert "丸山食品（主）" in sheet


def test_the_order_of_what_is_tied_is_changed_and_kept(
    ties: dict[str, str], bob: Any, alice: Any, as_bob: Client, as_carol: Client
) -> None:
    supplier, product = registry.get(ties["supplier"]), registry.get(ties["product"])
    makers = [write.create(supplier, {"name": f"製造元{n}"}, by=bob).record for n in range(3)]
    goods = write.create(
        product, {"name": "干し芋", ties["many"]: [[one.pk, "主"] for one in makers]}, by=bob
    ).record

    def order() -> list[str]:
        page = as_bob.get(product.url(goods.pk)).content.decode()
        sheet = page[page.index('id="card-left"') :]
        return sorted(("製造元0", "製造元1", "製造元2"), key=lambda name: sheet.index(f">{name}"))

    assert order() == ["製造元0", "製造元1", "製造元2"]
    assert (
        as_bob.post(f"{product.url(goods.pk)}links/{ties['many']}/", {"raise": str(makers[2].pk)}).status_code
        == 204
    )
    assert order() == ["製造元0", "製造元2", "製造元1"]
    fresh = product.model._default_manager.get(pk=goods.pk)
    assert [role for _key, role in product.fields[ties["many"]].get(fresh)] == ["主"] * 3
    # By the API's way too: a list is its order; and taken back it is as it was.
    done = write.write(product, goods.pk, {ties["many"]: [one.pk for one in reversed(makers)]}, by=alice)
    assert order() == ["製造元2", "製造元1", "製造元0"] and done.event is not None
    history.undo_event(done.event.pk, by=alice)
    assert order() == ["製造元0", "製造元2", "製造元1"]
    before = snapshot()
    assert (
        as_carol.post(
            f"{product.url(goods.pk)}links/{ties['many']}/", {"raise": str(makers[2].pk)}
        ).status_code
        == 403
    )
    assert changed_tables(before, snapshot()) == []
    # The other end has no order of its own: the same in another order is no change.
    back = f"{ties['many']}r"
    more = write.create(product, {"name": "芋けんぴ", ties["many"]: [makers[0].pk]}, by=bob).record
    assert write.write(supplier, makers[0].pk, {back: [more.pk, goods.pk]}, by=bob).event is None
    assert write.write(supplier, makers[0].pk, {back: [goods.pk, more.pk]}, by=bob).event is None


def test_what_happens_to_a_supplier_shows_on_its_account(ties: dict[str, str], bob: Any) -> None:
    supplier = registry.get(ties["supplier"])
    account = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    maker = write.create(supplier, {"name": "丸山食品", ties["one"]: account.pk}, by=bob).record
    done = write.write(supplier, maker.pk, {"name": "丸山食品工業"}, by=bob)
    assert EventSubject.objects.filter(entity="account", record_id=account.pk, event=done.event).count() == 1
    write.create(
        registry.get("activity"),
        {"kind": "visit", "text": "試食", "about": f"{ties['supplier']}:{maker.pk}"},
        by=bob,
    )
    assert EventSubject.objects.filter(entity="account", record_id=account.pk, kind="visit").count() == 1


def test_tying_and_untying_from_either_card(
    ties: dict[str, str], bob: Any, as_bob: Client, as_carol: Client
) -> None:
    supplier, product = registry.get(ties["supplier"]), registry.get(ties["product"])
    account = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    maker = write.create(supplier, {"name": "丸山食品"}, by=bob).record
    goods = write.create(product, {"name": "干し芋"}, by=bob).record
    before = snapshot()
    for address in (
        f"/accounts/{account.pk}/links/{ties['one']}r/",
        f"/suppliers/{maker.pk}/links/{ties['many']}r/",
    ):
        assert as_carol.post(address, {"add": str(maker.pk)}).status_code == 403
    assert changed_tables(before, snapshot()) == []
    answer = as_bob.post(
        f"/accounts/{account.pk}/links/{ties['one']}r/", {"add": str(maker.pk)}, headers=HTMX
    )
    assert answer.status_code == 204
    assert (
        supplier.field(ties["one"]).value_text(supplier.model._default_manager.get(pk=maker.pk)) == "東和商事"
    )
    assert as_bob.post(toast(answer)["undo_url"], headers=HTMX).status_code == 204
    assert Link.objects.filter(relation=ties["one"]).count() == 0
    for name, record, other in ((f"{ties['many']}r", maker, goods), (ties["many"], goods, maker)):
        entity = supplier if record is maker else product
        assert (
            as_bob.post(
                f"{entity.url(record.pk)}links/{name}/", {"add": str(other.pk), "role": "予備"}, headers=HTMX
            ).status_code
            == 204
        )
        assert list(Link.objects.filter(relation=ties["many"]).values_list("from_id", "to_id", "role")) == [
            (goods.pk, maker.pk, "予備")
        ]
        assert (
            as_bob.post(
                f"{entity.url(record.pk)}links/{name}/", {"remove": str(other.pk)}, headers=HTMX
            ).status_code
            == 204
        )
        assert Link.objects.filter(relation=ties["many"]).count() == 0


def test_two_people_add_to_one_list_and_both_stay(ties: dict[str, str], bob: Any, alice: Any) -> None:
    supplier, product = registry.get(ties["supplier"]), registry.get(ties["product"])
    makers = [write.create(supplier, {"name": f"仕入先{n}"}, by=bob).record for n in range(3)]
    goods = write.create(product, {"name": "干し芋", ties["many"]: [makers[0].pk]}, by=bob).record
    seen = product.field(ties["many"]).input_text(((makers[0].pk, ""),))
    assert seen == f"{makers[0].pk};{makers[0].pk}"
    write.write(
        product, goods.pk, {ties["many"]: f"{makers[0].pk},{makers[1].pk};{makers[0].pk}"}, by=bob, version=1
    )
    write.write(
        product,
        goods.pk,
        {ties["many"]: f"{makers[0].pk},{makers[2].pk};{makers[0].pk}"},
        by=alice,
        version=1,
    )
    held = product.field(ties["many"]).get(product.model._default_manager.get(pk=goods.pk))
    assert [one for one, _role in held] == [one.pk for one in makers]


def test_a_connection_to_one_refuses_two_and_what_isn_t_there(ties: dict[str, str], bob: Any) -> None:
    supplier = registry.get(ties["supplier"])
    accounts = [write.create(registry.get("account"), {"name": f"社{n}"}, by=bob).record.pk for n in range(2)]
    before = snapshot()
    for raw, said in (
        (accounts, "ひとつだけ"),
        ([999_999], "見つかりません"),
        ("無い会社", "見つかりません"),
        ([{"id": {}}], "形式"),
    ):
        with pytest.raises(Refused, match=said):
            write.create(supplier, {"name": "丸山", ties["one"]: raw}, by=bob)
    assert changed_tables(before, snapshot()) == []


def test_a_change_of_connections_stands_in_the_history_and_is_taken_back(
    ties: dict[str, str], bob: Any, as_bob: Client
) -> None:
    supplier, product = registry.get(ties["supplier"]), registry.get(ties["product"])
    makers = [write.create(supplier, {"name": f"仕入先{n}"}, by=bob).record for n in range(2)]
    goods = write.create(product, {"name": "干し芋", ties["many"]: [[makers[0].pk, "主"]]}, by=bob).record
    done = write.write(
        product,
        goods.pk,
        {ties["many"]: LinkEdit(((makers[1].pk, "予備"),), frozenset({makers[0].pk}))},
        by=bob,
    )
    assert done.event is not None and done.event.data["changes"][ties["many"]] == [
        [[makers[0].pk, "主"]],
        [[makers[1].pk, "予備"]],
    ]
    page = as_bob.get(f"{product.url(goods.pk)}history/").content.decode()
    assert "仕入先0（主）" in page and "仕入先1（予備）" in page
    # Both that were tied and untied tell of it.
    assert {
        one.record_id for one in EventSubject.objects.filter(event=done.event, entity=ties["supplier"])
    } == {one.pk for one in makers}
    history.undo_event(done.event.pk, by=bob)
    assert list(Link.objects.filter(relation=ties["many"]).values_list("to_id", "role")) == [
        (makers[0].pk, "主")
    ]


def test_conditions_reach_across_connections(ties: dict[str, str], bob: Any, as_bob: Client) -> None:
    """Accounts that have a supplier whose contract ends within 60 days."""
    supplier, account = registry.get(ties["supplier"]), registry.get("account")
    end, today = key(ties["supplier"], "契約終了日"), timezone.localdate()
    firms = [write.create(account, {"name": f"会社{n}"}, by=bob).record for n in range(4)]
    for firm, days in ((firms[0], 30), (firms[1], 90), (firms[2], None)):
        write.create(
            supplier,
            {
                "name": f"先{firm.pk}",
                ties["one"]: firm.pk,
                end: today + datetime.timedelta(days=days) if days else "",
            },
            by=bob,
        )
    back, scope = f"{ties['one']}r", Scope.of(bob)
    soon = {"field": end, "op": "next_days", "value": 60}
    for tree, wanted in (
        ({"has": {"field": back, "where": soon}}, [0]),
        ({"has": {"field": back, "where": soon, "at_least": 0}}, [1, 2, 3]),
        ({"has": {"field": back}}, [0, 1, 2]),
        ({"field": back, "op": "empty"}, [3]),
        ({"field": back, "op": "not_empty"}, [0, 1, 2]),
        ({"not": {"has": {"field": back, "where": {"field": end, "op": "empty"}}}}, [0, 1, 3]),
    ):
        found = visible(account, bob).filter(compile_condition(account, tree, scope)).order_by("pk")
        assert [firms.index(one) for one in found] == wanted, tree
        assert [
            n
            for n, one in enumerate(firms)
            if matches(account, tree, account.model._default_manager.get(pk=one.pk), scope)
        ] == wanted
        page = as_bob.get("/accounts/", {"filter": json.dumps(tree)}).content.decode()
        assert all((f'data-id="{one.pk}"' in page) == (n in wanted) for n, one in enumerate(firms))
    wrong = as_bob.get("/accounts/", {"filter": json.dumps({"has": {"field": "c999"}})}).content.decode()
    assert "つながりが見つかりません" in wrong


def test_a_list_with_connections_costs_as_many_queries_for_sixty_as_for_five(
    ties: dict[str, str], bob: Any, as_bob: Client
) -> None:
    from enishi.records.testing import queries

    supplier, product = registry.get(ties["supplier"]), registry.get(ties["product"])
    makers = write.create_many(supplier, [{"name": f"先{n}"} for n in range(60)], by=bob, operation=None)
    address = f"/goods/?columns={ties['many']}"
    costs = []
    for part in (makers[:5], makers[5:]):
        write.create_many(
            product, [{"name": f"品{one.pk}", ties["many"]: [one.pk]} for one in part], by=bob, operation=None
        )
        costs.append(len(queries(as_bob, address)))
    assert costs[1] <= costs[0] <= 20


def test_a_deleted_record_leaves_the_cards_and_comes_back_to_them(
    ties: dict[str, str], bob: Any, as_bob: Client
) -> None:
    supplier, product = registry.get(ties["supplier"]), registry.get(ties["product"])
    maker = write.create(supplier, {"name": "丸山食品"}, by=bob).record
    goods = write.create(product, {"name": "干し芋", ties["many"]: [maker.pk]}, by=bob).record
    write.delete(supplier, [maker.pk], by=bob)
    assert "丸山食品" not in as_bob.get(f"{product.url(goods.pk)}?part=live").content.decode()
    write.write(product, goods.pk, {"name": "干し芋（大）"}, by=bob)
    write.restore(supplier, [maker.pk], by=bob)
    assert "丸山食品" in as_bob.get(f"{product.url(goods.pk)}?part=live").content.decode()


# --- who, and what is refused ---------------------------------------------------------------------
def test_only_admins_draw(supplier: str, bob: Any, as_bob: Client, as_carol: Client) -> None:
    before = snapshot()
    with pytest.raises(NotAllowed):
        operations.add_entity("車両", by=bob)
    with pytest.raises(NotAllowed):
        operations.add_field(supplier, "text", "x", {}, by=bob)
    for client in (as_bob, as_carol):
        assert client.get("/settings/design/").status_code == 403
        assert client.post("/settings/design/new/", {"label": "車両"}).status_code == 403
        assert (
            client.post(
                f"/settings/design/{supplier}/fields/new/", {"kind": "text", "label": "x"}
            ).status_code
            == 403
        )
    assert changed_tables(before, snapshot()) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"label": ""}, "名前を入力してください"), ({"label": "取引先"}, "すでにあります"), ({"label": "あ" * 61}, "60文字まで"),
        ({"label": "車両", "slug": "accounts"}, "使われています"), ({"label": "車両", "slug": "search"}, "使われています"),
        ({"label": "車両", "slug": "Vehicles!"}, "小文字の英字"), ({"label": "車両", "title_pattern": "番号"}, "{n:4}"),
    ],
)  # fmt: skip
def test_an_entity_that_can_t_be_is_refused_in_words(
    as_alice: Client, alice: Any, values: dict[str, str], said: str
) -> None:
    before = snapshot()
    answer = as_alice.post("/settings/design/new/", values)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert changed_tables(before, snapshot()) == []


def test_the_whole_way_in_the_browser_s_own_requests(as_alice: Client, as_bob: Client) -> None:
    """Drawn, laid out, used, retired and brought back by forms alone."""
    answer = as_alice.post("/settings/design/new/", {"label": "車両", "icon": "car", "slug": "vehicles"})
    page = answer.headers["Location"]
    name = page.rstrip("/").rpartition("/")[2]
    for kind, label, more in (
        ("text", "車両番号", {"unique": "1"}),
        ("date", "車検満了日", {"required": "1"}),
        ("choice", "区分", {"choices": json.dumps([{"label": "社用車"}, {"label": "トラック"}])}),
    ):
        sent = {"kind": kind, "label": label, **more}
        assert as_alice.post(f"{page}fields/new/", sent).status_code == 302
    assert (
        as_alice.post(
            f"{page}connections/new/", {"to": "account", "label": "所有会社", "back_label": "車両"}
        ).status_code
        == 302
    )
    shown = as_alice.get(page).content.decode()
    assert all(word in shown for word in ("車両番号", "車検満了日", "所有会社", "ほかの画面とつなぐ"))
    layout = {
        "sections": [{"label": "車のこと", "fields": [key(name, "車検満了日"), "name", "nonsense"]}],
        "columns": [key(name, "区分")],
    }
    assert as_alice.post(f"{page}layout/", {"layout": json.dumps(layout)}, headers=HTMX).status_code == 200
    assert as_bob.get("/vehicles/new/").content.decode().count("必須") >= 2
    made = as_bob.post("/vehicles/new/", {"name": "ハイエース", key(name, "車検満了日"): "2026-12-01"})
    card = as_bob.get(made.headers["Location"]).content.decode()
    assert "車のこと" in card and "2026/12/01" in card
    assert "ハイエース" in as_bob.get("/vehicles/").content.decode()
    assert "ハイエース" in as_bob.get("/vehicles/calendar/?month=2026-12").content.decode()
    for empty in ("2025-03", "2031-03"):  # an empty month leads to the nearest that isn't
        month = as_bob.get(f"/vehicles/calendar/?month={empty}").content.decode()
        assert "この月にはありません" in month and 'href="?month=2026-12">2026年12月を見る' in month
    assert 'href="/vehicles/"' in as_bob.get("/today/").content.decode()
    assert as_alice.post(f"{page}retire/").status_code == 302
    assert as_bob.get("/vehicles/").status_code == 404
    assert as_alice.post(f"{page}retire/", {"back": "1"}).status_code == 302
    assert "ハイエース" in as_bob.get("/vehicles/").content.decode()


def test_the_board_of_a_stage_moves_cards(supplier: str, bob: Any, as_bob: Client) -> None:
    entity, stage = registry.get(supplier), key(supplier, "段階")
    assert entity.board is not None and entity.board.field == stage
    record = write.create(
        entity, {"name": "丸山食品", stage: "新規", key(supplier, "与信枠"): 5_000_000}, by=bob
    ).record
    board = as_bob.get("/suppliers/board/").content.decode()
    assert "交渉中" in board and "500万円" in board and f'id="{supplier}-{record.pk}"' in board
    answer = as_bob.post(f"/suppliers/{record.pk}/move/", {"value": "o2", "version": "1"}, headers=HTMX)
    assert answer.status_code == 204 and "交渉中" in toast(answer)["message"]
    assert entity.model._default_manager.get(pk=record.pk).custom[stage] == "o2"
    assert as_bob.post(f"/suppliers/{record.pk}/move/", {"value": "o99"}, headers=HTMX).status_code == 422


def test_the_owner_s_entities_stand_in_the_menu_in_his_order(
    as_alice: Client, as_bob: Client, alice: Any
) -> None:
    names = [operations.add_entity(label, by=alice).name for label in ("仕入先", "備品", "車両")]
    assert (
        as_alice.post(
            "/settings/design/order/", {"names": ",".join([names[2], names[0], names[1]])}, headers=HTMX
        ).status_code
        == 204
    )
    page = as_bob.get("/menu/").content.decode()
    assert page.index("車両") < page.index("仕入先") < page.index("備品")
    assert as_bob.post("/settings/design/order/", {"names": names[0]}).status_code == 403


# --- size -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("label", ["コード", "人数", "重さ", "契約終了日", "区分"])
def test_an_index_serves_filter_and_order_of_an_own_field(supplier: str, bob: Any, label: str) -> None:
    name = key(supplier, label)
    row = FieldDesign.objects.get(pk=int(name[1:]))
    indexes.make(row)
    registry.refresh(now=True)
    entity = registry.get(supplier)
    assert entity.field(name).sortable
    write.create_many(
        entity, [{"name": f"社{n}", key(supplier, "人数"): n} for n in range(1000)], by=bob, operation=None
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # without it the planner knows nothing of these rows and guesses
            cursor.execute("ANALYZE records_drawnrecord")
    rows = visible(entity, bob)
    found = entity.field(name)
    value = {"コード": "AB-12", "人数": 7, "重さ": 1.5, "契約終了日": "2026-01-01", "区分": "o1"}[label]
    for query in (
        rows.filter(found.lookup()(value)),
        rows.filter(found.lookup("isnull")(False)).order_by(found.expression().asc(), "pk")[:50],  # type: ignore[union-attr]
    ):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert indexes.name_of(row) in query.explain(), query.explain()


def test_drawn_entities_share_a_table_and_not_their_records(
    supplier: str, bob: Any, alice: Any, as_bob: Client
) -> None:
    other = operations.add_entity("物流会社", slug="carriers", by=alice).name
    here, there = registry.get(supplier), registry.get(other)
    mine = write.create(here, {"name": "丸山食品"}, by=bob).record
    theirs = write.create(there, {"name": "北運送"}, by=bob).record
    assert [one.pk for one in visible(here, bob)] == [mine.pk]
    assert as_bob.get(there.url(mine.pk)).status_code == 404
    assert as_bob.get(here.url(theirs.pk)).status_code == 404
    assert "北運送" not in as_bob.get("/suppliers/").content.decode()
    assert (table_size(here), table_size(there)) == (1, 1)
    assert as_bob.post(f"/carriers/{mine.pk}/delete/").status_code == 404


def test_another_process_sees_a_new_field_at_once_for_who_drew_it(supplier: str, as_alice: Client) -> None:
    """The answer to a change carries the design's number, so that an older process reads it anew."""
    before = registry.design_number()
    answer = as_alice.post(f"/settings/design/{supplier}/fields/new/", {"kind": "text", "label": "社内メモ"})
    assert int(answer.cookies["enishi_design"].value) == before + 1
    registry.forget()  # another process, which has looked a moment ago
    registry._State.number, registry._State.looked = before, float("inf")
    assert "社内メモ" in as_alice.get("/suppliers/new/").content.decode()


def test_history_of_who_drew_what(supplier: str, alice: Any) -> None:
    from enishi.access.models import AccessLog

    assert AccessLog.objects.filter(user=alice, action="design").count() == Event.objects.none().count() + 19


def test_a_field_may_hold_a_team(alice: Any, as_alice: Any) -> None:
    from enishi.access.models import Team

    east, west = Team.objects.create(name="東日本"), Team.objects.create(name="西日本")
    entity = registry.get("account")
    operations.add_field("account", "team", "担当部署", {}, by=alice)
    registry.refresh(now=True)
    entity = registry.get("account")
    found = next(one for one in entity.own if one.kind == "team")
    one = write.create(entity, {"name": "客", found.name: "東日本"}, by=alice).record
    write.create(entity, {"name": "別の客", found.name: str(west.pk)}, by=alice)
    assert found.value_text(one) == "東日本" and found.cells([one]) == ["東日本"]
    with pytest.raises(Refused):
        write.create(entity, {"name": "x", found.name: "南日本"}, by=alice)
    with pytest.raises(Refused):
        write.create(entity, {"name": "x", found.name: "999999"}, by=alice)
    alice.team = east
    alice.save()
    for value in ("me", str(east.pk)):
        tree = {"field": found.name, "op": "is", "value": value}
        rows = entity.model._default_manager.filter(compile_condition(entity, tree, Scope.of(alice)))
        assert [row.pk for row in rows] == [one.pk]
    page = as_alice.get(f"/accounts/{one.pk}/field/{found.name}/?edit").content.decode()
    assert "西日本" in page and "東日本" in as_alice.get(f"/accounts/?columns={found.name}").content.decode()


def test_an_entity_tied_to_itself_is_a_loop_beside_its_box() -> None:
    """Below the box its name hid the line, and two loose ends were all that was seen."""
    drawn = picture.draw([registry.get("quote"), registry.get("account")])
    line = next(one for one in drawn["lines"] if one["label"] == "はじめの版")
    box = next(one for one in drawn["boxes"] if one.entity.name == "quote")
    right = round(box.left + picture.BOX_W)
    assert line["path"].startswith(f"M{right} ") and f"L{right} " in line["path"]
    assert line["y"] > box.y + picture.BOX_H / 2


def test_what_was_there_gets_its_numbers_when_they_are_drawn(alice: Any) -> None:
    car = operations.add_entity("車両", slug="cars", by=alice).name
    rows = write.create_many(
        registry.get(car), [{"name": f"{n}号"} for n in range(3)], by=alice, operation=None
    )
    field = operations.add_field(car, "auto_number", "管理番号", {"number_pattern": "K-{n:3}"}, by=alice).key
    later = write.create(registry.get(car), {"name": "後"}, by=alice).record
    number_entity.func(car, field)
    held = [registry.get(car).model._default_manager.get(pk=one.pk).custom[field] for one in (*rows, later)]
    assert held == ["K-002", "K-003", "K-004", "K-001"]
    assert [hit.record.pk for hit in find("K-003", alice)] == [rows[1].pk]
    # What came while it was out of sight gets its number when it is brought back.
    operations.retire_field(car, field, by=alice)
    came = write.create(registry.get(car), {"name": "間"}, by=alice).record
    operations.bring_back_field(car, field, by=alice)

    assert DBTaskResult.objects.filter(task_path__endswith="number_entity").count() == 2
    number_entity.func(car, field)
    assert registry.get(car).model._default_manager.get(pk=came.pk).custom[field] == "K-005"
