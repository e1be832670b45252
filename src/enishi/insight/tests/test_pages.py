"""Reports and dashboards as pages: kept, shared, counted for who looks, taken out by who may."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from enishi.access.models import AccessLog, Role, User
from enishi.access.rights import RECORD_ACTIONS
from enishi.insight import fiscal, ready
from enishi.insight.models import Dashboard, FiscalYear, Report
from enishi.insight.reports import engine
from enishi.insight.reports.shown import show
from enishi.insight.reports.spec import Spec
from enishi.records import registry, write
from enishi.records.testing import HTMX
from enishi.sales.models import Issuer

pytestmark = [pytest.mark.django_db, pytest.mark.row("F4")]
FORM = {
    "entity": "account", "name": "業種ごと", "row0": "industry", "measure": ["count", "sum:employees"], "share": "all", "chart": "bar",
    "filter": json.dumps({"field": "status", "op": "is", "value": "active"}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    engine.forget()
    yield
    fiscal.forget()


@pytest.fixture
def accounts(alice: User, bob: User) -> None:
    rows = [
        {"name": f"社{n}", "industry": "製造" if n % 2 else "小売<b>", "employees": n, "status": "active" if n < 5 else "prospect",
         "owner": (alice if n < 3 else bob).pk}
        for n in range(7)
    ]  # fmt: skip
    write.create_many(registry.get("account"), rows, by=alice, operation=None)


def test_a_report_is_built_kept_shown_and_leads_to_its_records(as_alice: Client, accounts: None) -> None:
    answer = as_alice.get("/reports/preview/", FORM)
    assert "小売&lt;b&gt;" in answer.text and "<b>小売" not in answer.text
    answer = as_alice.post("/reports/new/", {**FORM, "name": ""})
    assert answer.status_code == 422 and "名前を入力" in answer.text
    answer = as_alice.post("/reports/new/", FORM, follow=True)
    row = Report.objects.get()
    assert answer.redirect_chain == [(f"/reports/{row.pk}/", 302)]
    shown = show(Spec.of(row.entity, row.spec), row.owner)
    assert [(line.labels, [cell.value for cell in line.total]) for line in shown.rows] == [
        (["小売<b>"], [3, 6]),
        (["製造"], [2, 4]),
    ]
    url = shown.rows[0].total[0].url
    assert url in unescape(answer.text)
    listed = as_alice.get(url).text
    assert all(name in listed for name in ("社0", "社2", "社4")) and "社1<" not in listed
    assert "<svg" in answer.text and "style=" not in answer.text


def test_who_sees_changes_and_deletes_a_report(
    as_alice: Client, as_bob: Client, as_carol: Client, accounts: None
) -> None:
    as_alice.post("/reports/new/", {**FORM, "share": "mine"})
    row = Report.objects.get()
    assert as_bob.get(f"/reports/{row.pk}/").status_code == 404
    as_alice.post(f"/reports/{row.pk}/edit/", FORM)
    assert as_bob.get(f"/reports/{row.pk}/").status_code == 200
    assert as_carol.get(f"/reports/{row.pk}/").status_code == 200  # a viewer looks, and takes nothing out
    assert as_carol.get(f"/reports/{row.pk}/export/").status_code == 403
    assert as_bob.post(f"/reports/{row.pk}/edit/", FORM).status_code == 403
    assert as_bob.post(f"/reports/{row.pk}/delete/").status_code == 403
    assert as_carol.post("/reports/new/", FORM).status_code == 403
    answer = as_alice.post(f"/reports/{row.pk}/delete/", follow=True)
    assert (
        f"/reports/{row.pk}/restore/" in answer.text.encode().decode("unicode_escape", "ignore")
        or "restore" in answer.text
    )
    assert as_alice.get(f"/reports/{row.pk}/").status_code == 404
    as_alice.post(f"/reports/{row.pk}/restore/")
    assert as_alice.get(f"/reports/{row.pk}/").status_code == 200
    assert Report.objects.count() == 1
    assert f"from={row.pk}" in as_alice.get(f"/reports/{row.pk}/").text
    assert "の写し" in as_alice.get(f"/reports/new/?from={row.pk}").text


def _options(page: str) -> dict[str, bool]:
    """What the builder offers to report about, and whether it is chosen."""
    select = page[page.index('id="b-entity"') :].partition("</select>")[0]
    found = re.findall(r'<option value="([^"]+)"( selected)?>', select)
    return {name: bool(chosen) for name, chosen in found}


def test_a_report_about_lines_is_copied_and_kept(client: Client, as_alice: Client, bob: User) -> None:
    page = as_alice.get("/reports/new/?from=sales-by-product").text
    offered = _options(page)
    assert [name for name, chosen in offered.items() if chosen] == ["order_line"]
    assert {"invoice_line", "payment", "terms", "affiliation"} <= set(offered)
    assert not {"pipeline", "stage"} & set(offered)
    names = list(offered)
    assert names[names.index("order") + 1] == "order_line"
    kept = {"entity": "order_line", "name": "商品ごと", "row0": "product", "measure": ["sum:amount", "count"]}
    assert as_alice.post("/reports/new/", kept).status_code == 302
    assert Report.objects.get().entity == "order_line"
    rights = {
        "default": dict.fromkeys(RECORD_ACTIONS, "all"),
        "entities": {"order": dict.fromkeys(RECORD_ACTIONS, "none")},
    }
    bob.role = Role.objects.create(name="受注なし", rights=rights).key
    bob.save()
    client.force_login(bob)
    assert not {"order", "order_line"} & set(_options(client.get("/reports/new/?entity=account").text))


def test_files_hold_figures_and_what_they_are_about(as_alice: Client, accounts: None, alice: User) -> None:
    from python_calamine import CalamineWorkbook

    as_alice.post("/reports/new/", FORM)
    row = Report.objects.get()
    answer = as_alice.get(f"/reports/{row.pk}/export/?format=xlsx")
    import io

    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[0][0] == "業種ごと"
    assert ["小売<b>", 3, 6] in rows and ["合計", 5, 10] in rows
    text = b"".join(as_alice.get(f"/reports/{row.pk}/export/?format=csv").streaming_content).decode(
        "utf-8-sig"
    )
    assert "製造,2,4" in text
    assert AccessLog.objects.filter(action="export", user=alice, entity="account").count() == 2


def test_what_a_role_hides_is_in_no_report(
    client: Client, as_alice: Client, bob: User, accounts: None
) -> None:
    as_alice.post("/reports/new/", FORM)
    row = Report.objects.get()
    rights = {"default": dict.fromkeys(RECORD_ACTIONS, "own"), "fields": {"account": {"employees": "hidden"}}}
    bob.role = Role.objects.create(name="狭い", rights=rights).key
    bob.save()
    client.force_login(bob)
    answer = client.get(f"/reports/{row.pk}/")
    assert answer.status_code == 422 and "権限" in answer.text
    assert "sum:employees" not in client.get("/reports/new/?entity=account").text
    preview = client.get("/reports/preview/", {**FORM, "measure": "count"})
    assert "製造" in preview.text
    shown = client.get("/reports/preview/", {**FORM, "measure": "sum:employees"})
    assert "権限" in shown.text and "<table" not in shown.text
    drill = client.get("/accounts/").text
    assert "社0" not in drill and "社3" in drill


def test_ready_dashboards_answer_tile_by_tile(as_alice: Client, accounts: None) -> None:
    assert "経営者" in as_alice.get("/reports/").text
    for key in ready.DASHBOARDS:
        page = as_alice.get(f"/dashboards/{key}/")
        tiles = page.text.count('class="sheet tile')
        assert tiles >= 4
        for place in range(tiles):
            answer = as_alice.get(f"/dashboards/{key}/tiles/{place}/")
            assert answer.status_code == 200 and 'role="alert"' not in answer.text
        assert as_alice.get(f"/dashboards/{key}/tiles/{tiles}/").status_code == 404


def test_a_dashboard_of_ones_own(as_alice: Client, as_bob: Client, accounts: None) -> None:
    as_alice.post("/reports/new/", {**FORM, "share": "mine"})
    key = str(Report.objects.get().pk)
    form = {
        "name": "朝会",
        "share": "all",
        "report": [key, "pipeline"],
        "width": ["wide", "half"],
        "look": ["table", "chart"],
    }
    answer = as_alice.post("/dashboards/new/", form, follow=True)
    board = Dashboard.objects.get()
    assert board.tiles[0] == {"report": key, "wide": True, "look": "table"} and "朝会" in answer.text
    assert "小売" in as_alice.get(f"/dashboards/{board.pk}/tiles/0/").text
    assert (
        "共有されていません" in as_bob.get(f"/dashboards/{board.pk}/tiles/0/").text
    )  # the report is alice's alone
    assert as_bob.post(f"/dashboards/{board.pk}/edit/", form).status_code == 403
    as_alice.post(f"/dashboards/{board.pk}/edit/", {**form, "report": ["pipeline", key]})
    board.refresh_from_db()
    assert [one["report"] for one in board.tiles] == ["pipeline", key]
    as_alice.post(f"/dashboards/{board.pk}/delete/")
    assert as_alice.get(f"/dashboards/{board.pk}/").status_code == 404
    as_alice.post(f"/dashboards/{board.pk}/restore/")
    assert as_alice.get(f"/dashboards/{board.pk}/").status_code == 200


def test_a_report_goes_on_a_dashboard_from_its_own_page(
    as_alice: Client, as_bob: Client, bob: User, accounts: None
) -> None:
    page = as_bob.get("/reports/pipeline/").text
    assert "/reports/pipeline/dashboard/" in page and "ダッシュボードに載せる" in page
    asked = as_bob.get("/reports/pipeline/dashboard/", headers=HTMX).text
    assert "新しいダッシュボードの名前" in asked
    assert as_bob.post("/reports/pipeline/dashboard/", {"name": " "}, headers=HTMX).status_code == 422
    answer = as_bob.post("/reports/pipeline/dashboard/", {"name": "朝会", "look": "table"}, headers=HTMX)
    board = Dashboard.objects.get()
    assert answer.headers["HX-Redirect"] == f"/dashboards/{board.pk}/"
    assert (board.name, board.owner) == ("朝会", bob)
    assert "朝会" in as_bob.get("/reports/open-amount/dashboard/", headers=HTMX).text
    sent = {"board": board.pk, "look": "x", "width": "wide"}
    as_bob.post("/reports/open-amount/dashboard/", sent)
    board.refresh_from_db()
    assert board.tiles == [
        {"report": "pipeline", "wide": False, "look": "table"}, {"report": "open-amount", "wide": True, "look": "chart"},
    ]  # fmt: skip
    Dashboard.objects.update(share="mine")
    assert as_alice.post("/reports/pipeline/dashboard/", sent).status_code == 404
    Dashboard.objects.update(share="all", tiles=[board.tiles[0]] * 24)
    assert as_bob.post("/reports/pipeline/dashboard/", sent, headers=HTMX).status_code == 422
    assert as_bob.get("/reports/no-such/dashboard/").status_code == 404


def test_amounts_say_whether_they_are_with_tax(as_alice: Client, alice: User) -> None:
    write.create(registry.get("deal"), {"name": "更新", "amount": "1000"}, by=alice)
    order = {"name": "注文", "lines": [{"text": "紙", "quantity": "1", "unit_price": "100"}]}
    write.create(registry.get("order"), order, by=alice)
    assert "金額の合計（税抜）" in as_alice.get("/reports/open-amount/").text
    orders = registry.get("order").field("total").label
    assert f"{orders}の合計（税込）" in as_alice.get("/reports/orders-by-month/").text
    tile = ready.DASHBOARDS["owner"].tiles.index(("orders-by-month", True))
    assert f"{orders}の合計（税込）" in as_alice.get(f"/dashboards/owner/tiles/{tile}/").text
    in_man = {**ready.REPORTS["open-amount"].spec, "man": True}
    assert show(Spec.of("deal", in_man), alice).measure_labels[0] == "金額の合計（税抜・万円）"
    Issuer.objects.create(pk=1, tax_mode="included")
    assert "金額の合計（税込）" in as_alice.get("/reports/open-amount/").text
    assert "受注と見込み（税込）" in as_alice.get("/forecast/").text


def test_the_fiscal_year_is_set_by_admins(as_alice: Client, as_bob: Client, alice: User) -> None:
    assert as_bob.get("/settings/fiscal-year/").status_code in {200, 403}
    admin = User.objects.create_user("root@example.jp", "x", name="管理", role="admin")
    client = Client()
    client.force_login(admin)
    assert client.post("/settings/fiscal-year/", {"first_month": "13"}).status_code == 422
    client.post("/settings/fiscal-year/", {"first_month": "10"})
    assert FiscalYear.objects.get().first_month == 10 == fiscal.first_month()


@pytest.mark.parametrize(
    "held",
    [
        {"row0": "nothing"}, {"measure": "sum:name"}, {"measure": "drop:amount"}, {"row0": "account.nothing"}, {"row0": "owner.password"},
        {"filter": "{"}, {"filter": '{"field":"password","op":"is","value":1}'}, {"entity": "stage\x00"}, {"period": "name", "span": "this_month"},
        {"top": "99999999999", "row0": "note\x00", "row0_edges": "１,²,-,1e9"},
    ],
)  # fmt: skip
def test_bad_questions_get_a_sentence(held: dict[str, str], as_alice: Client) -> None:
    answer = as_alice.get("/reports/preview/", {"entity": "deal", "measure": "count", **held})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text or held.get("filter") == "{"


@pytest.mark.parametrize("kind", ["bar", "stacked", "line", "funnel", "pie", "heat"])
def test_every_chart_is_drawn_for_every_shape_of_result(kind: str, alice: User, accounts: None) -> None:
    from enishi.insight.reports.charts import chart

    rows: list[dict[str, Any]] = [
        {"rows": [{"field": "industry"}]}, {"rows": [{"field": "created_at", "bucket": "month"}], "column": {"field": "status"}},
        {"rows": [{"field": "industry"}, {"field": "owner"}]}, {"rows": [{"field": "started_on"}], "filter": {"field": "name", "op": "is", "value": "x"}},
        {"rows": [{"field": "created_at", "bucket": "day"}], "period": "created_at", "span": "days_30", "compare": "before"},
        {"rows": [{"field": "industry"}], "measures": [{"op": "avg", "field": "open_amount"}]},
    ]  # fmt: skip
    for held in rows:
        drawn = chart(show(Spec.of("account", {**held, "chart": kind}), alice), 800, 340)
        assert "nan" not in drawn.lower().replace("nandescribe", "")
        assert not drawn or drawn.count("<svg class") == 2


def test_a_chart_without_room_for_all_lines_says_so(alice: User) -> None:
    from enishi.insight.reports.charts import chart

    rows = [{"name": f"店{number}", "industry": f"業種{number:02}"} for number in range(17)]
    write.create_many(registry.get("account"), rows, by=alice, operation=None)
    held = {"rows": [{"field": "industry"}], "chart": "bar"}
    shown = show(Spec.of("account", held), alice)
    assert chart(shown, 800).count("<text") == 2 * 15 and "15行まで" in shown.notes[0]
    assert show(Spec.of("account", {**held, "chart": "line"}), alice).notes == []


def test_the_stages_of_each_pipeline_are_a_funnel_of_their_own(alice: User, as_alice: Client) -> None:
    def with_pipeline(name: str) -> None:
        pipeline = write.create(registry.get("pipeline"), {"name": name}, by=alice).record
        stage = write.create(
            registry.get("stage"), {"name": "候補", "pipeline": pipeline.pk, "outcome": "open"}, by=alice
        ).record
        for number in range(2):
            write.create(
                registry.get("deal"),
                {"name": f"{name}{number}", "pipeline": pipeline.pk, "stage": stage.pk},
                by=alice,
            )

    with_pipeline("新規開拓")
    page = as_alice.get("/reports/pipeline/").text
    assert 'class="head"' not in page and "<svg" in page
    with_pipeline("保守契約")
    page = as_alice.get("/reports/pipeline/").text
    drawn = re.findall(r'class="head">([^<]+)<', page)
    assert drawn == ["新規開拓", "保守契約"] * 2  # once for wide windows, once for narrow ones
    assert "保守契約 の小計" not in page  # of one stage


def test_who_takes_out_less_than_he_sees_takes_no_report(alice: User) -> None:
    every = {"see": "all", "create": "all", "change": "all", "export": "own"}
    role = Role.objects.create(name="自", rights={"default": every, "entities": {}, "fields": {}})
    user = User.objects.create_user("own@example.jp", "とても長い合言葉です", name="自", role=role.key)
    write.create(registry.get("deal"), {"name": "他人の件", "amount": 1_234_567}, by=alice)
    client = Client()
    client.force_login(user)
    assert client.get("/reports/pipeline/").status_code == 200
    refused = client.get("/reports/pipeline/export/?format=csv")
    assert refused.status_code == 403 and "書き出せる範囲" in refused.text


def test_the_list_behind_a_figure_shows_what_was_added_up(alice: User, as_alice: Client) -> None:
    write.create(registry.get("order"), {"name": "トナー", "date": "2026-04-01"}, by=alice)
    form = {
        "entity": "order",
        "name": "売上",
        "row0": "status",
        "measure": ["count", "sum:net"],
        "share": "all",
        "chart": "",
    }
    page = as_alice.post("/reports/new/", form, follow=True).content.decode()
    links = re.findall(r'href="(/orders/\?[^"]*)"', unescape(page))
    shown = [link for link in links if "columns=" in link]
    assert shown and all(
        parse_qs(urlsplit(link).query)["columns"][0].split(",")[-1] == "net" for link in shown
    )
    assert "税抜" in as_alice.get(shown[0]).content.decode()
