"""Channels and who customers are on them: figures follow orders exactly, whatever happens to these; sheets of purchases."""

import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enishi.exchange import importing
from enishi.people.models import Account, Contact
from enishi.records import history, registry, write
from enishi.records.errors import Refused
from enishi.records.merge import merge
from enishi.records.testing import EntityTests
from enishi.sales.channels.entity import kind_of
from enishi.sales.models import Channel, ChannelCustomer, Order
from enishi.sales.tests.test_order_import import bring_in

pytestmark = [pytest.mark.django_db, pytest.mark.row("A3")]


class TestChannels(EntityTests):
    entity = "channel"

    def values(self, number: int) -> dict[str, Any]:
        return {"name": f"本店{number}", "kind": "shop"}


class TestChannelCustomers(EntityTests):
    entity = "channel_customer"

    @pytest.fixture(autouse=True)
    def _channel(self, alice: Any) -> None:
        self.channel = write.create(registry.get("channel"), {"name": "Webストア"}, by=alice).record

    def values(self, number: int) -> dict[str, Any]:
        return {"name": f"会員{number}", "channel": self.channel.pk, "outside_id": f"W-{number}"}


class World:
    """An account that buys on two channels."""

    def __init__(self, by: Any) -> None:
        self.by = by
        self.account = self.make("account", name="みどり商事")
        self.shop, self.web = self.make("channel", name="本店"), self.make("channel", name="Webストア")
        self.one = self.make("channel_customer", channel=self.shop, outside_id="7", account=self.account)
        self.two = self.make("channel_customer", channel=self.web, outside_id="7", account=self.account)

    def make(self, entity: str, **values: Any) -> Any:
        return write.create(registry.get(entity), values, by=self.by).record

    def order(self, customer: Any, day: str, price: int) -> Any:
        lines = [{"text": "茶", "unit_price": str(price), "tax_code": "outside"}]
        return self.make("order", channel_customer=customer, date=day, lines=lines)

    def figures(self, customer: Any) -> tuple[Any, ...]:
        row = ChannelCustomer.objects.get(pk=customer.pk)
        days = [day and f"{day:%m-%d}" for day in (row.first_order_on, row.last_order_on)]
        return (*days, row.order_count, row.lifetime_value)

    def sums(self, account: Any = None) -> tuple[Any, ...]:
        row = Account.objects.get(pk=(account or self.account).pk)
        return row.channel_orders, row.channel_value, row.channel_last_on and f"{row.channel_last_on:%m-%d}"


NOTHING = (None, None, None, None)


@pytest.fixture
def world(alice: Any) -> World:
    return World(alice)


def test_figures_follow_whatever_happens_to_orders(world: World, alice: Any) -> None:
    orders = registry.get("order")
    first, second = world.order(world.one, "2026-04-01", 500), world.order(world.one, "2026-05-02", 700)
    web = world.order(world.two, "2026-06-03", 1_000)
    assert (first.channel_id, first.account_id) == (world.shop.pk, world.account.pk)
    assert world.figures(world.one) == ("04-01", "05-02", 2, 1_200)
    assert world.sums() == (3, 2_200, "06-03")
    write.write(orders, second.pk, {"date": "2026-03-01", "lines": [{"text": "茶", "unit_price": "50", "tax_code": "outside"}]}, by=alice)  # fmt: skip
    assert world.figures(world.one) == ("03-01", "04-01", 2, 550)
    write.write(orders, web.pk, {"channel": world.shop.pk, "channel_customer": world.one.pk}, by=alice)
    assert (world.figures(world.two), world.figures(world.one)[2:]) == (NOTHING, (3, 1_550))
    write.delete(orders, [first.pk, web.pk], by=alice)
    assert (world.figures(world.one), world.sums()) == (("03-01", "03-01", 1, 50), (1, 50, "03-01"))
    write.restore(orders, [web.pk], by=alice)
    write.write(orders, second.pk, {"status": "cancelled"}, by=alice)
    assert world.figures(world.one) == ("06-03", "06-03", 1, 1_000)
    done = merge(orders, web.pk, [second.pk], by=alice, picks={"status": web.pk, "lines": web.pk})
    assert world.figures(world.one)[2:] == (1, 1_000)
    history.undo_operation(done.operation.pk, by=alice)
    write.write(orders, second.pk, {"status": "open"}, by=alice)
    assert world.figures(world.one) == ("03-01", "06-03", 2, 1_050)
    refund = world.order(world.one, "2026-07-01", -1_000)
    assert refund.total == -1_000 and world.figures(world.one) == ("03-01", "06-03", 2, 50)


