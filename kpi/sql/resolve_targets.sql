SELECT s.line, s.month, grid.id AS grid_id, s.indicator AS code, s.target AS value, false AS is_exempt, '' AS reason
FROM staged s JOIN grids_grid grid ON grid.code = s.grid_code
