"""Targets and ratings wait for who closes their month, and a grid's stay with the branch that scored it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# Whose month a target counts in: the branch whose closed result scores the grid, wherever the grid has gone since; else
# the grid's own.
TARGETED = """
CREATE OR REPLACE FUNCTION kpi_targeted_branch(month date, grid bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
SELECT coalesce(
    (SELECT score.branch_id
     FROM kpi_score score
     JOIN kpi_branchmonth shown ON shown.current_run_id = score.run_id
          AND shown.branch_id = score.branch_id AND shown.month = score.month
     WHERE score.grid_id = $2 AND score.month = $1 AND shown.state = 'closed'
     LIMIT 1),
    (SELECT branch_id FROM grids_grid WHERE id = $2))
$$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kpi', '0013_sums_are_checked'),
    ]

    operations = [
        migrations.RunSQL(TARGETED, "DROP FUNCTION kpi_targeted_branch(date, bigint)"),
        pgtrigger.migrations.RemoveTrigger(
            model_name='rating',
            name='closed_month_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='rating',
            name='closed_month_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='rating',
            name='closed_month_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='target',
            name='closed_month_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='target',
            name='closed_month_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='target',
            name='closed_month_delete',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rating',
            trigger=pgtrigger.compiler.Trigger(name='closed_month_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_branchmonth held\nWHERE (held.month, held.branch_id) IN (SELECT touched.month, kpi_rated_branch(touched.month, touched.manager_id) FROM new_rows touched)\nORDER BY held.id FOR SHARE;\n\nIF EXISTS (SELECT 1 FROM new_rows touched JOIN kpi_branchmonth closed\n           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = kpi_rated_branch(touched.month, touched.manager_id)) THEN\n    RAISE EXCEPTION 'kpi_month_closed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;", hash='114d1db94a1a714e2198f49ae91d91a83481fdbb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_closed_month_insert_a6e0c', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_rating', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rating',
            trigger=pgtrigger.compiler.Trigger(name='closed_month_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_branchmonth held\nWHERE (held.month, held.branch_id) IN (SELECT touched.month, kpi_rated_branch(touched.month, touched.manager_id) FROM old_rows touched)\nORDER BY held.id FOR SHARE;\n\nIF EXISTS (SELECT 1 FROM old_rows touched JOIN kpi_branchmonth closed\n           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = kpi_rated_branch(touched.month, touched.manager_id)) THEN\n    RAISE EXCEPTION 'kpi_month_closed' USING ERRCODE = 'check_violation';\nEND IF;\n\nPERFORM 1 FROM kpi_branchmonth held\nWHERE (held.month, held.branch_id) IN (SELECT touched.month, kpi_rated_branch(touched.month, touched.manager_id) FROM new_rows touched)\nORDER BY held.id FOR SHARE;\n\nIF EXISTS (SELECT 1 FROM new_rows touched JOIN kpi_branchmonth closed\n           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = kpi_rated_branch(touched.month, touched.manager_id)) THEN\n    RAISE EXCEPTION 'kpi_month_closed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;", hash='ae876bc2a42d330140206db7929681de4e13a825', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_closed_month_update_e98ae', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='kpi_rating', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rating',
            trigger=pgtrigger.compiler.Trigger(name='closed_month_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_branchmonth held\nWHERE (held.month, held.branch_id) IN (SELECT touched.month, kpi_rated_branch(touched.month, touched.manager_id) FROM old_rows touched)\nORDER BY held.id FOR SHARE;\n\nIF EXISTS (SELECT 1 FROM old_rows touched JOIN kpi_branchmonth closed\n           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = kpi_rated_branch(touched.month, touched.manager_id)) THEN\n    RAISE EXCEPTION 'kpi_month_closed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;", hash='939ff4121990e6330118d36cbb14935393f63619', level='STATEMENT', operation='DELETE', pgid='pgtrigger_closed_month_delete_a6f01', referencing='REFERENCING OLD TABLE AS old_rows ', table='kpi_rating', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='closed_month_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_branchmonth held\nWHERE (held.month, held.branch_id) IN (SELECT touched.month, kpi_targeted_branch(touched.month, touched.grid_id) FROM new_rows touched)\nORDER BY held.id FOR SHARE;\n\nIF EXISTS (SELECT 1 FROM new_rows touched JOIN kpi_branchmonth closed\n           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = kpi_targeted_branch(touched.month, touched.grid_id)) THEN\n    RAISE EXCEPTION 'kpi_month_closed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;", hash='938e580cbb054a1e9ed312da19fe8828d50fb14b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_closed_month_insert_b9f9b', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpi_target', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='closed_month_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_branchmonth held\nWHERE (held.month, held.branch_id) IN (SELECT touched.month, kpi_targeted_branch(touched.month, touched.grid_id) FROM old_rows touched)\nORDER BY held.id FOR SHARE;\n\nIF EXISTS (SELECT 1 FROM old_rows touched JOIN kpi_branchmonth closed\n           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = kpi_targeted_branch(touched.month, touched.grid_id)) THEN\n    RAISE EXCEPTION 'kpi_month_closed' USING ERRCODE = 'check_violation';\nEND IF;\n\nPERFORM 1 FROM kpi_branchmonth held\nWHERE (held.month, held.branch_id) IN (SELECT touched.month, kpi_targeted_branch(touched.month, touched.grid_id) FROM new_rows touched)\nORDER BY held.id FOR SHARE;\n\nIF EXISTS (SELECT 1 FROM new_rows touched JOIN kpi_branchmonth closed\n           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = kpi_targeted_branch(touched.month, touched.grid_id)) THEN\n    RAISE EXCEPTION 'kpi_month_closed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;", hash='78b89a774466a5cfe31d14c2e2cb402a8a8970d8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_closed_month_update_d1a88', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='kpi_target', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='closed_month_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM 1 FROM kpi_branchmonth held\nWHERE (held.month, held.branch_id) IN (SELECT touched.month, kpi_targeted_branch(touched.month, touched.grid_id) FROM old_rows touched)\nORDER BY held.id FOR SHARE;\n\nIF EXISTS (SELECT 1 FROM old_rows touched JOIN kpi_branchmonth closed\n           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = kpi_targeted_branch(touched.month, touched.grid_id)) THEN\n    RAISE EXCEPTION 'kpi_month_closed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;", hash='f7d0f07541ebc38553bab8fb64be0d695e74fb10', level='STATEMENT', operation='DELETE', pgid='pgtrigger_closed_month_delete_f4a96', referencing='REFERENCING OLD TABLE AS old_rows ', table='kpi_target', when='AFTER')),
        ),
    ]
