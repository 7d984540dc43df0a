"""Three web processes, two workers: all of them know who is signed in and who is locked out."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
import requests
from tests.factories.staff import PASSWORD
from tests.running.shop import RunningShop, postgres_database
from tests.running.trade import until

pytestmark = [pytest.mark.full, pytest.mark.servers]

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
TIMES = 12  # requests on connections of their own, so that each process answers some


@pytest.fixture(params=["sqlite alone", "postgres alone", "postgres and redis"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningShop]:
    """A shop of several processes that share a database, and in the last case Redis."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/shop.sqlite3"
        if request.param.startswith("postgres"):
            url = stack.enter_context(postgres_database())
        running = RunningShop(tmp_path, url)
        if request.param.endswith("redis"):
            stack.enter_context(redis.Redis.from_url(REDIS)).flushdb()
            running.more = {"REDIS_URL": REDIS}
        running.seed(pieces=10)
        running.start(web=3, workers=2)
        stack.callback(running.stop)
        yield running


def sign_in(shop: RunningShop, password: str) -> requests.Session:
    """Try to sign in as customer service."""
    session = requests.Session()
    session.headers.update({"Origin": shop.url, "Connection": "close"})
    values = {"username": "service", "password": password, "next": "/console/"}
    session.post(f"{shop.url}/console/login/", data=values, timeout=30)
    return session


def is_in(shop: RunningShop, session: requests.Session) -> bool:
    """Tell whether every process knows who this is."""
    pages = [session.get(f"{shop.url}/console/", timeout=30) for _ in range(TIMES)]
    found = {page.url == f"{shop.url}/console/" for page in pages}
    assert len(found) == 1
    return found.pop()


def test_staff_stay_signed_in_and_a_guesser_is_locked_out_everywhere(shop: RunningShop) -> None:
    staff = sign_in(shop, PASSWORD)
    assert is_in(shop, staff)

    for _ in range(5):
        assert not is_in(shop, sign_in(shop, "wrong"))
    assert not is_in(shop, sign_in(shop, PASSWORD))  # too many tries, whichever process counted

    if shop.more:
        with redis.Redis.from_url(REDIS) as server:
            assert server.dbsize()
            server.flushdb()  # as when Redis starts anew
    assert is_in(shop, staff)
    until(
        lambda: requests.get(f"{shop.url}/readyz", timeout=30).json(),
        lambda seen: seen["cache"] == seen["database"] == seen["worker"] == "ok",
    )
