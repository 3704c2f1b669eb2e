-- The branches whose scores change when the staged grids and people are written.
SELECT branch_id FROM kpi_grid WHERE branch_id = ANY(%(branches)s) AND grid_id = ANY(%(grids)s)
UNION
SELECT branch_id FROM kpi_service WHERE branch_id = ANY(%(branches)s)
ORDER BY branch_id
