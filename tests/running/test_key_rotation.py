"""The key of personal data is changed while buyers order at two web processes: nobody notices."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.running.shop import RunningShop, buy, mariadb_database, postgres_database

pytestmark = pytest.mark.full

BUYERS, BEFORE = 4, 120
READ = """
import json
from zhanggui.core import rotation
from zhanggui.orders.models import Order
keys = {one.key_id for one in rotation.values_by_key()}
read = [[one.number, one.name, one.phone, bool(one.detail)] for one in Order.objects.order_by("pk")]
print(json.dumps({"keys": sorted(keys), "orders": read}))
"""


class Buyers:
    """People who order one after the other, each at once, and look at what they ordered."""

    def __init__(self, shop: RunningShop, *, first: int) -> None:
        self.shop = shop
        self.numbers = iter(range(first, first + 100_000))
        self.placed: dict[str, int] = {}  # order number → buyer
        self.failed: list[str] = []
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.order) for _ in range(BUYERS)]

    def __enter__(self) -> "Buyers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def order(self) -> None:
        """Order and read, until it is over."""
        with requests.Session() as client:
            while not self.over.is_set():
                with self.lock:
                    number = next(self.numbers)
                answer = buy(self.shop.url, number, client=client)
                if answer.status_code != 201:
                    self.failed.append(f"{answer.status_code} {answer.text[:300]}")
                    continue
                made = answer.json()
                self.placed[made["number"]] = number
                for path in (f"/api/v1/shop/orders/{made['number']}", f"/o/{made['token']}/"):
                    seen = client.get(
                        f"{self.shop.url}{path}",
                        headers={"X-Order-Token": made["token"]},
                        timeout=60,
                    )
                    if seen.status_code != 200:
                        self.failed.append(f"{path} {seen.status_code} {seen.text[:300]}")


def read(shop: RunningShop) -> dict[str, Any]:
    """Return the keys in use and every order's number, name and phone in clear."""
    told: dict[str, Any] = json.loads(
        shop.run("shell", "--verbosity=0", "-c", READ).strip().splitlines()[-1]
    )
    return told


def rotate_while_buyers_order(folder: Path, database_url: str) -> None:
    """Make a key, rotate to it, remove the old one, start again; buyers order all the time."""
    shop = RunningShop(folder, database_url)
    ring = folder / "keys" / "zhanggui_field_keys"
    try:
        shop.seed(pieces=100_000)
        shop.start(web=2)
        with requests.Session() as client:
            for number in range(BEFORE):
                assert buy(shop.url, number, client=client).status_code == 201
        assert read(shop)["keys"] == ["k1"]

        with Buyers(shop, first=BEFORE) as buyers:
            shop.run("rotate-keys", "--new-key")
            told = shop.run("rotate-keys")
            during = len(buyers.placed)
            shop.run("rotate-keys", "--remove-old")

        assert buyers.failed == []
        assert during > BUYERS
        assert "旧密钥 k1 可以移除" in told
        assert ring.read_text().startswith("k2:")
        assert "," not in ring.read_text()
        shop.stop()
        found = read(shop)  # in a process that has never known the old key
        assert found["keys"] == ["k2"]
        assert len(found["orders"]) == BEFORE + len(buyers.placed)
        for number, name, phone, has_detail in found["orders"]:
            buyer = buyers.placed.get(number)
            assert (name, has_detail) == ("买家", True)
            assert buyer is None or phone == f"+86{13800000000 + buyer}"
        shop.start(web=2)
        assert buy(shop.url, 99_999).status_code == 201
        assert shop.run("rotate-keys", "--status").endswith("Everything is under k2.\n")
    finally:
        shop.stop()


def test_on_sqlite(tmp_path: Path) -> None:
    rotate_while_buyers_order(tmp_path, f"sqlite:///{tmp_path}/shop.sqlite3")


def test_on_postgresql(tmp_path: Path) -> None:
    with postgres_database() as url:
        rotate_while_buyers_order(tmp_path, url)


def test_on_mariadb(tmp_path: Path) -> None:
    with mariadb_database() as url:
        rotate_while_buyers_order(tmp_path, url)
