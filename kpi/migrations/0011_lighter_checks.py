"""Check the run of an item once, its branch with its score, and draw the numbers of items by the hundred."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('kpi', '0010_plans_of_closed_months'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='itemscore',
            name='known_run_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='itemscore',
            name='known_run_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='score',
            name='known_run_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='score',
            name='known_run_update',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itemscore',
            trigger=pgtrigger.compiler.Trigger(name='known_run_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month FROM new_rows) written\n           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;", hash='3a7b541bc0332719b0598b562b37c3e3d28387df', level='STATEMENT', operation='INSERT', pgid='pgtrigger_known_run_insert_03f1c', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_itemscore', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itemscore',
            trigger=pgtrigger.compiler.Trigger(name='known_run_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month FROM new_rows) written\n           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;", hash='b64cb1136005a27e086b2f259d6e7e49bc0ea3d6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_known_run_update_111a1', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_itemscore', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='known_run_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;\n\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month FROM new_rows) written\n           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\n\nIF EXISTS (SELECT 1 FROM new_rows WHERE branch_id NOT IN (SELECT id FROM grids_branch)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;", hash='b64658ec5ffbce1f035ccfcae63ba9f38d1616d7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_known_run_insert_cf607', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='known_run_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;\n\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month FROM new_rows) written\n           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\n\nIF EXISTS (SELECT 1 FROM new_rows WHERE branch_id NOT IN (SELECT id FROM grids_branch)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;", hash='13b518e7fee42e4ac39d3f379233a1450a237cd2', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_known_run_update_a0f23', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        migrations.RunSQL(
            "ALTER TABLE kpi_itemscore ALTER COLUMN id SET CACHE 200",
            "ALTER TABLE kpi_itemscore ALTER COLUMN id SET CACHE 1",
        ),
    ]
