"""The keys of scores to grids and people are checked once a statement, and a score goes into one index of the two."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# One row stands for all grids and people. Who writes scores holds it to the end of the transaction; who deletes one of
# them changes it: so each waits for the other, and a snapshot older than the deletion can't write at all. The answer of
# who deletes has to be of this moment, not of a snapshot's.
KEEP = """
CREATE TABLE kpi_subjects (is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one), deletions bigint NOT NULL DEFAULT 0);
INSERT INTO kpi_subjects DEFAULT VALUES;
CREATE FUNCTION kpi_keep_subjects() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_scored boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'kpi_subject_needs_read_committed' USING ERRCODE = 'feature_not_supported';
    END IF;
    UPDATE kpi_subjects SET deletions = deletions + 1;
    IF TG_OP = 'TRUNCATE' THEN
        SELECT EXISTS (SELECT FROM kpi_score) INTO is_scored;
    ELSIF TG_TABLE_NAME = 'grids_grid' THEN
        SELECT EXISTS (SELECT FROM kpi_score WHERE grid_id = OLD.id) INTO is_scored;
    ELSE
        SELECT EXISTS (SELECT FROM kpi_score WHERE manager_id = OLD.id) INTO is_scored;
    END IF;
    IF is_scored THEN
        RAISE EXCEPTION 'kpi_subject_has_scores' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER kpi_keep_subjects AFTER DELETE ON grids_grid
    FOR EACH ROW EXECUTE FUNCTION kpi_keep_subjects();
CREATE TRIGGER kpi_keep_subjects AFTER DELETE ON managers_manager
    FOR EACH ROW EXECUTE FUNCTION kpi_keep_subjects();
CREATE TRIGGER kpi_keep_subject_ids AFTER UPDATE OF id ON grids_grid
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION kpi_keep_subjects();
CREATE TRIGGER kpi_keep_subject_ids AFTER UPDATE OF id ON managers_manager
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION kpi_keep_subjects();
CREATE TRIGGER kpi_keep_all_subjects AFTER TRUNCATE ON grids_grid
    FOR EACH STATEMENT EXECUTE FUNCTION kpi_keep_subjects();
CREATE TRIGGER kpi_keep_all_subjects AFTER TRUNCATE ON managers_manager
    FOR EACH STATEMENT EXECUTE FUNCTION kpi_keep_subjects();
"""
LET_GO = """
DROP FUNCTION kpi_keep_subjects() CASCADE;
DROP TABLE kpi_subjects;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0003_halls_can_be_reached'),
        ('kpi', '0018_company_pack'),
        ('managers', '0002_deferrable_posting'),
    ]

    operations = [
        migrations.RunSQL(KEEP, LET_GO),
        pgtrigger.migrations.RemoveTrigger(
            model_name='score',
            name='known_run_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='score',
            name='known_run_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='score',
            name='items_once_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='score',
            name='items_once_update',
        ),
        migrations.AlterField(
            model_name='score',
            name='grid',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='grids.grid', verbose_name='网格'),
        ),
        migrations.AlterField(
            model_name='score',
            name='manager',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='managers.manager', verbose_name='客户经理'),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(condition=models.Q(('grid__isnull', False)), fields=['grid'], name='score_grid'),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(condition=models.Q(('manager__isnull', False)), fields=['manager'], name='score_manager'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='known_run_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;\nPERFORM 1 FROM kpi_subjects FOR SHARE;\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month, branch_id FROM new_rows) written\n           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)\n              OR NOT EXISTS (SELECT 1 FROM grids_branch WHERE id = written.branch_id)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nIF EXISTS (SELECT 1 FROM new_rows\n           LEFT JOIN grids_grid grid ON grid.id = new_rows.grid_id\n           LEFT JOIN managers_manager manager ON manager.id = new_rows.manager_id\n           WHERE (new_rows.grid_id IS NOT NULL AND grid.id IS NULL)\n              OR (new_rows.manager_id IS NOT NULL AND manager.id IS NULL)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;\n", hash='a96ced10f334105ac60063d6038b38934f478fa0', level='STATEMENT', operation='INSERT', pgid='pgtrigger_known_run_insert_cf607', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='known_run_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;\nPERFORM 1 FROM kpi_subjects FOR SHARE;\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month, branch_id FROM new_rows) written\n           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)\n              OR NOT EXISTS (SELECT 1 FROM grids_branch WHERE id = written.branch_id)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nIF EXISTS (SELECT 1 FROM new_rows\n           LEFT JOIN grids_grid grid ON grid.id = new_rows.grid_id\n           LEFT JOIN managers_manager manager ON manager.id = new_rows.manager_id\n           WHERE (new_rows.grid_id IS NOT NULL AND grid.id IS NULL)\n              OR (new_rows.manager_id IS NOT NULL AND manager.id IS NULL)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;\n", hash='05c22afd0fbf43456df1d1c0470f9fc63d81747f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_known_run_update_a0f23', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='items_once_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM new_rows\n           WHERE NOT (cardinality(items) <= 12\n              AND coalesce((items[1]).code < (items[2]).code, cardinality(items) <= 1)\n              AND coalesce((items[2]).code < (items[3]).code, cardinality(items) <= 2)\n              AND coalesce((items[3]).code < (items[4]).code, cardinality(items) <= 3)\n              AND coalesce((items[4]).code < (items[5]).code, cardinality(items) <= 4)\n              AND coalesce((items[5]).code < (items[6]).code, cardinality(items) <= 5)\n              AND coalesce((items[6]).code < (items[7]).code, cardinality(items) <= 6)\n              AND coalesce((items[7]).code < (items[8]).code, cardinality(items) <= 7)\n              AND coalesce((items[8]).code < (items[9]).code, cardinality(items) <= 8)\n              AND coalesce((items[9]).code < (items[10]).code, cardinality(items) <= 9)\n              AND coalesce((items[10]).code < (items[11]).code, cardinality(items) <= 10)\n              AND coalesce((items[11]).code < (items[12]).code, cardinality(items) <= 11))\n             AND (SELECT count(*) <> count(DISTINCT code) FROM unnest(items))) THEN\n    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';\nEND IF;\nRETURN NULL;\n", hash='149d7502a35cda4289ee827d7cf6099d28e4809c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_items_once_insert_2a386', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='items_once_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM new_rows\n           WHERE NOT (cardinality(items) <= 12\n              AND coalesce((items[1]).code < (items[2]).code, cardinality(items) <= 1)\n              AND coalesce((items[2]).code < (items[3]).code, cardinality(items) <= 2)\n              AND coalesce((items[3]).code < (items[4]).code, cardinality(items) <= 3)\n              AND coalesce((items[4]).code < (items[5]).code, cardinality(items) <= 4)\n              AND coalesce((items[5]).code < (items[6]).code, cardinality(items) <= 5)\n              AND coalesce((items[6]).code < (items[7]).code, cardinality(items) <= 6)\n              AND coalesce((items[7]).code < (items[8]).code, cardinality(items) <= 7)\n              AND coalesce((items[8]).code < (items[9]).code, cardinality(items) <= 8)\n              AND coalesce((items[9]).code < (items[10]).code, cardinality(items) <= 9)\n              AND coalesce((items[10]).code < (items[11]).code, cardinality(items) <= 10)\n              AND coalesce((items[11]).code < (items[12]).code, cardinality(items) <= 11))\n             AND (SELECT count(*) <> count(DISTINCT code) FROM unnest(items))) THEN\n    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';\nEND IF;\nRETURN NULL;\n", hash='a47d73a7fb17b65ce39042b0d740abeb44fc584f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_items_once_update_374f1', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
    ]
