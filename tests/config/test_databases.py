"""Connection settings of each engine."""

from typing import Any

import pytest

from zhanggui.config.databases import database


@pytest.mark.parametrize(
    ("url", "engine", "name", "options"),
    [
        (
            "sqlite:////srv/shop.sqlite3",
            "sqlite3",
            "/srv/shop.sqlite3",
            {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "PRAGMA cache_size=-256;",
            },
        ),
        ("postgres://zg:secret@db:5433/shop", "postgresql", "shop", {}),
        (
            "postgres://zg:secret@db:5433/shop?sslmode=require",
            "postgresql",
            "shop",
            {"sslmode": "require"},
        ),
        (
            "mysql://zg:secret@db:5433/shop",
            "mysql",
            "shop",
            {"charset": "utf8mb4", "isolation_level": "read committed"},
        ),
        (
            "mysql://zg:secret@db:5433/shop?ssl_ca=ca.pem&charset=latin1",
            "mysql",
            "shop",
            {"ssl_ca": "ca.pem", "charset": "utf8mb4", "isolation_level": "read committed"},
        ),
    ],
)
def test_each_engine_gets_what_it_needs_and_what_the_url_adds(
    url: str, engine: str, name: str, options: dict[str, Any]
) -> None:
    config = database(url)

    assert config["ENGINE"].rpartition(".")[2] == engine
    assert config["NAME"] == name
    assert config["OPTIONS"] == options
    assert (config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"]) == (600, True)


def test_a_server_is_asked_with_the_credentials_of_the_url() -> None:
    config = database("postgres://zg:s%40cret@db:5433/shop")

    found = {key: config[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    assert found == {"USER": "zg", "PASSWORD": "s@cret", "HOST": "db", "PORT": 5433}


def test_mariadb_tests_run_in_the_collation_of_the_shop() -> None:
    assert database("mysql://zg@db/shop")["TEST"] == {
        "CHARSET": "utf8mb4",
        "COLLATION": "utf8mb4_nopad_bin",
    }


@pytest.mark.parametrize(
    ("url", "engine", "pool"),
    [
        ("sqlite:///shop.sqlite3", "zhanggui.config.sqlite", 12),
        (
            "postgres://zg@db/shop",
            "zhanggui.config.postgresql",
            {"min_size": 1, "max_size": 12, "timeout": 10},
        ),
    ],
)
def test_threads_that_share_connections_keep_none(url: str, engine: str, pool: object) -> None:
    config = database(url, pool=12)

    assert (config["ENGINE"], config["OPTIONS"]["pool"]) == (engine, pool)
    assert (config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"]) == (0, False)
