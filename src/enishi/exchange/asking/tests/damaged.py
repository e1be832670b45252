"""A ledger as it looks after ten years in Excel: each customer once or several times, in the spellings of several hands.

    rows, truth = ledger(2000, seed=1)

`truth` says for each row which customer it is about. Among the customers are ones that only look alike: companies of one name in
two towns, branches of one company, 有限 beside 株式, people of one family and one name.
"""

import random
from typing import Any

HEAD = ["会社名", "フリガナ", "〒", "住所", "TEL", "担当者", "メール", "備考"]
_FIRST = "東和 大東 三栄 共栄 旭 富士見 若葉 みどり 北斗 新星 栄光 福寿 松葉 中央 日の出 桜井 髙島 渡辺 斎藤 山﨑 青葉 白川 緑川 金子 石黒 赤城 信濃 美濃 播磨 筑紫 琴平 有明 常盤 千歳 鶴見 亀田 朝日 夕凪 春日 秋葉".split()
_SECOND = "商事 工業 電機 食品 水産 運輸 印刷 不動産 自動車 製作所 建設 デザイン 酒店 薬品 繊維 金属 化成 木材 観光 園芸".split()
_PLACES = [
    ("060-0001", "北海道札幌市中央区北一条西", "011"), ("100-0005", "東京都千代田区丸の内", "03"), ("231-0023", "神奈川県横浜市中区山下町", "045"),
    ("460-0008", "愛知県名古屋市中区栄", "052"), ("530-0001", "大阪府大阪市北区梅田", "06"), ("600-8216", "京都府京都市下京区東塩小路町", "075"),
    ("730-0011", "広島県広島市中区基町", "082"), ("812-0011", "福岡県福岡市博多区博多駅前", "092"), ("980-0021", "宮城県仙台市青葉区中央", "022"),
]  # fmt: skip
_FAMILY = "佐藤 鈴木 高橋 田中 伊藤 渡邊 山本 中村 小林 加藤 吉田 斎藤 山崎 長谷川 五十嵐".split()
_GIVEN = "健一 健二 太郎 花子 美咲 陽子 誠 翔 直樹 由美子 雄一郎 さくら 久美 浩 大輔".split()
_OLD = str.maketrans({"高": "髙", "崎": "﨑", "斎": "齋", "辺": "邉", "邊": "辺", "桜": "櫻"})
_KANJI = str.maketrans("123456789", "一二三四五六七八九")


class Customer:
    """Somebody who stands in the ledger."""

    def __init__(self, draw: random.Random, base: str, place: Any = None, form: str = "", branch: str = ""):
        self.base, self.branch = base, branch
        self.form = form or draw.choice(["株式会社", "株式会社", "株式会社", "有限会社", "合同会社", ""])
        self.front = draw.random() < 0.6
        self.code, self.town, area = place or draw.choice(_PLACES)
        self.block = (draw.randint(1, 6), draw.randint(1, 30), draw.randint(1, 20))
        number = f"{draw.randint(10 ** (9 - len(area)), 10 ** (10 - len(area)) - 1)}"
        self.phone = (area, number[:-4], number[-4:])
        self.person = (draw.choice(_FAMILY), draw.choice(_GIVEN))
        self.mail = f"{draw.choice('abcdefgh')}{draw.randint(1, 10**7)}@example.jp"

    def row(self, draw: random.Random, damage: float) -> list[str]:
        """One line of the ledger, the more damaged the higher `damage` (0 to 1)."""
        hit = lambda share: draw.random() < share * damage
        form, front = self.form, self.front
        if form == "株式会社":
            form = draw.choice(["㈱", "(株)", "（株）", "株式会社"]) if hit(0.7) else form
        elif form == "有限会社":
            form = draw.choice(["㈲", "(有)", "有限会社"]) if hit(0.7) else form
        base = self.base.translate(_OLD) if hit(0.4) else self.base
        if hit(0.08) and len(base) >= 4:
            at = draw.randrange(1, len(base) - 1)
            base = base[:at] + base[at + 1 :]
        name = f"{form}{base}" if front else f"{base}{form}"
        if hit(0.1):
            name = base
        name += f" {self.branch}" if self.branch else ""
        chome, ban, go = self.block
        address = f"{chome}-{ban}-{go}"
        if hit(0.5):
            address = f"{str(chome).translate(_KANJI)}丁目{ban}番{go}号"
        area, middle, end = self.phone
        phone = (
            draw.choice([f"{area}{middle}{end}", f"{area}({middle}){end}"])
            if hit(0.5)
            else f"{area}-{middle}-{end}"
        )
        family, given = self.person
        person = f"{family.translate(_OLD)} {given} 様" if hit(0.4) else f"{family} {given}"
        return [
            name, "", self.code if not hit(0.3) else self.code.replace("-", ""), self.town + address if not hit(0.15) else "",
            phone if not hit(0.2) else "", person if not hit(0.2) else "", self.mail if not hit(0.3) else "", "" if not hit(0.2) else "要確認",
        ]  # fmt: skip


def ledger(rows: int, seed: int = 1) -> tuple[list[list[str]], list[int]]:
    """So many rows of the damaged ledger with its heading in front, and for each row the number of its customer."""
    draw = random.Random(seed)
    customers: list[Customer] = []
    made: list[tuple[int, list[str]]] = []
    words = [f"{one}{two}" for one in _FIRST for two in _SECOND]
    serial = 0
    while len(made) < rows:
        serial += 1
        base = (
            draw.choice(words)
            if serial % 3
            else f"{draw.choice(_FIRST)}{draw.choice(_FIRST)}{draw.choice(_SECOND)}"
        )
        kind = draw.random()
        group = [Customer(draw, base)]
        if kind < 0.05:  # another company of the name, elsewhere
            group.append(
                Customer(
                    draw,
                    base,
                    place=draw.choice([p for p in _PLACES if p[0] != group[0].code]),
                    form=group[0].form,
                )
            )
        elif kind < 0.09:  # branches
            group = [
                Customer(draw, base, form="株式会社", branch=branch) for branch in ("大阪支店", "福岡営業所")
            ]
        elif kind < 0.12:
            group.append(Customer(draw, base, form="有限会社" if group[0].form == "株式会社" else "株式会社"))
        for one in group:
            customers.append(one)
            times = draw.choice([1, 1, 1, 2, 2, 3])
            for place in range(times):
                made.append((len(customers) - 1, one.row(draw, 0.0 if place == 0 else 1.0)))
    draw.shuffle(made)
    made = made[:rows]
    return [HEAD, *(row for _number, row in made)], [number for number, _row in made]
