"""On which channels the sample company's customers buy: at the counter, in the web store, by telephone; some on several."""

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enishi.site.demo import Sample

SEED, CUSTOMERS = 46, 16
CHANNELS = (
    ("神田本店", "shop", "S-{:05}"),
    ("東和Webストア", "web", "W{:06}"),
    ("電話注文", "phone", "T-{:04}"),
)
DAYS = 400


def assign(sample: "Sample", orders: list[dict[str, Any]]) -> None:
    """Makes channels and their customers, and names them on orders that aren't stored yet, of those who order most often."""
    draw = random.Random(SEED)  # noqa: S311 (drawn apart from the rest, which stays as it was)
    channels = sample.store(
        "channel", [{"name": name, "kind": kind} for name, kind, _form in CHANNELS], [DAYS] * len(CHANNELS)
    )
    often: dict[int, int] = {}
    for row in orders:
        often[row["account"]] = often.get(row["account"], 0) + 1
    firms = {one.pk: one for one in sample.accounts}
    chosen = sorted(often, key=lambda key: (-often[key], key))[:CUSTOMERS]
    rows: list[dict[str, Any]] = []
    for place, key in enumerate(chosen):
        for number in sorted(draw.sample(range(len(CHANNELS)), draw.choice((1, 2, 2, 3)))):
            outside = CHANNELS[number][2].format(1_000 + 37 * place + number)
            rows.append(
                {
                    "channel": channels[number].pk,
                    "outside_id": outside,
                    "name": firms[key].name,
                    "account": key,
                    "owner": firms[key].owner_id,
                }
            )
    customers = sample.store("channel_customer", rows, [DAYS - 20] * len(rows))
    of: dict[int, list[Any]] = {}
    for one in customers:
        of.setdefault(one.account_id, []).append(one)
    for row in orders:
        if (held := of.get(row["account"])) is not None:
            customer = draw.choice(held)
            row |= {"channel": customer.channel_id, "channel_customer": customer.pk}
