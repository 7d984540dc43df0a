"""Changing the keys of personal data: all of it, nothing lost, nothing overwritten."""

import base64
import re
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings
from tests.architecture.sources import PACKAGE
from tests.factories.shop import NOON

from zhanggui.core import encryption, rotation
from zhanggui.core.encryption import UnknownKey, key_ids, seal, unseal
from zhanggui.customers.models import Customer
from zhanggui.web.management.commands import rotate_keys

OLD, NEW, LOST = (f"k{n}:{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2, 9))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(rotate_keys, "WAIT_SECONDS", 0)
    monkeypatch.setattr(rotation, "BATCH", 3)
    settings.FIELD_KEYS = OLD


@pytest.fixture
def ring(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let the ring stand in a file that is looked at all the time."""
    file = tmp_path / "ring"
    file.write_text(OLD)
    settings.FIELD_KEYS_FILE = file
    monkeypatch.setattr(encryption, "_LOOK_SECONDS", 0)
    return file


def customers(count: int) -> list[Customer]:
    return [
        Customer.objects.create(name=f"陈 {n}", phone=f"+861380000{n:04d}", created_at=NOON)
        for n in range(count)
    ]


def stored(column: str = "name") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM customers_customer ORDER BY id")
        return [one for (one,) in cursor.fetchall()]


def told(*options: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out)
    return out.getvalue()


def test_every_encrypted_column_is_found() -> None:
    found = {model._meta.label_lower for model, _columns in rotation.encrypted_models()}

    assert found == {
        "accounts.factorsecret",
        "customers.customer",
        "customers.address",
        "integrations.exportrun",
        "notifications.message",
        "orders.importedorder",
        "orders.order",
        "payments.merchantaccount",
    }


def test_nothing_but_encrypted_columns_holds_sealed_values() -> None:
    using = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"encryption import .*\bseal", path.read_text())
    }

    # Cookies and sessions: good for hours at most, and an old key only asks anew.
    short_lived = {"web/storefront/pay/wechat.py", "web/console/account/factors.py"}
    assert using == {"core/bulk.py", "core/fields.py", "core/rotation.py"} | short_lived


@pytest.mark.django_db
def test_all_values_come_under_the_first_key_and_stay_what_they_were(settings: Settings) -> None:
    customers(8)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    Customer.objects.create(name="新客", phone="+8613900000000", created_at=NOON)
    assert rotation.values_left() == 16

    said = told()

    assert "旧密钥 k1 可以移除" in said
    assert {one.partition(":")[0] for one in stored() + stored("phone")} == {"k2"}
    assert rotation.values_left() == 0
    settings.FIELD_KEYS = NEW
    names = [one.name for one in Customer.objects.order_by("pk")]
    assert names == [*(f"陈 {n}" for n in range(8)), "新客"]


@pytest.mark.django_db
def test_a_second_run_changes_nothing(settings: Settings) -> None:
    customers(2)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    told()
    before = stored()

    assert "全部数据都在 k2 下" in told()
    assert stored() == before


@pytest.mark.django_db
def test_a_run_reads_only_rows_that_are_not_under_the_new_key(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    customers(5)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    (model, columns) = next(one for one in rotation.encrypted_models() if one[0] is Customer)
    cut_short = next(rotation.reseal(model, columns))
    assert (cut_short.rows, cut_short.changed) == (2, 2)

    assert [one.rows for one in list(rotation.reseal(model, columns))[-1:]] == [3]
    assert list(rotation.reseal(model, columns)) == []


@pytest.mark.django_db
def test_the_status_counts_by_field_and_key(settings: Settings) -> None:
    customers(2)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    Customer.objects.create(name="新客", phone="+8613900000000", created_at=NOON)

    said = [line.split() for line in told("--status").splitlines()]

    assert ["customers.customer.name", "k1", "2"] in said
    assert ["✓", "customers.customer.name", "k2", "1"] in said
    assert "4 values are not under k2 yet." in told("--status")


@pytest.mark.django_db
def test_what_somebody_writes_meanwhile_is_not_overwritten(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = customers(2)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    write = rotation._write

    def written_after_somebody(model: Any, changes: Any) -> int:
        first.name = "改过"
        first.save()
        return write(model, changes)

    monkeypatch.setattr(rotation, "_write", written_after_somebody)
    (model, columns) = next(one for one in rotation.encrypted_models() if one[0] is Customer)

    (progress,) = rotation.reseal(model, columns)

    assert (progress.rows, progress.changed) == (2, 1)
    assert [one.name for one in Customer.objects.order_by("pk")] == ["改过", second.name]


@pytest.mark.django_db
def test_a_value_whose_key_is_gone_is_told_and_left(settings: Settings) -> None:
    settings.FIELD_KEYS = LOST
    customers(1)
    before = stored()
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    customers(1)

    with pytest.raises(CommandError, match="2 values can't be read"):
        told()

    assert stored()[0] == before[0]
    with pytest.raises(CommandError, match="2 values still need an old key"):
        told("--remove-old")


@pytest.mark.django_db
def test_a_new_key_in_the_file_is_used_at_once(ring: Path) -> None:
    customers(2)

    assert "k2" in told("--new-key")

    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert key_ids() == ["k2", "k1"]
    assert ring.read_text().endswith(f",{OLD}")
    assert [path.name for path in ring.parent.iterdir()] == ["ring"]
    assert seal("茶", context="x").startswith("k2:")
    with pytest.raises(CommandError, match="4 values still need an old key"):
        told("--remove-old")
    told()
    told("--remove-old")
    assert key_ids() == ["k2"]
    assert [one.name for one in Customer.objects.order_by("pk")] == ["陈 0", "陈 1"]


def test_who_does_not_know_a_key_yet_looks_into_the_file(
    ring: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(encryption, "_LOOK_SECONDS", 3600)
    seal("茶", context="x")  # has looked just now
    settings.FIELD_KEYS_FILE = None
    settings.FIELD_KEYS = NEW
    elsewhere = seal("碧螺春", context="x")
    settings.FIELD_KEYS_FILE, settings.FIELD_KEYS = ring, OLD

    with pytest.raises(UnknownKey):
        unseal(elsewhere, context="x")
    ring.write_text(f"{NEW},{OLD}")

    assert unseal(elsewhere, context="x") == "碧螺春"


@pytest.mark.parametrize("text", ["", "k1", "k1:###", f"{NEW},{NEW}"])
def test_a_file_that_is_no_ring_changes_nothing(ring: Path, text: str) -> None:
    known = seal("茶", context="x")
    ring.write_text(text)

    assert unseal(known, context="x") == "茶"
    assert seal("茶", context="x").startswith("k1:")


def test_keys_of_the_environment_are_changed_there(settings: Settings) -> None:
    said = told("--new-key")

    assert said.startswith("k2:")
    assert settings.FIELD_KEYS == OLD
