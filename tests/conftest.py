"""What all tests share: a real database, quick password hashes, media in a folder of the run."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker
from tests.environment import forget_shell

from zhanggui.core import versions

forget_shell()  # first of all: before anything reads settings
ROOT = Path(__file__).resolve().parents[1]
# What runs only when it is asked for (by make test-all); the browser is asked for when it is found.
ASKED_FOR = {
    "full": "ZHANGGUI_FULL",
    "servers": "ZHANGGUI_SERVERS",
    "seeded": "ZHANGGUI_SEEDED",
}
# What opens the database to a test; pytest-django refuses it to all others.
OPENS_DATABASE = {"db", "transactional_db", "live_server", "django_db_setup"}
REQUIRE_BROWSER = os.environ.get("ZHANGGUI_REQUIRE_BROWSER") == "1"
# Playwright's loop runs in the thread of the tests, which Django takes for an async one.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def chromium() -> str | None:
    """Return the path of a Chromium of this machine: CHROMIUM names one, else it is looked for."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def uses_database(item: pytest.Item) -> bool:
    """Tell whether a test may ask the database."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(OPENS_DATABASE & fixtures)


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses the database, leave out what needs asking for, say when a browser lacks."""
    for item in filter(uses_database, items):
        item.add_marker("database")
    unasked = {mark for mark, name in ASKED_FOR.items() if os.environ.get(name) != "1"}
    out = [item for item in items if unasked & {mark.name for mark in item.iter_markers()}]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
    browser = [item for item in items if item.get_closest_marker("browser")]
    if browser and not chromium():
        if REQUIRE_BROWSER:
            raise pytest.UsageError("Browser tests are required, but there is no Chromium.")
        for item in browser:
            item.add_marker(pytest.mark.skip(reason="no Chromium found (set CHROMIUM)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium: Playwright must not download one."""
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": ["--no-sandbox", "--disable-dev-shm-usage"],
    }


def is_sqlite() -> bool:
    """Tell whether the tests run on SQLite."""
    return str(connections["default"].settings_dict["ENGINE"]).endswith("sqlite3")


@pytest.fixture(scope="session")
def migrated(request: pytest.FixtureRequest) -> Path:
    """Return where an empty shop's SQLite file lies from run to run, as these sources make it."""
    known = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted((ROOT / "src" / "zhanggui").rglob("*")):
        if path.suffix in {".py", ".csv", ".gz", ".json"} and "static" not in path.parts:
            known.update(f"{path}\n{path.stat().st_size}\n".encode())
            known.update(path.read_bytes())
    return Path(request.config.cache.mkdir("migrated")) / f"{known.hexdigest()}.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Let migrations go on from the file that is there: its folder is of this run."""
    return django_db_keepdb or is_sqlite()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
    migrated: Path,
) -> None:
    """Put SQLite into a file, so that threads and processes see one database as in the shop."""
    database = connections["default"].settings_dict
    if is_sqlite():
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        if migrated.exists():
            shutil.copyfile(migrated, file)
        database["TEST"]["NAME"] = str(file)
        database["OPTIONS"]["init_command"] = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"  # a test need not survive a crash
        )


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, migrated: Path
) -> None:
    """Keep the migrated file: a hundred migrations take ten seconds of each process of a run."""
    if not is_sqlite() or migrated.exists():
        return
    for old in {*migrated.parent.glob("*.sqlite3")} - {migrated}:
        old.unlink(missing_ok=True)
    ours = migrated.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(ours)])
    ours.replace(migrated)


@pytest.fixture(scope="session", autouse=True)
def _test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        FIELD_KEYS_FILE=None,  # keys are those that a test sets
        MEDIA_ROOT=str(tmp_path_factory.mktemp("media")),
        STATIC_ROOT=str(tmp_path_factory.mktemp("static")),
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "private": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": str(tmp_path_factory.mktemp("private"))},
            },
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Begin with an empty memory: the last test's rows were rolled back, not changed."""
    versions.forget()


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """Return the environment in which a process of the shop works on the test's database."""
    wanted = connections["default"].settings_dict
    scheme = {"sqlite3": "sqlite", "postgresql": "postgres", "mysql": "mysql"}
    kind = scheme[str(wanted["ENGINE"]).rpartition(".")[2]]
    where = f"{quote(wanted['USER'])}:{quote(wanted['PASSWORD'])}@{wanted['HOST']}:{wanted['PORT']}"
    url = f"{kind}://{'' if kind == 'sqlite' else where.rstrip(':')}/{wanted['NAME']}"
    paths = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "DATABASE_URL": url,
        "ZHANGGUI_VAR": str(settings.VAR),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
