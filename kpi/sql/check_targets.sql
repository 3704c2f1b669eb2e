-- Months that are closed for the grid's branch, and grids outside the sender's branches.
INSERT INTO staged_reason (line, code, first, second)
SELECT s.line, 'closed', to_char(s.month, 'YYYY-MM'), branch.name
FROM staged s
JOIN grids_grid grid ON grid.code = s.grid_code
JOIN grids_branch branch ON branch.id = grid.branch_id
JOIN kpi_branchmonth done ON done.branch_id = branch.id AND done.month = s.month AND done.state = 'closed'
UNION ALL
SELECT s.line, 'foreign', '网格 ' || s.grid_code, NULL
FROM staged s JOIN grids_grid grid ON grid.code = s.grid_code
WHERE NOT coalesce(grid.branch_id = ANY (%(branches)s::bigint[]), true);
