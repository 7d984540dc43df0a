"""Keep the message files in step with the texts; run by `make messages` and `make check`.

The Chinese text in the code is the message id; locale/en holds the English.
"""

import gettext
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "zhanggui"
PO = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
# Django's own makemessages, but without guessing English from texts that look alike.
PROGRAM = """
from django.core.management.commands.makemessages import Command
Command.msgmerge_options = ["--quiet", "--backup=none", "--no-fuzzy-matching", "--update"]
Command().run_from_argv(["django-admin", "makemessages", *__import__("sys").argv[1:]])
"""
EXTRACT = [
    *(sys.executable, "-c", PROGRAM, "--locale", "en", "--no-obsolete", "--no-wrap"),
    *("--add-location", "file", "--ignore", "migrations", "--ignore", "static"),
]
PLAIN = ["msgcat", "--no-location", "--no-wrap", "--sort-output", "-"]
HEADER = r"""# English texts of Zhanggui; the Chinese ones stand in the code.
msgid ""
msgstr ""
"Project-Id-Version: zhanggui\n"
"Language: en\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""
DATE = re.compile(r'^"POT-Creation-Date: .*\n', re.MULTILINE)


def run(command: list[str], *, text: str | None = None) -> str:
    """Run a tool in the package's folder and return what it printed; its failure ends us."""
    environment = {name: value for name, value in os.environ.items() if "SETTINGS" not in name}
    done = subprocess.run(
        command, input=text, cwd=PACKAGE, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def extract() -> str:
    """Bring the message file up to date and return its text."""
    if not PO.exists():
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_text(HEADER, encoding="utf-8")
    run(EXTRACT)
    fresh = DATE.sub("", PO.read_text(encoding="utf-8"))
    PO.write_text(fresh, encoding="utf-8")
    return fresh


def entries(text: str) -> list[str]:
    """Return the messages of a file in a fixed order and form, without its header."""
    return run(PLAIN, text=text).strip().split("\n\n")[1:] if text.strip() else []


def compiled() -> bytes:
    """Return the binary form of the message file; refused when a placeholder is wrong."""
    target = PO.with_suffix(".new")
    run(["msgfmt", "--check", "--output-file", str(target), str(PO)])
    fresh = target.read_bytes()
    target.unlink()
    return fresh


def catalog(binary: bytes) -> dict[object, str]:
    """Return what a binary file says."""
    found: dict[object, str] = vars(gettext.GNUTranslations(io.BytesIO(binary)))["_catalog"]
    return found


def problems() -> list[str]:
    """Return what is out of step, leaving the message file as it was."""
    if not PO.exists():
        return ["There is no message file yet."]
    before = PO.read_text(encoding="utf-8")
    try:
        known, fresh = set(entries(before)), set(entries(extract()))
    finally:
        PO.write_text(before, encoding="utf-8")
    found = [f"Not in the code any more, or changed:\n{entry}" for entry in sorted(known - fresh)]
    found += [f"New in the code:\n{entry}" for entry in sorted(fresh - known)]
    found += [f"Without English:\n{entry}" for entry in select("--untranslated")]
    found += [f"English not confirmed (fuzzy):\n{entry}" for entry in select("--only-fuzzy")]
    binary = PO.with_suffix(".mo")
    if not binary.exists() or catalog(binary.read_bytes()) != catalog(compiled()):
        found.append("django.mo is not made from this django.po.")
    return found


def select(which: str) -> list[str]:
    """Return the entries that msgattrib selects."""
    chosen = run(["msgattrib", which, "--no-obsolete", "--no-location", "--no-wrap", str(PO)])
    return chosen.strip().split("\n\n")[1:]


def main() -> None:
    """Update, or with --check only tell what an update would change."""
    if absent := [tool for tool in ("xgettext", "msgfmt", "msgattrib") if not shutil.which(tool)]:
        sys.exit(f"gettext is needed ({', '.join(absent)} not found): apt install gettext")
    if sys.argv[1:] == ["--check"]:
        found = problems()
        if found:
            shown = "\n\n".join(found[:30])
            sys.exit(f"{shown}\n\n{len(found)} messages out of step: run make messages, translate.")
        return
    extract()
    PO.with_suffix(".mo").write_bytes(compiled())
    print(
        f"{len(entries(PO.read_text()))} messages, without English: {len(select('--untranslated'))}"
    )


if __name__ == "__main__":
    main()
