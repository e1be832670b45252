"""Who asked the sample company in the last months: sixty leads, a few of which became customers."""

import datetime
import random
from typing import TYPE_CHECKING, Any

from enishi.records import registry, write
from enishi.site.demo import words

if TYPE_CHECKING:
    from enishi.site.demo import Sample

LEADS, CONVERTED = 60, 8
DAY = datetime.timedelta(days=1)
FAIRS = ("オフィス・サービスEXPO 2026 東京", "中小企業テクノフェア", "働き方改革セミナー（オンライン）")
NEEDS = (
    "複合機のリース満了が近く、入れ替えを検討している。", "事務所の移転に合わせて、机と書庫の見積がほしい。", "空調の効きが悪い。点検と更新の費用を知りたい。",
    "紙の請求書を減らしたい。まずは資料だけ。", "LED照明への切り替えで、補助金が使えるか知りたい。", "",
)  # fmt: skip
STATUSES = ("new", "working", "nurturing", "disqualified")
REASONS = ("予算なし", "時期が合わない", "対象地域外", "連絡がつかない")


def build(sample: "Sample") -> None:
    """Fills leads into a sample company that has contacts and deals."""
    # Drawn apart from the rest, which stays as it was.
    usual, sample.draw = sample.draw, random.Random(LEADS)  # noqa: S311 (a sample, no secret)
    try:
        _build(sample)
    finally:
        sample.draw = usual


def _build(sample: "Sample") -> None:
    draw = sample.draw
    rows: list[dict[str, Any]] = []
    ages: list[int] = []
    for number in range(LEADS - CONVERTED):
        status = "new" if number < 9 else draw.choices(STATUSES, weights=[15, 40, 30, 15])[0]
        ages.append(draw.randint(0, 6) if status == "new" else draw.randint(5, 150))
        name, _reading = sample.pair(words.HOUSES)
        industry, _bar, trade = draw.choice(words.FIRMS.split()).partition("|")
        told = {
            "industry": industry,
            "company": draw.choice(words.FORMS).format(name + trade.partition(":")[0]),
        }
        reason = draw.choice(REASONS) if status == "disqualified" else ""
        rows.append(_row(sample, ages[-1]) | told | {"status": status, "reason": reason})
    chosen = [one for one in sample.deals if one.contact_id and one.account_id][:CONVERTED]
    for deal in chosen:
        ages.append(draw.randint(90, 200))
        held = {name: getattr(deal.contact, name) for name in ("family_name", "given_name", "family_kana", "given_kana", "mobile", "email", "title")}  # fmt: skip
        rows.append(_row(sample, ages[-1]) | held | {"company": str(deal.account), "need": ""})
    made = sample.store("lead", rows, ages)
    became = [
        (lead, {
            "status": "converted", "converted_at": sample.moment(age // 2), "account": deal.account_id, "contact": deal.contact_id, "deal": deal.pk,
        })
        for lead, age, deal in zip(made[-len(chosen) :], ages[-len(chosen) :], chosen, strict=True)
    ] if chosen else []  # fmt: skip
    write.write_many(
        registry.get("lead"), became, by=sample.user, operation=None, cleaned=True, internal=True
    )


def _row(sample: "Sample", age: int) -> dict[str, Any]:
    """Somebody who asked that many days ago."""
    draw = sample.draw
    source = draw.choice(
        ("展示会", "展示会", "Webサイト", "Webサイト", "紹介", "セミナー", "資料請求", "電話")
    )
    return {
        **sample.person_row(), "source": source, "campaign": draw.choice(FAIRS) if source in {"展示会", "セミナー"} else "",
        "met_on": sample.today - DAY * age, "heat": draw.choices(("hot", "warm", "cold", ""), weights=[20, 40, 25, 15])[0],
        "need": draw.choice(NEEDS), "budget": draw.choice((None, None, 300_000, 800_000, 1_500_000, 3_200_000)),
        "timing": draw.choice(("", "3か月以内", "今期中", "来期", "未定")), "title": draw.choice(("", "総務部長", "課長", "店長", "代表取締役")),
        "owner": sample.owner(),
    }  # fmt: skip
