"""Records with lines are merged like others; what was issued is not."""

from typing import Any

import pytest

from enishi.records import history, registry, write
from enishi.records.errors import Refused
from enishi.records.merge import merge

pytestmark = [pytest.mark.django_db, pytest.mark.row("C6")]


@pytest.fixture
def two(alice: Any) -> list[Any]:
    account = write.create(registry.get("account"), {"name": "丸山商事"}, by=alice).record.pk
    return [
        write.create(
            registry.get("order"),
            {"account": account, "name": name, "lines": [{"text": name, "unit_price": price}]},
            by=alice,
        ).record
        for name, price in (("干し芋", "100"), ("煮干し", "300"))
    ]


@pytest.mark.parametrize("chosen", [0, 1])
def test_the_lines_of_one_order_stay_and_all_come_back(two: list[Any], alice: Any, chosen: int) -> None:
    order, lines = registry.get("order"), registry.get("order_line").model._default_manager
    before = sorted(lines.values_list("pk", "order_id", "text", "deleted_at"))
    totals = [(one.net, one.total) for one in two]
    made = merge(order, two[0].pk, [two[1].pk], by=alice, picks={"lines": two[chosen].pk})
    assert list(lines.filter(deleted_at=None).values_list("order_id", "text")) == [
        (two[0].pk, ("干し芋", "煮干し")[chosen])
    ]
    assert (made.record.net, made.record.total) == totals[chosen]
    assert ("lines" in made.event.data["changes"]) is bool(chosen)
    history.undo_operation(made.operation.pk, by=alice)
    assert sorted(lines.values_list("pk", "order_id", "text", "deleted_at")) == before
    again = order.model._default_manager.get(pk=two[0].pk)
    assert (again.net, again.total, again.deleted_at) == (*totals[0], None)


def test_products_merge_under_the_lines_that_name_them(two: list[Any], alice: Any) -> None:
    product = registry.get("product")
    kept, gone = (write.create(product, {"name": name}, by=alice).record for name in ("芋", "干し芋"))
    lines = [{"product": gone.pk, "text": "干し芋", "unit_price": "100"}]
    write.write(registry.get("order"), two[0].pk, {"lines": lines}, by=alice)
    merge(product, kept.pk, [gone.pk], by=alice)
    assert two[0].lines.get().product_id == kept.pk


def test_what_was_issued_and_lines_alone_are_not_merged(two: list[Any], alice: Any, as_alice: Any) -> None:
    made = [
        write.create(
            registry.get("invoice"),
            {"account": one.account_id, "name": one.name, "lines": [{"text": "x", "unit_price": "1"}]},
            by=alice,
        ).record
        for one in two
    ]
    rows = registry.get("invoice").model._default_manager
    from django.utils import timezone

    rows.filter(pk=made[1].pk).update(status="issued", issued_at=timezone.now())
    for keep, other in (made, made[::-1]):
        with pytest.raises(Refused, match="統合できません"):
            merge(registry.get("invoice"), keep.pk, [other.pk], by=alice)
    line = registry.get("order_line")
    keys = [one.lines.get().pk for one in two]
    with pytest.raises(Refused):
        merge(line, keys[0], keys[1:], by=alice)
    assert as_alice.get(f"/{line.slug}/merge/?ids={keys[0]},{keys[1]}").status_code == 404
