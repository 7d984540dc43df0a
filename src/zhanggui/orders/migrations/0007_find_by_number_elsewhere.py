from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Lower, Replace


def fill(apps, schema_editor):
    """Write the number as numbers are compared: no signs between, small letters."""
    form = F("number")
    for sign in "#_./-":
        form = Replace(form, Value(sign), Value(""))
    apps.get_model("orders", "ImportedOrder").objects.update(number_form=Lower(form))


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_imported_orders"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importedorder",
            name="number",
            field=models.CharField(max_length=40),
        ),
        migrations.AddField(
            model_name="importedorder",
            name="number_form",
            field=models.CharField(default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="importedorder",
            index=models.Index(fields=["number_form"], name="imported_order_by_number"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
