"""Second factor, recovery codes and the list of devices: set up, asked for, taken away; no way around them."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from enishi.access import invitations
from enishi.access.models import AccessLog
from tests.support.people import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.row("F2")]


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def sign_in(client: Client, user: Any, password: str = PASSWORD) -> Any:
    return client.post("/signin/", {"login": user.email, "password": password})


def set_up(client: Client, user: Any) -> str:
    """Registers an authenticator app as a person does; returns its secret."""
    assert sign_in(client, user).status_code == 302
    assert client.post("/signin/again/", {"password": PASSWORD}).status_code == 302
    page = client.get("/me/safety/app/").content.decode()
    secret = re.search(r'id="secret" readonly value="([A-Z2-7]+)"', page)
    assert secret and "data:image/svg+xml" in page
    wrong = client.post("/me/safety/app/", {"code": "000000"})
    assert wrong.status_code == 200 and "コードが違います" in wrong.content.decode()
    assert client.post("/me/safety/app/", {"code": code_of(secret[1])}).status_code == 302
    cache.clear()
    return secret[1]


def test_the_password_alone_no_longer_opens(bob: Any) -> None:
    secret = set_up(Client(), bob)
    client = Client()
    answer = sign_in(client, bob)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/signin/code/")
    for address in ("/today/", "/accounts/", "/me/safety/", "/api/v1/me"):
        assert client.get(address).status_code in {302, 401}, address  # nobody is signed in yet
    wrong = client.post("/signin/code/", {"code": "000000"})
    assert "コードが違います" in wrong.content.decode() and client.get("/today/").status_code == 302
    assert client.post("/signin/code/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/today/").status_code == 200


def test_a_code_is_good_once_and_guessing_is_stopped(bob: Any) -> None:
    secret = set_up(Client(), bob)
    code = code_of(secret)
    for expected in (True, False):  # who looked over one's shoulder can't use it again
        client = Client()
        sign_in(client, bob)
        client.post("/signin/code/", {"code": code})
        assert (client.get("/today/").status_code == 200) is expected
    client = Client()
    sign_in(client, bob)
    for _try in range(8):
        answer = client.post("/signin/code/", {"code": "111111"})
    assert (
        "しばらく" in answer.content.decode()
        or "少し待って" in answer.content.decode()
        or answer.status_code == 429
    )


def test_recovery_codes_open_once_each(bob: Any) -> None:
    client = Client()
    set_up(client, bob)
    page = client.get("/me/safety/codes/").content.decode()
    codes = re.findall(r"<li>(\d{8})</li>", page)
    assert len(codes) == 10
    for expected in (True, False):
        other = Client()
        sign_in(other, bob)
        other.post("/signin/code/", {"code": codes[0]})
        assert (other.get("/today/").status_code == 200) is expected
    assert "残り9個" in client.get("/me/safety/").content.decode()
    assert client.post("/me/safety/codes/new/").status_code == 302
    again = re.findall(r"<li>(\d{8})</li>", client.get("/me/safety/codes/").content.decode())
    assert len(again) == 10 and not set(again) & set(codes)


def test_the_secret_does_not_lie_open_in_the_database(bob: Any) -> None:
    secret = set_up(Client(), bob)
    held = Authenticator.objects.get(user=bob, type=Authenticator.Type.TOTP)
    assert secret not in str(held.data)


def test_a_link_for_a_new_password_does_not_go_around_it(bob: Any) -> None:
    set_up(Client(), bob)
    client = Client()
    bob.refresh_from_db()
    address = urlsplit(invitations.link(bob)).path
    new = "あたらしい合言葉です2"
    answer = client.post(address, {"password1": new, "password2": new})
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/signin/")
    assert client.get("/today/").status_code == 302
    assert sign_in(client, bob, new).headers["Location"].startswith("/signin/code/")


def test_an_admin_takes_a_lost_factor_away_and_others_cannot(
    bob: Any, alice: Any, as_alice: Client, as_carol: Client
) -> None:
    set_up(Client(), bob)
    assert as_carol.post(f"/settings/users/{bob.pk}/factor/").status_code == 403
    assert Authenticator.objects.filter(user=bob).exists()
    assert "2段階認証とパスキーを外す" in as_alice.get(f"/settings/users/{bob.pk}/").content.decode()
    assert as_alice.post(f"/settings/users/{bob.pk}/factor/").status_code == 302
    assert (
        not Authenticator.objects.filter(user=bob).exists()
        and AccessLog.objects.filter(action="factor").exists()
    )
    assert sign_in(Client(), bob).headers["Location"] == "/today/"


def test_what_concerns_signing_in_is_changed_only_by_who_proved_himself_just_now(
    as_bob: Client, bob: Any
) -> None:
    """A screen left open: registering a factor asks for the password once more."""
    answer = as_bob.get("/me/safety/app/")
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/signin/again/")
    page = as_bob.get(answer.headers["Location"])
    assert "もう一度確かめます" in page.content.decode()
    assert (
        "パスワードが違います"
        in as_bob.post(answer.headers["Location"], {"password": "違う"}).content.decode()
    )
    done = as_bob.post(answer.headers["Location"], {"password": PASSWORD})
    assert done.status_code == 302 and done.headers["Location"] == "/me/safety/app/"
    assert as_bob.get("/me/safety/app/").status_code == 200


def test_devices_are_listed_and_ended_one_by_one(bob: Any, carol: Any) -> None:
    office, lost = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537"), Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone; CPU iPhone OS 19) Version/19 Safari/605")  # fmt: skip
    for client in (office, lost):
        sign_in(client, bob)
    page = office.get("/me/safety/").content.decode()
    assert "Chrome・Windows" in page and "Safari・iPhone" in page and "この端末" in page
    keys = re.findall(r"/me/safety/devices/(\d+)/end/", page)
    assert len(keys) == 1
    stranger = Client()
    sign_in(stranger, carol)
    assert stranger.post(f"/me/safety/devices/{keys[0]}/end/").status_code == 404
    assert lost.get("/today/").status_code == 200
    assert office.post(f"/me/safety/devices/{keys[0]}/end/").status_code == 302
    assert lost.get("/today/").status_code == 302 and office.get("/today/").status_code == 200
    assert "iPhone" not in office.get("/me/safety/").content.decode()
