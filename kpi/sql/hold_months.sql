-- The open months that show a generation of this scheme, held against publishing, closing and a recompute.
SELECT held.branch_id, held.current_run_id
FROM kpi_branchmonth held
JOIN kpi_run run ON run.id = held.current_run_id
WHERE held.month = %(first)s AND held.state IN ('open', 'trial') AND run.scheme_id = %(scheme)s
ORDER BY held.branch_id
FOR UPDATE OF held;
