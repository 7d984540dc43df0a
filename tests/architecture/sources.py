"""The project's files as the architecture tests read them."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "zhanggui"


@cache
def tracked() -> list[Path]:
    """Return the files under version control, new ones that are not ignored included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return sorted({path for path in paths if path.is_file()})


@cache
def python_files() -> list[Path]:
    """Return all Python files but migrations, which Django writes."""
    return [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shop_files() -> Iterator[tuple[str, str, Path]]:
    """Yield package, room and path of every file of a package; a file in a folder has its room."""
    for path in python_files():
        if PACKAGE in path.parents and path.parent != PACKAGE:
            package, *inner = path.relative_to(PACKAGE).with_suffix("").parts
            yield package, inner[0], path


def floors() -> dict[str, int]:
    """Return the height of every package as the import contract has it."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = (
        contract
        for contract in config["tool"]["importlinter"]["contracts"]
        if contract["name"] == "Domains form floors"
    )
    return {
        name.strip(): height
        for height, line in enumerate(reversed(contract["layers"]))
        for name in line.split("|")
    }


def place(path: Path, node: ast.AST | None = None) -> str:
    """Return file and line for a message."""
    line = f":{node.lineno}" if hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"