def test_a_line_that_is_written_by_itself_counts(world: World, alice: Any) -> None:
    order = world.order(world.one, "2026-04-01", 500)
    with CaptureQueriesContext(connection) as asked:
        write.write(registry.get("order_line"), order.lines.get().pk, {"unit_price": "900"}, by=alice)
    # Whoever issues or changes the order at the same time loses nothing.
    if connection.vendor == "postgresql":
        assert any("FOR NO KEY UPDATE" in one["sql"] and 'FROM "sales_order"' in one["sql"] for one in asked)
    stored = [one["sql"] for one in asked if 'UPDATE "sales_order" SET' in one["sql"]]
    assert stored and not any('"status"' in sql or '"note"' in sql for sql in stored)
    assert world.figures(world.one)[3] == 900 and world.sums()[1] == 900


def test_many_orders_settle_by_the_same_queries_as_few(world: World, alice: Any) -> None:
    def settled(count: int) -> int:
        ids = [{"channel": world.web.pk, "outside_id": f"{count}-{n}", "account": world.account.pk} for n in range(count)]  # fmt: skip
        customers = write.create_many(registry.get("channel_customer"), ids, by=alice, operation=None)
        rows = [
            {"channel": world.web.pk, "channel_customer": one.pk, "date": "2026-01-05"} for one in customers
        ]
        orders = write.create_many(registry.get("order"), rows, by=alice, operation=None)
        assert {world.figures(one) for one in customers} == {("01-05", "01-05", 1, 0)}
        pairs = [(one, {"date": datetime.date(2026, 2, 1)}) for one in orders]
        write.write_many(registry.get("order"), pairs, by=alice, operation=None)
        assert {world.figures(one) for one in customers} == {("02-01", "02-01", 1, 0)}
        ChannelCustomer.objects.filter(pk__in=[one.pk for one in customers]).update(order_count=None)
        with CaptureQueriesContext(connection) as held:
            registry.get("order").settle(orders, [{}] * count, alice)
        assert {world.figures(one)[2] for one in customers} == {1}
        return len(held.captured_queries)

    assert settled(3) == settled(30)
    assert world.sums()[0] == 33


def test_customers_move_with_the_account_that_is_merged(world: World, alice: Any) -> None:
    other = world.make("account", name="みどり商事㈱")
    contact, same = (
        world.make("contact", family_name="佐藤", given_name=name, account=other) for name in ("花", "華")
    )
    third = world.make("channel_customer", channel=world.shop, outside_id="8", contact=same)
    assert (third.account_id, third.name) == (other.pk, "佐藤 華")
    world.order(world.one, "2026-04-01", 500)
    world.order(third, "2026-05-01", 300)
    merge(registry.get("contact"), contact.pk, [same.pk], by=alice)
    assert ChannelCustomer.objects.get(pk=third.pk).contact_id == contact.pk
    done = merge(registry.get("account"), world.account.pk, [other.pk], by=alice)
    assert ChannelCustomer.objects.filter(account=world.account.pk).count() == 3
    assert world.sums() == (2, 800, "05-01")
    history.undo_operation(done.operation.pk, by=alice)
    assert (world.sums(), world.sums(other)) == ((1, 500, "04-01"), (1, 300, "05-01"))
    write.delete(registry.get("channel_customer"), [third.pk], by=alice)
    assert world.sums(other) == (None, None, None)
    made = merge(registry.get("channel_customer"), world.one.pk, [world.two.pk], by=alice)
    history.undo_operation(made.operation.pk, by=alice)
    assert world.sums() == (1, 500, "04-01")


