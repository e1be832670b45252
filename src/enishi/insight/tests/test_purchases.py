"""次の購入: figures of plain Python against those of the database, and what the worker stores."""

import datetime
import random
import statistics
from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import Role
from enishi.access.rights import RECORD_ACTIONS
from enishi.insight.lifetime_value import bgnbd
from enishi.insight.lifetime_value.forecast import forecast
from enishi.insight.lifetime_value.purchases import Purchases, summarise
from enishi.insight.purchases import fitting, gathering, pairing, runs, storing
from enishi.insight.purchases.models import ProductPair
from enishi.insight.purchases.today import condition, expected
from enishi.people.models import Account, Contact
from enishi.records import registry, tasks, write
from enishi.records.design import operations, sets
from enishi.records.rows import insert_rows, new
from enishi.records.tasks import compute_entity
from enishi.sales.models import Order, OrderLine, Product

pytestmark = pytest.mark.django_db
Bought = Sequence[tuple[int | None, datetime.date, int]]


def accounts(number: int, by: Any) -> list[Account]:
    """Customers of their own names."""
    rows = [{"name": f"得意先 {n:04}", "owner": by.pk} for n in range(number)]
    return write.create_many(registry.get("account"), rows, by=by, operation=None)


def orders(bought: Bought, **more: Any) -> list[Any]:
    """Orders as an import leaves them: who, when, how much."""
    made = [new(Order, account_id=who, date=day, total=total, **more) for who, day, total in bought]
    insert_rows(Order, made)
    return made


def simulated(customers: list[Account], until: datetime.date, *, days: int = 730) -> Bought:
    """Purchases of a BG/NBD world."""
    chance, made = random.Random(3), []
    for one in customers:
        day, rate = chance.uniform(0, days * 0.7), chance.gammavariate(1.5, 1 / 40)
        leaves, worth = chance.betavariate(0.8, 4), chance.gammavariate(4, 8000)
        while day < days:
            made.append((one.pk, until - datetime.timedelta(days=days - int(day)), int(worth * chance.gammavariate(6, 1 / 6))))  # fmt: skip
            day += chance.expovariate(rate)
            if chance.random() < leaves:
                break
    return made


def test_the_database_adds_up_what_plain_python_does(alice: Any) -> None:
    customers, today = accounts(40, alice), timezone.localdate()
    bought = simulated(customers, today)
    bought += bought[:7]  # two orders of a day are one purchase
    orders(bought)
    orders([(customers[0].pk, today, 5000)], status="cancelled")
    orders([(customers[0].pk, today, -5000)])
    orders([(customers[0].pk, today + datetime.timedelta(days=3), 5000)])
    orders([(customers[0].pk, today, 5000)], deleted_at=timezone.now())
    cut = today.toordinal() - 200
    found = gathering.gather(today, cut)
    plain = Purchases.of((str(who), day, float(total)) for who, day, total in bought)
    held = summarise(plain, today.toordinal())
    order = np.argsort([int(plain.names[who]) for who in held.who])
    mine = fitting.summary(found, today.toordinal())
    assert found.keys.tolist() == sorted({who for who, _day, _total in bought})
    for name in ("x", "t_x", "T", "m", "first", "last"):
        assert np.allclose(getattr(mine, name), getattr(held, name)[order]), name
    early = {who: sorted({day for one, day, _t in bought if one == who and day.toordinal() <= cut}) for who in found.keys.tolist()}  # fmt: skip
    assert found.early.tolist() == [len(early[who]) for who in found.keys.tolist()]
    assert found.early_last.tolist() == [
        early[w][-1].toordinal() if early[w] else 0 for w in found.keys.tolist()
    ]
    days = {who: sorted({day for one, day, _t in bought if one == who}) for who in found.keys.tolist()}
    gaps = {who: [(b - a).days for a, b in zip(held, held[1:], strict=False)] for who, held in days.items()}
    own, number, everybody = gathering.medians(today)
    assert own == {who: (len(one), statistics.median(one)) for who, one in gaps.items() if len(one) >= 2}
    assert (number, everybody) == (len(sum(gaps.values(), [])), statistics.median(sum(gaps.values(), [])))


