"""Ledgers by the form they come in: layouts, encodings, other programs' exports (`ledgers` has those of the trades)."""

import datetime

from enishi.exchange.tests.ledgers import Ledger

day = datetime.date

PROGRAMS = [
    Ledger(
        "google.csv",
        [
            ["First Name", "Middle Name", "Last Name", "Phonetic First Name", "Phonetic Middle Name", "Phonetic Last Name", "Name Prefix", "Name Suffix", "Nickname", "File As", "Organization Name",
             "Organization Title", "Organization Department", "Birthday", "Notes", "Photo", "Labels", "E-mail 1 - Label", "E-mail 1 - Value", "E-mail 2 - Label", "E-mail 2 - Value", "Phone 1 - Label", "Phone 1 - Value",
             "Phone 2 - Label", "Phone 2 - Value", "Address 1 - Label", "Address 1 - Formatted", "Address 1 - Street", "Address 1 - City", "Address 1 - PO Box", "Address 1 - Region", "Address 1 - Postal Code", "Address 1 - Country", "Website 1 - Value"],
            ["直樹", "", "平野", "ナオキ", "", "ヒラノ", "", "", "", "", "株式会社クスノキ", "店長", "販売部", "1980-05-06", "釣り", "", "* myContacts ::: 取引先", "* Work", "hirano@example.jp", "Home", "h2@example.jp", "Mobile", "090-1111-2222",
             "Work", "03-3333-4444", "Work", "千代田区1-1\n東京都\n100-0001\nJP", "千代田区千代田1-1", "", "", "東京都", "100-0001", "JP", "https://example.jp/"],
            ["はな", "", "古田", "", "", "", "", "", "", "", "", "", "", "", "", "", "* myContacts", "*", "hana@example.jp ::: hana2@example.jp", "", "", "Mobile", "08012345678", "", "", "", "", "", "", "", "", "", "", ""],
        ],
        {"contact": 2, "account": 1},
        {"First Name": "contact.given_name", "Last Name": "contact.family_name", "Phonetic Last Name": "contact.family_kana", "Organization Name": "account.name", "Organization Title": "contact.title",
         "Organization Department": "contact.department", "Birthday": "contact.birthday", "Labels": "contact.tags", "E-mail 1 - Value": "contact.email", "E-mail 2 - Value": "contact.note",
         "Phone 1 - Value": "contact.mobile", "Phone 2 - Value": "account.phone", "Address 1 - Postal Code": "contact.postal_code"},
        (
            ("contact", {"family_name": "平野"}, {"given_name": "直樹", "kana": "ヒラノ ナオキ", "mobile": "090-1111-2222", "title": "店長", "birthday": "1980-05-06", "tags": ["取引先"]}),
            ("contact", {"family_name": "古田", "note__contains": "hana2@example.jp"}, {"email": "hana@example.jp", "mobile": "080-1234-5678"}),
        ),
        encoding="utf-8",
    ),
    Ledger(
        "google_old.csv",
        [
            ["Name", "Given Name", "Additional Name", "Family Name", "Yomi Name", "Given Name Yomi", "Family Name Yomi", "Birthday", "Notes", "Group Membership", "E-mail 1 - Type", "E-mail 1 - Value", "Phone 1 - Type", "Phone 1 - Value", "Organization 1 - Type",
             "Organization 1 - Name", "Organization 1 - Title", "Organization 1 - Department"],
            ["新井 さつき", "さつき", "", "新井", "", "サツキ", "アライ", "", "", "* My Contacts", "* Work", "arai@example.co.jp", "Work", "03-1111-0000", "", "アライ商店", "代表", ""],
            ["酒井 孝", "孝", "", "酒井", "", "", "", "", "", "* My Contacts", "* Work", "sakai@example.co.jp", "Mobile", "090-2222-0000", "", "酒井設備㈱", "", "工事部"],
        ],
        {"contact": 2, "account": 2},
        {"Name": "contact.name", "Given Name": "contact.given_name", "Family Name": "contact.family_name", "Family Name Yomi": "contact.family_kana", "E-mail 1 - Value": "contact.email", "Organization 1 - Name": "account.name", "Organization 1 - Title": "contact.title"},
        (("contact", {"name": "新井 さつき"}, {"family_kana": "アライ", "account": "アライ商店", "title": "代表"}),),
        encoding="utf-16",
    ),
    Ledger(
        "outlook_ja.csv",
        [
            ["肩書き", "名", "ミドル ネーム", "姓", "敬称", "会社名", "部署", "役職", "番地 (会社)", "市区町村 (会社)", "都道府県 (会社)", "郵便番号 (会社)", "国/地域 (会社)", "番地 (自宅)", "市区町村 (自宅)", "都道府県 (自宅)", "郵便番号 (自宅)", "会社 FAX", "会社電話", "自宅電話", "携帯電話",
             "電子メール アドレス", "電子メールの種類", "電子メール表示名", "誕生日", "メモ", "Web ページ", "姓フリガナ", "名フリガナ", "会社名フリガナ"],
            ["", "一郎", "", "黒田", "", "黒田工業株式会社", "製造部", "部長", "山崎2-2-2", "野田市", "千葉県", "278-0022", "日本", "", "", "", "", "04-7111-1112", "04-7111-1111", "", "090-9999-0000", "kuroda@example.jp", "SMTP", "黒田 一郎 (kuroda@example.jp)", "0/0/00", "展示会で", "", "クロダ", "イチロウ", "クロダコウギョウ"],
            ["", "真理", "", "関口", "", "", "", "", "", "", "", "", "", "南町1-1", "柏市", "千葉県", "277-0001", "", "", "04-7222-2222", "", "", "", "", "1975/2/3", "", "", "セキグチ", "マリ", ""],
        ],
        {"contact": 2, "account": 1},
        {"名": "contact.given_name", "姓": "contact.family_name", "会社名": "account.name", "役職": "contact.title", "番地 (会社)": "account.address", "都道府県 (会社)": "account.prefecture", "番地 (自宅)": "contact.address",
         "郵便番号 (自宅)": "contact.postal_code", "会社 FAX": "account.fax", "会社電話": "account.phone", "自宅電話": "contact.phone", "携帯電話": "contact.mobile", "電子メール アドレス": "contact.email", "誕生日": "contact.birthday",
         "姓フリガナ": "contact.family_kana", "会社名フリガナ": "account.kana"},
        (
            ("account", {"name": "黒田工業株式会社"}, {"address": "野田市山崎2-2-2", "prefecture": "千葉県", "fax": "04-7111-1112", "kana": "クロダコウギョウ"}),
            ("contact", {"family_name": "関口"}, {"address": "柏市南町1-1", "postal_code": "277-0001", "phone": "04-7222-2222", "birthday": "1975-02-03", "account": None}),
        ),
        encoding="cp932",
    ),
    Ledger(
        "outlook_en.csv",
        [
            ["Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department", "Job Title", "Business Street", "Business City", "Business State", "Business Postal Code", "Business Country/Region", "Business Fax", "Business Phone", "Home Phone",
             "Mobile Phone", "E-mail Address", "Birthday", "Categories", "Notes", "Web Page"],
            ["Mr.", "Ken", "", "Matsuda", "", "Matsuda Trading Co., Ltd.", "Sales", "Manager", "1-2-3 Minato", "Yokohama", "Kanagawa", "220-0012", "Japan", "045-111-2223", "045-111-2222", "", "+81 90-1234-5678", "ken@example.com", "5/6/1980", "VIP;Golf", "", "example.com"],
            ["", "Mika", "", "Ono", "", "", "", "", "", "", "", "", "", "", "", "03-5555-6666", "", "mika@example.com", "0/0/00", "", "met at fair", ""],
        ],
        {"contact": 2, "account": 1},
        {"First Name": "contact.given_name", "Last Name": "contact.family_name", "Company": "account.name", "Job Title": "contact.title", "Business Street": "account.address", "Business Postal Code": "account.postal_code", "Business Phone": "account.phone",
         "Home Phone": "contact.phone", "Mobile Phone": "contact.mobile", "E-mail Address": "contact.email", "Birthday": "contact.birthday", "Categories": "contact.tags", "Web Page": "account.website"},
        (
            ("contact", {"family_name": "Matsuda"}, {"title": "Manager", "birthday": "1980-05-06", "mobile": "090-1234-5678", "tags": ["Golf", "VIP"]}),
            ("account", {"name": "Matsuda Trading Co., Ltd."}, {"postal_code": "220-0012", "website": "https://example.com"}),
        ),
    ),
    Ledger(
        "eight.csv",
        [
            ["※このファイルはEightから出力されたものです。", "", ""],
            ["出力日: 2026/10/01"],
            [],
            ["会社名", "部署名", "役職", "氏名", "e-mail", "郵便番号", "住所", "TEL会社", "TEL部門", "TEL直通", "Fax", "携帯電話", "URL", "名刺交換日", "Eightでつながっている人", "再データ化中の名刺", "'?'を含んだデータ"],
            ["株式会社アオゾラ", "企画部", "課長", "三田村 優", "mita@example.jp", "106-0032", "東京都港区六本木1-1 アークビル12F", "03-1000-1000", "", "03-1000-1001", "03-1000-1002", "070-1000-1000", "https://example.jp", "2026/9/1", "1", "", ""],
            ["株式会社アオゾラ", "", "代表取締役", "阿久津 武", "", "106-0032", "東京都港区六本木1-1 アークビル12F", "03-1000-1000", "", "", "", "", "", "2026/9/1", "", "", "1"],
        ],
        {"contact": 2, "account": 1},
        {"会社名": "account.name", "氏名": "contact.name", "e-mail": "contact.email", "TEL会社": "account.phone", "TEL直通": "contact.phone", "携帯電話": "contact.mobile", "名刺交換日": "contact.met_on", "住所": "account.address"},
        (("contact", {"name": "三田村 優"}, {"phone": "03-1000-1001", "met_on": "2026-09-01"}), ("account", {"name": "株式会社アオゾラ"}, {"phone": "03-1000-1000", "prefecture": "東京都"})),
    ),
    Ledger(
        "sansan.csv",
        [
            ["会社名", "部署名", "役職名", "姓", "名", "姓カナ", "名カナ", "email1", "携帯番号", "TEL1", "TEL2", "Fax", "郵便番号", "都道府県", "市区町村", "町域・番地", "ビル名", "URL", "名刺交換日", "タグ", "メモ", "退職者フラグ", "名刺ID"],
            ["㈱髙島印刷", "営業部 第二課", "主任", "髙﨑", "①郎", "タカサキ", "イチロウ", "t@example.jp", "09088887777", "0492221111", "", "049-222-1112", "3500043", "埼玉県", "川越市", "新富町2-2", "川越ビル3階", "", "2026/8/20", "展示会,見込み", "", "0", "BC0001"],
            ["㈱髙島印刷", "総務部", "", "渡邉", "花", "ワタナベ", "ハナ", "w@example.jp", "", "0492221111", "", "", "3500043", "埼玉県", "川越市", "新富町2-2", "川越ビル3階", "", "2026/8/20", "", "", "1", "BC0002"],
        ],
        {"contact": 2, "account": 1},
        {"姓": "contact.family_name", "姓カナ": "contact.family_kana", "email1": "contact.email", "携帯番号": "contact.mobile", "TEL1": "account.phone", "都道府県": "account.prefecture", "市区町村": "account.address", "町域・番地": "account.address",
         "ビル名": "account.building", "タグ": "contact.tags", "退職者フラグ": "contact.note", "名刺交換日": "contact.met_on"},
        (
            ("account", {"name": "㈱髙島印刷"}, {"address": "川越市新富町2-2", "building": "川越ビル3階", "postal_code": "350-0043", "phone": "049-222-1111"}),
            ("contact", {"family_name": "髙﨑"}, {"given_name": "①郎", "tags": ["展示会", "見込み"], "department": "営業部 第二課"}),
        ),
        encoding="cp932",
    ),
    Ledger(
        "deals_en.csv",
        [
            ["Opportunity Name", "Account Name", "Contact Name", "Stage", "Amount", "Probability (%)", "Close Date", "Opportunity Owner", "Lead Source", "Next Step", "Created Date"],
            ["ERP renewal", "Hoshino Foods Inc.", "Yuki Sato", "Proposal", "¥4,500,000", "60", "12/20/2026", "bob@example.jp", "Web", "Send quote", "1/5/2026"],
            ["POS rollout", "Hoshino Foods Inc.", "Yuki Sato", "Closed Won", "1200000", "100", "10/01/2026", "Unknown Person", "Referral", "", "1/5/2026"],
        ],
        {"account": 1, "contact": 1, "deal": 2, "task": 1},
        {"Opportunity Name": "deal.name", "Account Name": "account.name", "Contact Name": "contact.name", "Stage": "deal.stage", "Amount": "deal.amount", "Probability (%)": "deal.probability", "Close Date": "deal.expected_close", "Opportunity Owner": "deal.owner",
         "Lead Source": "deal.source", "Next Step": "task.name"},
        (("deal", {"name": "ERP renewal"}, {"amount": 4500000, "probability": 60, "expected_close": "2026-12-20", "owner": "馬場 勉"}), ("deal", {"name": "POS rollout"}, {"outcome": "won", "their_owner": "Unknown Person"})),
        encoding="utf-8",
    ),
]  # fmt: skip

