SELECT rating.month, manager.staff_no, rating.item, rating.score, rating.comment
FROM kpi_rating rating
JOIN managers_manager manager ON manager.id = rating.manager_id
JOIN grids_branch branch ON branch.id = manager.branch_id
WHERE (%(branch)s::text IS NULL OR branch.code = %(branch)s)
  AND (%(start)s::date IS NULL OR rating.month = %(start)s)
ORDER BY rating.month, manager.staff_no, rating.item
