"""A local stand-in for WeChat Pay APIv3, true to its protocol; no real money.

It runs as its own process (`python -m zhanggui.payments.providers.simulator --port 9100 --dir DIR`)
or in a thread (`SimulatorServer`), keeps its books in DIR, and listens on this machine only.
"""

from zhanggui.payments.providers.simulator.keys import (
    Credentials,
    app_secret,
    credentials,
    environment,
)
from zhanggui.payments.providers.simulator.server import SimulatorServer

__all__ = ["Credentials", "SimulatorServer", "app_secret", "credentials", "environment"]