LAYOUTS = [
    Ledger(
        "二段見出し.xlsx",
        [
            ["取引先管理表"],
            [],
            ["コード", "取引先", "", "ご担当者", "", "", "連絡先", "", "備考"],
            ["", "名称", "フリガナ", "部署", "役職", "氏名", "電話", "FAX", ""],
            ["T001", "山海物産株式会社", "サンカイブッサン", "購買部", "係長", "樋口 彩", "054-111-2222", "054-111-2223", "紹介"],
            ["T002", "駿河製茶", "スルガセイチャ", "", "", "望月 太一", "054-333-4444", "", ""],
        ],
        {"account": 2, "contact": 2},
        {"コード": "account.code", "ご担当者氏名": "contact.name"},
        (("account", {"code": "T001"}, {"name": "山海物産株式会社", "kana": "サンカイブッサン", "phone": "054-111-2222", "fax": "054-111-2223"}), ("contact", {"name": "樋口 彩"}, {"department": "購買部", "title": "係長"})),
        merges=("A3:A4", "B3:C3", "D3:F3", "G3:H3", "I3:I4"),
    ),
    Ledger(
        "縦結合.xlsx",
        [
            ["会社名", "住所", "担当者", "役職", "メール"],
            ["朝日金属株式会社", "新潟県燕市小池1", "本間 修", "社長", "h@example.jp"],
            ["", "", "本間 恵", "経理", "m@example.jp"],
            ["", "", "渡部 誠", "工場長", ""],
            ["三条刃物合資会社", "新潟県三条市旭町2", "五十嵐 守", "", ""],
        ],
        {"account": 2, "contact": 4},
        {"会社名": "account.name", "担当者": "contact.name", "役職": "contact.title"},
        (("contact", {"name": "渡部 誠"}, {"account": "朝日金属株式会社", "title": "工場長"}),),
        merges=("A2:A4", "B2:B4"),
    ),
    Ledger(
        "同上.csv",
        [
            ["得意先名", "部署", "担当者名", "電話番号"],
            ["岩手林業㈱", "本社", "菊池 実", "019-111-1111"],
            ["〃", "盛岡支店", "菊池 薫", "〃"],
            ["同上", "", "千葉 拓", "019-222-2222"],
        ],
        {"account": 1, "contact": 3},
        {"得意先名": "account.name", "部署": "contact.department", "担当者名": "contact.name"},
        (("contact", {"name": "千葉 拓"}, {"account": "岩手林業㈱"}),),
    ),
    Ledger(
        "五十音順.xlsx",
        [
            ["顧客名簿"],
            ["お名前", "フリガナ", "TEL", "住所"],
            ["ア行"],
            ["秋山 進", "アキヤマ ススム", "0742-22-1111", "奈良県奈良市三条1"],
            ["石原 愛", "イシハラ アイ", "0742-22-2222", "奈良県奈良市登大路2"],
            [],
            ["カ行"],
            ["お名前", "フリガナ", "TEL", "住所"],
            ["川上 清", "カワカミ キヨシ", "0742-22-3333", "奈良県生駒市元町1"],
            ["【サ行】"],
            ["杉山 遥", "スギヤマ ハルカ", "", ""],
            ["計4名"],
            ["※住所は2026年9月現在"],
        ],
        {"contact": 4},
        {"お名前": "contact.name", "フリガナ": "contact.kana", "TEL": "contact.phone", "住所": "contact.address"},
        (("contact", {"name": "川上 清"}, {"prefecture": "奈良県", "phone": "0742-22-3333"}),),
    ),
    Ledger(
        "支店別.xlsx",
        [["顧客番号", "会社名", "電話番号"], ["A1", "東京一番株式会社", "03-1111-1111"], ["A2", "東京二番株式会社", "03-1111-1112"], ["合計", "2社", ""]],
        {"account": 4},
        {"顧客番号": "account.code", "会社名": "account.name", "電話番号": "account.phone"},
        (("account", {"code": "B1"}, {"name": "大阪一番株式会社"}),),
        more={
            "大阪支店": [["顧客番号", "会社名", "電話番号"], ["B1", "大阪一番株式会社", "06-1111-1111"], ["B2", "大阪二番株式会社", "06-1111-1112"]],
            "集計": [["支店", "件数"], ["東京", 2], ["大阪", 2]],
        },
    ),
    Ledger(
        "必須と改行.xlsx",
        [
            ["", "", "", "", "", ""],
            ["", "お名前\n（必須）", "ﾒｰﾙｱﾄﾞﾚｽ\n【必須】", "お電話番号\n※ハイフンなし", "ご住所（都道府県）", "ご住所（市区町村・番地）", "お問い合わせ内容", "個人情報の取扱い*"],
            ["", "今井 健", "ｉｍａｉ＠ｅｘａｍｐｌｅ．ｊｐ", 312345678, "東京都", "文京区本郷1-1", "資料を送ってください。\n至急です。", "同意する"],
            ["", "矢田部 環", "yatabe@example.jp", 9012345678, "茨城県", "つくば市吾妻2", "", "同意する"],
        ],
        {"contact": 2},
        {"お名前（必須）": "contact.name", "ﾒｰﾙｱﾄﾞﾚｽ【必須】": "contact.email", "お電話番号※ハイフンなし": "contact.phone", "ご住所（都道府県）": "contact.prefecture", "ご住所（市区町村・番地）": "contact.address", "お問い合わせ内容": "contact.note"},
        (("contact", {"name": "今井 健", "note__contains": "至急です"}, {"email": "imai@example.jp", "phone": "03-1234-5678", "prefecture": "東京都", "address": "文京区本郷1-1"}), ("contact", {"name": "矢田部 環"}, {"phone": "090-1234-5678"})),
    ),
    Ledger(
        "見出しなし.csv",
        [
            ["株式会社ナルト海運", "西川 潮", "088-111-2222", "徳島県鳴門市撫養町1-1", "nishikawa@example.jp"],
            ["阿波藍染工房", "森 藍", "088-333-4444", "徳島県板野郡藍住町2", ""],
            ["有限会社すだち園", "", "088-555-6666", "徳島県名西郡神山町3", "info@example.jp"],
        ],
        {"account": 3, "contact": 2},
        {},
        (("account", {"name": "株式会社ナルト海運"}, {"phone": "088-111-2222", "prefecture": "徳島県"}), ("contact", {"name": "森 藍"}, {"account": "阿波藍染工房"}), ("account", {"name": "有限会社すだち園"}, {"email": "info@example.jp"})),
    ),
    Ledger(
        "知らない見出し.csv",
        [["おきゃくさま", "でんわ", "すまい", "きねんび"], ["大西 光", "0877-11-2222", "香川県丸亀市土器町1", "2026/3/3"], ["谷口 凪", "0877-33-4444", "香川県坂出市元町2", ""]],
        {"contact": 2},
        {"おきゃくさま": "contact.name", "でんわ": "contact.phone", "すまい": "contact.address", "きねんび": "contact.note"},
        (("contact", {"name": "大西 光", "note__contains": "きねんび: 2026/3/3"}, {"phone": "0877-11-2222"}),),
    ),
    Ledger(
        "脚注と枚数.xlsx",
        [
            ["", "", "", "2026年11月1日現在"],
            ["株式会社見本　得意先一覧表", "", "", "担当：総務部"],
            ["No.", "得意先名", "電話番号", "前年売上(千円)"],
            [1, "北斗精機", "0166-11-1111", 1200],
            [2, "旭川木工", "0166-22-2222", 340],
            ["", "小計", "", 1540],
            [3, "富良野農園", "0167-33-3333", 80],
            ["", "小計", "", 80],
            ["", "総合計", "", 1620],
            ["（注）前年売上は税抜", "", "", ""],
            ["- 1 -", "", "", ""],
        ],
        {"account": 3},
        {"No.": "", "得意先名": "account.name", "電話番号": "account.phone", "前年売上(千円)": "account.note"},
        (("account", {"name": "富良野農園", "note__contains": "前年売上(千円): 80"}, {}),),
    ),
    Ledger(
        "横並び.xlsx",
        [["仕入先比較表"], [], ["会社名", "株式会社いろは紙業", "にほへ製本所"], ["所在地", "東京都板橋区1-1", "東京都北区2-2"], ["電話番号", "03-1234-1111", "03-1234-2222"], ["担当者", "杉本 光 様", "大野 陽"], ["備考", "", "小口可"]],
        {"account": 2, "contact": 2},
        {"会社名": "account.name", "所在地": "account.address", "電話番号": "account.phone", "担当者": "contact.name", "備考": "account.note"},
        (("account", {"name": "にほへ製本所"}, {"phone": "03-1234-2222", "note": "小口可", "address": "北区2-2"}), ("contact", {"name": "杉本 光"}, {"account": "株式会社いろは紙業"})),
    ),
    Ledger(
        "1件1枚.xlsx",
        [["顧客カード"], ["氏名", "石井 巧"], ["住所", "熊本県熊本市中央区1"], ["電話", "096-111-2222"], ["生年月日", "S50.5.5"]],
        {"contact": 2},
        {"氏名": "contact.name", "生年月日": "contact.birthday"},
        (("contact", {"name": "石井 恵"}, {"birthday": "1978-08-08"}),),
        more={"2人目": [["顧客カード"], ["氏名", "石井 恵"], ["住所", ""], ["電話", ""], ["生年月日", "S53.8.8"]]},
    ),
    Ledger(
        "通し番号の形式.xlsx",
        [["得意先コード", "得意先名", "郵便番号", "電話番号"], [123, "石巻観光", 9860822, 225951111], [7, "札幌市場", 600001, 112211111]],
        {"account": 2},
        {"得意先コード": "account.code", "郵便番号": "account.postal_code", "電話番号": "account.phone"},
        (("account", {"code": "000123"}, {"postal_code": "986-0822", "phone": "0225-95-1111"}), ("account", {"code": "000007"}, {"postal_code": "060-0001", "phone": "011-221-1111"})),
        formats={0: "000000"},
    ),
]  # fmt: skip

