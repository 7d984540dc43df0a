"""Large amounts: products with pictures imported, edited, exported at the console, which is in use.

The shop runs as `zhanggui up` runs it. One person does it all by the console's own forms; beside
it somebody loads console pages and a buyer orders, twice a second each, and notes how long it
takes. Wall time says little where others use the machine; processor time and memory do.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import requests

from bench import cpu
from bench.databases import Database
from bench.files import picture_bundle
from bench.rows.checkout import wanted
from bench.servers import Shop
from bench.upkeep import database_of

_PAUSE = 0.5  # between two pages of who looks on, and two orders of who buys
_PATIENCE = 3 * 3600
_BUSY = re.compile(r'hx-trigger="every 1s"')
_NUMBERS = re.compile(r'<span class="num">([\d,]+) / ([\d,]+)</span>')
_OUTCOME = re.compile(r'id="n-(\w+)">([\d,]+)')
_MIB = 1024


@dataclass(slots=True)
class Watch:
    """How long pages and orders took for others during a step, in milliseconds by kind."""

    times: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def note(self, kind: str, seconds: float) -> None:
        """Keep one time."""
        self.times.setdefault(kind, []).append(seconds * 1000)

    def told(self, *kinds: str) -> str:
        """Return median / 95th percentile / worst of some kinds."""
        times = sorted(one for kind in kinds for one in self.times.get(kind, ()))
        if not times:
            return "-"
        ranks = (len(times) // 2, min(len(times) * 95 // 100, len(times) - 1), len(times) - 1)
        return " / ".join(f"{times[rank]:.0f}" for rank in ranks)


@dataclass(slots=True, kw_only=True)
class Step:
    """What one step took."""

    name: str
    seconds: float = 0.0
    web_cpu: float = 0.0  # seconds
    worker_cpu: float = 0.0
    database_cpu: float = 0.0
    web_mib: int = 0  # the largest of the web processes at its largest
    worker_mib: int = 0
    progress: int = 0  # different figures that the page showed
    note: str = ""
    watch: Watch = field(default_factory=Watch)


class Person:
    """Somebody at the console."""

    def __init__(self, shop: Shop, cookie: str) -> None:
        self.base = f"http://127.0.0.1:{shop.port}"
        self.client = requests.Session()
        self.client.headers["Origin"] = self.base
        name, _, value = cookie.partition("=")
        self.client.cookies.set(name, value)  # a header would not follow to the next page

    def get(self, path: str) -> requests.Response:
        """Load a page."""
        return _right(self.client.get(f"{self.base}{path}", timeout=120))

    def post(self, path: str, data: Any, **more: Any) -> requests.Response:
        """Send a form and follow to the page after it."""
        return _right(self.client.post(f"{self.base}{path}", data, timeout=1800, **more))

    def wait(self, path: str, step: Step, is_over: Callable[[str], bool]) -> str:
        """Look at a page each second, as it does itself, until work on it is over."""
        seen: set[Any] = set()
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            html = self.get(path).text
            if is_over(html):
                step.progress += len(seen)
                return html
            seen.add(tuple(_NUMBERS.findall(html)) or tuple(re.findall(r'value="(\d+)"', html)))
            time.sleep(1)
        sys.exit(f"{path} is not over after {_PATIENCE} s")


def _right(answer: requests.Response) -> requests.Response:
    if answer.status_code != 200 or "/login/" in answer.url:
        said = re.findall(r"(?:alert|f-err)[^>]*>(.{1,400})", answer.text)
        sys.exit(f"{answer.request.method} {answer.url}: {answer.status_code} {said}")
    return answer


class Bench:
    """A shop with its person, and what was measured."""

    def __init__(self, shop: Shop, database: Database, sample: dict[str, Any]) -> None:
        self.shop, self.database, self.sample = shop, database, sample
        self.person = Person(shop, sample["sessions"]["owner"])
        self.steps: list[Step] = []
        self.watch = Watch()

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Measure one step."""
        step = Step(name=name)
        self.watch = step.watch
        web, worker = self._processes()
        for one in (*web, *worker):
            Path(f"/proc/{one}/clear_refs").write_text("5")  # its peak begins anew
        before, began = self._used(web, worker), time.monotonic()
        yield step
        step.seconds = time.monotonic() - began
        after = self._used(web, worker)
        step.web_cpu, step.worker_cpu, step.database_cpu = (
            (b - a) / 1000 for a, b in zip(before, after, strict=True)
        )
        step.web_mib = max(_peak_kib(one) for one in web) // _MIB
        step.worker_mib = max(_peak_kib(one) for one in worker) // _MIB
        self.steps.append(step)
        print(_row(_cells(step)), flush=True)

    def wait_for_worker(self) -> None:
        """Wait until the worker runs, which starts after the web processes."""
        while not self._processes()[1]:
            time.sleep(0.5)

    def _processes(self) -> tuple[list[int], list[int]]:
        assert self.shop.process is not None
        roles = self.shop.memory_kib()
        pids = {name.rpartition("#")[2]: name for name in roles}
        return (
            [int(pid) for pid, name in pids.items() if name.startswith("web #")],
            [int(pid) for pid, name in pids.items() if name.startswith("worker")],
        )

    def _used(self, web: Sequence[int], worker: Sequence[int]) -> tuple[float, float, float]:
        def of(pids: Sequence[int]) -> float:
            return sum(one.own_ms + one.ended_ms for pid in pids if (one := cpu.usage(pid)))

        return of(web), of(worker), self.database.used_ms()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let others load pages and order all the time."""
        over = threading.Event()
        others = [
            threading.Thread(target=one, args=(over,)) for one in (self._look_on, self._order)
        ]
        for one in others:
            one.start()
        try:
            yield
        finally:
            over.set()
            for one in others:
                one.join()

    def _look_on(self, over: threading.Event) -> None:
        number = self.sample["numbers"][0]
        pages = {
            "orders": "/console/orders/",
            "products": "/console/products/",
            "order": f"/console/orders/{number}/",
        }
        person = Person(self.shop, self.sample["sessions"]["owner"])

        def look(path: str) -> requests.Response:
            return person.client.get(f"{person.base}{path}", timeout=120)

        while not over.is_set():
            for kind, path in pages.items():
                self._timed(kind, partial(look, path))
                over.wait(_PAUSE)

    def _order(self, over: threading.Event) -> None:
        client, codes, place = requests.Session(), self.sample["skus"], 0
        url = f"http://127.0.0.1:{self.shop.port}/api/v1/shop/orders"

        def order() -> requests.Response:
            body, key = wanted(codes[place % len(codes)])
            headers = {"Idempotency-Key": key}
            return client.post(url, json=body, headers=headers, timeout=120)

        while not over.is_set():
            self._timed("checkout", order)
            place += 1
            over.wait(_PAUSE)

    def _timed(self, kind: str, ask: Callable[[], requests.Response]) -> None:
        watch, began = self.watch, time.monotonic()
        try:
            status = ask().status_code
        except requests.RequestException as error:
            watch.failures.append(f"{kind}: {type(error).__name__}")
            return
        watch.note(kind, time.monotonic() - began)
        if status not in (200, 201):
            watch.failures.append(f"{kind}: {status}")

    def run_all(self, folder: Path, *, products: int) -> None:
        """Import, edit, undo, export, import what was exported."""
        self.import_(folder / "products.zip", name="ZIP", made=products)
        self.edit(products)
        exported = [self.export(ending, folder) for ending in ("xlsx", "csv")]
        for one in exported:
            self.import_(one, name=one.suffix[1:], made=0)

    def import_(self, path: Path, *, name: str, made: int) -> None:
        """Upload, match, check and, where it is new, write."""
        person = self.person
        with self.step(f"upload {name}") as step, path.open("rb") as file:
            answer = person.post(
                "/console/imports/new/", {"kind": "products"}, files={"file": (path.name, file)}
            )
            step.note = f"{path.stat().st_size / 1e6:.0f} MB"
        page = re.search(r"/console/imports/\d+/", answer.url)
        assert page, answer.url
        columns = re.findall(r'<select[^>]*name="column".*?</select>', answer.text, flags=re.DOTALL)
        chosen = [(re.search(r'value="([^"]*)" selected', one) or ["", ""])[1] for one in columns]
        house = re.search(r'name="warehouse".*?value="(\d+)"', answer.text, flags=re.DOTALL)
        data = {"format": "zhanggui", "column": chosen, "stock": "new", "shelf": "on"}
        with self.step(f"check {name}") as step:
            person.post(f"{page[0]}match/", data | {"warehouse": house[1] if house else ""})
            html = person.wait(page[0], step, _is_quiet)
            step.note = _outcomes(html)
        if not made:
            return
        with self.step(f"import {name}") as step:
            person.post(f"{page[0]}begin/", {})
            html = person.wait(page[0], step, _is_quiet)
            step.note = _outcomes(html)

    def edit(self, products: int) -> None:
        """Raise all prices by a twentieth, and set them back."""
        wish = {"all": "1", "act": "price", "price-how": "raise_by", "price-amount": "5"}
        with self.step("preview") as step:
            answer = self.person.post("/console/products/bulk/", wish | {"price-ending": ""})
        page = answer.url.removeprefix(self.person.base)
        for act, name in (("run", "bulk edit"), ("undo", "undo of it")):
            with self.step(name) as step:
                self.person.post(f"{page}{act}/", {})
                html = self.person.wait(page, step, _is_quiet)
                step.note = (
                    ", ".join(
                        f"{what} {n}"
                        for what, n in re.findall(r'<span>(\S+) <b class="num">([\d,]+)</b>', html)
                    )
                    or f"{products:,} products"
                )

    def export(self, ending: str, folder: Path) -> Path:
        """Have all products written to a table, and fetch it."""
        with self.step(f"export {ending}") as step:
            self.person.post("/console/exports/new/", {"kind": "products", "ending": ending})
            html = self.person.wait("/console/exports/", step, _is_quiet)
            link = re.search(r"/console/exports/\d+/file/", html)
            assert link, html[-3000:]
            path = folder / f"exported.{ending}"
            path.write_bytes(self.person.get(link[0]).content)
            step.note = f"{path.stat().st_size / 1e6:.1f} MB"
        return path


def _is_quiet(html: str) -> bool:
    return not _BUSY.search(html)


def _outcomes(html: str) -> str:
    found = ", ".join(f"{name} {n}" for name, n in _OUTCOME.findall(html))
    problems = re.findall(r'<span class="grow min-w-0 break">([^<]*)</span>', html)
    return found + (f"; {len(problems)} notes: {problems[0]}" if problems else "")


def _peak_kib(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


_HEADS = (
    *("step", "wall s", "CPU s web + worker (+ database)", "peak MiB web / worker", "progress"),
    *("console p50 / p95 / max ms", "checkout p50 / p95 / max ms", "failed", "note"),
)


def _cells(step: Step) -> tuple[str, ...]:
    database = f" + {step.database_cpu:.0f}" if step.database_cpu else ""
    return (
        step.name,
        f"{step.seconds:.0f}",
        f"{step.web_cpu:.1f} + {step.worker_cpu:.1f}{database}",
        f"{step.web_mib} / {step.worker_mib}",
        str(step.progress or ""),
        step.watch.told("orders", "products", "order"),
        step.watch.told("checkout"),
        str(len(step.watch.failures)) + "".join(f" {one}" for one in step.watch.failures[:3]),
        step.note,
    )


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def measure_bulk(words: Sequence[str]) -> None:
    """Do it all once and print the table."""
    options = _parsed(words)
    folder = Path(tempfile.mkdtemp(prefix="zhanggui-bulk-", dir=options.folder))
    database = database_of(options.database, folder)
    database.create()
    shop = Shop(folder, database)
    try:
        shop.run("migrate", "--verbosity=0")
        shop.run("seed-orders", f"--count={options.orders}", "--products=100")
        sample = json.loads(shop.run_module("bench.samples"))
        bundle = picture_bundle(
            folder / "products.zip", products=options.products, pictures=options.pictures
        )
        print(f"{options.products:,} products, {bundle.skus:,} SKUs, {bundle.pictures:,} pictures")
        print(_row(_HEADS), _row(["---"] * len(_HEADS)), sep="\n", flush=True)
        shop.start()
        bench = Bench(shop, database, sample)
        bench.wait_for_worker()
        with bench.watched():
            bench.run_all(folder, products=options.products)
        if options.output:
            steps = [asdict(one) for one in bench.steps]
            options.output.write_text(json.dumps(steps, ensure_ascii=False, indent=1) + "\n")
    finally:
        shop.stop()
        database.drop()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench bulk", description=__doc__)
    parser.add_argument("--products", type=int, default=10_000, help="with 2 to 4 SKUs each")
    parser.add_argument("--pictures", type=int, default=10_000, help="so many products have one")
    parser.add_argument("--orders", type=int, default=2_000, help="that the shop has before")
    parser.add_argument("--database", default="sqlite", choices=["sqlite", "postgres", "mariadb"])
    parser.add_argument("--folder", type=Path, help="for database, pictures and files")
    parser.add_argument("--keep", action="store_true", help="leave that folder behind")
    parser.add_argument("--output", type=Path, help="JSON file for all times")
    return parser.parse_args(words)
