"""Keys of scores looked up in their index, and asked of a change only where one is changed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('kpi', '0020_one_turn'),
    ]

    operations = [
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
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='known_run_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_run WHERE id = ANY(ARRAY(SELECT DISTINCT run_id FROM new_rows written)) FOR KEY SHARE;\nPERFORM 1 FROM kpi_subjects FOR SHARE;\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month, branch_id FROM new_rows of_rows) written\n           WHERE (SELECT month FROM kpi_run WHERE id = written.run_id) IS DISTINCT FROM written.month\n              OR (SELECT true FROM grids_branch WHERE id = written.branch_id) IS NULL) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nIF EXISTS (SELECT 1 FROM new_rows written\n           WHERE (grid_id IS NOT NULL AND (SELECT true FROM grids_grid WHERE id = written.grid_id) IS NULL)\n              OR (manager_id IS NOT NULL\n                  AND (SELECT true FROM managers_manager WHERE id = written.manager_id) IS NULL)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;\n", hash='c5a93ae3418ff90c8afe399c02a09862fe63b1aa', level='STATEMENT', operation='INSERT', pgid='pgtrigger_known_run_insert_cf607', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='known_run_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_run WHERE id = ANY(ARRAY(SELECT DISTINCT run_id FROM (SELECT NEW.*) written)) FOR KEY SHARE;\nPERFORM 1 FROM kpi_subjects FOR SHARE;\nIF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month, branch_id FROM (SELECT NEW.*) of_rows) written\n           WHERE (SELECT month FROM kpi_run WHERE id = written.run_id) IS DISTINCT FROM written.month\n              OR (SELECT true FROM grids_branch WHERE id = written.branch_id) IS NULL) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nIF EXISTS (SELECT 1 FROM (SELECT NEW.*) written\n           WHERE (grid_id IS NOT NULL AND (SELECT true FROM grids_grid WHERE id = written.grid_id) IS NULL)\n              OR (manager_id IS NOT NULL\n                  AND (SELECT true FROM managers_manager WHERE id = written.manager_id) IS NULL)) THEN\n    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;\n", hash='99f58d53293d6e7afba660fd99c9c6836552b587', operation='UPDATE OF "run_id", "month", "branch_id", "grid_id", "manager_id"', pgid='pgtrigger_known_run_update_a0f23', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='items_once_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM new_rows written\n           WHERE NOT (cardinality(items) <= 12\n              AND coalesce((items[1]).code < (items[2]).code, cardinality(items) <= 1)\n              AND coalesce((items[2]).code < (items[3]).code, cardinality(items) <= 2)\n              AND coalesce((items[3]).code < (items[4]).code, cardinality(items) <= 3)\n              AND coalesce((items[4]).code < (items[5]).code, cardinality(items) <= 4)\n              AND coalesce((items[5]).code < (items[6]).code, cardinality(items) <= 5)\n              AND coalesce((items[6]).code < (items[7]).code, cardinality(items) <= 6)\n              AND coalesce((items[7]).code < (items[8]).code, cardinality(items) <= 7)\n              AND coalesce((items[8]).code < (items[9]).code, cardinality(items) <= 8)\n              AND coalesce((items[9]).code < (items[10]).code, cardinality(items) <= 9)\n              AND coalesce((items[10]).code < (items[11]).code, cardinality(items) <= 10)\n              AND coalesce((items[11]).code < (items[12]).code, cardinality(items) <= 11))\n             AND (SELECT count(*) <> count(DISTINCT code) FROM unnest(items))) THEN\n    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';\nEND IF;\nRETURN NULL;\n", hash='037e286123953b2e3c252cabbc8623afaa601eca', level='STATEMENT', operation='INSERT', pgid='pgtrigger_items_once_insert_2a386', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='items_once_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM (SELECT NEW.*) written\n           WHERE NOT (cardinality(items) <= 12\n              AND coalesce((items[1]).code < (items[2]).code, cardinality(items) <= 1)\n              AND coalesce((items[2]).code < (items[3]).code, cardinality(items) <= 2)\n              AND coalesce((items[3]).code < (items[4]).code, cardinality(items) <= 3)\n              AND coalesce((items[4]).code < (items[5]).code, cardinality(items) <= 4)\n              AND coalesce((items[5]).code < (items[6]).code, cardinality(items) <= 5)\n              AND coalesce((items[6]).code < (items[7]).code, cardinality(items) <= 6)\n              AND coalesce((items[7]).code < (items[8]).code, cardinality(items) <= 7)\n              AND coalesce((items[8]).code < (items[9]).code, cardinality(items) <= 8)\n              AND coalesce((items[9]).code < (items[10]).code, cardinality(items) <= 9)\n              AND coalesce((items[10]).code < (items[11]).code, cardinality(items) <= 10)\n              AND coalesce((items[11]).code < (items[12]).code, cardinality(items) <= 11))\n             AND (SELECT count(*) <> count(DISTINCT code) FROM unnest(items))) THEN\n    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';\nEND IF;\nRETURN NULL;\n", hash='17c5eb7936874c38884f82fbd00e2299e1d1c553', operation='UPDATE OF "items"', pgid='pgtrigger_items_once_update_374f1', table='kpi_score', when='AFTER')),
        ),
    ]
