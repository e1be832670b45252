"""All tables of `sales` as they stand after 0014_void_balances: a new installation makes them at once."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("sales", "0001_initial"),
        ("sales", "0002_bin_index"),
        ("sales", "0003_board_figures"),
        ("sales", "0004_trade"),
        ("sales", "0005_leads"),
        ("sales", "0006_channels"),
        ("sales", "0007_goals"),
        ("sales", "0008_deal_closing"),
        ("sales", "0009_lead_rules"),
        ("sales", "0010_codes"),
        ("sales", "0011_billing"),
        ("sales", "0012_void_reasons"),
        ("sales", "0013_order_sums"),
        ("sales", "0014_void_balances"),
    ]

    dependencies = [
        ("access", "0001_squashed_0004_access_log_record"),
        ("people", "0001_squashed_0011_match_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20, unique=True)),
                ("title", models.CharField(blank=True, max_length=40, verbose_name="表題")),
                ("greeting", models.CharField(blank=True, max_length=200, verbose_name="あいさつ")),
                ("remarks", models.TextField(blank=True, verbose_name="備考の定型文")),
                ("footer", models.CharField(blank=True, max_length=200, verbose_name="いちばん下の文")),
            ],
        ),
        migrations.CreateModel(
            name="Issuer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="名称")),
                ("postal_code", models.CharField(blank=True, max_length=10, verbose_name="郵便番号")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="住所")),
                ("building", models.CharField(blank=True, max_length=200, verbose_name="建物")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="電話")),
                ("fax", models.CharField(blank=True, max_length=40, verbose_name="FAX")),
                ("email", models.CharField(blank=True, max_length=200, verbose_name="メール")),
                ("person", models.CharField(blank=True, max_length=100, verbose_name="代表者・担当者")),
                ("registration", models.CharField(blank=True, max_length=14, verbose_name="登録番号")),
                (
                    "exempt",
                    models.BooleanField(default=False, verbose_name="免税事業者（消費税を分けて載せない）"),
                ),
                ("bank", models.TextField(blank=True, verbose_name="振込先")),
                ("seal", models.TextField(blank=True)),
                ("rounding", models.CharField(default="floor", max_length=10, verbose_name="消費税の端数")),
                ("tax_mode", models.CharField(default="excluded", max_length=10, verbose_name="税の計算")),
                ("closing_day", models.PositiveIntegerField(default=31, verbose_name="締日")),
                ("pay_months", models.PositiveIntegerField(default=1, verbose_name="支払月")),
                ("pay_day", models.PositiveIntegerField(default=31, verbose_name="支払日")),
                ("quote_days", models.PositiveIntegerField(default=30, verbose_name="見積の有効日数")),
                ("japanese_era", models.BooleanField(default=False, verbose_name="日付を和暦で書く")),
                ("forms", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="LeadQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=20, unique=True)),
                ("points", models.JSONField(default=dict)),
                ("position", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(max_length=100, verbose_name="チャネル名")),
                ("kind", models.CharField(default="other", max_length=10, verbose_name="種類")),
                ("active", models.BooleanField(default=True, verbose_name="使用中")),
                ("note", models.TextField(blank=True, verbose_name="メモ")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChannelCustomer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="名前")),
                ("outside_id", models.CharField(blank=True, max_length=60, verbose_name="顧客ID")),
                ("first_order_on", models.DateField(editable=False, null=True, verbose_name="初回購入日")),
                ("last_order_on", models.DateField(editable=False, null=True, verbose_name="最終購入日")),
                ("order_count", models.BigIntegerField(editable=False, null=True, verbose_name="購入回数")),
                (
                    "lifetime_value",
                    models.BigIntegerField(editable=False, null=True, verbose_name="累計購入額"),
                ),
                ("note", models.TextField(blank=True, verbose_name="メモ")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.account",
                        verbose_name="取引先",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to="sales.channel",
                        verbose_name="チャネル",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.contact",
                        verbose_name="連絡先",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Deal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                (
                    "last_contact_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="最終接触"),
                ),
                (
                    "next_step_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="次の予定日"),
                ),
                (
                    "next_step",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="次の一手"),
                ),
                ("next_task_id", models.BigIntegerField(editable=False, null=True)),
                ("name", models.CharField(max_length=200, verbose_name="案件名")),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="案件番号")),
                (
                    "outcome",
                    models.CharField(default="open", editable=False, max_length=10, verbose_name="結果"),
                ),
                (
                    "stage_changed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="ステージ変更日時"
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="決着日"),
                ),
                ("amount", models.BigIntegerField(blank=True, null=True, verbose_name="金額")),
                ("amount_from_lines", models.BooleanField(default=True, verbose_name="金額は明細の合計")),
                ("probability", models.BigIntegerField(blank=True, null=True, verbose_name="確度")),
                ("expected_close", models.DateField(blank=True, null=True, verbose_name="受注予定日")),
                (
                    "forecast_category",
                    models.CharField(blank=True, default="", max_length=10, verbose_name="見通し"),
                ),
                ("source", models.CharField(blank=True, max_length=100, verbose_name="獲得元")),
                ("competitor", models.CharField(blank=True, max_length=200, verbose_name="競合")),
                ("lost_reason", models.CharField(blank=True, max_length=100, verbose_name="失注理由")),
                (
                    "lost_to",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="選ばれた競合"),
                ),
                ("lost_detail", models.TextField(blank=True, verbose_name="失注の詳細")),
                ("their_owner", models.CharField(blank=True, max_length=100, verbose_name="元の担当者名")),
                ("note", models.TextField(blank=True, verbose_name="備考")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deals",
                        to="people.account",
                        verbose_name="取引先",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deals",
                        to="people.contact",
                        verbose_name="先方担当",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="件名")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="番号")),
                ("date", models.DateField(default=django.utils.timezone.localdate, verbose_name="日付")),
                ("tax_mode", models.CharField(default="excluded", max_length=10, verbose_name="税の計算")),
                ("rounding", models.CharField(default="floor", max_length=10, verbose_name="端数処理")),
                ("discount", models.BigIntegerField(blank=True, null=True, verbose_name="値引き")),
                ("net", models.BigIntegerField(default=0, verbose_name="税抜金額")),
                ("tax", models.BigIntegerField(default=0, verbose_name="消費税")),
                ("total", models.BigIntegerField(default=0, verbose_name="合計金額")),
                ("remarks", models.TextField(blank=True, verbose_name="備考（書類に載せる）")),
                ("note", models.TextField(blank=True, verbose_name="メモ（社内）")),
                ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="発行日時")),
                ("exempt", models.BooleanField(editable=False, null=True)),
                ("pdf", models.BigIntegerField(editable=False, null=True)),
                ("sent_on", models.DateField(blank=True, null=True, verbose_name="送付日")),
                ("status", models.CharField(default="draft", max_length=10, verbose_name="状態")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="支払期限")),
                ("withholds", models.BooleanField(default=False, verbose_name="源泉徴収する")),
                ("withheld", models.BigIntegerField(default=0, verbose_name="源泉徴収税額")),
                ("paid", models.BigIntegerField(default=0, verbose_name="入金額")),
                ("balance", models.BigIntegerField(default=0, verbose_name="残高")),
                ("void_reason", models.CharField(blank=True, max_length=200, verbose_name="取り消した理由")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.account",
                        verbose_name="取引先",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.contact",
                        verbose_name="先方担当",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.deal",
                        verbose_name="案件",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                (
                    "last_contact_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="最終接触"),
                ),
                (
                    "next_step_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="次の予定日"),
                ),
                (
                    "next_step",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="次の一手"),
                ),
                ("next_task_id", models.BigIntegerField(editable=False, null=True)),
                ("postal_code", models.CharField(blank=True, max_length=8, verbose_name="郵便番号")),
                ("prefecture", models.CharField(blank=True, max_length=10, verbose_name="都道府県")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="住所")),
                ("building", models.CharField(blank=True, max_length=200, verbose_name="建物名・部屋番号")),
                ("phone", models.CharField(blank=True, max_length=60, verbose_name="電話")),
                ("fax", models.CharField(blank=True, max_length=60, verbose_name="FAX")),
                ("email", models.CharField(blank=True, max_length=254, verbose_name="メール")),
                ("family_name", models.CharField(blank=True, max_length=100, verbose_name="姓")),
                ("given_name", models.CharField(blank=True, max_length=100, verbose_name="名")),
                ("family_kana", models.CharField(blank=True, max_length=100, verbose_name="セイ")),
                ("given_kana", models.CharField(blank=True, max_length=100, verbose_name="メイ")),
                ("name", models.CharField(max_length=200, verbose_name="氏名")),
                ("kana", models.CharField(blank=True, max_length=200, verbose_name="フリガナ")),
                ("name_unsure", models.BooleanField(default=False, verbose_name="姓名の区切りが未確認")),
                ("sort_key", models.CharField(editable=False, max_length=400)),
                ("match_key", models.CharField(db_index=True, editable=False, max_length=200)),
                ("honorific", models.CharField(blank=True, default="様", max_length=20, verbose_name="敬称")),
                ("company", models.CharField(blank=True, max_length=200, verbose_name="会社名")),
                ("department", models.CharField(blank=True, max_length=100, verbose_name="部署")),
                ("title", models.CharField(blank=True, max_length=100, verbose_name="役職")),
                ("mobile", models.CharField(blank=True, max_length=60, verbose_name="携帯")),
                ("website", models.CharField(blank=True, max_length=500, verbose_name="Web")),
                ("industry", models.CharField(blank=True, max_length=100, verbose_name="業種")),
                ("employees", models.BigIntegerField(blank=True, null=True, verbose_name="従業員数")),
                ("source", models.CharField(blank=True, max_length=100, verbose_name="獲得元")),
                ("campaign", models.CharField(blank=True, max_length=200, verbose_name="施策・展示会名")),
                ("met_on", models.DateField(blank=True, null=True, verbose_name="獲得日・名刺交換日")),
                ("status", models.CharField(default="new", max_length=20, verbose_name="状態")),
                ("heat", models.CharField(blank=True, max_length=10, verbose_name="温度感")),
                ("need", models.TextField(blank=True, verbose_name="ご要望・課題")),
                ("budget", models.BigIntegerField(blank=True, null=True, verbose_name="予算")),
                ("timing", models.CharField(blank=True, max_length=100, verbose_name="導入時期")),
                ("reason", models.CharField(blank=True, max_length=100, verbose_name="対象外の理由")),
                ("note", models.TextField(blank=True, verbose_name="備考")),
                (
                    "score",
                    models.BigIntegerField(blank=True, editable=False, null=True, verbose_name="見込み点"),
                ),
                (
                    "converted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="転換日時"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="leads",
                        to="people.account",
                        verbose_name="取引先",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="leads",
                        to="people.contact",
                        verbose_name="連絡先",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="leads",
                        to="sales.deal",
                        verbose_name="案件",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LeadAbsence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.DateField(verbose_name="開始日")),
                ("last", models.DateField(verbose_name="終了日")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["first", "pk"],
            },
        ),
        migrations.CreateModel(
            name="LeadRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="ルールの名前")),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("turn", "順番に割り当てる"),
                            ("hand", "割り当てずに残す（手で割り当てる）"),
                        ],
                        default="turn",
                        max_length=10,
                    ),
                ),
                ("sources", models.JSONField(default=list)),
                ("prefectures", models.JSONField(default=list)),
                ("people", models.JSONField(default=list)),
                ("active", models.BooleanField(default=True)),
                (
                    "last",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="access.team",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="件名")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="番号")),
                ("date", models.DateField(default=django.utils.timezone.localdate, verbose_name="日付")),
                ("tax_mode", models.CharField(default="excluded", max_length=10, verbose_name="税の計算")),
                ("rounding", models.CharField(default="floor", max_length=10, verbose_name="端数処理")),
                ("discount", models.BigIntegerField(blank=True, null=True, verbose_name="値引き")),
                ("net", models.BigIntegerField(default=0, verbose_name="税抜金額")),
                ("tax", models.BigIntegerField(default=0, verbose_name="消費税")),
                ("total", models.BigIntegerField(default=0, verbose_name="合計金額")),
                ("remarks", models.TextField(blank=True, verbose_name="備考（書類に載せる）")),
                ("note", models.TextField(blank=True, verbose_name="メモ（社内）")),
                ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="発行日時")),
                ("exempt", models.BooleanField(editable=False, null=True)),
                ("pdf", models.BigIntegerField(editable=False, null=True)),
                ("sent_on", models.DateField(blank=True, null=True, verbose_name="送付日")),
                ("status", models.CharField(default="open", max_length=10, verbose_name="状態")),
                (
                    "customer_number",
                    models.CharField(blank=True, max_length=60, verbose_name="先方の注文番号"),
                ),
                ("delivery_on", models.DateField(blank=True, null=True, verbose_name="納品予定日")),
                ("delivered_on", models.DateField(blank=True, null=True, verbose_name="納品日")),
                (
                    "void_reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="取り消した理由"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.account",
                        verbose_name="取引先",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.channel",
                        verbose_name="チャネル",
                    ),
                ),
                (
                    "channel_customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="orders",
                        to="sales.channelcustomer",
                        verbose_name="チャネル別顧客",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.contact",
                        verbose_name="先方担当",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.deal",
                        verbose_name="案件",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="名前")),
                ("date", models.DateField(default=django.utils.timezone.localdate, verbose_name="入金日")),
                ("amount", models.BigIntegerField(verbose_name="入金額")),
                ("fee", models.BigIntegerField(blank=True, null=True, verbose_name="差し引かれた振込手数料")),
                ("method", models.CharField(blank=True, max_length=40, verbose_name="方法")),
                ("note", models.TextField(blank=True, verbose_name="メモ")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payments",
                        to="sales.invoice",
                        verbose_name="請求",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pipeline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(max_length=100, verbose_name="名前")),
                ("position", models.BigIntegerField(default=0, verbose_name="並び順")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.AddField(
            model_name="deal",
            name="pipeline",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deals",
                to="sales.pipeline",
                verbose_name="パイプライン",
            ),
        ),
        migrations.CreateModel(
            name="PriceList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(max_length=100, verbose_name="価格表の名前")),
                ("note", models.TextField(blank=True, verbose_name="備考")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(max_length=200, verbose_name="商品名")),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="商品コード")),
                ("kind", models.CharField(blank=True, max_length=100, verbose_name="分類")),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="単位")),
                (
                    "price",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=15, null=True, verbose_name="標準単価"
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=15, null=True, verbose_name="原価"
                    ),
                ),
                ("tax_code", models.CharField(default="standard", max_length=10, verbose_name="税区分")),
                (
                    "withholding",
                    models.CharField(blank=True, default="auto", max_length=4, verbose_name="源泉対象"),
                ),
                ("active", models.BooleanField(default=True, verbose_name="販売中")),
                ("description", models.TextField(blank=True, verbose_name="説明")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("position", models.BigIntegerField(default=0, verbose_name="並び順")),
                ("price", models.DecimalField(decimal_places=4, max_digits=15, verbose_name="単価")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="sales.pricelist",
                        verbose_name="価格表",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sales.product",
                        verbose_name="商品",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("position", models.BigIntegerField(default=0, verbose_name="並び順")),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="品名")),
                (
                    "quantity",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=15, null=True, verbose_name="数量"
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="単位")),
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=15, null=True, verbose_name="単価"
                    ),
                ),
                (
                    "discount_percent",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="値引率"
                    ),
                ),
                ("discount", models.BigIntegerField(blank=True, null=True, verbose_name="値引額")),
                ("tax_code", models.CharField(default="standard", max_length=10, verbose_name="税区分")),
                ("amount", models.BigIntegerField(blank=True, null=True, verbose_name="金額")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="sales.order",
                        verbose_name="受注",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.product",
                        verbose_name="商品",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("position", models.BigIntegerField(default=0, verbose_name="並び順")),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="品名")),
                (
                    "quantity",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=15, null=True, verbose_name="数量"
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="単位")),
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=15, null=True, verbose_name="単価"
                    ),
                ),
                (
                    "discount_percent",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="値引率"
                    ),
                ),
                ("discount", models.BigIntegerField(blank=True, null=True, verbose_name="値引額")),
                ("tax_code", models.CharField(default="standard", max_length=10, verbose_name="税区分")),
                ("amount", models.BigIntegerField(blank=True, null=True, verbose_name="金額")),
                ("day", models.DateField(blank=True, null=True, verbose_name="取引日")),
                (
                    "withholding",
                    models.CharField(blank=True, default="auto", max_length=4, verbose_name="源泉対象"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="sales.invoice",
                        verbose_name="請求",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="billed",
                        to="sales.orderline",
                        verbose_name="受注の明細",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.product",
                        verbose_name="商品",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DealLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("position", models.BigIntegerField(default=0, verbose_name="並び順")),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="品名")),
                (
                    "quantity",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=15, null=True, verbose_name="数量"
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="単位")),
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=15, null=True, verbose_name="単価"
                    ),
                ),
                (
                    "discount_percent",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="値引率"
                    ),
                ),
                ("discount", models.BigIntegerField(blank=True, null=True, verbose_name="値引額")),
                ("tax_code", models.CharField(default="standard", max_length=10, verbose_name="税区分")),
                ("amount", models.BigIntegerField(blank=True, null=True, verbose_name="金額")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="sales.deal",
                        verbose_name="案件",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.product",
                        verbose_name="商品",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="件名")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="番号")),
                ("date", models.DateField(default=django.utils.timezone.localdate, verbose_name="日付")),
                ("tax_mode", models.CharField(default="excluded", max_length=10, verbose_name="税の計算")),
                ("rounding", models.CharField(default="floor", max_length=10, verbose_name="端数処理")),
                ("discount", models.BigIntegerField(blank=True, null=True, verbose_name="値引き")),
                ("net", models.BigIntegerField(default=0, verbose_name="税抜金額")),
                ("tax", models.BigIntegerField(default=0, verbose_name="消費税")),
                ("total", models.BigIntegerField(default=0, verbose_name="合計金額")),
                ("remarks", models.TextField(blank=True, verbose_name="備考（書類に載せる）")),
                ("note", models.TextField(blank=True, verbose_name="メモ（社内）")),
                ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="発行日時")),
                ("exempt", models.BooleanField(editable=False, null=True)),
                ("pdf", models.BigIntegerField(editable=False, null=True)),
                ("sent_on", models.DateField(blank=True, null=True, verbose_name="送付日")),
                ("status", models.CharField(default="draft", max_length=10, verbose_name="状態")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="有効期限")),
                ("delivery", models.CharField(blank=True, max_length=100, verbose_name="納期")),
                ("payment", models.CharField(blank=True, max_length=100, verbose_name="支払条件")),
                (
                    "void_reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="取り消した理由"),
                ),
                ("revision", models.BigIntegerField(default=1, verbose_name="版")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.account",
                        verbose_name="取引先",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.contact",
                        verbose_name="先方担当",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.deal",
                        verbose_name="案件",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="versions",
                        to="sales.quote",
                        verbose_name="はじめの版",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="order",
            name="quote",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="orders",
                to="sales.quote",
                verbose_name="見積",
            ),
        ),
        migrations.CreateModel(
            name="QuoteLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("position", models.BigIntegerField(default=0, verbose_name="並び順")),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="品名")),
                (
                    "quantity",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=15, null=True, verbose_name="数量"
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="単位")),
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=15, null=True, verbose_name="単価"
                    ),
                ),
                (
                    "discount_percent",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="値引率"
                    ),
                ),
                ("discount", models.BigIntegerField(blank=True, null=True, verbose_name="値引額")),
                ("tax_code", models.CharField(default="standard", max_length=10, verbose_name="税区分")),
                ("amount", models.BigIntegerField(blank=True, null=True, verbose_name="金額")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.product",
                        verbose_name="商品",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="sales.quote",
                        verbose_name="見積",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("name", models.CharField(max_length=100, verbose_name="名前")),
                ("position", models.BigIntegerField(default=0, verbose_name="並び順")),
                ("outcome", models.CharField(default="open", max_length=10, verbose_name="扱い")),
                ("probability", models.BigIntegerField(default=0, verbose_name="確度")),
                ("stale_days", models.BigIntegerField(default=14, verbose_name="滞留とみなす日数")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "pipeline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stages",
                        to="sales.pipeline",
                        verbose_name="パイプライン",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
            options={
                "ordering": ["pipeline__position", "pipeline_id", "position", "pk"],
            },
        ),
        migrations.AddField(
            model_name="deal",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deals",
                to="sales.stage",
                verbose_name="ステージ",
            ),
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                ("closing_day", models.BigIntegerField(blank=True, null=True, verbose_name="締日")),
                ("pay_months", models.BigIntegerField(blank=True, null=True, verbose_name="支払月")),
                ("pay_day", models.BigIntegerField(blank=True, null=True, verbose_name="支払日")),
                ("addressee", models.CharField(blank=True, max_length=200, verbose_name="請求書の宛名")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="terms",
                        to="people.account",
                        verbose_name="取引先",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.pricelist",
                        verbose_name="価格表",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="channel",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="channel_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="channel",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="channel_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="channel",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["name", "id"], name="channel_name_s"
            ),
        ),
        migrations.AddIndex(
            model_name="channel",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="channel_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="channelcustomer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="chancust_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="channelcustomer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="chancust_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="channelcustomer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["name", "id"],
                name="chancust_name_s",
            ),
        ),
        migrations.AddIndex(
            model_name="channelcustomer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["last_order_on", "id"],
                name="chancust_last_order_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="channelcustomer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["order_count", "id"],
                name="chancust_order_count_s",
            ),
        ),
        migrations.AddIndex(
            model_name="channelcustomer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["lifetime_value", "id"],
                name="chancust_lifetime_value_s",
            ),
        ),
        migrations.AddIndex(
            model_name="channelcustomer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="chancust_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="channelcustomer",
            index=models.Index(fields=["outside_id", "channel"], name="chancust_outside"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="invoice_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="invoice_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["date", "id"], name="invoice_date_s"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["total", "id"],
                name="invoice_total_s",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["due_on", "id"],
                name="invoice_due_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["balance", "id"],
                name="invoice_balance_s",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="invoice_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["number"], name="invoice_number"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["account", "date", "id"], name="invoice_account"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="lead_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="lead_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["sort_key", "id"],
                name="lead_sort_key_s",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["met_on", "id"],
                name="lead_met_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["last_contact_at", "id"],
                name="lead_last_contact_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["next_step_at", "id"],
                name="lead_next_step_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["score", "id"], name="lead_score_s"
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["status", "id"],
                name="lead_status_f",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["source", "id"],
                name="lead_source_f",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="lead_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["email"], name="lead_email"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["phone"], name="lead_phone"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["mobile"], name="lead_mobile"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["owner", "sort_key", "id"], name="lead_owner_sort"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("status__in", ("new", "working", "nurturing"))),
                fields=["owner", "last_contact_at"],
                name="lead_open_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="payment_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="payment_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["date", "id"], name="payment_date_s"
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="payment_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="pricelist",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="pricelist_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="pricelist",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="pricelist_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="pricelist",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["name", "id"],
                name="pricelist_name_s",
            ),
        ),
        migrations.AddIndex(
            model_name="pricelist",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="pricelist_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="product_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="product_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["name", "id"], name="product_name_s"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["price", "id"],
                name="product_price_s",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="product_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["code"], name="product_code"),
        ),
        migrations.AddIndex(
            model_name="price",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="price_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="price",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="price_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="price",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="price_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="orderline_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="orderline_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="orderline_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(fields=["product", "id"], name="orderline_product"),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="invoiceline_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="invoiceline_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["deleted_at"],
                name="invoiceline_bin",
            ),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(fields=["product", "id"], name="invoiceline_product"),
        ),
        migrations.AddIndex(
            model_name="dealline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="dealline_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="dealline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="dealline_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="dealline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="dealline_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="dealline",
            index=models.Index(fields=["product", "id"], name="dealline_product"),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="quote_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="quote_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["date", "id"], name="quote_date_s"
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["total", "id"], name="quote_total_s"
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["expires_on", "id"],
                name="quote_expires_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="quote_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(fields=["number"], name="quote_number"),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(fields=["account", "date", "id"], name="quote_account"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="order_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="order_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["date", "id"], name="order_date_s"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["total", "id"], name="order_total_s"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["delivery_on", "id"],
                name="order_delivery_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="order_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["number"], name="order_number"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["account", "date", "id", "deleted_at", "status", "total", "net"], name="order_account"
            ),
        ),
        migrations.AddIndex(
            model_name="quoteline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="quoteline_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="quoteline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="quoteline_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="quoteline",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="quoteline_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="quoteline",
            index=models.Index(fields=["product", "id"], name="quoteline_product"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="deal_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="deal_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["amount", "id"],
                name="deal_amount_s",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["expected_close", "id"],
                name="deal_expected_close_s",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["next_step_at", "id"],
                name="deal_next_step_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["last_contact_at", "id"],
                name="deal_last_contact_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="deal_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["code"], name="deal_code"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["stage", "stage_changed_at", "id", "amount", "probability"],
                name="deal_stage",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["stage", "closed_at", "amount", "probability"],
                name="deal_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["pipeline", "outcome"],
                name="deal_pipeline",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["outcome", "closed_at", "owner", "amount"],
                name="deal_won_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["owner", "outcome", "next_step_at", "stage_changed_at", "id", "amount"],
                name="deal_owner_open",
            ),
        ),
        migrations.AddIndex(
            model_name="terms",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="terms_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="terms",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="terms_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="terms",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="terms_bin"
            ),
        ),
    ]
    operations = gathered(operations)