def test_an_outside_id_is_unique_within_its_channel(world: World, alice: Any) -> None:
    entity = registry.get("channel_customer")
    with pytest.raises(Refused, match="使っています"):
        world.make("channel_customer", channel=world.shop, outside_id="7")
    with pytest.raises(Refused, match="使っています"):
        write.write(entity, world.two.pk, {"channel": world.shop.pk}, by=alice)
    with pytest.raises(Refused, match="顧客ID・名前"):
        world.make("channel_customer", channel=world.shop)
    with pytest.raises(Refused, match="「本店」のお客様"):
        world.make("order", channel=world.web, channel_customer=world.one)
    rows = [{"channel": world.shop.pk, "outside_id": "9"}] * 2
    with pytest.raises(Refused):
        write.create_many(entity, rows, by=alice, operation=None)


def test_the_account_and_the_contact_show_their_channels(world: World, as_alice: Client) -> None:
    contact = world.make("contact", family_name="佐藤", given_name="花")
    world.make("channel_customer", channel=world.web, outside_id="W-9", contact=contact)
    world.order(world.one, "2026-04-01", 500)
    page = as_alice.get(f"/accounts/{world.account.pk}/").content.decode()
    sums = page[page.index('id="channel-sums"') :].partition("</section>")[0]
    assert "¥500" in sums and "1回" in sums and "2026/04/01" in sums
    assert "チャネル別顧客" in page and "Webストア" in page
    assert "W-9" in as_alice.get(f"/contacts/{contact.pk}/").content.decode()
    assert (
        "¥500"
        in as_alice.get("/accounts/?columns=channel_orders,channel_value,channel_last_on").content.decode()
    )
    settings = as_alice.get("/settings/").content.decode()
    assert (
        'href="/channels/"' in settings
        and 'href="/channel-customers/"' in as_alice.get("/menu/").content.decode()
    )


def test_a_private_customer_has_the_sums_of_all_channels(world: World, alice: Any, as_alice: Client) -> None:
    one, other = (world.make("contact", family_name="佐藤", given_name=name) for name in ("花", "葉"))
    customers = [
        world.make("channel_customer", channel=each, outside_id="P", contact=one)
        for each in (world.shop, world.web)
    ]
    for customer, day, price in zip(customers, ("2026-04-01", "2026-05-02"), (500, 700), strict=True):
        world.order(customer, day, price)
    firms = world.make(
        "channel_customer", channel=world.shop, outside_id="F", account=world.account, contact=one
    )
    world.order(firms, "2026-06-01", 9000)  # counts for the firm, not for its clerk

    def sums(contact: Any) -> tuple[Any, ...]:
        row = Contact.objects.get(pk=contact.pk)
        return row.channel_orders, row.channel_value, row.channel_last_on and f"{row.channel_last_on:%m-%d}"

    assert (sums(one), world.sums()) == ((2, 1200, "05-02"), (1, 9000, "06-01"))
    card = as_alice.get(f"/contacts/{one.pk}/").content.decode()
    assert "¥1,200" in card[card.index('id="channel-sums"') :].partition("</section>")[0]
    entity = registry.get("channel_customer")
    write.write(entity, customers[0].pk, {"contact": other.pk}, by=alice)
    assert (sums(one), sums(other)) == ((1, 700, "05-02"), (1, 500, "04-01"))
    write.write(entity, customers[0].pk, {"account": world.account.pk}, by=alice)
    assert (sums(other), world.sums()) == ((None, None, None), (2, 9500, "06-01"))
    write.delete(entity, [customers[1].pk], by=alice)
    assert sums(one) == (None, None, None)
    write.restore(entity, [customers[1].pk], by=alice)
    merge(registry.get("contact"), other.pk, [one.pk], by=alice)
    assert sums(other) == (1, 700, "05-02")
    # What stood in a base before contacts had sums is added up once.
    Contact.objects.update(channel_orders=None, channel_value=None, channel_last_on=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("enishi.insight.migrations.0006_private_customers").ADD_UP)
    assert sums(other) == (1, 700, "05-02")


SHEET = """チャネル,会員番号,顧客ID,購入日,金額
本店,M-7,S-1,2026/5/1,"5,500"
Ｗｅｂストア,M-7,W-1,2026/5/3,1200
本店,,S-1,2026/6/1,800
本店,M-9,S-2,2026/6/1,300
本店,M-7,S-1,2026/5/1,100
"""


