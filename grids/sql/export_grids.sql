-- Of a month: the grids that hold on one of its days.
SELECT grid.code, grid.name, bureau.code AS sub_bureau_code, hall.code AS hall_code,
       lower(grid.period) AS valid_from, upper(grid.period) AS valid_to
FROM grids_grid grid
JOIN grids_branch branch ON branch.id = grid.branch_id
JOIN grids_subbureau bureau ON bureau.id = grid.sub_bureau_id
JOIN grids_hall hall ON hall.id = grid.hall_id
WHERE (%(branch)s::text IS NULL OR branch.code = %(branch)s)
  AND grid.period && daterange(%(start)s::date, %(end)s::date)
ORDER BY grid.code
