"""What the sample company sells: thirty products, quotes, a year of orders, its invoices and what came in for them."""

import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from enishi.records import registry, write
from enishi.records.models import Sequence
from enishi.sales import terms
from enishi.sales.models import Invoice, Issuer, Order
from enishi.site.demo import channels

if TYPE_CHECKING:
    from enishi.site.demo import Sample

DAY = datetime.timedelta(days=1)
ORDERS, QUOTES = 260, 45
# name|code|kind|unit|price|cost|tax code
PRODUCTS = """
A3カラー複合機 MFP-3500|MF-3500|商品|台|480000|352000|standard
A4モノクロ複合機 MFP-1200|MF-1200|商品|台|128000|94000|standard
大判インクジェットプロッター|PL-0900|商品|台|298000|221000|standard
純正トナー ブラック（大容量）|TN-35K|商品|本|12800|8900|standard
純正トナー シアン|TN-35C|商品|本|14800|10400|standard
純正トナー マゼンタ|TN-35M|商品|本|14800|10400|standard
純正トナー イエロー|TN-35Y|商品|本|14800|10400|standard
ドラムユニット|DR-35|商品|個|22000|15200|standard
廃トナーボックス|WB-35|商品|個|3200|1900|standard
コピー用紙 A4 500枚×5冊|PA-A4|商品|箱|2480|1810|standard
コピー用紙 A3 500枚×3冊|PA-A3|商品|箱|2980|2150|standard
感熱ロール紙 80mm|PR-80|商品|本|198|112|standard
業務用エアコン 4馬力 天井カセット|AC-112|商品|台|368000|272000|standard
業務用エアコン 3馬力 壁掛|AC-080|商品|台|258000|189000|standard
エアコンフィルター|AF-112|商品|枚|6800|4100|standard
LEDベースライト 40形|LD-40|商品|台|9800|6400|standard
LED直管ランプ 昼白色|LT-40N|商品|本|1980.5|1220|standard
非常用照明器具|EM-13|商品|台|18600|12900|standard
オフィスチェア メッシュ|CH-M2|商品|脚|29800|19500|standard
会議テーブル W1800|TB-18|商品|台|54000|36800|standard
スチール書庫 両開き|ST-09|商品|台|46800|33100|standard
POSレジ端末一式|PS-10|商品|式|248000|181000|standard
天然水 2L×6本|WT-2L|商品|箱|980|640|reduced
レギュラーコーヒー 500g|CF-05|商品|袋|1650|980|reduced
緑茶ティーバッグ 100包|TE-100|商品|袋|890|520|reduced
複合機 保守パック（月額）|MT-MFP|保守|月|9800|3500|standard
空調 定期点検（年2回）|MT-AC|保守|式|48000|26000|standard
出張修理 基本料金|SV-01|サービス|回|12000|6000|standard
設置・配線工事|SV-02|サービス|式|35000|21000|standard
機器引取・廃棄|SV-03|サービス|式|15000|9000|standard
"""


def build(sample: "Sample") -> None:
    """Fills what is sold into a sample company that has accounts and deals."""
    Issuer.objects.get_or_create(pk=1, defaults={
        "name": "東和商事株式会社", "postal_code": "101-0021", "address": "東京都千代田区外神田1-2-3", "building": "東和ビルディング 5F", "phone": "03-1234-5678",
        "fax": "03-1234-5679", "registration": "T9234567890123", "bank": "見本銀行 神田支店（店番 123）\n普通 1234567\nトウワショウジ（カ",
    })  # fmt: skip
    trade = Trade(sample)
    trade.products()
    trade.orders()
    trade.invoices()
    trade.quotes()


