"""Balances and losses are found by product, their figures in the index; tallies go when the acceptances are emptied."""

from django.db import migrations, models

# TRUNCATE tells no trigger about its rows, so there is no difference to mark: what was counted of them is forgotten, and
# the grids that had any are scored again.
FORGET = """
CREATE FUNCTION kpi_forget_tallies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM acceptance_acceptancechange;
    INSERT INTO kpi_touchedgrid (month, grid_id)
    SELECT DISTINCT month, grid_id FROM kpi_tally
    ON CONFLICT (month, grid_id) DO NOTHING;
    DELETE FROM kpi_tally;
    RETURN NULL;
END
$$;
CREATE TRIGGER kpi_forget_tallies AFTER TRUNCATE ON acceptance_acceptance
    FOR EACH STATEMENT EXECUTE FUNCTION kpi_forget_tallies();
"""
REMEMBER = """
DROP TRIGGER kpi_forget_tallies ON acceptance_acceptance;
DROP FUNCTION kpi_forget_tallies();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('acceptance', '0007_reconciliation_and_notices'),
        ('grids', '0002_deferrable_membership'),
        ('kpi', '0016_replays_are_jobs'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='balance',
            name='balance_once',
        ),
        migrations.RemoveConstraint(
            model_name='loss',
            name='loss_once',
        ),
        migrations.AddConstraint(
            model_name='balance',
            constraint=models.UniqueConstraint(fields=('month', 'product_code', 'community'), include=('lines',), name='balance_once'),
        ),
        migrations.AddConstraint(
            model_name='loss',
            constraint=models.UniqueConstraint(fields=('month', 'product_code', 'community'), include=('lines',), name='loss_once'),
        ),
        migrations.RunSQL(FORGET, REMEMBER),
        # Figures in an index are read alone only once the pages are known to be seen by all.
        migrations.RunSQL(
            """
            ALTER TABLE kpi_balance SET (autovacuum_vacuum_insert_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0);
            ALTER TABLE kpi_loss SET (autovacuum_vacuum_insert_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0);
            """,
            """
            ALTER TABLE kpi_balance RESET (autovacuum_vacuum_insert_threshold, autovacuum_vacuum_insert_scale_factor);
            ALTER TABLE kpi_loss RESET (autovacuum_vacuum_insert_threshold, autovacuum_vacuum_insert_scale_factor);
            """,
        ),
    ]