def test_enough_customers_are_fitted_and_stored_once(alice: Any, as_alice: Client) -> None:
    customers, today = accounts(400, alice), timezone.localdate()
    bought = simulated(customers, today)
    orders(bought)
    done = runs.run_now()
    told = done.figures
    assert (told["model"], told["customers"]) == ("bgnbd", len({who for who, _d, _t in bought}))
    held = fitting.summary(gathering.gather(today, today.toordinal() - 1), today.toordinal())
    model = bgnbd.fit(held.x, held.t_x, held.T)
    assert told["parameters"]["r"] == pytest.approx(model.r)
    assert (
        abs(told["holdout"]["expected"] / told["holdout"]["actual"] - 1) < 0.25
    )  # foretold from two thirds of the time
    versions = dict(Account.objects.values_list("pk", "version"))
    for place, one in enumerate(Account.objects.filter(buy_count__isnull=False).order_by("pk")):
        x, t_x = held.x[place], held.t_x[place]
        assert one.buy_count == x + 1
        every = model.every(x, t_x) * 7
        assert one.buy_every == max(round(every), 1)
        assert one.buy_last_on and one.buy_next_on == one.buy_last_on + datetime.timedelta(
            days=one.buy_every or 0
        )
        alive = model.alive(
            held.x[place : place + 1], held.t_x[place : place + 1], held.T[place : place + 1]
        )[0]
        assert one.buy_alive == round(alive * 100)
        assert one.buy_basis == "model"
        if x:
            assert one.buy_state == ("on" if alive >= 0.6 else "leaving" if alive >= 0.2 else "gone")
    # The command means the same day, and the same chance.
    plain = Purchases.of((str(who), day, float(total)) for who, day, total in bought)
    told_by_command = {int(one.customer): one for one in forecast(plain, until=today.toordinal()).outlooks()}
    for one in Account.objects.filter(buy_count__isnull=False):
        other = told_by_command[one.pk]
        assert (other.next_purchase, round((other.p_alive or 0) * 100)) == (one.buy_next_on, one.buy_alive)
    once = Account.objects.filter(buy_count=1).first()
    assert once is not None and once.buy_alive == 100
    card = as_alice.get(f"/accounts/{once.pk}/").content.decode()
    assert "100%（1回だけのお客様は、モデルでは必ず100%です）" in card
    # A second run finds nothing new, a changed order only its customer; both leave versions alone.
    assert runs.run_now().figures["changed"] == 0
    assert not runs.start_if_due()
    gone = Order.objects.filter(account=customers[0].pk)
    gone.update(deleted_at=timezone.now())
    runs.run_now()
    assert Account.objects.get(pk=customers[0].pk).buy_count is None
    assert dict(Account.objects.values_list("pk", "version")) == versions


def test_too_few_customers_get_medians_and_are_told_so(alice: Any, as_alice: Client) -> None:
    steady, once, silent = accounts(3, alice)
    today = timezone.localdate()

    def ago(days: int) -> datetime.date:
        return today - datetime.timedelta(days=days)

    orders([(steady.pk, ago(days), 10_000) for days in (190, 160, 130, 100, 70, 45)])
    orders([(once.pk, ago(10), 8_000)])
    orders([(silent.pk, ago(days), 3_000) for days in (600, 590, 580)])
    assert runs.run_now().figures | {"model": "median", "reason": "few"} == runs.last_done().figures  # type: ignore[union-attr]
    for one in (steady, once, silent):
        one.refresh_from_db()
    assert (steady.buy_every, steady.buy_next_on, steady.buy_state, steady.buy_basis) == (
        30,
        ago(15),
        "on",
        "median",
    )
    assert steady.buy_alive is None  # nothing that a median could say
    assert (once.buy_every, once.buy_next_on) == (30, today + datetime.timedelta(days=20))
    assert (silent.buy_state, silent.buy_value) == ("gone", 0)
    page = as_alice.get("/accounts/?preset=buy_late").content.decode()
    assert "得意先 0000" in page and "得意先 0001" not in page and "得意先 0002" not in page
    assert "15日過ぎています" in page and "およそ30日おき" in page


