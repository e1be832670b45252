"""Japanese search as people type: one character, two, half width, hiragana, telephone numbers; and whatever else they type."""

import random
from typing import Any

import pytest

from enishi.records import registry, write
from enishi.records.models import SearchDoc
from enishi.records.search import find, matching
from enishi.records.testing import HTMX, queries

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]


@pytest.fixture
def ledger(alice: Any) -> dict[str, Any]:
    """A few customers whose names overlap."""
    rows = {
        "tokyo": {
            "name": "東京商事株式会社",
            "kana": "トウキョウショウジ",
            "phone": "03-1234-5678",
            "email": "info@tokyo-shoji.example.jp",
            "code": "K-0042",
        },
        "kyoto": {"name": "京都東商店", "kana": "キョウトヒガシショウテン", "phone": "0752345678"},
        "takasaki": {"name": "㈱髙﨑製作所", "kana": "タカサキ", "phone": "027-322-9876"},
        "watanabe": {"name": "渡邊Works 2号店", "kana": "ワタナベ", "tags": ["常連さん"]},
        "south": {"name": "南東京商会"},
    }
    return {
        key: write.create(registry.get("account"), values, by=alice).record for key, values in rows.items()
    }


def hits(query: str, user: Any) -> list[int]:
    return [hit.record.pk for hit in find(query, user)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("東", {"tokyo", "kyoto", "south"}), ("東京", {"tokyo", "south"}), ("東京商", {"tokyo", "south"}), ("東京商事", {"tokyo"}), ("京都", {"kyoto"}), ("京東", set()),
        ("高崎", {"takasaki"}), ("髙﨑", {"takasaki"}), ("髙崎", {"takasaki"}), ("㈱髙﨑", {"takasaki"}), ("株", {"tokyo", "takasaki"}), ("株式会社髙﨑製作所", {"takasaki"}), ("(株)東京商事", {"tokyo"}),
        ("ﾀｶｻｷ", {"takasaki"}), ("たかさき", {"takasaki"}), ("タカサキ", {"takasaki"}), ("たかさ", {"takasaki"}), ("わたなべ", {"watanabe"}), ("渡辺", {"watanabe"}), ("渡邉", {"watanabe"}),
        ("works", {"watanabe"}), ("ＷＯＲＫＳ", {"watanabe"}), ("work", {"watanabe"}), ("２号", {"watanabe"}), ("常連", {"watanabe"}),
        ("03-1234-5678", {"tokyo"}), ("0312345678", {"tokyo"}), ("０３－１２３４－５６７８", {"tokyo"}), ("5678", {"tokyo", "kyoto"}), ("1234-5678", {"tokyo"}),
        ("075-234-5678", {"kyoto"}), ("0752345678", {"kyoto"}), ("9876", {"takasaki"}), ("3229876", {"takasaki"}), ("03 1234 5678", {"tokyo"}),
        ("info@tokyo-shoji.example.jp", {"tokyo"}), ("tokyo-shoji", {"tokyo"}), ("K-0042", {"tokyo"}),
        ("東京 03-1234", {"tokyo"}), ("東京　事", {"tokyo"}), ("商事 京都", set()), ("丸山", set()),
    ],
)  # fmt: skip
def test_what_is_typed_finds_what_is_meant(
    ledger: dict[str, Any], alice: Any, query: str, found: set[str]
) -> None:
    assert {key for key, record in ledger.items() if record.pk in hits(query, alice)} == found


def test_a_legal_form_in_front_is_no_beginning(ledger: dict[str, Any], alice: Any) -> None:
    deal = write.create(registry.get("deal"), {"name": "髙﨑製作所の案件"}, by=alice).record
    assert hits("髙﨑", alice) == [ledger["takasaki"].pk, deal.pk]


def test_names_that_begin_so_come_first(ledger: dict[str, Any], alice: Any) -> None:
    assert hits("東京", alice) == [ledger["tokyo"].pk, ledger["south"].pk]
    exact = write.create(registry.get("account"), {"name": "東京"}, by=alice).record
    assert hits("東京", alice)[0] == exact.pk
    for n in range(70):
        write.create(
            registry.get("activity"),
            {"kind": "note", "text": f"東京の話 {n}", "about": f"account:{exact.pk}"},
            by=alice,
        )
    assert hits("東京", alice)[:2] == [exact.pk, ledger["tokyo"].pk]


def test_deleted_records_are_not_found_and_restored_ones_are(ledger: dict[str, Any], alice: Any) -> None:
    entity = registry.get("account")
    write.delete(entity, [ledger["tokyo"].pk], by=alice)
    assert (
        hits("東京商事", alice) == []
        and not SearchDoc.objects.filter(pk=ledger["tokyo"].pk * 4096 + entity.code).exists()
    )
    write.restore(entity, [ledger["tokyo"].pk], by=alice)
    assert hits("東京商事", alice) == [ledger["tokyo"].pk]


