"""What went wrong is told in the face and the language where it happened."""

from typing import Any

import pytest
from django.test import Client
from tests.factories.staff import StaffFactory

from zhanggui.core.types import Refusal
from zhanggui.web.console.home import views

CONSOLE, STORE = "dist/console.css", "dist/store.css"


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "css"), [("/console/nothing/", CONSOLE), ("/nothing/", STORE)])
@pytest.mark.parametrize(("language", "heading"), [("", "找不到这一页"), ("en", "Page not found")])
def test_an_address_without_a_page(path: str, css: str, language: str, heading: str) -> None:
    answer = Client().get(path, headers={"Cookie": f"lang={language}; theme=dark"})

    html = answer.content.decode()
    assert answer.status_code == 404
    assert (css in html, heading in html) == (True, True)
    assert 'data-theme="dark"' in html


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "heading"), [("", "出错了"), ("en", "Something went wrong")])
def test_a_fault_of_ours_keeps_the_face_and_the_language(
    monkeypatch: pytest.MonkeyPatch, language: str, heading: str
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(views, "page", broken)
    client = Client(raise_request_exception=False)
    client.force_login(StaffFactory(), "django.contrib.auth.backends.ModelBackend")
    client.cookies["lang"] = language

    answer = client.get("/console/all/")

    html = answer.content.decode()
    assert answer.status_code == 500
    assert (CONSOLE in html, heading in html) == (True, True)
    assert "a fault" not in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("referer", "link"),
    [
        ("http://testserver/console/stock/", "/console/stock/"),
        ("https://evil.example/", "/console/"),
    ],
)
@pytest.mark.parametrize(("language", "heading"), [("", "没有做成"), ("en", "Not done")])
def test_a_refusal_that_no_form_shows_has_a_page_of_its_own(
    monkeypatch: pytest.MonkeyPatch, language: str, heading: str, referer: str, link: str
) -> None:
    def refusing(*_: Any, **__: Any) -> None:
        raise Refusal("别人刚改过。")

    monkeypatch.setattr(views, "page", refusing)
    client = Client()
    client.force_login(StaffFactory(), "django.contrib.auth.backends.ModelBackend")
    client.cookies["lang"] = language

    answer = client.get("/console/all/", headers={"Referer": referer})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert (CONSOLE in html, heading in html, "别人刚改过。" in html) == (True, True, True)
    assert f'{link}"' in html
    assert "evil" not in html
