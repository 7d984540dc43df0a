"""A shop that runs as its users run it: `zhanggui up` with web processes, a worker, a database."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
DEMO_SECONDS = 400  # where other programs work beside
ADDRESS = "浙江省杭州市西湖区示例路 88 号 3 幢"
SEED = """
from tests.factories.catalog import SkuFactory
from tests.factories.shop import open_shop, stocked
from tests.factories.staff import StaffFactory
open_shop(name="拾光生活", transfer_account="示例银行 0000", is_demo={is_demo})
StaffFactory(username="service", role="service")
stocked(SkuFactory(code="HOT", price_minor=1990, weight_grams=500), {pieces})
"""
BOOKS = """
import json
from django.db.models import Sum
from zhanggui.inventory.models import StockLevel, StockMovement
from zhanggui.orders.models import Order, OrderLine
level = StockLevel.objects.get()
sums = StockMovement.objects.aggregate(on_hand=Sum("on_hand_delta"), reserved=Sum("reserved_delta"))
print(json.dumps({{
    "orders": Order.objects.count(),
    "numbers": list(Order.objects.values_list("number", flat=True)),
    "lines": OrderLine.objects.count(),
    "pieces": OrderLine.objects.aggregate(n=Sum("quantity"))["n"] or 0,
    "on_hand": level.on_hand, "reserved": level.reserved,
    "ledger_on_hand": sums["on_hand"], "ledger_reserved": sums["reserved"],
}}))
""".replace("{{", "{").replace("}}", "}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningShop:
    """One shop in a folder of its own; it can be killed and started again."""

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)  # of the environment

    @property
    def url(self) -> str:
        """Where the shop answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return what every process of this shop is told."""
        return {
            **os.environ,
            "ZHANGGUI_VAR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            **self.more,
        }

    def run(self, *words: str) -> str:
        """Run one command of the shop and return what it prints."""
        command = [sys.executable, "-W", "ignore", "-m", "zhanggui", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def seed(self, *, pieces: int, is_demo: bool = False) -> None:
        """Migrate and put one SKU on sale; a demo shop is paid at a simulator of its own."""
        self.run("migrate", "--verbosity=0")
        self.run("shell", "--verbosity=0", "-c", SEED.format(pieces=pieces, is_demo=is_demo))

    def books(self) -> dict[str, Any]:
        """Return what the database says of orders and stock."""
        found: dict[str, Any] = json.loads(
            self.run("shell", "--verbosity=0", "-c", BOOKS).strip().splitlines()[-1]
        )
        return found

    def start(self, *, web: int = 2, workers: int = 1, with_demo: bool = False) -> None:
        """Start all processes, with the demo where the shop is empty; wait until it answers."""
        command = [sys.executable, "-m", "zhanggui", "up", *([] if with_demo else ["--no-demo"])]
        command += ["--web", str(web), "--workers", str(workers), "--port", str(self.port)]
        log = (self.folder / "log.txt").open("ab")
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + (DEMO_SECONDS if with_demo else START_SECONDS)
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if requests.get(f"{self.url}/livez", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError((self.folder / "log.txt").read_text()[-3000:])

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End all processes: politely, or with SIGKILL for the whole group at once."""
        if self.process is None:
            return
        if how == signal.SIGKILL:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.send_signal(how)
        self.process.wait(timeout=30)
        self.process = None


def wish(number: int) -> tuple[str, dict[str, Any]]:
    """Return key and order of buyer `number`, who has a phone of their own."""
    wanted = {
        "lines": [{"sku": "HOT", "quantity": 1}],
        "address_text": f"买家 {13800000000 + number} {ADDRESS}",
        "payment_channel": "transfer",
    }
    return f"buyer-{number:06d}-key-0001", wanted


def buy(url: str, number: int, *, client: requests.Session | None = None) -> requests.Response:
    """Send the order of buyer `number`."""
    key, wanted = wish(number)
    return (client or requests).post(
        f"{url}/api/v1/shop/orders", json=wanted, headers={"Idempotency-Key": key}, timeout=60
    )


@contextmanager
def postgres_database() -> Iterator[str]:
    """Yield the address of an empty PostgreSQL database that is dropped afterwards."""
    import psycopg

    base = os.environ.get("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    server, _, _name = base.rpartition("/")
    name = f"zhanggui_running_{uuid4().hex[:8]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def mariadb_database() -> Iterator[str]:
    """Yield the address of an empty MariaDB database that is dropped afterwards."""
    import pymysql

    place = urlsplit(os.environ.get("MARIADB_URL", "mysql://root@127.0.0.1:3306"))
    name = f"zhanggui_running_{uuid4().hex[:8]}"
    connection = pymysql.connect(
        host=place.hostname or "127.0.0.1",
        port=place.port or 3306,
        user=unquote(place.username or ""),
        password=unquote(place.password or ""),
        autocommit=True,
    )
    with connection, connection.cursor() as cursor:
        collation = "CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
        cursor.execute(f"CREATE DATABASE {name} {collation}")
        try:
            yield place._replace(path=f"/{name}").geturl()
        finally:
            cursor.execute(f"DROP DATABASE {name}")
