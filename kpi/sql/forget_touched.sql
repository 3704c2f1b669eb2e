-- What was touched in these branches is scored.
DELETE FROM kpi_touchedgrid
WHERE month = %(first)s AND grid_id IN (SELECT id FROM grids_grid WHERE branch_id = ANY(%(branches)s));
