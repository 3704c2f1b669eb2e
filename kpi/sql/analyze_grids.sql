-- The planner knows nothing of a fresh table.
ANALYZE kpi_grid;
