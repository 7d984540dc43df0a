"""`zhanggui shop`: see and change how the shop presents itself, waits and is paid."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhanggui.accounts import queries, services
from zhanggui.core.text import clean_text
from zhanggui.core.types import COMMAND, By

TEXTS = {
    "name": (60, "name of the shop"),
    "slogan": (120, "line under the name"),
    "service_phone": (30, "customer service's phone"),
    "service_hours": (60, "customer service's hours"),
    "transfer_account": (1000, "bank account shown to who pays by transfer; turns transfers on"),
}
NUMBERS = {
    "unpaid_minutes": "an unpaid order is closed after (minutes)",
    "transfer_days": "the same for a bank transfer (days)",
    "confirm_days": "receipt is confirmed by itself after (days)",
    "ship_hours": "promised time from payment to shipping (hours)",
}


class Command(BaseCommand):
    """Shows the settings; with options it changes those that are given."""

    help = "Show or change the shop's settings"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option for each setting."""
        for name, (_most, text) in TEXTS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, help=text)
        for name, text in NUMBERS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, type=int, help=text)

    def handle(self, *_: Any, **options: Any) -> None:
        """Change what was given, then show all."""
        if not queries.has_shop():
            raise CommandError(
                "还没有店铺：先运行 zhanggui setup。No shop yet: run zhanggui setup."
            )
        given: dict[str, Any] = {
            name: clean_text(options[name], max_length=most)
            for name, (most, _text) in TEXTS.items()
            if options[name] is not None
        }
        for name in NUMBERS:
            if options[name] is not None:
                if not 1 <= options[name] <= 10_000:
                    raise CommandError(f"{name}: 1 – 10000")
                given[name] = options[name]
        if given.get("name") == "":
            raise CommandError("店铺名称不能为空。The shop needs a name.")
        if given:
            services.save_shop(by=By(COMMAND, timezone.now()), **given)
        shop = queries.shop()
        for name in (*TEXTS, *NUMBERS):
            self.stdout.write(f"{name:<17} {getattr(shop, name)}")
