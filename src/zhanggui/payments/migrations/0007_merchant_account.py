from django.db import migrations, models

import zhanggui.core.fields
import zhanggui.core.ids


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0006_pay_inside_wechat'),
    ]

    operations = [
        migrations.CreateModel(
            name='MerchantAccount',
            fields=[
                ('id', zhanggui.core.ids.IdField(default=zhanggui.core.ids.next_id, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20, unique=True)),
                ('mchid', models.CharField(max_length=10)),
                ('appid', models.CharField(max_length=32)),
                ('serial', models.CharField(max_length=40)),
                ('private_key_pem', zhanggui.core.fields.EncryptedField()),
                ('apiv3_key', zhanggui.core.fields.EncryptedField()),
                ('public_key_id', models.CharField(max_length=100)),
                ('public_key_pem', models.TextField()),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.BigIntegerField(null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('check_code', models.CharField(blank=True, max_length=64)),
            ],
        ),
    ]
