-- Grids to score again, by month, branch and the generation shown; months without one, published or closed stay as they
-- are. A published month that is taken back finds its grids still here.
SELECT touched.month, held.current_run_id AS run, run.scheme_id AS scheme, held.branch_id AS branch,
       array_agg(touched.grid_id ORDER BY touched.grid_id) AS grids
FROM kpi_touchedgrid touched
JOIN grids_grid grid ON grid.id = touched.grid_id
JOIN kpi_branchmonth held
  ON held.month = touched.month AND held.branch_id = grid.branch_id AND held.state IN ('open', 'trial')
JOIN kpi_run run ON run.id = held.current_run_id
GROUP BY touched.month, held.current_run_id, run.scheme_id, held.branch_id
ORDER BY touched.month, run.scheme_id, held.current_run_id, held.branch_id
