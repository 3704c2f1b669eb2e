-- A row for the month of each branch (or of one), so that there is something to lock and to point from.
INSERT INTO kpi_branchmonth (branch_id, month, state)
SELECT id, %(first)s, 'open' FROM grids_branch
WHERE %(branch)s IS NULL OR id = %(branch)s
ON CONFLICT (branch_id, month) DO NOTHING;
