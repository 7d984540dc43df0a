"""What a process of the shop imports before it has anything to do."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Each costs a noticeable part of a second or many megabytes, and is imported where it is used.
HEAVY = {
    "wechatpayv3": "talking to a payment channel",
    "cryptography.x509": "talking to a payment channel",
    "requests": "asking WeChat who reads",
    "phonenumbers": "reading a phone number",
    "zhanggui.regions.calc.parsing": "reading a pasted address",
    "pypinyin": "saving a product",
    "PIL": "saving a picture",
    "zhanggui.orders.importing": "importing a history",
    "zhanggui.demo.loading": "loading the demo",
    "ninja": "answering requests",
    "pydantic": "answering requests",
    "granian": "serving",
}
SETUP = "import sys, django; django.setup(); print(*sys.modules)"
SERVE = "import sys, zhanggui.config.wsgi, zhanggui.config.urls; print(*sys.modules)"
FOR_REQUESTS = {"ninja", "pydantic", "PIL"}


def imported(program: str) -> set[str]:
    """Return the modules that a process has after running a program."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_no_process_imports_at_once_what_it_may_never_need() -> None:
    modules = imported(SETUP)

    assert "zhanggui.orders.models" in modules
    assert {name: use for name, use in HEAVY.items() if name in modules} == {}


def test_a_web_process_imports_what_requests_need_and_no_more() -> None:
    modules = imported(SERVE)

    assert "zhanggui.web.storefront.urls" in modules
    assert HEAVY.keys() & modules <= FOR_REQUESTS
