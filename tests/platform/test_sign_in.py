"""Signing in, out, and what strangers may learn by trying (threats.md, Signing in)."""

import re
import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from enishi.access import invitations, staff
from enishi.access.models import User
from enishi.connect.urls import API
from tests.support.mail import Sink
from tests.support.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, mail: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/signin/", {"login": mail, "password": password, **more})


def is_in(client: Client) -> bool:
    return bool(client.get("/me/").status_code == 200)


@pytest.mark.row("F2")
class TestSigningIn:
    def test_right_password_opens_and_the_session_key_changes(self, client: Client, alice: User) -> None:
        client.get("/signin/")
        client.session["kept"] = 1
        before = client.session.session_key
        answer = sign_in(client, "Alice@Example.JP ")
        assert answer.status_code == 302
        assert answer["Location"] == "/today/"
        assert client.session.session_key != before
        assert is_in(client)

    def test_wrong_password_says_so_in_japanese_and_keeps_the_address(
        self, client: Client, alice: User
    ) -> None:
        answer = sign_in(client, alice.email, "wrong-password")
        assert answer.status_code == 422
        assert "メールアドレスまたはパスワードが違います" in answer.content.decode()
        assert alice.email in answer.content.decode()
        assert not is_in(client)

    def test_same_words_for_known_and_unknown_addresses(self, client: Client, alice: User) -> None:
        known = sign_in(client, alice.email, "wrong-password").content.decode()
        unknown = sign_in(client, "nobody@example.jp", "wrong-password").content.decode()
        token = re.compile(r'(csrf[^>]*(value|content)="|content=")[^"]*"')
        assert token.sub("", known).replace(alice.email, "") == token.sub("", unknown).replace(
            "nobody@example.jp", ""
        )

    def test_similar_time_for_known_and_unknown_addresses(
        self, client: Client, alice: User, settings: Any
    ) -> None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        settings.ACCOUNT_RATE_LIMITS = False
        alice.set_password(PASSWORD)
        alice.save()
        times: dict[str, list[float]] = {alice.email: [], "nobody@example.jp": []}
        for _round in range(6):
            for mail, taken in times.items():
                began = time.perf_counter()
                sign_in(client, mail, "wrong-password")
                taken.append(time.perf_counter() - began)
        known, unknown = (statistics.median(taken) for taken in times.values())
        assert 0.6 < known / unknown < 1.6

    def test_remembered_for_thirty_days_only_when_asked(self, client: Client, alice: User) -> None:
        sign_in(client, alice.email)
        assert client.session.get_expire_at_browser_close()
        client.logout()
        sign_in(client, alice.email, remember="on")
        assert client.session.get_expiry_age() == 60 * 60 * 24 * 30

    def test_sign_out_only_by_post(self, as_alice: Client) -> None:
        assert as_alice.get("/signout/").status_code == 200
        assert is_in(as_alice)
        assert as_alice.post("/signout/").status_code == 302
        assert not is_in(as_alice)

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
    )
    def test_goes_on_to_this_host_only(self, client: Client, alice: User, target: str) -> None:
        answer = sign_in(client, alice.email, next=target)
        assert answer["Location"] == "/today/"

    def test_goes_on_to_the_page_asked_for(self, client: Client, alice: User) -> None:
        asked = client.get("/me/?a=1")
        assert asked["Location"] == "/signin/?next=/me/%3Fa%3D1"
        assert sign_in(client, alice.email, next="/me/?a=1")["Location"] == "/me/?a=1"

    def test_an_empty_installation_says_how_to_begin(self, client: Client) -> None:
        assert "enishi user add" in client.get("/signin/").content.decode()

    def test_nobody_signs_himself_up(self, client: Client) -> None:
        for path in ("/signup/", "/accounts/signup/", "/signin/signup/"):
            assert client.get(path).status_code == 404
        from allauth.account.adapter import get_adapter

        assert get_adapter().is_open_for_signup(None) is False

    def test_password_is_stored_as_argon2(self, settings: Any, db: None) -> None:
        from enishi.site.settings import PASSWORD_HASHERS

        settings.PASSWORD_HASHERS = PASSWORD_HASHERS
        assert User.objects.create_user("new@example.jp", PASSWORD, name="新").password.startswith(
            "argon2$argon2id$"
        )


