"""Run the simulator as a process of its own, until SIGTERM or Ctrl-C."""

import argparse
import logging
import signal
import sys
from pathlib import Path
from threading import Event

from zhanggui.payments.providers.simulator.server import SimulatorServer


def main() -> int:
    """Serve until told to stop; prints the address on one line when ready."""
    parser = argparse.ArgumentParser(description="WeChat Pay on this machine; no real money.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--dir", type=Path, required=True, help="keys and books")
    parser.add_argument("--notify-base", default="", help="the shop's origin on this machine")
    parser.add_argument("--merchant-name", default="掌柜演示店")
    parser.add_argument("--retry-scale", type=float, default=1.0, help="1 is WeChat Pay's pace")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with SimulatorServer(
        options.dir,
        port=options.port,
        merchant_name=options.merchant_name,
        notify_base=options.notify_base,
        retry_scale=options.retry_scale,
    ) as server:
        sys.stdout.write(f"WeChat Pay simulator: {server.base}\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
