"""A person before a screen: Debian's Chromium by Playwright, on a laptop or a telephone, in Japanese, signed in.

    @pytest.mark.browser
    def test_list(page, live_enishi):          # alice on a laptop
        page.goto("/contacts/")

    def test_two(browse):                      # anybody, as many as wanted
        bob, carol = browse("bob"), browse("carol", phone=True)
        stranger = browse(None)

Each page that is gone to is checked by axe (once per address, size, light and person) and for icons that don't exist; so is the one that stands at the end. A script error, a violation of the content security
policy, or a request to another host fails the test. What a test expects to be refused it names beforehand:
`page.expect_errors("409")`.
"""

import contextlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.environment import ARTIFACTS, ROOT, missing
from tests.support.program import Program

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
LAPTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
SLOWEST_MS = 15_000
SETTLED = 1.5  # seconds after which a page does nothing more of its own


def chromium() -> str | None:
    """Debian's Chromium, or another one on the path; without its own windows where it is there, whose toolbars draw themselves beside each page
    (a third of the time of these tests)."""
    return next(
        (
            found
            for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses the browser's fixtures carries the mark, and runs before the quick ones fill the queue."""
    for item in items:
        if {"page", "phone", "browse"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chrome() -> Iterator[Any]:
    """The browser, started once per process."""
    program = chromium()
    if program is None:
        missing("Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe's script, as npm brought it."""
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        missing("axe-core (npm ci)")
    return path.read_text()


class Watch:
    """What a page did that it must not."""

    def __init__(self, page: Any, url: str, axe: str) -> None:
        self.page, self.url, self.axe = page, url, axe
        self.troubles: list[str] = []
        self.expected: list[str] = []
        self.sent_at = (
            -SETTLED
        )  # when something was last sent: an undone toast reloads the page a moment later
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.troubles.append(f"{message.text} ({message.location.get('url', '')})")

    def _request(self, request: Any) -> None:
        if request.method == "POST":
            self.sent_at = time.monotonic()
        if not request.url.startswith((self.url, "data:", "blob:", "about:")):
            self.troubles.append(f"request to another host: {request.url}")

    def expect_errors(self, *patterns: str) -> None:
        """Troubles that match one of these don't fail the test."""
        self.expected += patterns

    def unexpected(self) -> list[str]:
        return [one for one in self.troubles if not any(re.search(pattern, one) for pattern in self.expected)]


def check_accessible(page: Any, *, ignore: tuple[str, ...] = ()) -> None:
    """Fails with what axe finds on the page as it stands (WCAG 2.2 A and AA, best practices not counted)."""
    watch: Watch = page.watch
    page.evaluate(
        "() => window.scrollTo(0, 0)"
    )  # what lies under the sticky bar at the moment is not too small
    page.evaluate(f"() => {{ if (!window.axe) {{ {watch.axe} }} }}")
    found = page.evaluate(
        """async (ignored) => {
            const rules = Object.fromEntries(ignored.map((id) => [id, {enabled: false}]));
            const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
            const result = await axe.run(document, {runOnly: {type: "tag", values: tags}, rules, resultTypes: ["violations"]});
            return result.violations.map((one) => `${one.id}: ${one.help}\\n` +
                one.nodes.slice(0, 5).map((node) => `    ${node.target.join(" ")}  ${node.failureSummary.split("\\n").slice(1).join(";")}`).join("\\n"));
        }""",
        list(ignore),
    )
    assert not found, f"axe on {page.url}:\n" + "\n".join(found)


def check_icons(page: Any) -> None:
    """Fails where the page shows an icon that the sprite lacks: it would be an empty place."""
    missing_icons = page.evaluate(
        """async () => {
            const named = [...document.querySelectorAll("svg use")].map((one) => one.getAttribute("href").split("#"));
            const sprites = Object.fromEntries(await Promise.all(
                [...new Set(named.map((one) => one[0]))].map(async (file) => [file, await (await fetch(file)).text()])));
            return [...new Set(named.filter(([file, id]) => !sprites[file].includes(`id="${id}"`)).map((one) => one[1]))];
        }"""
    )
    assert not missing_icons, f"icons that the sprite lacks on {page.url}: {missing_icons}"


_LOOKED_AT: set[tuple[str, str, str]] = set()  # by this process


def _dress(page: Any, url: str, axe: str, look: str) -> None:
    page.watch = Watch(page, url, axe)
    page.expect_errors = page.watch.expect_errors
    page.set_default_timeout(SLOWEST_MS)
    plain = page.goto

    def goto(address: str, **options: Any) -> Any:
        answer = plain(address, **options)
        if answer is not None and "text/html" in answer.headers.get("content-type", ""):
            # The same page of another record is looked at once per size and light; how it stands at the end, in every test.
            seen = (re.sub(r"\d+", "0", address), str(page.viewport_size), look)
            if seen not in _LOOKED_AT:
                check_accessible(page)
                check_icons(page)
                _LOOKED_AT.add(seen)
        return answer

    page.goto = goto


Browse = Callable[..., Any]


@pytest.fixture
def browse(
    chrome: Any, axe_source: str, live_enishi: Program, request: pytest.FixtureRequest
) -> Iterator[Browse]:
    """Opens a browser of its own for alice, bob, carol, a user, or (None) a stranger."""
    contexts: list[Any] = []

    def open_for(who: Any = "alice", *, phone: bool = False, **options: Any) -> Any:
        context = chrome.new_context(
            base_url=live_enishi.url,
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            accept_downloads=True,
            **{**(PHONE if phone else LAPTOP), **options},
        )
        contexts.append(context)
        if who is not None:
            with live_enishi.data():
                user = live_enishi.person(who) if isinstance(who, str) else who
                key = live_enishi.session(user)
            context.add_cookies(
                [
                    {
                        "name": "enishi_session",
                        "value": key,
                        "url": live_enishi.url,
                        "httpOnly": True,
                        "sameSite": "Lax",
                    }
                ]
            )
        page = context.new_page()
        _dress(page, live_enishi.url, axe_source, f"{who} {options}")
        return page

    yield open_for
    for page in (page for context in contexts for page in context.pages if hasattr(page, "watch")):
        left = page.watch.sent_at + SETTLED - time.monotonic()
        if left > 0:
            page.wait_for_timeout(left * 1000)
    pages = [page for context in contexts for page in context.pages if hasattr(page, "watch")]
    failed = getattr(request.node, "failed", False)
    try:
        for number, page in enumerate(pages):
            with contextlib.suppress(Exception):
                page.screenshot(path=_shot(request.node.nodeid, number), full_page=False)
        if not failed:
            for page in pages:
                if page.url.startswith(live_enishi.url):
                    check_accessible(page)
                assert not page.watch.unexpected(), "\n".join(page.watch.unexpected())
    finally:
        # Chromium 156 never answers a close that meets a reload on its way (an undone toast reloads after a moment): leave first.
        for context in contexts:
            for page in context.pages:
                with contextlib.suppress(Exception):
                    page.goto("about:blank", timeout=5_000)
            context.close()


def _shot(nodeid: str, number: int) -> Path:
    name = re.sub(r"[^\w.-]+", "_", nodeid.replace("/", ".").removeprefix("tests."))
    return ARTIFACTS / f"{name}{f'-{number}' if number else ''}.png"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Lets the fixtures know that the test itself failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call" and report.failed:
        item.failed = True  # type: ignore[attr-defined]


@pytest.fixture
def page(browse: Browse) -> Any:
    """alice before a laptop."""
    return browse("alice")


@pytest.fixture
def phone(browse: Browse) -> Any:
    """alice with a telephone."""
    return browse("alice", phone=True)
