"""What other programs export, as their public documentation and help pages show it: a sample of each form, invented people."""

import csv
import io

# --- HubSpot (knowledge.hubspot.com, "Export your records"; labels of the English and Japanese interface) ---------------
HUBSPOT_COMPANIES = """
Record ID,Company name,Company owner,Create Date,Phone Number,Last Activity Date,City,State/Region,Street Address,Postal Code,Country/Region,Industry,Number of Employees,Lifecycle Stage,Website URL
9001,株式会社桐生織物,馬場 勉,2024-03-01 10:15,0277-11-1111,2026-10-01 09:00,桐生市,群馬県,本町1-2-3,376-0031,Japan,製造,45,Customer,kiryu.example.jp
9002,有限会社日高昆布,unknown@example.com,2024-03-02 10:15,01457-2-2222,,日高町,北海道,富川1,,Japan,Food,8,Lead,
"""
HUBSPOT_CONTACTS = """
Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Associated Company,Associated Company IDs,Lead Status,Lifecycle Stage,Job Title,Marketing contact status,Create Date,Favourite colour
501,綾,小暮,aya@kiryu.example.jp,090-1111-0001,bob@example.jp,株式会社桐生織物,9001,New,Customer,部長,Marketing contact,2024-04-05 23:10,青
502,進,星野,hoshino@kiryu.example.jp,0277-11-1112,,株式会社桐生織物;有限会社日高昆布,9001;9002,,Opportunity,,,2024-04-06 08:00,
503,海,日高,,,Nobody Known,,,,Subscriber,,,2024-04-07 08:00,
"""
HUBSPOT_DEALS = """
Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline,Associated Company IDs,Associated Contact IDs,Associated Contact
70001,織機の更新,Closed Won,2026-09-30 17:00,馬場 勉,1200000,Sales Pipeline,9001,501;502,小暮 綾 (aya@kiryu.example.jp);星野 進
70002,秋の昆布,Presentation Scheduled,2026-12-20 17:00,,,Sales Pipeline,9002,,
70003,未着の会社,Closed Lost,2026-08-01,,50000,Sales Pipeline,9999,,
"""
HUBSPOT_CONTACTS_JA = """
レコードID,名,姓,Eメール,電話番号,コンタクト担当者,関連する会社,関連する会社のID,リードステータス,ライフサイクルステージ,作成日
601,渉,荻野,ogino@example.jp,03-3333-0001,馬場 勉,荻野商会,9101,新規,顧客,2025/01/05 10:00
"""
HUBSPOT_COMPANIES_JA = """
レコードID,会社名,会社の担当者,作成日,電話番号,市区町村,都道府県/地域,業種
9101,荻野商会,馬場 勉,2025/01/05 10:00,03-3333-0000,千代田区,東京都,卸売
"""
HUBSPOT_DEALS_JA = """
レコードID,取引名,取引ステージ,クローズ日,取引担当者,金額,関連する会社のID,関連するコンタクトのID
70101,年間契約,契約書送付済み,2026/12/01,馬場 勉,300000,9101,601
"""

