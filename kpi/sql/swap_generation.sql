-- Readers see the old generation or the new one: a single statement, the last of the transaction.
UPDATE kpi_branchmonth
SET current_run_id = %(run)s, state = CASE WHEN state = 'open' THEN 'trial' ELSE state END
WHERE month = %(first)s AND branch_id = ANY(%(branches)s) AND state IN ('open', 'trial');
