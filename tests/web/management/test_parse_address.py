"""`zhanggui parse-address` as a program sees it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

GOOD = '{"text": "张三 13800001234 广东省深圳市南山区南光路1号"}'
PARTS = {
    "province": "广东省",
    "city": "深圳市",
    "district": "南山区",
    "detail": "南光路1号",
    "name": "张三",
    "phone": "13800001234",
}


def run(path: Path | str, *options: str) -> tuple[str, str, CommandError | None]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("parse_address", str(path), *options, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), error
    return out.getvalue(), err.getvalue(), None


def test_each_line_is_answered_with_its_fields_and_their_confidence(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(f'\ufeff{GOOD}\n\n{{"text": ""}}\n', encoding="utf-8")

    out, err, error = run(path, "--json")

    first, second = (json.loads(line) for line in out.splitlines())
    confidence = first.pop("confidence")
    assert first == PARTS
    assert set(confidence) == set(PARTS)
    assert all(value > 0.8 for value in confidence.values())
    assert second == {**dict.fromkeys(PARTS, ""), "confidence": dict.fromkeys(PARTS, 0.0)}
    assert (err, error) == ("", None)


def test_a_broken_line_is_named_and_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    broken = [b"{", b"[]", b'{"text": 5}', b'{"text": "\xff"}', b"[" * 100_000]
    path.write_bytes(b"\n".join([GOOD.encode(), *broken, GOOD.encode()]))

    out, err, error = run(path, "--json")

    assert [json.loads(line)["name"] for line in out.splitlines()] == ["张三", "张三"]
    assert [line.split(":")[0] for line in err.splitlines()] == [f"line {n}" for n in range(2, 7)]
    assert 'no object with a string "text"' in err
    assert "not UTF-8" in err
    assert error is not None
    assert error.returncode == 1


def test_without_json_a_table_marks_what_needs_a_look(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(f'{GOOD}\n{{"text": "鼓楼区中山北路8号"}}\n', encoding="utf-8")

    out, _, error = run(path)

    head, first, second = out.splitlines()
    assert head.split() == list(PARTS)
    assert first.split() == list(PARTS.values())
    assert second.split() == ["-", "-", "鼓楼区?", "中山北路8号", "-", "-"]
    assert error is None


def test_lines_are_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    out, _, _ = run("-", "--json")
    assert json.loads(out)["name"] == "张三"


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    _, _, error = run(tmp_path / "none.jsonl", "--json")
    assert error is not None
    assert "none.jsonl" in str(error)


def test_the_installed_command_is_spelled_with_a_dash(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(f"{GOOD}\n{{\n", encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, "-m", "zhanggui", "parse-address", str(path), "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": "src"},
    )

    assert (ran.returncode, json.loads(ran.stdout)["name"]) == (1, "张三"), ran.stderr
    assert "line 2: not JSON" in ran.stderr
