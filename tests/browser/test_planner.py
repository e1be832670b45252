"""The calendar under mouse, finger and keys: what is planned, moved and stretched is stored; a visit's outcome is one screen."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.row("C4")]
TOKYO = ZoneInfo("Asia/Tokyo")
WEEK = datetime.date(2031, 3, 9)  # a Sunday on whose week nothing else stands


def made(live_enishi: Any, name: str, day: int, hour: int, **values: Any) -> int:
    """A task of alice's in that week; its key."""
    with live_enishi.data():
        from enishi.records import registry, write

        due = datetime.datetime.combine(WEEK + datetime.timedelta(days=day), datetime.time(hour))
        given = {"name": name, "kind": "visit", "due_at": due, "all_day": "", **values}
        return int(write.create(registry.get("task"), given, by=live_enishi.person("alice")).record.pk)


def stored(live_enishi: Any, key: int) -> tuple[int, str, bool, int | None]:
    """Day of the week, time, whether for the whole day, length."""
    with live_enishi.data():
        from enishi.work.models import Task

        task = Task.objects.get(pk=key)
        due = task.due_at.astimezone(TOKYO)
        return due.isoweekday() % 7, f"{due:%H:%M}", task.all_day, task.minutes


def drag(page: Any, entry: Any, to: tuple[float, float], grip: tuple[float, float] = (20, 10)) -> None:
    box = entry.bounding_box()
    page.mouse.move(box["x"] + grip[0], box["y"] + grip[1])
    page.mouse.down()
    page.mouse.move(box["x"] + grip[0] + 8, box["y"] + grip[1] + 2)
    page.mouse.move(*to, steps=6)
    with page.expect_response("**/calendar/move/"), page.expect_response("**/calendar/?*part=grid*"):
        page.mouse.up()
    expect(page.locator(".ghost, .moving")).to_have_count(0)


def test_plan_a_visit(page: Any, live_enishi: Any) -> None:
    page.goto("/today/")
    page.click(".side-link:has-text('予定')")
    page.wait_for_selector(".planner-week")
    page.click(".month-day.today .planner-plus")
    page.fill("#dialog [name=name]", "丸山商店を訪問")
    page.click("#dialog button.btn-primary")
    line = page.wait_for_selector(".month-day.today .month-one:has-text('丸山商店を訪問')")
    assert "10:00" in line.inner_text()
    with live_enishi.data():
        from enishi.work.models import Task

        made = Task.objects.get(name="丸山商店を訪問")
        assert (made.kind, made.all_day, made.minutes, made.due_at.astimezone(datetime.UTC).hour) == ("visit", False, 60, 1)  # fmt: skip


def test_the_mouse_moves_stretches_and_begins(page: Any, live_enishi: Any) -> None:
    key = made(live_enishi, "在庫の確認", 1, 10)
    page.goto(f"/calendar/?on={WEEK}")
    entry = page.locator(f"#cal-task-{key}")
    other = page.locator(".cal-hours").nth(3).bounding_box()
    hour = other["height"] / 24
    drag(page, entry, (other["x"] + 40, other["y"] + hour * 13 + 10))
    assert stored(live_enishi, key) == (3, "13:00", False, None)
    box = entry.bounding_box()
    drag(page, entry, (box["x"] + 30, box["y"] + hour * 1.5), (30, box["height"] - 3))
    assert stored(live_enishi, key) == (3, "13:00", False, 90)
    with page.expect_navigation():  # an undone toast reloads
        page.click("#toasts .toast-box:last-child button:has-text('元に戻す')")
    page.wait_for_selector(f"#cal-task-{key}[data-length='60']")
    top = page.locator(".cal-whole").nth(2).bounding_box()
    drag(page, entry, (top["x"] + 40, top["y"] + 10))
    assert stored(live_enishi, key)[:3] == (2, "00:00", True)
    page.goto(f"/calendar/?span=month&on={WEEK}")
    friday = page.locator(f"[data-date='{WEEK + datetime.timedelta(days=5)}']").bounding_box()
    drag(page, entry, (friday["x"] + 40, friday["y"] + 50))
    assert stored(live_enishi, key)[:3] == (5, "00:00", True)
    page.goto(f"/calendar/?on={WEEK}")
    column = page.locator(".cal-hours").nth(4).bounding_box()
    page.mouse.move(column["x"] + 60, column["y"] + hour * 9 + 2)
    page.mouse.down()
    page.mouse.move(column["x"] + 60, column["y"] + hour * 10 + 2, steps=4)
    page.mouse.move(column["x"] + 60, column["y"] + hour * 10.5, steps=4)
    page.mouse.up()
    page.wait_for_selector("#dialog [name=due_at]")
    assert page.input_value("#dialog [name=due_at]") == f"{WEEK + datetime.timedelta(days=4)}T09:00"
    assert page.input_value("#dialog [name=minutes]") == "90"


