-- Who served which grid for how many days of the month: everybody in the grids of a branch, and the people scored there
-- in whatever grid.
SELECT manager.id, manager.staff_no, manager.name, grid.id, grid.code, grid.name,
       sum(upper(posting.served) - lower(posting.served))::int
FROM (
    SELECT manager_id, grid_id, period * daterange(%(first)s, %(next)s) AS served
    FROM managers_posting
    WHERE period && daterange(%(first)s, %(next)s)
      AND (grid_id = ANY(%(grids)s) OR manager_id = ANY(%(managers)s))
) posting
JOIN grids_grid grid ON grid.id = posting.grid_id AND grid.period && daterange(%(first)s, %(next)s)
JOIN managers_manager manager ON manager.id = posting.manager_id
GROUP BY manager.id, grid.id
ORDER BY manager.staff_no, grid.code
