"""The small process that keeps the shop open."""

import subprocess
import sys

from tests.web.management.test_startup import HOST

from zhanggui.web.management import startup
from zhanggui.web.management.keeper import answers


def test_it_loads_nothing_of_django() -> None:
    code = "import sys, zhanggui.web.management.keeper; print('django' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_a_server_that_is_not_there_does_not_answer() -> None:
    assert answers(HOST, startup.free_port(host=HOST, near=40_000)) is False
