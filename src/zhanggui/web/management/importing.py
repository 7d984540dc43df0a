"""Importing a table at the command line: checked, written and told as the console does."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.core.tables.encodings import ENCODINGS, codec_named
from zhanggui.core.tables.types import FileRefused
from zhanggui.core.types import COMMAND, Refusal
from zhanggui.integrations import queries, services
from zhanggui.integrations.queries import ImportRun
from zhanggui.integrations.types import ImportRefused, Kind, RunState
from zhanggui.web.management.progress import ProgressBar


def add_encoding(parser: ArgumentParser) -> None:
    """Declare in which encoding a text is, for files that do not show it."""
    known = ", ".join(ENCODINGS)
    parser.add_argument(
        "--encoding", default="", type=_codec, help=f"of a text, else found out: {known}"
    )


def hinted(refusal: Refusal) -> str:
    """Return why a file is refused, with the option that helps where its encoding is not clear."""
    hint = _("（命令行：--encoding 编码）") if refusal.code == "undecodable_file" else ""
    return f"{refusal}{hint}"


def _codec(name: str) -> str:
    found = codec_named(name)
    if found or not name:  # argparse asks about the default, too
        return found
    raise ArgumentTypeError(
        _("不认识的编码 %(name)s，可用的：%(known)s")
        % {"name": name, "known": _("、").join(ENCODINGS)}
    )


class ImportCommand(BaseCommand):
    """Imports a file of one kind."""

    kind: Kind

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what all imports have."""
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        add_encoding(parser)

    def choices(self, **options: Any) -> dict[str, Any]:
        """Return what was chosen, as an import keeps it."""
        return {}

    def handle(self, *_args: Any, file: Path, dry_run: bool, json: bool, **options: Any) -> None:
        """Import, then print what became of it."""
        names = {"check": _("检查"), "write": _("写入"), "pictures": _("图片")}
        bar = None if json else ProgressBar(self.stderr, names=names)
        try:
            run = self._imported(file, bar, is_dry_run=dry_run, **options)
        except (FileRefused, ImportRefused) as refusal:
            raise CommandError(hinted(refusal)) from refusal
        finally:
            if bar:
                bar.end()
        if run.state == RunState.FAILED:
            raise CommandError(run.error)
        if not json and (unused := queries.unused_columns(run=run)):
            self.stderr.write(_("没有用上的列：%(names)s") % {"names": _("、").join(unused)})
        self._print(queries.report(run=run), is_dry_run=dry_run, as_json=json)
        if dry_run:
            services.forget_import(run=run)

    def _imported(
        self, file: Path, bar: ProgressBar | None, *, is_dry_run: bool, **options: Any
    ) -> ImportRun:
        run = services.start_import(
            kind=self.kind,
            path=file,
            name=file.name,
            format_name=options.get("format", ""),
            options={"encoding": options["encoding"]} if options.get("encoding") else {},
            actor=COMMAND,
            now=timezone.now(),
        )
        services.match_columns(
            run=run,
            format_name=run.format,
            columns=run.columns,
            options=self.choices(file=file, **options),
            now=timezone.now(),
        )
        show = {"progress": bar.show} if bar else {}
        services.check_import(run_id=run.pk, now=timezone.now(), **show)
        run.refresh_from_db()
        if not is_dry_run and run.state == RunState.CHECKED:
            services.begin_import(run=run, now=timezone.now())
            services.run_import(run_id=run.pk, now=timezone.now(), **show)
            run.refresh_from_db()
        return run

    def _print(self, report: queries.Report, *, is_dry_run: bool, as_json: bool) -> None:
        for line, reason in report.problems:
            if as_json:
                fact = json.dumps({"line": line, "detail": reason}, ensure_ascii=False)
                self.stderr.write(fact, str)
            else:
                self.stderr.write(_("第 %(line)d 行：%(text)s") % {"line": line, "text": reason})
        if as_json:
            self.stdout.write(json.dumps(report.figures))
            return
        for name, number in report.figures.items():
            self.stdout.write(f"{name:<16}{number:>12,}")
        if is_dry_run:
            self.stdout.write(_("只检查，没有写入。去掉 --dry-run 再运行就会导入。"))
