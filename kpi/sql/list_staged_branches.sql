-- The branches whose scores change when the staged grids and people are written.
SELECT DISTINCT branch_id FROM kpi_item
WHERE branch_id = ANY(%(branches)s) AND (grid_id IS NULL OR grid_id = ANY(%(grids)s))
ORDER BY branch_id
