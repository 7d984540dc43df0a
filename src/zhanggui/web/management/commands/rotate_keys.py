"""`zhanggui rotate-keys`: bring personal data under a new key while the shop runs."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhanggui.core import rotation
from zhanggui.core.encryption import key_ids

PASSES = 10
WAIT_SECONDS = 3.0  # until every process writes under the new key and has ended what it was at
TELL_SECONDS = 5.0


class Command(BaseCommand):
    """Encrypts every value that is under an old key anew; may be stopped and run again."""

    help = "Bring personal data under the first key of the ring, or make a new one"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the acts beside the rotation itself."""
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--new-key", action="store_true", help="make a new first key")
        acts.add_argument("--status", action="store_true", help="say what is under which key")
        acts.add_argument(
            "--remove-old", action="store_true", help="drop keys that nothing needs any more"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Do the act."""
        if options["new_key"]:
            self.make_key()
        elif options["status"]:
            self.tell_status()
        elif options["remove_old"]:
            self.remove_old()
        else:
            self.rotate()

    def make_key(self) -> None:
        """Put a new key in front of the others, or say how to."""
        if settings.FIELD_KEYS_FILE is None:
            self.stdout.write(
                f"{rotation.fresh_key(key_ids())}\n"
                "密钥来自环境变量：先把它加到 ZHANGGUI_FIELD_KEYS 末尾并重启全部进程，"
                "再移到最前并重启，然后运行 rotate-keys。\n"
                "The keys come from the environment: add this one at the end of "
                "ZHANGGUI_FIELD_KEYS, restart all processes, move it to the front, restart them "
                "again, then run rotate-keys."
            )
            return
        key_id = rotation.put_first(settings.FIELD_KEYS_FILE)
        self.stdout.write(
            f"{key_id}：新密钥已写入。请先备份密钥文件，再运行 rotate-keys。\n"
            f"{key_id} is the first key now. Back the key file up, then run rotate-keys."
        )

    def tell_status(self) -> None:
        """Count the values under each key."""
        first = key_ids()[0]
        for one in rotation.values_by_key():
            mark = "✓" if one.key_id == first else " "
            self.stdout.write(f"{mark} {one.field:<28} {one.key_id:<8} {one.values:>12,}")
        self.tell_end(rotation.values_left())

    def rotate(self) -> None:
        """Go over all tables until nothing is left under an old key."""
        unreadable = 0
        for _pass in range(PASSES):
            unreadable = sum(self.go_over(*one) for one in rotation.encrypted_models())
            time.sleep(WAIT_SECONDS)
            left = rotation.values_left()
            if left <= unreadable:
                break
        if unreadable:
            raise CommandError(
                f"{unreadable} 个值无法解密：密钥不在密钥环里，或数据已损坏。"
                f"{unreadable} values can't be read: their key is missing, or they are damaged."
            )
        if left:
            raise CommandError(
                f"还有 {left} 个值在旧密钥下：有进程仍用旧密钥写入，请重启全部进程后再运行。"
                f"{left} values are under an old key still: some process writes under it. Restart "
                "all processes, then run this again."
            )
        self.tell_end(left)

    def go_over(self, model: Any, columns: Any) -> int:
        """Do one table, say how far it is now and then, return what could not be read."""
        progress = rotation.Progress(table=model._meta.label_lower)
        told = time.monotonic()
        for progress in rotation.reseal(model, columns):
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                self.tell(progress)
        self.tell(progress)
        return progress.unreadable

    def tell(self, progress: rotation.Progress) -> None:
        """Say how far a table is."""
        self.stdout.write(
            f"{progress.table:<24} {progress.rows:>12,} 行 · rows"
            f" {progress.changed:>12,} 改写 · changed"
        )
        self.stdout.flush()

    def tell_end(self, left: int) -> None:
        """Say whether the old keys may go."""
        first, *others = key_ids()
        if left:
            self.stdout.write(
                f"还有 {left} 个值不在 {first} 下。{left} values are not under {first} yet."
            )
        elif others:
            old = ", ".join(others)
            self.stdout.write(
                f"全部数据都在 {first} 下，旧密钥 {old} 可以移除（rotate-keys --remove-old）。"
                "旧备份仍需要旧密钥。\n"
                f"Everything is under {first}: {old} may be removed (rotate-keys --remove-old). "
                "Old backups still need it."
            )
        else:
            self.stdout.write(f"全部数据都在 {first} 下。Everything is under {first}.")

    def remove_old(self) -> None:
        """Drop the other keys, unless a value still needs one."""
        if left := rotation.values_left():
            raise CommandError(
                f"还有 {left} 个值在用旧密钥，先运行 rotate-keys。"
                f"{left} values still need an old key: run rotate-keys first."
            )
        if settings.FIELD_KEYS_FILE is None:
            raise CommandError(
                "密钥来自环境变量：请自行从 ZHANGGUI_FIELD_KEYS 里删掉旧密钥并重启。"
                "The keys come from the environment: take the old ones out of "
                "ZHANGGUI_FIELD_KEYS yourself and restart."
            )
        rotation.keep_first(settings.FIELD_KEYS_FILE)
        self.tell_end(0)
