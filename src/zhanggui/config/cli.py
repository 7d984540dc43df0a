"""The `zhanggui` command: the shop's commands first, Django's behind `zhanggui help --all`."""

import os
import sys
from pathlib import Path

COMMANDS = Path(__file__).resolve().parents[1] / "web" / "management" / "commands"
FIRST = (
    "up",
    "setup",
    "demo",
    "shop",
    "staff",
    "warehouse",
    "import-products",
    "import-stock",
    "import-orders",
    "export",
    "parse-address",
    "api-key",
    "worker",
    "verify-audit",
    "rotate-keys",
    "seed-orders",
)
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
    execute_from_command_line(["zhanggui", _module(wish), *rest])


def _modules() -> dict[str, str]:
    """Return the modules of the shop's commands by the names that people type."""
    stems = [path.stem for path in COMMANDS.glob("[a-z]*.py")]
    return {stem.replace("_", "-"): stem for stem in stems}


def _module(word: str) -> str:
    """Return the module of a command; what is none of ours stays as it is."""
    return _modules().get(word.replace("_", "-"), word)


def _shop_commands() -> str:
    import django  # noqa: PLC0415 -- needs settings
    from django.core.management import load_command_class  # noqa: PLC0415 -- needs settings

    django.setup()
    modules = _modules()
    names = [name for name in FIRST if name in modules] + sorted(modules.keys() - set(FIRST))
    commands = {name: load_command_class("zhanggui.web", modules[name]) for name in names}
    return "".join(f"  {name:<16} {command.help}\n" for name, command in commands.items())
