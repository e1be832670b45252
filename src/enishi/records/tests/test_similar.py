"""Who is likely the same, while somebody types."""

from typing import Any

import pytest

from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.similar import similar
from enishi.records.testing import queries

pytestmark = [pytest.mark.django_db, pytest.mark.row("B4")]


@pytest.fixture
def base(alice: Any) -> dict[str, Any]:
    """Customers, some of them twice in another spelling."""

    def make(entity: str, /, **values: Any) -> Any:
        return write.create(registry.get(entity), values, by=alice).record

    return {
        "maruyama": make("account", name="株式会社丸山製作所", kana="マルヤマセイサクショ", phone="03-1234-5678", email="Info@Maruyama.example.jp"),
        "branch": make("account", name="丸山製作所 大阪支店", phone="06-1111-2222"),
        "takasaki": make("account", name="㈱髙﨑商店", phone="0993-45-1234"),
        "tokyo": make("account", name="東京商会"),
        "makoto": make("contact", family_name="渡邊", given_name="誠", family_kana="ワタナベ", given_kana="マコト", mobile="090-1111-2222"),
        "hanako": make("contact", family_name="山田", given_name="花子"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entity", "typed", "who", "why"),
    [
        ("account", {"name": "(株)丸山製作所"}, "maruyama", "名前が同じ"),
        ("account", {"name": "丸山製作所（株）"}, "maruyama", "名前が同じ"),
        ("account", {"name": "丸山製作書"}, "maruyama", "名前が似ている"),
        ("account", {"name": "高崎商店 株式会社"}, "takasaki", "名前が同じ"),
        ("account", {"name": "x", "kana": "まるやませいさくしょ"}, "maruyama", "読みが同じ"),
        ("account", {"phone": "０３（１２３４）５６７８"}, "maruyama", "電話が同じ"),
        ("account", {"phone": "+81 3 1234 5678"}, "maruyama", "電話が同じ"),
        ("account", {"phone": "03-1234-5"}, "maruyama", "電話の始まりが同じ"),
        ("account", {"phone": "0993451234"}, "takasaki", "電話が同じ"),
        ("account", {"email": "info@maruyama.example.jp"}, "maruyama", "メールが同じ"),
        ("account", {"phone": "09011112222"}, "makoto", "電話が同じ"),
        ("contact", {"family_name": "渡辺", "given_name": "誠"}, "makoto", "名前が同じ"),
        ("contact", {"family_name": "誠", "given_name": "渡辺"}, "makoto", "姓と名が逆で同じ"),
        ("contact", {"family_name": "亘", "family_kana": "わたなべ", "given_kana": "まこと"}, "makoto", "読みが同じ"),
        ("contact", {"mobile": "090 1111 2222"}, "makoto", "電話が同じ"),
    ],
)  # fmt: skip
def test_one_is_found_in_another_spelling(
    base: dict[str, Any], alice: Any, entity: str, typed: dict[str, str], who: str, why: str
) -> None:
    found = similar(registry.get(entity), typed, alice)
    assert found and found[0].record == base[who]
    assert why in found[0].reasons


@pytest.mark.parametrize(
    ("entity", "typed"),
    [
        ("account", {"name": "東京商事"}),
        ("account", {"name": "丸"}),
        ("account", {"phone": "03-12"}),
        ("contact", {"family_name": "山田"}),
        ("contact", {"family_name": "山田", "given_name": "太郎"}),
        ("account", {"email": "@"}),
        ("account", {}),
    ],
)
def test_what_only_looks_alike_is_not_proposed(
    base: dict[str, Any], alice: Any, entity: str, typed: dict[str, str]
) -> None:
    assert similar(registry.get(entity), typed, alice) == []


def test_a_branch_is_proposed_as_a_branch(base: dict[str, Any], alice: Any) -> None:
    found = {
        one.record.pk: one.why for one in similar(registry.get("account"), {"name": "丸山製作所"}, alice)
    }
    assert found == {base["maruyama"].pk: "名前が同じ", base["branch"].pk: "名前が同じ（支店・営業所が違う）"}


def test_a_drawn_entity_has_it_too_and_saving_is_never_kept_from(alice: Any, as_alice: Any) -> None:
    name = operations.add_entity("仕入先", slug="suppliers", by=alice).name
    phone = operations.add_field(name, "telephone", "電話", {}, by=alice).key
    write.create(registry.get(name), {"name": "㈱みどり商事", phone: "03-5555-0001"}, by=alice)
    page = as_alice.get(
        "/suppliers/similar/", {"name": "みどり商事株式会社", phone: "0355550001"}
    ).content.decode()
    assert "㈱みどり商事" in page and "名前が同じ" in page and "電話が同じ" in page
    answer = as_alice.post("/suppliers/new/", {"name": "㈱みどり商事", phone: "03-5555-0001"})
    assert answer.status_code == 302


def test_the_record_itself_is_not_like_itself(base: dict[str, Any], as_alice: Any) -> None:
    key = base["maruyama"].pk
    page = as_alice.get("/accounts/similar/", {"phone": "03-1234-5678", "but": key}).content.decode()
    assert "丸山" not in page
    form = as_alice.get(f"/accounts/{key}/field/phone/?edit").content.decode()
    assert f"/accounts/similar/?but={key}" in form


def test_typing_costs_few_queries(base: dict[str, Any], as_alice: Any) -> None:
    typed = "name=丸山製作所&phone=03-1234-5678&email=a@example.jp&kana=マルヤマセイ"
    assert len(queries(as_alice, f"/accounts/similar/?{typed}")) <= 14
