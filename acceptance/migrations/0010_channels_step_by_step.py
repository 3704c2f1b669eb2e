"""Both catalogues get an end and a document for each row, with the mapping of the guideline between them; community
channels with permissions that are opened step by step."""

import datetime as dt

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

GUIDELINE = "家庭客户高级客户经理建设指导意见"
SINCE = dt.date(2020, 1, 1)
# Today's channel → the one of the plan that takes over from it.
MAPPED = [
    ("own_hall", "own_hall"),
    ("community_manager", "direct"),
    ("e_channel", "e_channel"),
    ("collection_point", "agent"),
    ("payphone_agent", "phone_supermarket"),
    ("card_agent", "card_agent"),
]
# Until now a row held until the next one of its channel began.
END_FOLLOWED_PLACES = """
UPDATE acceptance_channelplace place SET valid_to = following.valid_from
FROM acceptance_channelplace following
WHERE following.channel_id = place.channel_id AND following.catalogue = place.catalogue
  AND following.valid_from = (
      SELECT min(later.valid_from) FROM acceptance_channelplace later
      WHERE later.channel_id = place.channel_id AND later.catalogue = place.catalogue
        AND later.valid_from > place.valid_from)
"""
NAME_GUIDELINE = "UPDATE acceptance_channelplace SET document = %s WHERE document = ''"


def map_channels(apps, schema_editor):
    channels = set(apps.get_model("acceptance", "Channel").objects.values_list("pk", flat=True))
    # A company that has no such channel has taken it out itself: then nothing is mapped to it.
    mapping = apps.get_model("acceptance", "ChannelMapping")
    mapping.objects.bulk_create(
        mapping(source_id=source, target_id=target, valid_from=SINCE, document=GUIDELINE)
        for source, target in MAPPED
        if {source, target} <= channels
    )


