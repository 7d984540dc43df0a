"""Sizes, and what must not stand in any file."""

import ast
import re

from tests.architecture.sources import place, python_files, tracked, tree

FILE_LINES = 500
FUNCTION_LINES = 50
BINARY = {".gz", ".jpg", ".webp", ".png", ".mo", ".woff2", ".ico"}
# A letter in brackets keeps each pattern from finding itself.
MARKS = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X)\b|[N]otImplementedError")
REGISTRIES = re.compile(
    r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(org|com)|[n]pmmirror|[e]xtra-index-url"
)
MACHINE_PATHS = re.compile(r"(?<![\w.~}/-])/([w]ork|[r]oot|[h]ome/\w+|[U]sers|[t]mp)/")


def test_python_files_are_short() -> None:
    lengths = {place(path): len(path.read_text().splitlines()) for path in python_files()}

    assert {path: length for path, length in lengths.items() if length > FILE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{place(path, node)} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_nothing_is_marked_as_unfinished() -> None:
    wrong = [
        f"{place(path)}:{number} {line.strip()}"
        for path in tracked()
        if path.suffix in (".py", ".html", ".css", ".js", ".mjs")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MARKS.search(line)
    ]

    assert wrong == []


def test_no_registry_and_no_machine_is_named() -> None:
    wrong = [
        f"{place(path)}:{number} {line.strip()[:80]}"
        for path in tracked()
        if path.suffix not in BINARY and "data" not in path.parts
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if REGISTRIES.search(line) or MACHINE_PATHS.search(line)
    ]

    assert wrong == []
