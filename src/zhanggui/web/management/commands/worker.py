"""`zhanggui worker`: run background jobs and schedules."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import autoreload, timezone

from zhanggui.core.jobs.worker import Pace, Worker


class Command(BaseCommand):
    """Run jobs until SIGTERM or Ctrl-C; running jobs are finished first."""

    help = "Run background jobs and schedules (any number of these may run)"
    requires_system_checks = ()  # they load all pages, which this process never shows

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--threads", type=int, default=2, help="jobs at a time (default 2)")
        parser.add_argument(
            "--lease",
            type=float,
            default=Pace().lease,
            help="seconds of silence after which a worker's jobs are run again (default 60)",
        )
        parser.add_argument("--reload", action="store_true", help="start anew when code changes")

    def handle(self, *_: Any, threads: int, lease: float, reload: bool, **__: Any) -> None:
        """Run one worker process."""
        worker = Worker(threads=threads, clock=timezone.now, pace=Pace(lease=lease))
        if reload:  # the reloader owns the signals, and ends the worker without asking
            autoreload.run_with_reloader(worker.run)
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run()
