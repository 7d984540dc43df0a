"""The simulator's own books in one SQLite file: they survive a restart."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event, RLock
from zoneinfo import ZoneInfo

from zhanggui.payments.providers.simulator.faults import FaultBoard
from zhanggui.payments.providers.simulator.keys import KeyRing, key_ring

CHINA = ZoneInfo("Asia/Shanghai")
TABLES = """
CREATE TABLE IF NOT EXISTS payments (
    out_trade_no TEXT PRIMARY KEY, kind TEXT NOT NULL, parameters TEXT NOT NULL,
    description TEXT NOT NULL, attach TEXT NOT NULL, total INTEGER NOT NULL,
    notify_url TEXT NOT NULL, state TEXT NOT NULL, created_at REAL NOT NULL,
    expires_at REAL NOT NULL, transaction_id TEXT, openid TEXT, paid_at REAL);
CREATE INDEX IF NOT EXISTS payments_paid ON payments (paid_at);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, out_trade_no TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refunds (
    out_refund_no TEXT PRIMARY KEY, out_trade_no TEXT NOT NULL, refund_id TEXT NOT NULL,
    parameters TEXT NOT NULL, refund INTEGER NOT NULL, notify_url TEXT NOT NULL,
    status TEXT NOT NULL, settle_as TEXT NOT NULL, settle_at REAL NOT NULL,
    created_at REAL NOT NULL, ended_at REAL);
CREATE INDEX IF NOT EXISTS refunds_of ON refunds (out_trade_no);
CREATE INDEX IF NOT EXISTS refunds_open ON refunds (status, settle_at);
CREATE TABLE IF NOT EXISTS people (openid TEXT PRIMARY KEY, user TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS oauth_codes (
    code TEXT PRIMARY KEY, openid TEXT NOT NULL, scope TEXT NOT NULL, expires_at REAL NOT NULL,
    used_at REAL);
CREATE TABLE IF NOT EXISTS oauth_tokens (
    token TEXT PRIMARY KEY, openid TEXT NOT NULL, scope TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, event TEXT NOT NULL, forgery TEXT NOT NULL,
    state TEXT NOT NULL, due_at REAL NOT NULL, tries INTEGER NOT NULL, answer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_at);
CREATE TABLE IF NOT EXISTS bill_tokens (
    token TEXT PRIMARY KEY, day TEXT NOT NULL, bill TEXT NOT NULL, is_packed INTEGER NOT NULL,
    expires_at REAL NOT NULL);
"""


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Everything one running simulator shares between its threads."""

    ring: KeyRing
    merchant_name: str
    notify_base: str  # callbacks go to this origin; empty: to their own, if it is local
    retry_scale: float  # of the retry table: 1 is WeChat Pay's own pace
    database: sqlite3.Connection
    lock: RLock = field(default_factory=RLock)
    faults: FaultBoard = field(default_factory=FaultBoard)
    wake: Event = field(default_factory=Event)  # something became due

    @contextmanager
    def books(self) -> Iterator[sqlite3.Connection]:
        """Hold the books alone; everything done inside is kept, or nothing when it raises."""
        with self.lock:
            self.database.execute("BEGIN IMMEDIATE")
            try:
                yield self.database
            except BaseException:
                self.database.rollback()
                raise
            self.database.commit()

    def moment(self) -> float:
        """Return the time of the books, in seconds since 1970."""
        return time.time() + self.faults.now.time_shift_s


def open_simulation(
    folder: Path, *, merchant_name: str, notify_base: str = "", retry_scale: float = 1.0
) -> Simulation:
    """Open the books of this folder, making them on first use."""
    ring = key_ring(folder)
    database = sqlite3.connect(
        folder / "ledger.sqlite3", check_same_thread=False, isolation_level=None, timeout=10
    )
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.executescript(TABLES)
    database.execute("UPDATE deliveries SET state = 'waiting' WHERE state = 'sending'")
    (folder / "ledger.sqlite3").chmod(0o600)
    return Simulation(
        ring=ring,
        merchant_name=merchant_name,
        notify_base=notify_base,
        retry_scale=retry_scale,
        database=database,
    )


def china_time(moment: float) -> datetime:
    """Return a moment of the books as China writes it."""
    return datetime.fromtimestamp(moment, CHINA).replace(microsecond=0)


def rfc3339(moment: float) -> str:
    """Return a moment of the books as the API writes it."""
    return china_time(moment).isoformat()
