"""Items move into the row of their score; what was their table becomes a view of it, for whoever reads."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# What the columns of the table said, said of each item of a row.
ITEMS = """
CREATE DOMAIN kpi_item_code AS varchar(4) NOT NULL;
CREATE DOMAIN kpi_item_status AS varchar(10) NOT NULL
    CONSTRAINT item_score_status_known CHECK (VALUE IN ('scored', 'no_target', 'no_rating', 'exempt'));
CREATE DOMAIN kpi_item_points AS numeric(12, 6) NOT NULL;
CREATE TYPE kpi_scored_item AS (
    code kpi_item_code, status kpi_item_status, gained integer, lost integer, actual numeric(14, 4),
    base numeric(14, 4), target numeric(14, 4), rate numeric(14, 4), score numeric(10, 4), weight kpi_item_points,
    weighted kpi_item_points
);
ALTER TABLE kpi_score ADD COLUMN items kpi_scored_item[] NOT NULL DEFAULT '{}';
"""

# The same figures in another place: the guards of closed months look away while they move.
MOVE = """
ALTER TABLE kpi_score DISABLE TRIGGER USER;
UPDATE kpi_score
SET items = kept.items
FROM (
    SELECT run_id, coalesce(grid_id, -manager_id) AS subject,
           array_agg(ROW(code, status, gained, lost, actual, base, target, rate, score, weight, weighted)::kpi_scored_item
                     ORDER BY code) AS items
    FROM kpi_itemscore
    GROUP BY run_id, subject
) kept
WHERE kept.run_id = kpi_score.run_id AND kept.subject = coalesce(kpi_score.grid_id, -kpi_score.manager_id);
ALTER TABLE kpi_score ENABLE TRIGGER USER;
DROP TABLE kpi_itemscore;
"""

# An item's number: that of its score, and its place there.
VIEW = """
CREATE VIEW kpi_itemscore AS
SELECT score.id * 100 + item.place AS id, score.run_id, score.month, score.branch_id, score.grid_id, score.manager_id,
       item.code::varchar AS code, item.status::varchar AS status, item.gained, item.lost, item.actual, item.base,
       item.target, item.rate, item.score, item.weight::numeric AS weight, item.weighted::numeric AS weighted
FROM kpi_score score
CROSS JOIN LATERAL unnest(score.items) WITH ORDINALITY AS item (
    code, status, gained, lost, actual, base, target, rate, score, weight, weighted, place);
"""
GUARDS = [
    "closed_month_insert",
    "closed_month_update",
    "closed_month_delete",
    "closed_month_truncate",
    "known_run_insert",
    "known_run_update",
]

class Migration(migrations.Migration):

    dependencies = [
        ('kpi', '0014_inputs_wait_for_closing'),
    ]

    operations = [
        *(pgtrigger.migrations.RemoveTrigger(model_name='itemscore', name=name) for name in GUARDS),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ITEMS), migrations.RunSQL(MOVE), migrations.RunSQL(VIEW)],
            state_operations=[
                migrations.DeleteModel(name='ItemScore'),
                migrations.CreateModel(
                    name='ItemScore',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('month', models.DateField(verbose_name='月份')),
                        ('code', models.CharField(max_length=4, verbose_name='指标')),
                        ('status', models.CharField(max_length=10, verbose_name='状态')),
                    ],
                    options={'managed': False, 'verbose_name': '分项得分', 'verbose_name_plural': '分项得分'},
                ),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='run',
            name='keeps_its_scores',
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
            model_name='run',
            trigger=pgtrigger.compiler.Trigger(name='keeps_its_scores', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF EXISTS (SELECT 1 FROM kpi_score WHERE run_id = OLD.id) THEN\n            RAISE EXCEPTION 'kpi_run_has_scores' USING ERRCODE = 'foreign_key_violation';\n        END IF;\n        RETURN OLD;\n        ", hash='a782fcd46a47e254d655d86ca86b86283c9e60e4', operation='DELETE', pgid='pgtrigger_keeps_its_scores_c8982', table='kpi_run', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='known_run_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month FROM new_rows) written\n           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nIF EXISTS (SELECT 1 FROM new_rows WHERE branch_id NOT IN (SELECT id FROM grids_branch)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;\n", hash='90a887d73d386621f981e9d4ee563f552ad5599c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_known_run_insert_cf607', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='known_run_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month FROM new_rows) written\n           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nIF EXISTS (SELECT 1 FROM new_rows WHERE branch_id NOT IN (SELECT id FROM grids_branch)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;\n", hash='4bdb7aea6809a4405232fbac8116fa19e5182652', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_known_run_update_a0f23', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='items_once_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM new_rows\n           WHERE (SELECT count(*) <> count(DISTINCT code) FROM unnest(new_rows.items))) THEN\n    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';\nEND IF;\nRETURN NULL;\n", hash='1a81de2daba48885ed69eafe25577c9db7bf63dc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_items_once_insert_2a386', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='items_once_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM new_rows\n           WHERE (SELECT count(*) <> count(DISTINCT code) FROM unnest(new_rows.items))) THEN\n    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';\nEND IF;\nRETURN NULL;\n", hash='c6755e0507ade3b0a9ab67a4aa5f1729efba5051', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_items_once_update_374f1', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
    ]