WIDE = [
    ["氏名", "電話", *[f"質問{n}" for n in range(198)]],
    ["福島 心", "024-111-2222", *[f"答え{n}" for n in range(198)]],
    ["岩田 蒼", "", *([""] * 198)],
]

FORMS = [
    Ledger("広い表.csv", WIDE, {"contact": 2}, {"氏名": "contact.name", "質問0": "contact.note"}, (("contact", {"name": "福島 心", "note__contains": "質問0: 答え0"}, {}),)),
    Ledger(
        "機種依存文字.csv",
        [["会社名", "担当者", "備考"], ["㈱髙﨑商店①", "髙橋 纊", "～－∥￠￡￢ ㌔ Ⅲ"], ["㈲栁田", "", "ｱｲｳ"]],
        {"account": 2, "contact": 1},
        {"会社名": "account.name", "担当者": "contact.name"},
        (("account", {"name": "㈱髙﨑商店①"}, {"note": "～－∥￠￡￢ ㌔ Ⅲ"}),),
        encoding="cp932",
    ),
    Ledger("Unicodeテキスト.txt", [["会社名", "電話"], ["森本クリーニング", "077-111-1111"], ["びわこ水運", "077-222-2222"]], {"account": 2}, {"会社名": "account.name", "電話": "account.phone"}, encoding="utf-16", delimiter="\t"),
    Ledger("EUC.csv", [["会社名", "電話番号", "住所"], ["大阪文具株式会社", "06-1111-2222", "大阪府大阪市中央区本町"], ["京都和紙", "075-111-2222", "京都府京都市下京区"]], {"account": 2}, {"会社名": "account.name", "住所": "account.address"},
           (("account", {"name": "京都和紙"}, {"prefecture": "京都府"}),), encoding="euc_jp"),
    Ledger("JIS.csv", [["会社名", "電話番号"], ["広島牡蠣養殖組合", "082-111-2222"]], {"account": 1}, {"会社名": "account.name"}, encoding="iso2022_jp"),
    Ledger("セミコロン.csv", [["氏名", "メール", "メモ"], ["土屋 蓮", "t@example.jp", "a, b, c"], ["秋山 結", "a@example.jp", ""]], {"contact": 2}, {"氏名": "contact.name", "メール": "contact.email"}, (("contact", {"name": "土屋 蓮"}, {"note": "a, b, c"}),), delimiter=";"),
    Ledger("引用符の改行.csv", [["氏名", "住所", "備考"], ["内田 樹", "埼玉県川口市\n本町1-1", '"VIP"扱い\n2行目'], ["横山 楓", "", ""]], {"contact": 2}, {"氏名": "contact.name", "備考": "contact.note"}, (("contact", {"name": "内田 樹"}, {"note": '"VIP"扱い\n2行目'}),)),
    Ledger("でこぼこ.csv", [["会社名", "電話", "備考"], ["松田工業"], ["小野電気", "048-111-1111", "", "", "", ""], ["柴田園芸", "", "花", "余り"]], {"account": 3}, {"会社名": "account.name"}, (("account", {"name": "柴田園芸", "note__contains": "花"}, {}),)),
    Ledger(
        "古いExcel.xls",
        [["顧客コード", "会社名", "取引開始日", "売上"], ["0001", "福井繊維株式会社", day(2001, 4, 1), 1234.5], ["0002", "鯖江眼鏡", "S60.4.1", ""]],
        {"account": 2},
        {"顧客コード": "account.code", "会社名": "account.name", "取引開始日": "account.started_on"},
        (("account", {"code": "0001"}, {"started_on": "2001-04-01"}), ("account", {"code": "0002"}, {"started_on": "1985-04-01"})),
    ),
    Ledger(
        "LibreOffice.ods",
        [["氏名", "生年月日", "電話番号"], ["原田 海", day(1990, 1, 31), "0957-11-2222"], ["中野 陸", "平成元年2月3日", ""]],
        {"contact": 2},
        {"氏名": "contact.name", "生年月日": "contact.birthday"},
        (("contact", {"name": "原田 海"}, {"birthday": "1990-01-31"}), ("contact", {"name": "中野 陸"}, {"birthday": "1989-02-03"})),
    ),
]  # fmt: skip


