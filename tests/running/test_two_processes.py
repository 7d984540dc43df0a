"""Two servers on one database: what was changed through one, the other shows at once."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from tests.factories.staff import PASSWORD
from tests.running.shop import RunningShop, postgres_database
from tests.running.trade import Trade

pytestmark = pytest.mark.full

ROUNDS, READERS = 12, 4
CODE = "HOT"


@dataclass
class Staff:
    """An owner at the console of one server."""

    shop: RunningShop
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        """Sign in."""
        self.session.headers["Origin"] = self.shop.url
        data = {"username": "owner", "password": PASSWORD, "next": "/console/"}
        self.post("/console/login/", data)

    def post(self, path: str, data: dict[str, Any]) -> None:
        """Press a button and wait for its answer."""
        answer = self.session.post(f"{self.shop.url}{path}", data=data, timeout=60)
        assert answer.status_code == 200, (answer.status_code, answer.text[-2000:])

    def set_price(self, slug: str, minor: int, **fields: str) -> None:
        """Save the product form with another price."""
        category = self._category(slug)
        data = {
            "name": "热卖",
            "slug": slug,
            "category": category,
            "shelf": "on",
            "action": "save",
            "option-TOTAL_FORMS": "3",
            "option-INITIAL_FORMS": "3",
            "sku-TOTAL_FORMS": "1",
            "sku-INITIAL_FORMS": "1",
            "sku-0-code": CODE,
            "sku-0-options": json.dumps([]),
            "sku-0-price_minor": f"{minor / 100:.2f}",
            "sku-0-weight_grams": "500",
        }
        self.post(f"/console/products/item/{slug}/save/", data | fields)

    def _category(self, slug: str) -> str:
        found: str = requests.get(
            f"{self.shop.url}/api/v1/shop/products/{slug}", timeout=60
        ).json()["category"]
        return found


@dataclass
class Readers:
    """Shoppers who look at a price at both servers all the time."""

    urls: list[str]
    seen: list[tuple[float, int]] = field(default_factory=list)  # begun at, price
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, number: int) -> None:
        """Look again and again until told to stop."""
        with requests.Session() as session:
            while not self.stop.is_set():
                begun = time.monotonic()
                page = session.get(self.urls[number % len(self.urls)], timeout=60)
                self.seen.append((begun, price_on(page.text)))


def price_on(html: str) -> int:
    """Return the price of a product page in minor units."""
    found = re.search(r'class="price[^"]*"><small>¥</small>([\d,]+)<small>\.(\d\d)<', html)
    assert found is not None, html[:2000]
    return int(found[1].replace(",", "") + found[2])


@pytest.fixture(params=["sqlite", "postgres"])
def shops(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[RunningShop]]:
    """Two servers of one process each, over one database and one folder."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/shop.sqlite3"
        if request.param == "postgres":
            url = stack.enter_context(postgres_database())
        both = [RunningShop(tmp_path, url), RunningShop(tmp_path, url)]
        both[0].seed(pieces=500)
        owner = "StaffFactory(username='owner', role='owner')"
        both[0].run("shell", "-v0", "-c", f"from tests.factories.staff import *; {owner}")
        for shop in both:
            shop.start(web=1)
            stack.callback(shop.stop)
        yield both


def slug_of(shop: RunningShop) -> str:
    """Return the one product."""
    (item,) = requests.get(f"{shop.url}/api/v1/shop/products", timeout=60).json()["items"]
    return str(item["slug"])


def test_no_server_shows_an_old_price_once_the_change_was_answered(
    shops: list[RunningShop],
) -> None:
    slug = slug_of(shops[0])
    staff = [Staff(shop) for shop in shops]
    readers = Readers([f"{shop.url}/p/{slug}/" for shop in shops])
    threads = [threading.Thread(target=readers.run, args=(n,)) for n in range(READERS)]
    answered: list[tuple[float, int]] = []
    for thread in threads:
        thread.start()
    try:
        for number in range(ROUNDS):
            price = 20_00 + number
            staff[number % 2].set_price(slug, price)
            answered.append((time.monotonic(), price))
            for shop in shops:
                assert price_on(requests.get(f"{shop.url}/p/{slug}/", timeout=60).text) == price
                listed = requests.get(f"{shop.url}/api/v1/shop/products", timeout=60).json()
                assert listed["items"][0]["price_minor"] == price
    finally:
        readers.stop.set()
        for thread in threads:
            thread.join()

    assert len(readers.seen) > ROUNDS
    for begun, price in readers.seen:
        least = max((minor for at, minor in answered if at <= begun), default=0)
        assert price >= least


def test_shelf_and_stock_are_seen_at_both_servers_at_once(shops: list[RunningShop]) -> None:
    slug = slug_of(shops[0])
    owner, trade = Staff(shops[0]), Trade(shops[1])
    (house,) = trade.stock()

    def pages() -> list[str]:
        return [requests.get(f"{shop.url}/p/{slug}/", timeout=60).text for shop in shops]

    for _ in range(3):
        for shelf, is_sold in (("off", False), ("on", True)):
            owner.post(f"/console/products/item/{slug}/shelf/", {"shelf": shelf})
            assert ["立即购买" in page for page in pages()] == [is_sold] * 2
        for pieces, text in ((0, "暂时缺货"), (3, "库存 3 件"), (500, "有货")):
            body = {"sku": CODE, "warehouse": house, "on_hand": pieces, "reason": "盘点"}
            assert trade.staff("PATCH", "stock", json=body).status_code == 200
            assert [text in page for page in pages()] == [True] * 2


def test_both_servers_change_a_timed_price_at_its_moment(shops: list[RunningShop]) -> None:
    slug = slug_of(shops[0])
    start = datetime.now(UTC) + timedelta(seconds=6)
    moment = start.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M:%S")
    start = start.replace(microsecond=0)
    timed = {"sku-0-timed_price_minor": "15", "sku-0-timed_from": moment}
    Staff(shops[0]).set_price(slug, 19_90, **timed)
    seen: list[tuple[datetime, datetime, int]] = []

    while datetime.now(UTC) < start + timedelta(seconds=2):
        for shop in shops:
            asked = datetime.now(UTC)
            page = requests.get(f"{shop.url}/p/{slug}/", timeout=60)
            seen.append((asked, datetime.now(UTC), price_on(page.text)))

    before = {price for _asked, answered, price in seen if answered < start}
    after = {price for asked, _answered, price in seen if asked > start}
    assert (before, after) == ({19_90}, {15_00})