# --- Salesforce (Data Loader: names of the API's fields; reports: labels) --------------------------------------------
SALESFORCE_ACCOUNTS = """
Id,IsDeleted,Name,Type,ParentId,BillingStreet,BillingCity,BillingState,BillingPostalCode,BillingCountry,Phone,Fax,AccountNumber,Website,Industry,NumberOfEmployees,Description,OwnerId,CreatedDate
0015g00000AbCdEAAV,false,株式会社南信精機,Customer - Direct,,伊那部4-5-6,伊那市,長野県,396-0026,日本,0265-11-1111,0265-11-1112,A-778,https://nanshin.example.jp,製造,120,古い付き合い,0055g000001xyz,2023-11-01T15:30:00.000+0000
"""
SALESFORCE_CONTACTS = """
Id,AccountId,LastName,FirstName,Salutation,MailingStreet,MailingCity,MailingState,MailingPostalCode,Phone,MobilePhone,Email,Title,Department,LeadSource,Birthdate,Description,OwnerId,CreatedDate
0035g00000XyZaBAAV,0015g00000AbCdEAAV,宮下,智,様,伊那部4-5-6,伊那市,長野県,396-0026,0265-11-1113,080-2222-3333,miyashita@nanshin.example.jp,課長,購買部,展示会,1975-08-09,,0055g000001xyz,2023-11-30T15:30:00.000Z
0035g00000XyZaCAAV,0015g00000ZZZZZAAV,迷子,遥,,,,,,,,maigo@example.jp,,,,,,0055g000001xyz,2023-12-01T00:00:00.000Z
"""
SALESFORCE_OPPORTUNITIES = """
Id,AccountId,Name,StageName,Amount,Probability,CloseDate,Type,NextStep,LeadSource,OwnerId,ContactId,Description
0065g00000OppAAAA1,0015g00000AbCdEAAV,治具の更新,Proposal/Price Quote,2500000.0,65.0,2026-12-15,Existing Customer - Upgrade,見積を送る,展示会,0055g000001xyz,0035g00000XyZaBAAV,
0065g00000OppAAAA2,0015g00000AbCdEAAV,搬送ライン,Closed Won,9800000.0,100.0,2026-06-30,New Customer,,,0055g000001xyz,,完了
"""
SALESFORCE_REPORT_ACCOUNTS = """
取引先 ID,取引先名,取引先 所有者,種別,電話,Web サイト,業種,都道府県(請求先),市区郡(請求先),町名・番地(請求先),郵便番号(請求先),従業員数
0015g00000ReportA1,出雲そば製粉,馬場 勉,顧客,0853-11-1111,izumo.example.jp,製造,島根県,出雲市,大社町1-1,699-0711,12
"""
SALESFORCE_REPORT_CONTACTS = """
取引先責任者 ID,姓,名,役職,取引先名,取引先 ID,電話,携帯,メール,取引先責任者 所有者
0035g00000ReportC1,門脇,薫,工場長,出雲そば製粉,0015g00000ReportA1,0853-11-1112,090-4444-0000,kadowaki@izumo.example.jp,馬場 勉
"""
SALESFORCE_REPORT_DEALS = """
商談 ID,商談名,取引先名,取引先 ID,フェーズ,金額,完了予定日,商談 所有者,確度 (%)
0065g00000ReportO1,石臼の修理,出雲そば製粉,0015g00000ReportA1,受注,"JPY 450,000",2026/05/31,馬場 勉,100
"""
SALESFORCE_LEADS = """
Id,LastName,FirstName,Company,Title,Street,City,State,PostalCode,Phone,MobilePhone,Email,LeadSource,Status,Rating,Industry,OwnerId,IsConverted,CreatedDate
00Q5g00000LeadAAAA,能見,透,株式会社能見ガラス,専務,西区1-1,広島市,広島県,733-0001,082-111-2222,,noumi@example.jp,Web,Working - Contacted,Hot,製造,0055g000001xyz,false,2024-02-29T16:00:00.000Z
"""

# --- Zoho CRM (help.zoho.com, "Exporting data"; labels of the English and Japanese interface) -----------------------------
ZOHO_ACCOUNTS = """
Record Id,Account Owner.id,Account Owner,Account Name,Phone,Website,Account Number,Account Type,Industry,Employees,Billing Street,Billing City,Billing State,Billing Code,Description,Tag,Created Time
zcrm_4150868000000310001,zcrm_4150868000000225013,馬場 勉,株式会社津軽りんご,0172-11-1111,https://tsugaru.example.jp,0,Customer,農林水産,30,石川1-2,弘前市,青森県,036-8124,冬に忙しい,"VIP,果物",2024-05-05 10:11:12
"""
ZOHO_LEADS = """
Record Id,Lead Owner.id,Lead Owner,Company,First Name,Last Name,Title,Email,Phone,Mobile,Lead Source,Lead Status,Industry,Street,City,State,Zip Code,Description,Tag,Created Time
zcrm_4150868000000330001,zcrm_4150868000000225013,馬場 勉,白石商会,四郎,白石,課長,shiro@example.jp,045-111-2222,090-5555-6666,Web Download,Contact in Future,小売,海岸通1-1,横浜市中区,神奈川県,231-0002,資料請求,展示会,2026-02-01 12:00:00
"""
ZOHO_CONTACTS = """
Record Id,Contact Owner.id,Contact Owner,First Name,Last Name,Account Name.id,Account Name,Email,Title,Department,Phone,Mobile,Lead Source,Mailing Street,Mailing City,Mailing State,Mailing Zip,Date of Birth,Created Time
zcrm_4150868000000320001,zcrm_4150868000000225013,馬場 勉,優,葛西,zcrm_4150868000000310001,株式会社津軽りんご,kasai@tsugaru.example.jp,主任,出荷,0172-11-1112,090-7777-0000,展示会,石川1-2,弘前市,青森県,036-8124,1988-01-02,2024-05-06 10:11:12
"""
ZOHO_DEALS = """
Record Id,Deal Owner.id,Deal Owner,Deal Name,Account Name.id,Account Name,Contact Name.id,Contact Name,Amount,Stage,Probability (%),Closing Date,Next Step,Type,Lead Source,Description
zcrm_4150868000000330001,zcrm_4150868000000225013,馬場 勉,贈答箱,zcrm_4150868000000310001,株式会社津軽りんご,zcrm_4150868000000320001,優 葛西,880000,Closed Lost to Competition,0,2026-11-30,,New Business,展示会,
"""
ZOHO_ACCOUNTS_JA = """
レコードID,取引先の担当者,取引先名,電話番号,Webサイト,取引先番号,業種,従業員数,請求先の町名・番地,請求先の市区町村,請求先の都道府県,請求先の郵便番号,詳細情報
zcrm_4150868000000410001,馬場 勉,瀬戸内レモン園,0848-11-1111,,,農林水産,5,瀬戸田町1,尾道市,広島県,722-2411,
"""
ZOHO_CONTACTS_JA = """
レコードID,連絡先の担当者,名,姓,取引先名,メール,役職,電話番号,携帯電話,作成日時
zcrm_4150868000000420001,馬場 勉,檸檬,村上,瀬戸内レモン園,murakami@example.jp,園主,0848-11-1111,090-8888-0000,2024/06/01 09:00
"""
ZOHO_DEALS_JA = """
レコードID,商談の担当者,商談名,取引先名,連絡先名,総額,ステージ,完了予定日,確度 (%)
zcrm_4150868000000430001,馬場 勉,加工用の出荷,瀬戸内レモン園,村上 檸檬,150000,要件の分析,2027/01/31,30
"""

