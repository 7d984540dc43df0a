"""Clients of the shop: keep-alive HTTP on loopback, many at once, in a process of their own."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

TIMEOUT = 60.0
GIVE_UP = 120.0  # seconds after which a buyer who is told to come again stops coming


@dataclass(slots=True)
class Outcome:
    """What the clients saw."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)  # milliseconds
    statuses: Counter[str] = field(default_factory=Counter)  # "201", "409 out_of_stock"
    retried: int = 0

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds that this share of the answers kept."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the server."""

    status: int
    head: bytes
    body: bytes

    @property
    def label(self) -> str:
        """Status and, where it is a refusal of the API, its code."""
        if self.status < 400:
            return str(self.status)
        code = self.body.partition(b'"code":"')[2].partition(b'"')[0].decode()
        return f"{self.status} {code}".strip()

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server wants to be asked again; None where it does not."""
        for line in self.head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"retry-after":
                return float(value)
        return None


def request(
    method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, wish: bytes) -> Answer:
        """Send one request; a connection that the server closed meanwhile is opened anew."""
        for is_last in (False, True):
            try:
                return await asyncio.wait_for(self._ask(wish), TIMEOUT)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if is_last:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, wish: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(wish)
        head = await reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        body = b""
        if b"content-length:" in lowered:
            size = int(lowered.partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(size)
        elif b"transfer-encoding: chunked" in lowered:
            body = await _chunks(reader)
        if b"connection: close" in lowered:
            self.close()
        return Answer(int(head[9:12]), head, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


async def _client(
    port: int, wishes: Iterator[bytes], outcome: Outcome, *, until: float, patient: bool
) -> None:
    client = Client(port)
    for wish in wishes:
        if time.monotonic() > until:
            break
        began = time.perf_counter()
        answer = await client.ask(wish)
        while patient and answer.status == 503 and time.perf_counter() - began < GIVE_UP:
            wait = answer.retry_after
            if wait is None:
                break
            outcome.retried += 1
            await asyncio.sleep(wait)
            answer = await client.ask(wish)
        outcome.latencies.append((time.perf_counter() - began) * 1000)
        outcome.statuses[answer.label] += 1
    client.close()


async def _drive(
    port: int, wishes: Sequence[bytes], clients: int, seconds: float, patient: bool
) -> Outcome:
    outcome, until = Outcome(), time.monotonic() + (seconds or 3_600.0)
    source = _again_and_again(wishes) if seconds else iter(wishes)
    began = time.perf_counter()
    await asyncio.gather(
        *(_client(port, source, outcome, until=until, patient=patient) for _ in range(clients))
    )
    outcome.seconds = time.perf_counter() - began
    return outcome


def _again_and_again(wishes: Sequence[bytes]) -> Iterator[bytes]:
    while True:
        yield from wishes


def drive_here(
    port: int, wishes: Sequence[bytes], clients: int, seconds: float = 0.0, patient: bool = False
) -> Outcome:
    """Send all wishes once, or for so many seconds, with so many clients, in this process."""
    return asyncio.run(_drive(port, wishes, clients, seconds, patient))


class Driver:
    """A process that drives, so that measuring does not wait for the shop's interpreter."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def drive(
        self,
        port: int,
        wishes: Sequence[bytes],
        *,
        clients: int,
        seconds: float = 0.0,
        patient: bool = False,
    ) -> Outcome:
        """See `drive_here`."""
        return self._pool.submit(drive_here, port, wishes, clients, seconds, patient).result()

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown()
