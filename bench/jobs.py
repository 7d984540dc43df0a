"""Enqueue so many trivial jobs, wait for them, print the seconds they took; shop's settings."""

import os
import sys
import time

import django

PATIENCE = 300.0


def main() -> None:
    """Print how long the worker took for all of them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhanggui.config.settings")
    django.setup()
    from django.db import transaction
    from django_tasks_db.models import DBTaskResult

    from bench.tasks import nothing

    with transaction.atomic():  # none is seen before all are there
        for number in range(int(sys.argv[1])):
            nothing.enqueue(number)
    began = time.monotonic()
    waiting = DBTaskResult.objects.filter(task_path="bench.tasks.nothing", finished_at__isnull=True)
    while waiting.exists():
        if time.monotonic() - began > PATIENCE:
            sys.exit("The worker did not finish the jobs.")
        time.sleep(0.1)
    print(time.monotonic() - began)


if __name__ == "__main__":
    main()
