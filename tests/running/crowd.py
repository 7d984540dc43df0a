"""Very many buyers at the same moment, each on a connection of its own, from one thread."""

import asyncio
import json
import random
import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.running.shop import wish

MOST_TRIES = 30


@dataclass(frozen=True)
class Answer:
    """What a buyer was told in the end, and how often to come again before."""

    status: int
    body: dict[str, Any]
    was_busy: int


def buy_all(url: str, buyers: int) -> list[Answer]:
    """Let so many buyers press the button at once; who is told to come again does so."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with ThreadPoolExecutor(1) as thread:  # Playwright's loop may run in this one
        return thread.submit(asyncio.run, _buy_all(urlsplit(url).port or 80, buyers)).result()


async def _buy_all(port: int, buyers: int) -> list[Answer]:
    go = asyncio.Event()
    waiting = [asyncio.create_task(_buy(port, number, go)) for number in range(buyers)]
    await asyncio.sleep(0)
    go.set()
    return list(await asyncio.gather(*waiting))


async def _buy(port: int, number: int, go: asyncio.Event) -> Answer:
    await go.wait()
    for busy in range(MOST_TRIES):
        status, headers, body = await _post(port, number)
        if status != 503:
            return Answer(status, body, busy)
        assert body["code"] == "busy"
        await asyncio.sleep(int(headers["retry-after"]) * (1 + random.random()))
    raise AssertionError("This buyer was never served.")


async def _post(port: int, number: int) -> tuple[int, dict[str, str], dict[str, Any]]:
    key, wanted = wish(number)
    body = json.dumps(wanted).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            b"POST /api/v1/shop/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\n"
            + f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head, _, answer = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return int(first.split()[1]), headers, json.loads(answer)
