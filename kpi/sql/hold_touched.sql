-- The open months of touched grids that show a generation, held against publishing, closing and a recompute.
SELECT branch_id
FROM kpi_branchmonth
WHERE month IN (SELECT month FROM kpi_touchedgrid) AND state IN ('open', 'trial') AND current_run_id IS NOT NULL
ORDER BY month, branch_id
FOR UPDATE;
