"""The `zhanggui` command: the shop's commands first, Django's behind `zhanggui help --all`."""

import os
import sys

FIRST = ("up", "demo", "import_orders", "parse_address", "api_key", "worker")
HEAD = """\
Zhanggui 掌柜, an online shop system

  zhanggui COMMAND [options]       zhanggui help COMMAND tells more about one

Commands of the shop:
"""
TAIL = """
Everything else, Django's own commands included: zhanggui help --all
"""


def main() -> None:
    """Run one command of the shop; `import-orders` and `import_orders` are the same."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhanggui.config.settings")
    wish, *rest = sys.argv[1:] or ["help"]
    if wish in ("help", "--help", "-h") and not rest:
        print(HEAD + _shop_commands() + TAIL, end="")
        return
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- needs settings

    if (wish, *rest) == ("help", "--all"):
        rest = []
    rest = [_module(word) for word in rest] if wish == "help" else rest
    execute_from_command_line([sys.argv[0], _module(wish), *rest])


def _module(word: str) -> str:
    """Return the module name of a command; options stay as they are."""
    return word if word.startswith("-") else word.replace("-", "_")


def _shop_commands() -> str:
    import django  # noqa: PLC0415 -- needs settings
    from django.core.management import (  # noqa: PLC0415 -- needs settings
        get_commands,
        load_command_class,
    )

    django.setup()
    own = {name for name, app in get_commands().items() if app == "zhanggui.web"}
    names = [*(name for name in FIRST if name in own), *sorted(own.difference(FIRST))]
    lines = [
        f"  {name.replace('_', '-'):<16} {load_command_class('zhanggui.web', name).help}"
        for name in names
    ]
    return "\n".join(lines) + "\n"
