-- These grids are scored.
DELETE FROM kpi_touchedgrid WHERE month = %(first)s AND grid_id = ANY(%(grids)s);
