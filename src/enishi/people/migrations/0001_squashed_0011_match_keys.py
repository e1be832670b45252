"""All tables of `people` as they stand after 0011_match_keys: a new installation makes them at once."""

import django.db.models.deletion
import django.utils.timezone
import enishi.people.contacts.birthdays
from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("people", "0001_initial"),
        ("people", "0002_bin_index"),
        ("people", "0003_contact_met_on"),
        ("people", "0004_match_indexes"),
        ("people", "0005_channel_sums"),
        ("people", "0006_birthdays"),
        ("people", "0007_purchases"),
        ("people", "0008_purchase_indexes"),
        ("people", "0009_codes"),
        ("people", "0010_private_customers"),
        ("people", "0011_match_keys"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
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
                (
                    "channel_orders",
                    models.BigIntegerField(editable=False, null=True, verbose_name="チャネル合計の購入回数"),
                ),
                (
                    "channel_value",
                    models.BigIntegerField(editable=False, null=True, verbose_name="チャネル合計の購入額"),
                ),
                (
                    "channel_last_on",
                    models.DateField(editable=False, null=True, verbose_name="チャネル合計の最終購入日"),
                ),
                ("buy_last_on", models.DateField(editable=False, null=True, verbose_name="前回の購入")),
                ("buy_count", models.BigIntegerField(editable=False, null=True, verbose_name="購入回数")),
                ("buy_every", models.BigIntegerField(editable=False, null=True, verbose_name="購入の間隔")),
                (
                    "buy_next_on",
                    models.DateField(editable=False, null=True, verbose_name="次の購入の見込み日"),
                ),
                (
                    "buy_alive",
                    models.BigIntegerField(editable=False, null=True, verbose_name="購入が続く確率"),
                ),
                (
                    "buy_often",
                    models.DecimalField(
                        decimal_places=1,
                        editable=False,
                        max_digits=9,
                        null=True,
                        verbose_name="1年の購入見込み",
                    ),
                ),
                (
                    "buy_value",
                    models.BigIntegerField(editable=False, null=True, verbose_name="1年の購入見込み額"),
                ),
                (
                    "buy_state",
                    models.CharField(editable=False, max_length=10, null=True, verbose_name="購入の状態"),
                ),
                (
                    "buy_basis",
                    models.CharField(editable=False, max_length=10, null=True, verbose_name="見込みの根拠"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="名前")),
                ("kana", models.CharField(blank=True, max_length=200, verbose_name="フリガナ")),
                ("sort_key", models.CharField(editable=False, max_length=400)),
                ("match_key", models.CharField(db_index=True, editable=False, max_length=200)),
                ("kind", models.CharField(default="company", max_length=20, verbose_name="種類")),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="顧客番号")),
                ("corporate_number", models.CharField(blank=True, max_length=13, verbose_name="法人番号")),
                ("status", models.CharField(default="prospect", max_length=20, verbose_name="状態")),
                ("rank", models.CharField(blank=True, max_length=5, verbose_name="ランク")),
                ("industry", models.CharField(blank=True, max_length=100, verbose_name="業種")),
                ("employees", models.BigIntegerField(blank=True, null=True, verbose_name="従業員数")),
                ("website", models.CharField(blank=True, max_length=500, verbose_name="Web")),
                ("source", models.CharField(blank=True, max_length=100, verbose_name="獲得元")),
                ("started_on", models.DateField(blank=True, null=True, verbose_name="取引開始日")),
                ("note", models.TextField(blank=True, verbose_name="備考")),
                (
                    "open_amount",
                    models.BigIntegerField(editable=False, null=True, verbose_name="進行中の金額"),
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
            name="Contact",
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
                (
                    "channel_orders",
                    models.BigIntegerField(editable=False, null=True, verbose_name="チャネル合計の購入回数"),
                ),
                (
                    "channel_value",
                    models.BigIntegerField(editable=False, null=True, verbose_name="チャネル合計の購入額"),
                ),
                (
                    "channel_last_on",
                    models.DateField(editable=False, null=True, verbose_name="チャネル合計の最終購入日"),
                ),
                ("buy_last_on", models.DateField(editable=False, null=True, verbose_name="前回の購入")),
                ("buy_count", models.BigIntegerField(editable=False, null=True, verbose_name="購入回数")),
                ("buy_every", models.BigIntegerField(editable=False, null=True, verbose_name="購入の間隔")),
                (
                    "buy_next_on",
                    models.DateField(editable=False, null=True, verbose_name="次の購入の見込み日"),
                ),
                (
                    "buy_alive",
                    models.BigIntegerField(editable=False, null=True, verbose_name="購入が続く確率"),
                ),
                (
                    "buy_often",
                    models.DecimalField(
                        decimal_places=1,
                        editable=False,
                        max_digits=9,
                        null=True,
                        verbose_name="1年の購入見込み",
                    ),
                ),
                (
                    "buy_value",
                    models.BigIntegerField(editable=False, null=True, verbose_name="1年の購入見込み額"),
                ),
                (
                    "buy_state",
                    models.CharField(editable=False, max_length=10, null=True, verbose_name="購入の状態"),
                ),
                (
                    "buy_basis",
                    models.CharField(editable=False, max_length=10, null=True, verbose_name="見込みの根拠"),
                ),
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
                ("department", models.CharField(blank=True, max_length=100, verbose_name="部署")),
                ("title", models.CharField(blank=True, max_length=100, verbose_name="役職")),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="会員番号")),
                ("status", models.CharField(default="active", max_length=20, verbose_name="状態")),
                ("rank", models.CharField(blank=True, max_length=5, verbose_name="ランク")),
                ("gender", models.CharField(blank=True, max_length=10, verbose_name="性別")),
                ("birthday", models.DateField(blank=True, null=True, verbose_name="生年月日")),
                ("mobile", models.CharField(blank=True, max_length=60, verbose_name="携帯")),
                ("preferences", models.TextField(blank=True, verbose_name="好み")),
                ("note", models.TextField(blank=True, verbose_name="備考")),
                ("source", models.CharField(blank=True, max_length=100, verbose_name="獲得元")),
                ("met_on", models.DateField(blank=True, null=True, verbose_name="登録日・名刺交換日")),
                (
                    "last_purchase_on",
                    models.DateField(blank=True, null=True, verbose_name="最終来店・購入日"),
                ),
                ("purchase_total", models.BigIntegerField(blank=True, null=True, verbose_name="累計購入額")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="contacts",
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
            name="Affiliation",
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
                ("department", models.CharField(blank=True, max_length=100, verbose_name="部署")),
                ("title", models.CharField(blank=True, max_length=100, verbose_name="役職")),
                ("started_on", models.DateField(blank=True, null=True, verbose_name="いつから")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="いつまで")),
                ("is_main", models.BooleanField(default=True, verbose_name="主な所属")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="affiliations",
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
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="affiliations",
                        to="people.contact",
                        verbose_name="連絡先",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="account_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="account_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["sort_key", "id"],
                name="account_sort_key_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["last_contact_at", "id"],
                name="account_last_contact_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["next_step_at", "id"],
                name="account_next_step_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["open_amount", "id"],
                name="account_open_amount_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["channel_value", "id"],
                name="account_channel_value_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["channel_last_on", "id"],
                name="account_channel_last_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["buy_next_on", "id"],
                name="account_buy_next_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["buy_value", "id"],
                name="account_buy_value_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["status", "id"],
                name="account_status_f",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["rank", "id"], name="account_rank_f"
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["industry", "id"],
                name="account_industry_f",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="account_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("buy_state__isnull", False)),
                fields=["buy_state", "buy_next_on", "id"],
                name="account_buy_next",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("buy_state__isnull", False)),
                fields=["buy_state", "buy_value", "id"],
                name="account_buy_worth",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("buy_state__isnull", False)),
                fields=["owner", "buy_state", "buy_next_on", "id"],
                name="account_buy_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["code"], name="account_code"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["phone"], name="account_phone"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["email"], name="account_email"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["corporate_number"], name="account_corporate"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["postal_code"], name="account_postal"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["owner", "sort_key", "id"], name="account_owner_sort"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["status", "sort_key", "id"], name="account_status_sort"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="contact_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="contact_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["sort_key", "id"],
                name="contact_sort_key_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["last_contact_at", "id"],
                name="contact_last_contact_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["next_step_at", "id"],
                name="contact_next_step_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["purchase_total", "id"],
                name="contact_purchase_total_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["birthday", "id"],
                name="contact_birthday_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["channel_value", "id"],
                name="contact_channel_value_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["channel_last_on", "id"],
                name="contact_channel_last_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["buy_next_on", "id"],
                name="contact_buy_next_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["buy_value", "id"],
                name="contact_buy_value_s",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="contact_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("buy_state__isnull", False)),
                fields=["buy_state", "buy_next_on", "id"],
                name="contact_buy_next",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("buy_state__isnull", False)),
                fields=["buy_state", "buy_value", "id"],
                name="contact_buy_worth",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("buy_state__isnull", False)),
                fields=["owner", "buy_state", "buy_next_on", "id"],
                name="contact_buy_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["code"], name="contact_code"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["email"], name="contact_email"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["phone"], name="contact_phone"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["mobile"], name="contact_mobile"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["owner", "sort_key", "id"], name="contact_owner_sort"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("owner"),
                enishi.people.contacts.birthdays.MonthDay("birthday"),
                condition=models.Q(("deleted_at__isnull", True), ("birthday__isnull", False)),
                name="contact_owner_birthday",
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="affiliation_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="affiliation_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["deleted_at"],
                name="affiliation_bin",
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["contact", "is_main"],
                name="affiliation_main",
            ),
        ),
    ]
    operations = gathered(operations)
