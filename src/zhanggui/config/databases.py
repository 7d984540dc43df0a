"""From a DATABASE_URL to Django's connection settings, with what each engine needs to be right."""

from typing import Any

import environ


def database(url: str, *, pool: int = 0) -> dict[str, Any]:
    """Return the settings of one connection.

    SQLite gets WAL and IMMEDIATE transactions (without them concurrent writers fail with
    "database is locked"), MariaDB and MySQL the one collation that keeps all texts distinct.
    Other options may stand in the URL (…?sslmode=require). With `pool` the threads of a process
    share so many connections to PostgreSQL or SQLite, else each keeps its own.
    """
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    config["CONN_MAX_AGE"] = 600
    config["CONN_HEALTH_CHECKS"] = True
    engine = config["ENGINE"]
    if engine.endswith("sqlite3"):
        needed: dict[str, Any] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA cache_size=-256;",  # KiB of each connection
        }
        if pool:
            config["ENGINE"] = "zhanggui.config.sqlite"
            needed["pool"] = pool
            needed["cached_statements"] = 40  # of each connection, up to 40 KiB each; not 128
    elif engine.endswith("mysql"):
        import pymysql  # noqa: PLC0415 -- only where MariaDB or MySQL is used

        pymysql.install_as_MySQLdb()
        needed = {"charset": "utf8mb4", "isolation_level": "read committed"}
        config["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_nopad_bin"}
    else:
        needed = {}
    if engine.endswith("postgresql"):
        config["ENGINE"] = "zhanggui.config.postgresql"
        if pool:
            needed["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    if "pool" in needed:
        config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"] = 0, False
    config["OPTIONS"] = {**config.get("OPTIONS", {}), **needed}
    return config
