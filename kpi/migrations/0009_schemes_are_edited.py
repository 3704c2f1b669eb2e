import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kpi.indicators


class Migration(migrations.Migration):
    """Drafts are edited by several people, and the measures are told by files instead of the database."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("kpi", "0008_sums_kept_beside"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="indicator", name="indicator_measure_known"),
        migrations.AlterField(
            model_name="indicator",
            name="measure",
            field=models.CharField(choices=kpi.indicators.measure_choices, max_length=12, verbose_name="计量"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__regex", "^[a-z_]{2,12}$")), name="indicator_measure_is_a_code"
            ),
        ),
        migrations.AddField(
            model_name="scheme",
            name="revision",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="修改次数"),
        ),
        migrations.AddField(
            model_name="scheme",
            name="saved_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="保存时间"),
        ),
        migrations.AddField(
            model_name="scheme",
            name="saved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="保存人",
            ),
        ),
    ]