# --- kintone (jp.cybozu.help, "ファイルにデータを書き出す": CP932, 「レコードの開始行」 where there are tables) ------------------
KINTONE = """
レコードの開始行,レコード番号,会社名,郵便番号,住所,TEL,顧客ランク,担当者名,部署,メールアドレス,備考,更新者,作成者,更新日時,作成日時
*,1,㈱髙山酒造,506-0851,岐阜県高山市大新町1-1,0577-11-1111,A,平瀬 昭,営業,hirase@example.jp,蔵開きは3月,青木 有栖,青木 有栖,2026/10/01 10:00,2024/01/10 09:00
,1,,,,,,二木 恵,経理,niki@example.jp,,,,,
*,2,飛騨家具工房,,岐阜県飛騨市古川町2,0577-22-2222,B,打保 武,,,,青木 有栖,青木 有栖,2026/10/02 10:00,2024/02/10 09:00
"""

# --- Sansan (help.datahub.sansan.com, table of the fields of a card) --------------------------------------------------
SANSAN = """
名刺ID,名刺交換日,名刺所有者,会社名,部署,役職,姓,名,姓カナ,名カナ,TEL1,TEL2,携帯番号,Fax,email1,URL1,郵便番号,都道府県,市区町村,町域・番地,ビル名,タグ,メモ,退職者フラグ
BC-100,2026/07/01,馬場 勉,㈱能登漆器,製造部,工房長,輪島,塗,ワジマ,ヌリ,0768-22-1111,0768-22-1119,070-1000-2000,0768-22-1112,wajima@example.jp,https://noto.example.jp,928-0001,石川県,輪島市,河井町1-1,工芸館2F,"展示会,漆",朝市で,0
"""

# --- Google (support.google.com/contacts, the columns before and since 2024) -------------------------------------------
GOOGLE_OLD = """
Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,Name Prefix,Name Suffix,Initials,Nickname,Birthday,Gender,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,Phone 3 - Type,Phone 3 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - Region,Address 1 - Postal Code,Organization 1 - Type,Organization 1 - Name,Organization 1 - Title,Organization 1 - Department
浜口 凪,凪,,浜口,,ナギ,,ハマグチ,,,,,1990-03-04,,釣り好き,* myContacts,* Work,nagi@example.jp,Home,nagi.home@example.jp,Work,0597-11-1111,Mobile,090-5555-1111,Work Fax,0597-11-1112,Work,"港町1-1
尾鷲市, 三重県 519-3616
JP",港町1-1,尾鷲市,三重県,519-3616,,熊野水産株式会社,船長,第一船団
"""
GOOGLE_NEW = """
First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value
凪,,浜口,ナギ,,ハマグチ,,,,,熊野水産株式会社,船長,第一船団,1990-03-04,釣り好き,https://lh3.googleusercontent.com/x,* myContacts,* Work,nagi@example.jp,Work,0597-11-1111,Mobile,090-5555-1111
"""
# With all that a card may hold: several values of a kind in one cell, counted and labelled further ones, addresses written whole.
GOOGLE_FULL = """
First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Phone 3 - Label,Phone 3 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Address 2 - Label,Address 2 - Formatted,Address 2 - Street,Address 2 - City,Address 2 - Region,Address 2 - Postal Code,Address 2 - Country,Website 1 - Label,Website 1 - Value,Event 1 - Label,Event 1 - Value,Relation 1 - Label,Relation 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value
航,,小野寺,ワタル,,オノデラ,,,,,三陸海産株式会社,部長,仕入部,1978-11-03,"帆立に詳しい
朝が早い",https://lh3.googleusercontent.com/y,仕入先 ::: * myContacts ::: * starred,* Work,wataru@sanriku.example.jp ::: onodera@sanriku.example.jp,Home,wataru.home@example.jp,Work,0193-22-1111 ::: 090-2222-3333,Mobile,080-4444-5555,Work Fax,0193-22-1119,Work,"魚市場前1-2
海産ビル 3F
釜石市, 岩手県 026-0012
JP","魚市場前1-2
海産ビル 3F",釜石市,,岩手県,026-0012,JP,,Home,"〒026-0031
岩手県釜石市鈴子町5-6",,,,,,Profile,https://sanriku.example.jp,記念日,2005-06-07,Spouse,小野寺 渚,社員番号,S-77
詩,,岬,ウタ,,ミサキ,,,うーちゃん,,,,,--04-09,,,* myContacts,* Home,uta@example.jp,,,,070-1111-0000,,,,,Home,"〒041-0808 北海道函館市桔梗3-4-5
コーポ岬 202号室",,,,,,,,,,,,,,,,,,,,,,
Ann,,Lee,,,,,,,,,,,,,,friends,,,,,Home,011-222-3333 ::: 011-222-4444,,,,,,"10 Main Street
Springfield, IL 62701
USA",10 Main Street,Springfield,,IL,,USA,,,,,,,,,,,,,,,,
"""

