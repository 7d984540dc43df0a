"""`zhanggui verify-audit`: is the audit log as it was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from zhanggui.core import audit

FAULTS = {
    audit.Fault.CHANGED: "这一行被改过 · this row was changed",
    audit.Fault.MISSING: "这一行不见了 · this row is missing",
    audit.Fault.EXTRA: "这一行不是系统写的 · the shop did not write this row",
    audit.Fault.HEAD: "链头被改过或不见了 · the head of the chain was changed or is gone",
}


class Command(BaseCommand):
    """Recomputes every hash of the chain; the exit code is 1 where one is wrong."""

    help = "Check that nobody changed the audit log"

    def handle(self, *_: Any, **options: Any) -> None:
        """Check, keep the result for the console and say it."""
        verdict = audit.check(now=timezone.now())
        self.stdout.write(f"{verdict.checked} 行已核对 · rows checked, {verdict.last}")
        if verdict.fault:
            place = "" if verdict.position is None else f"第 {verdict.position} 行 · row: "
            raise CommandError(f"{place}{FAULTS[verdict.fault]}", returncode=1)
        self.stdout.write("完整，没有改动 · whole, nothing was changed")
