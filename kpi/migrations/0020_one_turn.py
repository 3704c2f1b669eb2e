"""A table with nothing in it, whose lock is the turn of who writes scores; and a branch's scores found by themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kpi", "0019_keys_checked_once_a_statement")]

    operations = [
        migrations.RunSQL("CREATE TABLE kpi_turn ()", "DROP TABLE kpi_turn"),
        migrations.AddIndex("score", models.Index(fields=["run", "branch"], name="score_branch")),
    ]
