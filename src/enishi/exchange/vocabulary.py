"""Words that head columns in strangers' sheets, beside the fields' own names and aliases.

They belong to the import alone: what a clinic, a school, an estate agent or an address-book program calls a thing says
nothing about how Enishi calls it. Words are compared by `headings.key`, so case, width, kana and marks don't matter;
a blank divides them, and `_` stands for a blank within one.
"""

# --- fields ---------------------------------------------------------------------------------------
WORDS = {
    "account.name": "クライアント クライアント名 納入先 納入先名 納品先 納品先名 請求先 請求先名 送付先 送付先名 出荷先 出荷先名 販売先 販売先名 卸先 卸先名 販売店 販売店名 代理店 代理店名 加盟店 加盟店名 荷主 荷主名 元請 元請け 元請会社 "
    "勤務先 勤め先 会社・団体名 会社名・団体名 団体名 法人 法人名称 企業 会社名称 商号 商号・名称 名称 事業者名 施設名 医院名 園名 寺院名 組合名 店舗名 会社・学校名 organisation firm employer",
    "account.kana": "会社名(カナ) 会社名かな 商号カナ 会社名ヨミ 会社名よみ company_yomi organization_yomi company_kana",
    "account.code": "コード 番号 no id cd 整理番号 管理番号 管理no 台帳番号 登録no 顧客cd 得意先cd 取引先cd 顧客id お客様番号 お客様コード 会社id customer_id client_id company_id account_id",
    "account.corporate_number": "法人番号13桁 国税庁法人番号",
    "account.status": "契約状況 契約状態 稼働状況 取引ステータス 状態 状況",
    "account.rank": "取引ランク abcランク abc区分 abc 格付 格付け 企業ランク 見込ランク 見込み度 顧客レベル",
    "account.industry": "業種名 業態 業種分類 業種区分 業種・業態",
    "account.employees": "社員数 スタッフ数 従業員規模 number_of_employees no_of_employees headcount",
    "account.postal_code": "〒番号 郵便no 郵便コード 所在地郵便番号 本社郵便番号 business_postal_code",
    "account.prefecture": "都道府県名 所在都道府県 province region",
    "account.address": "ご住所 じゅうしょ 所在地1 本店所在地 本社所在地 事務所所在地 住所地 番地 番地等 町域 町域・番地 町名・番地 市町村 市町村名 市区郡町村 市区町村名 市区町村・番地 市区町村番地 市区町村以降 町名 丁目番地 丁目・番地 "
    "地番 住所(番地まで) 住所3 street_address address_line_1 addressline1 address1 town city",
    "account.building": "ビル・建物名 ビル 建物・部屋番号 建物名・部屋番号 建物名等 建物名・号室 建物名部屋番号 マンション・ビル名 アパート・マンション名 部屋番号 方書 address_line_2 suite extended_address 以降の住所",
    "account.phone": "代表tel 代表番号 代表電話番号 電話番号1 電話1 電話no telno 電話代表 連絡先 連絡先電話番号 連絡先tel 連絡先電話 phone_number phone1 company_phone work_phone business_phone company_main_phone telephone_number",
    "account.fax": "faxno ファクシミリ ファックス番号 ファクス番号 fax_number business_fax work_fax",
    "account.email": "メール メールアドレス eメール e-mail email mail 電子メール mail_address email_address e-mail_address 代表メールアドレス 会社メールアドレス 代表アドレス",
    "account.website": "ホームページurl hpアドレス hpurl サイトurl 会社url 会社hp web_site web_page webpage homepage urlアドレス webアドレス ウェブサイト website_url",
    "account.source": "経路 流入経路 取引経緯 開拓経路 接点 リードソース lead_source referral_source 集客経路",
    "account.started_on": "契約開始 契約開始日 契約年月日 取引開始年月日 取引開始年月 取引開始年 お取引開始日 取引年月日 開始年月日 口座開設日 顧問開始 顧問開始日 顧問契約日 関与開始 関与開始日 加盟日 customer_since since start_date contract_date",
    "contact.name": "pic pic_name 店主 店主名 店主氏名 取引先責任者 先方責任者 世帯主 世帯主名 宛名 フルネーム ご芳名 芳名 名義 名義人 参加者 参加者名 出席者 出席者名 加入者 加入者名 被保険者 被保険者名 応募者 応募者名 飼い主 飼主 飼い主名 飼主名 入居者 入居者名 借主 借主名 貸主 貸主名 家主 "
    "購入者 購入者名 注文者 注文者名 氏名(漢字) 漢字氏名 お名前(漢字) 担当者様 ご担当者名 ご担当者様 display_name person person_name",
    "contact.kana": "シメイ 氏名(カナ) 氏名(かな) 氏名かな お名前カナ お名前(フリガナ) 名前カナ よみがな 読み仮名 読みがな カナ氏名 カナ名 フリガナ(氏名) yomi phonetic_name reading furigana",
    "contact.family_name": "氏名(姓) 姓(漢字) 姓漢字 苗字(漢字) lastname familyname",
    "contact.given_name": "氏名(名) 名(漢字) 名漢字 firstname givenname",
    "contact.family_kana": "姓かな 姓よみ 姓ヨミ せい フリガナ(姓) フリガナ姓 カナ(姓) カナ姓 セイ(カナ) 姓(フリガナ) 姓(かな) 姓(ふりがな) 氏名フリガナ(姓) last_name_phonetic phonetic_last_name yomi_last_name last_name_yomi family_name_yomi last_name_furigana last_kana",
    "contact.given_kana": "名かな 名よみ 名ヨミ めい フリガナ(名) フリガナ名 カナ(名) カナ名 メイ(カナ) 名(フリガナ) 名(かな) 名(ふりがな) 氏名フリガナ(名) first_name_phonetic phonetic_first_name yomi_first_name first_name_yomi given_name_yomi first_name_furigana first_kana",
    "contact.honorific": "敬称1 敬称(様) name_prefix prefix salutation",
    "contact.department": "部署1 部署名1 部課 部課名 所属部署名 所属課 所属名 課名 部署・役職 organization_department division section",
    "contact.title": "役職1 職名 職位名 肩書1 job_position jobtitle organization_title",
    "contact.code": "カルテno カルテ番号 カルテid 診察番号 診察no 学籍番号 塾生番号 受講番号 受講no 会員ナンバー お客様コード 顧客cd 個人コード メンバーid 番号 no id コード 整理番号 管理番号 member_no member_number patient_id student_id contact_id",
    "contact.status": "会員ステータス 在籍状況 在籍 状態 状況 在籍区分 会員区分 受講状況",
    "contact.gender": "男女 男女別 性",
    "contact.birthday": "生年月日(西暦) 生年月日(和暦) 誕生年月日 お誕生日 dob",
    "contact.mobile": "携帯tel 携帯no 携帯電話番号 携帯電話1 携帯1 スマホ スマートフォン スマホ番号 ケータイ 携帯(本人) cell_phone cellphone mobile_number mobilephone",
    "contact.phone": "連絡先 緊急連絡先 連絡先電話番号 連絡先tel 連絡先電話 日中連絡先 昼間連絡先 日中の連絡先 電話1 電話番号1 電話no telno tel(自宅) 直通電話 直通tel tel直通 直通番号 phone_number phone1 home_phone work_phone direct_phone telephone_number",
    "contact.fax": "faxno 直通fax ファックス番号 home_fax fax_number",
    "contact.email": "電子メール 電子メールアドレス eメールアドレス eメール1 e-mailアドレス メアド pcメール pcメールアドレス パソコンメール 携帯メール 携帯メールアドレス メール1 メールアドレス1 mailアドレス mail_address e-mail_address email_address emailaddress e-mail1 連絡先メール 連絡先メールアドレス",
    "contact.postal_code": "〒番号 郵便no 郵便コード home_postal_code",
    "contact.prefecture": "都道府県名 県 province region",
    "contact.address": "じゅうしょ 現住所 居住地 お届け先住所 番地 番地等 町域 町域・番地 町名・番地 町名番地 市町村 市町村名 市区郡町村 市区町村 市区町村名 市区町村・番地 市区町村番地 市区町村以降 町名 丁目番地 丁目・番地 住所3 住所(番地まで) "
    "street_address address_line_1 addressline1 address1 city town",
    "contact.building": "ビル・建物名 ビル ビル名 建物・部屋番号 建物名・部屋番号 建物名等 建物名・号室 建物名部屋番号 アパート・マンション名 マンション・ビル名 マンション 部屋番号 方書 番地・建物 address2 address_line_2 extended_address",
    "contact.preferences": "アレルギー・注意事項 嗜好品 趣味・嗜好 趣味嗜好 お好み 趣味・特技 interests hobby hobbies",
    "contact.last_purchase_on": "最終取引 最終取引日 最終取引年月日 最終お取引日 直近取引日 前回取引日 last_transaction last_transaction_date last_deal_date 最終来院日 最終来院 最終受診日 最終受診 最終来場日 最終購入 最終購買日 最終注文日 最終利用 最終施術日 最終来館日 最終来店年月日 最終ご来店日 最終お買上日 前回来店 前回来院日 前回施術日 直近来店日 直近購入日 last_order last_order_date last_purchase_date last_visit_date",
    "contact.purchase_total": "売上累計額 売上累計金額 取引累計 取引累計額 累計取引額 累計売上高 累計売上金額 累計購入金額 総購入額 総購入金額 累計利用額 累計利用金額 累計額 累計お買上額 お買上累計 お買上累計額 購入累計 購入累計額 利用金額合計 総利用額 総売上 売上累計 lifetime_value ltv total_amount_spent",
    "contact.source": "媒体 媒体名 反響媒体 反響元 来店動機 来院動機 来院きっかけ 来店きっかけ ご来店のきっかけ 知ったきっかけ お知りになったきっかけ 入会経路 入会動機 入会きっかけ 問合せ経路 問い合わせ経路 問合せ元 流入元 流入経路 集客経路 申込経路 経路 接点 紹介元 "
    "リードソース lead_source referral_source",
    "contact.met_on": "入会年月日 入会月日 入塾日 入塾年月日 入園日 入学日 入校日 入室日 入所日 入校年月日 登録年月日 会員登録日 初回登録日 反響日 反響日時 問合せ日 問い合わせ日 お問合せ日 お問い合わせ日 問合せ日時 受付日 受付日時 申込日 申込日時 "
    "初回来店日 初回来店 初来店日 初回来院日 初診日 初診 初回利用日 初回面談日 初回購入日 名刺交換 交換年月日 取得日 member_since joined joined_on date_met",
    "deal.name": "工事件名 工事名称 物件名称 現場名 見積件名 商談テーマ 案件内容 案件タイトル 商談件名 商談タイトル 引合件名 引合い内容 引合内容 提案内容 提案件名 事件名 手続名 業務名 プロジェクト project project_name opportunity_title deal_title",
    "deal.code": "商談id 見積番号 見積no 工事番号 工事no 受注番号 受注no 引合番号 引合no 受付番号 受付no 案件id プロジェクトコード opportunity_id deal_no 番号 整理番号",
    "deal.amount": "est_amount est_value estimated_amount expected_amount expected_value 請負金額 請負額 請負代金 契約金額 契約額 成約金額 成約額 発注金額 注文金額 売上 売上高 売上額 売上金額 売上予定 売上予定額 売上見込額 売上見込金額 見込売上 見込売上額 見込額 見込み金額 見込み額 見積額 見積合計 御見積金額 提案金額 商談金額 想定金額 想定売上 "
    "受注額 受注高 受注見込 受注見込額 受注見込金額 受注予定金額 予定金額 税込金額 税抜金額 合計金額 見積合計金額 規模 商談規模 案件規模 金額規模 deal_value deal_amount deal_size estimated_value total_amount price",
    "deal.expected_close": "受注予定月 受注予定年月 受注予定時期 受注時期 受注月 受注見込日 受注見込月 受注見込時期 受注日 成約予定 成約予定日 成約予定月 成約日 成約見込日 決定予定 決定予定日 決定予定月 契約予定 契約予定日 契約予定月 売上予定日 売上予定月 売上予定年月 売上計上予定 売上計上月 "
    "計上予定 計上予定日 計上予定月 計上月 計上時期 着地予定 着地予定日 着地予定月 クローズ予定日 クローズ予定月 クローズ日 完了予定 見込時期 見込み時期 見込月 closing_date closedate expected_close_date expected_closing estimated_close_date target_date",
    "deal.stage": "ステイタス 状態 現状 案件状況 案件ステータス 営業段階 営業フェーズ 進捗状況 進捗度 対応状況 見積状況 受注状況 受注状態 営業ステータス 結果 受注結果 sales_stage deal_stage pipeline_stage",
    "deal.probability": "ヨミ よみ 読み ヨミランク 確度ランク 受注確率 成約確率 成約確度 受注角度 角度 見込度 見込み度 見込ランク 見込確度 win_probability win_rate likelihood confidence",
    "deal.source": "案件発生源 発生源 引合経路 経路 経緯 反響媒体 媒体 集客経路 リードソース きっかけ lead_source",
    "deal.competitor": "競合他社 競合会社 競合企業 競合状況 競合メーカー ライバル competitors competition",
    "deal.lost_reason": "失注要因 失注原因 敗因 失注の理由 失注・保留理由 lost_reason loss_reason reason_lost reason_for_loss",
    "task.name": "タスク名 やること内容 todo内容 作業 作業名 作業内容 作業項目 項目 用件 用事 要件 依頼内容 依頼事項 対応内容 実施内容 宿題 課題 予定 予定内容 件名・内容 task_name task_title action_item to_do summary",
    "task.due_at": "期限日 期限日時 締切日 締め切り 締め切り日 〆切 〆切日 完了期限 対応期限 実施期限 完了予定 完了予定日 実施予定 実施予定日 予定日時 日時 due_on due_by due_at",
    "task.priority": "重要度 緊急度 優先順位 優先 優先順 importance urgency",
    "task.done_at": "完了 完了日時 完了済 済 済み 完了フラグ 完了チェック 実施日 対応完了日 完了年月日 date_completed completed completed_at completion_date",
    "task.kind": "タスク種別 作業種別 活動種別 予定種別",
}  # fmt: skip
# The word for a state says whether a task is done; a column with the day says it better and goes first.
TASK_STATES = "状態 ステータス 状況 進捗 進捗状況 対応状況 ステイタス status state progress"
# What shall be done next, in a list of customers or deals; and until when. 件名 and 期限 are heads of lists of tasks only.
NEXT_STEPS = (
    "次のステップ 次回アクション 次のアクション 次アクション ネクストアクション アクション アクション予定 アクション内容 次回予定 次回予定内容 次回対応 次回対応内容 次回内容 次回行動 次回活動 次の一手 今後の予定 今後の対応 今後のアクション 次回フォロー フォロー予定 フォロー内容 "
    "次回訪問内容 次回用件 todo やること next_action nextaction next_step nextstep next_activity next_task followup followup_task"
)
NEXT_DAYS = (
    "次回予定日 次回アクション日 次回アクション予定日 次アクション日 アクション日 アクション予定日 アクション期限 次回アクション期限 次回日 次回対応日 次回対応予定日 次回活動日 次回活動予定日 次回連絡日 次回連絡予定日 次回訪問日 次回訪問予定日 次回訪問予定 次回期日 次回期限 フォロー日 フォロー予定日 "
    "次回商談日 次回打合せ日 期日 期限 todo期限 next_action_date next_step_date next_activity_date followup_date"
)
# --- whose ----------------------------------------------------------------------------------------
# In front of a field's word: whose it is ("": a company's or a person's, as the cells say).
WHOSE = {
    "account": "会社 法人 企業 貴社 御社 勤務先 勤め先 取引先 得意先 仕入先 業者 発注先 外注先 協力会社 協力業者 客先 顧問先 関与先 店舗 事業所 事務所 本社 本店 代表 会社・団体 団体 施設 クライアント 納入先 納品先 販売先 販売店 "
    "代理店 加盟店 荷主 元請 元請け 元請会社 掲載企業 請求先 company account organization organisation business work office billing",
    "contact": "担当者 ご担当者 御担当者 担当者様 ご担当者様 代表者 代表者様 保護者 先方担当者 先方担当 先方 窓口 本人 ご本人 患者 生徒 塾生 園児 児童 学生 会員 メンバー 受講者 受講生 利用者 入居者 借主 契約者 申込者 申込者様 参加者 応募者 購入者 注文者 お届け先 被保険者 飼い主 飼主 個人 自宅 ご自宅 宛名 郵送先 "
    "person personal contact member student patient home mailing",
    "deal": "案件 商談 見積 お見積 御見積 工事 物件 引合 引き合い プロジェクト deal opportunity project",
    "": "顧客 お客様 お客さま 客 見込客 見込み客 施主 施主様 発注者 注文主 依頼者 依頼人 ご依頼者 委託者 オーナー ユーザー ユーザ customer client lead primary main",
}  # fmt: skip
# These name somebody by themselves (患者, 元請), without 名 behind; the others of WHOSE only say of what.
NAMES = (
    "得意先 取引先 仕入先 発注先 外注先 協力会社 協力業者 業者 客先 顧問先 関与先 窓口 患者 生徒 塾生 園児 児童 学生 会員 メンバー 受講者 受講生 利用者 契約者 申込者 申込者様 参加者 応募者 先方 "
    "顧客 お客様 お客さま 見込客 見込み客 施主 施主様 発注者 注文主 依頼者 依頼人 ご依頼者 委託者 member student patient client lead"
)
# These name the customer, be it a company or somebody: the cells and what stands beside them tell.
EITHER = "顧客 顧客名 顧客名称 お客様 お客様名 お客様名称 お客さま お客さま名 客名 名称 お名前・会社名 お名前・御社名 会社名・氏名 氏名・会社名 氏名・名称 名称・氏名 施主名 施主 発注者名 発注者 ご依頼者 ご依頼者名 依頼者 依頼者名 customer customer_name client client_name"
OURS = (
    "当社担当 当社担当者 自社担当 自社担当者 弊社担当 弊社担当者 社内担当 社内担当者 担当営業 営業担当 営業担当者 営業担当者名 営業マン 営業 営業者 営業者名 営業員 営業員名 当社営業 当社営業担当 自社営業担当 自社担当者名 当社担当者名 "
    "担当 主担当 担当社員 担当社員名 担当スタッフ 担当スタッフ名 スタッフ スタッフ名 担当スタイリスト スタイリスト 指名 指名スタイリスト 担当美容師 担当医 担当医師 主治医 担任 担任名 担当講師 担当講師名 担当税理士 担当弁護士 担当司法書士 担当行政書士 担当社労士 "
    "担当職員 案件担当 案件担当者 案件担当者名 担当者職員 監査担当 監査担当者 現場担当 現場担当者 現場監督 施工担当 受付担当 受付担当者 受付者 対応者 対応者名 対応担当 対応担当者 フォロー担当 フォロー担当者 現場代理人 ケアマネジャー ケアマネージャー 所有者 担当部員 担当トレーナー 担当コーチ 担当インストラクター 担当ケアマネ 担当ケアマネージャー 営業名 起票者 owner sales_rep salesrep sales_representative salesperson sales_person "
    "pic owner_name owner_email assigned_to assignee account_owner accountowner contact_owner contactowner deal_owner dealowner opportunity_owner account_manager our_contact"
)  # fmt: skip
TAGS = "タグ 分類 カテゴリ カテゴリー 顧客分類 得意先分類 取引先分類 会員分類 グループ グループ名 tags tag label labels category categories group_membership"
BRANCH = "支店 支店名 営業所 営業所名 事業所 事業所名 支社 支社名 拠点 拠点名 店舗 店舗名 工場名 branch"
# Somebody beside the person that a row is about, and words that say it less well than others: taken where nothing better is there.
SECOND = (
    "代表者 代表者名 代表 代表者氏名 代表者様 代表取締役 代表取締役名 社長 社長名 院長 院長名 理事長 理事長名 園長 園長名 店長 店長名 店主 店主名 店主氏名 オーナー オーナー名 紹介者 紹介者名 保護者 保護者名 保護者氏名 家族 世帯主 世帯主名 世帯主氏名 契約者 契約者名 家主 家主名 貸主 貸主名 更新者 記入者 "
    "番号 no id コード 登録no 整理番号 名称 店舗名 施設名 名義 部屋番号 連絡先 緊急連絡先 日中連絡先 携帯メール 携帯メールアドレス 規模 結果 現状 日時 項目 予定 課題 引合内容 提案内容 見込ランク"
)
# These name a company only where nothing else in the sheet names a customer.
BILLED = "請求先 請求先名 送付先 送付先名 出荷先 出荷先名"
# Heads of a company's books: what only a ledger of trading partners keeps.
BOOKS = (
    "締日 締め日 締日区分 締切日 締め 支払条件 支払日 支払方法 支払サイト 回収 回収日 回収サイト 回収方法 入金日 与信 与信限度 与信限度額 与信額 請求先 請求先コード 請求締日 掛率 単価種別 消費税端数処理 税区分 売掛残 売掛残高 取引条件 決算月 決算期 資本金 年商 年間売上 "
    "設立 設立日 設立年月 創業 代表者 代表者名 顧問料 登録番号 インボイス番号 適格請求書発行事業者登録番号 支払い条件 回収条件 手形サイト 取引停止区分 payment_terms credit_limit"
)
# Behind another word in brackets these say more than it does: 住所(都道府県), 電話(携帯), 氏名(カナ).
PARTS = "都道府県 市区町村 市町村 番地 町名番地 市区町村・番地 建物 建物名 ビル名 マンション名 郵便番号 〒 携帯 携帯電話 fax メール メールアドレス カナ フリガナ ふりがな"
# Of an address in several columns: what comes first, and what after the town.
TOWNS = "市区町村 市町村 市区郡町村 市区町村名 市町村名 city"
BLOCKS = "番地 番地等 丁目番地 丁目・番地 地番 street street_address"
# Google's and Outlook's lists call a person's several numbers by kind; the kind stands in a column of its own.
UNSAID = ("type", "label", "種類", "種別", "ラベル")
