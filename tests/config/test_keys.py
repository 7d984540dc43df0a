"""Secrets: made once, readable by the shop alone."""

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from zhanggui.config.keys import EmptyKey, secret

NAME = "ZHANGGUI_TEST_KEY"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_first_key_is_made_and_kept_for_the_shop_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "keys"

    made = secret(NAME, folder=folder)

    assert len(base64.b64decode(made, validate=True)) == 32
    assert secret(NAME, folder=folder) == made
    assert [path.name for path in folder.iterdir()] == ["zhanggui_test_key"]
    assert mode(folder / "zhanggui_test_key") == 0o600
    assert mode(folder) == 0o700


def test_an_open_umask_opens_no_key(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        secret(NAME, folder=tmp_path / "keys")
    finally:
        os.umask(before)

    assert mode(tmp_path / "keys" / "zhanggui_test_key") == 0o600


def test_a_ring_names_its_first_key(tmp_path: Path) -> None:
    key_id, _, key = secret(NAME, folder=tmp_path, ring=True).partition(":")

    assert key_id == "k1"
    assert len(base64.b64decode(key, validate=True)) == 32


def test_the_environment_wins_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "from outside")

    assert secret(NAME, folder=tmp_path / "keys") == "from outside"
    assert not (tmp_path / "keys").exists()


def test_an_empty_file_stops_the_shop_instead_of_hiding_behind_no_key(tmp_path: Path) -> None:
    (tmp_path / "zhanggui_test_key").write_text("\n")

    with pytest.raises(EmptyKey, match="backup"):
        secret(NAME, folder=tmp_path)

    assert (tmp_path / "zhanggui_test_key").read_text() == "\n"


def test_keys_of_different_names_differ(tmp_path: Path) -> None:
    assert secret(NAME, folder=tmp_path) != secret(f"{NAME}_2", folder=tmp_path)


RACE = """
import sys
from pathlib import Path
from zhanggui.config import keys
sys.stdin.readline()
print(keys.secret("ZHANGGUI_TEST_KEY", folder=Path(sys.argv[1])))
"""


def test_processes_that_start_together_end_with_the_same_key(tmp_path: Path) -> None:
    for round_ in range(3):
        folder = tmp_path / str(round_)
        running = [
            subprocess.Popen(
                [sys.executable, "-c", RACE, str(folder)],
                env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for each in running:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()

        said = {each.communicate(timeout=30)[0].strip() for each in running}

        assert len(said) == 1
        assert said == {(folder / "zhanggui_test_key").read_text()}
        assert [path.name for path in folder.iterdir()] == ["zhanggui_test_key"]
