"""Why a channel did not accept a refund, and since when it waits to be sent."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def queue_since_requested(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("payments", "Refund").objects.update(queued_at=models.F("requested_at"))


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_no_query_count")]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="refusal_code",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="refund",
            name="queued_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        ),
        migrations.RunPython(queue_since_requested, migrations.RunPython.noop),
    ]