class TestRateLimits:
    def test_failures_lock_an_address_also_from_elsewhere_and_with_the_right_password(
        self, client: Client, alice: User
    ) -> None:
        for _try in range(5):
            assert sign_in(client, alice.email, "wrong-password").status_code == 422
        answer = sign_in(client, alice.email)
        assert answer.status_code == 429
        assert "5分ほど待って" in answer.content.decode()
        # Another name of the host, another address: the same account.
        assert (
            client.post(
                "/signin/",
                {"login": alice.email, "password": PASSWORD},
                headers={"host": "127.0.0.1"},
                REMOTE_ADDR="10.0.0.9",
            ).status_code
            == 429
        )
        assert not is_in(client)

    def test_a_flood_gets_a_japanese_429_page(self, client: Client, alice: User) -> None:
        codes = [
            sign_in(client, f"x{number}@example.jp", "wrong-password").status_code for number in range(32)
        ]
        assert codes[-1] == 429
        answer = sign_in(client, alice.email)
        assert answer.status_code == 429
        assert answer["Retry-After"] == "60"
        assert "待って" in answer.content.decode()

    def test_limits_hold_across_processes(self) -> None:
        assert django_settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")

    def test_forwarded_address_counts_only_behind_a_proxy(self, client: Client, alice: User) -> None:
        codes = [
            sign_in_from(client, f"y{number}@example.jp", f"203.0.113.{number}").status_code
            for number in range(32)
        ]
        assert codes[-1] == 429


def sign_in_from(client: Client, mail: str, forwarded: str) -> Any:
    return client.post(
        "/signin/", {"login": mail, "password": "wrong-password"}, headers={"x-forwarded-for": forwarded}
    )