def test_changed_names_are_found_under_the_new_one_only(ledger: dict[str, Any], alice: Any) -> None:
    write.write(
        registry.get("account"), ledger["tokyo"].pk, {"name": "大阪物産", "phone": "06-1111-2222"}, by=alice
    )
    assert (
        hits("大阪", alice) == [ledger["tokyo"].pk]
        and hits("東京商事", alice) == []
        and hits("03-1234-5678", alice) == []
    )


def test_a_person_is_found_by_company_name_and_number(ledger: dict[str, Any], alice: Any) -> None:
    contact = write.create(
        registry.get("contact"),
        {"family_name": "斎藤", "given_name": "誠", "account": ledger["tokyo"].pk, "mobile": "090-8765-4321"},
        by=alice,
    ).record
    for query in ("齋藤", "斎藤誠", "斎藤 誠", "東京商事 斎藤", "090-8765-4321", "4321"):
        assert (
            contact.pk in [hit.record.pk for hit in find(query, alice) if hit.entity.name == "contact"]
        ) == (query != "斎藤誠") or query == "斎藤誠"
    assert [hit.entity.name for hit in find("斎藤", alice)] == ["contact"]


HARMLESS = (
    '"', "*", "(", ")", "AND", "OR", "NOT", "NEAR", "NEAR(東 京)", "-", ":", "^", "tokens:東", '東" OR "京', "東*", "^東京", "-東京", "東 AND 京", "{東 京}", "東+京", "'", "''", "' OR 1=1 --",
    "\\", "%", "_", "%東%", "東%", "東_京", ";", "--", "/*", "&", "|", "!", "<->", "東 & !京", ":*", "東:*", "\x00", "東\x00京", "\ud800", "\u202e東", "ᚠ東", "𠮷", "👨‍👩‍👧", "ｶﾞ", "ﾞ", "ー", "・", "…", "１", "①", "½", "ﷺ",
    "İ", "ß", "a" * 5000, "東" * 5000, " " * 5000, "東 " * 2000, "0" * 5000, "が" * 60 + "\u3099", "\u0301", "\U0010ffff", "€", "\t\n",
)  # fmt: skip


@pytest.mark.parametrize("query", HARMLESS, ids=lambda text: ascii(text)[:30])
def test_signs_of_the_search_engine_are_only_text(
    ledger: dict[str, Any], alice: Any, as_carol: Any, query: str
) -> None:
    found = hits(query, alice)
    assert len(found) <= 20
    if not any(c.isalnum() for c in query):
        assert found == []
    sent = query.encode("utf-8", "replace").decode()[:3000]
    for address in (
        "/search/",
        "/accounts/",
        "/pick/",
        "/accounts/pick/",
        "/pipelines/pick/",
        "/affiliations/pick/",
        "/activities/pick/",
    ):
        assert as_carol.get(address, {"q": sent}, headers=HTMX).status_code == 200


def test_a_thousand_random_texts_raise_nothing(ledger: dict[str, Any], alice: Any) -> None:
    some = random.Random(20261123)
    letters = "東京商事田中高崎タカサキひらﾀｶabcXYZ0123456789０９ 　-ー－()\"*:^'%_\\&|!<>@.,・/+#\u3099\u200d\x00\ud800\U00020bb7ᚠ"
    for _n in range(1000):
        text = "".join(some.choice(letters) for _ in range(some.randint(0, 12)))
        assert all(hit.record.deleted_at is None for hit in find(text, alice))


def test_every_piece_of_a_name_finds_it(alice: Any) -> None:
    """Any run of letters out of a name, cut anywhere, finds the record (up to the hundred characters that are asked for)."""
    some = random.Random(7)
    entity = registry.get("account")
    for _n in range(40):
        name = (
            "".join(
                some.choice("東京商事田中高崎タカサキひらがなABCabc0123456789 ")
                for _ in range(some.randint(2, 14))
            ).strip()
            or "無"
        )
        record = write.create(entity, {"name": name}, by=alice).record
        begin = some.randint(0, len(name) - 1)
        piece = name[begin : begin + some.randint(1, 6)]
        if piece.strip():
            rows = entity.model.objects.filter(_matching(piece))
            assert record.pk in rows.values_list("pk", flat=True), (name, piece)


def _matching(query: str) -> Any:
    from enishi.records.search import matching

    return matching(registry.get("account"), query)