def shop(by: Any) -> tuple[list[Account], dict[str, Product]]:
    """Forty customers: printers and toner go together, paper goes with everybody."""
    customers = accounts(40, by)
    products = {name: write.create(registry.get("product"), {"name": name}, by=by).record for name in ("プリンター", "トナー", "用紙", "珍品")}  # fmt: skip
    day = timezone.localdate() - datetime.timedelta(days=40)
    for n, one in enumerate(customers):
        names = (
            ["用紙"] * (n < 39)
            + ["プリンター"] * (n < 16)
            + ["トナー"] * (n < 12 or n == 39)
            + ["珍品"] * (n < 4)
        )
        for name in names:
            (made,) = orders([(one.pk, day, 1000)])
            insert_rows(
                OrderLine, [new(OrderLine, order_id=made.pk, product_id=products[name].pk, text=name)]
            )
    return customers, products


def test_what_goes_together_is_found_and_shown_with_its_reason(
    alice: Any, as_alice: Client, carol: Any, as_carol: Client
) -> None:
    customers, products = shop(alice)
    runs.run_now()
    name = {one.pk: key for key, one in products.items()}
    found = {(name[one.product_id], name[one.other_id]): one for one in ProductPair.objects.all()}
    # Paper is bought by nearly all: nobody buys it because of a printer. Four customers are too few to say anything.
    assert set(found) == {("プリンター", "トナー"), ("トナー", "プリンター")}
    pair = found["プリンター", "トナー"]
    assert (pair.both, pair.buyers, pair.other_buyers, pair.customers) == (12, 16, 13, 40)
    assert (pair.confidence, pair.support, round(pair.lift, 3)) == (0.75, 0.3, round(0.75 / (13 / 40), 3))
    page = as_alice.get(f"/accounts/{customers[14].pk}/").content.decode()
    assert "「プリンター」を買った16件のうち12件（75%）が購入、全体の2.3倍・お客様全体の30.0%" in page
    assert "kind=task&amp;text=" + quote("「トナー」を提案する") in page
    assert (
        'id="next-purchase"' in page
        and "おすすめ" not in as_alice.get(f"/accounts/{customers[3].pk}/").content.decode()
    )
    product = as_alice.get(f"/products/{products['プリンター'].pk}/").content.decode()
    address = (
        product.split('id="also-bought"')[1]
        .split('class="btn" href="')[1]
        .split('"')[0]
        .replace("&amp;", "&")
    )
    listed = as_alice.get(address).content.decode()
    assert {n for n in range(40) if f"得意先 {n:04}" in listed} == {12, 13, 14, 15}
    # The same again changes nothing; what is no longer bought together goes.
    assert runs.run_now().figures["pairs_changed"] == 0
    Order.objects.filter(lines__product=products["トナー"]).update(status="cancelled")
    runs.run_now()
    assert not ProductPair.objects.exists()


def contacts(number: int, by: Any) -> list[Contact]:
    """Private customers."""
    rows = [{"name": f"個人 {n:04}", "owner": by.pk} for n in range(number)]
    return write.create_many(registry.get("contact"), rows, by=by, operation=None)