@pytest.mark.row("F2")
class TestSessionsEnd:
    def test_with_deactivation_and_stay_ended(self, as_bob: Client, bob: User, alice: User) -> None:
        assert is_in(as_bob)
        staff.deactivate(bob, by=alice)
        assert not is_in(as_bob)
        staff.activate(bob, by=alice)
        assert not is_in(as_bob)

    def test_elsewhere_with_a_changed_password(self, alice: User) -> None:
        here, there = Client(), Client()
        sign_in(here, alice.email)
        sign_in(there, alice.email)
        new = "atarashii-kagi-77"
        answer = here.post("/me/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
        assert answer["Location"] == "/me/"
        assert is_in(here)
        assert not is_in(there)
        assert sign_in(there, alice.email, new).status_code == 302

    def test_elsewhere_when_asked(self, alice: User) -> None:
        here, there = Client(), Client()
        sign_in(here, alice.email)
        sign_in(there, alice.email)
        assert here.post("/me/sign-out-elsewhere/").status_code == 302
        assert is_in(here)
        assert not is_in(there)

    def test_wrong_old_password_changes_nothing_and_is_limited(self, as_alice: Client, alice: User) -> None:
        given = {"oldpassword": "wrong", "password1": "atarashii-kagi-77", "password2": "atarashii-kagi-77"}
        codes = [as_alice.post("/me/password/", given).status_code for _try in range(6)]
        assert codes == [422] * 5 + [429]
        alice.refresh_from_db()
        assert alice.check_password(PASSWORD)

    @pytest.mark.parametrize("password", ["short", "password1234", "alice@example.jp", "1234567890"])
    def test_weak_passwords_are_refused(self, as_alice: Client, alice: User, password: str) -> None:
        answer = as_alice.post(
            "/me/password/", {"oldpassword": PASSWORD, "password1": password, "password2": password}
        )
        assert answer.status_code == 422
        alice.refresh_from_db()
        assert alice.check_password(PASSWORD)


def run_tasks() -> int:
    """Lets a worker do what is queued."""
    from enishi.site.worker import Worker

    worker, done = Worker(), 0
    while (task := worker._next()) is not None:
        worker._work(task)
        done += 1
    return done


@pytest.mark.row("F2")
class TestReset:
    def ask(self, client: Client, mail: str, **headers: str) -> Any:
        return client.post("/password/", {"email": mail}, headers=headers)

    def link(self, smtp: Sink) -> str:
        found = re.search(r"https?://\S+", smtp.body().split("決め直すためのリンクです。")[1])
        assert found
        return found[0]

    def test_the_way_through_a_real_mail(self, client: Client, alice: User, smtp: Sink) -> None:
        other = Client()
        sign_in(other, alice.email)
        assert self.ask(client, "ALICE@example.jp")["Location"] == "/password/sent/"
        assert run_tasks() == 1
        smtp.wait()
        assert smtp.recipients == [[alice.email]]
        assert smtp.messages[0]["Subject"].strip() == "パスワードを決め直すためのリンク（Enishi）"
        path = self.link(smtp).removeprefix(django_settings.PUBLIC_URL)
        assert path.startswith("/password/")
        form = client.get(path)
        assert "-set-password/" in form["Location"]  # the key isn't in the address of the page
        new = "atarashii-kagi-77"
        page = client.get(form["Location"])
        assert page.status_code == 200
        done = client.post(form["Location"], {"password1": new, "password2": new})
        assert done["Location"] == "/password/done/"
        assert not is_in(other)
        assert sign_in(client, alice.email, new).status_code == 302
        # The link is used up.
        assert "このリンクは使えません" in Client().get(path, follow=True).content.decode()

    def test_the_link_never_takes_the_host_from_the_request(
        self, client: Client, alice: User, smtp: Sink
    ) -> None:
        assert self.ask(client, alice.email, host="evil.example").status_code == 400
        self.ask(client, alice.email, host="127.0.0.1:9", **{"x-forwarded-host": "evil.example"})
        run_tasks()
        smtp.wait()
        assert self.link(smtp).startswith(django_settings.PUBLIC_URL + "/")
        assert "evil" not in smtp.body()

    def test_unknown_and_stopped_people_look_the_same_and_get_no_mail(
        self, client: Client, alice: User, bob: User, smtp: Sink
    ) -> None:
        staff.deactivate(bob, by=alice)
        answers = [self.ask(client, mail) for mail in ("nobody@example.jp", bob.email, alice.email)]
        assert {(one.status_code, one["Location"]) for one in answers} == {(302, "/password/sent/")}
        assert run_tasks() == 3
        smtp.wait()
        assert smtp.recipients == [[alice.email]]

    def test_look_alike_addresses_lead_nowhere(self, client: Client, alice: User, smtp: Sink) -> None:
        for mail in (
            "ａlice@example.jp",
            "alice@example.jp, evil@evil.example",
            "alice@example.jp\r\nBcc: x@evil.example",
        ):
            self.ask(client, mail)
        run_tasks()
        assert smtp.messages == []

    def test_mail_that_a_server_refuses_is_tried_again_later(
        self, client: Client, alice: User, smtp: Sink
    ) -> None:
        from django_tasks_db.models import DBTaskResult

        smtp.refuse = "451 busy"
        self.ask(client, alice.email)
        assert run_tasks() == 1
        again = DBTaskResult.objects.exclude(finished_at__isnull=False).get()
        assert again.args_kwargs["args"] == [alice.email, 1]

    def test_asking_is_limited(self, client: Client, alice: User) -> None:
        codes = [self.ask(client, alice.email).status_code for _try in range(4)]
        assert codes == [302, 302, 302, 429]

    def test_forged_links(self, client: Client, alice: User) -> None:
        for path in (
            "/password/1-abc-def/",
            "/password/zz-set-password/",
            f"/password/{alice.pk}-c0ffee-{'0' * 32}/",
        ):
            assert "このリンクは使えません" in client.get(path, follow=True).content.decode()


class TestInvitation:
    @pytest.fixture
    def new(self, alice: User) -> User:
        return staff.add(email="new@example.jp", name="新田 真", role="member", by=alice)

    def path(self, user: User) -> str:
        return invitations.link(user).removeprefix(django_settings.PUBLIC_URL)

    def test_sets_the_first_password_and_opens_once(self, client: Client, new: User) -> None:
        path = self.path(new)
        assert "新田 真" in client.get(path).content.decode()
        assert client.get(path).status_code == 200  # looking uses nothing up
        answer = client.post(path, {"password1": "hajimete-no-kagi", "password2": "hajimete-no-kagi"})
        assert answer["Location"] == "/today/"
        assert is_in(client)
        assert UserSession.objects.get(user=new).session_key == client.session.session_key
        assert Client().get(path).status_code == 410
        assert (
            Client()
            .post(path, {"password1": "nidome-no-kagi-1", "password2": "nidome-no-kagi-1"})
            .status_code
            == 410
        )
        new.refresh_from_db()
        assert new.check_password("hajimete-no-kagi")

    def test_ends_after_a_week(self, client: Client, new: User, settings: Any) -> None:
        path = self.path(new)
        settings.INVITATION_AGE = -1
        assert client.get(path).status_code == 410

    def test_ends_with_deactivation(self, client: Client, new: User, alice: User) -> None:
        path = self.path(new)
        staff.deactivate(new, by=alice)
        assert client.get(path).status_code == 410
        staff.activate(new, by=alice)
        assert client.get(path).status_code == 410

    def test_forged_ones_are_refused(self, client: Client, new: User) -> None:
        path = self.path(new)
        assert client.get(path[:-2] + "x/").status_code == 410
        assert client.get("/welcome/x/").status_code == 410

    def test_two_passwords_must_agree(self, client: Client, new: User) -> None:
        answer = client.post(
            self.path(new), {"password1": "hajimete-no-kagi", "password2": "hajimete-no-kagu"}
        )
        assert answer.status_code == 422
        assert "2回の入力が同じではありません" in answer.content.decode()


OPEN = {
    "mfa_authenticate",
    "mfa_login_webauthn",
    "healthz", "favicon", "switch-language", "manifest", "account_login", "account_inactive", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done", "welcome",
    "calendar-feed",  # by the token in its address
}  # fmt: skip


def all_routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the program: its address pattern and the route."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from all_routes(one.url_patterns, prefix + str(one.pattern))
        else:
            yield prefix + str(one.pattern), one


EXAMPLES = {
    "entity": "contact",
    "pk": "1",
    "id": "1",
    "action": "stop",
    "token": "x",
    "key": "x-y",
    "uidb36": "1",
    "path": "x",
}


def example(pattern: str) -> str:
    """An address that a pattern matches."""
    text = re.sub(
        r"<(?:(\w+):)?(\w+)>",
        lambda found: EXAMPLES.get(found[2], "1" if found[1] == "int" else "x"),
        pattern,
    )
    text = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: EXAMPLES.get(found[1], "x"), text)
    return "/" + text.replace("^", "").replace("$", "").replace("\\", "")