@pytest.mark.parametrize("entity", ["", "order", "channel_customer"])
def test_a_sheet_of_purchases_makes_customers_of_channels_once(tmp_path: Path, bob: Any, entity: str) -> None:
    member = write.create(
        registry.get("contact"), {"family_name": "佐藤", "given_name": "花", "code": "M-7"}, by=bob
    ).record
    write.create(registry.get("channel"), {"name": "Webストア"}, by=bob)
    path = tmp_path / "sales.csv"
    path.write_text(SHEET, encoding="utf-8-sig")
    rows = importing.preview(importing.begin(path, path.name, by=bob, entity=entity))
    assert [row.errors for row in rows] == [[]] * 5
    assert (rows[0].outcome["channel"], rows[1].outcome["channel"]) == ("new", "update")
    job = bring_in(tmp_path, SHEET, bob, entity)
    assert (job.status, job.figures["refused"]) == ("done", 0), job.error
    found = {
        (one.channel.name, one.outside_id): (one.contact_id, one.order_count, one.lifetime_value, f"{one.first_order_on:%m-%d}", f"{one.last_order_on:%m-%d}")
        for one in ChannelCustomer.objects.all()
    }  # fmt: skip
    assert found == {
        ("本店", "S-1"): (member.pk, 2, 6_400, "05-01", "06-01"),
        ("Webストア", "W-1"): (member.pk, 1, 1_200, "05-03", "05-03"),
        ("本店", "S-2"): (None, 1, 300, "06-01", "06-01"),
    }
    assert ChannelCustomer.objects.get(outside_id="S-2").note == "会員番号: M-9"
    assert Channel.objects.get(name="本店").kind == "shop" and Channel.objects.count() == 2
    assert set(
        Order.objects.filter(channel_customer__outside_id="S-1").values_list("contact", flat=True)
    ) == {member.pk}
    before = list(Order.objects.order_by("pk").values_list("pk", "version", "total"))
    again = bring_in(tmp_path, SHEET, bob, entity)
    assert (again.figures["created"], again.figures["updated"], again.figures["refused"]) == ({}, {}, 0)
    assert list(Order.objects.order_by("pk").values_list("pk", "version", "total")) == before
    history.undo_operation(job.operation_id, by=bob)
    assert not ChannelCustomer.objects.filter(deleted_at=None).exists()


def test_a_members_number_alone_is_his_number_there(tmp_path: Path, bob: Any) -> None:
    text = "チャネル,会員番号,氏名,購入日,金額\n本店,00012,山田 一郎,2026/5/1,100\n,00013,,2026/5/1,100\n本店,,山田,2026/5/1,100\n"
    job = bring_in(tmp_path, text, bob, "")
    assert (job.status, job.figures["refused"]) == ("done", 2)
    one = ChannelCustomer.objects.get()
    assert (one.outside_id, one.name, one.lifetime_value, one.contact_id) == ("00012", "山田 一郎", 100, None)


def test_a_list_of_a_channels_customers(tmp_path: Path, bob: Any) -> None:
    text = "チャネル,顧客ID,顧客名,得意先名\nWebストア,A1,みどり,みどり商事\n電話,A1,みどり,みどり商事\n"
    job = bring_in(tmp_path, text, bob, "channel_customer")
    assert (job.status, job.figures["refused"]) == ("done", 0), job.error
    told = ChannelCustomer.objects.order_by("pk").values_list(
        "channel__name", "channel__kind", "outside_id", "account__name"
    )
    assert list(told) == [("Webストア", "web", "A1", "みどり商事"), ("電話", "phone", "A1", "みどり商事")]
    assert bring_in(tmp_path, text, bob, "channel_customer").figures["created"] == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("楽天市場店", "web"), ("自社ECサイト", "web"), ("お電話", "phone"), ("東京ビッグサイト展示会", "fair"), ("法人窓口", "desk"), ("渋谷店", "shop"), ("紹介", "other")],
)  # fmt: skip
def test_a_channels_name_says_its_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind
