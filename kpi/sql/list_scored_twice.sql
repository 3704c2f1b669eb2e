-- People whom the shown result of a branch's month holds and that of another branch does, too, with that branch. Of a
-- closed month its newest correction counts.
SELECT manager.staff_no, manager.name, branch.name AS branch
FROM kpi_branchmonth held
JOIN kpi_score own ON own.run_id = held.current_run_id AND own.branch_id = held.branch_id
JOIN kpi_branchmonth other ON other.month = held.month AND other.branch_id <> held.branch_id
JOIN kpi_score twice
  ON twice.run_id = coalesce((SELECT correction.run_id FROM kpi_correction correction
                              WHERE correction.branch_id = other.branch_id AND correction.month = other.month
                              ORDER BY correction.number DESC LIMIT 1), other.current_run_id)
 AND twice.branch_id = other.branch_id AND twice.manager_id = own.manager_id
JOIN managers_manager manager ON manager.id = own.manager_id
JOIN grids_branch branch ON branch.id = other.branch_id
WHERE held.month = %(first)s AND held.branch_id = %(branch)s
ORDER BY manager.staff_no, branch.code
