"""`zhanggui demo`: fill an empty database with the demo shop."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhanggui.accounts import queries as accounts
from zhanggui.demo.loading import load_demo
from zhanggui.demo.types import PASSWORD


class Command(BaseCommand):
    """Loads the demo shop; refuses where a shop exists."""

    help = "Fill an empty database with the demo shop"

    def handle(self, *_: Any, **__: Any) -> None:
        """Load all of it or nothing."""
        if accounts.has_shop():
            raise CommandError(
                "这里已经有店铺了，演示店铺只能装进空数据库。"
                "There is a shop already: the demo needs an empty database."
            )
        started = time.monotonic()
        load_demo(now=timezone.now(), say=self.stdout.write)
        self.stdout.write(
            f"演示店铺已就绪 · The demo shop is ready ({time.monotonic() - started:.0f} s)"
        )
        for login, role in accounts.staff().items():
            self.stdout.write(f"  {role:<10} {login} / {PASSWORD}")
