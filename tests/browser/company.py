"""A small company for browser tests: what somebody would have entered in the first weeks."""

import datetime
from typing import Any

from django.utils import timezone

from enishi.records import registry, write
from enishi.sales.pipelines.entity import default_pipeline, stages_of


def build(user: Any) -> dict[str, Any]:
    """Accounts with long names, a contact, deals in every open stage, tasks due; returns what tests ask for."""
    accounts = write.create_many(
        registry.get("account"),
        [
            {
                "name": "株式会社丸山製作所",
                "kana": "マルヤマセイサクショ",
                "phone": "03-1234-5678",
                "rank": "A",
                "status": "active",
            },
            {
                "name": "一般社団法人日本国際文化交流振興推進協議会 関東甲信越地域本部 さいたま営業所",
                "phone": "048-123-4567",
            },
            {"name": "㈱髙﨑商店", "phone": "0312349999", "tags": ["VIP"]},
            *({"name": f"有限会社みどり{n:02}商事"} for n in range(60)),
        ],
        by=user,
        operation=None,
    )
    contact = write.create(
        registry.get("contact"),
        {"family_name": "渡邊", "given_name": "誠", "account": accounts[0].pk, "title": "専務"},
        by=user,
    ).record
    stages = [stage for stage in stages_of(default_pipeline().pk) if stage.outcome == "open"]
    deals = write.create_many(
        registry.get("deal"),
        [
            {
                "name": f"設備更新 {stage.name}",
                "account": accounts[place % 3].pk,
                "stage": stage.pk,
                "amount": 1_000_000 * (place + 1),
            }
            for place, stage in enumerate([*stages, stages[0]])
        ],
        by=user,
        operation=None,
    )
    yesterday = timezone.now() - datetime.timedelta(days=1)
    write.create(
        registry.get("task"),
        {"name": "見積の返事", "about": f"account:{accounts[0].pk}", "due_at": yesterday, "kind": "call"},
        by=user,
    )
    return {"accounts": accounts, "contact": contact, "deals": deals, "stages": stages}
