"""Run all tests on SQLite, PostgreSQL and MariaDB; run by `make test-all`.

`make test-all AFTER_TEST=1`, right after `make test`, leaves out what that ran already.

POSTGRES_URL and MARIADB_URL name the servers, else they are looked for on this machine. Test
databases of their own are made there and dropped again; the seeded ones (tests/seeded) are kept,
with ZHANGGUI_SEEDED_ORDERS orders (1,000,000). A missing server or browser is a failure.
"""

import os
import re
import subprocess
import sys
import zlib
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
NAME = f"zhanggui_{zlib.crc32(str(ROOT).encode()):08x}"  # two checkouts do not meet
DEFAULTS = {
    "POSTGRES_URL": "postgres://postgres@127.0.0.1:5432",
    "MARIADB_URL": "mysql://root@127.0.0.1:3306",
}
# The browser, the whole lists and what says so run once; what databases may do differently runs
# on each.
PER_DATABASE = "database and not browser and not full and not once"
LEFT_OUT_BY_TEST = "full or servers"
CLOSING = re.compile(r"^(no tests ran|\d+ \w+).* in [\d.]+s")
PROBE = """
import django; django.setup()
from django.db import connection
with connection._nodb_cursor() as cursor:
    cursor.execute("SELECT 1")
"""


def address(variable: str) -> str:
    """Return the address of a server that answers, with a database name of ours; else end."""
    url = os.environ.get(variable, DEFAULTS[variable]).rstrip("/")
    wanted = url if urlsplit(url).path else f"{url}/{NAME}"
    settings = {"DATABASE_URL": wanted, "DJANGO_SETTINGS_MODULE": "zhanggui.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **settings},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        sys.exit(f"No server answers ({reason}).\nStart one, or say where one is: {variable}.")
    return wanted


def suite(title: str, *arguments: str, **variables: str) -> tuple[str, bool]:
    """Run pytest, passing its output on; return its closing line and whether all is well."""
    print(f"\n==> {title}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-rs"]
    command += [*arguments, *sys.argv[1:]]
    closing, is_skipping = "no closing line", False
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
    ) as running:
        for line in running.stdout or ():
            print(line, end="", flush=True)
            if CLOSING.match(plain := line.strip("= \n")):
                closing, is_skipping = plain, " skipped" in plain
    return f"{title}: {closing}", running.returncode == 0 and not is_skipping


def seeded(title: str, url: str) -> tuple[str, bool]:
    """Ask the large database of a server, which is made where it is missing, and kept."""
    wanted = {"DATABASE_URL": url, "ZHANGGUI_SEEDED": "1"}
    return suite(title, "-n", "0", "-m", "seeded", "tests/seeded", **wanted)


def main() -> None:
    """Run the suites, all of them also when one fails, and close with their results."""
    os.environ.pop("DATABASE_URL", None)
    servers = {variable: address(variable) for variable in DEFAULTS}
    every = {"ZHANGGUI_FULL": "1", "ZHANGGUI_SERVERS": "1", "ZHANGGUI_REQUIRE_BROWSER": "1"}
    rest = ["-m", LEFT_OUT_BY_TEST] if os.environ.get("AFTER_TEST") == "1" else []
    results = [
        suite("SQLite, browser, whole lists", *rest, **every, **servers),
        suite("PostgreSQL", "-m", PER_DATABASE, DATABASE_URL=servers["POSTGRES_URL"]),
        suite("MariaDB", "-m", PER_DATABASE, DATABASE_URL=servers["MARIADB_URL"]),
        seeded("PostgreSQL, seeded", servers["POSTGRES_URL"]),
        seeded("MariaDB, seeded", servers["MARIADB_URL"]),
    ]
    print("\n" + "\n".join(closing for closing, _ in results))
    if not all(is_well for _, is_well in results):
        sys.exit("Not all tests passed, or a required one was skipped.")


if __name__ == "__main__":
    main()
