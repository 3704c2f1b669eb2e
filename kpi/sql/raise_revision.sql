-- Readers' copies of these branches' pages are out of date.
UPDATE kpi_branchmonth
SET revision = revision + 1
WHERE month = %(first)s AND branch_id = ANY(ARRAY(SELECT branch_id FROM kpi_changed WHERE run_id = %(run)s));