OUTLOOK = """
First Name,Last Name,Company,Department,Job Title,Business Street,Business City,Business State,Business Postal Code,Business Phone,Mobile Phone,E-mail Address,E-mail Type,E-mail Display Name,Notes
Ken,Matsuda,Matsuda Trading Co. Ltd.,Sales,Manager,1-2-3 Minato,Yokohama,Kanagawa,220-0012,045-111-2222,+81 90-1234-5678,ken@example.com,SMTP,Ken Matsuda,met at fair
"""


def table(text: str) -> list[list[str]]:
    """A sample as rows."""
    return list(csv.reader(io.StringIO(text.strip())))


CARDS_3 = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 18.0//EN
N:森下;岬;;;
FN:森下 岬
X-PHONETIC-LAST-NAME:モリシタ
X-PHONETIC-FIRST-NAME:ミサキ
ORG:株式会社白浜観光;営業部;第一課
X-PHONETIC-ORG:シラハマカンコウ
TITLE:課長
item1.EMAIL;type=INTERNET;type=pref:misaki@example.jp
item1.X-ABLabel:_$!<Work>!$_
EMAIL;type=INTERNET;type=HOME:misaki.home@example.jp
TEL;type=WORK;type=VOICE:0739-11-1111
TEL;type=CELL;type=VOICE;type=pref:090-3333-4444
TEL;type=WORK;type=FAX:0739-11-1112
ADR;type=WORK;type=pref:;;1-2-3 湯崎\\n白浜ビル5F;西牟婁郡白浜町;和歌山県;649-2211;日本
BDAY:1985-12-24
NOTE:展示会で\\n名刺交換\\, 海が好き
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
 AAAABBBBCCCC
 DDDD
X-SOCIALPROFILE;type=twitter:http://twitter.com/example
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:;;;;
FN:白浜町役場
ORG:白浜町役場;
TEL;type=MAIN:0739-43-5555
X-ABShowAs:COMPANY
END:VCARD
"""
CARDS_4 = """BEGIN:VCARD
VERSION:4.0
FN:大塔 渚
N:大塔;渚;;;
SORT-STRING:オオトウ ナギサ
ORG;TYPE=work:那智林業
TEL;TYPE="voice,cell";VALUE=uri:tel:+81-80-1111-2222
EMAIL;PREF=1:nagisa@example.jp
BDAY:--0506
GENDER:F
CATEGORIES:林業,取引先
ADR;TYPE=home;LABEL="649-5300 和歌山県":;;那智山1;東牟婁郡那智勝浦町;和歌山県;649-5301;
PHOTO;MEDIATYPE=image/jpeg:https://example.jp/p.jpg
UID:nachi-1
END:VCARD
"""
CARD_21 = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
    b"N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8ER=96{;=91=BE=98Y\r\n"
    b"SOUND;X-IRMC-N;CHARSET=SHIFT_JIS:\xd4\xcf\xd3\xc4;\xc0\xdb\xb3\r\n"
    b"TEL;CELL:09012345678\r\nTEL;HOME:0734567890\r\n"
    b"NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E9=95=B7=E3=81=84=\r\n=E8=A9=B1\r\n"
    b"END:VCARD\r\n"
)
