"""Shoppers and staff for capacity planning, run by locust; docs/performance.md tells how.

Shoppers browse, search, fill a basket, buy through the real forms and look at the page to pay.
Staff filter and search the order list, open orders and ship them. Never against a real shop.
"""

import itertools
import os
import random
import re
from html import unescape
from typing import Any

from locust import HttpUser, between, task

WORDS = ("实木", "书桌", "台灯", "陶瓷", "马克杯", "帆布鞋", "键盘", "瑜伽垫", "sm", "北欧")
PLACES = (
    ("浙江省", "杭州市", "西湖区"),
    ("广东省", "深圳市", "南山区"),
    ("四川省", "成都市", "武侯区"),
)
STAFF = os.environ.get("BENCH_STAFF", "owner")
PASSWORD = os.environ.get("BENCH_PASSWORD", "kaimen-daji")  # of every demo
_LINKS = re.compile(r'href="(/p/[^"]+/|/c/[^"]+/)"')
_ORDERS = re.compile(r'href="(/console/orders/\d{16}/)"')
_FIELDS = re.compile(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"')
_numbers = itertools.count(random.randrange(10**7))


class Visitor(HttpUser):
    """What all have in common: posts come from pages of the shop itself."""

    abstract = True

    def get(self, path: str, name: str) -> str:
        """Open a page."""
        return str(self.client.get(path, name=name).text)

    def post(self, path: str, name: str, values: dict[str, Any]) -> Any:
        """Send a form."""
        return self.client.post(path, values, name=name, headers={"Origin": self.host or ""})


class Shopper(Visitor):
    """Looks around much, buys now and then."""

    weight = 20
    wait_time = between(1, 5)

    def on_start(self) -> None:
        """Come in by the home page."""
        self.links: list[str] = []
        self.look("/", "home")

    def look(self, path: str, name: str) -> str:
        """Open a page and remember where it leads."""
        text = self.get(path, name)
        self.links = _LINKS.findall(text) or self.links
        return text

    @task(10)
    def browse(self) -> None:
        """Follow a link to a category or a product."""
        if not self.links:
            self.look("/", "home")
            return
        path = random.choice(self.links)
        self.look(path, "product" if path.startswith("/p/") else "category")

    @task(3)
    def search(self) -> None:
        """Look for something."""
        self.look(f"/search/?q={random.choice(WORDS)}", "search")

    @task(1)
    def buy(self) -> None:
        """Put something into the basket and go through checkout to the page to pay."""
        listing = self.client.get("/api/v1/shop/products?limit=50", name="api products").json()
        chosen = random.choice(listing["items"])
        product = self.client.get(f"/api/v1/shop/products/{chosen['slug']}", name="api product")
        sku = random.choice(product.json()["skus"])["sku"]
        self.post("/cart/add/", "cart add", {"sku": sku, "quantity": "1"})
        page = self.get("/checkout/", "checkout")
        known = {name: unescape(value) for name, value in _FIELDS.findall(page)}
        address = self.address()
        shown = {**known, **address, "channel": "transfer", "action": "quote"}
        priced = self.post("/checkout/", "checkout address", shown).text
        known |= {name: unescape(value) for name, value in _FIELDS.findall(priced)}
        wish = {**known, **address, "channel": "transfer", "action": "pay"}
        with self.client.post(
            "/checkout/",
            wish,
            name="checkout pay",
            headers={"Origin": self.host or ""},
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            if answer.status_code == 503 and "Retry-After" in answer.headers:
                answer.success()  # a clean "come again": the page retries by itself
                return
            if answer.status_code != 302:
                answer.failure(f"no order: {answer.status_code}")
                return
            answer.success()
        if answer.headers["Location"].startswith("/pay/"):
            self.get(answer.headers["Location"], "pay")

    def address(self) -> dict[str, str]:
        """Return the fields of a new buyer."""
        number = next(_numbers)
        province, city, district = random.choice(PLACES)
        return {
            "name": f"买家{number % 997}",
            "phone": f"133{number * 7_368_787 % 10**8:08d}",
            "province": province,
            "city": city,
            "district": district,
            "detail": f"示例路 {number % 300} 号",
        }


class Staff(Visitor):
    """Works through the orders."""

    weight = 1
    wait_time = between(2, 8)

    def on_start(self) -> None:
        """Sign in."""
        self.links: list[str] = []
        self.post("/console/login/", "login", {"username": STAFF, "password": PASSWORD})
        self.open_list("to_ship")

    def open_list(self, status: str) -> None:
        """Open a tab of the list and remember its orders."""
        text = self.get(f"/console/orders/?status={status}", f"orders {status}")
        self.links = _ORDERS.findall(text) or self.links

    @task(4)
    def lists(self) -> None:
        """Look through a tab."""
        self.open_list(random.choice(("to_pay", "to_ship", "to_receive", "completed")))

    @task(2)
    def search(self) -> None:
        """Look for the order of somebody who calls."""
        if self.links:
            number = random.choice(self.links).split("/")[-2]
            self.get(f"/console/orders/?q={random.choice((number, number[-6:]))}", "order search")

    @task(4)
    def read(self) -> None:
        """Open an order."""
        if self.links:
            self.get(random.choice(self.links), "order page")

    @task(2)
    def ship(self) -> None:
        """Ship the first order that waits."""
        self.open_list("to_ship")
        if self.links:
            path = random.choice(self.links)
            self.get(f"{path}ship/", "ship sheet")
            number = f"SF{random.randrange(10**13):013d}"
            wish = {"tracking_no": number, "carrier": "shunfeng"}
            with self.client.post(
                f"{path}ship/",
                wish,
                name="ship",
                headers={"Origin": self.host or ""},
                catch_response=True,
            ) as answer:
                if answer.status_code == 422:  # somebody else was quicker
                    answer.success()

    @task(1)
    def home(self) -> None:
        """Look at the day's figures."""
        self.get("/console/", "dashboard")
