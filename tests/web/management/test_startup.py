"""Checks before the shop opens."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from pytest_django import Settings

from zhanggui.web.management import startup

HOST = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_refused_with_the_way_out(taken: int) -> None:
    with pytest.raises(CommandError, match=f"PORT={taken + 1} make run"):
        startup.check_port(host=HOST, port=taken)


def test_the_next_free_port_is_found(taken: int) -> None:
    found = startup.free_port(host=HOST, near=taken)

    assert found != taken
    assert startup.is_free(host=HOST, port=found) is True


def test_an_unknown_address_is_named() -> None:
    with pytest.raises(CommandError, match=r"There is no address no\.such\.host\.invalid"):
        startup.check_port(host="no.such.host.invalid", port=8000)


def test_static_files_are_collected_once(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    said: list[str] = []

    startup.collect_static(say=said.append)
    startup.collect_static(say=said.append)

    assert said == ["Collecting static files …"]
    assert (tmp_path / "ninja" / "swagger-ui.css").exists()
    assert not list(tmp_path.glob("ninja/redoc*"))
