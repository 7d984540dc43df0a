"""The `zhanggui` command: Django's management commands under the shop's name."""

import os
import sys


def main() -> None:
    """Run one command of the shop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhanggui.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- needs settings

    execute_from_command_line(sys.argv)