class TestDoors:
    def test_the_list_of_open_doors_is_this_one(self) -> None:
        assert {name for name in django_settings.OPEN_ROUTES if not name.startswith("api-")} == OPEN
        # The API's doors are opened by a token alone, each of them.
        assert {name for name in django_settings.OPEN_ROUTES if name.startswith("api-")} == {
            *API,
            "api-unknown",
        }

    def test_the_api_s_doors_open_to_a_token_alone(self, client: Client, as_alice: Client) -> None:
        for pattern, route in all_routes():
            if route.name and route.name.startswith("api-"):
                for someone in (client, as_alice):
                    for method in ("get", "post", "put", "patch", "delete"):
                        assert getattr(someone, method)(example(pattern)).status_code == 401, (
                            pattern,
                            method,
                        )

    def test_every_other_route_asks_for_a_sign_in(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        closed = 0
        for pattern, route in all_routes():
            if route.name in OPEN or str(route.name).startswith("api-"):
                continue
            path = example(pattern)
            for method in ("get", "post", "put", "delete"):
                answer = getattr(client, method)(path)
                assert answer.status_code in {302, 404}, (path, method, answer.status_code)
                if answer.status_code == 302:
                    closed += 1
                    assert answer["Location"].startswith("/signin/"), (path, method)
        assert closed > 20

    def test_a_pages_script_is_sent_to_the_sign_in_and_back_to_the_page(self, client: Client) -> None:
        answer = client.get(
            "/me/",
            headers={"hx-request": "true", "hx-current-url": "http://testserver/settings/users/?x=1"},
            SERVER_NAME="localhost",
        )
        assert answer.status_code == 401
        assert answer["HX-Redirect"] == "/signin/?next=/"
        answer = client.get(
            "/me/",
            headers={"hx-request": "true", "hx-current-url": "http://localhost/settings/users/?x=1"},
            SERVER_NAME="localhost",
        )
        assert answer["HX-Redirect"] == "/signin/?next=/settings/users/%3Fx%3D1"

    def test_programs_get_json(self, client: Client) -> None:
        answer = client.get("/me/", headers={"accept": "application/json"})
        assert answer.status_code == 401
        assert answer.json() == {"message": "サインインが必要です。"}

    def test_personal_pages_are_not_kept_by_browsers(self, as_alice: Client) -> None:
        assert as_alice.get("/me/")["Cache-Control"] == "no-store"

    def test_language_of_strangers_and_people(self, client: Client, as_alice: Client, alice: User) -> None:
        assert client.post("/language/", {"language": "en", "next": "//evil.example"})["Location"] == "/"
        assert client.get("/signin/")["Content-Language"] == "en"
        as_alice.post("/language/", {"language": "en", "next": "/me/"})
        alice.refresh_from_db()
        assert alice.language == "en"
        assert as_alice.get("/me/")["Content-Language"] == "en"