def test_without_the_network_all_goes_back_and_the_page_says_so(page: Any, live_enishi: Any) -> None:
    key = made(live_enishi, "納品の立会い", 4, 10)
    page.goto(f"/calendar/?on={WEEK}")
    page.expect_errors("ERR_INTERNET_DISCONNECTED")
    entry, other = page.locator(f"#cal-task-{key}"), page.locator(".cal-hours").nth(1).bounding_box()
    hour, told = (
        other["height"] / 24,
        page.locator("#toasts .toast-box.error:has-text('通信できませんでした')"),
    )
    was = entry.bounding_box()
    page.context.set_offline(True)
    page.mouse.move(was["x"] + 20, was["y"] + 10)
    page.mouse.down()
    page.mouse.move(other["x"] + 40, other["y"] + hour * 13, steps=6)
    page.mouse.up()
    expect(told).to_have_count(1)
    expect(page.locator(".ghost, .moving, .dragging")).to_have_count(0)
    assert entry.bounding_box() == was
    page.mouse.click(other["x"] + 60, other["y"] + hour * 11)  # an empty place: the form can't come
    expect(told).to_have_count(2)
    expect(page.locator("#dialog form")).to_have_count(0)
    page.context.set_offline(False)
    assert stored(live_enishi, key)[:2] == (4, "10:00")
    drag(page, entry, (other["x"] + 40, other["y"] + hour * 13 + 10))
    assert stored(live_enishi, key)[:2] == (1, "13:00")
    undo = page.locator("#toasts .toast-box button:has-text('元に戻す')")
    page.context.set_offline(True)
    undo.click()
    expect(told).to_have_count(3)
    page.context.set_offline(False)
    with page.expect_navigation():  # the way back is still there
        undo.click()
    assert stored(live_enishi, key)[:2] == (4, "10:00")


