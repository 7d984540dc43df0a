"""`zhanggui api-key`: make, list and revoke the keys of programs."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhanggui.accounts import queries, services
from zhanggui.accounts.types import Role
from zhanggui.core.types import COMMAND


class Command(BaseCommand):
    """The keys by which programs use the API with the rights of a role."""

    help = "Make, list and revoke API keys"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the three acts."""
        acts = parser.add_subparsers(dest="act", required=True)
        create = acts.add_parser("create", help="make a key; its token is shown this once")
        create.add_argument("--role", choices=Role.values, required=True)
        create.add_argument("--name", default="api")
        create.add_argument("--json", action="store_true")
        listing = acts.add_parser("list", help="list the keys that work")
        listing.add_argument("--json", action="store_true")
        revoke = acts.add_parser("revoke", help="make a key useless at once")
        revoke.add_argument("prefix", help="how the key begins, as `list` shows it")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do the act."""
        getattr(self, f"do_{options['act']}")(**options)

    def do_create(self, *, role: str, name: str, **options: Any) -> None:
        """Make a key and print its token."""
        key = services.create_api_key(name=name, role=Role(role), now=timezone.now(), actor=COMMAND)
        made = {"token": key.token, "name": key.name, "role": key.role, "prefix": key.prefix}
        if options["json"]:
            self.stdout.write(json.dumps(made, ensure_ascii=False))
        else:
            self.stdout.write(
                f"{key.token}\n请马上保存，它不会再显示。Keep it: it is shown only once."
            )

    def do_list(self, **options: Any) -> None:
        """List the keys that work."""
        rows = [
            {"prefix": key.prefix, "name": key.name, "role": key.role}
            for key in queries.live_api_keys()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
        else:
            for row in rows:
                self.stdout.write(f"{row['prefix']}…  {row['role']:<10} {row['name']}")

    def do_revoke(self, *, prefix: str, **_: Any) -> None:
        """Revoke the one key that begins so."""
        if not services.revoke_api_key(prefix=prefix, now=timezone.now(), actor=COMMAND):
            raise CommandError(f"No single live key begins with {prefix!r}: see `api-key list`.")
        self.stdout.write(f"{prefix}… 已停用 · revoked")
