"""The users page, the rules about admins, and who may do what."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from enishi.access import staff
from enishi.access.models import AccessLog, User
from enishi.access.rights import ACTIONS, log_access, may

pytestmark = [pytest.mark.django_db, pytest.mark.row("F2")]

PAGES = ["/settings/users/", "/settings/users/new/", "/settings/users/{bob}/"]
NEW = {"name": "新田 真", "email": "New@Example.jp", "role": "member"}


def rows() -> list[tuple[Any, ...]]:
    return list(
        User.objects.order_by("pk").values_list(
            "pk", "email", "name", "role", "is_active", "password", "session_round"
        )
    )


class TestPages:
    @pytest.mark.parametrize("page", PAGES)
    def test_admins_only(
        self, as_alice: Client, as_bob: Client, as_carol: Client, bob: User, page: str
    ) -> None:
        path = page.format(bob=bob.pk)
        assert as_alice.get(path).status_code == 200
        for client in (as_bob, as_carol):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "管理者だけ" in answer.content.decode()

    @pytest.mark.parametrize(
        "path",
        [
            "/settings/users/new/",
            "/settings/users/{bob}/",
            *(f"/settings/users/{{bob}}/{one}/" for one in ("stop", "start", "link")),
        ],
    )
    def test_refused_people_change_nothing(
        self, as_bob: Client, as_carol: Client, alice: User, bob: User, path: str
    ) -> None:
        before = rows()
        for client in (as_bob, as_carol):
            assert client.post(path.format(bob=bob.pk), {**NEW, "role": "admin"}).status_code == 403
        assert rows() == before

    def test_nobody_raises_himself_by_the_profile(self, as_bob: Client, bob: User) -> None:
        answer = as_bob.post(
            "/me/",
            {
                "name": "馬場 勉",
                "language": "ja",
                "theme": "dark",
                "role": "admin",
                "is_active": "0",
                "password": "x",
                "email": "x@example.jp",
            },
        )
        assert answer.status_code == 302
        bob.refresh_from_db()
        assert (bob.role, bob.is_active, bob.theme, bob.email) == ("member", True, "dark", "bob@example.jp")

    def test_add_shows_a_link_once(self, as_alice: Client) -> None:
        answer = as_alice.post("/settings/users/new/", NEW)
        user = User.objects.get(email="new@example.jp")
        assert answer["Location"] == f"/settings/users/{user.pk}/"
        assert (user.name, user.role, user.has_usable_password()) == ("新田 真", "member", False)
        assert "/welcome/" in as_alice.get(answer["Location"]).content.decode()
        assert "/welcome/" not in as_alice.get(answer["Location"]).content.decode()
        assert AccessLog.objects.filter(action="user-add", detail__contains="new@example.jp").exists()

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"email": "alice@EXAMPLE.jp"}, "すでに"),
            ({"email": "not an address"}, "有効なメールアドレス"),
            ({"name": ""}, "必須"),
            ({"role": "owner"}, "owner"),
            ({"name": "x" * 101}, "100"),
            ({"name": "a\x00b"}, "文字"),
        ],
    )
    def test_bad_input_is_said_at_the_field_and_nothing_is_added(
        self, as_alice: Client, change: dict[str, str], said: str
    ) -> None:
        before = rows()
        answer = as_alice.post("/settings/users/new/", NEW | change)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert rows() == before

    def test_names_are_shown_not_run(self, as_alice: Client) -> None:
        as_alice.post("/settings/users/new/", NEW | {"name": "<script>alert(1)</script>"})
        text = as_alice.get("/settings/users/").content.decode()
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text

    def test_change_role_stop_and_start(self, as_alice: Client, bob: User) -> None:
        path = f"/settings/users/{bob.pk}/"
        assert (
            as_alice.post(path, {"name": "馬場 つとむ", "email": bob.email, "role": "viewer"}).status_code
            == 302
        )
        as_alice.post(f"{path}stop/")
        bob.refresh_from_db()
        assert (bob.name, bob.role, bob.is_active) == ("馬場 つとむ", "viewer", False)
        as_alice.post(f"{path}start/")
        bob.refresh_from_db()
        assert bob.is_active

    def test_oneself_cannot_be_stopped(self, as_alice: Client, alice: User) -> None:
        staff.add(email="second@example.jp", name="二番", role="admin", by=None)
        as_alice.post(f"/settings/users/{alice.pk}/stop/")
        alice.refresh_from_db()
        assert alice.is_active

    def test_actions_only_by_post_and_only_known_ones(self, as_alice: Client, bob: User) -> None:
        assert as_alice.get(f"/settings/users/{bob.pk}/stop/").status_code == 405
        assert as_alice.post(f"/settings/users/{bob.pk}/erase/").status_code == 404
        assert as_alice.post("/settings/users/999999999999999999999/stop/").status_code == 404


class TestLastAdmin:
    def test_cannot_be_stopped_or_lowered(self, alice: User, bob: User) -> None:
        before = rows()
        with pytest.raises(ValidationError, match="管理者がいなくなる"):
            staff.deactivate(alice, by=bob)
        with pytest.raises(ValidationError, match="管理者がいなくなる"):
            staff.change(alice, by=bob, role="member")
        assert rows() == before

    def test_a_stopped_admin_does_not_count(self, alice: User) -> None:
        second = staff.add(email="second@example.jp", name="二番", role="admin", by=alice)
        staff.deactivate(second, by=alice)
        with pytest.raises(ValidationError):
            staff.change(alice, by=alice, role="viewer")

    def test_one_of_two_may_go(self, alice: User) -> None:
        staff.add(email="second@example.jp", name="二番", role="admin", by=alice)
        assert not staff.deactivate(alice, by=None).is_active

    def test_only_name_address_and_role_can_be_changed(self, alice: User) -> None:
        with pytest.raises(ValueError, match="is_active"):
            staff.change(alice, by=alice, is_active=False)

    @pytest.mark.django_db(transaction=True)
    def test_two_admins_who_stop_each_other_at_once(self, alice: User) -> None:
        import threading

        from django.db import close_old_connections

        second = staff.add(email="second@example.jp", name="二番", role="admin", by=alice)
        barrier = threading.Barrier(2)
        refused: list[Exception] = []

        def stop(one: User) -> None:
            barrier.wait()
            try:
                staff.deactivate(one, by=None)
            except Exception as error:
                refused.append(error)
            finally:
                close_old_connections()
                connection.close()

        if connection.vendor == "sqlite":
            pytest.skip("the test database is in memory and shared by the threads")
        threads = [threading.Thread(target=stop, args=(one,)) for one in (alice, second)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(refused) == 1
        assert User.objects.filter(role="admin", is_active=True).count() == 1


MATRIX = {
    "admin": {"see", "create", "change", "delete", "export", "import", "admin"},
    "member": {"see", "create", "change", "delete", "export", "import"},
    "viewer": {"see"},
}


class TestRights:
    @pytest.mark.parametrize("role", MATRIX)
    @pytest.mark.parametrize("action", sorted(ACTIONS))
    def test_matrix(self, role: str, action: str) -> None:
        user = User.objects.create_user(f"{role}@example.jp", name=role, role=role)
        assert may(user, action) is (action in MATRIX[role])
        user.is_active = False
        assert may(user, action) is False

    def test_strangers_may_nothing(self) -> None:
        from django.contrib.auth.models import AnonymousUser

        assert not any(may(AnonymousUser(), action) for action in ACTIONS)

    def test_unknown_actions_are_a_mistake(self, alice: User) -> None:
        with pytest.raises(ValueError, match="erase"):
            may(alice, "erase")

    def test_access_is_logged(self, alice: User) -> None:
        row = log_access(alice, "export", "contact", 1200, "xlsx")
        assert (row.user, row.count) == (alice, 1200)
        with pytest.raises(Exception, match="protected|foreign key|violates"):
            alice.delete()


@pytest.mark.row("F8")
def test_the_company_is_called_as_its_admin_says(as_alice: Client, as_bob: Client) -> None:
    assert as_bob.post("/settings/company/", {"name": "別の名前"}).status_code == 403
    assert "別の名前" not in as_bob.get("/today/").content.decode()
    answer = as_alice.post("/settings/company/", {"name": "  <b>丸山酒店\x00 " + "長" * 100})
    assert answer.status_code == 302
    page = as_bob.get("/today/").content.decode()
    assert "&lt;b&gt;丸山酒店" in page and "<b>丸山" not in page
    as_alice.post("/settings/company/", {"name": ""})
    assert "丸山酒店" not in as_bob.get("/today/").content.decode()
