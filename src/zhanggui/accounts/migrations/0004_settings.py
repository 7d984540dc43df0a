import django.db.models.deletion
from django.db import migrations, models

import zhanggui.core.ids


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_factors'),
    ]

    operations = [
        migrations.RemoveField(model_name='shop', name='service_hours'),
        migrations.AddField(model_name='shop', name='logo', field=models.CharField(blank=True, max_length=200)),
        migrations.AddField(model_name='shop', name='accent', field=models.CharField(blank=True, max_length=7)),
        migrations.AddField(model_name='shop', name='service_email', field=models.CharField(blank=True, max_length=254)),
        migrations.AddField(model_name='shop', name='service_wechat', field=models.CharField(blank=True, max_length=60)),
        migrations.AddField(model_name='shop', name='address', field=models.CharField(blank=True, max_length=200)),
        migrations.AddField(model_name='shop', name='week', field=models.JSONField(default=list)),
        migrations.AddField(model_name='shop', name='holidays', field=models.JSONField(default=list)),
        migrations.AddField(model_name='shop', name='company', field=models.CharField(blank=True, max_length=100)),
        migrations.AddField(model_name='shop', name='licence_no', field=models.CharField(blank=True, max_length=18)),
        migrations.AddField(model_name='shop', name='licence_picture', field=models.CharField(blank=True, max_length=200)),
        migrations.AddField(model_name='shop', name='licence_text', field=models.CharField(blank=True, max_length=200)),
        migrations.AddField(model_name='shop', name='icp_number', field=models.CharField(blank=True, max_length=40)),
        migrations.AddField(model_name='shop', name='police_number', field=models.CharField(blank=True, max_length=40)),
        migrations.AddField(model_name='shop', name='takes_wechat_native', field=models.BooleanField(default=True)),
        migrations.AddField(model_name='shop', name='takes_wechat_h5', field=models.BooleanField(default=True)),
        migrations.AddField(model_name='shop', name='takes_wechat_jsapi', field=models.BooleanField(default=True)),
        migrations.AddField(model_name='shop', name='takes_transfer', field=models.BooleanField(default=True)),
        migrations.AddField(model_name='shop', name='return_days', field=models.IntegerField(default=7)),
        migrations.AddField(model_name='shop', name='return_policy', field=models.TextField(blank=True)),
        migrations.AddConstraint(
            model_name='shop',
            constraint=models.CheckConstraint(condition=models.Q(('return_days__gte', 7)), name='shop_return_days_legal'),
        ),
        migrations.CreateModel(
            name='SettingChange',
            fields=[
                ('id', zhanggui.core.ids.IdField(default=zhanggui.core.ids.next_id, editable=False, primary_key=True, serialize=False)),
                ('group', models.CharField(max_length=20)),
                ('changes', models.JSONField()),
                ('actor_type', models.CharField(max_length=10)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('undoes', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.settingchange')),
            ],
            options={
                'indexes': [models.Index(fields=['group', '-id'], name='setting_change_by_group')],
            },
        ),
    ]
