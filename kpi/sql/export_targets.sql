SELECT target.month, grid.code AS grid_code, target.code AS indicator,
       CASE WHEN target.is_exempt THEN '不考核 ' || target.reason ELSE target.value::text END AS target
FROM kpi_target target
JOIN grids_grid grid ON grid.id = target.grid_id
JOIN grids_branch branch ON branch.id = grid.branch_id
WHERE (%(branch)s::text IS NULL OR branch.code = %(branch)s)
  AND (%(start)s::date IS NULL OR target.month = %(start)s)
ORDER BY target.month, grid.code, target.code