def test_private_customers_have_what_accounts_have(alice: Any, as_alice: Client) -> None:
    (firm,), (private, clerk, late) = accounts(1, alice), contacts(3, alice)
    today = timezone.localdate()

    def ago(days: int) -> datetime.date:
        return today - datetime.timedelta(days=days)

    for who, days in ((private, (150, 120, 90, 60, 29)), (late, (160, 130, 100, 70, 45))):
        orders([(None, ago(n), 6_000) for n in days], contact_id=who.pk)
    orders(
        [(firm.pk, ago(n), 9_000) for n in (80, 60, 40)], contact_id=clerk.pk
    )  # the firm's, not its clerk's
    told = runs.run_now().figures
    assert (told["customers"], told["purchases"], told["changed"]) == (3, 13, 3)
    for one in (firm, private, clerk, late):
        one.refresh_from_db()
    assert (firm.buy_count, clerk.buy_count) == (3, None)
    held = (private.buy_count, private.buy_every, private.buy_next_on, private.buy_state, private.buy_basis)
    assert held == (5, 30, ago(-1), "on", "median") and (private.buy_value or 0) > 0
    assert (late.buy_every, late.buy_next_on) == (30, ago(15))
    # The card, the page of both kinds of customers (in the menu once), 今日.
    card = as_alice.get(f"/contacts/{private.pk}/").content.decode()
    assert 'id="next-purchase"' in card and f"about=contact:{private.pk}" in card and "およそ30日おき" in card
    page = as_alice.get("/contacts/?preset=buy_late").content.decode()
    assert "個人 0002" in page and "個人 0000" not in page and "15日過ぎています" in page
    assert (
        'href="/accounts/?preset=buy_late"' in page
        and 'href="/contacts/?preset=buy_late" aria-current' in page
    )
    assert 'href="/contacts/?preset=buy_soon"' not in as_alice.get("/menu/").content.decode()
    assert "個人 0000" in as_alice.get("/contacts/?preset=buy_soon").content.decode()
    assert [(entity.name, key) for entity, key, _name, _text in expected(alice, today)[0]] == [
        ("contact", private.pk)
    ]
    assert f"/today/plan/?about=contact:{private.pk}" in as_alice.get("/today/").content.decode()
    # Nothing is written twice; who is in the bin, or whose orders are, loses his figures.
    assert runs.run_now().figures["changed"] == 0
    Order.objects.filter(contact=private.pk).update(deleted_at=timezone.now())
    assert runs.run_now().figures["changed"] == 1
    private.refresh_from_db()
    assert private.buy_count is None and private.buy_next_on is None


def test_both_kinds_of_customers_lead_to_their_lists(alice: Any) -> None:
    """Five lines are shown: the firm that is cut off by people, and the people that are cut off by each other, both have a list."""
    today = timezone.localdate()
    (firm,) = accounts(1, alice)
    held = [(firm, 10), *((one, 3) for one in contacts(6, alice))]
    for one, days in held:
        one.buy_state, one.buy_next_on, one.owner_id = "on", today - datetime.timedelta(days=days), alice.pk
        one.buy_last_on, one.buy_count, one.buy_every = today - datetime.timedelta(days=40), 5, 30
        one.save()
    shown, more = expected(alice, today)
    assert [entity.name for entity, *_rest in shown] == ["contact"] * 5
    assert set(more) == {"account", "contact"}
    for name in more:
        assert condition(name, today)["all"]


@pytest.mark.parametrize("name", ["account", "contact"])
def test_the_description_of_the_api_allows_for_who_never_bought(name: str) -> None:
    for field in registry.get(name).fields.values():
        if field.name.startswith(("buy_", "channel_")):
            schema = field.schema()
            assert "null" in schema["type"] and ("enum" not in schema or None in schema["enum"]), field.name


