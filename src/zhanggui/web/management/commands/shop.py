"""`zhanggui shop`: see and change how the shop presents itself, waits and is paid."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from zhanggui.accounts import queries, services
from zhanggui.accounts.settings import SETTINGS, Group, Kind, Setting
from zhanggui.core.types import COMMAND, Refusal
from zhanggui.payments import services as payments

_OFFERED = tuple(
    one
    for one in SETTINGS
    if one.kind in (Kind.LINE, Kind.LINES, Kind.COLOUR, Kind.NUMBER, Kind.SWITCH)
)
_SWITCHES = {"on": True, "off": False}


class Command(BaseCommand):
    """Shows the settings; with options it changes those that are given."""

    help = "Show or change the shop's settings"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option for each setting that can be written in a line."""
        for one in _OFFERED:
            option: dict[str, Any] = {"dest": one.key, "help": f"{one.label}{_range(one)}"}
            if one.kind == Kind.NUMBER:
                option["type"] = int
            elif one.kind == Kind.SWITCH:
                option["choices"] = list(_SWITCHES)
            parser.add_argument(f"--{one.key.replace('_', '-')}", **option)

    def handle(self, *_: Any, **options: Any) -> None:
        """Change what was given, then show all."""
        if not queries.has_shop():
            raise CommandError(
                "还没有店铺：先运行 zhanggui setup。No shop yet: run zhanggui setup."
            )
        given = {
            one.key: _SWITCHES.get(options[one.key], options[one.key])
            for one in _OFFERED
            if options[one.key] is not None
        }
        try:
            self.change(given)
        except Refusal as refusal:
            key = getattr(refusal, "key", "")
            raise CommandError(f"{key}: {refusal}" if key else str(refusal)) from refusal
        shop = queries.shop()
        for one in _OFFERED:
            self.stdout.write(f"{one.key:<17} {getattr(shop, one.key)}")

    @transaction.atomic
    def change(self, given: dict[str, Any]) -> None:
        """Save all of it or nothing, by the rules of the console."""
        now = timezone.now()
        for group in Group:
            values = {one.key: given[one.key] for one in _of(group) if one.key in given}
            if not values:
                continue
            if group == Group.PAYMENT:
                payments.save_channels(
                    values=values, seen=None, is_sure=False, actor=COMMAND, now=now
                )
            else:
                services.save_settings(group=group, values=values, actor=COMMAND, now=now)


def _of(group: Group) -> list[Setting]:
    return [one for one in _OFFERED if one.group == group]


def _range(one: Setting) -> str:
    return f" ({one.least} - {one.most})" if one.kind == Kind.NUMBER else ""