def test_keys_move_it_and_say_so(page: Any, live_enishi: Any) -> None:
    key = made(live_enishi, "見積の持参", 2, 10, minutes=60)
    page.goto(f"/calendar/?on={WEEK}")
    page.locator(f"#cal-task-{key} a").focus()
    page.keyboard.press("Space")
    for pressed in ("ArrowRight", "ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(pressed)
    assert "3/12(水) 10:15〜11:30" in page.inner_text("#cal-says")
    with page.expect_response("**/calendar/?*part=grid*"):
        page.keyboard.press("Space")
    expect(page.locator(f"#cal-task-{key} a")).to_be_focused()
    assert stored(live_enishi, key) == (3, "10:15", False, 75)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert page.locator(".ghost").count() == 0
    assert stored(live_enishi, key) == (3, "10:15", False, 75)


def test_a_long_press_moves_and_a_swipe_scrolls(browse: Any, live_enishi: Any) -> None:
    key = made(live_enishi, "定期訪問", 3, 10)
    phone = browse("alice", phone=True)
    phone.goto(f"/calendar/?span=day&on={WEEK + datetime.timedelta(days=3)}")
    finger = phone.context.new_cdp_session(phone)

    def touch(kind: str, *point: float) -> None:
        points = [{"x": point[0], "y": point[1]}] if point else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    box = phone.locator(f"#cal-task-{key}").bounding_box()
    x, y = box["x"] + 60, box["y"] + 15
    touch("touchStart", x, y)
    for step in range(1, 8):
        touch("touchMove", x, y - step * 10)
        phone.wait_for_timeout(16)
    touch("touchEnd")
    phone.wait_for_timeout(400)
    assert stored(live_enishi, key)[1] == "10:00"
    assert phone.url.endswith(f"on={WEEK + datetime.timedelta(days=3)}")
    box = phone.locator(f"#cal-task-{key}").bounding_box()
    hour = phone.locator(".cal-hours").bounding_box()["height"] / 24
    x, y = box["x"] + 60, box["y"] + 15
    touch("touchStart", x, y)
    phone.wait_for_timeout(500)
    for step in range(1, 9):
        touch("touchMove", x, y + hour * 2 * step / 8)
        phone.wait_for_timeout(20)
    with phone.expect_response("**/calendar/move/"):
        touch("touchEnd")
    phone.wait_for_selector("#toasts .toast-box:has-text('12:00')")
    assert stored(live_enishi, key)[1] == "12:00"


def test_a_line_of_the_month_is_tapped_as_a_whole(phone: Any, live_enishi: Any) -> None:
    made(live_enishi, "月の一件", 4, 9)
    phone.goto(f"/calendar/?span=month&on={WEEK}")
    assert phone.locator(".month-one > a:has-text('月の一件')").bounding_box()["height"] >= 40


def test_what_one_may_not_change_stays(browse: Any, live_enishi: Any) -> None:
    key = made(live_enishi, "部長の訪問", 5, 10)
    carol = browse("carol")
    carol.goto(f"/calendar/?who=all&on={WEEK}")
    entry = carol.locator(f"#cal-task-{key}")
    box = entry.bounding_box()
    carol.mouse.move(box["x"] + 20, box["y"] + 10)
    carol.mouse.down()
    carol.mouse.move(box["x"] + 20, box["y"] + 80, steps=5)
    assert carol.locator(".ghost").count() == 0
    carol.mouse.up()
    assert carol.locator(".planner-plus").count() == 0
    assert stored(live_enishi, key)[1] == "10:00"


def test_the_outcome_of_a_visit_is_one_screen_and_undone_at_once(browse: Any, live_enishi: Any) -> None:
    with live_enishi.data():
        from enishi.records import registry, write

        account = write.create(
            registry.get("account"), {"name": "㈱近藤鉄工"}, by=live_enishi.person("alice")
        )
    now = datetime.datetime.now(TOKYO).replace(tzinfo=None, second=0, microsecond=0)
    about = f"account:{account.record.pk}"
    key = made(live_enishi, "新型機の説明", 0, 10, about=about, due_at=now, minutes=45)
    phone = browse("alice", phone=True)
    phone.goto("/today/")
    phone.tap(f"#today-task-{key} button[aria-label*='記録']")
    phone.wait_for_selector("#dialog :text('㈱近藤鉄工')")
    phone.tap("#dialog .choice:has-text('継続')")
    phone.fill("#dialog [name=text]", "先方は来月に決めるとのこと")
    phone.tap("#dialog button:has-text('2週間後')")
    phone.fill("#dialog [name=todo_name]", "見積書を送る")
    phone.tap("#dialog button:has-text('保存')")
    phone.wait_for_selector("#toasts .toast-box:has-text('記録しました')")

    def now_there() -> tuple[int, list[str], bool]:
        with live_enishi.data():
            from enishi.work.models import Activity, Task

            ahead = Task.objects.filter(about=about, done_at=None, deleted_at=None).order_by("kind")
            done = Task.objects.get(pk=key).done_at is not None
            return (
                Activity.objects.filter(about=about, deleted_at=None).count(),
                [one.kind for one in ahead],
                done,
            )

    assert now_there() == (1, ["todo", "visit"], True)
    with phone.expect_navigation():  # an undone toast reloads
        phone.tap("#toasts button:has-text('元に戻す')")
    phone.wait_for_selector(f"#today-task-{key}")
    assert now_there() == (0, ["visit"], False)


def test_the_column_of_nobody_gives_and_takes_nothing(page: Any, live_enishi: Any) -> None:
    key, free = made(live_enishi, "定例の訪問", 6, 10), made(live_enishi, "誰かが行く", 6, 10, owner=None)
    page.goto(f"/calendar/?span=day&who=all&on={WEEK + datetime.timedelta(days=6)}")
    nobody = page.locator("[data-owner=''] .cal-hours")
    place = nobody.bounding_box()
    held, hour = page.locator(f"#cal-task-{key}"), place["height"] / 24
    was = held.bounding_box()
    page.mouse.move(was["x"] + 20, was["y"] + 10)
    page.mouse.down()
    page.mouse.move(was["x"] + 28, was["y"] + 12)
    page.mouse.move(place["x"] + 40, place["y"] + hour * 14, steps=6)
    expect(nobody.locator(".ghost")).to_have_count(0)
    page.mouse.up()
    expect(page.locator(".ghost, .moving, .dragging")).to_have_count(0)
    assert stored(live_enishi, key)[:2] == (6, "10:00")
    mine = page.locator(f".month-day:has(#cal-task-{key}) .cal-hours").bounding_box()
    drag(page, page.locator(f"#cal-task-{free}"), (mine["x"] + 40, mine["y"] + hour * 12 + 10))
    with live_enishi.data():
        from enishi.work.models import Task

        assert Task.objects.get(pk=free).owner_id == live_enishi.person("alice").pk
