"""`zhanggui staff`: who may sign in to the console."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhanggui.accounts import queries, services
from zhanggui.accounts.roles import roles
from zhanggui.accounts.types import Role
from zhanggui.core.text import clean_text
from zhanggui.core.types import COMMAND, By, Refusal


class Command(BaseCommand):
    """Lists staff; `save` makes one or gives a new password, `stop` ends an access.

    `reset-factors` lets who lost phone and recovery codes in by the password alone again.
    """

    help = "List staff, add one, set a password, end an access, reset second factors"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the acts."""
        acts = parser.add_subparsers(dest="act")
        acts.add_parser("list", help="list who may sign in (default)")
        save = acts.add_parser("save", help="add somebody, or change role, name and password")
        save.add_argument("login")
        save.add_argument("--role", required=True, help=f"{', '.join(Role.values)}, or another")
        save.add_argument("--name", help="what others read; default: the login")
        save.add_argument("--password", help="asked for when left out")
        stop = acts.add_parser("stop", help="end somebody's access at once")
        stop.add_argument("login")
        reset = acts.add_parser("reset-factors", help="remove the second factors of who lost them")
        reset.add_argument("login")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do the act."""
        getattr(self, f"do_{(options['act'] or 'list').replace('-', '_')}")(options)

    def do_list(self, options: dict[str, Any]) -> None:
        """List who may sign in."""
        for login, role in queries.staff().items():
            self.stdout.write(f"{role:<10} {login}")

    def do_save(self, options: dict[str, Any]) -> None:
        """Add or change somebody."""
        login = clean_text(options["login"], max_length=60)
        given = options["password"]
        password = given if given is not None else getpass("密码 · Password: ")
        try:
            validate_password(password)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        try:
            services.create_staff(
                username=login,
                name=clean_text(options["name"] or login, max_length=60),
                role=options["role"],
                password=password,
                now=timezone.now(),
                actor=COMMAND,
            )
        except Refusal as refusal:
            known = ", ".join(f"{code} ({one.name})" for code, one in roles().items())
            raise CommandError(f"{refusal} {known}") from refusal
        self.do_list(options)

    def do_stop(self, options: dict[str, Any]) -> None:
        """End an access."""
        if not services.stop_staff(username=options["login"], by=By(COMMAND, timezone.now())):
            raise CommandError(f"没有这个登录名。Nobody signs in as {options['login']!r}.")
        self.do_list(options)

    def do_reset_factors(self, options: dict[str, Any]) -> None:
        """Remove second factors."""
        person = queries.member(username=options["login"])
        if person is None:
            raise CommandError(f"没有这个登录名。Nobody signs in as {options['login']!r}.")
        if not services.reset_factors(user_id=person.pk, actor=COMMAND, now=timezone.now()):
            raise CommandError("没有设置两步验证。There is no second factor to remove.")
        self.stdout.write("两步验证已移除，所有设备都已退出登录。")
        self.stdout.write("Second factors removed, signed out everywhere.")
