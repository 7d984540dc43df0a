"""The `zhanggui` command."""

import sys

import pytest

from zhanggui.config.cli import main


def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    monkeypatch.setattr(sys, "argv", ["zhanggui", *words])
    main()
    return capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["help"], ["--help"], ["-h"]])
def test_help_names_the_shops_commands_and_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    text = told(monkeypatch, capsys, *words)

    commands = text.partition("Commands of the shop:")[2]
    assert "\n  up               Open the shop" in commands
    assert "\n  worker           Run background jobs" in commands
    assert "runserver" not in text


def test_help_with_all_lists_djangos_commands_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "runserver" in told(monkeypatch, capsys, "help", "--all")


def test_a_command_may_be_written_with_dashes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "usage: zhanggui worker" in told(monkeypatch, capsys, "help", "worker")
