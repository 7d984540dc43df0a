"""Finish a seeded database: jobs, an attempt to pay, statistics, then the mark."""

from datetime import timedelta

JOBS, WAITING = 20_000, 200


def _add_jobs() -> None:
    """Add jobs that ran well, and a few that wait."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    from zhanggui.core.jobs import rows

    now = timezone.now()
    DBTaskResult.objects.bulk_create(
        [
            DBTaskResult(
                status=rows.READY if number < WAITING else rows.SUCCESSFUL,
                args_kwargs={"args": [], "kwargs": {}},
                task_path="zhanggui.orders.tasks.fold_tallies",
                backend_name="default",
                exception_class_path="",
                run_after=now - timedelta(days=1),
                started_at=None if number < WAITING else now,
                finished_at=None if number < WAITING else now,
            )
            for number in range(JOBS)
        ],
        batch_size=1_000,
    )


def _add_attempt() -> None:
    """Add an attempt that can still be paid: seeding leaves none."""
    from zhanggui.orders.models import Order
    from zhanggui.orders.types import DisplayStatus, PaymentChannel
    from zhanggui.payments.models import Payment
    from zhanggui.payments.types import PaymentStatus

    order = Order.objects.filter(display_status=DisplayStatus.TO_PAY, payable_minor__gt=0)[0]
    Payment.objects.create(
        order=order,
        attempt=99,
        channel=PaymentChannel.WECHAT_NATIVE,
        out_trade_no=f"{order.number}-99",
        amount_minor=order.payable_minor,
        currency=order.currency,
        status=PaymentStatus.PENDING,
        live_key=f"{order.pk}:{PaymentChannel.WECHAT_NATIVE}",
        started_at=order.placed_at,
        expires_at=order.placed_at + timedelta(hours=2),
    )


def _tell_planner() -> None:
    """Tell the planner what the tables hold."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            return
        names = ", ".join(f"`{name}`" for name in connection.introspection.table_names(cursor))
        cursor.execute(f"ANALYZE TABLE {names}")
        cursor.fetchall()


def finish() -> None:
    """Do all of it."""
    from zhanggui.core.models import Counter

    _add_jobs()
    _add_attempt()
    _tell_planner()
    Counter.objects.create(name="seeded", value=1)


if __name__ == "__main__":
    import django

    django.setup()
    finish()
