"""What the processes of a shop hold in memory, and that it does not grow with what they serve."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from tests.running.shop import RunningShop, buy

pytestmark = pytest.mark.full

MOST_MIB = 300  # of two web processes and a worker together
A_CONNECTION = 50  # requests
PATHS = (
    *("/", "/categories/", "/search/?q=%E8%8C%B6", "/p/{slug}/", "/cart/", "/checkout/?sku=HOT"),
    *("/api/v1/shop/products", "/api/v1/shop/products/{slug}", "/me/", "/nothing/", "/readyz"),
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[RunningShop]:
    running = RunningShop(tmp_path, f"sqlite:///{tmp_path}/shop.sqlite3")
    running.seed(pieces=100_000)
    running.start()
    yield running
    running.stop()


def held_mib(shop: RunningShop) -> dict[str, float]:
    """Return program → memory of its processes; shared pages count for a part in each (PSS)."""
    assert shop.process is not None
    parents = {
        int(found[1]): int(found[2])
        for stat in Path("/proc").glob("[0-9]*/stat")
        if (found := re.match(r"(\d+) \(.*\) \S (\d+)", stat.read_text()))
    }
    held = {"web": 0.0, "worker": 0.0}
    for pid in parents:
        above = pid
        while above not in (shop.process.pid, 0, 1):
            above = parents.get(above, 0)
        if above != shop.process.pid or pid == above:
            continue
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        (size,) = re.findall(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)
        held["worker" if b"worker\0" in words else "web"] += int(size) / 1024
    return held


def serve(shop: RunningShop, slug: str, numbers: range) -> None:
    """Send requests of all kinds; one in a hundred is an order.

    A connection stays with one web process: there are many, so that each process serves its share.
    """
    paths = [path.format(slug=slug) for path in PATHS]

    def some(part: range) -> None:
        with requests.Session() as client:
            for number in part:
                if number % 100 == 0:
                    assert buy(shop.url, number, client=client).status_code == 201
                else:
                    client.get(f"{shop.url}{paths[number % len(paths)]}", timeout=60)

    connections = len(numbers) // A_CONNECTION
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(some, [numbers[start::connections] for start in range(connections)]))


def test_memory_is_small_and_does_not_grow_over_ten_thousand_requests(shop: RunningShop) -> None:
    (item,) = requests.get(f"{shop.url}/api/v1/shop/products", timeout=60).json()["items"]

    serve(shop, item["slug"], range(1, 1_001))
    early = held_mib(shop)
    serve(shop, item["slug"], range(1_001, 10_001))
    late = held_mib(shop)

    assert sum(late.values()) <= MOST_MIB, (early, late)
    assert late["web"] <= early["web"] * 1.1, (early, late)
