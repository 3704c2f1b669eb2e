SELECT s.line, manager.id AS manager_id, grid.id AS grid_id, s.duty, daterange(s.valid_from, s.valid_to) AS period
FROM staged s
JOIN managers_manager manager ON manager.staff_no = s.staff_no
JOIN grids_grid grid ON grid.code = s.grid_code
