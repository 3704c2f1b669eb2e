-- Months that are closed for the branch that scores the person, and people whom another branch scores than the sender's.
INSERT INTO staged_reason (line, code, first, second)
SELECT s.line, 'closed', to_char(s.month, 'YYYY-MM'), branch.name
FROM staged s
JOIN managers_manager manager ON manager.staff_no = s.staff_no
JOIN grids_branch branch ON branch.id = kpi_rated_branch(s.month, manager.id)
JOIN kpi_branchmonth done ON done.branch_id = branch.id AND done.month = s.month AND done.state = 'closed'
UNION ALL
SELECT s.line, 'foreign', '工号 ' || s.staff_no, NULL
FROM staged s JOIN managers_manager manager ON manager.staff_no = s.staff_no
WHERE NOT coalesce(kpi_rated_branch(s.month, manager.id) = ANY (%(branches)s::bigint[]), true);
