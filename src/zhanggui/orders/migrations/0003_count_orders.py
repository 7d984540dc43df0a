"""Fill the tallies and has_note from the orders that are there."""

from collections import Counter

from django.db import migrations

FACTS = ("display_status", "source", "currency", "paid_at", "paid_minor", "refunded_minor")


def count(apps, schema_editor):
    Order, Tally = apps.get_model("orders", "Order"), apps.get_model("orders", "Tally")
    orders, money = Counter(), Counter()
    for status, source, currency, paid_at, paid, refunded in (
        Order.objects.values_list(*FACTS).iterator(chunk_size=5000)
    ):
        orders[f"status:{status}", 0] += 1
        if paid_at is not None and source != "import":
            key = f"sales:{currency}", int(paid_at.timestamp()) // 3600
            orders[key] += paid > refunded
            money[key] += paid - refunded
    Tally.objects.bulk_create(
        Tally(figure=figure, hour=hour, orders=n, net_minor=money[figure, hour], is_folded=True)
        for (figure, hour), n in orders.items()
    )


def mark_notes(apps, schema_editor):
    Order = apps.get_model("orders", "Order")
    noted = [order.pk for order in Order.objects.only("note").iterator(2000) if order.note]
    for start in range(0, len(noted), 500):
        Order.objects.filter(pk__in=noted[start : start + 500]).update(has_note=True)


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_tallies_and_list_indexes")]
    operations = [
        migrations.RunPython(count, migrations.RunPython.noop),
        migrations.RunPython(mark_notes, migrations.RunPython.noop),
    ]
