SELECT manager.staff_no, grid.code AS grid_code, posting.duty,
       lower(posting.period) AS valid_from, upper(posting.period) AS valid_to
FROM managers_posting posting
JOIN managers_manager manager ON manager.id = posting.manager_id
JOIN grids_grid grid ON grid.id = posting.grid_id
JOIN grids_branch branch ON branch.id = grid.branch_id
WHERE (%(branch)s::text IS NULL OR branch.code = %(branch)s)
  AND posting.period && daterange(%(start)s::date, %(end)s::date)
ORDER BY manager.staff_no, lower(posting.period)
