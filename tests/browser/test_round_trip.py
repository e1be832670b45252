"""A list goes out, is corrected by somebody, and comes back: only what changed is asked about, decided by mouse and by keyboard."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enishi.exchange.readers import open_tables
from enishi.exchange.roundtrip.tests.sheets import save
from enishi.people.models import Account
from enishi.records import registry, write
from tests.browser.company import build

pytestmark = [pytest.mark.each_database, pytest.mark.browser, pytest.mark.row("B3")]
SHOTS = os.environ.get("ENISHI_TEST_SHOTS", "")  # a folder for pictures of every state, for people


@pytest.fixture
def shoot(browse: Any) -> Callable[[Any, str], None]:
    """Takes a page's picture at both sizes, light and dark, where somebody wants them."""

    def take(page: Any, name: str) -> None:
        if not SHOTS:
            return
        phone = browse("alice", phone=True)
        phone.goto(page.url)
        for one, size in ((page, "laptop"), (phone, "phone")):
            for scheme in ("light", "dark"):
                one.emulate_media(color_scheme=scheme)
                one.screenshot(path=f"{SHOTS}/{name}-{size}-{scheme}.png", full_page=size == "phone")
            one.emulate_media(color_scheme="light")

    return take


def test_a_sheet_is_corrected_and_brought_back(
    page: Any, live_enishi: Any, tmp_path: Path, shoot: Any
) -> None:
    with live_enishi.data():
        alice, bob = live_enishi.person("alice"), live_enishi.person("bob")
        first, long_name, third = build(alice)["accounts"][:3]
        write.write(
            registry.get("account"),
            long_name.pk,
            {"note": "春の総会で名刺交換。予算は秋に決まる。"},
            by=alice,
        )
    page.goto("/accounts/?columns=phone,rank,note,owner&sort=sort_key")
    page.click("button:has-text('書き出し')")
    page.check("dialog >> text=Excelで直して戻す")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/export-laptop.png")
    with page.expect_download() as download:
        page.click("dialog button:has-text('書き出す')")
    path = tmp_path / "取引先.xlsx"
    rows = [list(row) for row in open_tables(Path(download.value.path()), "x.xlsx")[0].rows()]
    assert rows[0] == ["名前", "電話", "ランク", "備考", "担当", "Enishi番号（消さないでください）"]
    at = {row[0]: row for row in rows}
    at[first.name][1:3] = ["03-9999-0001", "S"]
    at[long_name.name][1] = "048-999-0002"
    at[long_name.name][3] = "春の総会で名刺交換。秋にもう一度訪問する。"
    at[third.name][2] = "A"
    at["有限会社みどり07商事"][2] = "とても良い"
    rows.remove(at["有限会社みどり08商事"])
    rows.append(["合同会社あたらしい暮らし研究所", "06-1234-5678", "B", "", "", ""])
    rows.append([first.name, "", "", "", "", ""])
    save(path, rows, "xlsx")
    with live_enishi.data():
        account = registry.get("account")
        write.write(account, long_name.pk, {"note": "予算は来年に持ち越し。"}, by=bob)
        write.write(account, long_name.pk, {"phone": "048-111-2222"}, by=bob)
        write.write(account, third.pk, {"phone": "03-5555-0003"}, by=bob)
    page.goto("/import/")
    page.set_input_files("input[type=file]", str(path))
    page.wait_for_url("**/sheet/")
    page.wait_for_selector("#round-bar", timeout=30_000)
    assert "4件を反映します" not in page.inner_text("#round-bar")
    assert [text.replace("\n", " ") for text in page.locator(".tab").all_inner_texts()] == [
        "どちらも変更 1", "シートで変更 1", "両方の変更を合わせる 1", "新しい行 2", "シートにない 1", "読めないセル 1",
    ]  # fmt: skip
    for tab in ("ask", "changed", "both", "new", "gone", "bad"):
        page.goto(f"{page.url.split('?')[0]}?tab={tab}")
        shoot(page, tab)
    page.click(".tab:has-text('どちらも変更')")
    assert "馬場 勉さん" in page.inner_text(".round-ask")
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.wait_for_selector("#round-bar:has-text('4件')")
    page.keyboard.press("2")
    page.wait_for_selector("#round-bar:has-text('何も書き込みません')")  # no question is left
    shoot(page, "answered")
    page.click(".tab:has-text('シートにない')")
    page.check(".round-row input")
    page.wait_for_selector("#round-bar:has-text('5件')")
    page.click(".tab:has-text('新しい行')")
    assert page.locator(".round-row input").first.is_checked()
    assert "すでにあります" in page.inner_text(".round-row >> nth=1")
    page.click("#round-bar button:has-text('反映する')")
    page.wait_for_selector("[data-status=done]", timeout=30_000)
    shoot(page, "done")
    with live_enishi.data():
        held = {one.pk: one for one in Account.objects.all()}
        assert (held[first.pk].phone, held[first.pk].rank) == ("03-9999-0001", "S")
        assert held[long_name.pk].phone == "048-999-0002"
        assert held[long_name.pk].note == "予算は来年に持ち越し。"
        assert (held[third.pk].phone, held[third.pk].rank) == ("03-5555-0003", "A")
        assert any(one.name.startswith("合同会社あたらしい") for one in held.values())
        assert sum(one.deleted_at is not None for one in held.values()) == 1
    page.click("button:has-text('この反映を取り消す')")
    page.wait_for_selector("text=反映を取り消しました", timeout=30_000)
    with live_enishi.data():
        one = Account.objects.get(pk=first.pk)
        assert (one.phone, one.rank) == ("03-1234-5678", "A")


def test_a_sheet_without_changes_says_so(page: Any, live_enishi: Any, tmp_path: Path, shoot: Any) -> None:
    with live_enishi.data():
        build(live_enishi.person("alice"))
    page.goto("/accounts/")
    with page.expect_download() as download:
        page.evaluate("location.href = '/accounts/export/?format=cp932&back=1'")
    path = tmp_path / "取引先.csv"
    path.write_bytes(Path(download.value.path()).read_bytes())
    page.goto("/import/")
    page.set_input_files("input[type=file]", str(path))
    page.wait_for_selector("text=変わったところはありません", timeout=30_000)
    shoot(page, "empty")
    page.click("button:has-text('ふつうの台帳として取り込む')")
    page.wait_for_selector("text=列の行き先")