class Trade:
    """Draws and stores it. Papers are made when they are asked for: 150 PDFs would keep the first start waiting."""

    def __init__(self, sample: "Sample") -> None:
        self.sample, self.draw, self.today, self.by = sample, sample.draw, sample.today, sample.user
        self.buyers = [one for one in sample.accounts if one.status in {"active", "dormant"}]

    def products(self) -> None:
        """The thirty products."""
        names = ("name", "code", "kind", "unit", "price", "cost", "tax_code")
        rows: list[dict[str, Any]] = [
            dict(zip(names, line.split("|"), strict=True)) for line in PRODUCTS.strip().split("\n")
        ]
        self.goods = write.create_many(registry.get("product"), rows, by=self.by, operation=None)

    def lines(self) -> list[dict[str, Any]]:
        """Some products, cheap ones by the dozen."""
        made = []
        for one in self.draw.sample(self.goods, self.draw.choice((1, 1, 2, 2, 3, 4))):
            dear = one.price > 30_000
            made.append(
                {
                    "product": one.pk, "text": one.name, "unit": one.unit, "unit_price": one.price, "tax_code": one.tax_code,
                    "quantity": self.draw.choice((1, 1, 1, 2) if dear else (1, 2, 3, 5, 6, 10, 12, 20)),
                    "discount_percent": self.draw.choice((None, None, None, 5, 10)) if dear else None,
                }
            )  # fmt: skip
        return made

    def store(self, name: str, rows: list[dict[str, Any]]) -> list[Any]:
        """Documents as if they had been issued on their day."""
        entity = registry.get(name)
        found = entity.lines[0]
        cleaned = [{**row, "lines": found.clean(row["lines"])} for row in rows]
        made = write.create_many(entity, cleaned, by=self.by, operation=None, cleaned=True)
        for record in made:
            moment = timezone.make_aware(datetime.datetime.combine(record.date, datetime.time(11)))
            record.created_at = record.updated_at = min(moment, self.sample.now)
        entity.model._default_manager.bulk_update(made, ["created_at", "updated_at"], batch_size=200)
        self.sample._move_events(name, made)
        return made

    def numbered(self, kind: str, rows: list[dict[str, Any]], form: str) -> None:
        """Numbers in the order of their days, each year from 1, and what was drawn last."""
        last: dict[int, int] = {}
        for row in rows:
            year = row["date"].year
            last[year] = last.get(year, 0) + 1
            row["number"] = f"{form}-{year}-{last[year]:04}"
        for year, number in last.items():
            Sequence.objects.update_or_create(
                key=f"{kind}.number.{form}-{year}-0000", defaults={"last": number}
            )

    def orders(self) -> None:
        """A year of orders; good customers come back every month."""
        regulars = self.draw.sample(self.buyers, min(18, len(self.buyers)))
        rows: list[dict[str, Any]] = []
        for number in range(ORDERS):
            account = self.draw.choice(regulars if number % 3 else self.buyers)
            day = self.today - DAY * self.draw.randint(0, 364)
            age = (self.today - day).days
            late = age > 12 or (age > 4 and self.draw.random() < 0.5)
            rows.append(
                {
                    "account": account.pk, "date": day, "owner": account.owner_id, "lines": self.lines(), "delivery_on": day + DAY * 7,
                    "status": "delivered" if late else "open", "delivered_on": min(day + DAY * 5, self.today) if late else None,
                }
            )  # fmt: skip
        rows.sort(key=lambda row: row["date"])
        self.numbered("order", rows, "注")
        channels.assign(self.sample, rows)
        self.made: list[Order] = self.store("order", rows)

    def invoices(self) -> None:
        """What was delivered until the end of last month, one invoice per customer and month; most are paid."""
        groups: dict[tuple[Any, int], list[Order]] = {}
        for order in self.made:
            close = terms.closing_date(order.delivered_on or order.date, 31)
            if order.status == "delivered" and close < self.today:
                groups.setdefault((close, order.account_id or 0), []).append(order)
        rows = []
        for (close, account), orders in sorted(groups.items()):
            lines = [
                {**self._line(line), "day": order.delivered_on or order.date, "order_line": line.pk}
                for order in orders
                for line in order.lines.order_by("position")
            ]
            rows.append(
                {
                    "account": account, "date": close, "due_on": terms.due_date(close, 31, 1, 31), "owner": orders[0].owner_id, "status": "sent", "sent_on": close,
                    "lines": lines, "name": f"{close.month}月分ご請求",
                    "issued_at": timezone.make_aware(datetime.datetime.combine(close, datetime.time(17))),
                }
            )  # fmt: skip
        self.numbered("invoice", rows, "請")
        self.payments(self.store("invoice", rows))

    @staticmethod
    def _line(line: Any) -> dict[str, Any]:
        names = ("text", "unit", "unit_price", "tax_code", "quantity", "discount_percent")
        return {"product": line.product_id, **{name: getattr(line, name) for name in names}}

    def payments(self, invoices: list[Invoice]) -> None:
        """Paid on the day it was due, some a little short of the bank's fee, some not at all."""
        rows = []
        for invoice in invoices:
            if invoice.due_on is None or invoice.due_on > self.today or self.draw.random() < 0.09:
                continue
            fee = self.draw.choice((None, None, None, 440))
            part = invoice.total // 2 if self.draw.random() < 0.04 else invoice.total - (fee or 0)
            rows.append(
                {
                    "invoice": invoice.pk,
                    "date": invoice.due_on,
                    "amount": part,
                    "fee": fee,
                    "method": "振込",
                    "owner": invoice.owner_id,
                }
            )
        write.create_many(registry.get("payment"), rows, by=self.by, operation=None, cleaned=True)

    def quotes(self) -> None:
        """Quotes of the last four months, for the deals that are open and for others."""
        deals = [deal for deal in self.sample.deals if deal.account_id]
        rows: list[dict[str, Any]] = []
        for deal in self.draw.sample(deals, min(QUOTES, len(deals))):
            day = self.today - DAY * self.draw.randint(0, 120)
            status = {"won": "accepted", "lost": "declined"}.get(deal.outcome, "sent")
            rows.append(
                {
                    "name": deal.name, "account": deal.account_id, "contact": deal.contact_id, "deal": deal.pk, "date": day, "owner": deal.owner_id,
                    "expires_on": day + DAY * 30, "lines": self.lines(), "status": status, "sent_on": day,
                    "issued_at": timezone.make_aware(datetime.datetime.combine(day, datetime.time(15))), "delivery": "ご注文後2週間",
                    "payment": "月末締め翌月末払い",
                }
            )  # fmt: skip
        rows.sort(key=lambda row: row["date"])
        self.numbered("quote", rows, "見")
        self.store("quote", rows)
        drafts = [
            {
                "name": deal.name,
                "account": deal.account_id,
                "deal": deal.pk,
                "owner": deal.owner_id,
                "date": self.today,
                "lines": self.lines(),
            }
            for deal in deals[:4]
        ]
        self.store("quote", drafts)
