-- The branches whose month is still scored (or the one asked for, if so), held against publishing and closing.
SELECT branch_id
FROM kpi_branchmonth
WHERE month = %(first)s AND state IN ('open', 'trial') AND (%(branch)s IS NULL OR branch_id = %(branch)s)
ORDER BY branch_id
FOR UPDATE;
