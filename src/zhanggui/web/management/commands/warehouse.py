"""`zhanggui warehouse`: the places that ship."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhanggui.core.text import clean_text
from zhanggui.core.types import COMMAND, By
from zhanggui.inventory import queries, services
from zhanggui.regions import queries as regions


class Command(BaseCommand):
    """Lists warehouses; `save` adds one or changes the one of that code."""

    help = "List warehouses, add or change one"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the acts."""
        acts = parser.add_subparsers(dest="act")
        acts.add_parser("list", help="list all (default)")
        save = acts.add_parser("save", help="add a warehouse, or change the one of this code")
        save.add_argument("code", help="short code, for example WH2")
        save.add_argument("--name", required=True)
        save.add_argument("--place", required=True, help="for example 浙江省杭州市余杭区")
        save.add_argument("--address", default="")
        save.add_argument("--contact", default="")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do the act, then list all."""
        if options["act"] == "save":
            division = regions.parse_address(text=options["place"]).code
            if not division:
                raise CommandError(f"没有找到这个地方。Unknown place: {options['place']}")
            services.save_warehouse(
                code=clean_text(options["code"], max_length=20),
                name=clean_text(options["name"], max_length=60),
                division_code=division,
                address=clean_text(options["address"], max_length=200),
                contact=clean_text(options["contact"], max_length=60),
                by=By(COMMAND, timezone.now()),
            )
        for house in queries.warehouses():
            self.stdout.write(f"{house.code:<10} {house.division_code}  {house.name}")
