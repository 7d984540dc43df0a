"""What all tests share: a real database, quick password hashes, media in a folder of the run."""

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

from zhanggui.core import versions

ROOT = Path(__file__).resolve().parents[1]
# What runs only when it is asked for (by make test-all); the browser is asked for when it is found.
ASKED_FOR = {
    "full": "ZHANGGUI_FULL",
    "servers": "ZHANGGUI_SERVERS",
    "seeded": "ZHANGGUI_SEEDED",
    "walk": "ZHANGGUI_WALK",
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


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Put SQLite into a file, so that threads and processes see one database as in the shop."""
    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        database["OPTIONS"]["init_command"] = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"  # a test need not survive a crash
        )


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
