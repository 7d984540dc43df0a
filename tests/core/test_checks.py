"""The collation that keeps texts apart."""

import pytest
from django.core.checks import run_checks
from django.db import connection

from zhanggui.accounts.models import User
from zhanggui.core.checks import database_collation


@pytest.mark.django_db
def test_this_database_is_made_right() -> None:
    assert database_collation(databases=["default"]) == []
    assert "core.E001" not in {message.id for message in run_checks(databases=["default"])}


@pytest.mark.django_db
def test_texts_that_look_alike_stay_apart() -> None:
    names = ["a", "A", "ä", "a\u0301", "a ", "ａ", "ß", "ss", "茶", "👍", "👎"]
    for name in names:
        User.objects.create(username=name, name=name, created_at="2026-11-21T04:00:00Z")

    found = [User.objects.get(username=name).name for name in names]

    assert found == names


@pytest.mark.django_db(transaction=True)
def test_another_collation_is_an_error_that_says_what_to_run() -> None:
    if connection.vendor != "mysql":  # there is nothing to be wrong on the others
        return
    name = connection.settings_dict["NAME"]
    try:
        _alter_collation(name, "utf8mb4_general_ci")

        (problem,) = database_collation(databases=["default"])
    finally:
        _alter_collation(name, "utf8mb4_nopad_bin")

    assert problem.id == "core.E001"
    assert "utf8mb4_general_ci" in problem.msg
    assert "utf8mb4_nopad_bin" in str(problem.hint)


def _alter_collation(name: object, collation: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE `{name}` COLLATE {collation}")
    connection.close()