def lines(name: str, text: str, created: dict[str, int], targets: str) -> Ledger:
    """A csv written as its lines; targets as heading=entity.field."""
    rows = [line.strip().split(",") for line in text.strip().splitlines()]
    return Ledger(
        f"{name}.csv", rows, created, dict(pair.split("=") for pair in targets.split()), encoding="cp932"
    )


MORE = [
    lines("見積一覧", """
        見積番号,見積日,得意先名,件名,見積金額,有効期限,担当者,状況
        Q-001,2026/10/1,㈱東,看板製作,350000,2026/11/1,三宅,受注
        Q-002,2026/10/5,西商店,のぼり旗,48000,2026/11/5,三宅,提出済""",
        {"account": 2, "deal": 2}, "見積番号=deal.code 件名=deal.name 見積金額=deal.amount 得意先名=account.name 担当者=deal.owner 状況=deal.stage 見積日=deal.note"),
    lines("問い合わせ", """
        受付日時,お名前,会社名,メールアドレス,電話番号,お問い合わせ種別,お問い合わせ内容,対応者,ステータス
        2026/10/01 10:23,井上 純,株式会社暁,a@example.jp,03-1111-1111,資料請求,カタログください,青木,対応済
        2026/10/02 9:00,木下 凛,,k@example.jp,048-111-2222,見積,価格を知りたい,,未対応""",
        {"contact": 2, "account": 1}, "受付日時=contact.met_on お名前=contact.name 会社名=account.name お問い合わせ内容=contact.note 対応者=contact.owner ステータス=contact.note"),
    lines("仕入先", """
        仕入先コード,仕入先名,仕入先名カナ,代表者名,〒,住所,ＴＥＬ,ＦＡＸ,取扱品目,支払条件,振込先
        S01,北海水産㈱,ﾎｯｶｲｽｲｻﾝ,佐々木 豪,0400001,北海道函館市1,0138-11-1111,,鮮魚,月末締翌月末,北洋銀行
        S02,農園みのり,ﾉｳｴﾝﾐﾉﾘ,,0700001,北海道旭川市1,0166-11-1111,,野菜,現金,""",
        {"account": 2, "contact": 1}, "仕入先コード=account.code 仕入先名カナ=account.kana 代表者名=contact.name ＴＥＬ=account.phone 支払条件=account.note"),
    lines("SFA", """
        商談名,取引先名,取引先責任者,フェーズ,金額,確度(%),完了予定日,商談 所有者,次のステップ,リードソース,種別,説明
        基幹更改,北都銀行,長谷川 守,提案/見積,12000000,60,2026/12/31,青木 有栖,デモ実施,展示会,新規,大型
        保守更新,北都銀行,長谷川 守,Closed Won,800000,100,2026/10/31,馬場 勉,,,既存,""",
        {"account": 1, "contact": 1, "deal": 2, "task": 1}, "商談名=deal.name 取引先責任者=contact.name フェーズ=deal.stage 確度(%)=deal.probability 次のステップ=task.name 種別=deal.note"),
    lines("ジム会員", """
        会員No,入会日,退会日,姓,名,セイ,メイ,会員種別,メールアドレス,携帯番号,緊急連絡先(続柄),緊急連絡先,健康上の注意
        0001,2024/4/1,,久保,翼,クボ,ツバサ,フルタイム,k@example.jp,080-1111-1111,母,03-1111-1111,なし
        0002,2024/5/1,2025/3/31,関口,晴,セキグチ,ハル,ナイト,,080-2222-2222,,,""",
        {"contact": 2}, "会員No=contact.code 入会日=contact.met_on セイ=contact.family_kana 緊急連絡先=contact.phone 緊急連絡先(続柄)=contact.note 退会日=contact.note"),
    lines("内科", """
        ID,氏名,シメイ,生年月日,〒,住所,電話,携帯,主治医,最終受診,病名
        12,田口 忍,タグチ シノブ,1970/1/1,3210001,栃木県宇都宮市1,028-111-1111,090-1111-1111,院長,2026/10/1,高血圧
        45,小松 幸,コマツ サチ,1980/1/1,3210002,栃木県宇都宮市2,028-222-2222,,古田,2026/9/1,""",
        {"contact": 2}, "ID=contact.note シメイ=contact.kana 最終受診=contact.last_purchase_on 主治医=contact.owner 病名=contact.note"),
    lines("customers", """
        Customer ID,Company,Contact Person,Position,Phone,Mobile,Email,Address,City,State,Zip,Industry,Customer Since,Account Manager,Status
        C-001,Sakura Trading K.K.,Jun Mori,Manager,03-1111-1111,,j@example.com,1-2-3 Ginza,Chuo-ku,Tokyo,104-0061,Retail,2020-04-01,Bob,Active
        C-002,Fuji Foods,Ai Ono,,06-1111-1111,,a@example.com,4-5 Umeda,Osaka,Osaka,530-0001,Food,2021-04-01,Bob,Prospect""",
        {"account": 2, "contact": 2}, "Company=account.name Position=contact.title State=account.prefecture Zip=account.postal_code Status=account.status"),
    lines("保険", """
        証券番号,契約者名,カナ,生年月日,保険種類,保険会社,保険料,満期日,担当者,電話番号
        A123-456,内藤 進,ﾅｲﾄｳ ｽｽﾑ,S45.6.7,自動車,東海海上,54000,R9.4.1,青木,055-111-1111
        A123-789,望月 清,ﾓﾁﾂﾞｷ ｷﾖｼ,S30.1.2,火災,日本損保,22000,R8.12.1,青木,055-222-2222""",
        {"contact": 2}, "契約者名=contact.name 保険会社=contact.note 担当者=contact.owner 証券番号=contact.note 電話番号=contact.phone"),
]  # fmt: skip