def test_what_goes_together_counts_private_customers(alice: Any, as_alice: Client) -> None:
    customers, products = shop(alice)
    persons = contacts(30, alice)
    for firm, one in zip(customers[10:], persons, strict=True):
        Order.objects.filter(account=firm.pk).update(account=None, contact=one.pk)
    runs.run_now()
    pair = ProductPair.objects.get(product=products["プリンター"], other=products["トナー"])
    assert (pair.both, pair.buyers, pair.other_buyers, pair.customers) == (12, 16, 13, 40)
    card = as_alice.get(f"/contacts/{persons[4].pk}/").content.decode()  # a printer, no toner
    assert "「プリンター」を買った16件のうち12件（75%）が購入" in card and "個人 0004" in card
    product = as_alice.get(f"/products/{products['プリンター'].pk}/").content.decode()
    links = product.split('id="also-bought"')[1].split('class="btn" href="')[1:]
    firms, private = (one.split('"')[0].replace("&amp;", "&") for one in links)
    listed = as_alice.get(private).content.decode()
    assert {n for n in range(30) if f"個人 {n:04}" in listed} == {2, 3, 4, 5}
    assert not [n for n in range(40) if f"得意先 {n:04}" in as_alice.get(firms).content.decode()]


def test_nothing_is_written_while_orders_are_being_read(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite refuses a write of somebody who reads since before another's write."""
    shop(alice)
    reading, real = [False], pairing._held

    def held(until: datetime.date) -> Any:
        for chunk in real(until):
            reading[0] = True
            yield chunk
        reading[0] = False

    monkeypatch.setattr(pairing, "_held", held)
    monkeypatch.setattr(pairing, "CHUNK", 5)
    beats = []
    assert pairing.pair(timezone.localdate(), lambda: beats.append(reading[0]))[0] == 2
    assert beats and not any(beats)


def test_a_run_that_waited_long_is_alive_from_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = runs.PurchaseFit.objects.create(beat_at=timezone.now() - datetime.timedelta(hours=2))

    def figures(_beat: Any) -> dict[str, Any]:
        assert runs.start().pk == waited.pk and not runs.start_if_due()
        return {"model": "none"}

    monkeypatch.setattr(runs, "_figures", figures)
    runs.fit_purchases.func(waited.pk)
    waited.refresh_from_db()
    assert waited.status == "done"


def test_what_the_owner_computes_of_the_figures_follows_them(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = accounts(1, alice)
    twice = operations.add_field(
        "account", "formula", "倍", {"formula": {"expression": "{購入回数} * 2"}}, by=alice
    ).key
    area = operations.add_entity("地区", slug="areas", by=alice).name
    operations.add_connection(area, "account", label="得意先", back_label="地区", many=True, by=alice)
    whole = operations.add_field(
        area, "formula", "計", {"formula": {"rollup": ["sum", "得意先", "購入回数"]}}, by=alice
    ).key
    tie = next(found.name for found in registry.get(area).linked)
    made = write.create(registry.get(area), {"name": "北", tie: [one.pk]}, by=alice).record
    orders([(one.pk, timezone.localdate() - datetime.timedelta(days=n), 900) for n in (5, 40, 80)])
    monkeypatch.setattr(tasks, "compute_entity", SimpleNamespace(enqueue=compute_entity.func))
    runs.run_now()
    one.refresh_from_db()
    made.refresh_from_db()
    assert (one.buy_count, one.custom[twice], made.custom[whole]) == (3, 6, 3)


def role(user: Any, **entities: dict[str, str]) -> Any:
    """Gives the person a role that reaches everything but what is said."""
    every = dict.fromkeys(RECORD_ACTIONS, "all")
    held = {name: every | reach for name, reach in entities.items()}
    made = Role.objects.create(
        name="営業", rights={"default": every, "entities": held, "fields": {}, "imports": True}
    )
    user.role = made.key
    user.save()
    return user


def test_who_sees_part_is_told_nothing_of_the_rest(alice: Any, bob: Any, as_bob: Client) -> None:
    customers, products = shop(alice)
    orders(
        [
            (one.pk, timezone.localdate() - datetime.timedelta(days=n), 900)
            for n in (5, 10, 15)
            for one in customers
        ]
    )
    Account.objects.filter(pk__in=[one.pk for one in customers[:15]]).update(owner=bob.pk)
    runs.run_now()
    address = "/accounts/?preset=buy_soon"
    assert "お客様40件" in as_bob.get(address).content.decode()
    # His own accounts, all orders: his customers' figures, but no number that counts those of others.
    role(bob, account={"see": "own"})
    page = as_bob.get(address).content.decode()
    assert (
        "会社の受注から見込みました" in page
        and "40件" not in page
        and "得意先 0020" not in page
        and "得意先 0010" in page
    )
    card = as_bob.get(f"/accounts/{customers[12].pk}/").content.decode()
    assert 'id="next-purchase"' in card and "16件のうち" not in card
    assert "also-bought" not in as_bob.get(f"/products/{products['プリンター'].pk}/").content.decode()
    # His own orders only: what is made of all orders isn't there for him, neither page nor field nor call.
    Role.objects.all().delete()
    role(bob, order={"see": "own"})
    page = as_bob.get(address).content.decode()
    assert "そろそろ" not in page and "calendar-clock" not in page and "およそ" not in page
    assert "next-purchase" not in as_bob.get(f"/accounts/{customers[12].pk}/").content.decode()
    assert as_bob.post("/purchases/fit/").status_code == 403


@pytest.mark.row("C7")
def test_contract_ends_are_offered_beside_the_next_purchase(
    alice: Any, as_alice: Client, as_bob: Client
) -> None:
    page = "/accounts/?preset=buy_soon"
    first = as_alice.get(page).text
    assert 'href="/settings/design/"' in first and 'href="/settings/design/sets/"' in first
    assert "contract-ends" not in as_bob.get(page).text  # nothing that he could do
    made = operations.add_entity("保守契約", slug="maintenances", icon="file", by=alice).name
    end = operations.add_field(made, "date", "満了日", {}, by=alice).key
    assert f'href="/settings/design/{made}/fields/{end}/"' in as_alice.get(page).text
    assert as_alice.get(f"/settings/design/{made}/fields/{end}/").status_code == 200
    operations.change_field(made, end, {"due_days": 30}, by=alice)
    listed = f'href="/maintenances/?preset=due_{end}"'
    for client in (as_alice, as_bob):
        assert listed in client.get(page).text and "design/sets" not in client.get(page).text


@pytest.mark.row("C7")
def test_ready_sets_mark_their_ends_and_deadlines() -> None:
    held = {
        field["label"]: field["options"].get("due_days", 0)
        for one in sets.ready()
        for entity in one["content"]["entities"]
        for field in entity.get("fields", ())
        if field["kind"] == "date"
        and any(word in field["label"] for word in ("終了日", "期限", "期日", "予定日"))
    }
    assert held == {"終了日": 60, "完工予定日": 7, "保証期限": 60, "次回予定日": 30, "期限": 30, "期日": 30}


def test_what_nobody_would_notice_is_not_written() -> None:
    day = datetime.date(2026, 9, 12)
    names = ("last", "count", "every", "next", "alive", "often", "value", "state", "basis")
    held = dict(
        zip(
            names,
            (day, 5, 100, day + datetime.timedelta(days=100), 90, Decimal("3.0"), 10_000, "on", "model"),
            strict=True,
        )
    )

    def changed(**values: Any) -> bool:
        return storing.differs(tuple(held.values()), tuple((held | values).values()))

    assert not changed(
        alive=88, value=9_750, often=Decimal("2.9"), every=101, next=day + datetime.timedelta(days=101)
    )
    for values in ({"alive": 87}, {"value": 9_650}, {"every": 103}, {"count": 6}, {"state": "leaving"}, {"alive": None}, {"next": None}, {"last": day.replace(day=13)}):  # fmt: skip
        assert changed(**values), values
    assert storing.differs(storing.NOTHING, tuple(held.values()))
    assert [storing.three_digits(one) for one in (0.0, 7.4, 1234.5, 1_235_600.0)] == [0, 7, 1230, 1_240_000]
