"""Three people, one per role, and clients signed in as each: `alice` administers, `bob` works, `carol` looks."""

from typing import Any

import pytest
from django.test import Client

PASSWORD = "kitsune-udon-2026"
PEOPLE = {
    "alice": ("alice@example.jp", "青木 有栖", "admin"),
    "bob": ("bob@example.jp", "馬場 勉", "member"),
    "carol": ("carol@example.jp", "加藤 香", "viewer"),
}


def make(name: str) -> Any:
    """The person, made at first use. Import of Django's models waits until the settings stand."""
    from enishi.access.models import User

    mail, full_name, role = PEOPLE[name]
    return User.objects.filter(email=mail).first() or User.objects.create_user(
        mail, PASSWORD, name=full_name, role=role
    )


@pytest.fixture
def alice(db: None) -> Any:
    """An admin."""
    return make("alice")


@pytest.fixture
def bob(db: None) -> Any:
    """A member."""
    return make("bob")


@pytest.fixture
def carol(db: None) -> Any:
    """Somebody who may only look."""
    return make("carol")


def _client(user: Any) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


@pytest.fixture
def as_alice(alice: Any) -> Client:
    """A client signed in as the admin."""
    return _client(alice)


@pytest.fixture
def as_bob(bob: Any) -> Client:
    """A client signed in as the member."""
    return _client(bob)


@pytest.fixture
def as_carol(carol: Any) -> Client:
    """A client signed in as the viewer."""
    return _client(carol)
