-- Months that are closed for the grid's branch, changes of frozen targets, and grids outside the sender's branches.
INSERT INTO staged_reason (line, code, first, second)
SELECT s.line, 'closed', to_char(s.month, 'YYYY-MM'), branch.name
FROM staged s
JOIN grids_grid grid ON grid.code = s.grid_code
JOIN grids_branch branch ON branch.id = grid.branch_id
JOIN kpi_branchmonth done ON done.branch_id = branch.id AND done.month = s.month AND done.state = 'closed'
UNION ALL
SELECT s.line, 'foreign', '网格 ' || s.grid_code, NULL
FROM staged s JOIN grids_grid grid ON grid.code = s.grid_code
WHERE NOT coalesce(grid.branch_id = ANY (%(branches)s::bigint[]), true)
UNION ALL
-- What a frozen target says already may come again.
SELECT s.line, 'frozen', to_char(s.month, 'YYYY-MM'), branch.name
FROM staged s
JOIN grids_grid grid ON grid.code = s.grid_code
JOIN grids_branch branch ON branch.id = grid.branch_id
JOIN kpi_targetplan plan ON plan.branch_id = branch.id AND plan.month = s.month
LEFT JOIN kpi_target known ON known.month = s.month AND known.grid_id = grid.id AND known.code = s.indicator
WHERE CASE WHEN s.target LIKE '不考核%%' THEN known.is_exempt IS NOT TRUE OR s.target <> '不考核 ' || known.reason
           ELSE known.is_exempt IS DISTINCT FROM false OR known.value <> s.target::numeric END
  AND NOT EXISTS (SELECT 1 FROM kpi_branchmonth done
                  WHERE done.branch_id = branch.id AND done.month = s.month AND done.state = 'closed');
