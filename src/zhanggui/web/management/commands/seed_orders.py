"""`zhanggui seed-orders`: very many goods and orders, for measuring."""

import os
import time
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhanggui.demo.seeding import NothingToSell, open_seed_shop, seed_orders, seed_products


class Command(BaseCommand):
    """Adds to what is there; an empty database gets a shop first."""

    help = "Add very many invented orders (and goods), for measuring; never in a real shop"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--count", type=int, default=0, help="orders to add")
        parser.add_argument("--products", type=int, default=0, help="products to add, 2 SKUs each")
        parser.add_argument("--seed", type=int, default=1, help="another number, other orders")
        parser.add_argument(
            "--processes",
            type=int,
            default=min((os.cpu_count() or 1) + 1, 4),  # one waits for the database
            help="that write at once (SQLite: always 1)",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Seed and say how long it took."""
        started, now = time.monotonic(), timezone.now()
        open_seed_shop(now=now)
        seed_products(count=options["products"], now=now)
        self._say("products", started, options["products"])
        try:
            seed_orders(
                count=options["count"],
                seed=options["seed"],
                processes=options["processes"],
                now=now,
                say=partial(self._say, "orders", started),
            )
        except NothingToSell as nothing:
            raise CommandError(
                "There are no goods or no warehouse: add --products 1000."
            ) from nothing
        self._say("done", started, options["count"])

    def _say(self, what: str, started: float, count: int) -> None:
        self.stdout.write(f"{what} {count:>9,}  {time.monotonic() - started:7.1f} s")
        self.stdout.flush()
