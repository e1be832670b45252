"""Names as banks write them (カ）ヤマダ) and offices behind the form (山田商事(株)大阪営業所) are known by the key of the same name."""

from typing import Any

from django.db import migrations

from enishi.japanese.companies import company_key

_ODD = "[)）]|[(（].$|(支店|営業所|支社|出張所|事業所|工場|支部)$|監査法人|農事組合法人"


def _keyed(apps: Any, _schema_editor: Any) -> None:
    rows = apps.get_model("people", "Account")._base_manager
    odd = rows.filter(name__regex=_ODD).order_by("pk").values_list("pk", "name", "match_key")
    for key, name, held in odd.iterator(chunk_size=2000):
        if (other := company_key(name)[:200]) != held:
            rows.filter(pk=key).update(match_key=other)


class Migration(migrations.Migration):
    dependencies = [("people", "0010_private_customers")]

    operations = [migrations.RunPython(_keyed, migrations.RunPython.noop)]
