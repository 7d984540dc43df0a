"""How often and when a failed job is tried again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django_tasks.base import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """So many runs, with waits that grow by a factor up to a limit."""

    times: int = 5  # runs in all, the first one included
    first_seconds: float = 10
    factor: float = 4
    most_seconds: float = 3600

    def wait_after(self, runs: int) -> timedelta | None:
        """Return how long to wait after so many failed runs; None means: give up."""
        if runs >= self.times:
            return None
        seconds = self.first_seconds * self.factor ** (runs - 1)
        return timedelta(seconds=min(seconds, self.most_seconds))


_DEFAULT = RetryPolicy()
_policies: dict[str, RetryPolicy] = {}

AnyTask = TypeVar("AnyTask", bound=Task[Any, Any])


def retries(
    *,
    times: int = _DEFAULT.times,
    first_seconds: float = _DEFAULT.first_seconds,
    factor: float = _DEFAULT.factor,
    most_seconds: float = _DEFAULT.most_seconds,
) -> Callable[[AnyTask], AnyTask]:
    """Give a task its own policy; stands above `@task`. `times=1` means: never again."""
    policy = RetryPolicy(
        times=times, first_seconds=first_seconds, factor=factor, most_seconds=most_seconds
    )

    def register(work: AnyTask) -> AnyTask:
        _policies[work.module_path] = policy
        return work

    return register


def policy_of(task_path: str) -> RetryPolicy:
    """Return the policy of the task of this path."""
    return _policies.get(task_path, _DEFAULT)
