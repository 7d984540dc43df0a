"""`zhanggui import-orders`: what it prints, how it fails, and that it can be killed."""

import json
import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Sum
from tests.orders.history import DAY, HEADER, counts, row, written

from zhanggui.orders.models import CreditNote, Order

ROOT = Path(__file__).parents[2]
DAY_JSON = {
    "lines": 1_763,
    "orders": 61,
    "customers": 41,
    "gross_minor": 2_678_913,
    "refunds_minor": 204_738,
    "net_minor": 2_474_175,
    "units_sold": 14_940,
    "units_returned": 828,
    "rejected": 0,
    "added": 61,
}


def run(path: Path, *options: str, format_name: str = "online-retail") -> tuple[str, str]:
    """Call the command; return what it wrote to both streams."""
    out, err = StringIO(), StringIO()
    call_command(
        "import_orders", str(path), "--format", format_name, *options, stdout=out, stderr=err
    )
    return out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_json_is_one_object_with_exactly_the_figures() -> None:
    out, err = run(DAY, "--json")

    assert (json.loads(out), out.count("\n"), err) == (DAY_JSON, 1, "")


@pytest.mark.django_db
def test_a_dry_run_prints_the_same_figures_and_writes_nothing() -> None:
    out, _err = run(DAY, "--json", "--dry-run")

    assert json.loads(out) == {**DAY_JSON, "added": 0}
    assert counts() == (0, 0, 0, 0, 0, 0)


@pytest.mark.django_db
def test_people_get_a_table_and_the_wrong_rows(tmp_path: Path) -> None:
    path = written(
        tmp_path, row("536365", price="1234.50"), row("536366"), row("536366", price="x")
    )

    out, err = run(path)

    assert "7,407.00 GBP" in out
    assert "新增订单 1 个，新增退货单 0 个。" in out
    assert "没有导入的单：536366" in out
    assert "第 4 行（单号 536366，整张单不导入）：单价 x 应是数字，例如 2.55" in err
    assert "读取 100% 4/4" in err
    assert "写入 100% 1/1" in err


@pytest.mark.django_db
def test_wrong_rows_are_json_lines_beside_the_figures(tmp_path: Path) -> None:
    out, err = run(written(tmp_path, row("536365", quantity="x"), row("536366")), "--json")

    assert (json.loads(out)["rejected"], json.loads(out)["added"]) == (1, 1)
    assert json.loads(err)["code"] == "bad_quantity"
    assert json.loads(err)["line"] == 2


@pytest.mark.django_db
def test_a_refusal_is_a_message_and_exit_code_1(tmp_path: Path) -> None:
    path = written(tmp_path, row().rstrip("\n"))

    with pytest.raises(CommandError) as refusal:
        run(path)

    assert refusal.value.returncode == 1
    assert str(refusal.value) == "文件最后没有换行，可能没有下载完整。请重新导出后再导入。"


@pytest.mark.django_db
def test_a_refusal_is_json_on_the_error_stream_where_json_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err, out = StringIO(), StringIO()

    with pytest.raises(SystemExit) as end:
        call_command(
            "import_orders",
            str(written(tmp_path, header=HEADER)),
            "--format=online-retail",
            "--json",
            stdout=out,
            stderr=err,
        )

    assert (end.value.code, out.getvalue()) == (1, "")
    assert json.loads(err.getvalue()) == {
        "code": "empty_file",
        "detail": "文件里只有表头，没有订单行。请重新导出后再导入。",
    }


@pytest.mark.django_db
def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CommandError, match="online-retail"):
        run(DAY, format_name="excel")

    assert counts() == (0, 0, 0, 0, 0, 0)


class Terminal(StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.django_db
def test_a_terminal_gets_a_bar_that_is_drawn_in_place() -> None:
    err = Terminal()

    call_command("import_orders", str(DAY), "--format=online-retail", stdout=StringIO(), stderr=err)

    last = err.getvalue().split("\r")[-1]
    assert last == f"写入 {'█' * 30} 100% 88/88 \n"


def database_url() -> str:
    """Return the URL of the database of this test run."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    scheme = {"postgresql": "postgres", "mysql": "mysql"}[connection.vendor]
    login = f"{config['USER']}:{config['PASSWORD']}@{config['HOST']}:{config['PORT']}"
    return f"{scheme}://{login}/{config['NAME']}"


def started(
    path: Path, folder: Path, *options: str, database: str | None = None
) -> subprocess.Popen[str]:
    """Start the command as a process of its own, on the database of this test run."""
    environment = {
        **os.environ,
        "DATABASE_URL": database or database_url(),
        "ZHANGGUI_VAR": str(folder),
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "zhanggui", "import-orders", str(path)]
    return subprocess.Popen(
        [*command, "--format", "online-retail", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_whole_invoices_and_the_next_run_completes_it(
    tmp_path: Path,
) -> None:
    rows = [
        row(f"{'C' if n % 5 == 0 else ''}{500_000 + n}", quantity=-2 if n % 5 == 0 else 3)
        for n in range(1_500)
        for _line in range(6)
    ]
    path = written(tmp_path, *rows)
    process = started(path, tmp_path)
    assert process.stderr is not None

    while not process.stderr.readline().startswith("写入 2"):
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()

    done = Order.objects.count()
    assert process.returncode == -signal.SIGKILL
    assert 0 < done < 1_200
    halves = Order.objects.annotate(n=Count("lines"), sum=Sum("lines__payable_minor"))
    assert not halves.exclude(n=6, sum=F("payable_minor")).exists()
    assert not CreditNote.objects.annotate(n=Count("lines")).exclude(n=6).exists()

    again = started(path, tmp_path)
    out, err = again.communicate(timeout=300)

    assert again.returncode == 0, err
    assert f"新增订单 {1_200 - done} 个" in out
    assert counts()[:5] == (1_200, 7_200, 300, 1_800, 1)
    assert Order.objects.aggregate(n=Sum("payable_minor"))["n"] == 1_200 * 6 * 3 * 255


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_add_every_order_once(tmp_path: Path) -> None:
    path = written(tmp_path, *(row(str(500_000 + n)) for n in range(3_000)))

    both = [started(path, tmp_path), started(path, tmp_path)]
    ends = [process.communicate(timeout=300) for process in both]

    assert [process.returncode for process in both] == [0, 0], ends
    assert counts() == (3_000, 3_000, 0, 0, 1, 0)


def test_a_database_that_is_not_ready_is_told_with_what_to_do(tmp_path: Path) -> None:
    process = started(DAY, tmp_path, "--json", database=f"sqlite:///{tmp_path}/empty.sqlite3")
    out, err = process.communicate(timeout=300)

    refusal = json.loads(err.splitlines()[-1])
    assert (process.returncode, out, refusal["code"]) == (1, "", "database_unavailable")
    assert "zhanggui migrate" in refusal["detail"]