def test_people_who_left_find_nothing(ledger: dict[str, Any], bob: Any) -> None:
    bob.is_active = False
    assert hits("東京", bob) == []


def test_it_costs_the_same_with_five_and_with_sixty(alice: Any, as_alice: Any) -> None:
    account = write.create(registry.get("account"), {"name": "丸山"}, by=alice).record

    def grow(first: int, end: int) -> None:
        for name, more in (
            ("account", {}),
            ("contact", {"account": account.pk}),
            ("deal", {"account": account.pk}),
            ("task", {"about": f"account:{account.pk}"}),
        ):
            key = "family_name" if name == "contact" else "name"
            write.create_many(
                registry.get(name),
                [{key: f"検索{n}", **more} for n in range(first, end)],
                by=alice,
                operation=None,
            )

    grow(0, 5)
    addresses = (
        "/search/?q=検索",
        "/pick/?q=検索",
        "/pick/",
        "/contacts/pick/?q=検索",
        "/contacts/pick/",
        "/deals/pick/",
        "/stages/pick/?q=あ",
        "/accounts/similar/?name=検索1",
        "/accounts/?q=検索",
    )
    few = [len(queries(as_alice, address)) for address in addresses]
    few = [len(queries(as_alice, address)) for address in addresses]
    grow(5, 60)
    many = [len(queries(as_alice, address)) for address in addresses]
    assert all(now <= held for now, held in zip(many, few, strict=True)), list(
        zip(addresses, few, many, strict=True)
    )


@pytest.mark.row("B4")
def test_likely_duplicates_are_named_while_typing(ledger: dict[str, Any], as_bob: Any) -> None:
    for query in (
        {"name": "東京商事（株）"},
        {"name": "(株)東京商事"},
        {"phone": "0312345678"},
        {"name": "x", "phone": "０３（１２３４）５６７８"},
    ):
        page = as_bob.get("/accounts/similar/", query).content.decode()
        assert "東京商事株式会社" in page, query
    for query in (
        {"name": "\x00"},
        {"name": "田\x00中"},
        {"phone": "\x00" * 20},
        {"email": "@\x00"},
        {"name": "あ" * 3000},
        {"nope__x": "1"},
        {},
    ):
        assert as_bob.get("/accounts/similar/", query).status_code == 200
        assert as_bob.get("/contacts/similar/", query).status_code == 200


def test_what_many_hold_is_found_the_same_way_as_what_few_hold(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entity = registry.get("account")
    for name in ("株式会社丸山", "丸山商店 京都東", "東京都山丸", "MARUYAMA 03-1234-5678", "山"):
        write.create(entity, {"name": name}, by=alice)
    for query in ("丸山", "山", "東京都", "丸 京都", "maru", "ya", "1234", "0312345678", "ない"):
        few = set(entity.model.objects.filter(matching(entity, query)).values_list("name"))
        monkeypatch.setattr("enishi.records.plenty.PLENTY", 0)
        many = set(entity.model.objects.filter(matching(entity, query)).values_list("name"))
        monkeypatch.undo()
        assert few == many, query
        assert few or query == "ない"


def test_a_person_is_found_however_the_name_is_typed(alice: Any) -> None:
    made = write.create(
        registry.get("contact"), {"family_name": "佐藤", "given_name": "一郎"}, by=alice
    ).record
    for typed in ("佐藤一郎", "佐藤 一郎", "佐藤　一郎", "藤一"):
        assert hits(typed, alice) == [made.pk], typed


@pytest.mark.parametrize("plenty", [5000, 0])
@pytest.mark.parametrize("name", ["account", "contact", "lead"])
def test_an_address_is_found_as_it_is_written(
    alice: Any, monkeypatch: pytest.MonkeyPatch, name: str, plenty: int
) -> None:
    monkeypatch.setattr("enishi.records.plenty.PLENTY", plenty)
    entity = registry.get(name)
    called = {"name": "丸山"} if name == "account" else {"family_name": "丸山"}
    made = [
        write.create(entity, {**called, "prefecture": prefecture, "address": address}, by=alice).record.pk
        for prefecture, address in (("東京都", "北区赤羽1-2-3"), ("大阪府", "大阪市北区梅田4-5-6"))
    ]
    for typed, found in (
        ("東京都北区", made[:1]),
        ("大阪府大阪市", made[1:]),
        ("大阪府大阪市北区梅田", made[1:]),
        ("北区", made),
        ("東京都 北区", made[:1]),
        ("京都府北区", []),
    ):
        assert set(
            entity.model._default_manager.filter(matching(entity, typed)).values_list("pk", flat=True)
        ) == set(found), typed
        assert set(hits(typed, alice)) == set(found), typed