class Migration(migrations.Migration):

    dependencies = [
        ('acceptance', '0009_queue_index'),
        ('grids', '0003_halls_can_be_reached'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='生效日期')),
                ('valid_to', models.DateField(blank=True, help_text='当天不再有效；空为长期', null=True, verbose_name='失效日期')),
                ('document', models.CharField(max_length=120, verbose_name='依据文件')),
            ],
            options={
                'verbose_name': '渠道对应',
                'verbose_name_plural': '渠道对应',
            },
        ),
        migrations.CreateModel(
            name='ChannelPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('agency', '业务代办'), ('payment', '缴费'), ('service', '服务')], max_length=8, verbose_name='权限')),
                ('policy', models.CharField(max_length=120, verbose_name='政策文件')),
                ('opened_on', models.DateField(verbose_name='开通日期')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='登记时间')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='撤回日期')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200, verbose_name='撤回理由')),
            ],
            options={
                'verbose_name': '社区渠道权限',
                'verbose_name_plural': '社区渠道权限',
                'ordering': ['opened_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CommunityChannel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('kind', models.CharField(choices=[('property', '物业服务处'), ('committee', '居委会服务点'), ('shop', '便利店'), ('kiosk', '报刊亭'), ('other', '其他合作点')], max_length=12, verbose_name='种类')),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='地址')),
                ('contact_name', models.CharField(max_length=40, verbose_name='联系人')),
                ('contact_phone', models.CharField(max_length=20, verbose_name='联系电话')),
                ('since', models.DateField(verbose_name='合作起始')),
                ('ended_on', models.DateField(blank=True, help_text='当天不再合作；空为长期', null=True, verbose_name='合作终止')),
                ('ended_reason', models.CharField(blank=True, max_length=200, verbose_name='终止理由')),
                ('changed_at', models.DateTimeField(verbose_name='登记时间')),
            ],
            options={
                'verbose_name': '社区渠道',
                'verbose_name_plural': '社区渠道',
                'ordering': ['community__code', 'name', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='channelplace',
            name='document',
            field=models.CharField(blank=True, max_length=120, verbose_name='依据文件'),
        ),
        migrations.AddField(
            model_name='channelplace',
            name='valid_to',
            field=models.DateField(blank=True, help_text='当天不再有效；空为长期', null=True, verbose_name='失效日期'),
        ),
        migrations.RunSQL([END_FOLLOWED_PLACES, (NAME_GUIDELINE, [GUIDELINE])], migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='channelplace',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('catalogue', 'current'), ('tier__in', ['own', 'social'])), models.Q(('catalogue', 'target'), ('tier__in', ['core', 'supplement'])), _connector='OR'), name='channel_place_tier_of_catalogue'),
        ),
        migrations.AddConstraint(
            model_name='channelplace',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='channel_place_lasts'),
        ),
        migrations.AddConstraint(
            model_name='channelplace',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('channel', '='), ('catalogue', '='), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='channel_place_once_a_day'),
        ),
        migrations.AddField(
            model_name='channelmapping',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mapped_to', to='acceptance.channel', verbose_name='现状渠道'),
        ),
        migrations.AddField(
            model_name='channelmapping',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mapped_from', to='acceptance.channel', verbose_name='规划渠道'),
        ),
        migrations.AddField(
            model_name='channelpermission',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='开通人'),
        ),
        migrations.AddField(
            model_name='channelpermission',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤回人'),
        ),
        migrations.AddField(
            model_name='communitychannel',
            name='changed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
        ),
        migrations.AddField(
            model_name='communitychannel',
            name='community',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='community_channels', to='grids.community', verbose_name='社区'),
        ),
        migrations.AddField(
            model_name='channelpermission',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='permissions', to='acceptance.communitychannel', verbose_name='社区渠道'),
        ),
        migrations.AddConstraint(
            model_name='channelmapping',
            constraint=models.CheckConstraint(condition=models.Q(('document', ''), _negated=True), name='channel_mapping_has_document'),
        ),
        migrations.AddConstraint(
            model_name='channelmapping',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='channel_mapping_lasts'),
        ),
        migrations.AddConstraint(
            model_name='channelmapping',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('source', '='), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='channel_mapping_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='communitychannel',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('community', 'name'), name='community_channel_once', violation_error_message='这个社区已经有同名的社区渠道。'),
        ),
        migrations.AddConstraint(
            model_name='communitychannel',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['property', 'committee', 'shop', 'kiosk', 'other'])), name='community_channel_kind'),
        ),
        migrations.AddConstraint(
            model_name='communitychannel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on', None), ('ended_reason', '')), models.Q(('ended_on__gt', models.F('since')), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='community_channel_ends_with_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='communitychannel',
            trigger=pgtrigger.compiler.Trigger(name='ends_without_permissions', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT FROM acceptance_channelpermission permission\n    WHERE permission.channel_id = NEW.id\n      AND NOT daterange(NEW.since, NEW.ended_on) @> daterange(permission.opened_on, permission.withdrawn_on)\n) THEN\n    RAISE EXCEPTION 'a permission lies within the days of its channel'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'permission_within_channel';\nEND IF;\nRETURN NULL;\n", hash='2206f7c668392ae19b53b6e1c9de08fbd6970d3b', operation='UPDATE OF "since", "ended_on"', pgid='pgtrigger_ends_without_permissions_6db9a', table='acceptance_communitychannel', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='channelpermission',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ['agency', 'payment', 'service'])), name='permission_step_known'),
        ),
        migrations.AddConstraint(
            model_name='channelpermission',
            constraint=models.CheckConstraint(condition=models.Q(('policy', ''), _negated=True), name='permission_has_policy'),
        ),
        migrations.AddConstraint(
            model_name='channelpermission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_by', None), ('withdrawn_on', None), ('withdrawn_reason', '')), models.Q(('withdrawn_by__isnull', False), ('withdrawn_on__gte', models.F('opened_on')), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='permission_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='channelpermission',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('channel', '='), ('step', '='), (models.Func(models.F('opened_on'), models.F('withdrawn_on'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='permission_once_a_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='channelpermission',
            trigger=pgtrigger.compiler.Trigger(name='step_by_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM FROM acceptance_communitychannel channel WHERE channel.id = NEW.channel_id FOR UPDATE;\nIF EXISTS (\n    SELECT FROM acceptance_channelpermission upper\n    WHERE upper.channel_id = NEW.channel_id AND upper.step <> 'agency'\n      AND NOT isempty(daterange(upper.opened_on, upper.withdrawn_on))\n      AND NOT EXISTS (\n          SELECT FROM acceptance_channelpermission lower\n          WHERE lower.channel_id = upper.channel_id\n            AND lower.step = CASE upper.step WHEN 'payment' THEN 'agency' ELSE 'payment' END\n            AND daterange(lower.opened_on, lower.withdrawn_on) @> daterange(upper.opened_on, upper.withdrawn_on))\n) THEN\n    RAISE EXCEPTION 'a permission rests on the step before it'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'permission_step_by_step';\nEND IF;\nIF EXISTS (\n    SELECT FROM acceptance_communitychannel channel\n    WHERE channel.id = NEW.channel_id\n      AND NOT daterange(channel.since, channel.ended_on) @> daterange(NEW.opened_on, NEW.withdrawn_on)\n) THEN\n    RAISE EXCEPTION 'a permission lies within the days of its channel'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'permission_within_channel';\nEND IF;\nRETURN NULL;\n", hash='3f1b5bbb4a633a0ccf2124c55b799e35a4e15eb2', operation='INSERT OR UPDATE', pgid='pgtrigger_step_by_step_7cddd', table='acceptance_channelpermission', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='channelpermission',
            trigger=pgtrigger.compiler.Trigger(name='opened_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."channel_id" IS DISTINCT FROM (NEW."channel_id") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."opened_by_id" IS DISTINCT FROM (NEW."opened_by_id") OR OLD."opened_on" IS DISTINCT FROM (NEW."opened_on") OR OLD."policy" IS DISTINCT FROM (NEW."policy") OR OLD."step" IS DISTINCT FROM (NEW."step"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1fd112af1ad98ad89316fecc383cdff40c443b47', operation='UPDATE', pgid='pgtrigger_opened_once_e0793', table='acceptance_channelpermission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='channelpermission',
            trigger=pgtrigger.compiler.Trigger(name='withdrawn_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."withdrawn_on" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c0939580a81a95cb1f49839797fa167d4b42af17', operation='UPDATE', pgid='pgtrigger_withdrawn_once_2106f', table='acceptance_channelpermission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='channelpermission',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c6f2efec23864e6813cdf07fd87f990dd53cd661', operation='DELETE', pgid='pgtrigger_never_deleted_341b7', table='acceptance_channelpermission', when='BEFORE')),
        ),
        migrations.RunPython(map_channels, migrations.RunPython.noop),
    ]
