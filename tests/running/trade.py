"""A buyer, the shop's staff and WeChat Pay around a running shop, all of them over HTTP only."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import requests
from tests.factories.staff import PASSWORD
from tests.running.shop import ADDRESS, RunningShop

T = TypeVar("T")
SECONDS = 60


def until(look: Callable[[], T], is_right: Callable[[T], object], *, seconds: float = SECONDS) -> T:
    """Look again and again until it is right, and return what was seen."""
    deadline = time.monotonic() + seconds
    while not is_right(seen := look()):
        assert time.monotonic() < deadline, f"waited in vain, last seen: {seen}"
        time.sleep(0.1)
    return seen


@dataclass
class Trade:
    """What can be done at one shop from outside."""

    shop: RunningShop
    phones: int = 13_800_000_000
    base: str = ""  # of the simulator, known from the first address to pay at
    _token: str = field(default="", repr=False)

    def place(self, **changes: Any) -> dict[str, Any]:
        """Place an order as a new buyer, two pieces unless said otherwise."""
        self.phones += 1
        answer = requests.post(
            f"{self.shop.url}/api/v1/shop/orders",
            json={
                "lines": [{"sku": "HOT", "quantity": 2, "unit_price_minor": 1990}],
                "address_text": f"陈晓琳 {self.phones} {ADDRESS}",
                "payment_channel": "wechat_h5",
                **changes,
            },
            headers={"Idempotency-Key": uuid4().hex},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        placed: dict[str, Any] = answer.json()
        return placed

    def order(self, placed: dict[str, Any]) -> dict[str, Any]:
        """Return the order as its buyer sees it."""
        answer = requests.get(
            f"{self.shop.url}/api/v1/shop/orders/{placed['number']}",
            headers={"X-Order-Token": placed["token"]},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def until_order(self, placed: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Wait until the order has these values."""
        return until(
            lambda: self.order(placed),
            lambda seen: all(seen[name] == value for name, value in values.items()),
        )

    def open_payment(self, placed: dict[str, Any]) -> dict[str, Any]:
        """Open the attempt and return what the buyer needs to pay it."""
        answer = requests.post(
            f"{self.shop.url}/api/v1/shop/orders/{placed['number']}/payments",
            json={"payment_channel": "wechat_h5"},
            headers={"Idempotency-Key": uuid4().hex, "X-Order-Token": placed["token"]},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        payment: dict[str, Any] = answer.json()
        self.base = payment["pay_url"].partition("/h5?")[0]
        return payment

    def pay_at_cashier(self, payment: dict[str, Any]) -> requests.Response:
        """Open the cashier, press its button and return where that leads."""
        page = requests.get(payment["pay_url"], timeout=30).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
        pressed = requests.post(
            f"{self.base}/cashier/pay", data=fields, allow_redirects=False, timeout=30
        )
        assert pressed.status_code in (200, 303), pressed.text
        return pressed

    def control(self, what: str, **fields: Any) -> Any:
        """Play fate at the simulator."""
        answer = requests.post(f"{self.base}/_control/{what}", json=fields, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def deliveries(self, placed: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the callbacks about an order, those under way too."""
        items = requests.get(f"{self.base}/_control/deliveries", timeout=30).json()["items"]
        return [one for one in items if one["out_trade_no"].startswith(placed["number"])]

    def staff(self, method: str, path: str, **more: Any) -> requests.Response:
        """Call the API as the owner's program."""
        if not self._token:
            made = self.shop.run("api-key", "create", "--role", "owner", "--json")
            self._token = json.loads(made)["token"]
        return requests.request(
            method,
            f"{self.shop.url}/api/v1/admin/{path}",
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=30,
            **more,
        )

    def stock(self, sku: str = "HOT") -> dict[str, tuple[int, int, int]]:
        """Return warehouse → pieces on hand, reserved, available."""
        items = self.staff("GET", "stock", params={"sku": sku}).json()["items"]
        return {
            one["warehouse"]: (one["on_hand"], one["reserved"], one["available"]) for one in items
        }

    def page(self, path: str) -> str:
        """Return a page of the storefront."""
        answer = requests.get(f"{self.shop.url}{path}", timeout=30)
        assert answer.status_code == 200, path
        return answer.text

    def submit(self, path: str) -> None:
        """Press a button of the storefront that has no fields."""
        answer = requests.post(
            f"{self.shop.url}{path}",
            headers={"Origin": self.shop.url},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 302, path

    def console_page(self, path: str) -> str:
        """Return a page of the console as customer service sees it."""
        with requests.Session() as session:
            session.headers["Origin"] = self.shop.url
            login = session.post(
                f"{self.shop.url}/console/login/",
                data={"username": "service", "password": PASSWORD, "next": path},
                timeout=30,
            )
            assert login.status_code == 200
            assert login.url == f"{self.shop.url}{path}"
            return login.text
