import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# Whose month a rating counts in: the branch whose shown result scores the person; before there is a result, the branch
# of the grid served last, where the result will be; else the person's own.
RATED_WHERE_SCORED_OR_SERVED = """
CREATE OR REPLACE FUNCTION kpi_rated_branch(month date, manager bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
SELECT coalesce(
    (SELECT score.branch_id
     FROM kpi_score score
     JOIN kpi_branchmonth shown ON shown.current_run_id = score.run_id
          AND shown.branch_id = score.branch_id AND shown.month = score.month
     WHERE score.manager_id = $2 AND score.month = $1
     ORDER BY shown.state = 'closed' DESC
     LIMIT 1),
    (SELECT grid.branch_id
     FROM managers_posting posting
     JOIN grids_grid grid ON grid.id = posting.grid_id
          AND grid.period && daterange($1, ($1 + interval '1 month')::date)
     WHERE posting.manager_id = $2 AND posting.period && daterange($1, ($1 + interval '1 month')::date)
     ORDER BY upper(posting.period * daterange($1, ($1 + interval '1 month')::date)) DESC
     LIMIT 1),
    (SELECT branch_id FROM managers_manager WHERE id = $2))
$$
"""
RATED_WHERE_SCORED = """
CREATE OR REPLACE FUNCTION kpi_rated_branch(month date, manager bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
SELECT coalesce(
    (SELECT score.branch_id
     FROM kpi_score score
     JOIN kpi_branchmonth shown ON shown.current_run_id = score.run_id
          AND shown.branch_id = score.branch_id AND shown.month = score.month
     WHERE score.manager_id = $2 AND score.month = $1
     ORDER BY shown.state = 'closed' DESC
     LIMIT 1),
    (SELECT branch_id FROM managers_manager WHERE id = $2))
$$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kpi', '0011_lighter_checks'),
    ]

    operations = [
        migrations.RunSQL(RATED_WHERE_SCORED_OR_SERVED, RATED_WHERE_SCORED),
        pgtrigger.migrations.AddTrigger(
            model_name='target',
            trigger=pgtrigger.compiler.Trigger(name='use_reason_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."change_reason" > \'\')', func="\n        UPDATE kpi_target SET change_reason = '' WHERE id = NEW.id;\n        RETURN NULL;\n        ", hash='b16cf41811b22d043b650f5899d0df4638f0a142', operation='INSERT OR UPDATE', pgid='pgtrigger_use_reason_once_5a221', table='kpi_target', when='AFTER')),
        ),
    ]
