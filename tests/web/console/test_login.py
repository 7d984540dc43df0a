"""Signing in: staff only, from this site only, and not by trying for ever."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.staff import PASSWORD, ShopperUserFactory, StaffFactory

pytestmark = pytest.mark.django_db
URL = "/console/login/"
WRONG = "用户名或密码不对，请检查后再试。"


def test_staff_sign_in_and_come_to_their_home(client: Client) -> None:
    user = StaffFactory()

    answer = client.post(URL, {"username": user.username, "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/console/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get(URL).status_code == 302


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        ("/console/orders/?q=1", "/console/orders/?q=1"),
        ("https://evil.example/", "/console/"),
        ("//evil.example/", "/console/"),
        ("javascript:alert(1)", "/console/"),
    ],
)
def test_only_pages_of_this_site_follow_the_login(client: Client, wish: str, target: str) -> None:
    user = StaffFactory()

    answer = client.post(URL, {"username": user.username, "password": PASSWORD, "next": wish})

    assert answer["Location"] == target


def test_every_no_reads_the_same(client: Client) -> None:
    staff = StaffFactory()
    gone = StaffFactory(is_active=False)
    shopper = ShopperUserFactory()

    answers = [
        client.post(URL, {"username": name, "password": password})
        for name, password in [
            (staff.username, "wrong"),
            ("nobody", PASSWORD),
            (gone.username, PASSWORD),
            (shopper.username, PASSWORD),
        ]
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert all(WRONG in answer.content.decode() for answer in answers)
    assert "_auth_user_id" not in client.session


def test_a_name_that_no_database_holds_is_refused_at_the_field(client: Client) -> None:
    answer = client.post(URL, {"username": "nul\x00byte", "password": PASSWORD})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_five_failures_lock_the_name_at_this_address(client: Client) -> None:
    user = StaffFactory()

    codes = [
        client.post(URL, {"username": user.username, "password": "wrong"}).status_code
        for _ in range(5)
    ]
    locked = client.post(URL, {"username": user.username, "password": PASSWORD})

    assert codes == [422, 422, 422, 422, 429]
    assert locked.status_code == 429
    assert "暂时不能登录" in locked.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_colleague_at_the_same_address_is_not_locked_out(client: Client) -> None:
    user, other = StaffFactory(), StaffFactory()
    for _ in range(5):
        client.post(URL, {"username": user.username, "password": "wrong"})

    answer = client.post(URL, {"username": other.username, "password": PASSWORD})
    assert answer.status_code == 302


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(StaffFactory(), "django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse("console:logout")).status_code == 405
    assert client.post(reverse("console:logout"))["Location"] == URL
    assert "_auth_user_id" not in client.session


def test_password_managers_know_the_fields(client: Client) -> None:
    html = client.get(URL).content.decode()

    assert 'autocomplete="username"' in html
    assert 'autocomplete="current-password"' in html
    assert "no-store" in client.get(URL)["Cache-Control"]
