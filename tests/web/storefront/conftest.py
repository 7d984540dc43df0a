"""A shop that is paid through a simulator in this process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from tests.factories.wechat import running_simulator, service_account

from zhanggui.payments.providers.simulator import SimulatorServer, credentials


@pytest.fixture(scope="session")
def wechat_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the keys once: they take a while."""
    folder = tmp_path_factory.mktemp("store-wechat-keys")
    credentials(folder)
    return folder


@pytest.fixture
def simulator(wechat_keys: Path, tmp_path: Path, settings: Any) -> Iterator[SimulatorServer]:
    """Run WeChat Pay and point the shop at it; its own callbacks reach nobody."""
    with running_simulator(wechat_keys, tmp_path / "simulator") as (server, values):
        settings.WECHATPAY = values
        yield server


@pytest.fixture
def account(simulator: SimulatorServer, tmp_path: Path, settings: Any) -> SimulatorServer:
    """Give the shop the keys of a service account: who pays inside WeChat, and signing in there."""
    settings.WECHAT = service_account(tmp_path / "simulator", base=simulator.base)
    return simulator


@pytest.fixture(autouse=True)
def _memory_cache(settings: Any) -> Iterator[None]:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "storefront-tests",
        }
    }
    cache.clear()
    yield
    cache.clear()
