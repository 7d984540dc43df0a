"""Who reads the page: codes, tokens and WeChat's errors inside a 200."""

import json
import re
import urllib.parse
from typing import Any

import pytest
from tests.payments.providers.test_simulator_cashier import fetch

from zhanggui.payments.providers.simulator import SimulatorServer, app_secret

BACK = "http://127.0.0.1:8000/pay/wechat/"


def authorize(simulator: SimulatorServer, **changes: str) -> tuple[int, dict[str, str], str]:
    """Open the page that our own page leads to."""
    asked = {
        "appid": simulator.credentials.appid,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "abc123",
    }
    return fetch(f"{simulator.base}/connect/oauth2/authorize?{query(asked | changes)}")


def query(values: dict[str, str]) -> str:
    return urllib.parse.urlencode(values)


def told_back(headers: dict[str, str]) -> dict[str, str]:
    """Return what the browser carries back to us."""
    assert headers["Location"].startswith(f"{BACK}?")
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(headers["Location"]).query))


def code(simulator: SimulatorServer) -> str:
    return told_back(authorize(simulator)[1])["code"]


def exchange(simulator: SimulatorServer, fresh: str, **changes: str) -> dict[str, Any]:
    asked = {
        "appid": simulator.credentials.appid,
        "secret": app_secret(simulator.credentials),
        "code": fresh,
        "grant_type": "authorization_code",
    }
    path = f"/sns/oauth2/access_token?{query(asked | changes)}"
    status, headers, body = fetch(simulator.base + path)
    assert (status, headers["Content-Type"]) == (200, "text/plain")
    told: dict[str, Any] = json.loads(body)
    return told


def test_a_silent_round_trip_tells_the_openid_once(simulator: SimulatorServer) -> None:
    status, headers, _ = authorize(simulator)
    back = told_back(headers)
    assert (status, back["state"]) == (303, "abc123")

    told = exchange(simulator, back["code"])

    assert told["openid"] == simulator.openid(user="小明")
    assert (told["scope"], told["expires_in"]) == ("snsapi_base", 7200)
    assert exchange(simulator, back["code"])["errcode"] == 40163


def test_another_person_has_another_openid(simulator: SimulatorServer) -> None:
    first = exchange(simulator, code(simulator))["openid"]
    simulator.faults.change(wechat_user="小红")

    assert exchange(simulator, code(simulator))["openid"] != first


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"appid": "wx0"}, 40013),
        ({"secret": "0" * 32}, 40125),
        ({"grant_type": "client_credential"}, 40002),
        ({"code": "0" * 32}, 40029),
    ],
)
def test_errors_come_in_the_json_of_a_200(
    simulator: SimulatorServer, changes: dict[str, str], number: int
) -> None:
    assert exchange(simulator, code(simulator), **changes)["errcode"] == number


def test_a_code_lives_five_minutes(simulator: SimulatorServer) -> None:
    old = code(simulator)
    simulator.faults.change(time_shift_s=301)

    assert exchange(simulator, old)["errcode"] == 40029


@pytest.mark.parametrize(
    ("fault", "number"), [("expired_code", 40029), ("used_code", 40163), ("wrong_secret", 40125)]
)
def test_every_error_can_be_had(simulator: SimulatorServer, fault: str, number: int) -> None:
    fresh = code(simulator)
    simulator.faults.change(oauth_next=[fault])

    assert exchange(simulator, fresh)["errcode"] == number
    assert exchange(simulator, fresh)["openid"] == simulator.openid(user="小明")


@pytest.mark.parametrize(
    "changes",
    [
        {"appid": "wx0"},
        {"redirect_uri": "https://shop.example/pay/wechat/"},
        {"redirect_uri": "javascript://127.0.0.1/"},
        {"scope": "snsapi_login"},
        {"state": "a b"},
    ],
)
def test_a_wrong_question_leads_nowhere(
    simulator: SimulatorServer, changes: dict[str, str]
) -> None:
    status, headers, page = authorize(simulator, **changes)

    assert (status, headers.get("Location")) == (200, None)
    assert "无法打开" in page


def test_the_profile_needs_the_person_to_allow_it(simulator: SimulatorServer) -> None:
    silent = exchange(simulator, code(simulator))
    status, _, page = authorize(simulator, scope="snsapi_userinfo")
    assert status == 200
    assert "掌柜演示店" in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))

    _, headers, _ = fetch(f"{simulator.base}/connect/oauth2/answer", {**hidden, "answer": "allow"})
    asked = exchange(simulator, told_back(headers)["code"])
    profile = [
        json.loads(fetch(f"{simulator.base}/sns/userinfo?{query(one)}")[2])
        for one in (
            {"access_token": asked["access_token"], "openid": asked["openid"]},
            {"access_token": asked["access_token"], "openid": "o" * 28},
            {"access_token": silent["access_token"], "openid": silent["openid"]},
            {"access_token": "0", "openid": silent["openid"]},
        )
    ]

    assert (profile[0]["nickname"], profile[0]["openid"]) == ("小明", asked["openid"])
    assert [one["errcode"] for one in profile[1:]] == [40003, 48001, 40001]


def test_who_refuses_comes_back_without_a_code(simulator: SimulatorServer) -> None:
    fields = {"redirect_uri": BACK, "state": "abc123", "answer": "deny"}

    _, headers, _ = fetch(f"{simulator.base}/connect/oauth2/answer", fields)

    assert told_back(headers) == {"state": "abc123"}
