"""Notifications to the shop: encrypted, signed, repeated until taken, and forged on demand."""

import http.client
import ipaddress
import json
import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from zhanggui.payments.providers.simulator.ledger import Simulation, china_time, rfc3339
from zhanggui.payments.providers.simulator.wire import sealed, signed_headers

logger = logging.getLogger(__name__)

# Seconds between the tries; after the last one WeChat Pay gives up.
RETRIES_S = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
ANSWER_WITHIN_S = 5
SENDERS = 4
IDLE_S = 5.0  # a look at the books though nobody called


def announce(
    sim: Simulation,
    books: sqlite3.Connection,
    *,
    kind: str,
    summary: str,
    url: str,
    facts: Mapping[str, Any],
) -> None:
    """Put a notification into the books, with its copies and forgeries as switched."""
    now, faults = sim.moment(), sim.faults.now
    event = {
        "id": f"EV-{china_time(now):%Y%m%d%H%M%S}{secrets.randbelow(10**10):010}",
        "create_time": rfc3339(now),
        "event_type": kind,
        "summary": summary,
        "facts": dict(facts),
    }
    copies = [] if sim.faults.take_loss() else [""] * (1 + faults.callback_repeat)
    due_at = time.time() + faults.callback_delay_s
    for forgery in [*faults.callback_forge, *copies]:
        books.execute(
            "INSERT INTO deliveries (url, event, forgery, state, due_at, tries, answer)"
            " VALUES (?, ?, ?, 'waiting', ?, 0, '')",
            (url, json.dumps(event, ensure_ascii=False), forgery, due_at),
        )


class Dispatcher:
    """The thread that sends what is due. `tick` lets other clocks run, and says when they are due.

    Messages go to addresses of this machine only.
    """

    def __init__(self, sim: Simulation, *, tick: Callable[[], float | None]) -> None:
        self._sim = sim
        self._tick = tick
        self._stopped = Event()
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="simulator-sender")
        self._thread = Thread(target=self._run, name="simulator-dispatcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the messages under way; what is due stays in the books."""
        self._stopped.set()
        self._sim.wake.set()
        self._thread.join()
        self._senders.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._sim.wake.clear()
            try:
                pause = self._round()
            except sqlite3.OperationalError:  # another process holds the books: try again
                logger.exception("the books are busy")
                pause = 1.0
            self._sim.wake.wait(pause)

    def _round(self) -> float:
        settles_at = self._tick()
        for delivery in self._claim():
            self._senders.submit(self._deliver, delivery)
        return self._pause(settles_at)

    def _pause(self, settles_at: float | None) -> float:
        """Return the seconds until something is due: a refund of the books, or a message."""
        with self._sim.lock:
            due_at: float | None = self._sim.database.execute(
                "SELECT MIN(due_at) FROM deliveries WHERE state = 'waiting'"
            ).fetchone()[0]
        waits = [IDLE_S]
        if due_at is not None:
            waits.append(due_at - time.time())
        if settles_at is not None:
            waits.append(settles_at - self._sim.moment())
        return max(0.005, min(waits))

    def _claim(self) -> list[sqlite3.Row]:
        with self._sim.lock:  # a look outside a transaction: nothing is due most of the time
            due = self._sim.database.execute(
                "SELECT * FROM deliveries WHERE state = 'waiting' AND due_at <= ? ORDER BY id"
                " LIMIT 50",
                (time.time(),),
            ).fetchall()
            if due:
                marks = ",".join("?" * len(due))
                self._sim.database.execute(
                    f"UPDATE deliveries SET state = 'sending' WHERE id IN ({marks})",  # noqa: S608 -- question marks
                    [row["id"] for row in due],
                )
        return due

    def _deliver(self, row: sqlite3.Row) -> None:
        try:
            status = str(send(self._sim, row))
        except (OSError, http.client.HTTPException, ValueError) as problem:
            status = type(problem).__name__
        tries = row["tries"] + 1
        if status in ("200", "204"):
            state, wait = "taken", 0.0
        elif status == "NotLocal" or row["forgery"] or tries > len(RETRIES_S):
            state, wait = "given_up", 0.0
        else:
            state, wait = "waiting", RETRIES_S[tries - 1] * self._sim.retry_scale
        logger.info("notification %s try %s: %s", row["id"], tries, status)
        with self._sim.books() as books:
            books.execute(
                "UPDATE deliveries SET state = ?, tries = ?, due_at = ?, answer = ? WHERE id = ?",
                (state, tries, time.time() + wait, status, row["id"]),
            )
        self._sim.wake.set()


class NotLocal(ValueError):
    """The shop's address is not on this machine; a simulator sends nothing elsewhere."""


def send(sim: Simulation, row: sqlite3.Row) -> int:
    """Send one notification once, and return the shop's HTTP status. Redirects are not followed.

    Raises:
        NotLocal: the address is not of this machine.
    """
    host, port, path = local_target(sim, row["url"])
    body, headers = message(sim, event=json.loads(row["event"]), forgery=row["forgery"])
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request("POST", path, body=body, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def local_target(sim: Simulation, url: str) -> tuple[str, int, str]:
    """Return the loopback address, port and path for a notify_url."""
    parts = urlsplit(sim.notify_base or url)
    host, port = parts.hostname or "", parts.port or 80
    if parts.scheme != "http" or not is_loopback(host):
        raise NotLocal(host)
    return host, port, urlsplit(url).path or "/"


def is_loopback(host: str) -> bool:
    """Say whether this host is surely this machine; no name is looked up."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def message(
    sim: Simulation, *, event: dict[str, Any], forgery: str = ""
) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a notification as sent now, forged in one way or true."""
    facts = dict(event["facts"])
    if forgery == "amount":
        facts["amount"] = facts["amount"] | {"total": facts["amount"]["total"] + 1}
    if forgery == "merchant":
        facts["mchid"] = "1000000000"
    kind = "refund" if event["event_type"].startswith("REFUND.") else "transaction"
    envelope = {
        # A forged fact is an event of its own, or it would be taken for a repeat.
        "id": event["id"] + ("-forged" if forgery in ("amount", "merchant") else ""),
        "create_time": event["create_time"],
        "resource_type": "encrypt-resource",
        "event_type": event["event_type"],
        "summary": event["summary"],
        "resource": sealed(ring=sim.ring, facts=facts, kind=kind),
    }
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    signed_at = time.time() - (600 if forgery == "stale" else 0)
    headers = signed_headers(ring=sim.ring, body=body, now=signed_at, by=sim.faults.now.sign_with)
    true = headers["Wechatpay-Signature"]
    if forgery == "signature":
        headers["Wechatpay-Signature"] = ("B" if true[0] == "A" else "A") + true[1:]
    if forgery == "probe":
        headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + true[:64]
    if forgery == "serial":
        headers["Wechatpay-Serial"] = "PUB_KEY_ID_0199999999999999999999999999"
    headers |= {"Content-Type": "application/json", "User-Agent": "Mozilla/4.0", "Accept": "*/*"}
    return body, headers
