"""How far long work of a command is."""

import time
from collections.abc import Mapping

from django.core.management.base import OutputWrapper

_BAR = 30  # characters
_SECONDS_BETWEEN = 0.2


class ProgressBar:
    """A bar that is redrawn on a terminal; elsewhere a line for every tenth."""

    def __init__(self, stream: OutputWrapper, *, names: Mapping[str, str]) -> None:
        self._stream, self._names = stream, names
        self._is_terminal = stream.isatty()
        self._drawn_at = 0.0
        self._last = ("", -1)

    def show(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage is."""
        share = min(done / total, 1.0) if total else 1.0
        if self._is_terminal:
            now = time.monotonic()
            if share < 1 and now - self._drawn_at < _SECONDS_BETWEEN:
                return
            self._drawn_at = now
            filled = int(share * _BAR)
            bar = "█" * filled + "░" * (_BAR - filled)
            self._write(f"\r{self._names[stage]} {bar} {share:4.0%} {done:,}/{total:,} ")
        else:
            tenth = (stage, int(share * 10))
            if tenth == self._last:
                return
            self._last = tenth
            self._write(f"{self._names[stage]} {share:.0%} {done:,}/{total:,}\n")

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._is_terminal and self._drawn_at:
            self._write("\n")

    def _write(self, text: str) -> None:
        self._stream.write(text, str, ending="")
        self._stream.flush()
