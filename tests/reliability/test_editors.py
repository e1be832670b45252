"""Twenty people save on the same records at once, through the running program (threats.md, bars)."""

import http.client
import os
import random
import threading
import time
import urllib.parse
from typing import Any

import pytest

from tests.support.program import Program

EDITORS, RECORDS = 20, 10
SECONDS = float(os.environ.get("ENISHI_TEST_SECONDS", "8"))  # by hand: 60
FIELDS = ("note", "industry", "source", "building")

pytestmark = pytest.mark.slow


class Editor(threading.Thread):
    """Opens a record, thinks, and saves a field with the version that was shown."""

    def __init__(self, program: Program, cookie: str, number: int, keys: list[int], end: float) -> None:
        super().__init__()
        self.program, self.cookie, self.number, self.keys, self.end = program, cookie, number, keys, end
        self.draw = random.Random(number)  # noqa: S311 (a test)
        self.accepted: list[tuple[int, str, str]] = []
        self.refused = 0
        self.odd: list[tuple[int, str]] = []

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, str]:
        """One request of this person."""
        held = http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=60)
        token = "t" * 32
        headers = {
            "Host": f"localhost:{self.program.port}",
            "Cookie": f"{SESSION}={self.cookie}; {CSRF}={token}",
            "HX-Request": "true",
            "X-CSRFToken": token,
            "Origin": self.program.url,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        held.request(method, path, urllib.parse.urlencode(body or {}), headers)
        answer = held.getresponse()
        text = answer.read().decode()
        held.close()
        return answer.status, text

    def run(self) -> None:
        """Until the time is over."""
        count = 0
        while time.monotonic() < self.end:
            key, name = self.draw.choice(self.keys), self.draw.choice(FIELDS)
            status, form = self.ask("GET", f"/accounts/{key}/field/{name}/?edit")
            if status != 200:
                self.odd.append((status, f"{key} {form[:300]}"))
                continue
            version = form.split('name="version" value="')[1].split('"')[0]
            time.sleep(self.draw.random() * 0.05)
            count += 1
            value = f"編集者{self.number}の{count}回目"
            status, text = self.ask(
                "POST", f"/accounts/{key}/field/{name}/", {"version": version, name: value}
            )
            if status == 200:
                self.accepted.append((key, name, value))
            elif status == 409 and "さんの値" in text:
                self.refused += 1
            else:
                self.odd.append((status, text[:300]))


@pytest.mark.row("A9")
def test_no_accepted_save_is_lost_and_the_others_are_told(live_enishi: Program) -> None:
    global SESSION, CSRF
    with live_enishi.data():
        from django.conf import settings

        from enishi.access.models import User
        from enishi.people.models import Account
        from enishi.records import registry, write
        from enishi.records.models import Event

        SESSION, CSRF = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
        entity, alice = registry.get("account"), live_enishi.person("alice")
        keys = [write.create(entity, {"name": f"取引先{n}"}, by=alice).record.pk for n in range(RECORDS)]
        people = [
            User.objects.create_user(email=f"e{n}@example.jp", password="x", name=f"編集 {n}", role="member")
            for n in range(EDITORS)
        ]
        cookies = [live_enishi.session(user) for user in people]
        end = time.monotonic() + SECONDS
        editors = [Editor(live_enishi, cookie, n, keys, end) for n, cookie in enumerate(cookies)]
        for one in editors:
            one.start()
        for one in editors:
            one.join()
        odd = [text for one in editors for text in one.odd]
        assert not odd, odd[:3]
        accepted = [save for one in editors for save in one.accepted]
        assert len(accepted) > EDITORS
        history: dict[tuple[int, str], list[tuple[Any, Any]]] = {}
        for event in Event.objects.filter(entity="account", kind="changed").order_by("record_id", "version"):
            for name, change in event.data["changes"].items():
                history.setdefault((event.record_id, name), []).append(tuple(change))
        told = {(key, name, new) for (key, name), changes in history.items() for _old, new in changes}
        assert set(accepted) == told, "what was accepted is what the history tells"
        for (key, name), changes in history.items():
            # Nobody overwrote what he had not seen: each change begins where the one before ended.
            assert all(later[0] == earlier[1] for earlier, later in zip(changes, changes[1:], strict=False))
            assert getattr(Account.objects.get(pk=key), name) == changes[-1][1]


SESSION = CSRF = ""
