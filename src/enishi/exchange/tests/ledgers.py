"""Ledgers as companies keep them, unlike each other, each with what must come of it (`test_ledgers`).

They are written here by hand and told from headings and contents like any stranger's: no name or number of theirs may
be known to the program.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

Rows = list[list[Any]]
Sample = tuple[str, dict[str, Any], dict[str, Any]]  # entity, how the record is found, what it must hold
day = datetime.date


@dataclass(frozen=True)
class Ledger:
    """A file and what it holds."""

    name: str  # of the file; its ending says the form
    rows: Rows
    created: dict[str, int]
    targets: dict[str, str]  # heading → entity.field; "" is not taken in
    samples: tuple[Sample, ...] = ()
    refused: int = 0
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    merges: tuple[str, ...] = ()
    more: dict[str, Rows] = field(default_factory=dict)  # further sheets
    formats: dict[int, str] = field(default_factory=dict)  # column → number format

    def __str__(self) -> str:
        return self.name


TRADES = [
    Ledger(
        "卸売_得意先台帳.xlsx",
        [
            ["得意先台帳", "", "", "", "", "", "", "", "", "", "", ""],
            ["作成日：2026/10/31", "", "", "", "", "", "", "", "", "", "", "1/1頁"],
            [],
            ["得意先CD", "得意先名", "得意先名カナ", "郵便番号", "住所1", "住所2", "TEL", "FAX", "締日", "支払条件", "与信限度額", "担当営業"],
            ["000123", "㈱青葉食品", "ｱｵﾊﾞｼｮｸﾋﾝ", "980-0014", "宮城県仙台市青葉区本町1-2-3", "青葉ビル5F", "022-222-3333", "022-222-3334", "20日", "翌月末", 5000000, "青木"],
            ["000124", "(有)しおかぜ水産", "ｼｵｶｾﾞｽｲｻﾝ", 9860868, "宮城県石巻市恵み野4-5", "", "0225-95-1111", "", "末日", "翌々月10日", 3000000, "馬場"],
            ["000130", "丸福青果 塩釜店", "ﾏﾙﾌｸｾｲｶ ｼｵｶﾞﾏﾃﾝ", "985-0002", "宮城県塩竈市海岸通1-15", "", "(022)364-5555", "", "15日", "当月末", "", "馬場"],
            ["", "合計", "", "", "", "", "", "", "", "", 8000000, ""],
        ],
        {"account": 3},
        {"得意先CD": "account.code", "得意先名": "account.name", "得意先名カナ": "account.kana", "郵便番号": "account.postal_code", "住所1": "account.address",
         "住所2": "account.building", "TEL": "account.phone", "FAX": "account.fax", "締日": "account.note", "与信限度額": "account.note", "担当営業": "account.owner"},
        (
            ("account", {"code": "000123"}, {"name": "㈱青葉食品", "kana": "アオバショクヒン", "prefecture": "宮城県", "building": "青葉ビル5F", "owner": "青木 有栖"}),
            ("account", {"code": "000124"}, {"postal_code": "986-0868", "phone": "0225-95-1111"}),
            ("account", {"code": "000123", "note__contains": "締日: 20日"}, {}),
            ("account", {"code": "000123", "note__contains": "与信限度額: 5000000"}, {}),
            ("account", {"code": "000130"}, {"phone": "022-364-5555"}),
        ),
    ),
    Ledger(
        "工務店_顧客工事台帳.xlsx",
        [
            ["No", "施主名", "施主住所", "連絡先", "工事名", "工事種別", "請負金額（税込）", "契約日", "着工日", "完工予定日", "現場担当", "備考"],
            [1, "大橋 健太 様", "埼玉県川越市新富町1-1", "090-1111-0001", "大橋様邸新築工事", "新築", 28500000, day(2026, 4, 10), "R8.5.1", "R8/11/30", "佐久間", "太陽光あり"],
            [2, "中西 由美 様", "埼玉県狭山市入間川2-2", "04-2955-0002", "中西様邸浴室改修", "リフォーム", "1,850,000円", day(2026, 6, 1), "R8.6.20", "R8/7/15", "佐久間", ""],
            [3, "中西 由美 様", "埼玉県狭山市入間川2-2", "04-2955-0002", "中西様邸外壁塗装", "塗装", "120万円", "", "", "", "野口", "見積中"],
        ],
        {"deal": 3, "contact": 2},
        {"施主名": "contact.name", "施主住所": "contact.address", "連絡先": "contact.phone", "工事名": "deal.name", "請負金額（税込）": "deal.amount", "備考": "deal.note", "現場担当": "deal.owner"},
        (
            ("deal", {"name": "大橋様邸新築工事"}, {"amount": 28500000, "contact": "大橋 健太", "their_owner": "佐久間"}),
            ("deal", {"name": "中西様邸外壁塗装"}, {"amount": 1200000}),
            ("contact", {"name": "中西 由美"}, {"phone": "04-2955-0002", "prefecture": "埼玉県", "address": "狭山市入間川2-2"}),
            ("deal", {"name": "中西様邸浴室改修", "note__contains": "工事種別: リフォーム"}, {}),
        ),
    ),
    Ledger(
        "税理士_顧問先一覧.xlsx",
        [
            ["顧問先一覧表（令和8年度）"],
            ["番号", "顧問先名", "代表者", "法人・個人", "〒", "所在地", "電話", "決算月", "顧問料(月額)", "契約開始", "担当", "電子申告"],
            [101, "株式会社ひまわり薬局", "向井 千春", "法人", "330-0854", "埼玉県さいたま市大宮区桜木町1-7", "048-600-1111", "3月", 33000, "H28.4.1", "青木", "済"],
            [105, "矢吹鉄工所", "矢吹 源一郎", "個人", "332-0012", "埼玉県川口市本町2-2", "048-222-0000", "12月", 22000, "S63.1.2", "青木", "未"],
            [210, "合同会社エムズ", "宮下 恵", "法人", "336-0021", "埼玉県さいたま市南区別所3", "", "9月", 27500, "令和元年5月1日", "馬場", "済"],
        ],
        {"account": 3, "contact": 3},
        {"番号": "account.code", "顧問先名": "account.name", "代表者": "contact.name", "所在地": "account.address", "契約開始": "account.started_on", "担当": "account.owner", "決算月": "account.note"},
        (
            ("account", {"name": "矢吹鉄工所"}, {"started_on": "1988-01-02", "owner": "青木 有栖", "code": "105"}),
            ("account", {"name": "合同会社エムズ"}, {"started_on": "2019-05-01"}),
            ("account", {"name": "株式会社ひまわり薬局", "note__contains": "決算月: 3月"}, {"prefecture": "埼玉県"}),
            ("contact", {"name": "向井 千春"}, {"account": "株式会社ひまわり薬局"}),
        ),
    ),
    Ledger(
        "美容室カルテ.csv",
        [
            ["カルテNo.", "お客様名", "フリガナ", "性別", "生年月日", "携帯電話", "職業", "初回来店日", "最終来店日", "来店回数", "担当スタイリスト", "アレルギー", "施術メモ", "DM可否"],
            ["0007", "小笠原 真央", "オガサワラ マオ", "女", "平成4年7月8日", "09012345678", "会社員", "2024/5/1", "2026/10/2", "12", "MIKI", "ジアミン", "根元8トーン\n毛先6", "可"],
            ["0012", "堀 さくら", "ホリ サクラ", "女性", "1988.12.3", "080-2222-3333", "", "2025.1.15", "2026.9.30", "5", "KEN", "", "", "不可"],
            ["0013", "（記入なし）林田", "ハヤシダ", "", "", "", "", "", "", "1", "KEN", "", "飛び込み", ""],
        ],
        {"contact": 3},
        {"カルテNo.": "contact.code", "お客様名": "contact.name", "フリガナ": "contact.kana", "性別": "contact.gender", "生年月日": "contact.birthday", "携帯電話": "contact.mobile",
         "最終来店日": "contact.last_purchase_on", "担当スタイリスト": "contact.owner", "アレルギー": "contact.preferences", "施術メモ": "contact.note", "来店回数": "contact.note"},
        (
            ("contact", {"code": "0007"}, {"name": "小笠原 真央", "birthday": "1992-07-08", "mobile": "090-1234-5678", "gender": "female", "last_purchase_on": "2026-10-02", "preferences": "アレルギー: ジアミン"}),
            ("contact", {"code": "0007", "note__contains": "根元8トーン\n毛先6"}, {"owner": "青木 有栖"}),
            ("contact", {"code": "0012", "note__contains": "来店回数: 5"}, {"birthday": "1988-12-03"}),
        ),
        encoding="cp932",
    ),
    Ledger(
        "学習塾_生徒名簿.xlsx",
        [
            ["生徒番号", "生徒氏名", "ふりがな", "学年", "学校名", "保護者氏名", "続柄", "緊急連絡先", "郵便番号", "住所", "メールアドレス", "入塾日", "コース", "月謝"],
            ["S-001", "野口 蓮", "のぐち れん", "中2", "市立第一中学校", "野口 孝", "父", "090-7777-1111", "600001", "北海道札幌市中央区北一条西2", "noguchi@example.jp", "2025/4/7", "数英", 24000],
            ["S-002", "野口 葵", "のぐち あおい", "小5", "市立東小学校", "野口 孝", "父", "090-7777-1111", "600001", "北海道札幌市中央区北一条西2", "noguchi@example.jp", "2026/4/6", "算国", 18000],
            ["S-003", "ベル ソフィア", "べる そふぃあ", "高1", "私立桜女子高校", "", "", "080-1111-9999", "0600001", "北海道札幌市中央区北一条西9", "", "2026/9/1", "英語", 20000],
        ],
        {"contact": 3},
        {"生徒番号": "contact.code", "生徒氏名": "contact.name", "ふりがな": "contact.kana", "学校名": "contact.note", "保護者氏名": "contact.note", "緊急連絡先": "contact.phone",
         "住所": "contact.address", "メールアドレス": "contact.email", "入塾日": "contact.met_on", "月謝": "contact.note"},
        (
            ("contact", {"code": "S-001", "note__contains": "学校名: 市立第一中学校"}, {"name": "野口 蓮", "postal_code": "060-0001", "kana": "ノグチ レン", "met_on": "2025-04-07"}),
            ("contact", {"code": "S-002", "note__contains": "保護者氏名: 野口 孝"}, {"email": "noguchi@example.jp", "account": None}),
            ("contact", {"code": "S-003"}, {"postal_code": "060-0001"}),
        ),
    ),
    Ledger(
        "歯科_患者一覧.tsv",
        [
            ["診察券番号", "患者氏名", "ｶﾅ", "生年月日", "性別", "保険区分", "電話番号", "〒", "住所", "初診日", "最終来院日", "次回予約日", "担当医", "備考"],
            ["10001", "曽我部　忠", "ｿｶﾞﾍﾞ ﾀﾀﾞｼ", "S22.11.3", "男", "後期高齢", "0866-22-1111", "716-0001", "岡山県高梁市本町1", "H30.5.7", "R8.10.1", "R8.12.7 10:30", "院長", ""],
            ["10002", "古川　麻衣", "ﾌﾙｶﾜ ﾏｲ", "H10.1.31", "女", "社保", "08055556666", "716-0002", "岡山県高梁市川面町2", "R元.6.1", "R8.9.12", "", "古田", "麻酔注意"],
        ],
        {"contact": 2},
        {"診察券番号": "contact.code", "患者氏名": "contact.name", "ｶﾅ": "contact.kana", "電話番号": "contact.phone", "最終来院日": "contact.last_purchase_on", "担当医": "contact.owner",
         "保険区分": "contact.note", "次回予約日": "contact.note", "備考": "contact.note"},
        (
            ("contact", {"code": "10001"}, {"name": "曽我部 忠", "kana": "ソガベ タダシ", "birthday": "1947-11-03", "gender": "male", "last_purchase_on": "2026-10-01"}),
            ("contact", {"code": "10002", "note__contains": "保険区分: 社保"}, {"birthday": "1998-01-31", "address": "高梁市川面町2"}),
        ),
    ),
    Ledger(
        "不動産_反響一覧.xlsx",
        [
            ["反響日", "反響媒体", "お名前", "TEL", "MAIL", "問合せ物件", "希望エリア", "希望家賃", "入居希望時期", "担当", "対応状況", "来店日"],
            [day(2026, 10, 1), "SUUMO", "長谷部 翼", 9011112222, "h.tsubasa＠example.jp", "サンハイツ201", "上尾市", "6.5万円", "来月", "青木", "メール返信済", ""],
            [day(2026, 10, 3), "HOME'S", "KIM MINJI", "070-3333-4444", "mailto:minji@example.com", "コーポ桜", "桶川市", "50000", "未定", "馬場", "来店予約", "10/12"],
            [day(2026, 10, 5), "電話", "宇都宮", 485551234, "", "", "北本駅", "", "至急", "青木", "", ""],
        ],
        {"contact": 3},
        {"反響媒体": "contact.source", "お名前": "contact.name", "TEL": "contact.phone", "MAIL": "contact.email", "問合せ物件": "contact.note", "担当": "contact.owner", "反響日": "contact.met_on"},
        (
            ("contact", {"name": "長谷部 翼"}, {"phone": "090-1111-2222", "email": "h.tsubasa@example.jp", "source": "SUUMO", "owner": "青木 有栖"}),
            ("contact", {"name": "KIM MINJI", "note__contains": "来店日: 10/12"}, {"email": "minji@example.com"}),
            ("contact", {"name": "宇都宮", "note__contains": "希望エリア: 北本駅"}, {"phone": "048-555-1234"}),
        ),
    ),
    Ledger(
        "商談一覧.xlsx",
        [
            ["商談一覧", "", "", "", "", "", "", "", "", "（単位：万円）"],
            ["商談番号", "企業名", "先方担当者", "商談名", "確度", "商談金額", "受注予定月", "営業担当", "商談状況", "次回アクション"],
            ["SD-0001", "株式会社ミナト物流", "川上 徹 課長", "倉庫管理システム", "A", 350, "2026年12月", "馬場", "提案中", "見積再提出"],
            ["SD-0002", "株式会社ミナト物流", "川上　徹", "ハンディ端末10台", "B", 120, "2027/1", "馬場", "ヒアリング", ""],
            ["SD-0003", "東和印刷有限会社", "", "基幹入替", "C", "1,200", "R9.3", "青木", "失注", ""],
            ["SD-0004", "東和印刷有限会社", "石原", "保守契約", "S", "48万円", "未定", "青木", "受注", "契約書送付"],
        ],
        {"account": 2, "contact": 2, "deal": 4, "task": 2},
        {"商談番号": "deal.code", "企業名": "account.name", "先方担当者": "contact.name", "商談名": "deal.name", "確度": "deal.probability", "商談金額": "deal.amount",
         "受注予定月": "deal.expected_close", "営業担当": "deal.owner", "商談状況": "deal.stage", "次回アクション": "task.name"},
        (
            ("deal", {"code": "SD-0001", "note__contains": "確度: A"}, {"amount": 3500000, "expected_close": "2026-12-01", "owner": "馬場 勉"}),
            ("deal", {"code": "SD-0003"}, {"amount": 12000000, "expected_close": "2027-03-01", "outcome": "lost", "account": "東和印刷有限会社"}),
            ("deal", {"code": "SD-0004", "note__contains": "確度: S"}, {"probability": 90, "expected_close": None, "amount": 480000, "outcome": "won"}),
            ("contact", {"name": "川上 徹"}, {"title": "課長"}),
        ),
    ),
    Ledger(
        "ヨミ表.csv",
        [
            ["得意先", "案件", "ヨミ", "売上見込(千円)", "粗利見込(千円)", "計上予定", "担当", "進捗", "メモ"],
            ["協和電設㈱", "LED更新", "A", "2,400", "480", "2026/12/20", "青木", "見積", ""],
            ["協和電設㈱", "空調保守", "B", "600", "", "2027/2/1", "青木", "商談中", "△他社あり"],
            ["三葉設計事務所", "複合機", "C", "-150", "", "", "馬場", "", ""],
        ],
        {"account": 1, "deal": 2},
        {"得意先": "account.name", "案件": "deal.name", "ヨミ": "deal.probability", "売上見込(千円)": "deal.amount", "粗利見込(千円)": "deal.note", "計上予定": "deal.expected_close", "担当": "deal.owner", "進捗": "deal.stage"},
        (
            ("deal", {"name": "LED更新", "note__contains": "ヨミ: A"}, {"amount": 2400000, "expected_close": "2026-12-20"}),
            ("deal", {"name": "空調保守"}, {"stage": "ヒアリング", "probability": 50}),
        ),
        refused=1,
        encoding="cp932",
    ),
    Ledger(
        "筆まめ住所録.csv",
        [
            ["姓", "名", "姓フリガナ", "名フリガナ", "敬称", "連名1", "連名1敬称", "連名2", "自宅郵便番号", "自宅住所1", "自宅住所2", "自宅住所3", "自宅電話", "携帯電話", "会社名", "部署", "役職", "メモ", "2025年賀状", "2026年賀状"],
            ["久保田", "勝", "クボタ", "マサル", "様", "美津子", "様", "", "3920027", "長野県諏訪市湖岸通り", "5-1", "レイクハイツ101", "0266-52-0001", "", "", "", "", "", "出 受", "出"],
            ["日比野", "香織", "ヒビノ", "カオリ", "先生", "", "", "", "390-0811", "長野県松本市中央", "1-2", "", "", "090-5555-1212", "松本第一高等学校", "", "教諭", "恩師", "受", ""],
        ],
        {"contact": 2, "account": 1},
        {"姓": "contact.family_name", "名": "contact.given_name", "姓フリガナ": "contact.family_kana", "敬称": "contact.honorific", "連名1": "contact.note", "自宅郵便番号": "contact.postal_code",
         "自宅住所1": "contact.address", "自宅住所2": "contact.address", "自宅住所3": "contact.building", "自宅電話": "contact.phone", "会社名": "account.name", "部署": "contact.department", "2026年賀状": "contact.note"},
        (
            ("contact", {"family_name": "久保田", "note__contains": "連名1: 美津子"}, {"given_name": "勝", "postal_code": "392-0027", "prefecture": "長野県", "kana": "クボタ マサル", "account": None}),
            ("contact", {"family_name": "久保田"}, {"address": "諏訪市湖岸通り5-1", "building": "レイクハイツ101"}),
            ("contact", {"family_name": "日比野"}, {"honorific": "先生", "account": "松本第一高等学校", "title": "教諭"}),
        ),
        encoding="cp932",
    ),
    Ledger(
        "筆王.csv",
        [
            ["番号", "氏名", "フリガナ", "敬称", "自宅〒", "自宅住所(1)", "自宅住所(2)", "自宅TEL", "自宅FAX", "自宅携帯電話", "自宅E-Mail", "会社名", "会社名フリガナ", "会社〒", "会社住所(1)", "会社TEL", "部署名1", "役職1", "備考1"],
            ["1", "片山 修", "ｶﾀﾔﾏ ｵｻﾑ", "様", "700-0901", "岡山県岡山市北区本町6", "メゾン桃301", "086-222-1111", "", "090-1234-0000", "kata@example.jp", "", "", "", "", "", "", "", "釣り仲間"],
            ["2", "永井 志保", "ﾅｶﾞｲ ｼﾎ", "様", "", "", "", "", "", "", "", "株式会社桃太郎商事", "ﾓﾓﾀﾛｳｼｮｳｼﾞ", "700-0024", "岡山県岡山市北区駅元町1", "086-333-2222", "総務部", "部長", ""],
        ],
        {"contact": 2, "account": 1},
        {"氏名": "contact.name", "フリガナ": "contact.kana", "自宅〒": "contact.postal_code", "自宅住所(1)": "contact.address", "自宅住所(2)": "contact.building", "自宅TEL": "contact.phone",
         "自宅携帯電話": "contact.mobile", "自宅E-Mail": "contact.email", "会社名": "account.name", "会社名フリガナ": "account.kana", "会社〒": "account.postal_code", "会社住所(1)": "account.address",
         "会社TEL": "account.phone", "部署名1": "contact.department", "役職1": "contact.title", "備考1": "contact.note"},
        (
            ("contact", {"name": "片山 修"}, {"mobile": "090-1234-0000", "building": "メゾン桃301", "note": "釣り仲間"}),
            ("account", {"name": "株式会社桃太郎商事"}, {"kana": "モモタロウショウジ", "phone": "086-333-2222", "postal_code": "700-0024"}),
        ),
        encoding="cp932",
    ),
    Ledger(
        "ToDo.csv",
        [
            ["件名", "期限", "優先度", "状態", "担当者", "完了日", "備考"],
            ["見積書を送る", "2026/12/1", "高", "未着手", "青木", "", "田辺様"],
            ["契約更新の電話", "2026/12/3 15:00", "中", "進行中", "馬場", "", ""],
            ["請求書の確認", "12/5", "低", "完了", "青木", "2026/11/20", ""],
            ["棚卸し", "", "", "", "", "", ""],
        ],
        {"task": 4},
        {"件名": "task.name", "期限": "task.due_at", "優先度": "task.priority", "担当者": "task.owner", "完了日": "task.done_at", "備考": "task.note"},
        (
            ("task", {"name": "見積書を送る"}, {"priority": "high", "owner": "青木 有栖", "done_at": None}),
            ("task", {"name": "契約更新の電話"}, {"priority": "normal", "all_day": False}),
            ("task", {"name": "請求書の確認", "done_at__isnull": False}, {"priority": "low"}),
            ("task", {"name": "請求書の確認", "note__contains": "期限: 12/5"}, {}),
        ),
    ),
    Ledger(
        "販売管理_得意先マスタ.csv",
        [
            ["得意先コード", "得意先名称1", "得意先名称2", "得意先略称", "得意先カナ", "郵便番号", "都道府県", "住所1", "住所2", "電話番号", "FAX番号", "部署名", "担当者名", "敬称", "請求先コード", "締日区分", "回収サイト", "単価種別", "消費税端数処理", "与信限度額", "自社担当者コード", "取引停止区分", "登録日時"],
            ["00000123", "高千穂産業株式会社", "宮崎営業所", "高千穂宮崎", "ﾀｶﾁﾎｻﾝｷﾞｮｳ", "8800805", "宮崎県", "宮崎市橘通東3-1", "橘ビル", "0985-24-0001", "0985-24-0002", "資材課", "黒木 大輔", "様", "00000123", "20", "60", "1", "0", "10000000", "05", "0", "2019/04/01 09:00:00"],
            ["00000124", "㈲日向木材", "", "日向木材", "ﾋｭｳｶﾞﾓｸｻﾞｲ", "8830041", "宮崎県", "日向市北町1-20", "", "0982-52-0003", "", "", "", "御中", "00000124", "99", "30", "2", "0", "2000000", "07", "0", "2020/04/01 09:00:00"],
        ],
        {"account": 2, "contact": 1},
        {"得意先コード": "account.code", "得意先名称1": "account.name", "得意先名称2": "account.name", "得意先カナ": "account.kana", "電話番号": "account.phone", "部署名": "contact.department",
         "担当者名": "contact.name", "与信限度額": "account.note", "締日区分": "account.note", "登録日時": ""},
        (
            ("account", {"code": "00000123"}, {"name": "高千穂産業株式会社 宮崎営業所", "postal_code": "880-0805", "prefecture": "宮崎県", "address": "宮崎市橘通東3-1", "building": "橘ビル"}),
            ("contact", {"name": "黒木 大輔"}, {"department": "資材課", "account": "高千穂産業株式会社 宮崎営業所"}),
            ("account", {"code": "00000124", "note__contains": "与信限度額: 2000000"}, {"fax": ""}),
        ),
        encoding="cp932",
    ),
]  # fmt: skip
